/* httpd.c - the way in over HTTP: requests checked and given to who has their route. */
#include "ops/httpd.h"

#include <errno.h>
#include <event2/bufferevent.h>
#include <event2/http.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h"
#include "base/strbuf.h"
#include "net/local_socket.h"
#include "net/sock.h"
#include "ops/gate.h"
#include "ops/httpd_door.h"
#include "ops/request_head.h"
#include "ops/status.h"
#include "ops/visit.h"
#include "ops/visit_parts.h"
#include "ops/visitors.h"

#define CONNECTIONS_MAX 1000
#define REQUEST_MS 5000
#define PREFIXES_MAX 64
#define PAGE_MAX 64             /* no page has a longer path */

#define READING (1u << VISIT_GET | 1u << VISIT_HEAD)
#define ASKING (READING | 1u << VISIT_OPTIONS)

struct route {
	const char *prefix;
	size_t len;                     /* of it, without a last "/" */
	httpd_handler *handler;
	void *arg;
	bool is_page;
};

struct tls_door {
	struct door *door;
	struct addr_port bound;
};

struct httpd {
	struct event_base *loop;
	struct visitors *visitors;
	struct gate *gate;
	struct door *plain;
	struct addr_port bound;         /* the plain one */
	struct door *local;
	struct local_socket *socket;    /* ... and its path */
	struct tls_door *tls_doors;
	size_t tls_count;
	struct tls_server *tls;
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

/* ---- before evhttp sees it ---- */

static const char *
phrase_of(int code)
{
	static const struct { int code; const char *phrase; } phrases[] = {
		{ 400, "Bad Request" }, { 401, "Unauthorized" }, { 403, "Forbidden" },
		{ 405, "Method Not Allowed" }, { 408, "Request Timeout" },
		{ 413, "Content Too Large" }, { 417, "Expectation Failed" },
		{ 421, "Misdirected Request" }, { 431, "Request Header Fields Too Large" },
		{ 501, "Not Implemented" }, { 505, "HTTP Version Not Supported" },
	};

	for (size_t i = 0; i < sizeof(phrases) / sizeof(phrases[0]); i++)
		if (phrases[i].code == code)
			return phrases[i].phrase;
	return "Error";
}

static void
write_refusal(const struct request_head *head, int code, const char *why, const char *allow,
    struct strbuf *out)
{
	struct status status = { .code = code, .message = why };
	json_t *object = status_object(&status);
	char *text = object == NULL ? NULL : json_dumps(object, JSON_COMPACT);

