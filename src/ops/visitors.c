/*
 * visitors.c - the limits on HTTP clients that evhttp has not: how many, and how long they may
 * take.
 */
#include "ops/visitors.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/queue.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/err.h"

#define SWEEP_MS 100

/*
 * evhttp does not say when a connection ends.  We hold a reference of our own to its
 * bufferevent: evhttp takes its callbacks away when it frees it, and until we let go the
 * descriptor cannot be somebody else's.
 */
struct visitor {
	TAILQ_ENTRY(visitor) link;      /* who has waited longest first */
	struct visitors *visitors;
	struct bufferevent *connection;
	uint64_t since_ms;              /* connected, or last took something of its reply */
	bool is_answered;               /* its request is here */
};

TAILQ_HEAD(visitor_list, visitor);

struct visitors {
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

/* A reply gets on. */
static void
on_output(struct evbuffer *output, const struct evbuffer_cb_info *info, void *arg)
{
	struct visitor *visitor = arg;

	(void)output;
	if (info->n_deleted > 0 || info->orig_size == 0)
		visitor->since_ms = clock_now_ms(visitor->visitors->clock);
}

static void
forget(struct visitors *visitors, struct visitor *visitor)
{
	TAILQ_REMOVE(&visitors->list, visitor, link);
	visitors->count--;
	(void)evbuffer_remove_cb(bufferevent_get_output(visitor->connection), on_output, visitor);
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
		/* Who waits for us has all the time. */
		if (visitor->is_answered &&
		    evbuffer_get_length(bufferevent_get_output(visitor->connection)) == 0)
			visitor->since_ms = now_ms;
		else if (now_ms - visitor->since_ms >= visitors->request_ms)
			show_out(visitor);
	}
	plan_sweep(visitors);
}

/* Who has to go for a fresh one. */
static const struct visitor *
find_idlest(const struct visitors *visitors)
{
	const struct visitor *visitor;

	TAILQ_FOREACH(visitor, &visitors->list, link)
		if (!visitor->is_answered)
			return visitor;
	return TAILQ_FIRST(&visitors->list);
}

int
visitors_admit(struct visitors *visitors, struct bufferevent *connection)
{
	struct visitor *visitor = calloc(1, sizeof(*visitor));

	if (visitor == NULL)
		return ERR_NOMEM;
	if (evbuffer_add_cb(bufferevent_get_output(connection), on_output, visitor) == NULL) {
		free(visitor);
		return ERR_NOMEM;
	}
	if (visitors->count >= visitors->max)
		forget_ended(visitors);
	/*
	 * The place is free once evhttp has seen it: for a round of the loop there may be a
	 * few more.
	 */
	if (visitors->count >= visitors->max)
		show_out(find_idlest(visitors));
	bufferevent_incref(connection);
	visitor->visitors = visitors;
	visitor->connection = connection;
	visitor->since_ms = clock_now_ms(visitors->clock);
	TAILQ_INSERT_TAIL(&visitors->list, visitor, link);
	visitors->count++;
	plan_sweep(visitors);
	return 0;
}

struct visitors *
visitors_new(struct event_base *loop, size_t max, uint64_t request_ms)
{
	struct visitors *visitors = calloc(1, sizeof(*visitors));

	if (visitors == NULL)
		return NULL;
	TAILQ_INIT(&visitors->list);
	visitors->max = max > 0 ? max : 1;
	visitors->request_ms = request_ms;
	visitors->clock = clock_new_system();
	visitors->sweep = evtimer_new(loop, on_sweep, visitors);
	if (visitors->clock == NULL || visitors->sweep == NULL) {
		visitors_free(visitors);
		return NULL;
	}
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

static void
turn(struct visitors *visitors, const struct bufferevent *connection, bool is_answered)
{
	struct visitor *visitor;

	/* From the back: who has just sent a request has seldom waited long. */
	TAILQ_FOREACH_REVERSE(visitor, &visitors->list, visitor_list, link) {
		if (visitor->connection != connection)
			continue;
		TAILQ_REMOVE(&visitors->list, visitor, link);
		TAILQ_INSERT_TAIL(&visitors->list, visitor, link);
		visitor->since_ms = clock_now_ms(visitors->clock);
		visitor->is_answered = is_answered;
		return;
	}
}

void
visitors_answered(struct visitors *visitors, const struct bufferevent *connection)
{
	turn(visitors, connection, true);
}

void
visitors_served(struct visitors *visitors, const struct bufferevent *connection)
{
	turn(visitors, connection, false);
}

size_t
visitors_count(const struct visitors *visitors)
{
	return visitors->count;
}
