/*
 * visitors.c - the limits on HTTP clients that evhttp has not: how many, and how long they may
 * take.
 */
#include "ops/visitors.h"

#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/queue.h>
#include <sys/socket.h>

#include "base/clock.h"

#define SWEEP_MS 100

/*
 * evhttp does not say when a connection ends.  We hold a reference of our own to its
 * bufferevent: evhttp takes its callbacks away when it frees it, and until we let go the
 * descriptor cannot be somebody else's.
 */
struct visitor {
	TAILQ_ENTRY(visitor) link;      /* the one with the oldest `since` first */
	struct bufferevent *connection;
	uint64_t since_ms;
};

TAILQ_HEAD(visitor_list, visitor);

struct visitors {
	struct event_base *loop;
	struct clock *clock;
	struct event *sweep;
	struct visitor_list list;
	size_t count;
	size_t max;
	uint64_t request_ms;
};

static bool
has_ended(const struct visitor *visitor)
{
	bufferevent_data_cb read_cb, write_cb;
	bufferevent_event_cb event_cb;

	bufferevent_getcb(visitor->connection, &read_cb, &write_cb, &event_cb, NULL);
	return read_cb == NULL && write_cb == NULL && event_cb == NULL;
}

static void
forget(struct visitors *visitors, struct visitor *visitor)
{
	TAILQ_REMOVE(&visitors->list, visitor, link);
	visitors->count--;
	(void)bufferevent_decref(visitor->connection);
	free(visitor);
}

/* evhttp sees the end of the stream, as if the client had closed, and cleans up. */
static void
show_out(const struct visitor *visitor)
{
	(void)shutdown(bufferevent_getfd(visitor->connection), SHUT_RDWR);
}

static void
forget_ended(struct visitors *visitors)
{
	struct visitor *next;

	for (struct visitor *visitor = TAILQ_FIRST(&visitors->list); visitor != NULL;
	    visitor = next) {
		next = TAILQ_NEXT(visitor, link);
		if (has_ended(visitor))
			forget(visitors, visitor);
	}
}

static void
plan_sweep(struct visitors *visitors)
{
	struct timeval wait = { 0, SWEEP_MS * 1000 };

	if (visitors->count > 0 && !evtimer_pending(visitors->sweep, NULL))
		(void)evtimer_add(visitors->sweep, &wait);
}

static void
on_sweep(evutil_socket_t fd, short what, void *arg)
{
	struct visitors *visitors = arg;
	uint64_t now_ms = clock_now_ms(visitors->clock);
	struct visitor *visitor;

	(void)fd;
	(void)what;
	forget_ended(visitors);
	TAILQ_FOREACH(visitor, &visitors->list, link) {
		if (now_ms - visitor->since_ms < visitors->request_ms)
			break;
		show_out(visitor);
	}
	plan_sweep(visitors);
}

/* evhttp asks for a bufferevent for each fresh connection; its descriptor follows. */
static struct bufferevent *
on_connection(struct event_base *loop, void *arg)
{
	struct visitors *visitors = arg;
	struct visitor *visitor = calloc(1, sizeof(*visitor));

	/* Without it evhttp makes a bufferevent of its own, and this one visitor goes unwatched. */
	if (visitor == NULL)
		return NULL;
	visitor->connection = bufferevent_socket_new(loop, -1, BEV_OPT_CLOSE_ON_FREE);
	if (visitor->connection == NULL) {
		free(visitor);
		return NULL;
	}
	if (visitors->count >= visitors->max)
		forget_ended(visitors);
	/*
	 * The place is free once evhttp has seen it: for a round of the loop there may be a
	 * few more.
	 */
	if (visitors->count >= visitors->max)
		show_out(TAILQ_FIRST(&visitors->list));
	bufferevent_incref(visitor->connection);
	visitor->since_ms = clock_now_ms(visitors->clock);
	TAILQ_INSERT_TAIL(&visitors->list, visitor, link);
	visitors->count++;
	plan_sweep(visitors);
	return visitor->connection;
}

struct visitors *
visitors_new(struct event_base *loop, struct evhttp *http, size_t max, uint64_t request_ms)
{
	struct visitors *visitors = calloc(1, sizeof(*visitors));

	if (visitors == NULL)
		return NULL;
	TAILQ_INIT(&visitors->list);
	visitors->loop = loop;
	visitors->max = max > 0 ? max : 1;
	visitors->request_ms = request_ms;
	visitors->clock = clock_new_system();
	visitors->sweep = evtimer_new(loop, on_sweep, visitors);
	if (visitors->clock == NULL || visitors->sweep == NULL) {
		visitors_free(visitors);
		return NULL;
	}
	evhttp_set_bevcb(http, on_connection, visitors);
	return visitors;
}

void
visitors_free(struct visitors *visitors)
{
	if (visitors == NULL)
		return;
	while (!TAILQ_EMPTY(&visitors->list))
		forget(visitors, TAILQ_FIRST(&visitors->list));
	if (visitors->sweep != NULL)
		event_free(visitors->sweep);
	clock_free(visitors->clock);
	free(visitors);
}

void
visitors_answered(struct visitors *visitors, const struct bufferevent *connection)
{
	struct visitor *visitor;

	/* From the back: who has just sent a request has seldom waited long. */
	TAILQ_FOREACH_REVERSE(visitor, &visitors->list, visitor_list, link) {
		if (visitor->connection != connection)
			continue;
		TAILQ_REMOVE(&visitors->list, visitor, link);
		TAILQ_INSERT_TAIL(&visitors->list, visitor, link);
		visitor->since_ms = clock_now_ms(visitors->clock);
		return;
	}
}

size_t
visitors_count(const struct visitors *visitors)
{
	return visitors->count;
}
