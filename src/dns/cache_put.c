/* cache_put.c - the writer's side of the cache: what is taken in, and what is let go for it. */
#include <stdlib.h>
#include <string.h>

#include "dns/cache_parts.h"
#include "dns/entry.h"
#include "dns/name.h"
#include "dns/reclaim.h"

#define NEGATIVE_SHARE 4        /* negative answers have one part in so many */
#define TIDY_ROUNDS 256         /* calls of cache_tidy() that see every entry */

/* What malloc takes for so many octets: its own head, and multiples of 16. */
static uint64_t
octets_taken(const struct parcel *parcel)
{
	return (parcel->size + 8u + 15u) & ~15u;
}

static void
count_cut(struct cache *cache, const struct parcel *parcel, bool more)
{
	unsigned depth = cache_depth(parcel_name(parcel));
	uint64_t depths = cache_get(&cache->cut_depths);

	cache->cuts[depth] += more ? 1 : UINT32_MAX;
	depths = cache->cuts[depth] > 0 ? depths | 1ULL << depth : depths & ~(1ULL << depth);
	atomic_store_explicit(&cache->cut_depths, depths, memory_order_relaxed);
}

/* Count a parcel in, or out again. */
static void
count(struct cache *cache, const struct parcel *parcel, bool in)
{
	uint64_t one = in ? 1 : UINT64_MAX;
	uint64_t octets = in ? octets_taken(parcel) : -octets_taken(parcel);

	cache_add(&cache->octets, octets);
	if (cache_is_negative(parcel)) {
		cache_add(&cache->negative_octets, octets);
		cache_add(&cache->negative_entries, one);
	} else {
		cache_add(&cache->entries, one);
	}
	if (parcel->flags & PARCEL_CUTS)
		count_cut(cache, parcel, in);
}

/* Readers may still see it for a while. */
static void
let_go(struct cache *cache, struct parcel *parcel)
{
	count(cache, parcel, false);
	reclaim_add(cache->reclaim, parcel, octets_taken(parcel));
}

static void
empty_slot(struct cache *cache, size_t at)
{
	struct cache_table *table = cache_table(cache);
	struct parcel *parcel = cache_slot_parcel(cache_table_load(table, at));

	if (parcel == NULL)
		return;
	cache_table_store(table, at, 0, NULL, false);
	let_go(cache, parcel);
}

/* Forget what stands under a key, if anything does. */
static bool
forget(struct cache *cache, const struct cache_key *key)
{
	uint64_t slot;
	size_t at = cache_table_find(cache_table(cache), key, &slot);

	if (at == CACHE_NO_SLOT)
		return false;
	empty_slot(cache, at);
	return true;
}

/*
 * May it be thrown out now?  Who was used since the sweep last came by has a second chance, unless
 * it has ended.
 */
static bool
may_go(struct parcel *parcel, uint64_t now_ms)
{
	if (!cache_is_fresh(parcel, now_ms))
		return true;
	if (!atomic_load_explicit(&parcel->marks.used, memory_order_relaxed))
		return true;
	atomic_store_explicit(&parcel->marks.used, false, memory_order_relaxed);
	return false;
}

static void
evict(struct cache *cache, size_t at, const struct parcel *parcel, uint64_t now_ms)
{
	if (cache_is_fresh(parcel, now_ms))
		cache_add(&cache->evictions, 1);
	empty_slot(cache, at);
}

/*
 * Throw one out, but not `keep`.  Bounded: readers that use everything as fast as the sweep goes
 * do not stop it in its third round.
 */
static void
sweep(struct cache *cache, bool negative, const struct parcel *keep, uint64_t now_ms)
{
	const struct cache_table *table = cache_table(cache);
	size_t slots = cache_table_slots(table);

	for (size_t i = 0; i < 3 * slots; i++) {
		size_t at = cache->hand++ & (slots - 1);
		uint64_t slot = cache_table_load(table, at);
		struct parcel *parcel = cache_slot_parcel(slot);

		if (parcel == NULL || parcel == keep || (negative && !cache_slot_negative(slot)))
			continue;
		if (may_go(parcel, now_ms) || i >= 2 * slots) {
			evict(cache, at, parcel, now_ms);
			return;
		}
	}
}

/* How much a parcel would be missed: what has ended least, an answer that is used most. */
static unsigned
worth(const struct parcel *parcel, uint64_t now_ms)
{
	if (!cache_is_fresh(parcel, now_ms))
		return 0;
	return 1u + (cache_is_negative(parcel) ? 0 : 2) +
	    atomic_load_explicit(&parcel->marks.used, memory_order_relaxed);
}

