/* lookout_ask.c - questions to the board: they wait until it is made, and long ones take turns. */
#include "ops/lookout_ask.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "base/clock.h"
#include "net/turn.h"
#include "ops/board.h"
#include "ops/board_search.h"
#include "ops/lookout_parts.h"
#include "ops/status.h"
#include "ops/stream.h"
#include "ops/visit.h"

#define LIMIT_DEFAULT 100
#define NAMESPACES_MAX 1000
#define NAME_SIZE 320
#define JSON_FORM (JSON_COMPACT | JSON_ENSURE_ASCII)

/* One visit that waits.  `run` ends it and returns true, or wants another turn. */
struct asking {
	struct lookout *lookout;
	struct visit *visit;
	bool (*run)(struct asking *asking);
	struct board_search search;
	char ns[NAME_SIZE];
	char name[NAME_SIZE];
	struct asking *prev, *next;
};

static void
drop(struct asking *asking)
{
	DL_DELETE(asking->lookout->askings, asking);
	free(asking);
}

static void
on_gone(void *arg)
{
	drop(arg);
}

/* Ends the visit; takes the reference. */
static void
reply_json(struct visit *visit, json_t *json)
{
	char *text = json == NULL ? NULL : json_dumps(json, JSON_FORM);

	json_decref(json);
	visit_set_header(visit, "Cache-Control", "no-store");
	if (text == NULL)
		status_say(visit, 503, "no memory");
	else
		visit_reply(visit, 200, "application/json", text, strlen(text));
	free(text);
}

/* A number of the query; `otherwise` where there is none. */
static size_t
number_of(const struct visit *visit, const char *key, size_t otherwise)
{
	const char *text = visit_query(visit, key);
	unsigned long number;
	char *end;

	if (text == NULL || *text < '0' || *text > '9')
		return otherwise;
	number = strtoul(text, &end, 10);
	return *end == '\0' ? number : otherwise;
}

/* ---- what is asked ---- */

static bool
run_list(struct asking *asking)
{
	struct lookout *lookout = asking->lookout;
	struct board_search *search = &asking->search;
	struct board_sight sight = lookout_sight(lookout);
	json_t *list, *json;
	bool ok = true;

	if (!board_search_run(search, lookout->board))
		return false;
	list = json_array();
	for (size_t i = 0; ok && i < search->found_count; i++)
		ok = json_array_append_new(list, board_json_row(&sight, search->found[i])) == 0;
	json = json_pack("{s:o, s:I, s:I, s:o}",
	    "sums", board_json_sums(board_sums(lookout->board)),
	    "matched", (json_int_t)search->matched, "offset", (json_int_t)search->first,
	    "services", list);
	if (!ok) {
		json_decref(json);
		json = NULL;
	}
	reply_json(asking->visit, json);
	return true;
}

static bool
run_service(struct asking *asking)
{
	const struct lookout *lookout = asking->lookout;
	struct board_sight sight = lookout_sight(lookout);
	const struct board_row *row = board_find(lookout->board, asking->ns, asking->name);

	if (row == NULL || row->gone)
		status_say(asking->visit, 404, "services \"%s\" not found", asking->name);
	else
		reply_json(asking->visit, board_json_service(&sight, row, asking->search.offset,
		    asking->search.limit));
	return true;
}

/* From one to the next by search: as many steps as there are namespaces. */
static bool
run_namespaces(struct asking *asking)
{
	const struct board *board = asking->lookout->board;
	json_t *list = json_array();
	bool ok = true;

	for (size_t at = 0, i = 0; ok && at < board_count(board) && i < NAMESPACES_MAX; i++) {
		const char *ns = board_at(board, at)->ns;
		char after[NAME_SIZE];
		size_t len = strnlen(ns, sizeof(after) - 2), end;

		memcpy(after, ns, len);
		memcpy(after + len, "\x01", 2);
		end = board_seek(board, after, "");
		ok = json_array_append_new(list, json_pack("{s:s, s:I}", "name", ns,
		    "services", (json_int_t)(end - at))) == 0;
		at = end;
	}
	if (!ok) {
		json_decref(list);
		list = NULL;
	}
	reply_json(asking->visit, json_pack("{s:o}", "namespaces", list));
	return true;
}

static bool
run_glance(struct asking *asking)
{
	reply_json(asking->visit, lookout_glance(asking->lookout,
	    number_of(asking->visit, "beats", 1), number_of(asking->visit, "events", 10)));
	return true;
}

