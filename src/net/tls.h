/*
 * tls.h - TLS on our side of a connection: what a probe offers and believes.  Thread: the
 * owner's.
 */
#ifndef ROLLCALL_NET_TLS_H
#define ROLLCALL_NET_TLS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ssl_st;
struct tls_client;

/*
 * What connections share: TLS 1.2 or later; `verify`: the server's chain must lead to one of
 * the system's authorities and name whom we asked, otherwise any certificate will do, as for
 * the kubelet's probes (PROBES: HTTPS).  ERR_NOMEM, ERR_SYSTEM (tls_error_text says why).
 */
int tls_client_new(bool verify, struct tls_client **out);
void tls_client_free(struct tls_client *client);
/* Believe this file of PEM certificates too.  ERR_INVALID: it holds none. */
int tls_client_trust(struct tls_client *client, const char *pem_path);

/*
 * A session for one connection, to be driven by bufferevent_openssl or SSL_set_fd; the caller
 * frees it with SSL_free.  `host` is whom we ask: a name goes into the SNI, an address does
 * not (RFC 6066, 3); NULL: neither sent nor checked.  `alpn`: one protocol to offer
 * ("http/1.1", "h2"), NULL: none. NULL: no memory, or a host or protocol that does not fit.
 */
struct ssl_st *tls_client_session(struct tls_client *client, const char *host, const char *alpn);

/*
 * Why the last operation of this session (NULL: any) of this thread failed: "certificate has
 * expired", "wrong version number"; empties OpenSSL's queue of errors.  Returns buf.
 */
char *tls_error_text(const struct ssl_st *session, char *buf, size_t size);

/* When the server's certificate expires, in seconds since 1970; false: it has shown none. */
bool tls_expiry(const struct ssl_st *session, int64_t *unix_s);
#endif