/* Both buckets are full, which is rare (fill_max()): the slot of the one that is missed least. */
static size_t
make_room(struct cache *cache, uint64_t hash, uint64_t now_ms)
{
	const struct cache_table *table = cache_table(cache);
	struct parcel *parcel, *chosen = NULL;
	size_t chosen_at = 0;

	for (unsigned n = 0; n < 2 * CACHE_BUCKET; n++) {
		size_t at = cache_table_candidate(table, hash, n);

		parcel = cache_slot_parcel(cache_table_load(table, at));
		if (chosen != NULL && worth(parcel, now_ms) >= worth(chosen, now_ms))
			continue;
		chosen = parcel;
		chosen_at = at;
	}
	evict(cache, chosen_at, chosen, now_ms);
	return chosen_at;
}

/* With more than 13 of 16 slots used, keys would find both of their buckets full. */
static size_t
fill_max(const struct cache *cache)
{
	return cache_table_slots(cache_table(cache)) / 16 * 13;
}

static size_t
entries(const struct cache *cache)
{
	return cache_get(&cache->entries) + cache_get(&cache->negative_entries);
}

/* Stay within the size, and the negative part within its own. */
static void
shrink(struct cache *cache, const struct parcel *keep, uint64_t now_ms)
{
	/* Nothing can go but what there is; a table alone may be larger than the size. */
	while (cache_get(&cache->negative_octets) > cache->size / NEGATIVE_SHARE &&
	    cache_get(&cache->negative_entries) > 1)
		sweep(cache, true, keep, now_ms);
	while ((cache_get(&cache->octets) > cache->size || entries(cache) > fill_max(cache)) &&
	    entries(cache) > 1)
		sweep(cache, false, keep, now_ms);
}

/* A parcel into the slot of its key, or a free one. */
static void
insert(struct cache *cache, const struct cache_key *key, struct parcel *parcel, uint64_t now_ms)
{
	struct cache_table *table = cache_table(cache);
	struct parcel *before = NULL;
	uint64_t slot;
	size_t at = cache_table_find(table, key, &slot);

	if (at != CACHE_NO_SLOT)
		before = cache_slot_parcel(slot);
	else
		at = cache_table_room(table, key->hash);
	if (at == CACHE_NO_SLOT)
		at = make_room(cache, key->hash, now_ms);
	count(cache, parcel, true);
	cache_table_store(table, at, key->hash, parcel, cache_is_negative(parcel));
	if (before != NULL)
		let_go(cache, before);
	shrink(cache, parcel, now_ms);
}

/* The name is there, so it is not missing, nor is one above it. */
static void
forget_cuts(struct cache *cache, const uint8_t *name, size_t len, size_t zone_len)
{
	static const uint8_t kinds[] = { 0, PARCEL_DNSSEC_OK, PARCEL_CHECKING_DISABLED,
		PARCEL_DNSSEC_OK | PARCEL_CHECKING_DISABLED };

	for (; len >= zone_len; len -= 1u + *name, name += 1 + *name) {
		uint64_t depths = cache_get(&cache->cut_depths);

		for (size_t i = 0; i < sizeof(kinds); i++) {
			if ((depths >> cache_depth(name) & 1) == 0)
				break;
			struct cache_key key = cache_key(cache, name, len, 0,
			    kinds[i] | PARCEL_CUTS);
			forget(cache, &key);
		}
		if (*name == 0)
			return;
	}
}

/* Was what is there asked for later?  A slow reply is no news. */
static bool
is_outdone(const struct cache *cache, const struct cache_key *key, uint64_t asked_ms)
{
	uint64_t slot;

	if (cache_table_find(cache_table(cache), key, &slot) == CACHE_NO_SLOT)
		return false;
	return cache_slot_parcel(slot)->marks.asked_ms > asked_ms;
}

bool
cache_put(struct cache *cache, struct parcel *parcel, const struct cache_settings *settings,
    size_t zone_len, uint64_t asked_ms, uint64_t now_ms)
{
	struct parcel_marks *marks = &parcel->marks;
	struct cache_key key = cache_parcel_key(cache, parcel);

	/* One that is large beside the whole is not worth all that would go for it. */
	if (parcel->ttl_s == 0 || octets_taken(parcel) > cache->size / NEGATIVE_SHARE)
		return false;
	if (is_outdone(cache, &key, asked_ms))
		return false;
	marks->stored_ms = now_ms;
	marks->asked_ms = asked_ms;
	if (!cache_is_negative(parcel)) {
		marks->stale_s = settings->serve_stale_s;
		marks->prefetch = settings->prefetch;
	}
	if (parcel->flags & PARCEL_CUTS) {
		/* An answer of before, for this type, is none any more. */
		struct cache_key one = cache_key(cache, key.name, key.name_len, parcel->type,
		    (uint8_t)(parcel->flags & ~PARCEL_CUTS));

		forget(cache, &one);
	} else if (parcel->rcode == DNS_NOERROR) {
		forget_cuts(cache, key.name, key.name_len, zone_len);
	}
	insert(cache, &key, parcel, now_ms);
	return true;
}

