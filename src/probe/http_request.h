/* http_request.h - the request that an HTTP probe sends.  Thread: any; pure. */
#ifndef ROLLCALL_PROBE_HTTP_REQUEST_H
#define ROLLCALL_PROBE_HTTP_REQUEST_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/strbuf.h"
#include "model/probe_spec.h"

struct http_request {
	const char *host;               /* a name or address, without brackets */
	uint16_t port;
	const char *target;             /* url_add_target, url_resolve */
	const struct http_header *headers;
	size_t header_count;
	bool host_from_headers;         /* a Host among the headers is what is sent */
	const char *user_agent;
};

/*
 * Add the request to `out`.  The headers are canonicalised and sent in their order; User-Agent
 * and Accept among them replace ours, and remove them where empty; those that describe the
 * connection or a body are left out, since both are ours to decide.  ERR_INVALID: a header
 * holds a control character or its name is none; ERR_NOMEM.  Kubernetes: HTTPGetAction.httpHeaders.
 */
int http_request_add(struct strbuf *out, const struct http_request *request);
#endif
