/* http_peer.h - for tests: a server that gives the replies it is told to, over TCP or TLS. */
#ifndef ROLLCALL_TESTS_PROBE_HTTP_PEER_H
#define ROLLCALL_TESTS_PROBE_HTTP_PEER_H
#include <openssl/ssl.h>

#include "tests/probe/attempt.h"

enum http_peer_then { THEN_CLOSE, THEN_KEEP, THEN_RESET, THEN_FLOOD };

/*
 * What is answered to a GET of `target`; NULL as the last target: whatever is asked.  "%u" in
 * it is the port.
 */
struct http_peer_reply {
	const char *target;
	const char *text;
	enum http_peer_then then;
};

struct http_peer {
	struct peer peer;
	const struct http_peer_reply *replies;
	SSL_CTX *tls;                   /* NULL: plain */
	char request[4096];             /* the last one, or as much of it as fits */
	size_t request_len;
	unsigned requests;
	size_t flooded;                 /* octets of flood handed out */
	char sni[64];                   /* what the last client named; "" */
	uint16_t other_port;            /* what "%u" stands for; 0: our own */
};

void http_peer_open(struct http_peer *peer, struct attempt *attempt,
    const struct http_peer_reply *replies, SSL_CTX *tls);
void http_peer_close(struct http_peer *peer);

/* A header's value of LARGE octets, more than a socket holds; the caller frees it. */
#define LARGE 8000000
char *large_value(void);

/*
 * A server's context with a fresh self-signed certificate for "self.test" that ends at
 * `expires`.
 */
SSL_CTX *http_peer_tls(int64_t expires_unix_s);
#endif
