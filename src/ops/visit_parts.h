/* visit_parts.h - how httpd makes a visit out of evhttp's request.  Thread: control. */
#ifndef ROLLCALL_OPS_VISIT_PARTS_H
#define ROLLCALL_OPS_VISIT_PARTS_H
#include <stdbool.h>

struct evhttp_request;
struct visit;

/*
 * A visit that owns the request's reply.  ERR_INVALID, ERR_NOTFOUND: there is one, but what it asks
 * for cannot be (request_target_parse()).  ERR_NOMEM: there is none, and the request is the
 * caller's still.
 */
int visit_open(struct evhttp_request *request, bool may_write, struct visit **out);
#endif
