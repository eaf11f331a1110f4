/* source_help.h - texts for and from the tests of src/source. */
#ifndef ROLLCALL_TESTS_SOURCE_SOURCE_HELP_H
#define ROLLCALL_TESTS_SOURCE_SOURCE_HELP_H
#include <stddef.h>

struct diag;
struct object_list;
struct doc_node;
struct object;

/*
 * A tree in one line: {a: 1, b: ["x", null]}; numbers and truths as typed, texts in quotes.
 * Freed by the caller.
 */
char *help_dump(const struct doc_node *node);

/* All entries of a diag, a line each.  Freed by the caller. */
char *help_diag(const struct diag *diag);

/*
 * Decode a text called "f" as from a trusted file, with exec enabled. Returns what was said,
 * freed by the caller; *err is what decode_text() returned.
 */
char *help_decode(const char *text, struct object_list *list, int *err);

/*
 * Decode a text of one object: with `expected` an error or a warning says so, and NULL is for
 * silence; what is wrong is refused, all else taken.
 */
void help_expect(const char *text, const char *expected);

/* Decode a text of one sound object and nothing is said; it is the list's. */
struct object *help_decode_one(const char *text, struct object_list *list);

/* `count` copies of a text behind each other.  Freed by the caller. */
char *help_repeat(const char *text, size_t count);

/*
 * The octets of a file below the source tree ("tests/source/data/q01.yaml"). Freed by the
 * caller.
 */
char *help_file(const char *path, size_t *len);
#endif
