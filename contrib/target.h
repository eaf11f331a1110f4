/* target.h - what the parts of the target program share: its listeners and their connections. */
#ifndef ROLLCALL_CONTRIB_TARGET_H
#define ROLLCALL_CONTRIB_TARGET_H
#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/addr.h"

struct connection;
struct listener;

/* A kind of service. */
struct service {
	const char *option;
	/* A connection came in; takes over `fd`, which does not block. */
	void (*accept)(struct listener *listener, int fd);
	bool refuses;           /* when broken nobody listens, rather than saying so */
};
extern const struct service service_http, service_tcp, service_grpc;

struct listener {
	struct targets *targets;
	const struct service *service;
	const char *name;
	struct addr_port at;
	struct event *event;    /* NULL: not listening now */
	int fd;
	bool broken;            /* a file of its name is in the folder given by --break */
	bool paused;            /* no descriptors are left to accept with */
};

/* A connection that could not be served at once.  Services put their own state behind it. */
struct connection {
	struct listener *listener;
	struct event event;
	int fd;
	/* frees what the service added; may be NULL */
	void (*clear)(struct connection *connection);
	struct connection *next, *previous;
};

/*
 * Zeroed memory of `size` octets; `ready` is called while the socket is readable.  NULL: fd is
 * closed.
 */
struct connection *connection_new(struct listener *listener, int fd, size_t size,
    event_callback_fn ready);
/* Wait for these instead. */
void connection_wait(struct connection *connection, short what);
/* Close and free. */
void connection_end(struct connection *connection);
#endif
