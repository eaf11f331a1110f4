/* slot.c - what is known of each Service between two refreshes. */
#include "daemon/slot.h"

#include <stdlib.h>

#include "model/roster.h"
#include "model/store.h"

struct slot *
slot_of(const struct store_key *key)
{
	return *key->cargo;
}

struct slot *
slot_need(struct slot_table *table, const struct store_key *key)
{
	if (*key->cargo == NULL) {
		*key->cargo = calloc(1, sizeof(struct slot));
		table->count += *key->cargo != NULL;
	}
	return *key->cargo;
}

void
slot_set_again(struct slot_table *table, struct slot *slot, bool again)
{
	if (slot->again == again)
		return;
	slot->again = again;
	table->again += again ? 1 : (size_t)-1;
}

/* What an entry (NULL: none) adds to the sums, or takes away. */
static void
count_entry(struct slot_table *table, const struct roster_entry *entry, bool add)
{
	size_t sign = add ? 1 : (size_t)-1;

	if (entry == NULL)
		return;
	table->endpoints += sign * entry->endpoint_count;
	table->ready += sign * entry->ready_count;
	table->answered += sign * entry->answered_count;
	if (entry->panic)
		table->panicking += sign;
}

void
slot_publish(struct slot_table *table, struct slot *slot, struct roster_entry *entry)
{
	count_entry(table, slot->entry, false);
	count_entry(table, entry, true);
	roster_entry_unref(slot->entry);
	slot->entry = entry;
}

void
slot_drop(struct slot_table *table, const struct store_key *key)
{
	struct slot *slot = slot_of(key);

	slot_set_again(table, slot, false);
	count_entry(table, slot->entry, false);
	roster_entry_unref(slot->entry);
	free(slot);
	*key->cargo = NULL;
	table->count--;
}
