/* target_http.c - an HTTP service with /healthz; one request a connection. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "target.h"

#define REQUEST_MAX 8192
/* Who has not asked after so long is not going to. */
#define PATIENCE_S 10

struct http_connection {
	struct connection connection;
	size_t len;
	char request[REQUEST_MAX];
};

static bool
asks_for(const char *request, const char *path)
{
	size_t len = strlen(path);

	return strncmp(request, "GET ", 4) == 0 && strncmp(request + 4, path, len) == 0 &&
	    (request[4 + len] == ' ' || request[4 + len] == '?');
}

static void
answer(const struct listener *listener, int fd, const char *request)
{
	const char *status = "404 Not Found", *body = "not here";
	char reply[512];

	if (asks_for(request, "/healthz")) {
		status = listener->broken ? "503 Service Unavailable" : "200 OK";
		body = listener->broken ? "broken" : "ok";
	} else if (asks_for(request, "/")) {
		status = "200 OK";
		body = listener->name;
	}
	int len = snprintf(reply, sizeof(reply),
	    "HTTP/1.1 %s\r\nContent-Type: text/plain\r\nContent-Length: %zu\r\n"
	    "Connection: close\r\n\r\n%.255s\n",
	    status, strnlen(body, 255) + 1, body);

	/* A fresh connection has room for it. */
	(void)!send(fd, reply, (size_t)len, MSG_NOSIGNAL);
}

/* Take in what has come; true: the connection is of no more use. */
static bool
take(const struct listener *listener, int fd, char *request, size_t *len)
{
	ssize_t n = recv(fd, request + *len, REQUEST_MAX - 1 - *len, 0);

	if (n <= 0)
		return n == 0 || errno != EAGAIN;
	*len += (size_t)n;
	request[*len] = '\0';
	if (strstr(request, "\r\n\r\n") == NULL && strstr(request, "\n\n") == NULL)
		return *len == REQUEST_MAX - 1;
	answer(listener, fd, request);
	return true;
}

static void
http_ready(evutil_socket_t fd, short what, void *arg)
{
	struct http_connection *http = arg;

	if ((what & EV_TIMEOUT) != 0 ||
	    take(http->connection.listener, fd, http->request, &http->len))
		connection_end(&http->connection);
}

static void
http_accept(struct listener *listener, int fd)
{
	char request[REQUEST_MAX];
	size_t len = 0;

	/* Mostly the whole request is there already, and the connection needs no memory. */
	if (take(listener, fd, request, &len)) {
		close(fd);
		return;
	}
	struct connection *connection =
	    connection_new(listener, fd, sizeof(struct http_connection), http_ready);
	struct http_connection *http = (struct http_connection *)connection;

	if (http == NULL)
		return;
	memcpy(http->request, request, len);
	http->len = len;
	event_add(&http->connection.event, &(struct timeval){ .tv_sec = PATIENCE_S });
}

const struct service service_http = { "--http", http_accept, false };