static bool
run_stream(struct asking *asking)
{
	stream_open(asking->lookout->stream, asking->visit);
	return true;
}

/* ---- waiting ---- */

/* At once if it can be; else it waits.  Takes the asking over. */
static void
begin(struct asking *asking)
{
	struct lookout *lookout = asking->lookout;

	if (board_is_made(lookout->board) && asking->run(asking)) {
		free(asking);
		return;
	}
	DL_APPEND(lookout->askings, asking);
	visit_set_flow(asking->visit, NULL, on_gone, asking);
	if (board_is_made(lookout->board))
		turn_plan(lookout->turn);
}

/* NULL: no memory, and the visit has its answer. */
static struct asking *
asking_new(struct lookout *lookout, struct visit *visit, bool (*run)(struct asking *))
{
	struct asking *asking = calloc(1, sizeof(*asking));

	if (asking == NULL) {
		status_say(visit, 503, "no memory");
		return NULL;
	}
	asking->lookout = lookout;
	asking->visit = visit;
	asking->run = run;
	return asking;
}

void
lookout_turn(evutil_socket_t fd, short what, void *arg)
{
	struct lookout *lookout = arg;
	struct asking *asking = lookout->askings;

	(void)fd, (void)what;
	if (asking == NULL || !board_is_made(lookout->board))
		return;
	/* One turn of one of them, so that a hundred do not hold the loop. */
	DL_DELETE(lookout->askings, asking);
	if (asking->run(asking))
		free(asking);
	else
		DL_APPEND(lookout->askings, asking);
	if (lookout->askings != NULL)
		turn_plan(lookout->turn);
}

void
lookout_made(void *arg)
{
	struct lookout *lookout = arg;

	if (lookout->askings != NULL)
		turn_plan(lookout->turn);
}

void
lookout_forget(struct lookout *lookout)
{
	while (lookout->askings != NULL) {
		visit_abort(lookout->askings->visit);
		drop(lookout->askings);
	}
}

/* ---- handlers ---- */

/* "NS/NAME"; false: it is no such thing. */
static bool
split(const char *path, struct asking *asking)
{
	const char *slash = strchr(path, '/');
	size_t ns_len = slash == NULL ? 0 : (size_t)(slash - path);
	size_t name_len = slash == NULL ? 0 : strlen(slash + 1);

	if (ns_len == 0 || ns_len >= NAME_SIZE || name_len == 0 || name_len >= NAME_SIZE ||
	    strchr(slash + 1, '/') != NULL)
		return false;
	memcpy(asking->ns, path, ns_len);
	memcpy(asking->name, slash + 1, name_len);
	return true;
}

void
lookout_board(void *arg, struct visit *visit)
{
	const char *rest = visit_path(visit) + strlen("/rollcall/v1/board");
	bool one = rest[0] == '/' && rest[1] != '\0';
	struct asking *asking = asking_new(arg, visit, one ? run_service : run_list);
	const char *trouble = visit_query(visit, "trouble");

	if (asking == NULL)
		return;
	asking->search.offset = number_of(visit, "offset", 0);
	asking->search.limit = number_of(visit, "limit", LIMIT_DEFAULT);
	if (asking->search.limit > BOARD_PAGE_MAX)
		asking->search.limit = BOARD_PAGE_MAX;
	asking->search.troubled = trouble != NULL && strcmp(trouble, "1") == 0;
	board_search_set(&asking->search, visit_query(visit, "namespace"),
	    visit_query(visit, "text"));
	if (one && !split(rest + 1, asking)) {
		free(asking);
		status_say(visit, 404, "a Service is /rollcall/v1/board/NAMESPACE/SERVICE");
		return;
	}
	begin(asking);
}

void
lookout_at_a_glance(void *arg, struct visit *visit)
{
	struct asking *asking = asking_new(arg, visit, run_glance);

	if (asking != NULL)
		begin(asking);
}

void
lookout_namespaces(void *arg, struct visit *visit)
{
	struct asking *asking = asking_new(arg, visit, run_namespaces);

	if (asking != NULL)
		begin(asking);
}

void
lookout_stream(void *arg, struct visit *visit)
{
	struct asking *asking = asking_new(arg, visit, run_stream);

	if (asking != NULL)
		begin(asking);
}
