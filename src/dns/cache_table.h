/*
 * cache_table.h - where parcels are found by their keys: buckets of a cache line; for cache*.c
 * alone.  One thread writes, all read.
 *
 * A key may stand in two buckets of eight slots, and is put into the one that has more room.  So
 * nothing ever moves, a removed slot is free at once, and a look-up touches two lines at most.  A
 * slot is one word, published with one release store: 16 bits of the hash above a pointer, whose
 * last bit says that the parcel belongs to the negative part.
 */
#ifndef ROLLCALL_DNS_CACHE_TABLE_H
#define ROLLCALL_DNS_CACHE_TABLE_H
#include <stdatomic.h>

#include "dns/parcel_layout.h"

#define CACHE_NO_SLOT SIZE_MAX
#define CACHE_BUCKET 8          /* slots */

/*
 * What a parcel is found by.  An NXDOMAIN that says that nothing is below its name is kept for all
 * types at once.
 */
struct cache_key {
	const uint8_t *name;    /* folded */
	uint8_t name_len;
	uint32_t word;          /* cache_word() */
	uint64_t hash;
};

struct cache_table {
	size_t mask;            /* buckets - 1, a power of two */
	_Atomic uint64_t *slots;        /* on a cache line */
};

/* Type, DO and CD, and whether all types are meant: the flags of the parcel. */
static inline uint32_t
cache_word(uint16_t type, uint8_t flags)
{
	uint32_t word = (uint32_t)(flags & (PARCEL_CUTS | PARCEL_DNSSEC_OK |
	    PARCEL_CHECKING_DISABLED)) << 16;

	return flags & PARCEL_CUTS ? word : word | type;
}

/* Of so many octets of parcels, or a few more; NULL: no memory. */
struct cache_table *cache_table_new(uint64_t octets);
size_t cache_table_size(const struct cache_table *table);

static inline size_t
cache_table_slots(const struct cache_table *table)
{
	return (table->mask + 1) * CACHE_BUCKET;
}

static inline uint64_t
cache_table_load(const struct cache_table *table, size_t at)
{
	return atomic_load_explicit(&table->slots[at], memory_order_acquire);
}

/* The parcel in a slot's word; NULL: it is free. */
static inline struct parcel *
cache_slot_parcel(uint64_t slot)
{
	return (struct parcel *)(uintptr_t)(slot & 0xFFFFFFFFFFFE); /* NOLINT: packed pointer */
}

static inline bool
cache_slot_negative(uint64_t slot)
{
	return slot & 1;
}

/* Ask the memory for a key's buckets; once they are here, for the parcel that probably is it. */
void cache_table_prefetch(const struct cache_table *table, uint64_t hash);
void cache_table_prefetch_parcel(const struct cache_table *table, uint64_t hash);
/* The slot of the parcel with this key, and *slot what it holds; CACHE_NO_SLOT: there is none. */
size_t cache_table_find(const struct cache_table *table, const struct cache_key *key,
    uint64_t *slot);

/* Writer: a free slot for a key; CACHE_NO_SLOT: its buckets are full. */
size_t cache_table_room(const struct cache_table *table, uint64_t hash);
/* Writer: the n-th of the slots where a key may stand, n < 2 * CACHE_BUCKET. */
size_t cache_table_candidate(const struct cache_table *table, uint64_t hash, unsigned n);
/* Writer: publish a parcel in a slot; NULL: it is free from here on. */
void cache_table_store(struct cache_table *table, size_t at, uint64_t hash,
    const struct parcel *parcel, bool negative);
#endif
