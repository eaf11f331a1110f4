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

/* Spreads a sum of hashes, so that sums of sums do not cancel out. */
static uint64_t
mix(uint64_t hash)
{
	hash ^= hash >> 33;
	hash *= 0xff51afd7ed558ccdULL;
	hash ^= hash >> 33;
	return hash;
}

static uint64_t
digest_map(const struct doc_node *map, uint64_t hash)
{
	for (size_t i = 0; i < map->count; i++) {
		const struct doc_entry *entry = &map->entries[i];
		uint64_t key = text_hash(TEXT_HASH_SEED, entry->key->text, entry->key->count);

		/* A sum: the order of keys does not count. */
		hash += mix(key * 3 + mix(doc_digest(entry->value)));
	}
	return mix(hash);
}

uint64_t
doc_digest(const struct doc_node *node)
{
	uint64_t hash = text_hash(TEXT_HASH_SEED, &(uint8_t){ (uint8_t)node->type }, 1);

	switch (node->type) {
	case DOC_NULL:
		break;
	case DOC_BOOL:
		hash = text_hash(hash, &(uint8_t){ node->truth }, 1);
		break;
	case DOC_INT:
		hash = text_hash(hash, &node->integer, sizeof(node->integer));
		break;
	case DOC_FLOAT:
	case DOC_STRING:
		hash = text_hash(hash, node->text, node->count);
		break;
	case DOC_LIST:
		for (size_t i = 0; i < node->count; i++)
			hash = mix(hash * 31 + doc_digest(node->items[i]));
		break;
	case DOC_MAP:
		return digest_map(node, hash);
	}
	return hash;
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
