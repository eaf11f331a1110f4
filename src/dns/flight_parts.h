/* flight_parts.h - a question under way, as flight.c and flight_try.c share it.  Thread: the
 * resolver's. */
#ifndef ROLLCALL_DNS_FLIGHT_PARTS_H
#define ROLLCALL_DNS_FLIGHT_PARTS_H
#include "dns/dice.h"
#include "dns/flight.h"
#include "dns/wheel.h"

struct flight_try {
	struct flight *flight;
	struct upstream *upstream;
	void *handle;                   /* of flight_ops.ask; NULL: ended */
	uint64_t sent_us;
	uint8_t how;                    /* ASK_* */
	uint8_t ending;                 /* enum try_ending */
	bool lost;                      /* its upstream was blamed for silence */
	bool anew;                      /* on a connection of its own, after one was closed */
};

struct flight {
	struct wheel_node timer;        /* first: the wheel gives it back */
	struct flights *flights;
	struct flight *chain;           /* of the same bucket */
	struct flight *older, *newer;
	struct routes *routes;
	const struct forward_zone *zone;
	struct waiter *first, **last;
	size_t waiters;
	uint64_t deadline_ms;
	uint64_t next_try_ms;           /* UINT64_MAX: no more */
	uint64_t stale_ms;              /* when askers get what is stale; UINT64_MAX: nothing is */
	uint64_t hash;
	uint32_t tried;                 /* bit i: the zone's i-th upstream */
	uint8_t tries;
	uint8_t open;                   /* tries without an ending */
	struct flight_try list[FLIGHT_TRIES];
	struct asked asked;
};

#define FLIGHT_BUCKETS 16384

struct flights {
	struct flight_settings settings;
	struct flight_counts counts;
	struct routes *routes;
	struct wheel *wheel;
	struct flight *oldest, *newest;
	struct flight *spare;           /* by chain: gone ones, to be used again */
	size_t spare_count;
	size_t count;                   /* flights */
	size_t waiters;
	uint64_t seed;
	struct dice dice;
	struct flight *buckets[FLIGHT_BUCKETS];
};

static inline void
flight_count(_Atomic uint64_t *count)
{
	/* Only this thread writes. */
	atomic_store_explicit(
	    count, atomic_load_explicit(count, memory_order_relaxed) + 1, memory_order_relaxed);
}

/* flight.c: the end of a flight: `outcome` to all who wait, then it is gone. */
void flight_finish(struct flight *flight, const struct resolver_outcome *outcome);
/* ... because upstreams failed: what is stale, else why. */
void flight_fail(struct flight *flight);
void flight_set_timer(struct flight *flight);

/* flight_try.c: ask the next upstream, or (`again`) one for the second time where all were asked;
 * false: there is none to be asked, or none could. */
bool flight_try_next(struct flight *flight, bool again, uint64_t now_ms);
/* Nothing that is under way is wanted any more. */
void flight_try_abandon(struct flight *flight);
/* Upstreams that have let this try wait are to be trusted less. */
void flight_try_blame(struct flight *flight, uint64_t now_ms);
/* "192.0.2.1:53 timed out; 192.0.2.2:53 refused the connection", and the code it goes with. */
#define FLIGHT_TEXT_SIZE 300
uint16_t flight_try_explain(const struct flight *flight, char text[FLIGHT_TEXT_SIZE]);
#endif
