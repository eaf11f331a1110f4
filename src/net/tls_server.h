/*
 * tls_server.h - TLS for those who connect to us: a certificate and its key, replaced while
 * connections come.  Threads: said at each function.
 */
#ifndef ROLLCALL_NET_TLS_SERVER_H
#define ROLLCALL_NET_TLS_SERVER_H
#include <stddef.h>

struct ssl_st;
struct tls_server;

/*
 * TLS 1.2 or later, with the chain in one PEM file and its key in another, and this protocol for
 * those who name one (ALPN; NULL: none).  Thread: control.  On failure `why` says what is wrong and
 * with which file: ERR_INVALID; ERR_SYSTEM: it cannot be read; ERR_NOMEM.
 */
int tls_server_new(const char *certificate, const char *key, const char *alpn, char *why,
    size_t why_size, struct tls_server **out);
/* Only when its sessions are gone. */
void tls_server_free(struct tls_server *server);

/*
 * Thread: control.  Read the pair again, from these files; sessions from here on show it.  After an
 * error, as above, the pair at hand stays.
 */
int tls_server_load(struct tls_server *server, const char *certificate, const char *key, char *why,
    size_t why_size);

/* Thread: any.  A session that waits for its client to begin.  NULL: no memory. */
struct ssl_st *tls_server_session(struct tls_server *server);
#endif
