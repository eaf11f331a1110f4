/* lookup.c - the addresses of a host's name, by the system's resolvers and /etc/hosts. */
#include "net/lookup.h"

#include <ares.h>
#include <errno.h>
#include <event2/event.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/err.h"
#include "net/sock.h"

#define TRY_MS 1000             /* before the same question goes to the next server */
#define TRIES 3

/*
 * c-ares opens and closes sockets as it likes (ARES_OPT_SOCK_STATE_CB); each has an event
 * here.  A UDP and a TCP socket for each of a few servers: more than these are not watched,
 * and the deadline ends it.
 */
#define SOCKETS 16

struct lookup {
	ares_channel channel;
	bool channel_open;
	struct event *tick;             /* c-ares' own timeouts */
	struct event *deadline;         /* ours, and what defers `done` to the loop */
	struct event_base *loop;
	struct event *events[SOCKETS];
	int fds[SOCKETS];
	bool freeing;                   /* what c-ares still calls means nothing any more */
	int err;
	int lack;                       /* of our own: ERR_FULL or ERR_NOMEM; 0: of nothing */
	struct addr addrs[LOOKUP_MAX];
	size_t count;
	lookup_done_fn *done;
	void *arg;
};

static void
lookup_free(struct lookup *lookup)
{
	lookup->freeing = true;
	for (size_t i = 0; i < SOCKETS; i++)
		if (lookup->events[i] != NULL)
			event_free(lookup->events[i]);
	if (lookup->channel_open)
		ares_destroy(lookup->channel);
	if (lookup->tick != NULL)
		event_free(lookup->tick);
	if (lookup->deadline != NULL)
		event_free(lookup->deadline);
	free(lookup);
}

/* The one end of every lookup: the deadline has passed, or an answer has made it due at once. */
static void
on_deadline(evutil_socket_t fd, short what, void *arg)
{
	struct lookup *lookup = arg;
	lookup_done_fn *done = lookup->done;
	void *done_arg = lookup->arg;
	struct addr addrs[LOOKUP_MAX];
	size_t count = lookup->count;
	int err = lookup->err != 0 && lookup->lack != 0 ? lookup->lack : lookup->err;

	(void)fd;
	(void)what;
	memcpy(addrs, lookup->addrs, sizeof(addrs));
	lookup_free(lookup);
	done(done_arg, err, addrs, count);
}

static void
finish(struct lookup *lookup, int err)
{
	lookup->err = err;
	event_active(lookup->deadline, EV_TIMEOUT, 0);
}

static int
err_of_status(int status)
{
	switch (status) {
	case ARES_ENODATA:
	case ARES_ENOTFOUND:
		return ERR_NOTFOUND;
	case ARES_EBADNAME:
		return ERR_INVALID;
	case ARES_ETIMEOUT:
		return ERR_TIMEOUT;
	case ARES_ENOMEM:
		return ERR_NOMEM;
	default:                        /* c-ares may grow more */
		return ERR_SYSTEM;
	}
}

static void
on_answer(void *arg, int status, int timeouts, struct ares_addrinfo *info)
{
	struct lookup *lookup = arg;

	(void)timeouts;
	if (lookup->freeing) {
		ares_freeaddrinfo(info);
		return;
	}
	if (status != ARES_SUCCESS) {
		finish(lookup, err_of_status(status));
		return;
	}
	for (struct ares_addrinfo_node *node = info->nodes;
	    node != NULL && lookup->count < LOOKUP_MAX; node = node->ai_next) {
		struct addr_port addr_port;

		if (sock_to_addr(node->ai_addr, (socklen_t)node->ai_addrlen, &addr_port) == 0)
			lookup->addrs[lookup->count++] = addr_port.addr;
	}
	ares_freeaddrinfo(info);
	finish(lookup, lookup->count > 0 ? 0 : ERR_NOTFOUND);
}

/* Come back when c-ares wants to look at its own timeouts. */
static void
set_tick(struct lookup *lookup)
{
	struct timeval most = { 1, 0 }, wait;

	(void)event_add(lookup->tick, ares_timeout(lookup->channel, &most, &wait));
}

static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct lookup *lookup = arg;

	(void)fd;
	(void)what;
	ares_process_fd(lookup->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
	set_tick(lookup);
}

static void
on_socket(evutil_socket_t fd, short what, void *arg)
{
	struct lookup *lookup = arg;

	ares_process_fd(lookup->channel, (what & EV_READ) != 0 ? fd : ARES_SOCKET_BAD,
	    (what & EV_WRITE) != 0 ? fd : ARES_SOCKET_BAD);
	set_tick(lookup);
}

/* The place of a socket's event; NULL: it has none, and there is no room for one. */
static struct event **
event_of(struct lookup *lookup, int fd)
{
	struct event **empty = NULL;

	for (size_t i = 0; i < SOCKETS; i++) {
		if (lookup->events[i] != NULL && lookup->fds[i] == fd)
			return &lookup->events[i];
		if (lookup->events[i] == NULL && empty == NULL) {
			empty = &lookup->events[i];
			lookup->fds[i] = fd;
		}
	}
	return empty;
}

