/*
 * doors_tls.h - the door of those who write from elsewhere: TLS by an authority of our own, and a
 * token.  Thread: control.
 *
 * Below state.dir: tls/ca.crt, tls/ca.key, tls/server.crt, tls/server.key (net/authority.h), and
 * api/token unless http.tokenFile names another file.  GET /rollcall/v1/kubeconfig, for who may
 * write, is a kubeconfig with all that kubectl needs of them.
 */
#ifndef ROLLCALL_DAEMON_DOORS_TLS_H
#define ROLLCALL_DAEMON_DOORS_TLS_H

struct config;
struct doors_tls;
struct rollcall;

/* Before privileges are given up: listen at http.listenTLS.  ERR_SYSTEM, ERR_NOMEM; said. */
int doors_tls_bind(struct rollcall *rollcall, struct doors_tls **out);
/*
 * After that: certificate and token.  ERR_SYSTEM, ERR_INVALID, ERR_NOMEM; said.  Without a token
 * there is reading only, which is said too.
 */
int doors_tls_start(struct doors_tls *tls);
/* After a reload. */
void doors_tls_update(struct doors_tls *tls, const struct config *before);
/* Once a second: the certificate is renewed before it ends, and when addresses have changed. */
void doors_tls_tick(struct doors_tls *tls);
/* After the httpd.  NULL is allowed. */
void doors_tls_free(struct doors_tls *tls);
#endif