	json_decref(object);
	if (text == NULL)
		return;
	strbuf_addf(out, "HTTP/1.1 %d %s\r\nContent-Type: application/json\r\n"
	    "Content-Length: %zu\r\nCache-Control: no-store\r\nConnection: close\r\n", code,
	    phrase_of(code), strlen(text));
	if (code == 401)
		strbuf_add(out, "WWW-Authenticate: Bearer realm=\"rollcall\"\r\n");
	if (allow != NULL)
		strbuf_addf(out, "Allow: %s\r\n", allow);
	strbuf_add(out, "\r\n");
	if (head->method != VISIT_HEAD)
		strbuf_add(out, text);
	free(text);
}

static bool
is_page(const struct httpd *httpd, const struct request_head *head)
{
	char path[PAGE_MAX + 1];
	const struct route *route;

	if (head->path.len > PAGE_MAX)
		return false;
	(void)memcpy(path, head->path.text, head->path.len);
	path[head->path.len] = '\0';
	route = find_route(httpd, path);
	return route != NULL && route->is_page;
}

/* 0: come in.  What nobody may do is refused before its body is taken in. */
static int
check(const struct httpd *httpd, enum door_kind door, struct bufferevent *connection,
    const struct request_head *head, bool *writer, const char **why, const char **allow)
{
	struct gate_verdict verdict;
	bool is_peer = door == DOOR_LOCAL &&
	    local_socket_admits(httpd->socket, bufferevent_getfd(connection));
	bool has_body = head->content_length > 0 || head->is_chunked;

	gate_ask(httpd->gate, door, is_peer, head, &verdict);
	*why = verdict.why;
	*writer = verdict.is_writer;
	if (verdict.code != 0)
		return verdict.code;
	if (!(READING >> head->method & 1) && is_page(httpd, head)) {
		*why = "the server does not allow this method on the requested resource";
		*allow = "GET, HEAD";
		return 405;
	}
	if (!(ASKING >> head->method & 1) && !verdict.is_writer)
		return gate_refuse_write(door, why);
	if (has_body && !verdict.is_writer) {
		*why = "who only reads sends no body";
		return 413;
	}
	return 0;
}

static bool
on_head(void *arg, const void *door, struct bufferevent *connection, const char *text, size_t len,
    bool *writer, struct strbuf *refusal)
{
	const struct door_settings *settings = door;
	const struct httpd *httpd = arg;
	struct request_head head = { .method = VISIT_GET };
	const char *why = "the request cannot be read", *allow = NULL;
	int code;

	if (text == NULL && len == 0) {
		code = 431;
		why = "the head of the request is longer than 8 KiB";
	} else if (text == NULL) {
		code = len >= 400 && len < 600 ? (int)len : 400;
		if (code == 413)
			why = "the body is larger than 1 MiB";
	} else {
		code = request_head_read(text, len, &head, &why);
		if (code == 405)
			allow = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";
		if (code == 0)
			code = check(httpd, settings->kind, connection, &head, writer, &why,
			    &allow);
	}
	if (code == 0)
		return true;
	write_refusal(&head, code, why, allow, refusal);
	return false;
}

/* ---- requests ---- */

static void
on_request(const struct door_settings *door, struct evhttp_request *request)
{
	struct httpd *httpd = door->arg;
	struct evhttp_connection *evcon = evhttp_request_get_connection(request);
	struct visit *visit;
	bool writer = false;
	int err = ERR_NOMEM;

	/* Without memory evhttp made a connection that nobody asked anything. */
	if (visitors_answered(httpd->visitors, evhttp_connection_get_bufferevent(evcon), &writer)) {
		evhttp_request_set_on_complete_cb(request, on_served, httpd);
		err = visit_open(request, writer, &visit);
	}
	if (err == ERR_NOMEM)
		evhttp_send_error(request, HTTP_SERVUNAVAIL, NULL);
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
	httpd->gate = gate_new();
	if (httpd->visitors == NULL || httpd->gate == NULL) {
		httpd_free(httpd);
		return ERR_NOMEM;
	}
	visitors_set_ask(httpd->visitors, on_head, httpd);
	*out = httpd;
	return 0;
}

static void
close_tls(struct tls_door *doors, size_t count)
{
	for (size_t i = 0; i < count; i++)
		door_close(doors[i].door);
	free(doors);
}

void
httpd_free(struct httpd *httpd)
{
	if (httpd == NULL)
		return;
	door_close(httpd->plain);
	httpd_close_local(httpd);
	close_tls(httpd->tls_doors, httpd->tls_count);
	visitors_free(httpd->visitors);
	gate_free(httpd->gate);
	free(httpd);
}

static int
open_door(struct httpd *httpd, enum door_kind kind, int fd, struct door **out)
{
	struct door_settings settings = { .kind = kind, .visitors = httpd->visitors,
		.request = on_request, .arg = httpd, .tls = &httpd->tls };

	return door_open(httpd->loop, &settings, fd, out);
}

/*
 * Whose machine has vanished says nothing any more, and a watch has nothing to say for long: asked
 * after a minute, gone half a minute later.  What is accepted has it from the listening socket
 * (tcp(7)).
 */
static void
keep_alive(int fd)
{
	static const struct { int level, name, value; } options[] = {
		{ SOL_SOCKET, SO_KEEPALIVE, 1 }, { IPPROTO_TCP, TCP_KEEPIDLE, 60 },
		{ IPPROTO_TCP, TCP_KEEPINTVL, 10 }, { IPPROTO_TCP, TCP_KEEPCNT, 3 },
	};

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		(void)setsockopt(fd, options[i].level, options[i].name, &options[i].value,
		    sizeof(options[i].value));
}

static int
open_tcp(struct httpd *httpd, enum door_kind kind, const struct addr_port *at, struct door **door,
    struct addr_port *bound)
{
	int fd;
	int err = sock_listen_tcp(at, SOCK_FLAG_NONBLOCK, SOMAXCONN, &fd);

	if (err != 0)
		return err;
	err = sock_bound(fd, bound);
	if (err != 0) {
		(void)close(fd);
		return err;
	}
	keep_alive(fd);
	return open_door(httpd, kind, fd, door);
}

int
httpd_listen(struct httpd *httpd, const struct addr_port *at)
{
	struct addr_port bound;
	struct door *door;
	int err = open_tcp(httpd, DOOR_PLAIN, at, &door, &bound);

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
httpd_listen_tls(struct httpd *httpd, const struct addr_port *at, size_t count, size_t *failed)
{
	struct tls_door *doors = count == 0 ? NULL : calloc(count, sizeof(*doors));
	int err = count > 0 && doors == NULL ? ERR_NOMEM : 0;
	size_t opened = 0;

	*failed = 0;
	while (err == 0 && opened < count) {
		err = open_tcp(httpd, DOOR_TLS, &at[opened], &doors[opened].door,
		    &doors[opened].bound);
		if (err == 0)
			opened++;
	}
	if (err != 0) {
		int saved = errno;

		*failed = opened;
		close_tls(doors, opened);
		errno = saved;
		return err;
	}
	close_tls(httpd->tls_doors, httpd->tls_count);
	httpd->tls_doors = doors;
	httpd->tls_count = count;
	return 0;
}

void
httpd_set_tls(struct httpd *httpd, struct tls_server *tls)
{
	httpd->tls = tls;
}

const struct addr_port *
httpd_tls_bound(const struct httpd *httpd, size_t i)
{
	return i < httpd->tls_count ? &httpd->tls_doors[i].bound : NULL;
}

void
httpd_set_hosts(struct httpd *httpd, const char *const *names, size_t count)
{
	gate_set_hosts(httpd->gate, names, count);
}

void
httpd_set_token(struct httpd *httpd, const char *token)
{
	gate_set_token(httpd->gate, token);
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
