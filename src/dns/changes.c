/* changes.c - changes to the index that are prepared first and then made as a whole. */
#include "dns/changes.h"

#include <stdlib.h>

#include "base/array.h"
#include "base/err.h"
#include "dns/entry.h"
#include "dns/index.h"

static struct change *
add(struct changes *changes)
{
	if (array_reserve(&changes->items, &changes->room, changes->count + 1,
	    sizeof(*changes->items)) != 0)
		return NULL;
	return &changes->items[changes->count];
}

int
changes_put(struct changes *changes, const struct entry_spec *spec, bool quiet)
{
	struct change *change = add(changes);
	struct entry *entry;

	if (change == NULL)
		return ERR_NOMEM;
	int err = entry_build(spec, &entry);
	if (err != 0)
		return err;
	*change = (struct change){ .name = spec->name, .entry = entry, .quiet = quiet };
	changes->count++;
	return 0;
}

int
changes_remove(struct changes *changes, const uint8_t *name, bool quiet)
{
	struct change *change = add(changes);

	if (change == NULL)
		return ERR_NOMEM;
	*change = (struct change){ .name = name, .quiet = quiet };
	changes->count++;
	return 0;
}

void
changes_set_cell(struct changes *changes, struct cell *cell)
{
	changes->items[changes->count - 1].cell = cell;
}

void
changes_drop(struct changes *changes)
{
	for (size_t i = 0; i < changes->count; i++)
		if (!changes->items[i].done)
			entry_free(changes->items[i].entry);
	free(changes->items);
	*changes = (struct changes)CHANGES_INIT(changes->ledger);
}

static void
note(struct ledger *ledger, const struct change *change)
{
	ledger->visible = ledger->visible || !change->quiet;
}

/* Names the index does not have yet: only these make it grow. */
static int
add_new(struct changes *changes)
{
	struct index *index = changes->ledger->index;
	size_t i;

	for (i = 0; i < changes->count; i++) {
		struct change *change = &changes->items[i];

		if (change->entry == NULL || index_get(index, change->name) != NULL)
			continue;
		change->done = true;    /* the index owns it, also on failure */
		if (index_put_cell(index, change->entry, change->cell) != 0)
			break;
	}
	if (i == changes->count)
		return 0;
	while (i-- > 0)
		if (changes->items[i].done)
			index_remove_cell(index, changes->items[i].name, changes->items[i].cell);
	return ERR_NOMEM;
}

/* The rest: names that are there get new answers, or go. */
static int
change_old(struct changes *changes)
{
	struct index *index = changes->ledger->index;
	int err = 0;

	for (size_t i = 0; i < changes->count; i++) {
		struct change *change = &changes->items[i];
		const struct entry *old = index_get(index, change->name);

		if (change->done) {
			note(changes->ledger, change);
		} else if (change->entry == NULL) {
			if (old != NULL)
				note(changes->ledger, change);
			index_remove_cell(index, change->name, change->cell);
		} else if (old == NULL || !entry_equal(old, change->entry)) {
			change->done = true;
			note(changes->ledger, change);
			if (index_put_cell(index, change->entry, change->cell) != 0)
				err = ERR_NOMEM;
		}
	}
	return err;
}

int
changes_apply(struct changes *changes, bool *torn)
{
	int err = add_new(changes);

	if (torn != NULL)
		*torn = false;
	if (err == 0) {
		err = change_old(changes);
		if (torn != NULL)
			*torn = err != 0;
	}
	changes_drop(changes);
	return err;
}

int
changes_put_now(struct ledger *ledger, const struct entry_spec *spec)
{
	struct changes changes = CHANGES_INIT(ledger);
	int err = changes_put(&changes, spec, false);

	if (err == 0)
		return changes_apply(&changes, NULL);
	changes_drop(&changes);
	return err;
}

void
changes_remove_now(struct ledger *ledger, const uint8_t *name)
{
	ledger->visible = ledger->visible || index_get(ledger->index, name) != NULL;
	index_remove(ledger->index, name);
}
