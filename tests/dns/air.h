/*
 * air.h - for tests: flights over upstreams that a test plays, a cache of one answer, and a clock
 * turned by hand.
 */
#ifndef ROLLCALL_TESTS_DNS_AIR_H
#define ROLLCALL_TESTS_DNS_AIR_H
#include "dns/flight.h"
#include "dns/forward.h"

#define AIR_UPSTREAMS 5
#define AIR_ASKS 64

/* A question that an upstream got. */
struct air_ask {
	unsigned upstream;
	unsigned how;
	struct asked asked;
	struct flight_try *attempt;     /* NULL: ended or abandoned */
	bool abandoned;
	uint64_t sent_us;
};

struct air_waiter {
	struct waiter waiter;
	unsigned told;
	bool answered;                  /* with a parcel */
	bool stale;
	uint8_t rcode;
	uint16_t ede;
	char text[300];
};

struct air {
	struct clock *clock;
	struct flights *flights;
	struct upstream *upstreams[AIR_UPSTREAMS];
	enum try_ending refuses[AIR_UPSTREAMS]; /* how asking fails at once; TRY_OPEN: it does not */
	struct air_ask asks[AIR_ASKS];
	unsigned ask_count;
	enum held held;                 /* what the cache has for every question */
	struct parcel *stored;
	unsigned kept, kept_failures, finished, stale;
};

/* A table that sends "." to upstreams 0 to count - 1. */
void air_begin(struct air *air, unsigned count, enum forward_policy policy);
void air_end(struct air *air);
/* Another table. */
void air_route(struct air *air, unsigned count, enum forward_policy policy);

/* Ask for "name" of type A. */
void air_question(struct air *air, struct air_waiter *waiter, const char *name);
/* Time passes in steps of a millisecond, and what is due is done. */
void air_pass(struct air *air, unsigned ms);

/* What the upstream says to the i-th question that was asked; a good one lives `ttl_s`. */
void air_reply(struct air *air, unsigned i, enum parcel_verdict verdict);
void air_answer(struct air *air, unsigned i, uint32_t ttl_s);
void air_failure(struct air *air, unsigned i, enum try_ending ending);
/* Let an upstream become known as one that answers after so long. */
void air_teach(struct air *air, unsigned upstream, unsigned us);
#endif
