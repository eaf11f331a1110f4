/* cache_table.c - where parcels are found by their keys: buckets of a cache line. */
#include "dns/cache_table.h"

#include <stdlib.h>
#include <string.h>

#define LINE 64
#define TAG_SHIFT 48
/* A usual parcel has 112 to 200. */
#define OCTETS_A_SLOT 128
#define BUCKETS_MIN 8
#define BUCKETS_MAX ((size_t)1 << 24)   /* two times 24 bits of the hash say the buckets */

_Static_assert(CACHE_BUCKET * sizeof(uint64_t) == LINE, "a bucket is a line");

struct cache_table *
cache_table_new(uint64_t octets)
{
	size_t buckets = BUCKETS_MIN;

	while (buckets < BUCKETS_MAX && buckets * CACHE_BUCKET * OCTETS_A_SLOT < octets)
		buckets *= 2;
	/* calloc, not aligned_alloc: of a large table only what is used takes memory. */
	struct cache_table *table = calloc(1, sizeof(*table) + LINE - 1 + buckets * LINE);
	if (table == NULL)
		return NULL;
	table->mask = buckets - 1;
	uintptr_t at = ((uintptr_t)(table + 1) + LINE - 1) & ~(uintptr_t)(LINE - 1);
	table->slots = (_Atomic uint64_t *)at; /* NOLINT: aligned by hand */
	return table;
}

size_t
cache_table_size(const struct cache_table *table)
{
	return sizeof(*table) + LINE - 1 + (table->mask + 1) * LINE;
}

static size_t
first_bucket(const struct cache_table *table, uint64_t hash)
{
	return (hash & table->mask) * CACHE_BUCKET;
}

static size_t
second_bucket(const struct cache_table *table, uint64_t hash)
{
	return (hash >> 24 & table->mask) * CACHE_BUCKET;
}

void
cache_table_prefetch(const struct cache_table *table, uint64_t hash)
{
	__builtin_prefetch((const void *)&table->slots[first_bucket(table, hash)]);
	__builtin_prefetch((const void *)&table->slots[second_bucket(table, hash)]);
}

void
cache_table_prefetch_parcel(const struct cache_table *table, uint64_t hash)
{
	for (unsigned n = 0; n < 2 * CACHE_BUCKET; n++) {
		uint64_t slot = atomic_load_explicit(
		    &table->slots[cache_table_candidate(table, hash, n)], memory_order_relaxed);

		if (slot >> TAG_SHIFT != hash >> TAG_SHIFT || slot == 0)
			continue;
		__builtin_prefetch(cache_slot_parcel(slot));
		__builtin_prefetch((const uint8_t *)cache_slot_parcel(slot) + LINE);
		return;
	}
}

static bool
has_key(const struct parcel *parcel, const struct cache_key *key)
{
	/* The name mostly lies on the next line: both come at once. */
	__builtin_prefetch((const uint8_t *)parcel + LINE);
	return parcel->name_len == key->name_len &&
	    cache_word(parcel->type, parcel->flags) == key->word &&
	    memcmp(parcel_name(parcel), key->name, key->name_len) == 0;
}

static size_t
find_in(const struct cache_table *table, size_t bucket, const struct cache_key *key,
    uint64_t *slot)
{
	for (size_t at = bucket; at < bucket + CACHE_BUCKET; at++) {
		*slot = cache_table_load(table, at);
		if (*slot >> TAG_SHIFT == key->hash >> TAG_SHIFT && *slot != 0 &&
		    has_key(cache_slot_parcel(*slot), key))
			return at;
	}
	return CACHE_NO_SLOT;
}

size_t
cache_table_find(const struct cache_table *table, const struct cache_key *key, uint64_t *slot)
{
	size_t at = find_in(table, first_bucket(table, key->hash), key, slot);

	return at != CACHE_NO_SLOT ? at :
	    find_in(table, second_bucket(table, key->hash), key, slot);
}

size_t
cache_table_candidate(const struct cache_table *table, uint64_t hash, unsigned n)
{
	return n < CACHE_BUCKET ? first_bucket(table, hash) + n :
	    second_bucket(table, hash) + n - CACHE_BUCKET;
}

/* Its last free slot, and how many there are. */
static unsigned
count_free(const struct cache_table *table, size_t bucket, size_t *free_slot)
{
	unsigned count = 0;

	for (size_t at = bucket; at < bucket + CACHE_BUCKET; at++) {
		if (atomic_load_explicit(&table->slots[at], memory_order_relaxed) == 0) {
			*free_slot = at;
			count++;
		}
	}
	return count;
}

size_t
cache_table_room(const struct cache_table *table, uint64_t hash)
{
	size_t first = CACHE_NO_SLOT, second = CACHE_NO_SLOT;
	unsigned in_first = count_free(table, first_bucket(table, hash), &first);
	unsigned in_second = count_free(table, second_bucket(table, hash), &second);

	return in_first >= in_second ? first : second;
}

void
cache_table_store(struct cache_table *table, size_t at, uint64_t hash,
    const struct parcel *parcel, bool negative)
{
	uint64_t slot = 0;

	if (parcel != NULL)
		slot = hash >> TAG_SHIFT << TAG_SHIFT | (uint64_t)(uintptr_t)parcel | negative;
	atomic_store_explicit(&table->slots[at], slot, memory_order_release);
}
