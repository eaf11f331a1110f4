/* pool_port.c - which node ports are taken, by whom, for which protocols. */
#include "model/pool_port.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"

/*
 * A number belongs to one owner (Kubernetes' portallocator knows numbers only), for one or
 * more protocols.
 */
struct port_slot {
	char *owner;            /* NULL: free */
	uint8_t protocols;      /* bit set by enum protocol */
};

struct pool_port {
	uint16_t first;
	uint16_t last;
	uint32_t band;          /* so many at the start are left to explicit requests */
	struct port_slot slots[UINT16_MAX + 1];
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
	pool->first = first;
	pool->last = last;
	if (last >= first)
		pool->band = band_of((uint32_t)last - first + 1);
	return pool;
}

void
pool_port_free(struct pool_port *pool)
{
	if (pool == NULL)
		return;
	for (size_t i = 0; i <= UINT16_MAX; i++)
		free(pool->slots[i].owner);
	free(pool);
}

static int
slot_take(struct port_slot *slot, enum protocol protocol, const char *owner)
{
	if (slot->owner != NULL && strcmp(slot->owner, owner) != 0)
		return ERR_EXISTS;
	if (slot->owner == NULL) {
		slot->owner = strdup(owner);
		if (slot->owner == NULL)
			return ERR_NOMEM;
	}
	slot->protocols |= bit_of(protocol);
	return 0;
}

int
pool_port_take(struct pool_port *pool, uint16_t port, enum protocol protocol, const char *owner,
    bool force)
{
	if (port == 0 || (!force && (port < pool->first || port > pool->last)))
		return ERR_RANGE;
	return slot_take(&pool->slots[port], protocol, owner);
}

/* The first free port from `start` on, going round in [low, high); 0: none. */
static uint16_t
find_free(const struct pool_port *pool, uint32_t low, uint32_t high, uint64_t random)
{
	uint32_t size = high > low ? high - low : 0;

	for (uint32_t i = 0; i < size; i++) {
		uint32_t port = low + (uint32_t)((random + i) % size);

		if (port != 0 && pool->slots[port].owner == NULL)
			return (uint16_t)port;
	}
	return 0;
}

int
pool_port_allot(struct pool_port *pool, enum protocol protocol, uint64_t random, const char *owner,
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
	err = slot_take(&pool->slots[found], protocol, owner);
	if (err == 0)
		*port = found;
	return err;
}

void
pool_port_release(struct pool_port *pool, uint16_t port, enum protocol protocol)
{
	struct port_slot *slot = &pool->slots[port];

	slot->protocols &= (uint8_t)~bit_of(protocol);
	if (slot->protocols == 0) {
		free(slot->owner);
		slot->owner = NULL;
	}
}

const char *
pool_port_holder(const struct pool_port *pool, uint16_t port)
{
	return pool->slots[port].owner;
}
