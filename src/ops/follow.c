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
#define TICK_MS 1000
#define BOOKMARK_MS 60000
/* A client that asks for no time gets half an hour, as API servers give at least. */
#define TIMEOUT_MS 1800000

static void
plan_turn(struct follows *follows)
{
	struct timeval now = { 0, 0 };

	if (!evtimer_pending(follows->turn, NULL))
		(void)evtimer_add(follows->turn, &now);
}

/* ---- life ---- */

void
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
enum follow_outcome
follow_end(struct follow *follow)
{
	visit_end(follow->visit);
	follow_free(follow);
	return FOLLOW_ENDED;
}

/* ---- events ---- */

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
		if (!follow_is_behind(follow))
			continue;
		follow->turn_end_us = end_us;
		if (follow_run(follow) == FOLLOW_LATER || clock_now_us(follows->clock) >= end_us)
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
			(void)follow_end(follow);
		} else if (follow->query.bookmarks && now_ms >= follow->bookmark_ms &&
		    !follow_is_behind(follow) && !follow->blocked) {
			follow->bookmark_ms = now_ms + BOOKMARK_MS;
			if (follow_catch_up(follow) == FOLLOW_DONE)
				(void)follow_tell_bookmark(follow, false);
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
	if (follow_is_behind(follow))
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
	follow->phase = query->initial ? FOLLOW_FIRST :
	    follow->keeps_names ? FOLLOW_LEARNING : FOLLOW_LIVE;
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
	struct follow *follow;

	/* Its head is all that is wanted; a watch has nothing to end it. */
	if (visit_method(visit) == VISIT_HEAD) {
		visit_reply(visit, 200, settings->type, NULL, 0);
		if (settings->release != NULL)
			settings->release(settings->arg);
		return;
	}
	follow = admit(follows, visit, settings);
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
		(void)follow_end(TAILQ_FIRST(&follows->list));
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
