/* tls.c - TLS on our side of a connection: what a probe offers and believes. */
#include "net/tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/addr.h"
#include "base/err.h"

struct tls_client {
	SSL_CTX *context;
	bool verify;
};

/*
 * Without verification a probe asks whether the server speaks, not whom it is: old keys and unsafe
 * renegotiation must not make it look dead, since Go's client, which the kubelet uses, takes
 * them too.
 */
static void
be_lenient(SSL_CTX *context)
{
	SSL_CTX_set_verify(context, SSL_VERIFY_NONE, NULL);
	SSL_CTX_set_security_level(context, 0);
	(void)SSL_CTX_set_options(context, SSL_OP_LEGACY_SERVER_CONNECT);
}

static bool
configure(SSL_CTX *context, bool verify)
{
	if (SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1)
		return false;
	/* Many servers just close; a reply's own length says whether it is whole. */
	(void)SSL_CTX_set_options(context, SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_NO_RENEGOTIATION);
	/* Each probe is a connection of its own, made anew. */
	(void)SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
	/* Idle sessions give their 34 KiB of buffers back. */
	(void)SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
	if (!verify) {
		be_lenient(context);
		return true;
	}
	SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
	return SSL_CTX_set_default_verify_paths(context) == 1;
}

int
tls_client_new(bool verify, struct tls_client **out)
{
	struct tls_client *client = calloc(1, sizeof(*client));

	if (client == NULL)
		return ERR_NOMEM;
	client->verify = verify;
	client->context = SSL_CTX_new(TLS_client_method());
	if (client->context == NULL || !configure(client->context, verify)) {
		tls_client_free(client);
		return ERR_SYSTEM;
	}
	*out = client;
	return 0;
}

void
tls_client_free(struct tls_client *client)
{
	if (client == NULL)
		return;
	SSL_CTX_free(client->context);
	free(client);
}

int
tls_client_trust(struct tls_client *client, const char *pem_path)
{
	return SSL_CTX_load_verify_file(client->context, pem_path) == 1 ? 0 : ERR_INVALID;
}

/* What the certificate must name. */
static bool
expect_host(SSL *session, const char *host, const struct addr *addr)
{
	X509_VERIFY_PARAM *param = SSL_get0_param(session);

	if (addr->family != ADDR_NONE)
		return X509_VERIFY_PARAM_set1_ip(param, addr->octets, addr_len(addr)) == 1;
	X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	return X509_VERIFY_PARAM_set1_host(param, host, 0) == 1;
}

static bool
set_host(SSL *session, const char *host, bool verify)
{
	struct addr addr = { .family = ADDR_NONE };
	char name[256];
	size_t len = strlen(host);

	if (len == 0 || len >= sizeof(name))
		return false;
	memcpy(name, host, len + 1);
	/* The root's dot belongs neither into the SNI nor into a certificate. */
	if (len > 1 && name[len - 1] == '.')
		name[len - 1] = '\0';
	if (addr_parse(name, &addr) != 0 && SSL_set_tlsext_host_name(session, name) != 1)
		return false;
	return !verify || expect_host(session, name, &addr);
}

static bool
set_alpn(SSL *session, const char *alpn)
{
	unsigned char wire[256];
	size_t len = strlen(alpn);

	if (len == 0 || len > 255)
		return false;
	wire[0] = (unsigned char)len;
	memcpy(wire + 1, alpn, len);
	/* 0 is success here */
	return SSL_set_alpn_protos(session, wire, (unsigned)len + 1) == 0;
}

SSL *
tls_client_session(struct tls_client *client, const char *host, const char *alpn)
{
	SSL *session = SSL_new(client->context);

	if (session == NULL)
		return NULL;
	if ((host != NULL && !set_host(session, host, client->verify)) ||
	    (alpn != NULL && !set_alpn(session, alpn))) {
		SSL_free(session);
		return NULL;
	}
	SSL_set_connect_state(session);
	return session;
}

char *
tls_error_text(const SSL *session, char *buf, size_t size)
{
	/* The first error is the cause, what follows came of it. */
	unsigned long code = ERR_get_error();
	long verdict = session == NULL ? X509_V_OK : SSL_get_verify_result(session);
	const char *reason = code == 0 ? NULL : ERR_reason_error_string(code);
	bool refused = ERR_GET_LIB(code) == ERR_LIB_SSL &&
	    ERR_GET_REASON(code) == SSL_R_CERTIFICATE_VERIFY_FAILED;

	ERR_clear_error();
	if (verdict != X509_V_OK && (refused || code == 0))
		reason = X509_verify_cert_error_string(verdict);
	(void)snprintf(buf, size, "%s", reason == NULL ? "TLS error" : reason);
	return buf;
}

bool
tls_expiry(const SSL *session, int64_t *unix_s)
{
	const X509 *certificate = SSL_get0_peer_certificate(session);
	struct tm tm;

	if (certificate == NULL || ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &tm) != 1)
		return false;
	*unix_s = timegm(&tm);
	return true;
}
