/*
 * visitors.c - the limits on HTTP clients that evhttp has not: how many, and how long they may
 * take.
 */
#include "ops/visitors.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <event2/event.h>
#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/strbuf.h"
#include "ops/request_head.h"

#define SWEEP_MS 100
#define IDLE_MS 60000           /* between two requests */
#define LINGER_MS 1000          /* for who was refused to read why */
#define HELD_BACK (1u << 30)
#define SPARE (2 * REQUEST_HEAD_MAX)

enum state {
	STATE_HEAD,             /* held back from evhttp until it is whole */
	STATE_BODY,             /* let in */
	STATE_ANSWERED,         /* all of it is here */
	STATE_REFUSED,          /* told why; what still comes is thrown away */
};

/*
 * evhttp does not say when a connection ends.  We hold a reference of our own to its
 * bufferevent: evhttp takes its callbacks away when it frees it, and until we let go the
 * descriptor cannot be somebody else's.
 */
struct visitor {
	TAILQ_ENTRY(visitor) link;      /* who has waited longest first */
	struct visitors *visitors;
	struct bufferevent *connection;
	const void *door;
	uint64_t since_ms;              /* connected, or last took something of its reply */
	enum state state;
	bool is_writer;
	bool was_served;                /* once before */
	bool is_leaving;                /* his place was given away */
};

TAILQ_HEAD(visitor_list, visitor);

struct visitors {
	struct clock *clock;
	struct event *sweep;
	struct visitor_list list;
	size_t count;
	size_t max;
	uint64_t request_ms;
	visitors_ask_fn *ask;           /* NULL: whatever comes is let in */
	void *ask_arg;
};

static bool
has_ended(const struct visitor *visitor)
{
	bufferevent_data_cb read_cb, write_cb;
	bufferevent_event_cb event_cb;

	bufferevent_getcb(visitor->connection, &read_cb, &write_cb, &event_cb, NULL);
	return read_cb == NULL && write_cb == NULL && event_cb == NULL;
}

/* evhttp looks at nothing before there are so many octets. */
static void
hold_back(struct visitor *visitor, bool hold)
{
	bufferevent_setwatermark(visitor->connection, EV_READ, hold ? HELD_BACK : 0,
	    visitor->is_writer ? REQUEST_BODY_MAX + SPARE : SPARE);
}

/*
 * Told past evhttp, which knows nothing of this request, or has words of its own for it.  The client
 * may still be sending: ended at once, the connection would be reset and the words lost.
 */
