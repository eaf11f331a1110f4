/*
 * index.c - the dense table from folded wire name to its entry; written by one, read by all.
 *
 * A slot is one 64-bit word: 16 bits of the name's hash above a 48-bit pointer.  So a probe that
 * misses hardly ever touches an entry, eight slots share a cache line, and a change is one release
 * store of one word.
 */
#include "dns/index.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/err.h"
#include "dns/entry_layout.h"
#include "dns/index_parts.h"
#include "dns/name.h"
#include "dns/observer.h"
#include "dns/page.h"
#include "dns/reclaim.h"
#include "dns/stand_in.h"
#include "dns/zone_table.h"

#define TABLE_MIN 64
/*
 * What a name below arpa that was stated is found by: the catalog puts empty non-terminals and
 * networks of its own there.  It changes the tag, so that the two are never taken for each other.
 */
#define UNDER 0x9e3779b97f4a7c15ULL
#define REBUILD_AHEAD 8         /* entries whose names are fetched before they are needed */


static size_t
table_size(const struct table *table)
{
	return sizeof(*table) + (table->mask + 1) * sizeof(table->slots[0]);
}

static struct table *
table_new(size_t slots)
{
	struct table *table = calloc(1, sizeof(*table) + slots * sizeof(table->slots[0]));

	if (table != NULL)
		table->mask = slots - 1;
	return table;
}

static uint64_t
slot_make(const struct entry *entry, uint64_t hash)
{
	return hash >> TAG_SHIFT << TAG_SHIFT | (uint64_t)(uintptr_t)entry;
}

static bool
is_special(const struct entry *entry)
{
	return entry->kind == ENTRY_POD_NAMESPACE || entry->kind == ENTRY_ZONE_PIN ||
	    entry->kind == ENTRY_ZONE_PREFER;
}

struct index *
index_new(void)
{
	struct index *index = calloc(1, sizeof(*index));
	struct table *table = table_new(TABLE_MIN);

	if (index == NULL || table == NULL)
		goto fail;
	if (getrandom(&index->seed, sizeof(index->seed), 0) != sizeof(index->seed))
		goto fail;
	index->reclaim = reclaim_new();
	if (index->reclaim == NULL)
		goto fail;
	atomic_init(&index->table, table);
	return index;
fail:
	free(table);
	free(index);
	return NULL;
}

static void
free_zones(struct zone_table *zones)
{
	for (size_t i = 0; zones != NULL && i <= zones->mask; i++)
		free((void *)(uintptr_t)zone_table_slot(zones, i));
	free(zones);
}

void
index_free(struct index *index)
{
	if (index == NULL)
		return;
	struct table *table = atomic_load_explicit(&index->table, memory_order_relaxed);
	for (size_t i = 0; i <= table->mask; i++) {
		uint64_t slot = slot_load(table, i, memory_order_relaxed);

		if (slot > SLOT_REMOVED)
			entry_free(slot_entry(slot));
	}
	for (struct index_piece *piece = index->kept, *next; piece != NULL; piece = next) {
		next = piece->next;
		free(piece);
	}
	reclaim_free(index->reclaim);
	free(table);
	free_zones(atomic_load_explicit(&index->zones, memory_order_relaxed));
	free(index);
}

uint64_t
index_hash(const struct index *index, const uint8_t *name, size_t len, bool *mixed)
{
	return name_hash(index->seed, name, len, mixed);
}

void
index_prefetch(const struct index *index, uint64_t hash)
{
	const struct table *table = atomic_load_explicit(&index->table, memory_order_acquire);

	__builtin_prefetch((const void *)&table->slots[hash & table->mask]);
}

/* Only the slot where the name stands most often; what does not stand there is fetched late. */
void
index_prefetch_entry(const struct index *index, uint64_t hash)
{
	const struct table *table = atomic_load_explicit(&index->table, memory_order_acquire);
	uint64_t slot = slot_load(table, hash, memory_order_relaxed);
	/* A number: one name in 65,536 has the tag of empty slots, and nothing lies at NULL + 64. */
	uintptr_t entry = (uintptr_t)slot_entry(slot);

	if (slot >> TAG_SHIFT != hash >> TAG_SHIFT)
		return;
	/* The key lies in the first line, the records of most in the second. */
	__builtin_prefetch((const void *)entry);        /* NOLINT: packed pointer */
	__builtin_prefetch((const void *)(entry + 64)); /* NOLINT */
}

