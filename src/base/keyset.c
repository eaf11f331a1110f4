/* keyset.c - many elements found by keys that they hold themselves. */
#include "base/keyset.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"

#define FIRST_CELLS 8
/* Odd, with as many ones as zeros, and no pattern (wyhash). */
#define MIX_A 0xa0761d6478bd642fULL
#define MIX_B 0xe7037ed1a0b428dbULL

void
keyset_init(struct keyset *set)
{
	*set = (struct keyset){ .seed = text_seed() };
}

void
keyset_release(struct keyset *set)
{
	free(set->items);
	set->items = NULL;
	set->cells = set->count = 0;
}

/* ---- hashes ---- */

/* Both halves of a product: each bit of it depends on all bits of both. */
static uint64_t
fold(uint64_t a, uint64_t b)
{
	__extension__ unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t
hash_octets(uint64_t hash, const void *data, size_t len)
{
	const uint8_t *at = data;
	uint64_t word = 0;

	hash = fold(hash ^ len, MIX_A);
	for (; len >= sizeof(word); len -= sizeof(word), at += sizeof(word)) {
		memcpy(&word, at, sizeof(word));
		hash = fold(hash ^ word, MIX_B);
	}
	word = 0;
	memcpy(&word, at, len);
	return fold(hash ^ word, MIX_B);
}

uint32_t
keyset_hash(const struct keyset *set, const void *data, size_t len)
{
	return (uint32_t)hash_octets(set->seed, data, len);
}

uint32_t
keyset_hash_names(const struct keyset *set, const char *first, const char *second)
{
	uint64_t hash = hash_octets(set->seed, first, strlen(first));

	return (uint32_t)hash_octets(hash, second, strlen(second));
}

/* Each step can be undone, and so no two numbers meet (MurmurHash3's last steps). */
uint32_t
keyset_hash_number(const struct keyset *set, uint32_t number)
{
	uint32_t hash = number ^ (uint32_t)set->seed;

	hash = (hash ^ hash >> 16) * 0x85ebca6bu;
	hash = (hash ^ hash >> 13) * 0xc2b2ae35u;
	return hash ^ hash >> 16;
}

/* ---- cells ---- */

static uint32_t *
hashes_of(const struct keyset *set)
{
	return (uint32_t *)(void *)(set->items + set->cells);
}

/* In the order of the hashes, so that growing reads and writes the memory from end to end. */
static uint32_t
home_of(const struct keyset *set, uint32_t hash)
{
	return (uint32_t)((uint64_t)hash * set->cells >> 32);
}

static uint32_t
after(const struct keyset *set, uint32_t cell)
{
	return cell + 1 < set->cells ? cell + 1 : 0;
}

static void
put(struct keyset *set, uint32_t hash, void *item)
{
	uint32_t cell = home_of(set, hash);

	while (set->items[cell] != NULL)
		cell = after(set, cell);
	set->items[cell] = item;
	hashes_of(set)[cell] = hash;
	set->count++;
}

/* By half: between 1/2 and 3/4 of the cells are in use. */
static int
grow(struct keyset *set)
{
	struct keyset grown = { .seed = set->seed };
	uint64_t cells = set->cells < FIRST_CELLS ? FIRST_CELLS : (uint64_t)set->cells * 3 / 2;
	const uint32_t *hashes = set->cells > 0 ? hashes_of(set) : NULL;

	if (cells > UINT32_MAX)
		return ERR_NOMEM;
	grown.items = calloc((size_t)cells, sizeof(*grown.items) + sizeof(*hashes));
	if (grown.items == NULL)
		return ERR_NOMEM;
	grown.cells = (uint32_t)cells;
	for (uint32_t i = 0; i < set->cells; i++)
		if (set->items[i] != NULL)
			put(&grown, hashes[i], set->items[i]);
	free(set->items);
	*set = grown;
	return 0;
}

void *
keyset_find(const struct keyset *set, uint32_t hash, keyset_equal_fn *equal, const void *key)
{
	const uint32_t *hashes;
	uint32_t cell = home_of(set, hash);

	if (set->count == 0)
		return NULL;
	hashes = hashes_of(set);
	for (; set->items[cell] != NULL; cell = after(set, cell))
		if (hashes[cell] == hash && (equal == NULL || equal(set->items[cell], key)))
			return set->items[cell];
	return NULL;
}

int
keyset_add(struct keyset *set, uint32_t hash, void *item)
{
	int err = (uint64_t)set->count + 1 > (uint64_t)set->cells * 3 / 4 ? grow(set) : 0;

	if (err == 0)
		put(set, hash, item);
	return err;
}

/* Those behind move up, each as far as its home allows. */
static void
close_gap(struct keyset *set, uint32_t gap)
{
	uint32_t *hashes = hashes_of(set);

	for (uint32_t cell = after(set, gap); set->items[cell] != NULL; cell = after(set, cell)) {
		uint32_t home = home_of(set, hashes[cell]);
		bool between = gap < cell ? gap < home && home <= cell :
		    gap < home || home <= cell;

		if (between)
			continue;
		set->items[gap] = set->items[cell];
		hashes[gap] = hashes[cell];
		gap = cell;
	}
	set->items[gap] = NULL;
}

void
keyset_remove(struct keyset *set, uint32_t hash, const void *item)
{
	uint32_t cell = home_of(set, hash);

	if (set->count == 0)
		return;
	while (set->items[cell] != NULL && set->items[cell] != item)
		cell = after(set, cell);
	if (set->items[cell] == NULL)
		return;
	set->count--;
	close_gap(set, cell);
}

void *
keyset_next(const struct keyset *set, size_t *at)
{
	while (*at < set->cells) {
		void *item = set->items[(*at)++];

		if (item != NULL)
			return item;
	}
	return NULL;
}
