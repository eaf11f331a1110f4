/* index_parts.h - what the files of index share: the table, and who is told of its changes. */
#ifndef ROLLCALL_DNS_INDEX_PARTS_H
#define ROLLCALL_DNS_INDEX_PARTS_H
#include <stdatomic.h>

#include "dns/index.h"

#define SLOT_EMPTY 0
#define SLOT_REMOVED 1          /* a search goes on past it */
#define TAG_SHIFT 48
#define POINTER_MASK ((1ULL << TAG_SHIFT) - 1)
#define DEPTHS 64               /* the last one stands for all that are deeper */

struct entry;
struct reclaim;

struct table {
	size_t mask;            /* slots - 1; slots are a power of two, at most half of them used */
	size_t used;            /* not empty: entries and removed */
	_Atomic uint64_t slots[];
};

struct index {
	_Atomic(struct table *) table;
	_Atomic(struct zone_table *) zones;
	_Atomic size_t specials;        /* entries of a kind that speaks for names below it */
	_Atomic size_t unders;          /* second entries of names, but of those below arpa */
	_Atomic uint64_t holder_depths; /* bit n: one of n labels holds names below it */
	size_t holders[DEPTHS];         /* how many do */
	uint64_t seed;
	size_t count;
	size_t entry_octets;
	size_t other_octets;            /* pages, and what else readers come to from entries */
	struct index_piece *kept;
	struct reclaim *reclaim;
	const struct index_observer *observer;  /* NULL: nobody */
	bool held;                      /* nothing is freed */
};

static inline uint64_t
slot_load(const struct table *table, size_t at, memory_order order)
{
	return atomic_load_explicit(&table->slots[at & table->mask], order);
}

static inline struct entry *
slot_entry(uint64_t slot)
{
	return (struct entry *)(uintptr_t)(slot & POINTER_MASK); /* NOLINT: packed pointer */
}
#endif