static bool
is_failure(const struct parcel *parcel)
{
	return parcel->rcode != DNS_NOERROR && parcel->rcode != DNS_NXDOMAIN;
}

void
cache_fail(struct cache *cache, const struct asked *asked, uint8_t rcode, uint64_t asked_ms,
    uint64_t now_ms)
{
	static const struct cache_settings none = { 0 };
	struct cache_hit hit;

	if (cache_look(cache, asked, asked->name_len, now_ms, &hit) != CACHE_MISS &&
	    !is_failure(hit.parcel)) {
		struct parcel_marks *marks = cache_marks(hit.parcel);

		atomic_store_explicit(&marks->quiet_until_ms, now_ms + CACHE_RECHECK_MS,
		    memory_order_relaxed);
		atomic_store_explicit(&marks->refreshing, false, memory_order_relaxed);
		return;
	}
	struct parcel *parcel = parcel_new_failure(asked, rcode, PARCEL_FAILURE_TTL_MAX_S);
	if (parcel != NULL && !cache_put(cache, parcel, &none, 1, asked_ms, now_ms))
		parcel_free(parcel);
}

void
cache_note_stale(struct cache *cache)
{
	cache_add(&cache->stale, 1);
}

size_t
cache_flush(struct cache *cache, const uint8_t *name, size_t len, bool below)
{
	const struct cache_table *table = cache_table(cache);
	size_t forgotten = 0;

	for (size_t at = 0; at < cache_table_slots(table); at++) {
		const struct parcel *parcel = cache_slot_parcel(cache_table_load(table, at));

		if (parcel == NULL || !(below ? name_is_under(parcel_name(parcel), name) :
		    parcel->name_len == len && memcmp(parcel_name(parcel), name, len) == 0))
			continue;
		empty_slot(cache, at);
		forgotten++;
	}
	/* And what says that it is missing because of a name above. */
	forget_cuts(cache, name, len, 1);
	return forgotten;
}

size_t
cache_forget_ours(struct cache *cache,
    bool (*is_ours)(void *arg, const uint8_t *name, size_t len), void *arg)
{
	const struct cache_table *table = cache_table(cache);
	uint8_t name[DNS_NAME_MAX];
	size_t forgotten = 0;

	for (size_t at = 0; at < cache_table_slots(table); at++) {
		const struct parcel *parcel = cache_slot_parcel(cache_table_load(table, at));

		if (parcel == NULL || parcel->links == 0 || parcel_leads_to_us(parcel))
			continue;
		size_t len = parcel_last_name(parcel, name);
		name_fold(name, len);
		if (!is_ours(arg, name, len))
			continue;
		empty_slot(cache, at);
		forgotten++;
	}
	return forgotten;
}

int
cache_resize(struct cache *cache, uint64_t size)
{
	struct cache_table *before = cache_table(cache);
	struct cache_table *table = cache_table_new(size);

	if (table == NULL)
		return ERR_NOMEM;
	cache->size = size;
	for (size_t at = 0; at < cache_table_slots(before); at++) {
		struct parcel *parcel = cache_slot_parcel(cache_table_load(before, at));

		if (parcel == NULL)
			continue;
		struct cache_key key = cache_parcel_key(cache, parcel);
		size_t to = size == 0 ? CACHE_NO_SLOT : cache_table_room(table, key.hash);
		if (to == CACHE_NO_SLOT)
			let_go(cache, parcel);
		else
			cache_table_store(table, to, key.hash, parcel, cache_is_negative(parcel));
	}
	atomic_store_explicit(&cache->table, table, memory_order_release);
	cache_add(&cache->octets, cache_table_size(table) - cache_table_size(before));
	reclaim_add(cache->reclaim, before, cache_table_size(before));
	shrink(cache, NULL, 0);
	return 0;
}

void
cache_tidy(struct cache *cache, uint64_t now_ms)
{
	const struct cache_table *table = cache_table(cache);
	size_t slots = cache_table_slots(table);

	for (size_t i = 0; i < slots / TIDY_ROUNDS + 1; i++) {
		size_t at = cache->tidied++ & (slots - 1);
		const struct parcel *parcel = cache_slot_parcel(cache_table_load(table, at));

		if (parcel != NULL && !cache_is_alive(parcel, now_ms))
			empty_slot(cache, at);
	}
}

void
cache_reclaim(struct cache *cache)
{
	reclaim_flush(cache->reclaim);
}
