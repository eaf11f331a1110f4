/*
 * httpd.h - the way in over HTTP: doors to listen at, one table of routes behind them.
 * Thread: control.
 *
 * Doors: plain TCP, where everybody may read and nobody write; TLS, where who has the token may
 * write; the Unix socket, where its owner and group may.  Each request is checked (size, path,
 * Host, permission) before a handler sees it, as a visit (visit.h).
 */
#ifndef ROLLCALL_OPS_HTTPD_H
#define ROLLCALL_OPS_HTTPD_H
#include <stdbool.h>
#include <stddef.h>

#include "base/addr.h"

struct event_base;
struct httpd;
struct local_socket_settings;
struct tls_server;
struct visit;

/* Owns the visit until it has ended it. */
typedef void httpd_handler(void *arg, struct visit *visit);

int httpd_new(struct event_base *loop, struct httpd **out);
/* Closes all doors; handlers that keep visits are told that they are gone. */
void httpd_free(struct httpd *httpd);

/*
 * Listen for plain HTTP; in place of where that was done before, if it works.  ERR_SYSTEM with errno,
 * ERR_NOMEM.
 */
int httpd_listen(struct httpd *httpd, const struct addr_port *at);
void httpd_close_plain(struct httpd *httpd);
/* NULL: nowhere. */
const struct addr_port *httpd_bound(const struct httpd *httpd);

/* The same at a Unix socket; the errors of local_socket_open(). */
int httpd_listen_local(struct httpd *httpd, const struct local_socket_settings *settings);
void httpd_close_local(struct httpd *httpd);
const char *httpd_local_path(const struct httpd *httpd);

/*
 * The same over TLS at each of these addresses; none: nowhere.  *failed: which one cannot be had.
 * Nobody is served before there is a certificate.
 */
int httpd_listen_tls(struct httpd *httpd, const struct addr_port *at, size_t count, size_t *failed);
/* Borrowed until the httpd is freed. */
void httpd_set_tls(struct httpd *httpd, struct tls_server *tls);
/* NULL: there are not so many. */
const struct addr_port *httpd_tls_bound(const struct httpd *httpd, size_t i);
/* Names that requests may be for besides the host's own (gate.h); borrowed. */
void httpd_set_hosts(struct httpd *httpd, const char *const *names, size_t count);
/* Who brings this over TLS may write; NULL: nobody may.  Copied. */
void httpd_set_token(struct httpd *httpd, const char *token);

/*
 * "/x" takes "/x" and "/x/...", "/" takes what nobody else does; the longest prefix wins.  `prefix`
 * is borrowed.  ERR_EXISTS, ERR_FULL (64).
 */
int httpd_route(struct httpd *httpd, const char *prefix, httpd_handler *handler, void *arg);
/* The same for pages that only know GET and HEAD: others are answered with 405. */
int httpd_route_page(struct httpd *httpd, const char *prefix, httpd_handler *handler, void *arg);
#endif
