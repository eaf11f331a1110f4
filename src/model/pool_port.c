/* pool_port.c - which node ports are taken, by whom, for which protocols. */
#include "model/pool_port.h"

#include <stdlib.h>

#include "base/err.h"
#include "base/keyset.h"

/*
 * A number belongs to one owner (Kubernetes' portallocator knows numbers only), for one or
 * more protocols.
 */
struct port_slot {
	const void *owner;
	uint8_t protocols;      /* bit set by enum protocol */
};

struct pool_port {
	uint16_t first;
	uint16_t last;
	uint32_t band;          /* so many at the start are left to explicit requests */
	struct keyset slots;    /* those taken, by number */
};

static uint8_t
bit_of(enum protocol protocol)
{
	return (uint8_t)(1u << protocol);
}

/* KEP-3668: min(max(16, size/32), 128), and nothing in a range too small to be split. */
static uint32_t
band_of(uint32_t size)
{
	uint32_t band = size / 32;

	if (size <= 16)
		return 0;
	return band < 16 ? 16 : band > 128 ? 128 : band;
}

struct pool_port *
pool_port_new(uint16_t first, uint16_t last)
{
	struct pool_port *pool = calloc(1, sizeof(*pool));

	if (pool == NULL)
		return NULL;
	keyset_init(&pool->slots);
	pool->first = first;
	pool->last = last;
	if (last >= first)
		pool->band = band_of((uint32_t)last - first + 1);
	return pool;
}

void
pool_port_free(struct pool_port *pool)
{
	struct port_slot *slot;
	size_t at = 0;

	if (pool == NULL)
		return;
	while ((slot = keyset_next(&pool->slots, &at)) != NULL)
		free(slot);
	keyset_release(&pool->slots);
	free(pool);
}

static struct port_slot *
slot_find(const struct pool_port *pool, uint32_t port)
{
	return keyset_find(&pool->slots, keyset_hash_number(&pool->slots, port), NULL, NULL);
}

static struct port_slot *
slot_new(struct pool_port *pool, uint16_t port, const void *owner)
{
	struct port_slot *slot = malloc(sizeof(*slot));

	if (slot == NULL)
		return NULL;
	*slot = (struct port_slot){ .owner = owner };
	if (keyset_add(&pool->slots, keyset_hash_number(&pool->slots, port), slot) != 0) {
		free(slot);
		return NULL;
	}
	return slot;
}

static int
slot_take(struct pool_port *pool, uint16_t port, enum protocol protocol, const void *owner)
{
	struct port_slot *slot = slot_find(pool, port);

	if (slot != NULL && slot->owner != owner)
		return ERR_EXISTS;
	if (slot == NULL)
		slot = slot_new(pool, port, owner);
	if (slot == NULL)
		return ERR_NOMEM;
	slot->protocols |= bit_of(protocol);
	return 0;
}

int
pool_port_take(struct pool_port *pool, uint16_t port, enum protocol protocol, const void *owner,
    bool force)
{
	if (port == 0 || (!force && (port < pool->first || port > pool->last)))
		return ERR_RANGE;
	return slot_take(pool, port, protocol, owner);
}

/* The first free port from `start` on, going round in [low, high); 0: none. */
static uint16_t
find_free(const struct pool_port *pool, uint32_t low, uint32_t high, uint64_t random)
{
	uint32_t size = high > low ? high - low : 0;

	for (uint32_t i = 0; i < size; i++) {
		uint32_t port = low + (uint32_t)((random + i) % size);

		if (port != 0 && slot_find(pool, port) == NULL)
			return (uint16_t)port;
	}
	return 0;
}

int
pool_port_allot(struct pool_port *pool, enum protocol protocol, uint64_t random, const void *owner,
    uint16_t *port)
{
	uint32_t low = pool->first;
	uint32_t middle = low + pool->band;
	uint16_t found = find_free(pool, middle, (uint32_t)pool->last + 1, random % UINT32_MAX);
	int err;

	if (found == 0)
		found = find_free(pool, low, middle, random % UINT32_MAX);
	if (found == 0)
		return ERR_FULL;
	err = slot_take(pool, found, protocol, owner);
	if (err == 0)
		*port = found;
	return err;
}

void
pool_port_release(struct pool_port *pool, uint16_t port, enum protocol protocol)
{
	struct port_slot *slot = slot_find(pool, port);

	if (slot == NULL)
		return;
	slot->protocols &= (uint8_t)~bit_of(protocol);
	if (slot->protocols != 0)
		return;
	keyset_remove(&pool->slots, keyset_hash_number(&pool->slots, port), slot);
	free(slot);
}

const void *
pool_port_holder(const struct pool_port *pool, uint16_t port)
{
	const struct port_slot *slot = slot_find(pool, port);

	return slot != NULL ? slot->owner : NULL;
}

size_t
pool_port_taken(const struct pool_port *pool)
{
	return pool->slots.count;
}
