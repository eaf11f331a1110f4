/*
 * cache.h - what upstreams said, kept for as long as they said; written by one, read by all.
 *
 * Answers that lie elsewhere only: names of our own never come here.  The resolver's thread puts
 * parcels in; responders and streams find them, without a lock, inside the read-side sections that
 * they are in anyway (index.h).  What is replaced or thrown out is freed after a grace period.
 *
 * It is bounded in octets.  Negative answers and failures have a quarter of them, and so cannot
 * push out the rest, whatever names are asked for; what is thrown out was not asked for since the
 * sweep last came by, or has ended.  Names fall where a keyed hash puts them (SipHash), so that
 * nobody can choose names that fall together.
 *
 *     answer   put, used until its TTL ends (RFC 1035, 3.2.1; RFC 2308), renewed before that if it
 *              is popular; then kept for serve_stale_s more, for when upstreams fail (RFC 8767)
 *     nothing  NXDOMAIN answers for all types of its name and all names below (RFC 8020)
 *     failure  at most 5 s (RFC 2308, 7.1), and never in place of an answer
 */
#ifndef ROLLCALL_DNS_CACHE_H
#define ROLLCALL_DNS_CACHE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dns/asked.h"
#include "dns/cache_settings.h"

#define CACHE_POPULAR 3         /* hits in an entry's life that make it popular */
#define CACHE_RECHECK_MS 30000  /* after a failure stale answers are given at once (RFC 8767, 5) */

struct cache;
struct cache_reader;
struct parcel;

enum cache_state {
	CACHE_MISS,             /* ask */
	CACHE_FRESH,            /* answer */
	CACHE_REFRESH,          /* answer, and ask: said once in an entry's life */
	CACHE_STALE,            /* ask; if upstreams fail, or are slow, it may be the answer */
	CACHE_STALE_NOW,        /* upstreams have just failed: answer with it at once */
};

/* Valid until the reader's next quiescent point; for the writer until cache_reclaim(). */
struct cache_hit {
	const struct parcel *parcel;    /* NULL: CACHE_MISS */
	uint32_t age_s;                 /* to be taken off the TTLs */
};

/* Thread: control.  `size` octets, 0: it keeps nothing.  NULL: no memory, no random octets. */
struct cache *cache_new(uint64_t size);
/* After all readers are gone. */
void cache_free(struct cache *cache);

/* Thread: any; where a reader thread counts what it finds.  Lives as long as the cache. */
struct cache_reader *cache_reader_new(struct cache *cache);

/*
 * Readers, in three steps: begin asks the memory for where the answer may be found, fetch, which
 * may be left out, for the answer; find gives it.  Who has several questions takes each step with
 * all of them before the next, and need not wait.  `zone_len`: the length of the name of the forward zone that the question falls to: an
 * NXDOMAIN from above that zone was said by others, and of others' names.
 */
uint64_t cache_begin(const struct cache *cache, const struct asked *asked);
void cache_fetch(const struct cache *cache, uint64_t begun);
enum cache_state cache_find(const struct cache *cache, struct cache_reader *reader,
    const struct asked *asked, uint64_t begun, size_t zone_len, uint64_t now_ms,
    struct cache_hit *hit);

/* The rest, down to cache_seen: the writer, which is one thread. */

/* The same without a trace: nothing is counted, nothing popular; never CACHE_REFRESH. */
enum cache_state cache_look(const struct cache *cache, const struct asked *asked, size_t zone_len,
    uint64_t now_ms, struct cache_hit *hit);
/* An answer of the cache was given although it had ended (CACHE_STALE). */
void cache_note_stale(struct cache *cache);

/*
 * Take a parcel, whose question was sent at asked_ms; `settings` are its zone's.  false: it stays
 * the caller's, because its TTL is 0, because it is larger than a quarter of the cache, or because
 * what is there was asked for later.
 */
bool cache_put(struct cache *cache, struct parcel *parcel, const struct cache_settings *settings,
    size_t zone_len, uint64_t asked_ms, uint64_t now_ms);
/*
 * Nobody could answer: an answer that is stale, or soon will be, is given without asking for 30 s;
 * where there is none, `rcode` is the answer for 5 s.  Without memory nothing is kept.
 */
void cache_fail(struct cache *cache, const struct asked *asked, uint8_t rcode,
    uint64_t asked_ms, uint64_t now_ms);

/* Forget a folded name, with all below it or alone; returns how many entries. */
size_t cache_flush(struct cache *cache, const uint8_t *name, size_t len, bool below);
/*
 * Names have become ours: forget answers that lead to one and go on there by what an upstream said.
 * How many.
 */
size_t cache_forget_ours(struct cache *cache,
    bool (*is_ours)(void *arg, const uint8_t *name, size_t len), void *arg);
/* Another size, at once.  ERR_NOMEM: all as before. */
int cache_resize(struct cache *cache, uint64_t size);
/* About once a second: let go of some of what has ended. */
void cache_tidy(struct cache *cache, uint64_t now_ms);
/* Once a round of the writer's loop: free what readers can no longer see, on another thread. */
void cache_reclaim(struct cache *cache);

/* An entry, for people. */
struct cache_seen {
	struct asked asked;
	uint8_t rcode;
	bool all_types;         /* an NXDOMAIN: of all types, and of all names below */
	bool stale;             /* its time has ended */
	uint32_t left_s;        /* of its time, or of the time that it may be stale */
	uint8_t hits;           /* 255: or more */
	uint32_t octets;
};

/*
 * The writer, or a reader inside a section: the next entry from *at on, 0 at first; false: there
 * is none.  What is put or removed meanwhile may be given or not.
 */
bool cache_next(const struct cache *cache, uint64_t now_ms, size_t *at, struct cache_seen *seen);

/* Thread: any.  The first three are of now, the rest of all time. */
struct cache_counts {
	uint64_t octets;
	uint64_t entries;               /* answers */
	uint64_t negative_entries;      /* and failures */
	uint64_t hits;
	uint64_t negative_hits;
	uint64_t misses;
	uint64_t stale;                 /* stale answers given */
	uint64_t prefetches;            /* CACHE_REFRESH said */
	uint64_t evictions;             /* thrown out for others, though they had not ended */
};
void cache_count(const struct cache *cache, struct cache_counts *counts);
#endif
