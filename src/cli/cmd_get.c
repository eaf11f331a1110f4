/* cmd_get.c - rollcall get: objects in columns, as kubectl shows them. */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/err.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/command.h"
#include "cli/get.h"
#include "cli/rows.h"

#define CHUNK_DEFAULT 500

#define ROW(letter_, name_, kind_, field_, argument_, help_) \
	{ .name = (name_), .letter = (letter_), .kind = (kind_), \
	  .at = offsetof(struct get_options, field_), .argument = (argument_), .help = (help_) }

static const struct flag flags[] = {
	CLI_FLAG_ALL(struct get_options, all_namespaces),
	CLI_FLAG_OUTPUT(struct get_options, output, NULL, "wide, yaml, json, name, jsonpath=TEMPLATE "
	    "or custom-columns=HEADING:PATH,..."),
	CLI_FLAG_SELECTOR(struct get_options, selector),
	ROW(0, "field-selector", FLAG_TEXT, field_selector, "SELECTOR",
	    "only objects whose fields match: metadata.name=web, status.phase!=Running"),
	ROW(0, "show-labels", FLAG_TRUTH, show_labels, NULL, "a column with all labels"),
	ROW('L', "label-columns", FLAG_TEXT, label_columns, "LABELS",
	    "a column for each of these labels: app,tier"),
	ROW('w', "watch", FLAG_TRUTH, watch, NULL, "then go on with each change"),
	ROW(0, "watch-only", FLAG_TRUTH, watch_only, NULL, "only changes, not what is there"),
	ROW(0, "output-watch-events", FLAG_TRUTH, output_watch_events, NULL,
	    "say of each change whether it was ADDED, MODIFIED or DELETED"),
	ROW(0, "no-headers", FLAG_TRUTH, no_headers, NULL, "no headings"),
	ROW(0, "sort-by", FLAG_TEXT, sort_by, "COLUMN",
	    "sort by a column that is shown, or by a path into the metadata: .metadata.name"),
	ROW(0, "ignore-not-found", FLAG_TRUTH, ignore_not_found, NULL,
	    "what is not there is no error"),
	ROW(0, "chunk-size", FLAG_NUMBER, chunk_size, "N", "ask for so many at a time; default 500"),
	{ .name = NULL },
};

static const struct get_options defaults = { .chunk_size = CHUNK_DEFAULT };

const char *
get_namespace(const struct cli *cli, const struct get_options *options)
{
	return options->all_namespaces ? NULL : cli_namespace(cli);
}

static void
add_query(struct strbuf *path, const char *key, const char *value)
{
	if (value == NULL || *value == '\0')
		return;
	strbuf_addf(path, "%s%s=", strchr(path->text, '?') != NULL ? "&" : "?", key);
	client_escape(path, value);
}

void
get_path(struct strbuf *path, const struct cli *cli, const struct get_options *options,
    const struct target *target)
{
	kind_path(path, target->kind, get_namespace(cli, options), target->name);
	if (target->name != NULL)
		return;
	add_query(path, "labelSelector", options->selector);
	add_query(path, "fieldSelector", options->field_selector);
}

void
get_say_nothing(const struct cli *cli, const struct get_options *options,
    const struct selection *selection)
{
	bool namespaced = false;

	if (options->ignore_not_found)
		return;
	for (size_t i = 0; i < selection->count; i++)
		namespaced |= selection->items[i].kind->namespaced;
	(void)fflush(stdout);
	if (namespaced && !options->all_namespaces)
		fprintf(stderr, "No resources found in %s namespace.\n", cli_namespace(cli));
	else
		fputs("No resources found\n", stderr);
}

