/*
 * outgoing.h - our zones as secondaries want them: each whole at one serial, and what changed since.
 *
 *     index change -> observer -> pending step --(next serial)--> steps        (IXFR, RFC 1995)
 *     shipment_open --waits--> outgoing_run: a copy of the zone, in slices -> image      (AXFR)
 *
 * While a zone is copied the world goes on changing: entries that are replaced are held until the
 * copy is done, and a page of addresses is copied right before it changes.  So a copy is of one
 * serial, whatever happens meanwhile, and no slice of it lasts longer than is asked for.
 *
 * Threads: control, but for what shipment.h says.  One mutex guards what both see; it is held for
 * moments.
 */
#ifndef ROLLCALL_DNS_OUTGOING_H
#define ROLLCALL_DNS_OUTGOING_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct clock;
struct index;
struct outgoing;

#define OUTGOING_JOURNAL_MAX ((size_t)16 << 20) /* octets of steps, of all zones */
#define OUTGOING_STEPS_MAX 4096                 /* of one zone */
#define OUTGOING_HELD_MAX ((size_t)64 << 20)    /* octets replaced while a zone is copied */

struct outgoing_ops {
	/* Any thread: outgoing_run() has something to do. */
	void (*work)(void *arg);
	/* Control: records of the zone changed, and so did its serial.  May be NULL. */
	void (*changed)(void *arg, const uint8_t *zone, uint32_t serial);
};

/* The ops are borrowed.  NULL: no memory. */
struct outgoing *outgoing_new(const struct outgoing_ops *ops, void *arg);
/* All shipments are gone. */
void outgoing_free(struct outgoing *outgoing);

/*
 * From now on the zones are those of this index, which is complete; until now nothing is known of
 * their changes.  `settled`: their serials are of what is answered now; else the next ones will be.
 * ERR_NOMEM: nothing is watched.
 */
int outgoing_watch(struct outgoing *outgoing, struct index *index, bool settled);
/* Forget it all, before the index goes.  `for_good`: who waits, waits in vain. */
void outgoing_unwatch(struct outgoing *outgoing, bool for_good);
bool outgoing_is_watching(const struct outgoing *outgoing, const struct index *index);

/* Copy zones that are waited for, for `slice_us`; true: there is more to do. */
bool outgoing_run(struct outgoing *outgoing, const struct clock *clock, uint64_t slice_us);

/* Once a second: let go of copies that nobody has asked for of late. */
void outgoing_tick(struct outgoing *outgoing);

/* Visit the zones and their serials; what is not 0 stops. */
typedef int outgoing_zone_fn(void *arg, const uint8_t *zone, uint32_t serial);
int outgoing_each_zone(const struct outgoing *outgoing, outgoing_zone_fn *visit, void *arg);

/* Any thread. */
struct outgoing_counts {
	uint64_t whole;                 /* AXFR begun, and IXFR answered with the whole zone */
	uint64_t steps;                 /* IXFR answered with differences */
	uint64_t current;               /* IXFR answered: there is nothing newer */
	uint64_t refused;
	uint64_t failed;                /* ended before their end */
	uint64_t copies;                /* of zones made */
	size_t journal_octets;
	size_t zones;
};
void outgoing_counts(struct outgoing *outgoing, struct outgoing_counts *counts);
/* Any thread: a transfer was refused. */
void outgoing_note_refused(struct outgoing *outgoing);
#endif
