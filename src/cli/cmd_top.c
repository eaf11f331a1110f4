/* cmd_top.c - rollcall top: who is present, what is asked and what happened last, as it changes. */
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/command.h"
#include "cli/grid.h"
#include "cli/paint.h"
#include "cli/screen.h"

#define PAGE 200                /* Services in one answer */
#define EVENTS_SHOWN 6
#define BEAT_MS 1000

struct top_options {
	bool once;
	bool trouble;
};

static const struct flag flags[] = {
	{ "once", 0, FLAG_TRUTH, offsetof(struct top_options, once), NULL,
	  "print it once, all of it, as when stdout is no terminal", NULL, NULL,
	  COMPLETE_NOTHING },
	{ "trouble", 0, FLAG_TRUTH, offsetof(struct top_options, trouble), NULL,
	  "only Services that are not all ready", NULL, NULL, COMPLETE_NOTHING },
	{ .name = NULL },
};

struct top {
	struct cli *cli;
	struct screen *screen;          /* NULL: plain output */
	struct grid *grid;
	bool trouble;
	size_t from;                    /* the first Service that is shown */
	size_t matched;                 /* how many there are */
};

static int
get_glance(const struct top *top, json_t **glance)
{
	return cli_get(top->cli, "/rollcall/v1/glance?beats=1&events=6", glance);
}

static int
get_board(const struct top *top, size_t offset, size_t limit, json_t **board)
{
	struct strbuf url = STRBUF_INIT;
	int code;

	strbuf_addf(&url, "/rollcall/v1/board?offset=%zu&limit=%zu%s", offset, limit,
	    top->trouble ? "&trouble=1" : "");
	if (top->cli->namespace != NULL) {
		strbuf_add(&url, "&namespace=");
		client_escape(&url, top->cli->namespace);
	}
	code = url.err == 0 ? cli_get(top->cli, url.text, board) : EX_OSERR;
	strbuf_release(&url);
	return code;
}

/* ---- what it looks like ---- */

static const char *
text_of(const json_t *json, const char *key)
{
	const char *text = json_string_value(json_object_get(json, key));

	return text == NULL ? "" : text;
}

static long long
number_of(const json_t *json, const char *key)
{
	return (long long)json_integer_value(json_object_get(json, key));
}

/* Takes what is left of the line; longer text is cut. */
static void
print_line(const struct top *top, enum paint colour, const struct strbuf *line)
{
	size_t width = top->screen == NULL ? line->len : screen_width(top->screen);
	bool painted = top->cli->colour;

	printf("%s%.*s%s\n", paint(painted, colour), (int)(line->len < width ? line->len : width),
	    line->text, paint(painted, PAINT_PLAIN));
}

static void
print_sums(const struct top *top, const json_t *glance)
{
	const json_t *sums = json_object_get(glance, "sums");
	const json_t *states = json_object_get(sums, "states");
	long long bad = number_of(states, "partly") + number_of(states, "down");
	struct strbuf line = STRBUF_INIT;
	char clock[16];
	time_t now = time(NULL);
	struct tm parts;

	(void)strftime(clock, sizeof(clock), "%H:%M:%S", localtime_r(&now, &parts));
	strbuf_addf(&line, "%s  %lld of %lld endpoints ready", clock, number_of(sums, "ready"),
	    number_of(sums, "total"));
	if (bad > 0)
		strbuf_addf(&line, ", %lld of %lld Services not ready", bad,
		    number_of(sums, "services"));
	else
		strbuf_addf(&line, ", %lld Services", number_of(sums, "services"));
	if (top->screen != NULL)
		strbuf_add(&line, "  (q ends, n not ready only, j k space move)");
	print_line(top, bad > 0 ? PAINT_BAD : PAINT_GOOD, &line);
	strbuf_release(&line);
}

static void
print_rate(const struct top *top, const json_t *glance)
{
	const json_t *rates = json_object_get(glance, "rates");
	const json_t *beat = json_array_get(rates, json_array_size(rates) - 1);
	struct strbuf line = STRBUF_INIT;

	strbuf_addf(&line, "%lld queries/s: %lld NOERROR, %lld NXDOMAIN, %lld SERVFAIL, %lld other",
	    number_of(beat, "queries"), number_of(beat, "noerror"), number_of(beat, "nxdomain"),
	    number_of(beat, "servfail"), number_of(beat, "other"));
	if (number_of(beat, "p99Us") > 0)
		strbuf_addf(&line, "; half within %lld us, 99 %% within %lld us",
		    number_of(beat, "p50Us"), number_of(beat, "p99Us"));
	print_line(top, PAINT_PLAIN, &line);
	strbuf_release(&line);
}

static void
add_heading(struct grid *grid)
{
	static const char *const heads[] = { "NAMESPACE", "NAME", "READY", "STATE", "TYPE",
		"ADDRESS", "PORTS" };

	grid_row(grid);
	grid_set_heading(grid);
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		grid_cell(grid, heads[i]);
}

static void
add_ports(struct grid *grid, const json_t *ports)
{
	struct strbuf text = STRBUF_INIT;
	const json_t *port;
	size_t i;

	json_array_foreach(ports, i, port)
		strbuf_addf(&text, "%s%s", i == 0 ? "" : ",", text_of(port, "port"));
	grid_cell(grid, text.len > 0 ? text.text : "<none>");
	strbuf_release(&text);
}

