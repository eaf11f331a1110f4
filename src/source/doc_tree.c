/* doc_tree.c - build nodes from libyaml's events, within limits. */
#include "source/doc_tree.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/err.h"
#include "base/text.h"
#include "source/doc_input.h"
#include "source/doc_scalar.h"

/* Small documents may repeat more than DOC_MAX_GROWTH says: it costs nothing. */
#define FREE_GROWTH 1000
#define MAX_ANCHORS 10000
/* Keys of a mapping that are compared with each other; of more of them a table is made. */
#define FEW_KEYS 24

void
doc_tree_release(struct doc_tree *tree)
{
	free(tree->pending);
	doc_names_release(&tree->anchors);
	doc_names_release(&tree->keys);
	memset(tree, 0, sizeof(*tree));
}

int
doc_tree_begin_document(struct doc_tree *tree)
{
	tree->depth = 0;
	tree->pending_count = 0;
	doc_tree_begin_part(tree);
	return tree->anchors.count == 0 ? 0 : doc_names_reset(&tree->anchors, 0);
}

void
doc_tree_begin_part(struct doc_tree *tree)
{
	tree->written = 0;
	tree->merged = 0;
	tree->anchors_in_part = 0;
	tree->broken = false;
}

struct place
doc_tree_place(const struct doc_tree *tree, yaml_mark_t mark)
{
	struct place place = { .file = tree->file };

	doc_input_place(tree->input, mark.line, mark.column, &place.line, &place.column);
	if (tree->inner == NULL)
		return place;
	/* The first line of a `|` block is the one below its indicator. */
	struct place inner = tree->inner->place;

	if (tree->inner->literal) {
		inner.line += place.line;
		inner.column = 0;
	}
	return inner;
}

static uint64_t
growth_allowed(const struct doc_tree *tree)
{
	return tree->written * DOC_MAX_GROWTH + FREE_GROWTH;
}

static int
push(struct doc_tree *tree, struct doc_node *node)
{
	if (tree->pending_count == tree->pending_room &&
	    array_reserve(&tree->pending, &tree->pending_room, tree->pending_count + 1,
	    sizeof(struct doc_node *)) != 0)
		return ERR_NOMEM;
	tree->pending[tree->pending_count++] = node;
	return 0;
}

/* A node and `extra` octets behind it. */
static struct doc_node *
new_node(struct doc_tree *tree, enum doc_type type, yaml_mark_t mark, size_t extra)
{
	struct doc_node *node = arena_alloc(tree->arena, sizeof(*node) + extra);

	if (node == NULL)
		return NULL;
	node->type = type;
	/* A text is at most DOC_MAX_FILE: no number overflows. */
	if (tree->inner == NULL && tree->input->shift_count == 0)
		node->place = (struct place){ tree->file, (unsigned)mark.line + 1,
			(unsigned)mark.column + 1 };
	else
		node->place = doc_tree_place(tree, mark);
	tree->written++;
	return node;
}

/* Later anchors of the same name hide earlier ones (YAML 1.1, 3.2.2.2). */
static int
set_anchor(struct doc_tree *tree, const yaml_char_t *anchor, struct doc_node *node)
{
	if (anchor == NULL)
		return 0;
	if (tree->anchors.count >= MAX_ANCHORS) {
		diag_add(tree->diag, SEVERITY_ERROR, &node->place,
		    "more than %d anchors in one document",
		    MAX_ANCHORS);
		return ERR_LIMIT;
	}
	const char *text = (const char *)anchor;
	const struct doc_name *old = doc_names_find(&tree->anchors, text, strlen(text));
	/* The name outlives the part: the arena of a part with anchors is kept for the document. */
	const char *name = old != NULL ? old->text : arena_text(tree->arena, text);
	struct doc_name *slot = name == NULL ? NULL : doc_names_at(&tree->anchors, name,
	    strlen(name));

	if (slot == NULL)
		return ERR_NOMEM;
	slot->value = node;
	tree->anchors_in_part++;
	return 0;
}

