/* cache_parts.h - the cache as its two sides see it; for cache*.c alone. */
#ifndef ROLLCALL_DNS_CACHE_PARTS_H
#define ROLLCALL_DNS_CACHE_PARTS_H
#include <sodium/crypto_shorthash.h>
#include <stdatomic.h>

#include "dns/cache.h"
#include "dns/cache_table.h"

#define CACHE_DEPTHS 64         /* labels of a name; the last one stands for all that have more */
#define CACHE_LINE 64

/* What one reader thread found; only it writes. */
struct cache_reader {
	_Alignas(CACHE_LINE) struct cache_reader *next;
	_Atomic uint64_t hits;
	_Atomic uint64_t negative_hits;
	_Atomic uint64_t misses;
	_Atomic uint64_t stale;
	_Atomic uint64_t prefetches;
};

struct cache {
	_Atomic(struct cache_table *) table;
	_Atomic uint64_t cut_depths;    /* bit n: an NXDOMAIN cuts at a name of n labels */
	uint8_t key[crypto_shorthash_KEYBYTES];
	_Atomic(struct cache_reader *) readers;
	/* The writer's from here on; others read the counts. */
	_Alignas(CACHE_LINE) uint64_t size;
	uint32_t cuts[CACHE_DEPTHS];    /* how many there are */
	size_t hand;                    /* the slot where the sweep goes on */
	size_t tidied;                  /* the slot where tidying does */
	struct reclaim *reclaim;
	_Atomic uint64_t octets;        /* parcels and the table */
	_Atomic uint64_t negative_octets;
	_Atomic uint64_t entries;
	_Atomic uint64_t negative_entries;
	_Atomic uint64_t evictions;
	_Atomic uint64_t stale;
};

/* A counter that one thread writes and others read. */
static inline void
cache_add(_Atomic uint64_t *counter, uint64_t n)
{
	atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + n,
	    memory_order_relaxed);
}

static inline uint64_t
cache_get(const _Atomic uint64_t *counter)
{
	return atomic_load_explicit(counter, memory_order_relaxed);
}

static inline struct cache_table *
cache_table(const struct cache *cache)
{
	return atomic_load_explicit(&cache->table, memory_order_acquire);
}

/* The key of a folded name of a type, or of all (PARCEL_CUTS in flags). */
struct cache_key cache_key(const struct cache *cache, const uint8_t *name, size_t len,
    uint16_t type, uint8_t flags);
/* The key that a parcel goes by. */
struct cache_key cache_parcel_key(const struct cache *cache, const struct parcel *parcel);

/* The flags of a question that are part of its key. */
static inline uint8_t
cache_asked_flags(const struct asked *asked)
{
	return (uint8_t)((asked->dnssec_ok ? PARCEL_DNSSEC_OK : 0) |
	    (asked->checking_disabled ? PARCEL_CHECKING_DISABLED : 0));
}

/* Parcels never change but for these, which are there to be changed. */
static inline struct parcel_marks *
cache_marks(const struct parcel *parcel)
{
	return &((struct parcel *)(uintptr_t)parcel)->marks; /* NOLINT */
}

/* Labels without the root's, at most CACHE_DEPTHS - 1. */
unsigned cache_depth(const uint8_t *name);

/* Milliseconds since the parcel came. */
static inline uint64_t
cache_age_ms(const struct parcel *parcel, uint64_t now_ms)
{
	return now_ms > parcel->marks.stored_ms ? now_ms - parcel->marks.stored_ms : 0;
}

static inline bool
cache_is_fresh(const struct parcel *parcel, uint64_t now_ms)
{
	return cache_age_ms(parcel, now_ms) < parcel->ttl_s * 1000ULL;
}

/* Fresh, or it may still stand in for a failing upstream. */
static inline bool
cache_is_alive(const struct parcel *parcel, uint64_t now_ms)
{
	return cache_age_ms(parcel, now_ms) <
	    (0ULL + parcel->ttl_s + parcel->marks.stale_s) * 1000;
}

/* Not an answer that one would miss: the negative part's. */
static inline bool
cache_is_negative(const struct parcel *parcel)
{
	return (parcel->flags & PARCEL_IS_NEGATIVE) || parcel->rcode != DNS_NOERROR;
}
#endif