static void
add_service(struct grid *grid, const json_t *service)
{
	const char *address = json_string_value(
	    json_array_get(json_object_get(service, "addresses"), 0));
	char ready[48];

	(void)snprintf(ready, sizeof(ready), "%lld/%lld", number_of(service, "ready"),
	    number_of(service, "total"));
	grid_row(grid);
	grid_cell(grid, text_of(service, "namespace"));
	grid_cell(grid, text_of(service, "name"));
	grid_cell(grid, ready);
	grid_cell(grid, text_of(service, "state"));
	grid_cell(grid, text_of(service, "type"));
	grid_cell(grid, *text_of(service, "externalName") != '\0' ?
	    text_of(service, "externalName") : address != NULL ? address : "<none>");
	add_ports(grid, json_object_get(service, "ports"));
}

static void
add_services(struct top *top, const json_t *board)
{
	const json_t *service;
	size_t i;

	top->matched = (size_t)number_of(board, "matched");
	json_array_foreach(json_object_get(board, "services"), i, service)
		add_service(top->grid, service);
}

static void
print_event(const struct top *top, const json_t *event, long long now_s)
{
	bool warning = strcmp(text_of(event, "type"), "Warning") == 0;
	long long ago_s = now_s - number_of(event, "last");
	struct strbuf line = STRBUF_INIT;

	strbuf_addf(&line, "%4llds  %-10s %s %s%s%s: %s", ago_s < 0 ? 0 : ago_s,
	    text_of(event, "reason"), text_of(event, "kind"), text_of(event, "namespace"),
	    *text_of(event, "namespace") == '\0' ? "" : "/", text_of(event, "name"),
	    text_of(event, "message"));
	for (size_t i = 0; i < line.len; i++)
		if ((unsigned char)line.text[i] < ' ' || line.text[i] == 0x7f)
			line.text[i] = '?';
	print_line(top, warning ? PAINT_BAD : PAINT_PLAIN, &line);
	strbuf_release(&line);
}

static void
print_events(const struct top *top, const json_t *glance)
{
	const json_t *events = json_object_get(glance, "events"), *event;
	size_t i;

	if (json_array_size(events) > 0)
		printf("\n");
	json_array_foreach(events, i, event)
		print_event(top, event, number_of(glance, "now") / 1000);
}

/* ---- once ---- */

static int
print_all(struct top *top)
{
	json_t *glance = NULL;
	int code = get_glance(top, &glance);

	if (code == 0) {
		print_sums(top, glance);
		print_rate(top, glance);
		printf("\n");
		add_heading(top->grid);
	}
	top->matched = 1;
	for (size_t at = 0; code == 0 && at < top->matched; at += PAGE) {
		json_t *board = NULL;

		code = get_board(top, at, PAGE, &board);
		if (code == 0)
			add_services(top, board);
		json_decref(board);
	}
	if (code == 0 && grid_print(top->grid, stdout, 0, top->cli->colour) != 0)
		code = EX_OSERR;
	if (code == 0)
		print_events(top, glance);
	json_decref(glance);
	return code;
}

/* ---- again and again ---- */

static size_t
room_of(const struct top *top)
{
	size_t taken = 5 + EVENTS_SHOWN, height = screen_height(top->screen);
	size_t room = height > taken ? height - taken : 1;

	return room < PAGE ? room : PAGE;
}

static int
draw(struct top *top)
{
	json_t *glance = NULL, *board = NULL;
	int code = get_glance(top, &glance);

	if (code == 0)
		code = get_board(top, top->from, room_of(top), &board);
	if (code == 0) {
		screen_home(top->screen);
		print_sums(top, glance);
		print_rate(top, glance);
		printf("\n");
		add_heading(top->grid);
		add_services(top, board);
		(void)grid_print(top->grid, stdout, screen_width(top->screen), top->cli->colour);
		print_events(top, glance);
		screen_finish(top->screen);
	}
	json_decref(board);
	json_decref(glance);
	return code;
}

/* False: the end is wanted. */
static bool
take_keys(struct top *top)
{
	size_t page = room_of(top);
	int key;

	while ((key = screen_key(top->screen)) != 0) {
		if (key == 'q' || key == 3)
			return false;
		if (key == 'n')
			top->trouble = !top->trouble;
		if (key == 'n' || (key == ' ' && top->from + page >= top->matched))
			top->from = 0;
		else if (key == ' ')
			top->from += page;
		else if (key == 'j' && top->from + 1 < top->matched)
			top->from++;
		else if (key == 'k' && top->from > 0)
			top->from--;
	}
	return true;
}

static int
watch(struct top *top)
{
	int code = 0;

	while (code == 0 && take_keys(top)) {
		struct pollfd key = { .fd = screen_fd(top->screen), .events = POLLIN };

		code = draw(top);
		if (code == 0)
			(void)poll(&key, 1, BEAT_MS);
	}
	return code;
}

static int
top_main(struct cli *cli, const void *arg, char **words, size_t word_count)
{
	const struct top_options *options = arg;
	struct top top = { .cli = cli, .trouble = options->trouble };
	int code;

	(void)words;
	if (word_count > 0)
		return cli_usage(cli, "takes no words");
	top.grid = grid_new();
	if (top.grid == NULL)
		return EX_OSERR;
	if (!options->once && isatty(STDOUT_FILENO))
		cli->screen = top.screen = screen_begin();
	code = top.screen != NULL ? watch(&top) : print_all(&top);
	cli->screen = NULL;
	screen_end(top.screen);
	grid_free(top.grid);
	return code;
}

const struct command cmd_top = {
	.name = "top",
	.arguments = "",
	.summary = "show Services, queries and events, live",
	.group = COMMAND_LOOK,
	.detail = "All Services with how many of their endpoints are ready, queries a second with their codes and times, and the last events; once a second on a terminal, once otherwise. With --namespace only that one's Services. Keys: q ends, n shows only what is not ready, j, k and the space bar move.",
	.examples = "rollcall top\nrollcall top --once --trouble",
	.flags = flags,
	.options_size = sizeof(struct top_options),
	.run = top_main,
};
