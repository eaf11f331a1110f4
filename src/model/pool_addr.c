/* pool_addr.c - which addresses of some networks are taken, by whom, and which are held back. */
#include "model/pool_addr.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "base/err.h"
#include "base/keyset.h"

/*
 * Only so many addresses at the start of a network are allotted; the rest of a larger one
 * can still be asked for by name.  Kubernetes bounds its bitmaps the same way (IPv6 /108 is
 * 2^20).
 */
#define DYNAMIC_MAX ((uint64_t)1 << 20)
#define WORD_BITS 64
/*
 * An owner's own lies so near to where the search for it began, unless the network is nearly
 * full.
 */
#define OWN_STEPS 256

/* One network.  A bit is set where the address is taken, held or reserved. */
struct range {
	struct cidr cidr;
	uint64_t low;           /* offsets that may be allotted: low <= offset < high */
	uint64_t high;
	uint64_t band;          /* and of these, low..band-1 only when all else is taken */
	uint64_t *bits;         /* for offsets 0..high-1 */
};

/* An address that somebody has, or had. */
struct taken {
	union {
		const void *owner;
		struct held *held;      /* where it was given back, and waits */
	};
	bool is_held;
	uint8_t family;
	uint8_t octets[];               /* as many as the family has: there are many of these */
};

struct held {
	struct taken *taken;
	const void *owner;
	uint64_t until_ms;
	TAILQ_ENTRY(held) link;
};
TAILQ_HEAD(held_list, held);

struct pool_addr {
	struct range *ranges;
	size_t range_count;
	bool bands;
	struct keyset taken;
	struct held_list held;          /* by until_ms */
};

/* KEP-3070: min(max(16, size/16), 256), and nothing in a range too small to be split. */
static uint64_t
band_of(uint64_t size)
{
	uint64_t band = size / 16;

	if (size <= 16)
		return 0;
	return band < 16 ? 16 : band > 256 ? 256 : band;
}

static int
range_init(struct range *range, const struct cidr *cidr, bool bands)
{
	uint64_t size = cidr_size(cidr);
	uint64_t high = size < DYNAMIC_MAX ? size : DYNAMIC_MAX;

	*range = (struct range){ .cidr = *cidr, .high = high };
	if (bands) {
		/*
		 * 0 is the network, 1 the API server's by custom; the last of IPv4 is
		 * broadcast.
		 */
		range->low = 2;
		if (cidr->base.family == ADDR_IP4 && high == size)
			range->high = size - 1;
		range->band = 1 + band_of(size);
	}
	if (range->low > range->high)
		range->low = range->high;
	if (range->band < range->low)
		range->band = range->low;
	if (range->band > range->high)
		range->band = range->high;
	range->bits = calloc(high / WORD_BITS + 1, sizeof(*range->bits));
	return range->bits != NULL ? 0 : ERR_NOMEM;
}

struct pool_addr *
pool_addr_new(const struct cidr *cidrs, size_t count, bool bands)
{
	struct pool_addr *pool = calloc(1, sizeof(*pool));

	if (pool == NULL)
		return NULL;
	pool->bands = bands;
	keyset_init(&pool->taken);
	TAILQ_INIT(&pool->held);
	pool->ranges = calloc(count > 0 ? count : 1, sizeof(*pool->ranges));
	if (pool->ranges == NULL)
		goto fail;
	for (size_t i = 0; i < count; i++) {
		pool->range_count++;
		if (range_init(&pool->ranges[i], &cidrs[i], bands) != 0)
			goto fail;
	}
	return pool;
fail:
	pool_addr_free(pool);
	return NULL;
}

void
pool_addr_free(struct pool_addr *pool)
{
	struct taken *taken;
	size_t at = 0;

	if (pool == NULL)
		return;
	while ((taken = keyset_next(&pool->taken, &at)) != NULL) {
		if (taken->is_held)
			free(taken->held);
		free(taken);
	}
	keyset_release(&pool->taken);
	for (size_t i = 0; i < pool->range_count; i++)
		free(pool->ranges[i].bits);
	free(pool->ranges);
	free(pool);
}

/* How far an address of the network lies behind its base; UINT64_MAX: further than fits. */
static uint64_t
offset_of(const struct range *range, const struct addr *addr)
{
	size_t len = addr_len(addr);
	uint64_t offset = 0;

	for (size_t i = 0; i < len; i++) {
		uint8_t octet = (uint8_t)(addr->octets[i] ^ range->cidr.base.octets[i]);

		if (offset >> 56 != 0)
			return UINT64_MAX;
		offset = offset << 8 | octet;
	}
	return offset;
}

static void
range_mark(struct range *range, uint64_t offset, bool set)
{
	uint64_t mask = (uint64_t)1 << (offset % WORD_BITS);

	if (offset >= range->high)
		return;
	if (set)
		range->bits[offset / WORD_BITS] |= mask;
	else
		range->bits[offset / WORD_BITS] &= ~mask;
}

