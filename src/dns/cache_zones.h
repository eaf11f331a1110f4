/* cache_zones.h - what is to be forgotten when other upstreams are asked.  Thread: the writer's. */
#ifndef ROLLCALL_DNS_CACHE_ZONES_H
#define ROLLCALL_DNS_CACHE_ZONES_H
#include <stddef.h>

struct cache;
struct forward;

/*
 * Forget all below the zones that are in one of the tables only: those who are asked from now on
 * know other names.  A zone that stays keeps what its upstreams said, also when they are others by
 * now.  NULL is an empty table.  Returns how many entries went.
 */
size_t cache_zones_changed(struct cache *cache, const struct forward *before,
    const struct forward *after);
#endif
