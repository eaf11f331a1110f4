/* lookout.c - the page and what feeds it: routes, and what is told as it happens. */
#include "ops/lookout.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/latency.h"
#include "base/strbuf.h"
#include "ops/badge.h"
#include "ops/board.h"
#include "ops/httpd.h"
#include "ops/ledger.h"
#include "ops/lookout_ask.h"
#include "ops/lookout_parts.h"
#include "ops/recorder.h"
#include "ops/scrape.h"
#include "ops/site.h"
#include "ops/status.h"
#include "ops/stream.h"
#include "ops/visit.h"

/* Each has what a page shows, and costs a message a second. */
#define STREAMS_MAX 100
#define EVENTS_SHOWN 60
/* More changes at once than this are told as one. */
#define CHANGES_MAX 200
#define NAME_SIZE 320

static const struct timeval second = { .tv_sec = 1 };

struct board_sight
lookout_sight(const struct lookout *lookout)
{
	return (struct board_sight){
		.store = lookout->settings.store,
		.roster = lookout->settings.ops->roster,
		.probe = lookout->settings.ops->probe,
		.arg = lookout->settings.arg,
		.unix_ms = clock_unix_ms(lookout->settings.clock),
	};
}

/* ---- what is told as it happens ---- */

struct event_list {
	json_t *list;
	size_t room;
};

static int
add_event(void *arg, const struct recorder_event *event)
{
	struct event_list *events = arg;

	if (events->room == 0)
		return 1;
	events->room--;
	return json_array_append_new(events->list, board_json_event(event)) == 0 ? 0 : ERR_NOMEM;
}

json_t *
lookout_glance(const struct lookout *lookout, size_t beat_count, size_t event_count)
{
	struct event_list events = { json_array(), event_count };
	size_t count = pulse_count(lookout->pulse);
	size_t first = count > beat_count ? count - beat_count : 0;
	json_t *beats = json_array(), *hello;
	bool ok = recorder_each(lookout->settings.recorder, add_event, &events) != ERR_NOMEM;

	for (size_t i = first; ok && i < count; i++)
		ok = json_array_append_new(beats,
		    board_json_beat(pulse_at(lookout->pulse, i))) == 0;
	hello = json_pack("{s:s, s:I, s:o, s:o, s:o}",
	    "clusterDomain", lookout->settings.ops->cluster_domain(lookout->settings.arg),
	    "now", (json_int_t)clock_unix_ms(lookout->settings.clock),
	    "sums", board_json_sums(board_sums(lookout->board)),
	    "rates", beats, "events", events.list);
	if (ok)
		return hello;
	json_decref(hello);
	return NULL;
}

static json_t *
greeting(void *arg)
{
	return lookout_glance(arg, PULSE_MAX, EVENTS_SHOWN);
}

static void
on_row(void *arg, const struct board_row *row)
{
	struct lookout *lookout = arg;

	if (!stream_is_heard(lookout->stream))
		return;
	if (row == NULL || lookout->changes++ >= CHANGES_MAX)
		lookout->again = true;
	else
		stream_say(lookout->stream, "service", board_json_counts(row));
	event_active(lookout->settle, EV_TIMEOUT, 0);
}

static int
tell_event(void *arg, const struct ledger_change *change)
{
	struct lookout *lookout = arg;
	const struct recorder_event *event;

	if (change->entry->kind != API_EVENTS || change->event == LEDGER_DELETED)
		return 0;
	event = recorder_find(lookout->settings.recorder, change->entry->ns, change->entry->name);
	if (event != NULL)
		stream_say(lookout->stream, "event", board_json_event(event));
	return ++lookout->told >= CHANGES_MAX;
}

static void
tell_events(struct lookout *lookout)
{
	struct ledger *ledger = lookout->settings.ledger;

	if (!lookout->events_due)
		return;
	lookout->events_due = false;
	lookout->told = 0;
	/* Of a storm, or one that is forgotten already, the rest is for who asks. */
	if (ledger_since(ledger, lookout->seen_version, tell_event, lookout) != 0)
		lookout->again = true;
	lookout->seen_version = ledger_version(ledger);
}