/* Ask for one part of a Table; *next is the token of the part behind it, or "". */
static int
add_part(struct cli *cli, const char *path, struct rows *rows, struct strbuf *next)
{
	struct call call = CALL_INIT("GET", path);
	json_t *table = NULL;
	const char *token;
	int code, err;

	call.accept = ROWS_ACCEPT;
	code = cli_call(cli, &call);
	if (code == 0)
		table = json_loadb(call.reply.text, call.reply.len, 0, NULL);
	call_release(&call);
	if (code != 0)
		return code;
	err = rows_add(rows, table, NULL);
	if (err != 0) {
		cli_say(cli, "%s", err == ERR_NOMEM ? "no memory" : "the server sends no Table");
		code = err == ERR_NOMEM ? EX_OSERR : EX_UNAVAILABLE;
	}
	strbuf_clear(next);
	token = json_string_value(json_object_get(json_object_get(table, "metadata"), "continue"));
	strbuf_add(next, token != NULL ? token : "");
	json_decref(table);
	return code;
}

/* The status of a call for an object that may be missing. */
static int
add_target(struct cli *cli, const struct get_options *options, const struct target *target,
    struct rows *rows)
{
	struct strbuf path = STRBUF_INIT, next = STRBUF_INIT;
	char limit[16];
	int code;

	(void)snprintf(limit, sizeof(limit), "%u", options->chunk_size);
	do {
		strbuf_clear(&path);
		get_path(&path, cli, options, target);
		if (target->name == NULL && options->chunk_size > 0)
			add_query(&path, "limit", limit);
		add_query(&path, "continue", next.text);
		code = path.err != 0 ? EX_OSERR : add_part(cli, path.text, rows, &next);
	} while (code == 0 && next.len > 0);
	strbuf_release(&path);
	strbuf_release(&next);
	return code;
}

/* By a heading, or by the last part of a path: ".metadata.name" is NAME. */
static int
sort_rows(struct cli *cli, const char *by, struct grid *grid)
{
	const char *names[GRID_COLUMNS_MAX], *closest, *dot = strrchr(by, '.');
	char name[64];
	size_t count = 0, len;

	if (*by == '.' || *by == '{')
		by = dot != NULL ? dot + 1 : by;
	len = strcspn(by, "}");
	(void)snprintf(name, sizeof(name), "%.*s", (int)len, by);
	/* An age is rounded, and no number: the time itself is sorted, oldest first as kubectl's. */
	if (strcmp(name, "creationTimestamp") == 0 || strcasecmp(name, "age") == 0)
		return grid_sort(grid, GRID_BY_KEY) == 0 ? 0 : EX_OSERR;
	for (; count < GRID_COLUMNS_MAX && *grid_text(grid, 0, count) != '\0'; count++) {
		names[count] = grid_text(grid, 0, count);
		if (strcasecmp(names[count], name) == 0)
			return grid_sort(grid, count) == 0 ? 0 : EX_OSERR;
	}
	closest = text_closest(name, names, count);
	if (closest != NULL)
		return cli_usage(cli, "there is no column \"%s\" to sort by; did you mean %s?", name,
		    closest);
	return cli_usage(cli, "there is no column \"%s\" to sort by", name);
}

/* All targets of one kind, from `first` on: one table.  *printed: there was something. */
static int
show_kind(struct cli *cli, const struct get_options *options, const struct selection *selection,
    size_t first, bool *printed)
{
	const struct kind *kind = selection->items[first].kind;
	struct strbuf prefix = STRBUF_INIT;
	struct rows_style style = {
		.wide = options->output != NULL,
		.with_namespace = options->all_namespaces && kind->namespaced,
		.label_columns = options->label_columns,
		.show_labels = options->show_labels,
		/* sorting wants to know the columns' names */
		.no_headers = options->no_headers && options->sort_by == NULL,
	};
	struct rows rows = { .style = &style, .grid = grid_new() };
	int code = rows.grid == NULL ? EX_OSERR : 0;

	if (selection->many_kinds) {
		strbuf_addf(&prefix, "%s/", kind->title);
		style.prefix = prefix.text;
	}
	for (size_t i = first; i < selection->count && rows.grid != NULL; i++) {
		int one = 0;

		if (selection->items[i].kind == kind)
			one = add_target(cli, options, &selection->items[i], &rows);
		if (one != 0)
			code = one;
	}
	if (rows.grid != NULL && grid_count(rows.grid) > 0) {
		int sorted = options->sort_by != NULL ? sort_rows(cli, options->sort_by, rows.grid) : 0;

		if (sorted != 0)
			code = sorted;
		else if (*printed)
			putchar('\n');
		*printed = true;
		if (options->no_headers)
			grid_drop_heading(rows.grid);
		if (sorted == 0 && grid_print(rows.grid, stdout, 0, cli->colour) != 0)
			code = EX_OSERR;
	}
	strbuf_release(&prefix);
	grid_free(rows.grid);
	return code;
}

