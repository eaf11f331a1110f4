/* get_watch.c - rollcall get -w: list, then each change as it comes. */
#include "cli/get_watch.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "base/err.h"
#include "cli/cli.h"

#define TICK_MS 250
#define GONE 410
#define VERSION_MAX 32

/* A watch on its way. */
struct watch {
	struct cli *cli;
	const struct get_options *options;
	const struct target *target;
	const struct watch_shown *shown;
	char version[VERSION_MAX];      /* what was seen last; "": list first */
	int code;                       /* why it ends; 0: it does not */
	bool enough;                    /* the user ended it */
	bool gone;                      /* the server has forgotten that version */
};

static void
note_version(struct watch *watch, const json_t *metadata)
{
	const char *version = json_string_value(json_object_get(metadata, "resourceVersion"));

	if (version != NULL && *version != '\0' && strlen(version) < sizeof(watch->version))
		strcpy(watch->version, version);
}

/* A Table's row tells its object's version. */
static void
note_event(struct watch *watch, const json_t *object)
{
	const json_t *row = json_array_get(json_object_get(object, "rows"), 0);

	note_version(watch, json_object_get(object, "metadata"));
	note_version(watch, json_object_get(json_object_get(row, "object"), "metadata"));
}

static bool
fail(struct watch *watch, int code)
{
	watch->code = code;
	return false;
}

static bool
on_line(void *arg, const char *text, size_t len)
{
	struct watch *watch = arg;
	json_t *event = json_loadb(text, len, 0, NULL);
	const char *type = json_string_value(json_object_get(event, "type"));
	const json_t *object = json_object_get(event, "object");
	bool more = true;

	if (len == 0)
		return true;
	if (type == NULL) {
		cli_say(watch->cli, "the server sends no event");
		more = fail(watch, EX_UNAVAILABLE);
	} else if (strcmp(type, "ERROR") == 0) {
		watch->gone = json_integer_value(json_object_get(object, "code")) == GONE;
		if (!watch->gone)
			(void)fail(watch, 1);
		more = false;
	} else if (strcmp(type, "BOOKMARK") != 0) {
		watch->code = watch->shown->event(watch->shown->arg, type, object);
		more = watch->code == 0;
	}
	note_event(watch, object);
	json_decref(event);
	return more;
}

static bool
on_tick(void *arg)
{
	struct watch *watch = arg;

	watch->enough = !watch->shown->tick(watch->shown->arg);
	return !watch->enough;
}

/* The watched object as one of its collection. */
static void
add_watch_path(struct strbuf *path, const struct watch *watch)
{
	struct target all = { watch->target->kind, NULL };
	struct get_options options = *watch->options;
	struct strbuf field = STRBUF_INIT;

	if (watch->target->name != NULL) {
		strbuf_addf(&field, "metadata.name=%s", watch->target->name);
		options.field_selector = field.text;
	}
	get_path(path, watch->cli, &options, &all);
	strbuf_addf(path, "%swatch=true&allowWatchBookmarks=true&resourceVersion=%s",
	    strchr(path->text, '?') != NULL ? "&" : "?", watch->version);
	strbuf_release(&field);
}

static void
list(struct watch *watch)
{
	struct strbuf path = STRBUF_INIT;
	struct call call;
	json_t *reply = NULL;

	get_path(&path, watch->cli, watch->options, watch->target);
	call = (struct call)CALL_INIT("GET", path.text);
	call.accept = watch->shown->tables ? ROWS_ACCEPT : NULL;
	watch->code = cli_call(watch->cli, &call);
	if (watch->code == 0)
		reply = json_loadb(call.reply.text, call.reply.len, 0, NULL);
	if (watch->code == 0 && !watch->options->watch_only)
		watch->code = watch->shown->whole(watch->shown->arg, reply);
	note_version(watch, json_object_get(reply, "metadata"));
	json_decref(reply);
	call_release(&call);
	strbuf_release(&path);
}

