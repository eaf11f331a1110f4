/* doc_node.c - questions to a finished tree. */
#include <string.h>

#include "base/text.h"
#include "source/doc.h"

static const struct doc_entry *
entry_of(const struct doc_node *map, const char *key)
{
	size_t len = strlen(key);

	if (map == NULL || map->type != DOC_MAP)
		return NULL;
	for (size_t i = 0; i < map->count; i++) {
		const struct doc_node *own = map->entries[i].key;

		if (own->count == len && memcmp(own->text, key, len) == 0)
			return &map->entries[i];
	}
	return NULL;
}

const struct doc_node *
doc_find(const struct doc_node *map, const char *key)
{
	const struct doc_entry *entry = entry_of(map, key);

	return entry == NULL ? NULL : entry->value;
}

const struct doc_node *
doc_find_key(const struct doc_node *map, const char *key)
{
	const struct doc_entry *entry = entry_of(map, key);

	return entry == NULL ? NULL : entry->key;
}

const struct doc_node *
doc_item(const struct doc_node *list, size_t i)
{
	return list == NULL || list->type != DOC_LIST || i >= list->count ? NULL : list->items[i];
}

const char *
doc_find_text(const struct doc_node *map, const char *key)
{
	const struct doc_node *value = doc_find(map, key);

	return value == NULL || value->type != DOC_STRING ? NULL : value->text;
}

uint64_t
doc_digest(const struct doc_node *node)
{
	uint64_t value = 0;

	switch (node->type) {
	case DOC_NULL:
		break;
	case DOC_BOOL:
		value = node->truth;
		break;
	case DOC_INT:
		value = (uint64_t)node->integer;
		break;
	case DOC_FLOAT:
	case DOC_STRING:
	case DOC_LIST:
	case DOC_MAP:
		return node->digest + (uint64_t)node->type;
	}
	return text_digest((uint64_t)node->type, &value, sizeof(value));
}

const char *
doc_type_text(enum doc_type type)
{
	switch (type) {
	case DOC_NULL:
		return "nothing";
	case DOC_BOOL:
		return "true or false";
	case DOC_INT:
		return "a whole number";
	case DOC_FLOAT:
		return "a number";
	case DOC_STRING:
		return "a text";
	case DOC_LIST:
		return "a list";
	case DOC_MAP:
		return "a mapping";
	}
	return "nothing";
}
