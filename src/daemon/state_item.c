/* state_item.c - the latest record of each Service or verdict, by name. */
#include "daemon/state_item.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"

static void
item_free(struct state_item *item)
{
	free(item->key);
	free(item->record);
	free(item);
}

void
state_items_free(struct state_item **items)
{
	struct state_item *item, *next;

	HASH_ITER(hh, *items, item, next) {
		HASH_DEL(*items, item);
		item_free(item);
	}
}

struct state_item *
state_item_find(struct state_item *items, const char *key)
{
	struct state_item *item;

	HASH_FIND_STR(items, key, item);
	return item;
}

static struct state_item *
item_add(struct state_item **items, const char *key)
{
	struct state_item *item = calloc(1, sizeof(*item));

	if (item == NULL)
		return NULL;
	item->key = strdup(key);
	if (item->key != NULL)
		HASH_ADD_KEYPTR(hh, *items, item->key, strlen(item->key), item);
	if (item->key == NULL || item->hh.tbl == NULL) {
		item_free(item);
		return NULL;
	}
	return item;
}

int
state_item_put(
    struct state_item **items, const char *key, const uint8_t *record, size_t len, bool *changed)
{
	struct state_item *item = state_item_find(*items, key);
	uint8_t *copy;

	*changed = item == NULL || item->len != len || item->removed_unix_s != 0 ||
	    memcmp(item->record, record, len) != 0;
	if (!*changed)
		return 0;
	copy = malloc(len);
	if (copy == NULL)
		return ERR_NOMEM;
	memcpy(copy, record, len);
	if (item == NULL)
		item = item_add(items, key);
	if (item == NULL) {
		free(copy);
		return ERR_NOMEM;
	}
	free(item->record);
	item->record = copy;
	item->len = len;
	item->removed_unix_s = 0;
	return 0;
}

void
state_item_drop(struct state_item **items, struct state_item *item)
{
	HASH_DEL(*items, item);
	item_free(item);
}
