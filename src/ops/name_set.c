/* name_set.c - which of many names are in: 16 octets or so for each, whatever its length. */
#include "ops/name_set.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

#define ROOM_FIRST 16
#define NAMES_MAX 512           /* namespace and name: 63 + 253 octets at most */

void
name_set_init(struct name_set *set)
{
	*set = (struct name_set){ .cells = NULL };
	randombytes_buf(set->key, sizeof(set->key));
}

void
name_set_release(struct name_set *set)
{
	free(set->cells);
	set->cells = NULL;
	set->room = set->count = 0;
}

static uint64_t
hash_of(const struct name_set *set, const char *ns, const char *name)
{
	unsigned char text[NAMES_MAX];
	size_t ns_len = strnlen(ns, NAMES_MAX / 2 - 1), len = strnlen(name, NAMES_MAX / 2);
	uint64_t hash = 0;

	(void)memcpy(text, ns, ns_len);
	text[ns_len] = '/';
	(void)memcpy(text + ns_len + 1, name, len);
	(void)crypto_shorthash((unsigned char *)&hash, text, ns_len + 1 + len, set->key);
	return hash == 0 ? 1 : hash;
}

/* The cell that holds it, or the free one where it would go. */
static size_t
cell_of(const struct name_set *set, uint64_t hash)
{
	size_t at = (size_t)hash & (set->room - 1);

	while (set->cells[at] != 0 && set->cells[at] != hash)
		at = (at + 1) & (set->room - 1);
	return at;
}

bool
name_set_has(const struct name_set *set, const char *ns, const char *name)
{
	if (set->count == 0)
		return false;
	return set->cells[cell_of(set, hash_of(set, ns, name))] != 0;
}

static int
grow(struct name_set *set)
{
	struct name_set more = *set;

	more.room = set->room == 0 ? ROOM_FIRST : set->room * 2;
	more.cells = calloc(more.room, sizeof(*more.cells));
	if (more.cells == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < set->room; i++)
		if (set->cells[i] != 0)
			more.cells[cell_of(&more, set->cells[i])] = set->cells[i];
	free(set->cells);
	*set = more;
	return 0;
}

int
name_set_add(struct name_set *set, const char *ns, const char *name)
{
	uint64_t hash = hash_of(set, ns, name);
	size_t at;

	if (set->count * 4 >= set->room * 3 && grow(set) != 0)
		return ERR_NOMEM;
	at = cell_of(set, hash);
	if (set->cells[at] == 0)
		set->count++;
	set->cells[at] = hash;
	return 0;
}

bool
name_set_remove(struct name_set *set, const char *ns, const char *name)
{
	size_t mask = set->room - 1, at, next;

	if (set->count == 0)
		return false;
	at = cell_of(set, hash_of(set, ns, name));
	if (set->cells[at] == 0)
		return false;
	set->count--;
	/* Those behind the hole move up unless they lie between it and where they would be. */
	for (next = (at + 1) & mask; set->cells[next] != 0; next = (next + 1) & mask) {
		size_t home = (size_t)set->cells[next] & mask;

		if (((next - home) & mask) < ((next - at) & mask))
			continue;
		set->cells[at] = set->cells[next];
		at = next;
	}
	set->cells[at] = 0;
	return true;
}
