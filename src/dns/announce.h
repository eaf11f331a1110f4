/*
 * announce.h - tell secondaries that a zone has changed (NOTIFY, RFC 1996).  Thread: control.
 *
 * At most once a second for each zone and secondary, and again, less and less often, until that
 * answers.
 */
#ifndef ROLLCALL_DNS_ANNOUNCE_H
#define ROLLCALL_DNS_ANNOUNCE_H
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"

struct announce;
struct clock;
struct event_base;
struct tsig_key;

#define ANNOUNCE_PAUSE_MS 1000
#define ANNOUNCE_TRIES 7                /* after 1, 2, 4 ... 32 s */

struct announce_target {
	struct addr_port to;
	const struct tsig_key *key;     /* NULL: not signed */
};

/* NULL: no memory. */
struct announce *announce_new(struct event_base *loop, const struct clock *clock);
void announce_free(struct announce *announce);

/* Whom to tell from now on; what others were to be told is forgotten.  Copied.  ERR_NOMEM. */
int announce_set(struct announce *announce, const struct announce_target *targets, size_t count);
/* The zone has changed. */
void announce_zone(struct announce *announce, const uint8_t *zone);

struct announce_counts {
	uint64_t sent;
	uint64_t answered;
	uint64_t failed;                /* given up, until the zone changes again */
};
void announce_counts(const struct announce *announce, struct announce_counts *counts);
#endif
