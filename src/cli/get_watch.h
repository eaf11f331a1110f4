/* get_watch.h - what the plain and the live watch share: events of a watch, read and followed. */
#ifndef ROLLCALL_CLI_GET_WATCH_H
#define ROLLCALL_CLI_GET_WATCH_H
#include <jansson.h>
#include <stdbool.h>

#include "cli/get.h"
#include "cli/rows.h"

struct screen;

/*
 * How a watch shows what it is told.  Functions return 0, or an exit code that ends the watch.
 */
struct watch_shown {
	/* Begin, or begin anew after the server had forgotten too much: the whole Table or list. */
	int (*whole)(void *arg, const json_t *reply);
	/* type is "ADDED", "MODIFIED" or "DELETED"; object: a Table of one row, or the object. */
	int (*event)(void *arg, const char *type, const json_t *object);
	/* Now and then, and on keys; false: the user has enough.  NULL: not wanted. */
	bool (*tick)(void *arg);
	int fd;                         /* keys; -1: none */
	bool tables;                    /* ask for Tables */
	void *arg;
};

/* List, then follow until something ends it; exit codes. */
int watch_follow(struct cli *cli, const struct get_options *options, const struct target *target,
    const struct watch_shown *shown);

/* get_live.c: the rows in their places on a terminal. */
int watch_live(struct cli *cli, const struct get_options *options, const struct target *target,
    const struct rows_style *style);
#endif
