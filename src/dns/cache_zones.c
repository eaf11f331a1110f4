/* cache_zones.c - what is to be forgotten when other upstreams are asked. */
#include "dns/cache_zones.h"

#include "dns/cache.h"
#include "dns/forward.h"

/* Forget the zones of one table that the other does not have. */
static size_t
forget_missing(struct cache *cache, const struct forward *from, const struct forward *in)
{
	size_t forgotten = 0;

	for (size_t i = 0; i < forward_count(from); i++) {
		const struct forward_zone *zone = forward_at(from, i);
		const struct forward_zone *other = forward_find(in, zone->name, zone->name_len);

		if (other == NULL || other->name_len != zone->name_len)
			forgotten += cache_flush(cache, zone->name, zone->name_len, true);
	}
	return forgotten;
}

size_t
cache_zones_changed(struct cache *cache, const struct forward *before, const struct forward *after)
{
	return forget_missing(cache, before, after) + forget_missing(cache, after, before);
}
