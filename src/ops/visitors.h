/*
 * visitors.h - the limits on HTTP clients that evhttp has not: how many, and how long they may
 * take.
 *
 * evhttp's own timeout begins anew with every octet, so a client that drips would stay for ever.
 * Thread: control.
 */
#ifndef ROLLCALL_OPS_VISITORS_H
#define ROLLCALL_OPS_VISITORS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bufferevent;
struct event_base;
struct strbuf;
struct visitors;

/*
 * With `max` connections a fresh one costs another its place: the one that has waited longest
 * without a request, else the one whose request is oldest.  Who has not sent a request
 * `request_ms` after its first octet (or connecting), or takes nothing of his reply for as long, is
 * shut down; between two requests there is a minute.  NULL: no memory.
 */
struct visitors *visitors_new(struct event_base *loop, size_t max, uint64_t request_ms);
/* After all connections. */
void visitors_free(struct visitors *visitors);

/*
 * What is asked of a head before evhttp sees it, and before a body is taken in.  `head` is all of it, or
 * NULL: it has become too long, or (`len` not 0) evhttp itself has refused with that status.  true:
 * come in, with *writer as visitors_answered() gives it back.  false: `refusal` is what is sent
 * instead, before the connection ends.
 */
typedef bool visitors_ask_fn(void *arg, const void *door, struct bufferevent *connection,
    const char *head, size_t len, bool *writer, struct strbuf *refusal);
void visitors_set_ask(struct visitors *visitors, visitors_ask_fn *ask, void *arg);

/* Watch over this connection, which has come through that door, from now on.  ERR_NOMEM. */
int visitors_admit(struct visitors *visitors, struct bufferevent *connection, const void *door);
/*
 * The request of this connection is here: from now on it only has to take its reply.  false: nobody
 * watches over it.
 */
bool visitors_answered(struct visitors *visitors, const struct bufferevent *connection,
    bool *writer);
/* Its reply has left: the next request may come. */
void visitors_served(struct visitors *visitors, const struct bufferevent *connection);
size_t visitors_count(const struct visitors *visitors);
#endif