const struct entry *
index_find(const struct index *index, uint64_t hash, const uint8_t *name, size_t len)
{
	const struct table *table = atomic_load_explicit(&index->table, memory_order_acquire);

	for (size_t at = hash;; at++) {
		uint64_t slot = slot_load(table, at, memory_order_acquire);

		if (slot == SLOT_EMPTY)
			return NULL;
		if (slot >> TAG_SHIFT != hash >> TAG_SHIFT || slot == SLOT_REMOVED)
			continue;
		const struct entry *entry = slot_entry(slot);
		if (entry->name_len == len && name_folds_to(name, entry_key(entry), len))
			return entry;
	}
}

const struct entry *
index_find_under(const struct index *index, uint64_t hash, const uint8_t *name, size_t len)
{
	return index_find(index, hash ^ UNDER, name, len);
}

bool
index_has_under(const struct index *index)
{
	return atomic_load_explicit(&index->unders, memory_order_relaxed) > 0;
}

const struct entry *
index_get(const struct index *index, const uint8_t *name)
{
	size_t len = name_len(name);
	bool mixed;

	return index_find(index, index_hash(index, name, len, &mixed), name, len);
}

const struct entry *
index_get_under(const struct index *index, const uint8_t *name)
{
	size_t len = name_len(name);
	bool mixed;

	return index_find_under(index, index_hash(index, name, len, &mixed), name, len);
}

bool
index_has_specials(const struct index *index)
{
	return atomic_load_explicit(&index->specials, memory_order_relaxed) != 0;
}

bool
index_has_below(const struct index *index, unsigned labels)
{
	uint64_t depths = atomic_load_explicit(&index->holder_depths, memory_order_relaxed);

	return (depths >> (labels < DEPTHS ? labels : DEPTHS - 1) & 1) != 0;
}

const struct zone_table *
index_zones(const struct index *index)
{
	return atomic_load_explicit(&index->zones, memory_order_acquire);
}

static uint64_t
entry_hash(const struct index *index, const struct entry *entry)
{
	bool mixed;

	return name_hash(index->seed, entry_key(entry), entry->name_len, &mixed);
}

/* The hash that a slot's entry was put by. */
static uint64_t
slot_hash(const struct index *index, uint64_t slot)
{
	uint64_t hash = entry_hash(index, slot_entry(slot));

	return hash >> TAG_SHIFT == slot >> TAG_SHIFT ? hash : hash ^ UNDER;
}

/* Put into a table nobody reads yet: no removed slots, no equal names. */
static void
table_insert(struct table *table, const struct entry *entry, uint64_t hash)
{
	size_t at = hash & table->mask;

	while (slot_load(table, at, memory_order_relaxed) != SLOT_EMPTY)
		at++;
	atomic_store_explicit(&table->slots[at & table->mask], slot_make(entry, hash),
	    memory_order_relaxed);
	table->used++;
}

/*
 * Build a table with room for one more aside and swap it in.  The names have to be read again for
 * their hashes: fetched ahead, a million take some 20 ms.
 */
static int
rebuild(struct index *index)
{
	struct table *old = atomic_load_explicit(&index->table, memory_order_relaxed);
	size_t slots = TABLE_MIN;

	while (slots < 3 * (index->count + 1))
		slots *= 2;
	struct table *table = table_new(slots);
	if (table == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i <= old->mask; i++) {
		uint64_t ahead = slot_load(old, i + REBUILD_AHEAD, memory_order_relaxed);
		uint64_t slot = slot_load(old, i, memory_order_relaxed);

		__builtin_prefetch(slot_entry(ahead));
		if (slot > SLOT_REMOVED)
			table_insert(table, slot_entry(slot), slot_hash(index, slot));
	}
	atomic_store_explicit(&index->table, table, memory_order_release);
	reclaim_add(index->reclaim, old, table_size(old));
	return 0;
}

/*
 * Where the name is (true), or where it may be put: the first removed slot on its way, else the
 * empty one.
 */
static bool
find_slot(const struct table *table, uint64_t hash, const uint8_t *name, size_t len, size_t *found)
{
	size_t at = hash & table->mask;
	bool have_place = false;

	for (;; at = (at + 1) & table->mask) {
		uint64_t slot = slot_load(table, at, memory_order_relaxed);

		if (slot <= SLOT_REMOVED) {
			if (!have_place)
				*found = at;
			have_place = true;
			if (slot == SLOT_EMPTY)
				return false;
			continue;
		}
		const struct entry *entry = slot_entry(slot);
		if (slot >> TAG_SHIFT == hash >> TAG_SHIFT && entry->name_len == len &&
		    memcmp(entry_key(entry), name, len) == 0) {
			*found = at;
			return true;
		}
	}
}

