/* follow.c - watches: what is there and what changes, told to a client as it happens. */
#include "ops/follow.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "ops/follow_parts.h"
#include "ops/status.h"
#include "ops/visit.h"

#define TURN_US 2000            /* of the control thread, for all that are behind together */
#define STEPS_PER_LOOK 16       /* looking at the clock costs as much as passing over a few entries */
#define TICK_MS 1000
#define BOOKMARK_MS 60000
/* A client that asks for no time gets half an hour, as API servers give at least. */
#define TIMEOUT_MS 1800000
/* What all watches with selectors may remember together: 2 million names, 32 MiB. */
#define NAMES_MAX 2000000

enum phase {
	PHASE_LEARNING,         /* walks to see what the client has by its own list */
	PHASE_FIRST,            /* walks and tells what is there */
	PHASE_LIVE,
};

/* What a piece of work came to; more than 0, because codes of errors are less. */
enum outcome { DONE, LATER, BLOCKED, ENDED };

struct follow {
	TAILQ_ENTRY(follow) link;
	struct follows *follows;
	struct visit *visit;
	struct follow_settings settings;
	struct follow_query query;
	enum phase phase;
	uint64_t cursor;                /* what changed up to here was told */
	bool walked;                    /* ... up to `ns` and `name` */
	bool blocked;                   /* the client's socket has enough */
	bool has_told;                  /* something; the next event is not the first */
	bool keeps_names;
	char wanted_ns[FOLLOW_NS_SIZE];
	char ns[FOLLOW_NS_SIZE];
	char name[FOLLOW_NAME_SIZE];
	struct name_set known;          /* what the client has */
	struct name_set unsure;         /* may have: changed between its list and its watch */
	uint64_t end_ms;
	uint64_t bookmark_ms;           /* the next one */
	uint64_t turn_end_us;
	unsigned steps;
};

TAILQ_HEAD(follow_list, follow);

struct follows {
	const struct clock *clock;
	struct ledger *ledger;
	struct event *turn;
	struct event *tick;
	struct follow_list list;
	size_t count;
	size_t names;                   /* in all sets together, as of their last look */
	uint64_t changed[API_KIND_COUNT];       /* the last change of each kind */
	struct strbuf text;
	struct follow_shared shared[FOLLOW_SHARED];
};

static void
plan_turn(struct follows *follows)
{
	struct timeval now = { 0, 0 };

	if (!evtimer_pending(follows->turn, NULL))
		(void)evtimer_add(follows->turn, &now);
}

/* ---- life ---- */

static void
follow_free(struct follow *follow)
{
	struct follows *follows = follow->follows;

	TAILQ_REMOVE(&follows->list, follow, link);
	follows->count--;
	follows->names -= follow->known.count + follow->unsure.count;
	name_set_release(&follow->known);
	name_set_release(&follow->unsure);
	if (follow->settings.release != NULL)
		follow->settings.release(follow->settings.arg);
	free(follow);
}

/* The client sees that the answer is whole. */
static enum outcome
end(struct follow *follow)
{
	visit_end(follow->visit);
	follow_free(follow);
	return ENDED;
}

static enum outcome
end_with_error(struct follow *follow, int code, const char *message)
{
	struct strbuf *text = &follow->follows->text;

	strbuf_clear(text);
	if (follow_write_error(code, message, text) == 0)
		(void)visit_more(follow->visit, text->text, text->len);
	return end(follow);
}

/* What could not be told would be missing for ever: let the client list anew. */
static enum outcome
break_off(struct follow *follow)
{
	return end_with_error(follow, 500, "no memory");
}

/* ---- telling ---- */

static enum outcome
give(struct follow *follow, int err)
{
	struct strbuf *text = &follow->follows->text;

	if (err != 0)
		return break_off(follow);
	follow->has_told = true;
	follow->blocked = !visit_more(follow->visit, text->text, text->len);
	return follow->blocked ? BLOCKED : DONE;
}

static enum outcome
tell(struct follow *follow, struct follow_shared *shared, const char *type)
{
	struct strbuf *text = &follow->follows->text;

	strbuf_clear(text);
	return give(follow, follow_write(shared, &follow->settings, type, !follow->has_told, text));
}

static enum outcome
tell_bookmark(struct follow *follow, bool is_end)
{
	struct strbuf *text = &follow->follows->text;

	strbuf_clear(text);
	return give(follow, follow_write_bookmark(&follow->settings, follow->cursor, is_end,
	    !follow->has_told, text));
}

/* ---- what the client has ---- */

static int
remember(struct follow *follow, struct name_set *set, const struct ledger_entry *entry)
{
	size_t before = set->count;
	int err;

	if (follow->follows->names >= NAMES_MAX)
		return ERR_LIMIT;
	err = name_set_add(set, entry->ns, entry->name);
	follow->follows->names += set->count - before;
	return err;
}

