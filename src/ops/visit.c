/* visit.c - one HTTP request and its reply, whole or in pieces. */
#include "ops/visit.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <event2/event.h>
#include <event2/http.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/err.h"
#include "ops/request_target.h"
#include "ops/visit_parts.h"

/* What may wait for a client before its handler is asked to hold back. */
#define WAITING_MAX 65536
#define LAST_MS 2               /* between looks whether all has left */

static const struct timeval at_once = { 0, 0 };

struct visit {
	struct evhttp_request *request;
	struct request_target target;
	enum visit_method method;
	bool may_write;
	bool begun;                     /* a reply in pieces */
	struct event *last;             /* over TLS: the end waits for what is under way */
	bool is_quiet;                  /* ... which was nothing in the round before */
	void (*drained)(void *arg);
	void (*gone)(void *arg);
	void *arg;
};

static enum visit_method
method_of(const struct evhttp_request *request)
{
	switch (evhttp_request_get_command(request)) {
	case EVHTTP_REQ_GET:
		return VISIT_GET;
	case EVHTTP_REQ_HEAD:
		return VISIT_HEAD;
	case EVHTTP_REQ_POST:
		return VISIT_POST;
	case EVHTTP_REQ_PUT:
		return VISIT_PUT;
	case EVHTTP_REQ_PATCH:
		return VISIT_PATCH;
	case EVHTTP_REQ_DELETE:
		return VISIT_DELETE;
	case EVHTTP_REQ_OPTIONS:
		return VISIT_OPTIONS;
	case EVHTTP_REQ_TRACE:
	case EVHTTP_REQ_CONNECT:
		break;
	}
	return VISIT_OTHER;
}

static struct evhttp_connection *
connection_of(const struct visit *visit)
{
	return evhttp_request_get_connection(visit->request);
}

static void
release(struct visit *visit)
{
	if (visit->last != NULL)
		event_free(visit->last);
	request_target_release(&visit->target);
	free(visit);
}

static void
visit_free(struct visit *visit)
{
	if (connection_of(visit) != NULL)
		evhttp_connection_set_closecb(connection_of(visit), NULL, NULL);
	release(visit);
}

/*
 * evhttp closes.  A request whose connection failed was taken off it and is ours to free; at the
 * end of evhttp itself it goes with the connection.
 */
static void
on_close(struct evhttp_connection *connection, void *arg)
{
	struct visit *visit = arg;
	struct evhttp_request *request = visit->request;
	bool is_ours = evhttp_request_get_connection(request) == NULL;

	(void)connection;
	if (visit->gone != NULL)
		visit->gone(visit->arg);
	release(visit);
	if (is_ours)
		evhttp_request_free(request);
}

int
visit_open(struct evhttp_request *request, bool may_write, struct visit **out)
{
	const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(request);
	const char *path = uri == NULL ? NULL : evhttp_uri_get_path(uri);
	struct visit *visit = calloc(1, sizeof(*visit));
	int err;

	if (visit == NULL)
		return ERR_NOMEM;
	err = path == NULL ? ERR_INVALID :
	    request_target_parse(path, evhttp_uri_get_query(uri), &visit->target);
	if (err == ERR_NOMEM) {
		free(visit);
		return err;
	}
	visit->request = request;
	visit->method = method_of(request);
	visit->may_write = may_write;
	evhttp_connection_set_closecb(connection_of(visit), on_close, visit);
	*out = visit;
	return err;
}

enum visit_method
visit_method(const struct visit *visit)
{
	return visit->method;
}

const char *
visit_path(const struct visit *visit)
{
	return visit->target.path == NULL ? "" : visit->target.path;
}

const char *
visit_query(const struct visit *visit, const char *key)
{
	return request_target_query(&visit->target, key);
}

const char *
visit_header(const struct visit *visit, const char *name)
{
	return evhttp_find_header(evhttp_request_get_input_headers(visit->request), name);
}

const char *
visit_body(const struct visit *visit, size_t *len)
{
	struct evbuffer *body = evhttp_request_get_input_buffer(visit->request);

	*len = evbuffer_get_length(body);
	if (*len == 0)
		return "";
	const char *text = (const char *)evbuffer_pullup(body, -1);
	if (text == NULL)
		*len = 0;
	return text;
}

bool
visit_may_write(const struct visit *visit)
{
	return visit->may_write;
}

void
visit_set_header(struct visit *visit, const char *name, const char *value)
{
	struct evkeyvalq *headers = evhttp_request_get_output_headers(visit->request);

	(void)evhttp_remove_header(headers, name);
	(void)evhttp_add_header(headers, name, value);
}

static bool
is_bodyless(int status)
{
	return status < 200 || status == 204 || status == 304;
}

