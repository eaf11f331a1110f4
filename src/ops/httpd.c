/* httpd.c - the way in over HTTP: requests checked and given to who has their route. */
#include "ops/httpd.h"

#include <event2/bufferevent.h>
#include <event2/http.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h"
#include "net/local_socket.h"
#include "net/sock.h"
#include "ops/httpd_door.h"
#include "ops/status.h"
#include "ops/visit.h"
#include "ops/visit_parts.h"
#include "ops/visitors.h"

#define CONNECTIONS_MAX 1000
#define REQUEST_MS 5000
#define PREFIXES_MAX 64

#define READING (1u << VISIT_GET | 1u << VISIT_HEAD)
#define ASKING (READING | 1u << VISIT_OPTIONS)

struct route {
	const char *prefix;
	size_t len;                     /* of it, without a last "/" */
	httpd_handler *handler;
	void *arg;
	bool is_page;
};

struct httpd {
	struct event_base *loop;
	struct visitors *visitors;
	struct door *plain;
	struct addr_port bound;         /* the plain one */
	struct door *local;
	struct local_socket *socket;    /* ... and its path */
	struct route routes[PREFIXES_MAX];
	size_t route_count;
};

static const struct route *
find_route(const struct httpd *httpd, const char *path)
{
	const struct route *found = NULL;

	for (size_t i = 0; i < httpd->route_count; i++) {
		const struct route *route = &httpd->routes[i];

		if (strncmp(path, route->prefix, route->len) == 0 &&
		    (path[route->len] == '\0' || path[route->len] == '/') &&
		    (found == NULL || route->len > found->len))
			found = route;
	}
	return found;
}

static void
dispatch(const struct httpd *httpd, struct visit *visit)
{
	const struct route *route = find_route(httpd, visit_path(visit));

	if (route == NULL)
		status_say(visit, 404, "the server could not find the requested resource");
	else if (!status_allows(visit, route->is_page ? READING : ~(1u << VISIT_OTHER)))
		return;
	else if (!visit_may_write(visit) && !(ASKING >> visit_method(visit) & 1))
		status_say(visit, 403, "plain HTTP is read-only: write over the Unix socket "
		    "(http.socket), or over TLS (http.listenTLS) with the bearer token of "
		    "http.tokenFile");
	else
		route->handler(route->arg, visit);
}

static void
on_served(struct evhttp_request *request, void *arg)
{
	struct httpd *httpd = arg;
	struct evhttp_connection *connection = evhttp_request_get_connection(request);

	if (connection != NULL)
		visitors_served(httpd->visitors, evhttp_connection_get_bufferevent(connection));
}

/* May who sent this do more than read? */
static bool
may_write(const struct httpd *httpd, enum door_kind kind, struct bufferevent *connection)
{
	return kind == DOOR_LOCAL &&
	    local_socket_admits(httpd->socket, bufferevent_getfd(connection));
}

static void
on_request(const struct door_settings *door, struct evhttp_request *request)
{
	struct httpd *httpd = door->arg;
	struct evhttp_connection *evcon = evhttp_request_get_connection(request);
	struct bufferevent *connection = evhttp_connection_get_bufferevent(evcon);
	bool writer = may_write(httpd, door->kind, connection);
	struct visit *visit;
	int err;

	visitors_answered(httpd->visitors, connection);
	evhttp_request_set_on_complete_cb(request, on_served, httpd);
	err = visit_open(request, writer, &visit);
	if (err == ERR_NOMEM)
		evhttp_send_error(request, HTTP_SERVUNAVAIL, NULL);
	else if (door->kind == DOOR_LOCAL && !writer)
		status_say(visit, 403, "the socket is for root, its owner and its group");
	else if (err == ERR_INVALID)
		status_say(visit, 400, "the path or the query of the request is malformed");
	else if (err == ERR_NOTFOUND)
		status_say(visit, 404, "the server could not find the requested resource");
	else
		dispatch(httpd, visit);
}

int
httpd_new(struct event_base *loop, struct httpd **out)
{
	struct httpd *httpd = calloc(1, sizeof(*httpd));

	if (httpd == NULL)
		return ERR_NOMEM;
	httpd->loop = loop;
	httpd->visitors = visitors_new(loop, CONNECTIONS_MAX, REQUEST_MS);
	if (httpd->visitors == NULL) {
		free(httpd);
		return ERR_NOMEM;
	}
	*out = httpd;
	return 0;
}

void
httpd_free(struct httpd *httpd)
{
	if (httpd == NULL)
		return;
	door_close(httpd->plain);
	httpd_close_local(httpd);
	visitors_free(httpd->visitors);
	free(httpd);
}

static int
open_door(struct httpd *httpd, enum door_kind kind, int fd, struct door **out)
{
	struct door_settings settings = { .kind = kind, .visitors = httpd->visitors,
		.request = on_request, .arg = httpd };

	return door_open(httpd->loop, &settings, fd, out);
}

int
httpd_listen(struct httpd *httpd, const struct addr_port *at)
{
	struct addr_port bound;
	struct door *door;
	int fd;
	int err = sock_listen_tcp(at, SOCK_FLAG_NONBLOCK, SOMAXCONN, &fd);

	if (err != 0)
		return err;
	err = sock_bound(fd, &bound);
	if (err != 0) {
		(void)close(fd);
		return err;
	}
	err = open_door(httpd, DOOR_PLAIN, fd, &door);
	if (err != 0)
		return err;
	door_close(httpd->plain);
	httpd->plain = door;
	httpd->bound = bound;
	return 0;
}

void
httpd_close_plain(struct httpd *httpd)
{
	door_close(httpd->plain);
	httpd->plain = NULL;
}

const struct addr_port *
httpd_bound(const struct httpd *httpd)
{
	return httpd->plain == NULL ? NULL : &httpd->bound;
}

int
httpd_listen_local(struct httpd *httpd, const struct local_socket_settings *settings)
{
	struct local_socket *socket;
	struct door *door;
	int err = local_socket_open(settings, &socket);

	if (err != 0)
		return err;
	err = open_door(httpd, DOOR_LOCAL, local_socket_take(socket), &door);
	if (err != 0) {
		local_socket_close(socket);
		return err;
	}
	httpd_close_local(httpd);
	httpd->local = door;
	httpd->socket = socket;
	return 0;
}

void
httpd_close_local(struct httpd *httpd)
{
	door_close(httpd->local);
	local_socket_close(httpd->socket);
	httpd->local = NULL;
	httpd->socket = NULL;
}

const char *
httpd_local_path(const struct httpd *httpd)
{
	return httpd->socket == NULL ? NULL : local_socket_path(httpd->socket);
}

static int
add_route(struct httpd *httpd, struct route route)
{
	route.len = strlen(route.prefix);
	if (route.len > 0 && route.prefix[route.len - 1] == '/')
		route.len--;
	for (size_t i = 0; i < httpd->route_count; i++)
		if (strcmp(httpd->routes[i].prefix, route.prefix) == 0)
			return ERR_EXISTS;
	if (httpd->route_count == PREFIXES_MAX)
		return ERR_FULL;
	httpd->routes[httpd->route_count++] = route;
	return 0;
}

int
httpd_route(struct httpd *httpd, const char *prefix, httpd_handler *handler, void *arg)
{
	return add_route(httpd, (struct route){ .prefix = prefix, .handler = handler, .arg = arg });
}

int
httpd_route_page(struct httpd *httpd, const char *prefix, httpd_handler *handler, void *arg)
{
	return add_route(httpd, (struct route){ .prefix = prefix, .handler = handler, .arg = arg,
	    .is_page = true });
}
