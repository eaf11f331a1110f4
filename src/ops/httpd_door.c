/* httpd_door.c - one door of the HTTP server: an evhttp and the socket that it listens at. */
#include "ops/httpd_door.h"

#include <errno.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>
#include <fcntl.h>
#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/log.h"
#include "net/tls_server.h"
#include "ops/request_head.h"
#include "ops/visitors.h"

#define PAUSE_MS 100            /* without descriptors: accepting again at once would only spin */

struct door {
	struct door_settings settings;
	struct evhttp *http;
	struct evconnlistener *listener;        /* the evhttp's */
	struct event *waiting;
	struct event *resume;
	struct log_gate gate;
};

/*
 * Of threads that race for descriptors another may be faster: then evhttp's listener only
 * looks in vain.
 */
static bool
has_descriptor(void)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	if (fd >= 0)
		(void)close(fd);
	return fd >= 0;
}

/*
 * A client waits.  libevent's listener does not rest when accept(2) finds no descriptor but
 * spins, and its error callback belongs to evhttp; so look before it does.
 */
static void
on_waiting(evutil_socket_t fd, short what, void *arg)
{
	struct door *door = arg;
	struct timeval wait = { 0, PAUSE_MS * 1000 };

	(void)fd;
	(void)what;
	if (has_descriptor())
		return;
	log_gated(&door->gate, 1, LOG_WARN, "HTTP clients wait: %s", strerror(errno));
	(void)evconnlistener_disable(door->listener);
	(void)event_del(door->waiting);
	(void)evtimer_add(door->resume, &wait);
}

static void
on_resume(evutil_socket_t fd, short what, void *arg)
{
	struct door *door = arg;

	(void)fd;
	(void)what;
	(void)evconnlistener_enable(door->listener);
	(void)event_add(door->waiting, NULL);
}

/* The callback of evhttp's listener: libevent would write a line of its own.  `arg` is evhttp's. */
static void
on_accept_error(struct evconnlistener *listener, void *arg)
{
	static struct log_gate gate;

	(void)listener;
	(void)arg;
	log_gated(&gate, 1, LOG_WARN, "HTTP clients wait: accept: %s", strerror(errno));
}

/* evhttp over a socket of our own making. */
static int
listen_with(struct event_base *loop, struct door *door, int fd)
{
	door->listener = evconnlistener_new(loop, NULL, NULL,
	    LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 0, fd);
	if (door->listener == NULL) {
		(void)close(fd);
		return ERR_NOMEM;
	}
	if (evhttp_bind_listener(door->http, door->listener) == NULL) {
		evconnlistener_free(door->listener);
		return ERR_NOMEM;
	}
	evconnlistener_set_error_cb(door->listener, on_accept_error);
	/* Added after the listener's own event, this one is called before it. */
	door->waiting = event_new(loop, fd, EV_READ | EV_PERSIST, on_waiting, door);
	return door->waiting == NULL || event_add(door->waiting, NULL) != 0 ? ERR_NOMEM : 0;
}

static void
on_request(struct evhttp_request *request, void *arg)
{
	struct door *door = arg;

	door->settings.request(&door->settings, request);
}

static struct bufferevent *
make_connection(struct event_base *loop, const struct door_settings *settings)
{
	struct ssl_st *session;
	struct bufferevent *connection;

	if (settings->kind != DOOR_TLS)
		return bufferevent_socket_new(loop, -1, BEV_OPT_CLOSE_ON_FREE);
	session = *settings->tls == NULL ? NULL : tls_server_session(*settings->tls);
	if (session == NULL)
		return NULL;
	connection = bufferevent_openssl_socket_new(loop, -1, session, BUFFEREVENT_SSL_ACCEPTING,
	    BEV_OPT_CLOSE_ON_FREE);
	if (connection == NULL)
		SSL_free(session);
	else
		bufferevent_openssl_set_allow_dirty_shutdown(connection, 1);
	return connection;
}

/* evhttp asks for a bufferevent for each fresh connection; its descriptor follows. */
static struct bufferevent *
on_connection(struct event_base *loop, void *arg)
{
	struct door *door = arg;
	struct bufferevent *connection = make_connection(loop, &door->settings);

	/* Without memory evhttp makes one of its own, which httpd shows out. */
	if (connection != NULL && visitors_admit(door->settings.visitors, connection,
	    &door->settings) != 0) {
		bufferevent_free(connection);
		return NULL;
	}
	return connection;
}

static void
configure(struct door *door)
{
	evhttp_set_max_headers_size(door->http, REQUEST_HEAD_MAX);
	evhttp_set_max_body_size(door->http, REQUEST_BODY_MAX);
	/* Every method gets an answer: 405, not evhttp's 501. */
	evhttp_set_allowed_methods(door->http,
	    EVHTTP_REQ_GET | EVHTTP_REQ_HEAD | EVHTTP_REQ_POST | EVHTTP_REQ_PUT |
	    EVHTTP_REQ_DELETE | EVHTTP_REQ_OPTIONS | EVHTTP_REQ_PATCH | EVHTTP_REQ_TRACE |
	    EVHTTP_REQ_CONNECT);
	evhttp_set_gencb(door->http, on_request, door);
	evhttp_set_bevcb(door->http, on_connection, door);
}

int
door_open(struct event_base *loop, const struct door_settings *settings, int fd, struct door **out)
{
	struct door *door = calloc(1, sizeof(*door));

	if (door == NULL)
		goto out;
	door->settings = *settings;
	door->http = evhttp_new(loop);
	door->resume = evtimer_new(loop, on_resume, door);
	if (door->http == NULL || door->resume == NULL)
		goto out;
	configure(door);
	if (listen_with(loop, door, fd) != 0) {
		door_close(door);
		return ERR_NOMEM;
	}
	*out = door;
	return 0;
out:
	(void)close(fd);
	door_close(door);
	return ERR_NOMEM;
}

void
door_close(struct door *door)
{
	if (door == NULL)
		return;
	if (door->waiting != NULL)
		event_free(door->waiting);      /* before evhttp closes its descriptor */
	if (door->http != NULL)
		evhttp_free(door->http);
	if (door->resume != NULL)
		event_free(door->resume);
	free(door);
}