static bool
forget(struct follow *follow, struct name_set *set, const struct ledger_entry *entry)
{
	bool was = name_set_remove(set, entry->ns, entry->name);

	follow->follows->names -= was;
	return was;
}

static const char *
event_text(enum ledger_event event)
{
	switch (event) {
	case LEDGER_ADDED:
		return "ADDED";
	case LEDGER_MODIFIED:
		return "MODIFIED";
	case LEDGER_DELETED:
		break;
	}
	return "DELETED";
}

/*
 * What the change is to this client; NULL: nothing.  With a selector an object that ceases to match
 * is deleted for him, one that begins to is added.  *err: without a memory of what he has, nothing
 * can be told.
 */
static const char *
type_for(struct follow *follow, const struct ledger_change *change, const json_t *object, int *err)
{
	const struct follow_settings *settings = &follow->settings;
	bool matches = settings->matches == NULL || settings->matches(settings->arg, object);
	bool had, may_have;

	if (!follow->keeps_names)
		return matches ? event_text(change->event) : NULL;
	had = forget(follow, &follow->known, change->entry);
	/* What is only now made nobody had before. */
	may_have = forget(follow, &follow->unsure, change->entry) && change->event != LEDGER_ADDED;
	if (change->event == LEDGER_DELETED || !matches)
		return had || may_have ? "DELETED" : NULL;
	*err = remember(follow, &follow->known, change->entry);
	return had ? "MODIFIED" : may_have ? event_text(change->event) : "ADDED";
}

/* ---- changes ---- */

static bool
is_wanted(const struct follow *follow, const struct ledger_entry *entry)
{
	const struct follow_settings *settings = &follow->settings;

	return entry->kind == settings->kind &&
	    (settings->ns[0] == '\0' || strcmp(settings->ns, entry->ns) == 0) &&
	    (settings->wants == NULL || settings->wants(settings->arg, entry->ns, entry->name));
}

/* Did the walk pass it already?  What lies before it will be seen as it is then. */
static bool
is_passed(const struct follow *follow, const struct ledger_entry *entry)
{
	int order;

	if (follow->phase != PHASE_FIRST)
		return true;
	if (!follow->walked)
		return false;
	order = strcmp(entry->ns, follow->ns);
	return order < 0 || (order == 0 && strcmp(entry->name, follow->name) <= 0);
}

static enum outcome
tell_change(struct follow *follow, const struct ledger_change *change)
{
	struct follow_shared *shared = follow_object(follow->follows->shared, &follow->settings,
	    change);
	const char *type;
	int err = 0;

	if (shared == NULL)
		return break_off(follow);
	type = type_for(follow, change, shared->object, &err);
	if (err != 0)
		return end_with_error(follow, 429, "watches with selectors remember too much");
	return type == NULL ? DONE : tell(follow, shared, type);
}

/* A turn is over: others have work too. */
static bool
is_late(struct follow *follow)
{
	return ++follow->steps % STEPS_PER_LOOK == 0 &&
	    clock_now_us(follow->follows->clock) >= follow->turn_end_us;
}

/* 0: go on. */
static int
visit_change(void *arg, const struct ledger_change *change)
{
	struct follow *follow = arg;
	/* Of a MODIFIED that was changed again the later record tells all there is to tell. */
	bool is_old = change->event == LEDGER_MODIFIED &&
	    change->version != change->entry->version;
	enum outcome outcome = DONE;

	if (!is_old && is_wanted(follow, change->entry) && is_passed(follow, change->entry))
		outcome = tell_change(follow, change);
	if (outcome == ENDED)
		return ENDED;
	follow->cursor = change->version;
	if (outcome == DONE && is_late(follow))
		outcome = LATER;
	return (int)outcome;
}

static enum outcome
catch_up(struct follow *follow)
{
	struct follows *follows = follow->follows;
	uint64_t now = ledger_version(follows->ledger);
	int stopped;

	if (follows->changed[follow->settings.kind] <= follow->cursor && follow->cursor <= now) {
		follow->cursor = now;
		return DONE;
	}
	stopped = ledger_since(follows->ledger, follow->cursor, visit_change, follow);
	if (stopped == ERR_GONE || stopped == ERR_RANGE)
		return end_with_error(follow, 410, "too old resource version");
	if (stopped == 0)
		follow->cursor = now;
	return (enum outcome)stopped;
}

/* ---- walks ---- */

