/* cmd_events.c - rollcall events: what happened, oldest first. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "cli/cli.h"
#include "cli/command.h"
#include "cli/get_watch.h"
#include "cli/rows.h"

struct events_options {
	bool all_namespaces;
	bool watch;
	bool no_headers;
	const char *about;
	const char *types;
	const char *output;
};

static const struct flag flags[] = {
	CLI_FLAG_ALL(struct events_options, all_namespaces),
	CLI_FLAG_OUTPUT(struct events_options, output, "wide|yaml|json|name",
	    "wide, yaml, json or name"),
	{ .name = "for", .kind = FLAG_TEXT, .argument = "TYPE/NAME",
	  .at = offsetof(struct events_options, about), .complete = COMPLETE_KINDS,
	  .help = "only what happened to this object" },
	{ .name = "types", .kind = FLAG_TEXT, .argument = "TYPE",
	  .at = offsetof(struct events_options, types), .choices = "Normal|Warning",
	  .help = "only Normal or only Warning" },
	{ .name = "watch", .letter = 'w', .kind = FLAG_TRUTH,
	  .at = offsetof(struct events_options, watch), .help = "then go on with each new one" },
	{ .name = "no-headers", .kind = FLAG_TRUTH,
	  .at = offsetof(struct events_options, no_headers), .help = "no headings" },
	{ .name = NULL },
};

/* "TYPE/NAME" and --types as a field selector. */
static int
make_selector(struct cli *cli, const struct events_options *options, struct strbuf *field)
{
	char *word = options->about != NULL ? strdup(options->about) : NULL;
	struct selection selection = { 0 };
	int code = 0;

	if (word != NULL && strchr(word, '/') == NULL)
		code = cli_usage(cli, "--for wants TYPE/NAME, like svc/web");
	else if (word != NULL)
		code = selection_read(cli, &word, 1, &selection);
	if (code == 0 && selection.count == 1)
		strbuf_addf(field, "involvedObject.kind=%s,involvedObject.name=%s",
		    selection.items[0].kind->kind, selection.items[0].name);
	if (options->types != NULL)
		strbuf_addf(field, "%stype=%s", field->len > 0 ? "," : "", options->types);
	selection_release(&selection);
	free(word);
	return code;
}

/* A row of the Table and when it was last seen. */
struct dated {
	json_t *row;
	const char *when;
	size_t at;
};

static const char *
last_seen(const json_t *row)
{
	const json_t *object = json_object_get(row, "object");
	const char *last = json_string_value(json_object_get(object, "lastTimestamp"));

	if (last == NULL)
		last = json_string_value(json_object_get(object, "eventTime"));
	if (last == NULL)
		last = json_string_value(json_object_get(json_object_get(object, "metadata"),
		    "creationTimestamp"));
	return last != NULL ? last : "";
}

/* RFC 3339 in UTC sorts as text. */
static int
compare(const void *a_, const void *b_)
{
	const struct dated *a = a_, *b = b_;
	int order = strcmp(a->when, b->when);

	return order != 0 ? order : a->at < b->at ? -1 : a->at > b->at;
}

static int
sort_table(json_t *table)
{
	json_t *rows = json_object_get(table, "rows"), *sorted = json_array();
	size_t count = json_array_size(rows);
	struct dated *dated = calloc(count + 1, sizeof(*dated));
	int failed = sorted == NULL || dated == NULL;

	for (size_t i = 0; i < count && !failed; i++) {
		json_t *row = json_array_get(rows, i);

		dated[i] = (struct dated){ row, last_seen(row), i };
	}
	if (!failed)
		qsort(dated, count, sizeof(*dated), compare);
	for (size_t i = 0; i < count && !failed; i++)
		failed = json_array_append(sorted, dated[i].row);
	if (!failed)
		failed = json_object_set(table, "rows", sorted);
	json_decref(sorted);
	free(dated);
	return failed != 0 ? EX_OSERR : 0;
}

static int
show(struct cli *cli, const struct get_options *get, json_t *table)
{
	struct rows_style style = {
		.wide = get->output != NULL,
		.with_namespace = get->all_namespaces,
		.no_headers = get->no_headers,
	};
	struct rows rows = { .style = &style, .grid = grid_new() };
	int code = rows.grid == NULL ? EX_OSERR : sort_table(table);

	if (code == 0 && rows_add(&rows, table, NULL) != 0) {
		cli_say(cli, "the server sends no Table");
		code = EX_UNAVAILABLE;
	}
	if (code == 0 && grid_count(rows.grid) == 0)
		fputs(get->all_namespaces ? "No events found.\n" : "No events found in this namespace.\n",
		    stderr);
	else if (code == 0 && grid_print(rows.grid, stdout, 0, cli->colour) != 0)
		code = EX_OSERR;
	grid_free(rows.grid);
	return code;
}

/* Whole objects in the rows: when an event was last seen is not in its metadata. */
static int
list(struct cli *cli, const struct get_options *get, const struct target *target)
{
	struct strbuf path = STRBUF_INIT;
	struct call call;
	json_t *table = NULL;
	int code;

	get_path(&path, cli, get, target);
	strbuf_addf(&path, "%sincludeObject=Object", strchr(path.text, '?') != NULL ? "&" : "?");
	call = (struct call)CALL_INIT("GET", path.text);
	call.accept = ROWS_ACCEPT;
	code = cli_call(cli, &call);
	if (code == 0)
		table = json_loadb(call.reply.text, call.reply.len, 0, NULL);
	if (code == 0)
		code = show(cli, get, table);
	json_decref(table);
	call_release(&call);
	strbuf_release(&path);
	return code;
}

static int
events_main(struct cli *cli, const void *arg, char **words, size_t word_count)
{
	const struct events_options *options = arg;
	const char *closest;
	struct target target = { kind_find("events", &closest), NULL };
	struct selection selection = { &target, 1, false };
	struct strbuf field = STRBUF_INIT;
	struct get_options get = {
		.all_namespaces = options->all_namespaces,
		.output = options->output,
		.no_headers = options->no_headers,
	};
	int code;

	if (word_count > 0)
		return cli_usage(cli, "\"%s\": events of one object are --for TYPE/NAME", words[0]);
	code = make_selector(cli, options, &field);
	get.field_selector = field.text;
	if (code != 0)
		goto out;
	if (options->watch)
		code = get_watch(cli, &get, &target);
	else if (get_is_objects(options->output))
		code = get_objects(cli, &get, &selection);
	else
		code = list(cli, &get, &target);
out:
	strbuf_release(&field);
	return code;
}

const struct command cmd_events = {
	.name = "events",
	.arguments = "",
	.summary = "show what happened, the latest last",
	.group = COMMAND_LOOK,
	.examples = "rollcall events -A -w\nrollcall events --for svc/web --types Warning\n",
	.flags = flags,
	.options_size = sizeof(struct events_options),
	.run = events_main,
};
