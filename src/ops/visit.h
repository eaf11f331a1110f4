/*
 * visit.h - one HTTP request and its reply, whole or in pieces.  Thread: control.
 *
 * The life of a visit: httpd gives it to the handler of its route, which owns it from then on and
 * ends it by exactly one of
 *     visit_reply()                                        all at once, or
 *     visit_begin(), visit_more() ..., visit_end()         in pieces, now or in later turns.
 * A handler may keep the visit and answer later.  If the client goes before that, `gone` is
 * called and the visit is no more; without a `gone` function nobody is told, so a handler that
 * returns before the visit has ended must set one (visit_set_flow).
 * To a HEAD request reply as to GET: what the body says is left out on the wire.
 */
#ifndef ROLLCALL_OPS_VISIT_H
#define ROLLCALL_OPS_VISIT_H
#include <stdbool.h>
#include <stddef.h>

struct visit;

enum visit_method { VISIT_GET, VISIT_HEAD, VISIT_POST, VISIT_PUT, VISIT_PATCH, VISIT_DELETE,
	VISIT_OPTIONS, VISIT_OTHER };

enum visit_method visit_method(const struct visit *visit);
/* Decoded once; begins with "/", has no dot segment and no doubled slash. */
const char *visit_path(const struct visit *visit);
/* Decoded; "" for a key without value; the first of several.  NULL: not there. */
const char *visit_query(const struct visit *visit, const char *key);
/* The first such header of the request; NULL: not there. */
const char *visit_header(const struct visit *visit, const char *name);
/* The body, no C string; never NULL.  At most 1 MiB.  NULL with *len 0: no memory. */
const char *visit_body(const struct visit *visit, size_t *len);
/* Over the Unix socket, or over TLS with the token.  Also: sees what readers may not. */
bool visit_may_write(const struct visit *visit);

/* A header of the reply, before it is begun.  `value` without line ends. */
void visit_set_header(struct visit *visit, const char *name, const char *value);

/* The whole reply; ends the visit.  Status 204 and 304 have no body whatever is given. */
void visit_reply(struct visit *visit, int status, const char *type, const void *body, size_t len);

/*
 * The head of a reply that comes in pieces; then its pieces.  The text is always taken.  false:
 * there is enough under way (64 KiB), or the client cannot be served any longer; give more when
 * `drained` is called.  The visit ends with visit_end() only.
 */
void visit_begin(struct visit *visit, int status, const char *type);
bool visit_more(struct visit *visit, const void *text, size_t len);
void visit_end(struct visit *visit);
/* Octets given and not yet taken by the client's kernel. */
size_t visit_waiting(const struct visit *visit);
/* Break off: the client sees that the reply is not whole.  Ends the visit, without `gone`. */
void visit_abort(struct visit *visit);

/*
 * drained: what visit_more() queued has left; called from the loop, never inside visit_more().
 * gone: the client closed or was shown out; the visit is freed behind the call.  Both may be
 * NULL.
 */
void visit_set_flow(struct visit *visit, void (*drained)(void *arg), void (*gone)(void *arg),
    void *arg);
#endif
