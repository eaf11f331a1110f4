/*
 * api_list.c - many objects, in turns of the loop and as fast as the client reads.
 *
 * A list holds no more than 64 KiB of text besides the object that is being written, however many
 * there are: a turn ends when the client's socket has enough (and goes on when it has drained), or
 * after two milliseconds (and goes on behind whatever else the loop has to do).  It says the version
 * at which it began, so that a watch from there tells all that changed while it went out.
 */
#include <event2/event.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/strbuf.h"
#include "base/text.h"
#include "ops/api_parts.h"
#include "ops/filter.h"
#include "ops/json_text.h"
#include "ops/shape.h"
#include "ops/status.h"
#include "ops/table.h"
#include "ops/view.h"

#define TURN_US 2000
/* Pieces are given to the socket in parcels of this size. */
#define PARCEL_SIZE 16384
/* Looking at the clock costs as much as passing over ten entries. */
#define ENTRIES_PER_LOOK 16
#define LIMIT_MAX 1000000000

struct api_list {
	struct api *api;
	struct api_list *next;
	struct visit *visit;
	struct event *turn;
	struct filter *filter;
	struct api_target target;
	struct shape shape;
	uint64_t version;
	uint64_t limit;                 /* 0: none */
	uint64_t given;
	bool begun;                     /* `ns` and `name` are the last one passed over */
	bool more;                      /* behind the last one given there is another */
	char ns[API_NAME_SIZE];
	char name[API_NAME_SIZE];
	char given_ns[API_NAME_SIZE];   /* the last one given */
	char given_name[API_NAME_SIZE];
	struct strbuf text;
};

enum step { STEP_MORE, STEP_END, STEP_NO_MEMORY };

static void
free_list(struct api_list *list)
{
	struct api_list **at = &list->api->lists;

	while (*at != NULL && *at != list)
		at = &(*at)->next;
	if (*at == list)
		*at = list->next;
	if (list->turn != NULL)
		event_free(list->turn);
	filter_free(list->filter);
	strbuf_release(&list->text);
	free(list);
}

void
api_list_stop(struct api *api)
{
	while (api->lists != NULL) {
		visit_abort(api->lists->visit);
		free_list(api->lists);
	}
}

/* Metadata where an object has it; NULL: no memory. */
static json_t *
view_head(struct api_list *list, const struct ledger_entry *entry)
{
	json_t *metadata = view_metadata(list->api->settings.view, entry,
	    visit_may_write(list->visit));

	return metadata == NULL ? NULL : json_pack("{s:o}", "metadata", metadata);
}

/* Is it one that the filter takes?  Not: *object is let go. */
static bool
is_wanted(const struct api_list *list, json_t **object)
{
	if (*object == NULL || filter_matches(list->filter, *object))
		return true;
	json_decref(*object);
	*object = NULL;
	return false;
}

/*
 * As much of the object as is given.  What the filter wants to see is looked at first where that is
 * less than the whole object.  NULL: not *wanted, or no memory.
 */
static json_t *
view_wanted(struct api_list *list, const struct ledger_entry *entry, bool *wanted)
{
	enum filter_need need = filter_need(list->filter);
	bool brief = shape_needs_metadata_only(&list->shape) && need != FILTER_OBJECT;
	json_t *object = NULL;

	*wanted = true;
	if (brief || need == FILTER_METADATA) {
		object = view_head(list, entry);
		*wanted = is_wanted(list, &object);
		if (object == NULL || brief)
			return object;
		json_decref(object);
	}
	object = api_view(list->api->settings.view, &list->target, entry, list->visit);
	if (need == FILTER_OBJECT)
		*wanted = is_wanted(list, &object);
	return object;
}

static enum step
add_item(struct api_list *list, json_t *object, const struct ledger_entry *entry)
{
	json_t *item = shape_item(&list->shape, &list->target, object,
	    (int64_t)clock_unix_s(list->api->settings.clock));

	if (item == NULL)
		return STEP_NO_MEMORY;
	if (list->given++ != 0)
		strbuf_add(&list->text, ",");
	json_text_add(&list->text, item);
	json_decref(item);
	snprintf(list->given_ns, sizeof(list->given_ns), "%s", entry->ns);
	snprintf(list->given_name, sizeof(list->given_name), "%s", entry->name);
	return list->text.err == 0 ? STEP_MORE : STEP_NO_MEMORY;
}

static enum step
take_entry(struct api_list *list, const struct ledger_entry *entry)
{
	json_t *object;
	bool wanted;

	if (!filter_takes_key(list->filter, entry->ns, entry->name))
		return STEP_MORE;
	object = view_wanted(list, entry, &wanted);
	if (!wanted)
		return STEP_MORE;
	if (object == NULL)
		return STEP_NO_MEMORY;
	if (list->limit != 0 && list->given == list->limit) {
		json_decref(object);
		list->more = true;
		return STEP_END;
	}
	return add_item(list, object, entry);
}

static enum step
step(struct api_list *list)
{
	const struct ledger_entry *entry = ledger_next(list->api->settings.ledger,
	    (enum api_kind)list->target.resource->kind,
	    *list->target.ns == '\0' ? NULL : list->target.ns, list->begun ? list->ns : NULL,
	    list->begun ? list->name : NULL);

	if (entry == NULL)
		return STEP_END;
	list->begun = true;
	snprintf(list->ns, sizeof(list->ns), "%s", entry->ns);
	snprintf(list->name, sizeof(list->name), "%s", entry->name);
	return take_entry(list, entry);
}