static void
count_holder(struct index *index, const struct entry *entry, bool in)
{
	size_t depth = 0;

	for (const uint8_t *at = entry_key(entry); *at != 0 && depth < DEPTHS - 1; at += 1 + *at)
		depth++;
	index->holders[depth] = in ? index->holders[depth] + 1 : index->holders[depth] - 1;
	uint64_t depths = atomic_load_explicit(&index->holder_depths, memory_order_relaxed);
	depths = index->holders[depth] > 0 ? depths | 1ULL << depth : depths & ~(1ULL << depth);
	atomic_store_explicit(&index->holder_depths, depths, memory_order_relaxed);
}

/* Count an entry in or out of what readers must know beforehand, and of the sizes. */
static void
count_entry(struct index *index, const struct entry *entry, bool in)
{
	size_t size = entry_size(entry);

	index->entry_octets = in ? index->entry_octets + size : index->entry_octets - size;
	index->count = in ? index->count + 1 : index->count - 1;
	if (is_special(entry)) {
		size_t specials = atomic_load_explicit(&index->specials, memory_order_relaxed);
		atomic_store_explicit(&index->specials, in ? specials + 1 : specials - 1,
		    memory_order_relaxed);
	}
	if (entry->below_at != 0)
		count_holder(index, entry, in);
}

/* What is held must not be freed at once, as it is where there is no memory to remember it by. */
static void
give_back(struct index *index, void *piece, size_t size)
{
	if (index->held && !reclaim_has_room(index->reclaim)) {
		index->held = false;
		index->observer->lose(index->observer->arg);
	}
	reclaim_add(index->reclaim, piece, size);
}

static void
discard(struct index *index, struct entry *entry)
{
	count_entry(index, entry, false);
	give_back(index, entry, entry_size(entry));
}

static void
tell_entry(const struct index *index, const struct entry *old, const struct entry *new,
    const struct cell *cell)
{
	if (index->observer != NULL)
		index->observer->entry(index->observer->arg, old, new, cell);
}

/* By this hash, and through this cell (NULL: there is none). */
static int
put(struct index *index, uint64_t hash, struct entry *entry, struct cell *cell)
{
	struct table *table = atomic_load_explicit(&index->table, memory_order_relaxed);
	size_t at;

	/* A pointer of more than 48 bits (five-level paging, asked for) has no room in a slot. */
	if (((uint64_t)(uintptr_t)entry & ~POINTER_MASK) != 0)
		goto nomem;
	bool replaces = find_slot(table, hash, entry_key(entry), entry->name_len, &at);
	if (!replaces && 2 * (table->used + 1) > table->mask + 1) {
		if (rebuild(index) != 0)
			goto nomem;
		table = atomic_load_explicit(&index->table, memory_order_relaxed);
		(void)find_slot(table, hash, entry_key(entry), entry->name_len, &at);
	}
	uint64_t before = slot_load(table, at, memory_order_relaxed);
	if (before == SLOT_EMPTY)
		table->used++;
	tell_entry(index, replaces ? slot_entry(before) : NULL, entry, cell);
	count_entry(index, entry, true);
	atomic_store_explicit(&table->slots[at], slot_make(entry, hash), memory_order_release);
	if (cell != NULL)
		atomic_store_explicit(&cell->entry, entry, memory_order_release);
	if (replaces)
		discard(index, slot_entry(before));
	return 0;
nomem:
	entry_free(entry);
	return ERR_NOMEM;
}

int
index_put_cell(struct index *index, struct entry *entry, struct cell *cell)
{
	return put(index, entry_hash(index, entry), entry, cell);
}

int
index_reserve(struct index *index)
{
	const struct table *table = atomic_load_explicit(&index->table, memory_order_relaxed);

	return 2 * (table->used + 1) > table->mask + 1 ? rebuild(index) : 0;
}

int
index_put(struct index *index, struct entry *entry)
{
	return put(index, entry_hash(index, entry), entry, NULL);
}

int
index_put_under(struct index *index, struct entry *entry)
{
	size_t before = index->count;
	bool arpa = stand_in_is_arpa(entry_key(entry), entry->name_len);
	int err = put(index, entry_hash(index, entry) ^ UNDER, entry, NULL);

	if (index->count > before && !arpa)
		atomic_fetch_add_explicit(&index->unders, 1, memory_order_relaxed);
	return err;
}

static void
take_out(struct index *index, uint64_t hash, const uint8_t *name, struct cell *cell)
{
	struct table *table = atomic_load_explicit(&index->table, memory_order_relaxed);
	size_t at;

	if (!find_slot(table, hash, name, name_len(name), &at))
		return;
	struct entry *entry = slot_entry(slot_load(table, at, memory_order_relaxed));
	tell_entry(index, entry, NULL, cell);
	atomic_store_explicit(&table->slots[at], SLOT_REMOVED, memory_order_release);
	if (cell != NULL)
		atomic_store_explicit(&cell->entry, NULL, memory_order_release);
	discard(index, entry);
}

