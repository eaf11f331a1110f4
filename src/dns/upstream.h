/*
 * upstream.h - one server we ask: what it has done for us lately, and whether to ask it first.
 *
 * It is known by its address and lives as long as the resolver, whatever the settings name: its
 * figures go on when a resolv.conf comes back to it.  Threads: the resolver's, but for what is said
 * to be any's.
 */
#ifndef ROLLCALL_DNS_UPSTREAM_H
#define ROLLCALL_DNS_UPSTREAM_H
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/latency.h"

/* A quarter of a doubling each, from 64 us to beyond 4 s. */
#define UPSTREAM_STEPS 68

struct upstream {
	struct upstream *next;          /* of all there are; the resolver's */
	struct addr_port address;       /* never changes */
	char text[ADDR_PORT_TEXT_SIZE];
	void *transport;                /* channels.h */
	/* Any thread may read these, and `healthy` is whoever judges it. */
	_Atomic bool used;              /* the settings name it */
	_Atomic bool healthy;
	_Atomic bool looping;           /* what it is asked comes back to us */
	_Atomic uint64_t asked;         /* questions sent */
	_Atomic uint64_t useful;        /* answers with data, or that there is none */
	_Atomic uint64_t failed;        /* all that ended otherwise */
	_Atomic uint64_t silent;        /* ... because nothing came */
	_Atomic uint32_t p95_us;        /* of the times to its replies; 0: not known yet */
	struct latency latency;         /* the same for metrics */
	/* The resolver's alone. */
	uint64_t plain_until_ms;        /* it does not know EDNS, as far as we know */
	bool knows_edns;                /* it has answered a question with OPT */
	uint64_t suspect_until_ms;      /* it left a question unanswered: others first */
	uint64_t heard_us;              /* when anything came from it for the last time */
	uint64_t served_us;             /* when the newest question was sent that it has replied to */
	unsigned losses;                /* in a row */
	unsigned samples;
	uint16_t steps[UPSTREAM_STEPS];
};

/* NULL: no memory. */
struct upstream *upstream_new(const struct addr_port *address);
void upstream_free(struct upstream *upstream);

/* A reply came after so long, whatever it says. */
void upstream_note_reply(struct upstream *upstream, uint64_t now_us, uint64_t took_us);
/* A question sent then has no reply by now, or could not be delivered. */
void upstream_note_loss(struct upstream *upstream, uint64_t now_ms, uint64_t sent_us);

/* May it be asked first?  Where that is a trial after losses, others are not to try, too. */
bool upstream_is_good(const struct upstream *upstream, uint64_t now_ms);
void upstream_note_trial(struct upstream *upstream, uint64_t now_ms);

/* How long to wait for it before another one is asked as well (RELIABILITY U1). */
#define UPSTREAM_UNKNOWN_MS 400
uint64_t upstream_patience_ms(const struct upstream *upstream);
#endif
