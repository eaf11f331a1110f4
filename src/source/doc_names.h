/* doc_names.h - a small hash table from text to a pointer, for keys and anchors.  Thread: any. */
#ifndef ROLLCALL_SOURCE_DOC_NAMES_H
#define ROLLCALL_SOURCE_DOC_NAMES_H
#include <stddef.h>

struct doc_name {
	const char *text;               /* borrowed; NULL: an empty slot */
	size_t len;
	const void *value;
};

/* All zero: empty. */
struct doc_names {
	struct doc_name *slots;
	size_t size;                    /* a power of two, or 0 */
	size_t room;                    /* slots allocated, >= size */
	size_t count;
};

/* Empty the table and make it wide enough for `expected` names without growing.  0 or ERR_NOMEM. */
int doc_names_reset(struct doc_names *names, size_t expected);
void doc_names_release(struct doc_names *names);

/*
 * The entry of a text, made with value NULL where there was none. Valid until the next call.
 * NULL: no memory.
 */
struct doc_name *doc_names_at(struct doc_names *names, const char *text, size_t len);
/* The entry of a text, or NULL. */
const struct doc_name *doc_names_find(const struct doc_names *names, const char *text, size_t len);
#endif