static uint64_t
hash_of(const struct index *index, const uint8_t *name)
{
	bool mixed;

	return name_hash(index->seed, name, name_len(name), &mixed);
}

void
index_remove_cell(struct index *index, const uint8_t *name, struct cell *cell)
{
	take_out(index, hash_of(index, name), name, cell);
}

void
index_remove(struct index *index, const uint8_t *name)
{
	take_out(index, hash_of(index, name), name, NULL);
}

void
index_remove_under(struct index *index, const uint8_t *name)
{
	size_t before = index->count;

	take_out(index, hash_of(index, name) ^ UNDER, name, NULL);
	if (index->count < before && !stand_in_is_arpa(name, name_len(name)))
		atomic_fetch_sub_explicit(&index->unders, 1, memory_order_relaxed);
}

void
index_note(struct index *index, size_t size)
{
	index->other_octets += size;
}

void
index_retire(struct index *index, void *piece, size_t size)
{
	index->other_octets -= size;
	give_back(index, piece, size);
}

void
index_keep(struct index *index, struct index_piece *piece)
{
	piece->next = index->kept;
	index->kept = piece;
}

/* The new table is read from here on; `old` is the zone that it has no more, if any. */
static int
swap_zones(struct index *index, struct zone_table *zones, const struct zone *old)
{
	struct zone_table *before = atomic_load_explicit(&index->zones, memory_order_relaxed);

	if (zones == NULL)
		return ERR_NOMEM;
	atomic_store_explicit(&index->zones, zones, memory_order_release);
	if (before != NULL)
		reclaim_add(index->reclaim, before, zone_table_size(before));
	if (old != NULL)
		reclaim_add(index->reclaim, (void *)(uintptr_t)old, sizeof(*old));
	return 0;
}

static const struct zone *
zone_at(const struct index *index, const uint8_t *zone)
{
	return zone_table_at(index_zones(index), zone, name_len(zone));
}

static void
tell_zone(const struct index *index, const uint8_t *zone, const uint8_t *soa_rdata,
    uint16_t soa_len, uint32_t soa_ttl_s)
{
	if (index->observer != NULL)
		index->observer->zone(index->observer->arg, zone, soa_rdata, soa_len, soa_ttl_s);
}

/* Into the table that is read, or a larger one. */
static int
put_zone(struct index *index, const struct zone *zone)
{
	struct zone_table *table = atomic_load_explicit(&index->zones, memory_order_relaxed);
	const struct zone *old = zone_at(index, zone->name);

	if (!zone_table_put(table, zone))
		return swap_zones(index, zone_table_with(table, zone), old);
	if (old != NULL)
		reclaim_add(index->reclaim, (void *)(uintptr_t)old, sizeof(*old));
	return 0;
}

int
index_set_stated_zone(struct index *index, const uint8_t *name, const uint8_t *soa_rdata,
    uint16_t soa_len, uint32_t soa_ttl_s, unsigned flags)
{
	struct zone *zone = zone_table_make(name, soa_rdata, soa_len, soa_ttl_s, flags);

	if (zone == NULL)
		return ERR_NOMEM;
	if (put_zone(index, zone) != 0) {
		free(zone);
		return ERR_NOMEM;
	}
	if ((flags & (ZONE_FINAL | ZONE_COMING)) == 0)
		tell_zone(index, name, soa_rdata, soa_len, soa_ttl_s);
	return 0;
}

int
index_set_zone(struct index *index, const uint8_t *zone, const uint8_t *soa_rdata, uint16_t soa_len,
    uint32_t soa_ttl_s)
{
	return index_set_stated_zone(index, zone, soa_rdata, soa_len, soa_ttl_s, 0);
}

void
index_remove_zone(struct index *index, const uint8_t *zone)
{
	/* Without memory the zone stays: its names are gone already, so it answers NXDOMAIN. */
	if (swap_zones(index, zone_table_without(index_zones(index), zone),
	    zone_at(index, zone)) == 0)
		tell_zone(index, zone, NULL, 0, 0);
}

void
index_reclaim(struct index *index)
{
	if (!index->held)
		reclaim_flush(index->reclaim);
}

size_t
index_count(const struct index *index)
{
	return index->count;
}

size_t
index_size(const struct index *index)
{
	const struct zone_table *zones = index_zones(index);
	const struct table *table = atomic_load_explicit(&index->table, memory_order_relaxed);

	return sizeof(*index) + table_size(table) + (zones == NULL ? 0 :
	    zone_table_size(zones) + zones->count * sizeof(struct zone)) +
	    index->entry_octets + index->other_octets + reclaim_waiting(index->reclaim);
}
