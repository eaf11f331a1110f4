/* cache.c - what upstreams said: how it is found, and what it counts. */
#include "dns/cache.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "dns/cache_parts.h"
#include "dns/entry.h"
#include "dns/name.h"
#include "dns/reclaim.h"

#define CUT_LOOKUPS_MAX 8       /* names above a missing one that are looked for */
#define HITS_MAX UINT8_MAX

static uint64_t
mix(uint64_t hash)
{
	unsigned __int128 product = (unsigned __int128)hash * 0x9e3779b97f4a7c15ULL;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t
hash_of(const struct cache *cache, const uint8_t *name, size_t len, uint32_t word)
{
	uint8_t out[crypto_shorthash_BYTES];
	uint64_t hash;

	/* Nobody knows the name's hash, so what the type does to it can be simple. */
	(void)crypto_shorthash(out, name, len, cache->key);
	memcpy(&hash, out, sizeof(hash));
	return mix(hash + word);
}

struct cache_key
cache_key(const struct cache *cache, const uint8_t *name, size_t len, uint16_t type,
    uint8_t flags)
{
	uint32_t word = cache_word(type, flags);

	return (struct cache_key){ .name = name, .name_len = (uint8_t)len, .word = word,
		.hash = hash_of(cache, name, len, word) };
}

struct cache_key
cache_parcel_key(const struct cache *cache, const struct parcel *parcel)
{
	return cache_key(cache, parcel_name(parcel), parcel->name_len, parcel->type,
	    parcel->flags);
}

unsigned
cache_depth(const uint8_t *name)
{
	unsigned depth = 0;

	for (; *name != 0; name += 1 + *name)
		depth++;
	return depth < CACHE_DEPTHS ? depth : CACHE_DEPTHS - 1;
}

struct cache *
cache_new(uint64_t size)
{
	struct cache *cache = aligned_alloc(CACHE_LINE, sizeof(*cache));
	struct cache_table *table = cache_table_new(size);

	if (cache == NULL || table == NULL)
		goto fail;
	memset(cache, 0, sizeof(*cache));
	cache->reclaim = reclaim_new();
	if (cache->reclaim == NULL ||
	    getrandom(cache->key, sizeof(cache->key), 0) != sizeof(cache->key))
		goto fail;
	cache->size = size;
	atomic_init(&cache->table, table);
	cache_add(&cache->octets, cache_table_size(table));
	return cache;
fail:
	if (cache != NULL && table != NULL)
		reclaim_free(cache->reclaim);
	free(table);
	free(cache);
	return NULL;
}

void
cache_free(struct cache *cache)
{
	if (cache == NULL)
		return;
	struct cache_table *table = cache_table(cache);
	for (size_t at = 0; at < cache_table_slots(table); at++)
		parcel_free(cache_slot_parcel(cache_table_load(table, at)));
	struct cache_reader *reader = atomic_load_explicit(&cache->readers, memory_order_acquire);
	while (reader != NULL) {
		struct cache_reader *next = reader->next;

		free(reader);
		reader = next;
	}
	reclaim_free(cache->reclaim);
	free(table);
	free(cache);
}

struct cache_reader *
cache_reader_new(struct cache *cache)
{
	struct cache_reader *reader = aligned_alloc(CACHE_LINE, sizeof(*reader));

	if (reader == NULL)
		return NULL;
	memset(reader, 0, sizeof(*reader));
	reader->next = atomic_load_explicit(&cache->readers, memory_order_relaxed);
	while (!atomic_compare_exchange_weak_explicit(&cache->readers, &reader->next, reader,
	    memory_order_release, memory_order_relaxed))
		continue;
	return reader;
}

static uint32_t
asked_word(const struct asked *asked)
{
	return cache_word(asked->type, cache_asked_flags(asked));
}

uint64_t
cache_begin(const struct cache *cache, const struct asked *asked)
{
	uint64_t hash = hash_of(cache, asked->name, asked->name_len, asked_word(asked));

	cache_table_prefetch(cache_table(cache), hash);
	return hash;
}

void
cache_fetch(const struct cache *cache, uint64_t begun)
{
	cache_table_prefetch_parcel(cache_table(cache), begun);
}

/* The NXDOMAIN of this name or of one above it that still holds; NULL: there is none. */
static const struct parcel *
find_cut(const struct cache *cache, const struct cache_table *table, const struct asked *asked,
    size_t zone_len, uint64_t now_ms)
{
	uint64_t depths = atomic_load_explicit(&cache->cut_depths, memory_order_relaxed);
	const uint8_t *name = asked->name;
	size_t len = asked->name_len;

	if (depths == 0)
		return NULL;
	unsigned depth = cache_depth(name);
	for (unsigned looked = 0; len >= zone_len && looked < CUT_LOOKUPS_MAX;) {
		uint64_t slot;

		if (depths >> depth & 1) {
			struct cache_key key = cache_key(cache, name, len, 0,
			    cache_asked_flags(asked) | PARCEL_CUTS);

			looked++;
			if (cache_table_find(table, &key, &slot) != CACHE_NO_SLOT &&
			    cache_is_fresh(cache_slot_parcel(slot), now_ms))
				return cache_slot_parcel(slot);
		}
		if (*name == 0)
			break;
		len -= 1u + *name;
		name += 1 + *name;
		/* Names of more labels than we tell apart stay at the last depth for long. */
		depth = depth == CACHE_DEPTHS - 1 ? cache_depth(name) : depth - 1;
	}
	return NULL;
}

/* What there is for a question, and *hit filled with it. */
static enum cache_state
look(const struct cache *cache, const struct asked *asked, uint64_t hash, size_t zone_len,
    uint64_t now_ms, struct cache_hit *hit)
{
	const struct cache_table *table = cache_table(cache);
	const struct cache_key key = { .name = asked->name, .name_len = asked->name_len,
		.word = asked_word(asked), .hash = hash };
	const struct parcel *stale = NULL;
	uint64_t slot;

	hit->parcel = NULL;
	hit->age_s = 0;
	if (cache_table_find(table, &key, &slot) != CACHE_NO_SLOT) {
		hit->parcel = cache_slot_parcel(slot);
		hit->age_s = (uint32_t)(cache_age_ms(hit->parcel, now_ms) / 1000);
		if (cache_is_fresh(hit->parcel, now_ms))
			return CACHE_FRESH;
		if (cache_is_alive(hit->parcel, now_ms))
			stale = hit->parcel;
	}
	hit->parcel = find_cut(cache, table, asked, zone_len, now_ms);
	if (hit->parcel != NULL) {
		hit->age_s = (uint32_t)(cache_age_ms(hit->parcel, now_ms) / 1000);
		return CACHE_FRESH;
	}
	hit->parcel = stale;
	if (stale == NULL)
		return CACHE_MISS;
	return atomic_load_explicit(&stale->marks.quiet_until_ms, memory_order_relaxed) > now_ms ?
	    CACHE_STALE_NOW : CACHE_STALE;
}

/*
 * Somebody used it: the sweep spares it, and it may be popular.  Written only until that is known,
 * so that many threads can read the line of a popular name without taking it from each other; two
 * that count at once may count one.
 */
static void
mark_used(struct parcel_marks *marks)
{
	uint8_t hits = atomic_load_explicit(&marks->hits, memory_order_relaxed);

	if (hits < HITS_MAX)
		atomic_store_explicit(&marks->hits, (uint8_t)(hits + 1), memory_order_relaxed);
	if (!atomic_load_explicit(&marks->used, memory_order_relaxed))
		atomic_store_explicit(&marks->used, true, memory_order_relaxed);
}

/* In the last tenth of its life, popular, and not said yet? */
static bool
wants_refresh(const struct parcel *parcel, struct parcel_marks *marks, uint64_t now_ms)
{
	uint64_t life_ms = parcel->ttl_s * 1000ULL;

	if (!marks->prefetch || (life_ms - cache_age_ms(parcel, now_ms)) * 10 > life_ms)
		return false;
	return atomic_load_explicit(&marks->hits, memory_order_relaxed) >= CACHE_POPULAR &&
	    atomic_load_explicit(&marks->quiet_until_ms, memory_order_relaxed) <= now_ms &&
	    !atomic_load_explicit(&marks->refreshing, memory_order_relaxed) &&
	    !atomic_exchange_explicit(&marks->refreshing, true, memory_order_relaxed);
}

enum cache_state
cache_find(const struct cache *cache, struct cache_reader *reader, const struct asked *asked,
    uint64_t begun, size_t zone_len, uint64_t now_ms, struct cache_hit *hit)
{
	enum cache_state state = look(cache, asked, begun, zone_len, now_ms, hit);

	if (state == CACHE_MISS || state == CACHE_STALE) {
		cache_add(&reader->misses, 1);
		return state;
	}
	struct parcel_marks *marks = cache_marks(hit->parcel);
	mark_used(marks);
	if (state == CACHE_STALE_NOW) {
		cache_add(&reader->stale, 1);
		return state;
	}
	cache_add(cache_is_negative(hit->parcel) ? &reader->negative_hits : &reader->hits, 1);
	if (!wants_refresh(hit->parcel, marks, now_ms))
		return state;
	cache_add(&reader->prefetches, 1);
	return CACHE_REFRESH;
}

enum cache_state
cache_look(const struct cache *cache, const struct asked *asked, size_t zone_len, uint64_t now_ms,
    struct cache_hit *hit)
{
	return look(cache, asked, cache_begin(cache, asked), zone_len, now_ms, hit);
}

bool
cache_next(const struct cache *cache, uint64_t now_ms, size_t *at, struct cache_seen *seen)
{
	const struct cache_table *table = cache_table(cache);

	while (*at < cache_table_slots(table)) {
		const struct parcel *parcel = cache_slot_parcel(cache_table_load(table, (*at)++));

		if (parcel == NULL || !cache_is_alive(parcel, now_ms))
			continue;
		uint64_t end_s = parcel->ttl_s, age_s = cache_age_ms(parcel, now_ms) / 1000;
		parcel_asked(parcel, &seen->asked);
		seen->rcode = parcel->rcode;
		seen->all_types = parcel->flags & PARCEL_CUTS;
		seen->stale = !cache_is_fresh(parcel, now_ms);
		if (seen->stale)
			end_s += parcel->marks.stale_s;
		seen->left_s = (uint32_t)(end_s - age_s);
		seen->hits = atomic_load_explicit(&parcel->marks.hits, memory_order_relaxed);
		seen->octets = parcel->size;
		return true;
	}
	return false;
}

void
cache_count(const struct cache *cache, struct cache_counts *counts)
{
	const struct cache_reader *reader = atomic_load_explicit(&cache->readers,
	    memory_order_acquire);

	*counts = (struct cache_counts){ .octets = cache_get(&cache->octets),
		.entries = cache_get(&cache->entries),
		.negative_entries = cache_get(&cache->negative_entries),
		.stale = cache_get(&cache->stale), .evictions = cache_get(&cache->evictions) };
	for (; reader != NULL; reader = reader->next) {
		counts->hits += cache_get(&reader->hits);
		counts->negative_hits += cache_get(&reader->negative_hits);
		counts->misses += cache_get(&reader->misses);
		counts->stale += cache_get(&reader->stale);
		counts->prefetches += cache_get(&reader->prefetches);
	}
}
