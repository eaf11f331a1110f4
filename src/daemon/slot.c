/* slot.c - what is known of each Service between two refreshes. */
#include "daemon/slot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/roster.h"

void
slot_key(char key[SLOT_KEY_SIZE], const char *prefix, const char *ns, const char *name)
{
	snprintf(key, SLOT_KEY_SIZE, "%s%s/%s", prefix, ns, name);
}

struct slot *
slot_find(const struct slot_table *table, const char *ns, const char *name)
{
	char key[SLOT_KEY_SIZE];
	struct slot *slot;

	slot_key(key, "", ns, name);
	HASH_FIND_STR(table->first, key, slot);
	return slot;
}

struct slot *
slot_need(struct slot_table *table, const char *ns, const char *name)
{
	struct slot *slot = slot_find(table, ns, name);
	char key[SLOT_KEY_SIZE];

	if (slot != NULL)
		return slot;
	slot_key(key, "", ns, name);
	slot = calloc(1, sizeof(*slot));
	if (slot == NULL)
		return NULL;
	slot->key = strdup(key);
	if (slot->key != NULL)
		HASH_ADD_KEYPTR(hh, table->first, slot->key, strlen(slot->key), slot);
	if (slot->key == NULL || slot->hh.tbl == NULL) {
		free(slot->key);
		free(slot);
		return NULL;
	}
	return slot;
}

void
slot_set_again(struct slot_table *table, struct slot *slot, bool again)
{
	if (slot->again == again)
		return;
	slot->again = again;
	table->again += again ? 1 : (size_t)-1;
}

void
slot_drop(struct slot_table *table, struct slot *slot)
{
	slot_set_again(table, slot, false);
	if (slot->entry != NULL && slot->entry->panic)
		table->panicking--;
	roster_entry_unref(slot->entry);
	HASH_DEL(table->first, slot);
	free(slot->key);
	free(slot);
}

void
slot_table_release(struct slot_table *table)
{
	while (table->first != NULL)
		slot_drop(table, table->first);
}
