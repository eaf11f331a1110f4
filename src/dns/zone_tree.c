/* zone_tree.c - the records of a zone by name, with the names between them. */
#include "dns/zone_tree.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "dns/name.h"
#include "dns/wire.h"

struct key {
	const uint8_t *name;
	size_t len;
};

static bool
has_name(const void *item, const void *key)
{
	const struct zone_node *node = item;
	const struct key *name = key;

	return node->name_len == name->len && memcmp(node->name, name->name, name->len) == 0;
}

static struct zone_node *
find_hashed(const struct zone_tree *tree, uint32_t hash, const uint8_t *name, size_t len)
{
	const struct key key = { name, len };

	return keyset_find(&tree->table, hash, has_name, &key);
}

struct zone_node *
zone_tree_find(const struct zone_tree *tree, const uint8_t *name, size_t len)
{
	return find_hashed(tree, keyset_hash(&tree->table, name, len), name, len);
}

/* How many names there are at most: one for each label of each owner. */
static size_t
count_names(const struct zone_tree *tree)
{
	const struct master *master = tree->master;
	size_t count = 1;

	for (size_t i = 0; i < master->count; i++) {
		const uint8_t *name = master->records[i].owner;
		size_t len = master->records[i].owner_len;

		if (i > 0 && master->records[i - 1].owner == name)
			continue;
		for (; len > tree->soa->owner_len; len -= 1u + *name, name += 1 + *name)
			count++;
	}
	return count;
}

/* The node of a name, made where there is none, with those between it and the apex. */
static int
add_name(struct zone_tree *tree, const uint8_t *name, size_t len, struct zone_node **out)
{
	struct zone_node *lowest = NULL;

	for (;; len -= 1u + *name, name += 1 + *name) {
		uint32_t hash = keyset_hash(&tree->table, name, len);
		struct zone_node *node = find_hashed(tree, hash, name, len);
		bool known = node != NULL;

		if (!known) {
			node = &tree->nodes[tree->count++];
			*node = (struct zone_node){ .name = name, .name_len = (uint8_t)len,
				.is_wild = name[0] == 1 && name[1] == '*' };
			if (keyset_add(&tree->table, hash, node) != 0)
				return ERR_NOMEM;
		}
		if (lowest == NULL)
			lowest = node;
		if (known || len == tree->soa->owner_len)
			break;
	}
	*out = lowest;
	return 0;
}

static int
compare_records(const void *a, const void *b)
{
	const struct master_record *x = *(const struct master_record *const *)a;
	const struct master_record *y = *(const struct master_record *const *)b;

	if (x->type != y->type)
		return x->type < y->type ? -1 : 1;
	size_t len = x->rdata_len < y->rdata_len ? x->rdata_len : y->rdata_len;
	int order = memcmp(x->rdata, y->rdata, len);
	if (order == 0)
		order = x->rdata_len - y->rdata_len;
	return order != 0 ? order : x < y ? -1 : x > y;
}

/* Each node's records side by side: room for as many as it has, then fill. */
static void
sort_records(struct zone_tree *tree, struct zone_node *const *owners)
{
	const struct master *master = tree->master;
	size_t at = 0;

	for (size_t i = 0; i < tree->count; i++) {
		tree->nodes[i].records = tree->sorted + at;
		at += tree->nodes[i].count;
		tree->nodes[i].count = 0;
	}
	for (size_t i = 0; i < master->count; i++)
		owners[i]->records[owners[i]->count++] = &master->records[i];
	for (size_t i = 0; i < tree->count; i++) {
		struct zone_node *node = &tree->nodes[i];
		size_t found;

		if (node->count > 1)
			qsort(node->records, node->count, sizeof(node->records[0]),
			    compare_records);
		const struct master_record *const *ns = zone_node_find(node, DNS_TYPE_NS, &found);
		if (found > 0 && node->name_len > tree->soa->owner_len)
			node->cut = *ns;
		const struct master_record *const *dname =
		    zone_node_find(node, DNS_TYPE_DNAME, &found);
		if (found > 0)
			node->dname = *dname;
	}
}

int
zone_tree_build(const struct master *master, const struct master_record *soa,
    struct zone_tree *tree)
{
	*tree = (struct zone_tree){ .master = master, .soa = soa };
	keyset_init(&tree->table);
	tree->nodes = calloc(count_names(tree), sizeof(*tree->nodes));
	tree->sorted = calloc(master->count, sizeof(tree->sorted[0]));
	struct zone_node **owners = calloc(master->count, sizeof(struct zone_node *));
	int err = tree->nodes == NULL || tree->sorted == NULL || owners == NULL ? ERR_NOMEM : 0;

	for (size_t i = 0; err == 0 && i < master->count; i++) {
		const struct master_record *record = &master->records[i];

		if (i > 0 && record->owner == record[-1].owner)
			owners[i] = owners[i - 1];
		else
			err = add_name(tree, record->owner, record->owner_len, &owners[i]);
		if (err == 0)
			owners[i]->count++;
	}
	if (err == 0)
		sort_records(tree, owners);
	free(owners);
	return err;
}

void
zone_tree_release(struct zone_tree *tree)
{
	keyset_release(&tree->table);
	free(tree->nodes);
	free(tree->sorted);
	*tree = (struct zone_tree){ 0 };
}

const struct zone_node *
zone_tree_above(const struct zone_tree *tree, const struct zone_node *node)
{
	const uint8_t *name = node->name;
	size_t len = node->name_len;
	const struct zone_node *highest = NULL;

	/* The highest one counts: a cut below a cut is somebody else's. */
	while (len > tree->soa->owner_len) {
		len -= 1u + *name;
		name += 1 + *name;
		const struct zone_node *above = zone_tree_find(tree, name, len);
		if (above->cut != NULL || above->dname != NULL)
			highest = above;
	}
	return highest;
}

const struct master_record *const *
zone_node_find(const struct zone_node *node, uint16_t type, size_t *count)
{
	size_t from = 0, to;

	while (from < node->count && node->records[from]->type != type)
		from++;
	for (to = from; to < node->count && node->records[to]->type == type; to++)
		;
	*count = to - from;
	return node->records + from;
}
