/* get_live.c - rollcall watch on a terminal: rows that change in their places. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

#include "base/err.h"
#include "cli/cli.h"
#include "cli/get_watch.h"
#include "cli/paint.h"
#include "cli/screen.h"

/* A row and what it is of. */
struct live_row {
	char *key;                      /* "namespace/name" */
	json_t *row;
};

struct live {
	struct cli *cli;
	const struct target *target;
	const char *namespace;
	struct rows rows;
	struct screen *screen;
	json_t *columns;                /* {"columnDefinitions": ...} */
	struct live_row *items;         /* sorted by key */
	size_t count;
	size_t room;
	size_t top;                     /* the first that is shown */
	bool changed;
	size_t width;                   /* when it was drawn */
	size_t height;
};

static char *
key_of(const json_t *row)
{
	const json_t *metadata = json_object_get(json_object_get(row, "object"), "metadata");
	const char *namespace = json_string_value(json_object_get(metadata, "namespace"));
	const char *name = json_string_value(json_object_get(metadata, "name"));
	struct strbuf key = STRBUF_INIT;

	strbuf_addf(&key, "%s/%s", namespace != NULL ? namespace : "", name != NULL ? name : "");
	return strbuf_take(&key);
}

/* Where a key is, or would be. */
static bool
find(const struct live *live, const char *key, size_t *at)
{
	size_t low = 0, high = live->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(live->items[middle].key, key);

		if (order == 0) {
			*at = middle;
			return true;
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	*at = low;
	return false;
}

static int
insert(struct live *live, char *key, json_t *row, size_t at)
{
	if (live->count == live->room) {
		size_t room = live->room > 0 ? live->room * 2 : 64;
		struct live_row *items = reallocarray(live->items, room, sizeof(*items));

		if (items == NULL) {
			free(key);
			return ERR_NOMEM;
		}
		live->items = items;
		live->room = room;
	}
	memmove(live->items + at + 1, live->items + at, (live->count - at) * sizeof(*live->items));
	live->items[at] = (struct live_row){ key, json_incref(row) };
	live->count++;
	return 0;
}

static void
drop(struct live *live, size_t at)
{
	free(live->items[at].key);
	json_decref(live->items[at].row);
	live->count--;
	memmove(live->items + at, live->items + at + 1, (live->count - at) * sizeof(*live->items));
}

static int
put(struct live *live, json_t *row)
{
	char *key = key_of(row);
	size_t at;

	if (key == NULL)
		return ERR_NOMEM;
	if (!find(live, key, &at))
		return insert(live, key, row, at);
	json_decref(live->items[at].row);
	live->items[at].row = json_incref(row);
	free(key);
	return 0;
}

static void
forget(struct live *live)
{
	while (live->count > 0)
		drop(live, live->count - 1);
}

static int
take_rows(struct live *live, const json_t *table, bool deleted)
{
	const json_t *rows = json_object_get(table, "rows");
	json_t *columns = json_object_get(table, "columnDefinitions");
	int err = 0;

	if (json_array_size(columns) > 0)
		err = json_object_set(live->columns, "columnDefinitions", columns) == 0 ? 0
											: ERR_NOMEM;
	for (size_t i = 0; i < json_array_size(rows) && err == 0; i++) {
		json_t *row = json_array_get(rows, i);
		char *key = deleted ? key_of(row) : NULL;
		size_t at;

		if (!deleted)
			err = put(live, row);
		else if (key != NULL && find(live, key, &at))
			drop(live, at);
		free(key);
	}
	live->changed = true;
	return err == 0 ? 0 : EX_OSERR;
}

static int
live_whole(void *arg, const json_t *reply)
{
	struct live *live = arg;

	forget(live);
	return take_rows(live, reply, false);
}

static int
live_event(void *arg, const char *type, const json_t *object)
{
	return take_rows(arg, object, strcmp(type, "DELETED") == 0);
}

static void
on_cell(void *arg, const char *text)
{
	grid_cell(arg, text);
}

/* "services in shop: 12" and the time of day. */
static void
draw_title(const struct live *live)
{
	char title[256], clock[16];
	time_t now = time(NULL);
	struct tm parts;
	int len;

	(void)strftime(clock, sizeof(clock), "%H:%M:%S", localtime_r(&now, &parts));
	len = snprintf(title, sizeof(title), "%s  %s in %s: %zu  (q ends)", clock,
	    live->target->kind->plural, live->namespace != NULL ? live->namespace
	    : "all namespaces", live->count);
	if (len > 0 && (size_t)len > live->width)
		title[live->width] = '\0';
	printf("%s%s%s\n", paint(live->cli->colour, PAINT_DIM), title,
	    paint(live->cli->colour, PAINT_PLAIN));
}

/* As many rows as there is room for below title and headings. */
static void
draw(struct live *live)
{
	struct grid *grid = live->rows.grid;
	size_t room;

	live->width = screen_width(live->screen);
	live->height = screen_height(live->screen);
	room = live->height > 3 ? live->height - 3 : 1;
	if (live->top + 1 > live->count)
		live->top = live->count > 0 ? live->count - 1 : 0;
	screen_home(live->screen);
	draw_title(live);
	grid_row(grid);
	grid_set_heading(grid);
	rows_each_heading(&live->rows, live->columns, on_cell, grid);
	for (size_t i = live->top; i < live->count && i < live->top + room; i++) {
		grid_row(grid);
		rows_each_cell(&live->rows, live->items[i].row, on_cell, grid);
	}
	(void)grid_print(grid, stdout, live->width, live->cli->colour);
	screen_finish(live->screen);
	live->changed = false;
}

/* j and k, and the space bar, move through what does not fit. */
static void
take_key(struct live *live, int key)
{
	size_t page = live->height > 4 ? live->height - 4 : 1;

	if (key == 'j' && live->top + 1 < live->count)
		live->top++;
	else if (key == 'k' && live->top > 0)
		live->top--;
	else if (key == ' ')
		live->top = live->top + page < live->count ? live->top + page : 0;
	live->changed = true;
}

static bool
live_tick(void *arg)
{
	struct live *live = arg;
	int key;

	while ((key = screen_key(live->screen)) != 0) {
		if (key == 'q' || key == 3)
			return false;
		take_key(live, key);
	}
	if (live->changed || live->width != screen_width(live->screen) ||
	    live->height != screen_height(live->screen))
		draw(live);
	return true;
}

static int
run(struct live *live, const struct get_options *options)
{
	int code;

	live->columns = json_object();
	live->rows.grid = grid_new();
	live->screen = live->cli->screen = screen_begin();
	if (live->columns == NULL || live->rows.grid == NULL || live->screen == NULL)
		return EX_OSERR;
	code = watch_follow(live->cli, options, live->target, &(struct watch_shown){
		.whole = live_whole,
		.event = live_event,
		.tick = live_tick,
		.fd = screen_fd(live->screen),
		.tables = true,
		.arg = live,
	    });
	return code;
}

int
watch_live(struct cli *cli, const struct get_options *options, const struct target *target,
    const struct rows_style *style)
{
	struct live live = {
		.cli = cli,
		.target = target,
		.namespace = get_namespace(cli, options),
		.rows = { .style = style },
		.changed = true,
	};
	int code = run(&live, options);

	cli->screen = NULL;
	screen_end(live.screen);
	forget(&live);
	free(live.items);
	grid_free(live.rows.grid);
	json_decref(live.columns);
	return code;
}