/* In each network that contains it: they may overlap. */
static void
pool_mark(struct pool_addr *pool, const struct addr *addr, bool set)
{
	for (size_t i = 0; i < pool->range_count; i++) {
		struct range *range = &pool->ranges[i];

		if (cidr_contains(&range->cidr, addr))
			range_mark(range, offset_of(range, addr), set);
	}
}

/* The first clear bit of [low, high); high: none. */
static uint64_t
find_clear(const uint64_t *bits, uint64_t low, uint64_t high)
{
	while (low < high) {
		uint64_t word = ~bits[low / WORD_BITS] >> (low % WORD_BITS);

		if (word != 0) {
			low += (uint64_t)__builtin_ctzll(word);
			return low < high ? low : high;
		}
		low += WORD_BITS - low % WORD_BITS;
	}
	return high;
}

/* The first clear bit of [low, high) from a place that hash names on, going round. */
static uint64_t
find_clear_around(const uint64_t *bits, uint64_t low, uint64_t high, uint64_t hash)
{
	uint64_t start = low < high ? low + hash % (high - low) : high;
	uint64_t found = find_clear(bits, start, high);

	if (found < high)
		return found;
	found = find_clear(bits, low, start);
	return found < start ? found : high;
}

static bool
is_taken(const void *item, const void *key)
{
	const struct taken *taken = item;
	const struct addr *addr = key;

	return taken->family == addr->family &&
	    memcmp(taken->octets, addr->octets, addr_len(addr)) == 0;
}

static uint32_t
hash_of(const struct pool_addr *pool, const struct addr *addr)
{
	return keyset_hash(&pool->taken, addr, sizeof(*addr));
}

static struct taken *
taken_find(const struct pool_addr *pool, const struct addr *addr)
{
	return keyset_find(&pool->taken, hash_of(pool, addr), is_taken, addr);
}

static struct addr
addr_of(const struct taken *taken)
{
	struct addr addr = { .family = taken->family };

	memcpy(addr.octets, taken->octets, addr_len(&addr));
	return addr;
}

static const void *
owner_of(const struct taken *taken)
{
	return taken->is_held ? taken->held->owner : taken->owner;
}

/* Its owner has it again. */
static void
unhold(struct pool_addr *pool, struct taken *taken)
{
	struct held *held = taken->held;

	TAILQ_REMOVE(&pool->held, held, link);
	taken->is_held = false;
	taken->owner = held->owner;
	free(held);
}

/* Holds mostly come in the order of their ends: look from the end. */
static void
link_held(struct pool_addr *pool, struct held *held)
{
	struct held *before = TAILQ_LAST(&pool->held, held_list);

	while (before != NULL && before->until_ms > held->until_ms)
		before = TAILQ_PREV(before, held_list, link);
	if (before != NULL)
		TAILQ_INSERT_AFTER(&pool->held, before, held, link);
	else
		TAILQ_INSERT_HEAD(&pool->held, held, link);
}

static bool
hold(struct pool_addr *pool, struct taken *taken, uint64_t until_ms)
{
	struct held *held = malloc(sizeof(*held));

	if (held == NULL)
		return false;
	*held = (struct held){ .taken = taken, .owner = taken->owner, .until_ms = until_ms };
	taken->held = held;
	taken->is_held = true;
	link_held(pool, held);
	return true;
}

static void
taken_forget(struct pool_addr *pool, struct taken *taken)
{
	struct addr addr = addr_of(taken);

	if (taken->is_held)
		unhold(pool, taken);
	pool_mark(pool, &addr, false);
	keyset_remove(&pool->taken, hash_of(pool, &addr), taken);
	free(taken);
}

static int
taken_add(struct pool_addr *pool, const struct addr *addr, const void *owner)
{
	size_t len = addr_len(addr);
	struct taken *taken = malloc(sizeof(*taken) + len);

	if (taken == NULL)
		return ERR_NOMEM;
	taken->owner = owner;
	taken->is_held = false;
	taken->family = addr->family;
	memcpy(taken->octets, addr->octets, len);
	if (keyset_add(&pool->taken, hash_of(pool, addr), taken) != 0) {
		free(taken);
		return ERR_NOMEM;
	}
	pool_mark(pool, addr, true);
	return 0;
}

bool
pool_addr_in_range(const struct pool_addr *pool, const struct addr *addr)
{
	for (size_t i = 0; i < pool->range_count; i++) {
		const struct range *range = &pool->ranges[i];
		uint64_t offset;

		if (!cidr_contains(&range->cidr, addr))
			continue;
		if (!pool->bands)
			return true;
		/* Kubernetes refuses the network and, of IPv4, the broadcast address. */
		offset = offset_of(range, addr);
		if (offset != 0 &&
		    !(addr->family == ADDR_IP4 && offset == cidr_size(&range->cidr) - 1))
			return true;
	}
	return false;
}

