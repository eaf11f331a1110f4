/* url.h - the little of RFC 3986 that httpGet.path and redirects need.  Thread: any; pure. */
#ifndef ROLLCALL_PROBE_URL_H
#define ROLLCALL_PROBE_URL_H
#include <stdbool.h>
#include <stdint.h>

#include "base/strbuf.h"

/*
 * Add the request target for an httpGet.path: a URL reference whose query is kept and whose
 * fragment, scheme and host are not; what does not parse as one is taken as a raw path
 * (kubelet, pkg/probe/http). It begins with '/' and holds printable ASCII without spaces only.
 */
void url_add_target(struct strbuf *out, const char *reference);

struct url {
	bool https;
	bool scheme_stated;
	char *host;             /* without brackets; the base's where none is stated */
	uint16_t port;
	char *target;           /* path and query, as above */
};

/*
 * Where `location` leads from `base` (RFC 3986, 5.2).  url_release frees what is in `out`.
 * ERR_SYNTAX, ERR_INVALID: a scheme other than http and https; ERR_NOMEM.
 */
int url_resolve(const struct url *base, const char *location, struct url *out);
void url_release(struct url *url);

/* The same host: equal names but for case, or texts of the same address. */
bool url_same_host(const char *a, const char *b);
#endif
