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
struct visitors;

/*
 * With `max` connections a fresh one costs another its place: the one that has waited longest
 * without a request, else the one whose request is oldest.  Who has not sent a request
 * `request_ms` after connecting, or takes nothing of his reply for as long, is shut down.  NULL:
 * no memory.
 */
struct visitors *visitors_new(struct event_base *loop, size_t max, uint64_t request_ms);
/* After all connections. */
void visitors_free(struct visitors *visitors);

/* Watch over this connection from now on.  ERR_NOMEM. */
int visitors_admit(struct visitors *visitors, struct bufferevent *connection);
/* The request of this connection is here: from now on it only has to take its reply. */
void visitors_answered(struct visitors *visitors, const struct bufferevent *connection);
/* Its reply has left: the next request may come. */
void visitors_served(struct visitors *visitors, const struct bufferevent *connection);
size_t visitors_count(const struct visitors *visitors);
#endif
