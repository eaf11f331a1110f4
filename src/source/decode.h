/*
 * decode.h - a document's tree to objects, by one table for each kind.  Thread: any; pure.
 *
 * The table (field.h) names every field once; decoding, defaults, ranges, the "did you mean" of
 * unknown fields, and zones/README.md come from it.
 */
#ifndef ROLLCALL_SOURCE_DECODE_H
#define ROLLCALL_SOURCE_DECODE_H
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

struct diag;
struct doc_node;
struct object;
struct squeeze;

/* Objects of one file, in order; owned by the list until taken. */
struct object_list {
	struct object **items;
	size_t count;
	size_t room;
};
void object_list_release(struct object_list *list);

struct decode_settings {
	/* exec commands may be believed (owner and mode of the file, or not a file) */
	bool trusted;
	bool exec_enabled;      /* probes.exec.enabled */
	/* packs what is stated, for those who show it; NULL: nobody does */
	struct squeeze *squeeze;
	/* once true, decode_text() gives up with ERR_CLOSED; NULL: never */
	const atomic_bool *stop;
};

/*
 * Decode one document (an object or a List) and append its objects. All problems go to diag; an
 * object with an error is left out. Unknown kinds are skipped with one info line. ERR_INVALID
 * when any object had an error, ERR_NOMEM.
 */
int decode_document(const struct doc_node *root, const struct decode_settings *settings,
    struct object_list *list, struct diag *diag);

/*
 * Read a whole text of many documents (YAML or JSON).  `name` is what diagnostics call the file.
 * ERR_SYNTAX or ERR_LIMIT for the text as a whole, ERR_INVALID for its objects, ERR_NOMEM,
 * ERR_CLOSED.
 */
int decode_text(const char *name, const void *text, size_t len,
    const struct decode_settings *settings,
    struct object_list *list, struct diag *diag);
#endif
