/* probe_tls.h - TLS on an attempt's socket; failures end the attempt by name.  Thread: control. */
#ifndef ROLLCALL_PROBE_PROBE_TLS_H
#define ROLLCALL_PROBE_PROBE_TLS_H
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct probe;
struct ssl_st;

/*
 * A session over the attempt's socket with `host`; SSL_free it before the socket is closed.
 * NULL: ended.
 */
struct ssl_st *probe_tls_open(struct probe *probe, const char *host);

/*
 * Each of these does what it can now. Where the socket has to be waited for they have begun to,
 * and where the session fails the attempt is ended: false, -1.
 */

/* The handshake; once it is done the outcome knows when the certificate expires. */
bool probe_tls_connect(struct probe *probe, struct ssl_st *session);

/* All of `text`; asked again with the same octets after waiting. */
bool probe_tls_send(struct probe *probe, struct ssl_st *session, const char *text, size_t len);

/* Octets, 0 at the end; with or without close_notify, since many a server just closes. */
ssize_t probe_tls_receive(struct probe *probe, struct ssl_st *session, char *piece, size_t size);
#endif