static void
send_refusal(struct visitor *visitor, const struct strbuf *refusal)
{
	struct ssl_st *session = bufferevent_openssl_get_ssl(visitor->connection);
	int fd = bufferevent_getfd(visitor->connection);

	if (refusal->err == 0 && refusal->len > 0 && session != NULL)
		(void)SSL_write(session, refusal->text, (int)refusal->len);
	else if (refusal->err == 0 && refusal->len > 0)
		(void)send(fd, refusal->text, refusal->len, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (session != NULL)
		(void)SSL_shutdown(session);
	(void)shutdown(fd, SHUT_WR);
}

/* What a socket is to send is frozen but while it is sent. */
static void
drain(struct evbuffer *buffer)
{
	size_t len = evbuffer_get_length(buffer);

	if (evbuffer_drain(buffer, len) == 0)
		return;
	(void)evbuffer_unfreeze(buffer, 1);
	(void)evbuffer_drain(buffer, len);
	(void)evbuffer_freeze(buffer, 1);
}

static void
refuse(struct visitor *visitor, const struct strbuf *refusal)
{
	visitor->state = STATE_REFUSED;
	visitor->since_ms = clock_now_ms(visitor->visitors->clock);
	visitor->is_writer = false;
	send_refusal(visitor, refusal);
	hold_back(visitor, true);
	drain(bufferevent_get_input(visitor->connection));
}

/* `head` as in visitors_ask_fn. */
static void
question(struct visitor *visitor, const char *head, size_t len)
{
	struct visitors *visitors = visitor->visitors;
	struct strbuf refusal = STRBUF_INIT;

	if (visitors->ask(visitors->ask_arg, visitor->door, visitor->connection, head, len,
	    &visitor->is_writer, &refusal)) {
		visitor->state = STATE_BODY;
		hold_back(visitor, false);
	} else {
		refuse(visitor, &refusal);
	}
	strbuf_release(&refusal);
}

/* Is the head whole by now? */
static void
look_at_head(struct visitor *visitor)
{
	struct evbuffer *input = bufferevent_get_input(visitor->connection);
	size_t len = evbuffer_get_length(input);
	const char *text;

	if (len > REQUEST_HEAD_MAX)
		len = REQUEST_HEAD_MAX;
	text = len == 0 ? NULL : (const char *)evbuffer_pullup(input, (ev_ssize_t)len);
	if (text == NULL)
		return;
	size_t head_len = request_head_len(text, len);
	if (head_len > 0)
		question(visitor, text, head_len);
	else if (len == REQUEST_HEAD_MAX)
		question(visitor, NULL, 0);
}

static void
on_input(struct evbuffer *input, const struct evbuffer_cb_info *info, void *arg)
{
	struct visitor *visitor = arg;

	if (info->n_added == 0)
		return;
	if (visitor->state == STATE_REFUSED) {
		drain(input);
		return;
	}
	if (visitor->state != STATE_HEAD)
		return;
	if (info->orig_size == 0 && visitor->was_served)
		visitor->since_ms = clock_now_ms(visitor->visitors->clock);
	if (visitor->visitors->ask != NULL)
		look_at_head(visitor);
}

/* "HTTP/1.1 413 ..." */
static size_t
status_of(struct evbuffer *output)
{
	struct evbuffer_iovec piece = { .iov_len = 0 };
	char digits[4] = "";

	if (evbuffer_peek(output, -1, NULL, &piece, 1) < 1 || piece.iov_len < 12)
		return 0;
	(void)memcpy(digits, (const char *)piece.iov_base + 9, 3);
	return (size_t)strtoul(digits, NULL, 10);
}

/* A reply gets on; or evhttp has found a fault by itself and says so, which is not sent. */
static void
on_output(struct evbuffer *output, const struct evbuffer_cb_info *info, void *arg)
{
	struct visitor *visitor = arg;

	if (info->n_added > 0 && visitor->state == STATE_REFUSED) {
		drain(output);
	} else if (info->n_added > 0 && visitor->state == STATE_BODY &&
	    visitor->visitors->ask != NULL && status_of(output) >= 400) {
		question(visitor, NULL, status_of(output));
		drain(output);
	}
	if (info->n_deleted > 0 || info->orig_size == 0)
		visitor->since_ms = clock_now_ms(visitor->visitors->clock);
}

static void
forget(struct visitors *visitors, struct visitor *visitor)
{
	TAILQ_REMOVE(&visitors->list, visitor, link);
	visitors->count--;
	(void)evbuffer_remove_cb(bufferevent_get_output(visitor->connection), on_output, visitor);
	(void)evbuffer_remove_cb(bufferevent_get_input(visitor->connection), on_input, visitor);
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

/* How long it may go on like this. */
static uint64_t
limit_ms(const struct visitor *visitor)
{
	const struct visitors *visitors = visitor->visitors;

	if (visitor->state == STATE_REFUSED)
		return visitors->request_ms < LINGER_MS ? visitors->request_ms : LINGER_MS;
	if (visitor->state == STATE_HEAD && visitor->was_served &&
	    evbuffer_get_length(bufferevent_get_input(visitor->connection)) == 0)
		return IDLE_MS;
	return visitors->request_ms;
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
		if (visitor->state == STATE_ANSWERED &&
		    evbuffer_get_length(bufferevent_get_output(visitor->connection)) == 0)
			visitor->since_ms = now_ms;
		else if (now_ms - visitor->since_ms >= limit_ms(visitor))
			show_out(visitor);
	}
	plan_sweep(visitors);
}

/* Who has to go for a fresh one. */
static struct visitor *
find_idlest(const struct visitors *visitors)
{
	struct visitor *visitor, *oldest = NULL;

	TAILQ_FOREACH(visitor, &visitors->list, link) {
		if (visitor->is_leaving)
			continue;
		if (visitor->state != STATE_ANSWERED)
			return visitor;
		if (oldest == NULL)
			oldest = visitor;
	}
	return oldest;
}

/* Each gives one place: who come in one round of the loop show out as many. */
static void
make_room(const struct visitors *visitors)
{
	struct visitor *visitor = find_idlest(visitors);

	if (visitor == NULL)
		return;
	visitor->is_leaving = true;
	show_out(visitor);
}

int
visitors_admit(struct visitors *visitors, struct bufferevent *connection, const void *door)
{
	struct visitor *visitor = calloc(1, sizeof(*visitor));

	if (visitor == NULL)
		return ERR_NOMEM;
	if (evbuffer_add_cb(bufferevent_get_output(connection), on_output, visitor) == NULL ||
	    evbuffer_add_cb(bufferevent_get_input(connection), on_input, visitor) == NULL) {
		(void)evbuffer_remove_cb(bufferevent_get_output(connection), on_output, visitor);
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
		make_room(visitors);
	bufferevent_incref(connection);
	visitor->visitors = visitors;
	visitor->connection = connection;
	visitor->door = door;
	if (visitors->ask != NULL)
		hold_back(visitor, true);
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

static struct visitor *
find(struct visitors *visitors, const struct bufferevent *connection)
{
	struct visitor *visitor;

	/* From the back: who has just sent a request has seldom waited long. */
	TAILQ_FOREACH_REVERSE(visitor, &visitors->list, visitor_list, link)
		if (visitor->connection == connection)
			return visitor;
	return NULL;
}

static void
turn(struct visitor *visitor, enum state state)
{
	struct visitors *visitors = visitor->visitors;

	TAILQ_REMOVE(&visitors->list, visitor, link);
	TAILQ_INSERT_TAIL(&visitors->list, visitor, link);
	visitor->since_ms = clock_now_ms(visitors->clock);
	visitor->state = state;
}

bool
visitors_answered(struct visitors *visitors, const struct bufferevent *connection, bool *writer)
{
	struct visitor *visitor = find(visitors, connection);

	if (visitor == NULL)
		return false;
	*writer = visitor->is_writer;
	turn(visitor, STATE_ANSWERED);
	return true;
}

void
visitors_served(struct visitors *visitors, const struct bufferevent *connection)
{
	struct visitor *visitor = find(visitors, connection);

	if (visitor == NULL)
		return;
	turn(visitor, STATE_HEAD);
	visitor->was_served = true;
	visitor->is_writer = false;
	if (visitors->ask == NULL)
		return;
	hold_back(visitor, true);
	look_at_head(visitor);
	/*
	 * evhttp takes what is there of the next request whatever is held back: a piece of a head
	 * would be read apart from the rest.  Who sends ahead sends whole requests.
	 */
	if (visitor->state == STATE_HEAD &&
	    evbuffer_get_length(bufferevent_get_input(visitor->connection)) > 0)
		show_out(visitor);
}

void
visitors_set_ask(struct visitors *visitors, visitors_ask_fn *ask, void *arg)
{
	visitors->ask = ask;
	visitors->ask_arg = arg;
}

size_t
visitors_count(const struct visitors *visitors)
{
	return visitors->count;
}