/* One stream, until it ends. */
static void
follow(struct watch *watch)
{
	struct client *client = cli_client(watch->cli);
	struct strbuf path = STRBUF_INIT;
	struct call call;
	int err;

	add_watch_path(&path, watch);
	call = (struct call)CALL_INIT("GET", path.text);
	call.accept = watch->shown->tables ? ROWS_ACCEPT : NULL;
	err = client_stream(client, &call, &(struct client_stream){
		.line = on_line,
		.tick = watch->shown->tick != NULL ? on_tick : NULL,
		.tick_ms = TICK_MS,
		.fd = watch->shown->fd,
		.arg = watch,
	    });
	if (watch->code == 0 && err != 0) {
		(void)fflush(stdout);
		cli_say(watch->cli, "%s", client_problem(client));
		watch->code = EX_UNAVAILABLE;
	} else if (watch->code == 0 && call.status == GONE) {
		watch->gone = true;
	} else if (watch->code == 0 && call.status >= 400) {
		watch->code = cli_print_status(watch->cli, call.status, call.reply.text);
	}
	call_release(&call);
	strbuf_release(&path);
}

int
watch_follow(struct cli *cli, const struct get_options *options, const struct target *target,
    const struct watch_shown *shown)
{
	struct watch watch = {
		.cli = cli, .options = options, .target = target, .shown = shown, .gone = true,
	};

	while (watch.code == 0 && !watch.enough) {
		if (watch.gone)
			list(&watch);
		watch.gone = false;
		if (watch.code == 0)
			follow(&watch);
	}
	return watch.code;
}

/* Lines below each other. */
struct plain {
	struct cli *cli;
	const struct get_options *options;
	struct rows rows;
};

static int
print_rows(struct plain *plain, const json_t *table, const char *type)
{
	int err = rows_add(&plain->rows, table, type);

	if (err == 0)
		err = grid_print(plain->rows.grid, stdout, 0, plain->cli->colour);
	if (err != 0)
		cli_say(plain->cli, "%s", err_text(err));
	if (err != 0)
		return EX_UNAVAILABLE;
	return fflush(stdout) == 0 ? 0 : EX_IOERR;
}

static int
plain_whole(void *arg, const json_t *reply)
{
	struct plain *plain = arg;
	const json_t *items = json_object_get(reply, "items");
	int code = 0;

	if (plain->rows.grid != NULL)
		return print_rows(plain, reply, "ADDED");
	if (!json_is_array(items))
		code = get_print_object(plain->cli, plain->options->output, reply);
	for (size_t i = 0; i < json_array_size(items) && code == 0; i++)
		code = get_print_object(plain->cli, plain->options->output,
		    json_array_get(items, i));
	return code == 0 && fflush(stdout) != 0 ? EX_IOERR : code;
}

static int
plain_event(void *arg, const char *type, const json_t *object)
{
	struct plain *plain = arg;
	int code;

	if (plain->rows.grid != NULL)
		return print_rows(plain, object, type);
	code = get_print_object(plain->cli, plain->options->output, object);
	return code == 0 && fflush(stdout) != 0 ? EX_IOERR : code;
}

int
get_watch(struct cli *cli, const struct get_options *options, const struct target *target)
{
	struct rows_style style = {
		.wide = options->output != NULL,
		.with_namespace = options->all_namespaces && target->kind->namespaced,
		.label_columns = options->label_columns,
		.show_labels = options->show_labels,
		.no_headers = options->no_headers,
		.first = options->output_watch_events ? "EVENT" : NULL,
	};
	struct plain plain = { cli, options, { .style = &style } };
	struct watch_shown shown = {
		.whole = plain_whole,
		.event = plain_event,
		.fd = -1,
		.tables = !get_is_objects(options->output),
		.arg = &plain,
	};
	int code;

	if (options->live)
		return watch_live(cli, options, target, &style);
	if (shown.tables && (plain.rows.grid = grid_new()) == NULL)
		return EX_OSERR;
	code = watch_follow(cli, options, target, &shown);
	grid_free(plain.rows.grid);
	return code;
}