/* Once for all that changed in a round of the loop. */
static void
on_settle(evutil_socket_t fd, short what, void *arg)
{
	struct lookout *lookout = arg;

	(void)fd, (void)what;
	tell_events(lookout);
	if (lookout->changes > 0)
		stream_say(lookout->stream, "sums", board_json_sums(board_sums(lookout->board)));
	if (lookout->again)
		stream_say(lookout->stream, "again", json_object());
	lookout->changes = 0;
	lookout->again = false;
}

static void
on_change(void *arg, const struct ledger_change *change)
{
	struct lookout *lookout = arg;

	/* Who opens a stream later is greeted with it. */
	if (change->entry->kind != API_EVENTS || lookout->events_due ||
	    !stream_is_heard(lookout->stream))
		return;
	lookout->events_due = true;
	lookout->seen_version = change->version - 1;
	event_active(lookout->settle, EV_TIMEOUT, 0);
}

static void
on_second(evutil_socket_t fd, short what, void *arg)
{
	struct lookout *lookout = arg;
	struct latency durations = { .total = 0 };
	struct pulse_sums sums = { .queries = 0 };
	uint64_t now_ms = clock_now_ms(lookout->settings.clock);
	const struct pulse_beat *beat;

	(void)fd, (void)what;
	lookout->settings.ops->sums(lookout->settings.arg, &sums, &durations);
	sums.durations = &durations;
	beat = pulse_note(lookout->pulse, &sums, now_ms - lookout->beat_ms,
	    clock_unix_ms(lookout->settings.clock));
	lookout->beat_ms = now_ms;
	if (beat != NULL && stream_clients(lookout->stream) > 0)
		stream_say(lookout->stream, "rate", board_json_beat(beat));
	stream_tick(lookout->stream);
}

/* ---- small pages ---- */

static void
on_page(void *arg, struct visit *visit)
{
	const struct lookout *lookout = arg;
	const char *path = visit_path(visit);

	if (strcmp(path, "/") == 0 || strcmp(path, "/index.html") == 0)
		site_show(lookout->site, visit);
	else
		status_say(visit, 404, "the server could not find the requested resource");
}

/* "/badge/NS/NAME.svg" into the two; false: it is none. */
static bool
split_badge(const char *path, char ns[NAME_SIZE], char name[NAME_SIZE])
{
	const char *from = path + strlen("/badge/");
	const char *slash, *end = path + strlen(path) - strlen(".svg");

	if (strncmp(path, "/badge/", 7) != 0 || end < from || strcmp(end, ".svg") != 0)
		return false;
	slash = strchr(from, '/');
	if (slash == NULL || slash == from || slash + 1 >= end || slash - from >= NAME_SIZE ||
	    end - slash > NAME_SIZE)
		return false;
	(void)snprintf(ns, NAME_SIZE, "%.*s", (int)(slash - from), from);
	(void)snprintf(name, NAME_SIZE, "%.*s", (int)(end - slash - 1), slash + 1);
	return true;
}

static void
on_badge(void *arg, struct visit *visit)
{
	const struct lookout *lookout = arg;
	char ns[NAME_SIZE], name[NAME_SIZE];
	struct strbuf svg = STRBUF_INIT;
	struct board_row row = { .ready = 0 };

	if (!split_badge(visit_path(visit), ns, name)) {
		status_say(visit, 404, "a badge is /badge/NAMESPACE/SERVICE.svg");
		return;
	}
	board_judge(lookout->settings.ops->roster(lookout->settings.arg, ns, name), &row);
	if (row.state == BOARD_PENDING)
		badge_draw_word(&svg, name, "unknown");
	else if (row.state == BOARD_EXTERNAL || row.state == BOARD_EMPTY)
		badge_draw_word(&svg, name, row.state == BOARD_EMPTY ? "no endpoints" :
		    "external");
	else
		badge_draw(&svg, name, row.ready, row.total);
	visit_set_header(visit, "Cache-Control", "no-cache");
	if (svg.err == 0)
		visit_reply(visit, 200, "image/svg+xml", svg.text, svg.len);
	else
		status_say(visit, 503, "no memory");
	strbuf_release(&svg);
}