static int
add_alias(struct doc_tree *tree, const yaml_event_t *event)
{
	const char *text = (const char *)event->data.alias.anchor;
	const struct doc_name *found = doc_names_find(&tree->anchors, text, strlen(text));
	struct place place = doc_tree_place(tree, event->start_mark);

	if (found == NULL) {
		diag_add(tree->diag, SEVERITY_ERROR, &place,
		    "alias *%s has no anchor &%s before it", text, text);
		return ERR_SYNTAX;
	}
	/* The tree is const for its readers; here it is still ours. */
	struct doc_node *node = (struct doc_node *)(uintptr_t)found->value;

	if (node->height == 0) {
		diag_add(tree->diag, SEVERITY_ERROR, &place, "alias *%s lies inside its own anchor",
		    text);
		return ERR_SYNTAX;
	}
	tree->written++;
	return push(tree, node);
}

/* Does the next node stand where a mapping has a key? */
static bool
at_key(const struct doc_tree *tree)
{
	const struct doc_frame *frame = &tree->frames[tree->depth == 0 ? 0 : tree->depth - 1];

	return tree->depth > 0 && frame->node->type == DOC_MAP &&
	    (tree->pending_count - frame->first) % 2 == 0;
}

static int
add_scalar(struct doc_tree *tree, const yaml_event_t *event)
{
	size_t len = event->data.scalar.length;
	yaml_scalar_style_t style = event->data.scalar.style;
	struct doc_node *node = new_node(tree, DOC_STRING, event->start_mark, len + 1);

	if (node == NULL)
		return ERR_NOMEM;
	char *text = (char *)(node + 1);

	memcpy(text, event->data.scalar.value, len);
	node->text = text;
	node->count = len;
	node->quoted = style != YAML_PLAIN_SCALAR_STYLE;
	node->literal = style == YAML_LITERAL_SCALAR_STYLE;
	node->height = 1;
	node->weight = 1;
	node->digest = text_digest(0, text, len);
	/* A key is a text whatever it looks like, unless it is a value elsewhere, too. */
	if (!at_key(tree) || event->data.scalar.anchor != NULL)
		doc_scalar_resolve(node, (const char *)event->data.scalar.tag);
	int err = set_anchor(tree, event->data.scalar.anchor, node);

	return err != 0 ? err : push(tree, node);
}

static int
open_collection(struct doc_tree *tree, enum doc_type type, const yaml_char_t *anchor,
    yaml_mark_t mark)
{
	struct doc_node *node = new_node(tree, type, mark, 0);

	if (node == NULL)
		return ERR_NOMEM;
	if (tree->depth == DOC_MAX_DEPTH) {
		diag_add(tree->diag, SEVERITY_ERROR, &node->place, "nested deeper than %d levels",
		    DOC_MAX_DEPTH);
		return ERR_LIMIT;
	}
	int err = set_anchor(tree, anchor, node);

	if (err != 0)
		return err;
	tree->frames[tree->depth++] = (struct doc_frame){ node, tree->pending_count };
	return 0;
}

/* Add a finished child to what its parent weighs; sums stop at the top instead of wrapping. */
static void
carry(struct doc_node *node, const struct doc_node *child)
{
	if (child->height >= node->height)
		node->height = child->height < UINT8_MAX ? (uint8_t)(child->height + 1) : UINT8_MAX;
	node->weight = child->weight > UINT32_MAX - node->weight ? UINT32_MAX :
	    node->weight + child->weight;
}

static int
close_list(struct doc_tree *tree, struct doc_node *node, struct doc_node **children, size_t count)
{
	node->items = count == 0 ? NULL : arena_array(tree->arena, count,
	    sizeof(struct doc_node *));
	if (count > 0 && node->items == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < count; i++) {
		node->items[i] = children[i];
		node->digest = text_digest(node->digest, &(uint64_t){ doc_digest(children[i]) },
		    sizeof(uint64_t));
		carry(node, children[i]);
	}
	node->count = count;
	return 0;
}