static enum outcome
learn(struct follow *follow, const struct ledger_entry *entry)
{
	const struct follow_settings *settings = &follow->settings;
	struct name_set *set = NULL;
	json_t *object;

	if (entry->version > follow->query.from) {
		set = &follow->unsure;
	} else {
		object = settings->object(settings->arg, entry);
		if (object == NULL)
			return break_off(follow);
		if (settings->matches(settings->arg, object))
			set = &follow->known;
		json_decref(object);
	}
	if (set != NULL && remember(follow, set, entry) != 0)
		return end_with_error(follow, 429, "watches with selectors remember too much");
	return DONE;
}

static enum outcome
tell_first(struct follow *follow, const struct ledger_entry *entry)
{
	const struct follow_settings *settings = &follow->settings;
	struct strbuf *text = &follow->follows->text;
	json_t *object = settings->object(settings->arg, entry);

	if (object == NULL)
		return break_off(follow);
	if (settings->matches != NULL && !settings->matches(settings->arg, object)) {
		json_decref(object);
		return DONE;
	}
	if (follow->keeps_names && remember(follow, &follow->known, entry) != 0) {
		json_decref(object);
		return end_with_error(follow, 429, "watches with selectors remember too much");
	}
	strbuf_clear(text);
	return give(follow, follow_write_alone(settings, object, "ADDED", !follow->has_told, text));
}

static enum outcome
walk(struct follow *follow)
{
	const struct follow_settings *settings = &follow->settings;
	enum outcome outcome = DONE;

	while (outcome == DONE) {
		const struct ledger_entry *entry = ledger_next(follow->follows->ledger,
		    settings->kind, settings->ns[0] == '\0' ? NULL : settings->ns,
		    follow->walked ? follow->ns : NULL, follow->name);

		if (entry == NULL)
			return DONE;
		(void)snprintf(follow->ns, sizeof(follow->ns), "%s", entry->ns);
		(void)snprintf(follow->name, sizeof(follow->name), "%s", entry->name);
		follow->walked = true;
		if (is_wanted(follow, entry))
			outcome = follow->phase == PHASE_FIRST ? tell_first(follow, entry) :
			    learn(follow, entry);
		if (outcome == DONE && is_late(follow))
			outcome = LATER;
	}
	return outcome;
}

static enum outcome
run(struct follow *follow)
{
	enum outcome outcome = DONE;

	/* What changes while it learns is told behind that, when it is known what he has. */
	if (follow->phase != PHASE_LEARNING)
		outcome = catch_up(follow);
	if (outcome != DONE || follow->phase == PHASE_LIVE)
		return outcome;
	outcome = walk(follow);
	if (outcome != DONE)
		return outcome;
	if (follow->phase == PHASE_FIRST && follow->query.says_end)
		outcome = tell_bookmark(follow, true);
	if (outcome == ENDED)
		return ENDED;
	follow->phase = PHASE_LIVE;
	return outcome == DONE ? catch_up(follow) : outcome;
}

/* ---- events ---- */

static bool
is_behind(const struct follow *follow)
{
	const struct follows *follows = follow->follows;

	return !follow->blocked && (follow->phase != PHASE_LIVE ||
	    follows->changed[follow->settings.kind] > follow->cursor);
}

static void
on_turn(evutil_socket_t fd, short what, void *arg)
{
	struct follows *follows = arg;
	uint64_t end_us = clock_now_us(follows->clock) + TURN_US;
	bool is_over = false;

	(void)fd;
	(void)what;
	for (size_t left = follows->count; left > 0 && !is_over; left--) {
		struct follow *follow = TAILQ_FIRST(&follows->list);

		/* Who had his turn goes last. */
		TAILQ_REMOVE(&follows->list, follow, link);
		TAILQ_INSERT_TAIL(&follows->list, follow, link);
		if (!is_behind(follow))
			continue;
		follow->turn_end_us = end_us;
		if (run(follow) == LATER || clock_now_us(follows->clock) >= end_us)
			is_over = true;
	}
	if (is_over)
		plan_turn(follows);
}

static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct follows *follows = arg;
	uint64_t now_ms = clock_now_ms(follows->clock);
	struct follow *next;

	(void)fd;
	(void)what;
	for (struct follow *follow = TAILQ_FIRST(&follows->list); follow != NULL; follow = next) {
		next = TAILQ_NEXT(follow, link);
		if (now_ms >= follow->end_ms) {
			(void)end(follow);
		} else if (follow->query.bookmarks && now_ms >= follow->bookmark_ms &&
		    !is_behind(follow) && !follow->blocked) {
			follow->bookmark_ms = now_ms + BOOKMARK_MS;
			if (catch_up(follow) == DONE)
				(void)tell_bookmark(follow, false);
		}
	}
}

/* From inside of the change: only note it. */
static void
on_change(void *arg, const struct ledger_change *change)
{
	struct follows *follows = arg;

	follows->changed[change->entry->kind] = change->version;
	plan_turn(follows);
}

