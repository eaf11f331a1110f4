/*
 * httpd_door.h - one door of the HTTP server: an evhttp and the socket that it listens at.
 * Thread: control.
 */
#ifndef ROLLCALL_OPS_HTTPD_DOOR_H
#define ROLLCALL_OPS_HTTPD_DOOR_H
#include "base/addr.h"

struct door;
struct event_base;
struct evhttp_request;
struct visitors;

struct door_settings {
	struct visitors *visitors;      /* borrowed, and needed until the door is closed */
	void (*request)(void *arg, struct evhttp_request *request);
	void *arg;
};

/* ERR_SYSTEM with errno, ERR_NOMEM. */
int door_open_tcp(struct event_base *loop, const struct door_settings *settings,
    const struct addr_port *at, struct door **out);
/* With all its connections.  NULL is allowed. */
void door_close(struct door *door);
const struct addr_port *door_bound(const struct door *door);
#endif
