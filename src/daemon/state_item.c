/* state_item.c - the latest record of each Service or verdict, found by its names. */
#include "daemon/state_item.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "daemon/pack.h"

/* What of a record is its key. */
struct key {
	const uint8_t *octets;
	size_t len;
};

/* All of it where it ends before. */
static struct key
key_of(const struct state_items *items, const uint8_t *record, size_t len)
{
	struct pack_reader reader = { .data = record, .len = len };

	unpack_number(&reader, 1);
	for (unsigned i = 0; i < items->texts; i++)
		unpack_skip_text(&reader);
	return (struct key){ record, reader.err == 0 ? reader.at : len };
}

static bool
has_key(const void *item, const void *key)
{
	const struct state_item *held = item;
	const struct key *wanted = key;

	return held->len >= wanted->len &&
	    memcmp(held->record, wanted->octets, wanted->len) == 0;
}

static uint32_t
hash_of(const struct state_items *items, const struct key *key)
{
	return keyset_hash(&items->set, key->octets, key->len);
}

void
state_items_init(struct state_items *items, unsigned texts)
{
	keyset_init(&items->set);
	items->texts = texts;
}

void
state_items_free(struct state_items *items)
{
	struct state_item *item;
	size_t at = 0;

	while ((item = keyset_next(&items->set, &at)) != NULL)
		free(item);
	keyset_release(&items->set);
}

struct state_item *
state_item_find(const struct state_items *items, const uint8_t *record, size_t len)
{
	struct key key = key_of(items, record, len);

	return keyset_find(&items->set, hash_of(items, &key), has_key, &key);
}

int
state_item_put(struct state_items *items, const uint8_t *record, size_t len, bool *changed)
{
	struct state_item *item = state_item_find(items, record, len);
	struct key key = key_of(items, record, len);
	struct state_item *made;

	*changed = item == NULL || item->len != len || item->removed_unix_s != 0 ||
	    memcmp(item->record, record, len) != 0;
	if (!*changed)
		return 0;
	made = malloc(sizeof(*made) + len);
	if (made == NULL)
		return ERR_NOMEM;
	made->removed_unix_s = 0;
	made->len = len & 0xffffff;
	memcpy(made->record, record, len);
	/* The one of before gives its cell. */
	if (item != NULL)
		state_item_drop(items, item);
	if (keyset_add(&items->set, hash_of(items, &key), made) != 0) {
		free(made);
		return ERR_NOMEM;
	}
	return 0;
}

void
state_item_drop(struct state_items *items, struct state_item *item)
{
	struct key key = key_of(items, item->record, item->len);

	keyset_remove(&items->set, hash_of(items, &key), item);
	free(item);
}
