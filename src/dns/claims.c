/* claims.c - which owners have something to say about an address. */
#include "dns/claims.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/addr.h"
#include "base/err.h"
#include "base/text.h"

#define SIZE_FIRST 64           /* a power of two */

/* Open addressing, linear probing; equal hashes stand in as many slots as there are claims. */
struct slot {
	uint64_t hash;
	void *owner;            /* NULL: free */
};

struct claims {
	struct slot *slots;
	size_t size;            /* a power of two */
	size_t count;
};

struct claims *
claims_new(void)
{
	struct claims *claims = calloc(1, sizeof(*claims));

	if (claims == NULL)
		return NULL;
	claims->slots = calloc(SIZE_FIRST, sizeof(*claims->slots));
	if (claims->slots == NULL) {
		free(claims);
		return NULL;
	}
	claims->size = SIZE_FIRST;
	return claims;
}

void
claims_free(struct claims *claims)
{
	if (claims == NULL)
		return;
	free(claims->slots);
	free(claims);
}

/*
 * FNV spreads its low bits well enough, but not the high ones of short keys: mix once more
 * (murmur3).
 */
static uint64_t
hash_addr(const struct addr *addr)
{
	uint64_t hash = text_hash(TEXT_HASH_SEED + addr->family, addr->octets, addr_len(addr));

	hash = (hash ^ hash >> 33) * 0xff51afd7ed558ccdULL;
	return hash ^ hash >> 33;
}

static void
place(struct slot *slots, size_t size, uint64_t hash, void *owner)
{
	size_t at = hash & (size - 1);

	while (slots[at].owner != NULL)
		at = (at + 1) & (size - 1);
	slots[at] = (struct slot){ hash, owner };
}

int
claims_reserve(struct claims *claims, size_t more)
{
	size_t size = claims->size;

	while ((claims->count + more) > size - size / 4)
		size *= 2;
	if (size == claims->size)
		return 0;
	struct slot *slots = calloc(size, sizeof(*slots));
	if (slots == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < claims->size; i++)
		if (claims->slots[i].owner != NULL)
			place(slots, size, claims->slots[i].hash, claims->slots[i].owner);
	free(claims->slots);
	claims->slots = slots;
	claims->size = size;
	return 0;
}

void
claims_add(struct claims *claims, const struct addr *addr, void *owner)
{
	place(claims->slots, claims->size, hash_addr(addr), owner);
	claims->count++;
}

/* May what stands at `from` move to `to`?  Not past the slot where its search begins. */
static bool
may_move(const struct claims *claims, size_t from, size_t to)
{
	size_t home = claims->slots[from].hash & (claims->size - 1);

	return ((from - home) & (claims->size - 1)) >= ((from - to) & (claims->size - 1));
}

/* Close the gap, so that no search ends too early. */
static void
take_out(struct claims *claims, size_t gap)
{
	size_t mask = claims->size - 1;

	for (size_t at = (gap + 1) & mask; claims->slots[at].owner != NULL; at = (at + 1) & mask)
		if (may_move(claims, at, gap)) {
			claims->slots[gap] = claims->slots[at];
			gap = at;
		}
	claims->slots[gap].owner = NULL;
	claims->count--;
}

/* Where the claim is, or the free slot behind all of the address. */
static size_t
find(const struct claims *claims, const struct addr *addr, const void *owner)
{
	uint64_t hash = hash_addr(addr);
	size_t mask = claims->size - 1, at = hash & mask;

	while (claims->slots[at].owner != NULL &&
	    (claims->slots[at].hash != hash || claims->slots[at].owner != owner))
		at = (at + 1) & mask;
	return at;
}

void
claims_remove(struct claims *claims, const struct addr *addr, const void *owner)
{
	size_t at = find(claims, addr, owner);

	if (claims->slots[at].owner != NULL)
		take_out(claims, at);
}

bool
claims_has(const struct claims *claims, const struct addr *addr, const void *owner)
{
	return claims->slots[find(claims, addr, owner)].owner != NULL;
}

void *
claims_next(const struct claims *claims, const struct addr *addr, size_t *cursor)
{
	uint64_t hash = hash_addr(addr);
	size_t mask = claims->size - 1;

	for (;;) {
		const struct slot *slot = &claims->slots[(hash + (*cursor)++) & mask];

		if (slot->owner == NULL)
			return NULL;
		if (slot->hash == hash)
			return slot->owner;
	}
}

size_t
claims_count(const struct claims *claims)
{
	return claims->count;
}
