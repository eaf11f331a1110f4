/*
 * doc.h - YAML and JSON text as a tree that knows the place of every node.  Thread: any; pure.
 *
 * The life of a text: a reader is made over it and hands out its documents one by one, so that
 * a large file never stands in memory as one tree. With DOC_SPLIT_LISTS the members of a root
 * `items` list are handed out one by one too, and the rest of that document last. A part is
 * valid until the next call.
 *
 * An alias is a second pointer to the same node, never a copy. What a walk over the tree can
 * meet is bounded all the same (struct doc_node, `weight` and `height`), so a walk needs no
 * guard of its own.
 */
#ifndef ROLLCALL_SOURCE_DOC_H
#define ROLLCALL_SOURCE_DOC_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"

struct arena;
struct doc_reader;

#define DOC_MAX_OBJECT (1UL << 20)      /* characters of an object or an item of a List */
#define DOC_MAX_DOCUMENT (64UL << 20)   /* characters of a List */
#define DOC_MAX_FILE (256UL << 20)      /* octets of a text */
#define DOC_MAX_DEPTH 64
#define DOC_MAX_KEYS 10000              /* of one mapping */
/* nodes met by a walk, aliases followed, for each node written */
#define DOC_MAX_GROWTH 10

/*
 * How Kubernetes' YAML to JSON conversion types a value: YAML 1.1 words for plain scalars, else
 * strings.
 */
enum doc_type { DOC_NULL, DOC_BOOL, DOC_INT, DOC_FLOAT, DOC_STRING, DOC_LIST, DOC_MAP };

struct doc_node;

/* One key of a mapping; keys are scalars and count as strings whatever their type. */
struct doc_entry {
	const struct doc_node *key;
	const struct doc_node *value;
};

struct doc_node {
	enum doc_type type;
	/* a scalar in quotes or block style: a string whatever it says */
	bool quoted;
	/* a scalar written as a `|` block: its lines are lines of the file */
	bool literal;
	/* levels below and with this one, aliases followed; <= DOC_MAX_DEPTH */
	uint8_t height;
	/* nodes in this subtree, aliases followed; stops at UINT32_MAX */
	uint32_t weight;
	struct place place;             /* file is borrowed from the reader's caller */
	/* scalars: as written, escapes resolved, ends in NUL; others: NULL */
	const char *text;
	size_t count;                   /* octets of text, items, entries */
	union {
		bool truth;             /* DOC_BOOL */
		int64_t integer;        /* DOC_INT */
		double real;            /* DOC_FLOAT; whole numbers beyond int64_t are here too */
		const struct doc_node **items;  /* DOC_LIST */
		/* DOC_MAP, in the order written; merged ones last */
		struct doc_entry *entries;
	};
	/* Of a scalar's text, whatever its type; of what a collection holds. */
	uint64_t digest;
};

enum doc_part_kind {
	DOC_PART_END,                   /* nothing is left */
	DOC_PART_WHOLE,                 /* a document; an empty one is a DOC_NULL node */
	DOC_PART_ITEM,                  /* one member of the root's `items` */
	/* the root whose members were handed out; its `items` is an empty list */
	DOC_PART_REST,
};

struct doc_part {
	enum doc_part_kind kind;
	const struct doc_node *root;
	size_t index;                   /* DOC_PART_ITEM: its number, from 0 */
	/* an error in it was said (a doubled key): look at it, do not believe it */
	bool broken;
	/* DOC_PART_WHOLE: the line of the `...` that ended it; 0: none */
	unsigned end_line;
};

#define DOC_SPLIT_LISTS 1u

/* `file` and `text` are borrowed for the life of the reader.  NULL: no memory. */
struct doc_reader *doc_reader_new(const char *file, const void *text, size_t len, unsigned flags,
    struct diag *diag);
void doc_reader_free(struct doc_reader *reader);

/*
 * The next part. ERR_SYNTAX, ERR_LIMIT (said in diag with its place) or ERR_NOMEM end the
 * reading: parts handed out before were sound, later calls fail again.
 */
int doc_next(struct doc_reader *reader, struct doc_part *part);

/*
 * While items are handed out: the text of a scalar of the document's root, wherever it stands
 * ("kind" is often written after `items`).  Reads the document once more.  *text is NULL where
 * there is none (or the text is UTF-16), and valid until the next document.  0 or ERR_NOMEM.
 */
int doc_root_text(struct doc_reader *reader, const char *key, const char **text);

/*
 * Read a text of exactly one document into `arena`; empty text gives a DOC_NULL node. `file`
 * goes into the places as it is.  0, ERR_SYNTAX, ERR_LIMIT, ERR_NOMEM.
 */
int doc_read(const char *file, const void *text, size_t len, struct arena *arena, struct diag *diag,
    const struct doc_node **root);

/*
 * The same for YAML text inside a scalar (an annotation). Places point into the file: at the
 * very line for a `|` block (column 0: unknown), else at the scalar.
 */
int doc_read_inner(const struct doc_node *scalar, struct arena *arena, struct diag *diag,
    const struct doc_node **root);

/* The value of a key; NULL where `map` is NULL, no mapping or has no such key. */
const struct doc_node *doc_find(const struct doc_node *map, const char *key);
/* The key's own node, for its place. */
const struct doc_node *doc_find_key(const struct doc_node *map, const char *key);
/* Item i of a list; NULL where there is none. */
const struct doc_node *doc_item(const struct doc_node *list, size_t i);
/* The text of a string under a key; NULL where it is no string. */
const char *doc_find_text(const struct doc_node *map, const char *key);

/* A hash of what is stated: places, comments, styles and the order of keys do not count. */
uint64_t doc_digest(const struct doc_node *node);

/* "a mapping", "a list", "a text", "a whole number", "a number", "true or false", "nothing". */
const char *doc_type_text(enum doc_type type);
#endif