static bool
is_merge(const struct doc_node *key)
{
	return !key->quoted && key->count == 2 && memcmp(key->text, "<<", 2) == 0;
}

static void
put_entry(struct doc_node *map, const struct doc_node *key, const struct doc_node *value)
{
	const uint64_t pair[2] = { key->digest, doc_digest(value) };

	map->entries[map->count++] = (struct doc_entry){ key, value };
	/* A sum: the order of keys does not count. */
	map->digest += text_digest(0, pair, sizeof(pair));
	carry(map, key);
	carry(map, value);
}

static bool
same_key(const struct doc_node *a, const struct doc_node *b)
{
	return a->digest == b->digest && a->count == b->count &&
	    memcmp(a->text, b->text, a->count) == 0;
}

/* The key of this text that the mapping has already; if none, this one is noted.  ERR_NOMEM. */
static int
note_key(struct doc_tree *tree, const struct doc_node *map, const struct doc_node *key,
    const struct doc_node **first)
{
	struct doc_name *slot;

	*first = NULL;
	if (!tree->many_keys) {
		for (size_t i = 0; i < map->count && *first == NULL; i++)
			if (same_key(map->entries[i].key, key))
				*first = map->entries[i].key;
		return 0;
	}
	slot = doc_names_at(&tree->keys, key->text, key->count);
	if (slot == NULL)
		return ERR_NOMEM;
	*first = slot->value;
	if (slot->value == NULL)
		slot->value = key;
	return 0;
}

/* Put one key into the mapping; a doubled one is an error that names both places. */
static int
add_entry(struct doc_tree *tree, struct doc_node *map, const struct doc_node *key,
    const struct doc_node *value)
{
	const struct doc_node *first;

	if (key->text == NULL) {
		diag_add(tree->diag, SEVERITY_ERROR, &key->place, "a key must be a text, not %s",
		    doc_type_text(key->type));
		tree->broken = true;
		return 0;
	}
	if (note_key(tree, map, key, &first) != 0)
		return ERR_NOMEM;
	if (first != NULL) {
		diag_add(tree->diag, SEVERITY_ERROR, &key->place,
		    "key %s is doubled; the first is in line %u, "
		    "column %u", key->text, first->place.line, first->place.column);
		tree->broken = true;
		return 0;
	}
	put_entry(map, key, value);
	return 0;
}

/*
 * How many entries a merge key's value brings at most; false: it is neither a mapping nor a
 * list of them.
 */
static bool
merge_size(const struct doc_node *value, size_t *size)
{
	if (value->type == DOC_MAP) {
		*size += value->count;
		return true;
	}
	if (value->type != DOC_LIST)
		return false;
	for (size_t i = 0; i < value->count; i++) {
		if (value->items[i]->type != DOC_MAP)
			return false;
		*size += value->items[i]->count;
	}
	return true;
}

/* Keys that are already there win, so explicit ones do, and earlier mappings of a list. */
static int
merge(struct doc_tree *tree, struct doc_node *map, const struct doc_node *from)
{
	for (size_t i = 0; from->type == DOC_LIST && i < from->count; i++) {
		if (merge(tree, map, from->items[i]) != 0)
			return ERR_NOMEM;
	}
	for (size_t i = 0; from->type == DOC_MAP && i < from->count; i++) {
		const struct doc_entry *entry = &from->entries[i];
		const struct doc_node *first;

		if (note_key(tree, map, entry->key, &first) != 0)
			return ERR_NOMEM;
		if (first == NULL)
			put_entry(map, entry->key, entry->value);
	}
	return 0;
}

