/* submit.h - what create, apply and delete share: objects of files, sent one by one.  Thread: main. */
#ifndef ROLLCALL_CLI_SUBMIT_H
#define ROLLCALL_CLI_SUBMIT_H
#include <stdbool.h>
#include <stddef.h>

#include "cli/flags.h"
#include "cli/kinds.h"
#include "cli/manifest_json.h"

struct cli;

/* The options that all of them have. */
struct submit_options {
	struct flag_texts files;
	bool recursive;
	const char *dry_run;            /* "none", "client" or "server"; NULL: none */
	const char *output;             /* name, yaml or json; NULL: a line of words */
};
#define SUBMIT_FLAGS(type, field) \
	{ .name = "filename", .letter = 'f', .kind = FLAG_TEXTS, .argument = "FILE", \
	  .at = offsetof(type, field.files), .complete = COMPLETE_FILES, \
	  .help = "objects: a YAML or JSON file, a folder of them, or - for standard input; " \
	      "may be repeated" }, \
	{ .name = "recursive", .letter = 'R', .kind = FLAG_TRUTH, .at = offsetof(type, field.recursive), \
	  .help = "with a folder: those below it, too" }, \
	{ .name = "dry-run", .kind = FLAG_TEXT, .argument = "HOW", .bare = "client", \
	  .choices = "none|client|server", .at = offsetof(type, field.dry_run), \
	  .help = "change nothing: client (only show what would be sent) or server (let the daemon " \
	      "judge it)" }, \
	CLI_FLAG_OUTPUT(type, field.output, "name|yaml|json", "name, yaml or json")

/* An object on its way. */
struct submission {
	const struct kind *kind;
	const char *namespace;          /* borrowed */
	const char *name;               /* borrowed; "": the server makes one */
	json_t *json;                   /* borrowed; its namespace is stated now */
	const char *file;
};

/* Send one.  Exit codes; what the server said was printed. */
typedef int submit_fn(struct cli *cli, const void *arg, const struct submission *submission);

/*
 * Read all files and hand on each object in order; errors do not stop the rest.  What cannot be
 * sent (a kind nobody knows, a namespace other than -n) is said.  The first bad exit code.
 */
int submit_each(struct cli *cli, const struct submit_options *options, submit_fn *submit,
    const void *arg);

/* Whether --dry-run is this. */
bool submit_is_dry(const struct submit_options *options, const char *how);

/*
 * Say what was done: "service/web created", with "(dry run)", or the object by -o.  Exit code.
 */
int submit_say(struct cli *cli, const struct submit_options *options, const struct kind *kind,
    const char *name, const char *done, const json_t *object);
#endif
