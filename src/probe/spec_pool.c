/* spec_pool.c - equal probe specs kept once, by count. */
#include "probe/spec_pool.h"

#include <stdlib.h>
#include <string.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include "base/text.h"

/* Those with the same hash but different content hang from the first as a chain. */
struct shared_spec {
	uint64_t hash;
	struct probe_spec *spec;
	size_t uses;
	struct shared_spec *next;
	UT_hash_handle hh;
};

struct spec_pool {
	struct shared_spec *by_hash;
	size_t count;
};

static uint64_t
hash_text(uint64_t hash, const char *text)
{
	return text == NULL ? hash : text_hash(hash, text, strlen(text) + 1);
}

/* Only what equal specs certainly have in common; probe_spec_equal has the last word. */
static uint64_t
hash_spec(const struct probe_spec *spec)
{
	uint64_t numbers[] = {
		spec->engine, spec->initial_delay_ms, spec->period_ms, spec->timeout_ms,
		spec->success_threshold, spec->failure_threshold, spec->port.number,
	};
	uint64_t hash = text_hash(TEXT_HASH_SEED, numbers, sizeof(numbers));

	if (spec->engine == ENGINE_HTTP)
		hash = hash_text(hash, spec->path);
	if (spec->engine == ENGINE_DNS)
		hash = hash_text(hash, spec->dns_name);
	for (size_t i = 0; i < spec->command_count; i++)
		hash = hash_text(hash, spec->command[i]);
	return hash;
}

struct spec_pool *
spec_pool_new(void)
{
	return calloc(1, sizeof(struct spec_pool));
}

void
spec_pool_free(struct spec_pool *pool)
{
	free(pool);
}

static struct shared_spec *
find_shared(const struct spec_pool *pool, uint64_t hash, const struct probe_spec *spec,
    struct shared_spec **first)
{
	struct shared_spec *shared;

	HASH_FIND(hh, pool->by_hash, &hash, sizeof(hash), *first);
	for (shared = *first; shared != NULL; shared = shared->next)
		if (probe_spec_equal(shared->spec, spec))
			return shared;
	return NULL;
}

static struct shared_spec *
new_shared(uint64_t hash, const struct probe_spec *spec)
{
	struct shared_spec *shared = calloc(1, sizeof(*shared));

	if (shared == NULL)
		return NULL;
	shared->spec = probe_spec_clone(spec);
	if (shared->spec == NULL) {
		free(shared);
		return NULL;
	}
	shared->hash = hash;
	return shared;
}

static void
free_shared(struct shared_spec *shared)
{
	probe_spec_free(shared->spec);
	free(shared);
}

const struct probe_spec *
spec_pool_take(struct spec_pool *pool, const struct probe_spec *spec)
{
	uint64_t hash = hash_spec(spec);
	struct shared_spec *first;
	struct shared_spec *shared = find_shared(pool, hash, spec, &first);

	if (shared == NULL) {
		shared = new_shared(hash, spec);
		if (shared == NULL)
			return NULL;
		if (first != NULL) {
			shared->next = first->next;
			first->next = shared;
		} else {
			HASH_ADD(hh, pool->by_hash, hash, sizeof(shared->hash), shared);
			if (shared->hh.tbl == NULL) {
				free_shared(shared);
				return NULL;
			}
		}
		pool->count++;
	}
	shared->uses++;
	return shared->spec;
}

/*
 * The head of a chain carries the table's link, so it takes over its follower's contents
 * instead of going.
 */
static void
unlink_shared(struct spec_pool *pool, struct shared_spec *first, struct shared_spec *shared)
{
	if (shared != first) {
		while (first->next != shared)
			first = first->next;
		first->next = shared->next;
		return;
	}
	if (shared->next == NULL) {
		HASH_DEL(pool->by_hash, shared);
		return;
	}
	struct shared_spec *next = shared->next;
	struct probe_spec *spec = shared->spec;

	shared->spec = next->spec;
	shared->uses = next->uses;
	shared->next = next->next;
	next->spec = spec;
}

void
spec_pool_give_back(struct spec_pool *pool, const struct probe_spec *spec)
{
	if (spec == NULL)
		return;
	uint64_t hash = hash_spec(spec);
	struct shared_spec *first;
	struct shared_spec *shared = find_shared(pool, hash, spec, &first);

	if (shared == NULL || --shared->uses > 0)
		return;
	struct shared_spec *victim = shared;

	if (shared == first && shared->next != NULL)
		victim = shared->next;
	unlink_shared(pool, first, shared);
	free_shared(victim);
	pool->count--;
}

size_t
spec_pool_count(const struct spec_pool *pool)
{
	return pool->count;
}