static void
on_drained(void *arg)
{
	struct follow *follow = arg;

	follow->blocked = false;
	if (is_behind(follow))
		plan_turn(follow->follows);
}

static void
on_gone(void *arg)
{
	follow_free(arg);
}

/* ---- beginning ---- */

static int
stop_at_once(void *arg, const struct ledger_change *change)
{
	(void)arg;
	(void)change;
	return 1;
}

static struct follow *
make_follow(struct follows *follows, struct visit *visit, const struct follow_settings *settings,
    const struct follow_query *query)
{
	struct follow *follow = calloc(1, sizeof(*follow));
	uint64_t now_ms = clock_now_ms(follows->clock);

	if (follow == NULL)
		return NULL;
	follow->follows = follows;
	follow->visit = visit;
	follow->settings = *settings;
	(void)snprintf(follow->wanted_ns, sizeof(follow->wanted_ns), "%s",
	    settings->ns == NULL ? "" : settings->ns);
	follow->settings.ns = follow->wanted_ns;
	follow->query = *query;
	follow->cursor = query->from;
	follow->keeps_names = settings->matches != NULL;
	follow->phase = query->initial ? PHASE_FIRST :
	    follow->keeps_names ? PHASE_LEARNING : PHASE_LIVE;
	name_set_init(&follow->known);
	name_set_init(&follow->unsure);
	follow->end_ms = now_ms + (query->timeout_ms > 0 ? query->timeout_ms : TIMEOUT_MS);
	follow->bookmark_ms = now_ms + BOOKMARK_MS;
	TAILQ_INSERT_TAIL(&follows->list, follow, link);
	follows->count++;
	return follow;
}

/* NULL: the visit was answered. */
static struct follow *
admit(struct follows *follows, struct visit *visit, const struct follow_settings *settings)
{
	struct status crowd = { .code = 429, .message = "there are too many watches",
		.retry_after_s = 1 };
	struct follow_query query;
	struct follow *follow;
	int known;

	if (!follow_read_query(visit, follows->ledger, &query))
		return NULL;
	if (follows->count >= FOLLOW_MAX) {
		status_reply(visit, &crowd);
		return NULL;
	}
	known = ledger_since(follows->ledger, query.from, stop_at_once, NULL);
	if (known == ERR_GONE || known == ERR_RANGE) {
		status_say(visit, 410, "too old resource version: %llu",
		    (unsigned long long)query.from);
		return NULL;
	}
	follow = make_follow(follows, visit, settings, &query);
	if (follow == NULL)
		status_say(visit, 500, "no memory");
	return follow;
}

void
follow_start(struct follows *follows, struct visit *visit, const struct follow_settings *settings)
{
	struct follow *follow = admit(follows, visit, settings);

	if (follow == NULL) {
		if (settings->release != NULL)
			settings->release(settings->arg);
		return;
	}
	visit_set_flow(visit, on_drained, on_gone, follow);
	visit_begin(visit, 200, settings->type);
	plan_turn(follows);
}

int
follows_new(struct event_base *loop, const struct clock *clock, struct ledger *ledger,
    struct follows **out)
{
	static const struct timeval tick = { TICK_MS / 1000, TICK_MS % 1000 * 1000 };
	struct follows *follows = calloc(1, sizeof(*follows));

	if (follows == NULL)
		return ERR_NOMEM;
	TAILQ_INIT(&follows->list);
	follows->clock = clock;
	follows->text = (struct strbuf)STRBUF_INIT;
	follows->turn = evtimer_new(loop, on_turn, follows);
	follows->tick = event_new(loop, -1, EV_PERSIST, on_tick, follows);
	if (follows->turn == NULL || follows->tick == NULL ||
	    event_add(follows->tick, &tick) != 0 ||
	    ledger_subscribe(ledger, on_change, follows) != 0) {
		follows_free(follows);
		return ERR_NOMEM;
	}
	follows->ledger = ledger;
	/* What happened before is not known by kind: nobody who asks for it is to miss it. */
	for (size_t i = 0; i < API_KIND_COUNT; i++)
		follows->changed[i] = ledger_version(ledger);
	*out = follows;
	return 0;
}

void
follows_free(struct follows *follows)
{
	if (follows == NULL)
		return;
	while (!TAILQ_EMPTY(&follows->list))
		(void)end(TAILQ_FIRST(&follows->list));
	if (follows->ledger != NULL)
		ledger_unsubscribe(follows->ledger, on_change, follows);
	if (follows->turn != NULL)
		event_free(follows->turn);
	if (follows->tick != NULL)
		event_free(follows->tick);
	follow_release_shared(follows->shared);
	strbuf_release(&follows->text);
	free(follows);
}

size_t
follows_count(const struct follows *follows)
{
	return follows->count;
}
