/* command.h - the table of rollcall's commands: one file, one row each. */
#ifndef ROLLCALL_CLI_COMMAND_H
#define ROLLCALL_CLI_COMMAND_H
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "cli/flags.h"

struct cli;

/* Under which heading `rollcall help` and the manual page have a command. */
enum command_group { COMMAND_LOOK, COMMAND_CHANGE, COMMAND_TRY, COMMAND_HOST };
#define COMMAND_GROUPS 4

struct command {
	const char *name;
	const char *arguments;          /* its words, for the usage line: "TYPE [NAME]..." */
	const char *summary;            /* one line, lower case, no full stop */
	enum command_group group;
	const char *detail;             /* sentences for --help and the manual page; NULL: none */
	const char *examples;           /* command lines, one a line; NULL: none */
	const struct flag *flags;       /* its own options; NULL: none */
	size_t options_size;            /* of the struct that they fill */
	const void *defaults;           /* what that struct begins as; NULL: all zero */
	enum flag_complete complete;    /* what its words can be */
	bool offline;                   /* never asks a daemon: has no --server and so on */
	bool ends_at_word;              /* options end at the first word (the words are a command) */
	/*
	 * `options` is the filled struct (NULL without one).  words[word_count] is NULL.  Returns
	 * the process's exit code: 0, 1 (not found, not ready, NXDOMAIN), or one of sysexits(3).
	 */
	int (*run)(struct cli *cli, const void *options, char **words, size_t word_count);
};

/* Command i, in the order of the help; NULL past the last. */
const struct command *command_at(size_t i);

/* Find a command; NULL: there is none, and *closest is set to a likely name, or NULL. */
const struct command *command_find(const char *name, const char **closest);

/* The whole of rollcall but for the process: run the command that argv names. */
int command_main(int argc, char **argv);

/* Our own: what the daemon knows of names, endpoints, itself; and what can be told it. */
extern const struct command cmd_why;
extern const struct command cmd_top;
extern const struct command cmd_query;
extern const struct command cmd_cache;
extern const struct command cmd_pools;
extern const struct command cmd_config;
extern const struct command cmd_drain;
extern const struct command cmd_undrain;
extern const struct command cmd_reload;
extern const struct command cmd_probe;
extern const struct command cmd_doctor;
extern const struct command cmd_env;
extern const struct command cmd_run;
extern const struct command cmd_resolvconf;

/* kubectl's verbs and what needs no daemon.  cmd_NAME.c: one file each; cmd_get.c has watch, cmd_apply.c create, cmd_label.c annotate. */
extern const struct command cmd_annotate, cmd_apply, cmd_completion, cmd_create, cmd_delete,
    cmd_describe, cmd_events, cmd_expose, cmd_get, cmd_kubeconfig, cmd_label, cmd_lint, cmd_watch;
#endif
