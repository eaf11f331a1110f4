/*
 * variables_list.h - the variables that a Pod finds Services by, from the daemon; for shells, files
 * and processes.  Thread: main.
 */
#ifndef ROLLCALL_CLI_VARIABLES_LIST_H
#define ROLLCALL_CLI_VARIABLES_LIST_H
#include <jansson.h>
#include <stdbool.h>

struct cli;
struct strbuf;

/* {"variables": [[NAME, VALUE] ...]} of the namespace, a new reference.  0 or an exit code. */
int variables_list_ask(struct cli *cli, json_t **out);

/* A value that every POSIX shell reads back as it is, whatever is in it. */
void variables_list_quote(struct strbuf *out, const char *value);
/* Can a shell have a variable of that name? */
bool variables_list_is_name(const char *name);

enum variables_form { VARIABLES_SHELL, VARIABLES_FILE };
/*
 * One line each: "export NAME='VALUE'", or "NAME=VALUE" for files of variables; a name that no shell
 * takes is a comment.
 */
void variables_list_write(const json_t *answer, enum variables_form form, struct strbuf *out);

/* Into this process's environment. */
int variables_list_set(const json_t *answer);
#endif