static void
set_usual_headers(struct visit *visit, const char *type)
{
	struct evkeyvalq *headers = evhttp_request_get_output_headers(visit->request);

	if (type != NULL)
		visit_set_header(visit, "Content-Type", type);
	if (evhttp_find_header(headers, "Cache-Control") == NULL)
		visit_set_header(visit, "Cache-Control", "no-store");
	/* Nobody is to guess that a text of ours is a page. */
	visit_set_header(visit, "X-Content-Type-Options", "nosniff");
}

void
visit_reply(struct visit *visit, int status, const char *type, const void *body, size_t len)
{
	struct evhttp_request *request = visit->request;
	struct evbuffer *buffer = evbuffer_new();
	char digits[32];

	if (is_bodyless(status))
		len = 0;
	set_usual_headers(visit, is_bodyless(status) ? NULL : type);
	if (!is_bodyless(status)) {
		(void)snprintf(digits, sizeof(digits), "%zu", len);
		visit_set_header(visit, "Content-Length", digits);
	}
	if (visit->method == VISIT_HEAD)
		len = 0;
	if (buffer == NULL || (len > 0 && evbuffer_add(buffer, body, len) != 0)) {
		visit_abort(visit);
	} else {
		visit_free(visit);
		evhttp_send_reply(request, status, NULL, buffer);
	}
	if (buffer != NULL)
		evbuffer_free(buffer);
}

void
visit_begin(struct visit *visit, int status, const char *type)
{
	set_usual_headers(visit, type);
	visit->begun = true;
	evhttp_send_reply_start(visit->request, status, NULL);
}

static struct evbuffer *
output_of(const struct visit *visit)
{
	return bufferevent_get_output(evhttp_connection_get_bufferevent(connection_of(visit)));
}

size_t
visit_waiting(const struct visit *visit)
{
	return evbuffer_get_length(output_of(visit));
}

static void
on_drained(struct evhttp_connection *connection, void *arg)
{
	struct visit *visit = arg;

	(void)connection;
	if (visit->last == NULL && visit->drained != NULL)
		visit->drained(visit->arg);
}

/* The client sees the end of the stream; evhttp sees it too, and tells on_close(). */
static void
show_out(const struct visit *visit)
{
	(void)shutdown(bufferevent_getfd(evhttp_connection_get_bufferevent(connection_of(visit))),
	    SHUT_RDWR);
}

bool
visit_more(struct visit *visit, const void *text, size_t len)
{
	struct evbuffer *piece;

	if (len == 0 || visit->method == VISIT_HEAD)
		return visit_waiting(visit) < WAITING_MAX;
	piece = evbuffer_new();
	if (piece == NULL || evbuffer_add(piece, text, len) != 0) {
		/* A reply with a hole must not pass for the whole. */
		show_out(visit);
		if (piece != NULL)
			evbuffer_free(piece);
		return false;
	}
	evhttp_send_reply_chunk_with_cb(visit->request, piece, on_drained, visit);
	evbuffer_free(piece);
	return visit_waiting(visit) < WAITING_MAX;
}

static void
finish(struct visit *visit)
{
	struct evhttp_request *request = visit->request;

	visit_free(visit);
	evhttp_send_reply_end(request);
}

static void
on_last(evutil_socket_t fd, short what, void *arg)
{
	static const struct timeval soon = { 0, LAST_MS * 1000 }, next_round = { 0, 1000 };
	struct visit *visit = arg;

	(void)fd;
	(void)what;
	/* What left in this round of the loop may be told of in the next one only. */
	if (visit_waiting(visit) == 0 && visit->is_quiet) {
		finish(visit);
		return;
	}
	visit->is_quiet = visit_waiting(visit) == 0;
	(void)evtimer_add(visit->last, visit->is_quiet ? &next_round : &soon);
}

/*
 * A TLS bufferevent says later, in a callback of its own, that its output has left; libevent 2.1's
 * evhttp takes that for the end of the reply, even when more was added in between, and stops
 * sending.  So the end is only given when nothing is under way and nothing is left to be said.
 */
void
visit_end(struct visit *visit)
{
	struct bufferevent *connection = evhttp_connection_get_bufferevent(connection_of(visit));

	if (bufferevent_openssl_get_ssl(connection) == NULL) {
		finish(visit);
		return;
	}
	visit->gone = visit->drained = NULL;
	visit->last = evtimer_new(bufferevent_get_base(connection), on_last, visit);
	if (visit->last == NULL || evtimer_add(visit->last, &at_once) != 0)
		visit_abort(visit);
}

void
visit_abort(struct visit *visit)
{
	visit->gone = NULL;
	visit->drained = NULL;
	show_out(visit);
	/* on_close() frees it when evhttp has seen the end. */
	(void)bufferevent_enable(evhttp_connection_get_bufferevent(connection_of(visit)), EV_READ);
}

void
visit_set_flow(struct visit *visit, void (*drained)(void *arg), void (*gone)(void *arg), void *arg)
{
	visit->drained = drained;
	visit->gone = gone;
	visit->arg = arg;
}
