/* flight_cache.c - what flights want of the cache, in the cache's words. */
#include "dns/flight_cache.h"

#include "base/clock.h"
#include "dns/cache.h"
#include "dns/edns.h"
#include "dns/forward.h"
#include "dns/parcel.h"
#include "dns/wire.h"

static enum held
find_failure(const struct cache_hit *hit, struct resolver_outcome *outcome)
{
	outcome->parcel = NULL;
	outcome->rcode = parcel_rcode(hit->parcel);
	outcome->ede = EDNS_ERROR_OTHER;
	outcome->text = "upstreams failed a moment ago";
	return HELD_FAILED;
}

enum held
flight_cache_find(const struct flight_cache *held, const struct forward_zone *zone,
    const struct asked *asked, struct resolver_outcome *outcome)
{
	struct cache_hit hit = { 0 };
	enum cache_state state = CACHE_MISS;

	if (held->cache != NULL)
		state = cache_look(
		    held->cache, asked, zone->name_len, clock_now_ms(held->clock), &hit);
	outcome->parcel = hit.parcel;
	outcome->age_s = hit.age_s;
	switch (state) {
	case CACHE_FRESH:
	case CACHE_REFRESH:
		return parcel_rcode(hit.parcel) == DNS_SERVFAIL ? find_failure(&hit, outcome) :
		    HELD_GOOD;
	case CACHE_STALE:
		return HELD_STALE;
	case CACHE_STALE_NOW:
		return HELD_STALE_FAILED;
	case CACHE_MISS:
		break;
	}
	return HELD_NOTHING;
}

void
flight_cache_keep(struct flight_cache *held, const struct forward_zone *zone,
    struct parcel *parcel, uint64_t asked_ms)
{
	if (held->cache == NULL || zone->cache.size == 0 ||
	    !cache_put(held->cache, parcel, &zone->cache, zone->name_len, asked_ms,
		clock_now_ms(held->clock)))
		parcel_free(parcel);
	else
		held->written = true;
}

void
flight_cache_keep_failure(struct flight_cache *held, const struct asked *asked, uint64_t asked_ms)
{
	if (held->cache == NULL)
		return;
	cache_fail(held->cache, asked, DNS_SERVFAIL, asked_ms, clock_now_ms(held->clock));
	held->written = true;
}

void
flight_cache_note_stale(const struct flight_cache *held)
{
	if (held->cache != NULL)
		cache_note_stale(held->cache);
}

void
flight_cache_settle(struct flight_cache *held)
{
	if (held->written)
		cache_reclaim(held->cache);
	held->written = false;
}

void
flight_cache_tidy(struct flight_cache *held)
{
	if (held->cache == NULL)
		return;
	cache_tidy(held->cache, clock_now_ms(held->clock));
	cache_reclaim(held->cache);
}