static void
on_socket_state(void *arg, ares_socket_t fd, int readable, int writable)
{
	struct lookup *lookup = arg;
	struct event **event = lookup->freeing ? NULL : event_of(lookup, fd);
	short what = (short)(EV_PERSIST | (readable ? EV_READ : 0) | (writable ? EV_WRITE : 0));

	if (event == NULL)
		return;
	if (*event != NULL) {
		event_free(*event);
		*event = NULL;
	}
	if (!readable && !writable)
		return;
	*event = event_new(lookup->loop, fd, what, on_socket, lookup);
	/* Without its event the socket stays silent and the deadline ends the lookup. */
	if (*event != NULL)
		(void)event_add(*event, NULL);
}

/*
 * c-ares' own sockets would do, but it calls a socket that cannot be had a server that does not
 * answer, and no server is to blame for that.
 */
static ares_socket_t
open_socket(int family, int type, int protocol, void *arg)
{
	struct lookup *lookup = arg;
	int fd = socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);

	if (fd < 0 && (errno == EMFILE || errno == ENFILE))
		lookup->lack = ERR_FULL;
	else if (fd < 0 && (errno == ENOMEM || errno == ENOBUFS))
		lookup->lack = ERR_NOMEM;
	return fd;
}

static int
close_socket(ares_socket_t fd, void *arg)
{
	(void)arg;
	return close(fd);
}

static int
connect_socket(ares_socket_t fd, const struct sockaddr *address, ares_socklen_t len, void *arg)
{
	(void)arg;
	return connect(fd, address, len);
}

static ares_ssize_t
receive(ares_socket_t fd, void *octets, size_t size, int flags, struct sockaddr *from,
    ares_socklen_t *from_len, void *arg)
{
	(void)arg;
	return recvfrom(fd, octets, size, flags, from, from_len);
}

static ares_ssize_t
send_parts(ares_socket_t fd, const struct iovec *parts, int count, void *arg)
{
	struct msghdr message = { .msg_iov = (struct iovec *)parts, .msg_iovlen = (size_t)count };

	(void)arg;
	return sendmsg(fd, &message, MSG_NOSIGNAL);
}

static const struct ares_socket_functions socket_functions = {
	.asocket = open_socket,
	.aclose = close_socket,
	.aconnect = connect_socket,
	.arecvfrom = receive,
	.asendv = send_parts,
};

/* Only that server, at its own port; files are left out. */
static bool
set_server(ares_channel channel, const struct addr_port *server)
{
	struct ares_addr_port_node node = { .udp_port = server->port, .tcp_port = server->port };

	node.family = server->addr.family == ADDR_IP6 ? AF_INET6 : AF_INET;
	if (server->addr.family == ADDR_IP6)
		memcpy(&node.addr.addr6, server->addr.octets, 16);
	else
		memcpy(&node.addr.addr4, server->addr.octets, 4);
	return ares_set_servers_ports(channel, &node) == ARES_SUCCESS;
}

static int
open_channel(struct lookup *lookup, const struct addr_port *server)
{
	char dns_only[] = "b";
	struct ares_options options = {
		.timeout = TRY_MS, .tries = TRIES, .lookups = dns_only, .ndots = 1,
		.sock_state_cb = on_socket_state, .sock_state_cb_data = lookup,
	};
	int mask = ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB;

	if (server != NULL)
		mask |= ARES_OPT_LOOKUPS | ARES_OPT_DOMAINS | ARES_OPT_NDOTS;

	int status = ares_init_options(&lookup->channel, &options, mask);

	if (status != ARES_SUCCESS)
		return err_of_status(status);
	lookup->channel_open = true;
	ares_set_socket_functions(lookup->channel, &socket_functions, lookup);
	return server == NULL || set_server(lookup->channel, server) ? 0 : ERR_NOMEM;
}

static void
ask(struct lookup *lookup, const char *name, const struct addr_port *server)
{
	/* A socket type keeps c-ares from listing each address once for each of them. */
	static const struct ares_addrinfo_hints hints = {
		.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM,
	};
	int err;

	/* c-ares 1.18 puts an address into the answer and asks for it all the same. */
	if (addr_parse(name, &lookup->addrs[0]) == 0) {
		lookup->count = 1;
		finish(lookup, 0);
		return;
	}
	err = name[0] == '\0' || strlen(name) > 254 ? ERR_INVALID : open_channel(lookup, server);
	if (err != 0) {
		finish(lookup, err);
		return;
	}
	ares_getaddrinfo(lookup->channel, name, NULL, &hints, on_answer, lookup);
	set_tick(lookup);
}

struct lookup *
lookup_start(struct event_base *loop, const char *name, const struct addr_port *server,
    uint64_t timeout_ms, lookup_done_fn *done, void *arg)
{
	struct timeval wait = { (time_t)(timeout_ms / 1000),
	    (suseconds_t)(timeout_ms % 1000 * 1000) };
	struct lookup *lookup = calloc(1, sizeof(*lookup));

	if (lookup == NULL)
		return NULL;
	lookup->loop = loop;
	lookup->done = done;
	lookup->arg = arg;
	lookup->err = ERR_TIMEOUT;
	lookup->deadline = evtimer_new(loop, on_deadline, lookup);
	lookup->tick = evtimer_new(loop, on_tick, lookup);
	if (lookup->deadline == NULL || lookup->tick == NULL ||
	    event_add(lookup->deadline, &wait) != 0) {
		lookup_free(lookup);
		return NULL;
	}
	ask(lookup, name, server);
	return lookup;
}

void
lookup_cancel(struct lookup *lookup)
{
	if (lookup != NULL)
		lookup_free(lookup);
}