static void
add_head(struct api_list *list)
{
	char kind[64];
	char version[64];
	const char *items;

	shape_list(&list->shape, &list->target, kind, version, &items);
	strbuf_addf(&list->text, "{\"kind\":\"%s\",\"apiVersion\":\"%s\",", kind, version);
	if (list->shape.form == SHAPE_TABLE) {
		json_t *columns = table_column_definitions(
		    (enum api_kind)list->target.resource->kind);

		strbuf_add(&list->text, "\"columnDefinitions\":");
		json_text_add(&list->text, columns);
		json_decref(columns);
		strbuf_add(&list->text, ",");
	}
	strbuf_addf(&list->text, "\"%s\":[", items);
}

/* Metadata goes last: only then it is known whether there is more. */
static void
add_tail(struct api_list *list)
{
	strbuf_addf(&list->text, "],\"metadata\":{\"resourceVersion\":\"%" PRIu64 "\"",
	    list->version);
	/* Names hold neither '_' nor what would have to be escaped in a query. */
	if (list->more)
		strbuf_addf(&list->text, ",\"continue\":\"v1_%" PRIu64 "_%s_%s\"", list->version,
		    list->given_ns, list->given_name);
	strbuf_add(&list->text, "}}\n");
}

static void
end_list(struct api_list *list)
{
	add_tail(list);
	if (list->text.err == 0) {
		visit_more(list->visit, list->text.text, list->text.len);
		visit_end(list->visit);
	} else {
		visit_abort(list->visit);
	}
	free_list(list);
}

/* false: the list is no more. */
static bool
run_turn(struct api_list *list, bool *full)
{
	uint64_t end_us = clock_now_us(list->api->settings.clock) + TURN_US;
	enum step was = STEP_MORE;

	*full = false;
	for (unsigned i = 1; was == STEP_MORE && !*full; i++) {
		if (i % ENTRIES_PER_LOOK == 0 &&
		    clock_now_us(list->api->settings.clock) >= end_us)
			return true;
		was = step(list);
		if (was == STEP_MORE && list->text.len >= PARCEL_SIZE) {
			*full = !visit_more(list->visit, list->text.text, list->text.len);
			strbuf_clear(&list->text);
		}
	}
	if (was == STEP_NO_MEMORY) {
		/* The head has been sent: only a broken reply can say that it is not whole. */
		visit_abort(list->visit);
		free_list(list);
		return false;
	}
	if (was == STEP_END)
		end_list(list);
	return was != STEP_END;
}

static void
on_turn(evutil_socket_t fd, short what, void *arg)
{
	struct api_list *list = arg;
	bool full;

	(void)fd;
	(void)what;
	if (run_turn(list, &full) && !full)
		event_add(list->turn, &(struct timeval){ 0, 0 });
}

static void
on_drained(void *arg)
{
	struct api_list *list = arg;

	event_add(list->turn, &(struct timeval){ 0, 0 });
}

static void
on_gone(void *arg)
{
	free_list(arg);
}

/* "v1_VERSION_NS_NAME", as add_tail() wrote it. */
static bool
read_continue(struct api_list *list, const char *text)
{
	char number[24];
	const char *ns;
	const char *name;

	if (strncmp(text, "v1_", 3) != 0)
		return false;
	ns = strchr(text + 3, '_');
	name = ns == NULL ? NULL : strchr(ns + 1, '_');
	if (name == NULL || (size_t)(ns - text - 3) >= sizeof(number) ||
	    name - ns > API_NAME_SIZE || strlen(name) > API_NAME_SIZE)
		return false;
	snprintf(number, sizeof(number), "%.*s", (int)(ns - text - 3), text + 3);
	snprintf(list->ns, sizeof(list->ns), "%.*s", (int)(name - ns - 1), ns + 1);
	snprintf(list->name, sizeof(list->name), "%s", name + 1);
	list->begun = true;
	return text_to_u64(number, ledger_version(list->api->settings.ledger), &list->version);
}

static int
read_paging(struct api_list *list)
{
	const char *limit = visit_query(list->visit, "limit");
	const char *from = visit_query(list->visit, "continue");
	const char *why = NULL;

	if (limit != NULL && *limit != '\0' && !text_to_u64(limit, LIMIT_MAX, &list->limit))
		why = "limit: must be a number that is not negative";
	else if (from != NULL && *from != '\0' && !read_continue(list, from))
		why = "continue key is not valid: it must be what a list gave";
	if (why == NULL)
		return from != NULL && *from != '\0' ? 0 : api_check_version(list->visit,
		    list->api->settings.ledger);
	status_reply(list->visit, &(struct status){ .code = 400, .message = why });
	return ERR_INVALID;
}

static void
start(struct api_list *list)
{
	list->next = list->api->lists;
	list->api->lists = list;
	visit_set_flow(list->visit, on_drained, on_gone, list);
	visit_begin(list->visit, 200, list->shape.type);
	add_head(list);
	event_add(list->turn, &(struct timeval){ 0, 0 });
}

void
api_list(void *arg, struct visit *visit, const struct api_target *target)
{
	struct api *api = arg;
	struct api_list *list = calloc(1, sizeof(*list));

	if (list == NULL) {
		api_reply_no_memory(visit);
		return;
	}
	*list = (struct api_list){ .api = api, .visit = visit, .target = *target,
		.version = ledger_version(api->settings.ledger), .text = STRBUF_INIT };
	list->turn = event_new(api->settings.loop, -1, 0, on_turn, list);
	if (list->turn == NULL) {
		api_reply_no_memory(visit);
		free_list(list);
	} else if (api_read_shape(visit, &list->shape) != 0 ||
	    api_read_filter(visit, target, &list->filter) != 0 || read_paging(list) != 0) {
		free_list(list);
	} else {
		start(list);
	}
}
