/* ledger_memory.c - when objects of before a restart were first seen. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "ops/ledger_parts.h"

struct wanted {
	enum api_kind kind;
	const char *ns;
	const char *name;
};

static bool
is_wanted(const void *item, const void *key)
{
	const struct ledger_memory *memory = item;
	const struct wanted *wanted = key;

	return memory->kind == wanted->kind && strcmp(memory->names, wanted->ns) == 0 &&
	    strcmp(memory->names + strlen(memory->names) + 1, wanted->name) == 0;
}

static struct ledger_memory *
find(const struct ledger *ledger, const struct wanted *wanted, uint32_t *hash)
{
	*hash = keyset_hash_names(&ledger->memories, wanted->ns, wanted->name);
	return keyset_find(&ledger->memories, *hash, is_wanted, wanted);
}

int
ledger_remember(struct ledger *ledger, enum api_kind kind, const char *ns, const char *name,
    uint32_t created_unix_s)
{
	const struct wanted wanted = { kind, ns, name };
	size_t ns_size = strlen(ns) + 1, name_size = strlen(name) + 1;
	uint32_t hash;
	struct ledger_memory *memory = find(ledger, &wanted, &hash);
	bool there = memory != NULL;

	if (!there)
		memory = malloc(sizeof(*memory) + ns_size + name_size);
	if (memory == NULL)
		return ERR_NOMEM;
	memory->created_unix_s = created_unix_s;
	if (there)
		return 0;
	memory->hash = hash;
	memory->kind = (uint8_t)kind;
	memcpy(memory->names, ns, ns_size);
	memcpy(memory->names + ns_size, name, name_size);
	if (keyset_add(&ledger->memories, hash, memory) != 0) {
		free(memory);
		return ERR_NOMEM;
	}
	return 0;
}

uint32_t
ledger_recall(struct ledger *ledger, enum api_kind kind, const char *ns, const char *name)
{
	const struct wanted wanted = { kind, ns, name };
	uint32_t hash, created_unix_s;
	struct ledger_memory *memory;

	if (ledger->memories.count == 0)
		return 0;
	memory = find(ledger, &wanted, &hash);
	if (memory == NULL)
		return 0;
	created_unix_s = memory->created_unix_s;
	keyset_remove(&ledger->memories, hash, memory);
	free(memory);
	return created_unix_s;
}

int
ledger_each_memory(const struct ledger *ledger, ledger_memory_fn *visit, void *arg)
{
	const struct ledger_memory *memory;
	size_t at = 0;
	int stop = 0;

	while (stop == 0 && (memory = keyset_next(&ledger->memories, &at)) != NULL)
		stop = visit(arg, (enum api_kind)memory->kind, memory->names,
		    memory->names + strlen(memory->names) + 1, memory->created_unix_s);
	return stop;
}

void
ledger_settle(struct ledger *ledger)
{
	struct ledger_memory *memory;
	size_t at = 0;

	while ((memory = keyset_next(&ledger->memories, &at)) != NULL)
		free(memory);
	keyset_release(&ledger->memories);
	keyset_init(&ledger->memories);
}
