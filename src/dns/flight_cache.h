/*
 * flight_cache.h - what flights want of the cache, in the cache's words.  Thread: the resolver's.
 */
#ifndef ROLLCALL_DNS_FLIGHT_CACHE_H
#define ROLLCALL_DNS_FLIGHT_CACHE_H
#include <stdbool.h>
#include <stdint.h>

#include "dns/flight.h"

struct cache;
struct clock;

struct flight_cache {
	struct cache *cache;            /* NULL: there is none, nothing is held */
	const struct clock *clock;
	bool written;                   /* since flight_cache_settle() */
};

/* As struct flight_ops wants them. */
enum held flight_cache_find(const struct flight_cache *held, const struct forward_zone *zone,
    const struct asked *asked, struct resolver_outcome *outcome);
void flight_cache_keep(struct flight_cache *held, const struct forward_zone *zone,
    struct parcel *parcel, uint64_t asked_ms);
void flight_cache_keep_failure(struct flight_cache *held, const struct asked *asked,
    uint64_t asked_ms);
void flight_cache_note_stale(const struct flight_cache *held);

/* After a round of the loop: readers let go of what was replaced in it. */
void flight_cache_settle(struct flight_cache *held);
/* About once a second. */
void flight_cache_tidy(struct flight_cache *held);
#endif