static void
on_scrape(void *arg, struct visit *visit)
{
	const struct lookout *lookout = arg;
	struct scrape_settings settings = { .loop = lookout->settings.loop,
		.ledger = lookout->settings.ledger, .view = lookout->settings.view,
		.roster = lookout->settings.ops->roster, .arg = lookout->settings.arg };

	scrape_serve(&settings, visit);
}

/* ---- life ---- */

static int
add_routes(struct lookout *lookout)
{
	static const struct {
		const char *prefix;
		httpd_handler *handler;
	} routes[] = {
		{ "/", on_page },
		{ "/badge", on_badge },
		{ "/sd/prometheus", on_scrape },
		{ "/rollcall/v1/board", lookout_board },
		{ "/rollcall/v1/glance", lookout_at_a_glance },
		{ "/rollcall/v1/namespaces", lookout_namespaces },
		{ "/rollcall/v1/stream", lookout_stream },
	};
	int err = 0;

	for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]) && err == 0; i++)
		err = httpd_route_page(lookout->settings.httpd, routes[i].prefix,
		    routes[i].handler, lookout);
	return err;
}

static int
make_parts(struct lookout *lookout)
{
	const struct lookout_settings *settings = &lookout->settings;
	struct board_settings board = { .loop = settings->loop, .ledger = settings->ledger,
		.roster = settings->ops->roster, .arg = settings->arg };
	struct stream_settings stream = { .max_clients = STREAMS_MAX,
		.first_id = clock_unix_ms(settings->clock) * 1000,
		.greeting = greeting, .arg = lookout };

	lookout->board = board_new(&board);
	lookout->stream = stream_new(&stream);
	lookout->pulse = pulse_new();
	lookout->site = site_new();
	lookout->settle = event_new(settings->loop, -1, 0, on_settle, lookout);
	lookout->turn = event_new(settings->loop, -1, 0, lookout_turn, lookout);
	lookout->tick = event_new(settings->loop, -1, EV_PERSIST, on_second, lookout);
	if (lookout->board == NULL || lookout->stream == NULL || lookout->pulse == NULL ||
	    lookout->site == NULL || lookout->settle == NULL || lookout->turn == NULL ||
	    lookout->tick == NULL || event_add(lookout->tick, &second) != 0)
		return ERR_NOMEM;
	board_listen(lookout->board, on_row, lookout);
	board_on_made(lookout->board, lookout_made, lookout);
	return ledger_subscribe(settings->ledger, on_change, lookout);
}

int
lookout_start(const struct lookout_settings *settings, struct lookout **out)
{
	struct lookout *lookout = calloc(1, sizeof(*lookout));
	int err;

	if (lookout == NULL)
		return ERR_NOMEM;
	lookout->settings = *settings;
	lookout->beat_ms = clock_now_ms(settings->clock);
	err = make_parts(lookout);
	if (err == 0)
		err = add_routes(lookout);
	if (err != 0) {
		lookout_stop(lookout);
		return err;
	}
	*out = lookout;
	return 0;
}

void
lookout_touch(struct lookout *lookout, const char *ns, const char *name)
{
	if (lookout != NULL)
		board_touch(lookout->board, ns, name);
}

void
lookout_stop(struct lookout *lookout)
{
	if (lookout == NULL)
		return;
	ledger_unsubscribe(lookout->settings.ledger, on_change, lookout);
	lookout_forget(lookout);
	stream_free(lookout->stream);
	board_free(lookout->board);
	pulse_free(lookout->pulse);
	site_free(lookout->site);
	if (lookout->settle != NULL)
		event_free(lookout->settle);
	if (lookout->turn != NULL)
		event_free(lookout->turn);
	if (lookout->tick != NULL)
		event_free(lookout->tick);
	free(lookout);
}
