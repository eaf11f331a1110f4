/*
 * get.h - what `rollcall get` shares with its files: the options, the paths, the ways of output.
 *
 * Without -o and with -o wide the columns are the server's (rows.h); the other ways take the
 * objects themselves (get_objects.c).  -w goes on in get_watch.c.
 */
#ifndef ROLLCALL_CLI_GET_H
#define ROLLCALL_CLI_GET_H
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/strbuf.h"
#include "cli/selection.h"

struct cli;

struct get_options {
	bool all_namespaces;
	const char *output;             /* NULL: columns */
	const char *selector;
	const char *field_selector;
	bool show_labels;
	const char *label_columns;
	bool watch;
	bool watch_only;
	bool output_watch_events;
	bool no_headers;
	const char *sort_by;
	bool ignore_not_found;
	unsigned chunk_size;
	bool live;                      /* rollcall watch */
};

/* The path and query of a target, without limit. */
void get_path(struct strbuf *path, const struct cli *cli, const struct get_options *options,
    const struct target *target);

/* The namespace of requests: NULL for all. */
const char *get_namespace(const struct cli *cli, const struct get_options *options);

/* get_objects.c: whether `output` is one of its ways; print the objects so.  Exit codes. */
bool get_is_objects(const char *output);
int get_objects(struct cli *cli, const struct get_options *options,
    const struct selection *selection);
/* Print one object by itself, as an event of a watch. */
int get_print_object(struct cli *cli, const char *output, const json_t *object);

/* get_watch.c: list and go on until the server or the user ends it.  Exit codes. */
int get_watch(struct cli *cli, const struct get_options *options, const struct target *target);

/* "No resources found in default namespace." on stderr. */
void get_say_nothing(const struct cli *cli, const struct get_options *options,
    const struct selection *selection);
#endif