/* Room for all entries of a mapping, those of merge keys included; merged copies are bounded. */
static int
make_entries(struct doc_tree *tree, struct doc_node *map, struct doc_node **children, size_t pairs)
{
	size_t merged = 0;

	for (size_t i = 0; i < pairs; i++) {
		const struct doc_node *key = children[2 * i];

		if (key->text == NULL || !is_merge(key) || merge_size(children[2 * i + 1], &merged))
			continue;
		diag_add(tree->diag, SEVERITY_ERROR, &key->place,
		    "a merge key << needs a mapping or a list of "
		    "mappings");
		return ERR_SYNTAX;
	}
	tree->merged += merged;
	if (pairs > DOC_MAX_KEYS || merged > DOC_MAX_KEYS || tree->merged > growth_allowed(tree)) {
		diag_add(tree->diag, SEVERITY_ERROR, &map->place,
		    "a mapping of more than %d keys, or too many "
		    "merged ones", DOC_MAX_KEYS);
		return ERR_LIMIT;
	}
	map->entries = arena_array(tree->arena, pairs + merged + 1, sizeof(struct doc_entry));
	if (map->entries == NULL)
		return ERR_NOMEM;
	tree->many_keys = pairs + merged > FEW_KEYS;
	return tree->many_keys ? doc_names_reset(&tree->keys, pairs + merged) : 0;
}

static int
close_map(struct doc_tree *tree, struct doc_node *map, struct doc_node **children, size_t count)
{
	size_t pairs = count / 2;
	int err = make_entries(tree, map, children, pairs);

	for (size_t i = 0; err == 0 && i < pairs; i++) {
		if (children[2 * i]->text == NULL || !is_merge(children[2 * i]))
			err = add_entry(tree, map, children[2 * i], children[2 * i + 1]);
	}
	for (size_t i = 0; err == 0 && i < pairs; i++) {
		if (children[2 * i]->text != NULL && is_merge(children[2 * i]))
			err = merge(tree, map, children[2 * i + 1]);
	}
	return err;
}

static int
close_collection(struct doc_tree *tree)
{
	struct doc_frame frame = tree->frames[--tree->depth];
	struct doc_node **children = tree->pending == NULL ? NULL : tree->pending + frame.first;
	size_t count = tree->pending_count - frame.first;
	struct doc_node *node = frame.node;

	/*
	 * Height stays 0 for aliases until here: that is how an alias finds its anchor still
	 * open.
	 */
	node->height = 1;
	node->weight = 1;
	int err = node->type == DOC_LIST ? close_list(tree, node, children, count) :
	    close_map(tree, node, children, count);

	if (err != 0)
		return err;
	if (node->height > DOC_MAX_DEPTH) {
		diag_add(tree->diag, SEVERITY_ERROR, &node->place,
		    "nested deeper than %d levels once aliases "
		    "are followed", DOC_MAX_DEPTH);
		return ERR_LIMIT;
	}
	tree->pending_count = frame.first;
	return push(tree, node);
}

int
doc_tree_add(struct doc_tree *tree, const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_ALIAS_EVENT:
		return add_alias(tree, event);
	case YAML_SCALAR_EVENT:
		return add_scalar(tree, event);
	case YAML_SEQUENCE_START_EVENT:
		return open_collection(tree, DOC_LIST, event->data.sequence_start.anchor,
		    event->start_mark);
	case YAML_MAPPING_START_EVENT:
		return open_collection(tree, DOC_MAP, event->data.mapping_start.anchor,
		    event->start_mark);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		return close_collection(tree);
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT:
	case YAML_STREAM_END_EVENT:
	case YAML_DOCUMENT_START_EVENT:
	case YAML_DOCUMENT_END_EVENT:
		break;
	}
	return 0;
}

int
doc_tree_take(struct doc_tree *tree, const struct doc_node **node)
{
	const struct doc_node *taken = tree->pending[--tree->pending_count];

	if (taken->weight > growth_allowed(tree)) {
		diag_add(tree->diag, SEVERITY_ERROR, &taken->place,
		    "aliases blow this up to more than %d times "
		    "what is written", DOC_MAX_GROWTH);
		return ERR_LIMIT;
	}
	*node = taken;
	return 0;
}
