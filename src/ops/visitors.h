/*
 * visitors.h - the limits on HTTP clients that evhttp has not: how many, and how long they may
 * take.
 *
 * evhttp's own timeout begins anew with every octet, so a client that drips would stay for ever.
 * Thread: control.
 */
#ifndef ROLLCALL_OPS_VISITORS_H
#define ROLLCALL_OPS_VISITORS_H
#include <stddef.h>
#include <stdint.h>

struct bufferevent;
struct event_base;
struct evhttp;
struct visitors;

/*
 * Watch over the connections of `http` from now on: with `max` of them a fresh one costs the
 * oldest its place, and who has not sent a request `request_ms` after connecting is shut
 * down.  NULL: no memory.
 */
struct visitors *visitors_new(struct event_base *loop, struct evhttp *http, size_t max,
    uint64_t request_ms);
/* After the evhttp. */
void visitors_free(struct visitors *visitors);

/* The request of this connection is here: it has as long again to take its reply. */
void visitors_answered(struct visitors *visitors, const struct bufferevent *connection);
size_t visitors_count(const struct visitors *visitors);
#endif
