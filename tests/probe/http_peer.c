/* http_peer.c - for tests: a server that gives the replies it is told to, over TCP or TLS. */
#include "tests/probe/http_peer.h"

#include <check.h>
#include <event2/buffer.h>
#include <event2/bufferevent_ssl.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void
forget(struct http_peer *peer, struct bufferevent *buffer)
{
	for (unsigned i = 0; i < peer->peer.buffer_count; i++) {
		if (peer->peer.buffers[i] == buffer) {
			peer->peer.buffers[i] = peer->peer.buffers[--peer->peer.buffer_count];
			break;
		}
	}
	SSL *session = bufferevent_openssl_get_ssl(buffer);

	if (session != NULL)
		SSL_shutdown(session);
	bufferevent_free(buffer);
}

static void
on_event(struct bufferevent *buffer, short what, void *arg)
{
	if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR))
		forget(arg, buffer);
}

static void
close_when_written(struct bufferevent *buffer, void *arg)
{
	forget(arg, buffer);
}

static void
flood(struct bufferevent *buffer, void *arg)
{
	static const char octets[65536];
	struct http_peer *peer = arg;

	peer->flooded += sizeof(octets);
	bufferevent_write(buffer, octets, sizeof(octets));
}

static const struct http_peer_reply *
choose(const struct http_peer *peer)
{
	const struct http_peer_reply *reply = peer->replies;

	for (; reply->target != NULL; reply++) {
		size_t len = strlen(reply->target);

		if (strncmp(peer->request + 4, reply->target, len) == 0 &&
		    peer->request[4 + len] == ' ')
			break;
	}
	return reply;
}

static void
answer(struct http_peer *peer, struct bufferevent *buffer)
{
	const struct http_peer_reply *reply = choose(peer);
	const char *port = strstr(reply->text, "%u");
	struct evbuffer *out = bufferevent_get_output(buffer);

	evbuffer_add(out, reply->text, port != NULL ? (size_t)(port - reply->text) :
	    strlen(reply->text));
	if (port != NULL)
		evbuffer_add_printf(out, "%u%s", peer->other_port != 0 ? peer->other_port :
		    peer->peer.port, port + 2);
	switch (reply->then) {
	case THEN_CLOSE:
		bufferevent_setcb(buffer, NULL, close_when_written, on_event, peer);
		if (evbuffer_get_length(out) == 0)
			forget(peer, buffer);
		break;
	case THEN_KEEP:
		break;
	case THEN_RESET:
		/* Nothing else would keep what was written from being thrown away. */
		ck_assert_int_ge(evbuffer_write(out, bufferevent_getfd(buffer)), -1);
		setsockopt(bufferevent_getfd(buffer), SOL_SOCKET, SO_LINGER,
		    &(struct linger){ 1, 0 }, sizeof(struct linger));
		forget(peer, buffer);
		break;
	case THEN_FLOOD:
		bufferevent_setcb(buffer, NULL, flood, on_event, peer);
		break;
	}
}

static void
on_read(struct bufferevent *buffer, void *arg)
{
	struct http_peer *peer = arg;
	struct evbuffer *in = bufferevent_get_input(buffer);
	size_t len = evbuffer_get_length(in);
	SSL *session = bufferevent_openssl_get_ssl(buffer);

	if (evbuffer_search(in, "\r\n\r\n", 4, NULL).pos < 0)
		return;
	peer->request_len = len;
	peer->request[evbuffer_copyout(in, peer->request, sizeof(peer->request) - 1)] = '\0';
	evbuffer_drain(in, len);
	peer->requests++;
	if (session != NULL && SSL_get_servername(session, TLSEXT_NAMETYPE_host_name) != NULL)
		snprintf(peer->sni, sizeof(peer->sni), "%s",
		    SSL_get_servername(session, TLSEXT_NAMETYPE_host_name));
	answer(peer, buffer);
}

static void
serve(struct peer *base, int fd)
{
	struct http_peer *peer = (struct http_peer *)base;
	struct bufferevent *buffer;

	evutil_make_socket_nonblocking(fd);
	if (peer->tls != NULL)
		buffer = bufferevent_openssl_socket_new(base->loop, fd, SSL_new(peer->tls),
		    BUFFEREVENT_SSL_ACCEPTING,
		    BEV_OPT_CLOSE_ON_FREE);
	else
		buffer = bufferevent_socket_new(base->loop, fd, BEV_OPT_CLOSE_ON_FREE);
	ck_assert_uint_lt(base->buffer_count, 64);
	base->buffers[base->buffer_count++] = buffer;
	bufferevent_setcb(buffer, on_read, NULL, on_event, peer);
	bufferevent_enable(buffer, EV_READ | EV_WRITE);
}

void
http_peer_open(struct http_peer *peer, struct attempt *attempt,
    const struct http_peer_reply *replies, SSL_CTX *tls)
{
	memset(peer, 0, sizeof(*peer));
	peer_open(&peer->peer, attempt, serve, NULL);
	peer->replies = replies;
	peer->tls = tls;
	attempt->spec.https = tls != NULL;
}

void
http_peer_close(struct http_peer *peer)
{
	peer_close(&peer->peer);
	SSL_CTX_free(peer->tls);
}

char *
large_value(void)
{
	char *value = malloc(LARGE + 1);

	memset(value, 'v', LARGE);
	value[LARGE] = '\0';
	return value;
}

SSL_CTX *
http_peer_tls(int64_t expires_unix_s)
{
	SSL_CTX *context = SSL_CTX_new(TLS_server_method());
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *certificate = X509_new();
	X509_NAME *name = X509_get_subject_name(certificate);

	X509_set_version(certificate, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
	ASN1_TIME_set(X509_getm_notBefore(certificate), 1000000000);
	ASN1_TIME_set(X509_getm_notAfter(certificate), (time_t)expires_unix_s);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"self.test", -1,
	    -1, 0);
	X509_set_issuer_name(certificate, name);
	X509_set_pubkey(certificate, key);
	ck_assert_int_gt(X509_sign(certificate, key, EVP_sha256()), 0);
	ck_assert_int_eq(SSL_CTX_use_certificate(context, certificate), 1);
	ck_assert_int_eq(SSL_CTX_use_PrivateKey(context, key), 1);
	X509_free(certificate);
	EVP_PKEY_free(key);
	return context;
}