int
pool_addr_take(struct pool_addr *pool, const struct addr *addr, const void *owner, bool force)
{
	struct taken *taken = taken_find(pool, addr);
	bool own = taken != NULL && owner_of(taken) == owner;

	if (!force && !own && !pool_addr_in_range(pool, addr))
		return ERR_RANGE;
	if (own) {
		if (taken->is_held)
			unhold(pool, taken);
		return 0;
	}
	if (taken != NULL && !taken->is_held)
		return ERR_EXISTS;
	/* Held for another owner: who asks for it by name gets it. */
	if (taken != NULL)
		taken_forget(pool, taken);
	return taken_add(pool, addr, owner);
}

static int
range_allot(struct pool_addr *pool, const struct range *range, uint64_t offset, const void *owner,
    struct addr *addr)
{
	struct addr sum;
	int err = addr_add(&range->cidr.base, offset, &sum);

	if (err == 0)
		err = taken_add(pool, &sum, owner);
	if (err == 0)
		*addr = sum;
	return err;
}

/* What the owner gave back and nobody else has had since: it was found from the same place. */
static struct taken *
find_own_held(const struct pool_addr *pool, const struct range *range, uint64_t hash,
    const void *owner)
{
	uint64_t room = range->high - range->band;

	for (uint64_t step = 0; step < room && step < OWN_STEPS; step++) {
		uint64_t offset = range->band + (hash % room + step) % room;
		struct taken *taken;
		struct addr addr;

		if ((range->bits[offset / WORD_BITS] >> (offset % WORD_BITS) & 1) == 0 ||
		    addr_add(&range->cidr.base, offset, &addr) != 0)
			continue;
		taken = taken_find(pool, &addr);
		if (taken != NULL && taken->is_held && taken->held->owner == owner)
			return taken;
	}
	return NULL;
}

static bool
retake_own(struct pool_addr *pool, enum addr_family family, uint64_t hash, const void *owner,
    struct addr *addr)
{
	struct taken *taken = NULL;

	for (size_t i = 0; !TAILQ_EMPTY(&pool->held) && taken == NULL && i < pool->range_count; i++)
		if (pool->ranges[i].cidr.base.family == family)
			taken = find_own_held(pool, &pool->ranges[i], hash, owner);
	if (taken == NULL)
		return false;
	unhold(pool, taken);
	*addr = addr_of(taken);
	return true;
}

int
pool_addr_allot(struct pool_addr *pool, enum addr_family family, uint64_t hash, const void *owner,
    struct addr *addr)
{
	if (retake_own(pool, family, hash, owner, addr))
		return 0;
	/* The low bands of all networks are the last resort. */
	for (int last_resort = 0; last_resort < 2; last_resort++) {
		for (size_t i = 0; i < pool->range_count; i++) {
			struct range *range = &pool->ranges[i];
			uint64_t low = last_resort ? range->low : range->band;
			uint64_t high = last_resort ? range->band : range->high;
			uint64_t offset;

			if (range->cidr.base.family != family)
				continue;
			offset = find_clear_around(range->bits, low, high, hash);
			if (offset < high)
				return range_allot(pool, range, offset, owner, addr);
		}
	}
	return pool_addr_has_family(pool, family) ? ERR_FULL : ERR_NOTFOUND;
}

void
pool_addr_release(struct pool_addr *pool, const struct addr *addr, uint64_t until_ms)
{
	struct taken *taken = taken_find(pool, addr);

	if (taken == NULL)
		return;
	if (taken->is_held)
		unhold(pool, taken);
	/* Without memory nothing is held: better it is free at once than lost. */
	if (until_ms == 0 || !hold(pool, taken, until_ms))
		taken_forget(pool, taken);
}

void
pool_addr_expire(struct pool_addr *pool, uint64_t now_ms)
{
	struct held *held;

	while ((held = TAILQ_FIRST(&pool->held)) != NULL && held->until_ms <= now_ms)
		taken_forget(pool, held->taken);
}

const void *
pool_addr_owner(const struct pool_addr *pool, const struct addr *addr)
{
	const struct taken *taken = taken_find(pool, addr);

	return taken != NULL && !taken->is_held ? taken->owner : NULL;
}

bool
pool_addr_has_family(const struct pool_addr *pool, enum addr_family family)
{
	for (size_t i = 0; i < pool->range_count; i++)
		if (pool->ranges[i].cidr.base.family == family)
			return true;
	return false;
}

enum addr_family
pool_addr_primary(const struct pool_addr *pool)
{
	return pool->range_count > 0 ? pool->ranges[0].cidr.base.family : ADDR_NONE;
}

size_t
pool_addr_usage(const struct pool_addr *pool, struct pool_addr_usage *out, size_t max)
{
	for (size_t i = 0; i < pool->range_count && i < max; i++) {
		const struct range *range = &pool->ranges[i];
		uint64_t taken = 0;

		for (uint64_t at = 0; at < range->high / WORD_BITS + 1; at++)
			taken += (uint64_t)__builtin_popcountll(range->bits[at]);
		for (uint64_t at = 0; at < range->low; at++)
			taken -= range->bits[at / WORD_BITS] >> (at % WORD_BITS) & 1;
		out[i] = (struct pool_addr_usage){ range->cidr, range->high - range->low, taken };
	}
	return pool->range_count;
}
