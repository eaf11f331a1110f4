/* doc_tree.h - build nodes from libyaml's events, within limits.  Thread: any. */
#ifndef ROLLCALL_SOURCE_DOC_TREE_H
#define ROLLCALL_SOURCE_DOC_TREE_H
#include <yaml.h>

#include "source/doc.h"
#include "source/doc_names.h"

struct doc_input;

/* A collection that is still open. */
struct doc_frame {
	struct doc_node *node;
	size_t first;                   /* of its children in `pending` */
};

struct doc_tree {
	/* where new nodes go; the reader changes it between items */
	struct arena *arena;
	const char *file;
	const struct doc_input *input;
	const struct doc_node *inner;   /* the scalar whose text is read, or NULL */
	struct diag *diag;
	struct doc_frame frames[DOC_MAX_DEPTH];
	size_t depth;
	struct doc_node **pending;      /* children of open collections, keys and values in turn */
	size_t pending_count;
	size_t pending_room;
	struct doc_names anchors;       /* of the document */
	struct doc_names keys;          /* of the mapping that is being closed ... */
	bool many_keys;                 /* ... if it has enough of them to need that */
	uint64_t written;               /* nodes and aliases since the part began */
	uint64_t merged;                /* entries copied by merge keys since then */
	size_t anchors_in_part;
	bool broken;                    /* an error was said that does not stop the reading */
};

void doc_tree_release(struct doc_tree *tree);

/* Forget everything of the document before; forget what was counted for the part before. */
int doc_tree_begin_document(struct doc_tree *tree);
void doc_tree_begin_part(struct doc_tree *tree);

/*
 * Take a scalar, alias, or start or end of a collection. When tree->depth is what it was before
 * the node began, the finished node is the last of `pending`.  Errors are said.
 */
int doc_tree_add(struct doc_tree *tree, const yaml_event_t *event);

/*
 * Take the last finished node off; it is a part's root, so its bounds are checked. 0 or
 * ERR_LIMIT.
 */
int doc_tree_take(struct doc_tree *tree, const struct doc_node **node);

struct place doc_tree_place(const struct doc_tree *tree, yaml_mark_t mark);
#endif
