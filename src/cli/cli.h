/*
 * cli.h - what every command is handed: the global options, the client, whether to colour.
 * Thread: main.
 *
 * The life of a command: command_main() finds it, parses its options by its table, and runs it
 * with one struct cli.  It asks the daemon through cli_call() and its kind, which say on stderr
 * what went wrong and hand back the exit code, so that a command only has to return it.
 */
#ifndef ROLLCALL_CLI_CLI_H
#define ROLLCALL_CLI_CLI_H
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "cli/client.h"
#include "cli/flags.h"

struct screen;

struct cli {
	const char *command;            /* its name, for messages */
	/* the global options, as given; NULL: not given */
	const char *server;
	const char *namespace;
	const char *token_file;
	const char *cacert;
	const char *color;
	bool help;
	bool colour;                    /* whether stdout wants colours */
	/* "creating", and the file: for the server's errors as kubectl has them; NULL: nothing */
	const char *doing;
	const char *doing_file;
	struct client *client;          /* made at the first question */
	struct screen *screen;          /* a live view, left before a word is said; NULL: none */
};

/* The global options: struct cli.  Those of a command that asks no daemon. */
extern const struct flag cli_flags[];
extern const struct flag cli_flags_offline[];

/* Rows that several commands have; `type` is the struct of their options. */
#define CLI_FLAG_ALL(type, field) \
	{ "all-namespaces", 'A', FLAG_TRUTH, offsetof(type, field), NULL, \
	  "all namespaces, not only one", NULL, NULL, COMPLETE_NOTHING }
#define CLI_FLAG_SELECTOR(type, field) \
	{ "selector", 'l', FLAG_TEXT, offsetof(type, field), "SELECTOR", \
	  "only objects whose labels match: app=web, tier!=db, env in (a,b), !old", NULL, NULL, \
	  COMPLETE_NOTHING }
#define CLI_FLAG_OUTPUT(type, field, choices_, help_) \
	{ "output", 'o', FLAG_TEXT, offsetof(type, field), "FORMAT", help_, choices_, NULL, \
	  COMPLETE_NOTHING }

/* The namespace that was asked for; "default" when none was. */
const char *cli_namespace(const struct cli *cli);

/* "rollcall COMMAND: ..." and a newline on stderr. */
void cli_say(const struct cli *cli, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same, and a hint at --help; returns EX_USAGE. */
int cli_usage(const struct cli *cli, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * Ask, and take any answer that is not an error: 0, or the exit code after the Status object of
 * the server ("Error from server (NotFound): ...") or the failure of the connection was printed.
 * call_release() is the caller's in any case.
 */
int cli_call(struct cli *cli, struct call *call);

/* GET `path` and read the reply as JSON into *json (a new reference). */
int cli_get(struct cli *cli, const char *path, json_t **json);

/*
 * Send `body` (borrowed; NULL: none) and read the reply; json may be NULL.  PATCH sends a merge
 * patch (RFC 7386).
 */
int cli_send(struct cli *cli, const char *method, const char *path, const json_t *body,
    json_t **json);

/* The client, for streams; NULL after the failure was said. */
struct client *cli_client(struct cli *cli);

/*
 * Print a Status object (or what else an error came with) as kubectl does; returns the exit code
 * that belongs to it: 1, or EX_DATAERR for 400 and 422, EX_UNAVAILABLE for 5xx.
 */
int cli_print_status(const struct cli *cli, int status, const char *reply);

/* Let go of what cli_call() made. */
void cli_release(struct cli *cli);
#endif
