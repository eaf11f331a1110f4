/* selection.h - which objects the words of a command mean: TYPE NAME..., TYPE/NAME..., TYPE,TYPE. */
#ifndef ROLLCALL_CLI_SELECTION_H
#define ROLLCALL_CLI_SELECTION_H
#include <stdbool.h>
#include <stddef.h>

#include "cli/kinds.h"

struct cli;

/* One kind's collection, or one object of it. */
struct target {
	const struct kind *kind;
	char *name;                     /* owned; NULL: the collection */
};

#define SELECTION_MAX 1024
struct selection {
	struct target *items;
	size_t count;
	bool many_kinds;
};

/*
 * Read the words.  0, or an exit code after what is wrong was said ("did you mean").  The
 * selection is the caller's to release in any case; start with all zero.
 */
int selection_read(struct cli *cli, char **words, size_t word_count, struct selection *selection);
void selection_release(struct selection *selection);

/* A kind by its name, or NULL after the mistake was said. */
const struct kind *selection_kind(struct cli *cli, const char *name);
#endif