static int
show_tables(struct cli *cli, const struct get_options *options, const struct selection *selection)
{
	bool printed = false;
	int code = 0;

	for (size_t i = 0; i < selection->count; i++) {
		bool seen = false;
		int one;

		for (size_t j = 0; j < i; j++)
			seen |= selection->items[j].kind == selection->items[i].kind;
		if (seen)
			continue;
		one = show_kind(cli, options, selection, i, &printed);
		if (one != 0)
			code = one;
		if (one == EX_UNAVAILABLE)
			break;
	}
	if (!printed && code == 0)
		get_say_nothing(cli, options, selection);
	return code;
}

static int
get_main(struct cli *cli, const void *arg, char **words, size_t word_count)
{
	const struct get_options *options = arg;
	struct selection selection = { 0 };
	int code = selection_read(cli, words, word_count, &selection);

	if (code != 0)
		goto out;
	if (options->output != NULL && *options->output != '\0' &&
	    strcmp(options->output, "wide") != 0 && !get_is_objects(options->output))
		code = cli_usage(cli, "there is no output \"%s\": wide, yaml, json, name, "
		    "jsonpath=TEMPLATE, custom-columns=HEADING:PATH,...", options->output);
	else if ((options->watch || options->watch_only) && selection.count > 1)
		code = cli_usage(cli, "watch one kind, or one object, at a time");
	else if (options->watch || options->watch_only)
		code = get_watch(cli, options, &selection.items[0]);
	else if (get_is_objects(options->output))
		code = get_objects(cli, options, &selection);
	else
		code = show_tables(cli, options, &selection);
out:
	selection_release(&selection);
	return code;
}

const struct command cmd_get = {
	.name = "get",
	.arguments = "TYPE[,TYPE]... [NAME]... | TYPE/NAME... | all",
	.summary = "show objects in columns",
	.group = COMMAND_LOOK,
	.detail = "TYPE is pods (po), services (svc), endpoints (ep), endpointslices, namespaces (ns), "
	    "ingresses (ing) or events (ev). The columns, their words and what -o prints are kubectl's.",
	.examples = "rollcall get svc -A\nrollcall get ep web -n shop -o yaml\n"
	    "rollcall get pods -l app=web -w\n"
	    "rollcall get svc web -o jsonpath='{.spec.clusterIP}{\"\\n\"}'\n",
	.flags = flags,
	.options_size = sizeof(struct get_options),
	.defaults = &defaults,
	.complete = COMPLETE_KINDS,
	.run = get_main,
};

static int
watch_main(struct cli *cli, const void *arg, char **words, size_t word_count)
{
	struct get_options options = *(const struct get_options *)arg;

	options.watch = true;
	options.live = isatty(STDOUT_FILENO) == 1 && !get_is_objects(options.output);
	return get_main(cli, &options, words, word_count);
}

const struct command cmd_watch = {
	.name = "watch",
	.arguments = "TYPE [NAME] | TYPE/NAME",
	.summary = "show objects in columns that change as they do",
	.group = COMMAND_LOOK,
	.detail = "On a terminal the rows stay in their place and change there, within its size; "
	    "elsewhere each change is a line, as with get -w. Ctrl-C or q ends it.",
	.examples = "rollcall watch endpoints -A\n",
	.flags = flags,
	.options_size = sizeof(struct get_options),
	.defaults = &defaults,
	.complete = COMPLETE_KINDS,
	.run = watch_main,
};
