/* tls_server.c - TLS for those who connect to us: a certificate and its key. */
#include "net/tls_server.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "net/tls.h"

#define PEM_FILE_MAX (1 << 20)  /* a chain has some KiB; OpenSSL reads all there is */

struct tls_server {
	pthread_mutex_t lock;           /* of `context`; held for as long as a reference is taken */
	SSL_CTX *context;
	unsigned char alpn[256];        /* behind its length; 0: none */
};

/* Nobody sits at a terminal: a key with a passphrase is one that cannot be read. */
static int
no_passphrase(char *buf, int size, int writing, void *arg)
{
	(void)buf;
	(void)size;
	(void)writing;
	(void)arg;
	return 0;
}

/* Who names other protocols only is served all the same, without one (RFC 7858, 3 knows none). */
static int
select_alpn(SSL *session, const unsigned char **out, unsigned char *out_len,
    const unsigned char *offered, unsigned offered_len, void *arg)
{
	const struct tls_server *server = arg;
	const unsigned char *own = server->alpn;

	(void)session;
	for (unsigned at = 0; at < offered_len; at += 1u + offered[at]) {
		if (offered[at] != own[0] || at + 1u + own[0] > offered_len ||
		    memcmp(offered + at + 1, own + 1, own[0]) != 0)
			continue;
		*out = own + 1;
		*out_len = own[0];
		return SSL_TLSEXT_ERR_OK;
	}
	return SSL_TLSEXT_ERR_NOACK;
}

static SSL_CTX *
make_context(struct tls_server *server)
{
	SSL_CTX *context = SSL_CTX_new(TLS_server_method());

	if (context == NULL)
		return NULL;
	if (SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1) {
		SSL_CTX_free(context);
		return NULL;
	}
	(void)SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
	    SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_CIPHER_SERVER_PREFERENCE);
	/* What is unsent may lie elsewhere when it is tried again; idle sessions cost no buffers. */
	(void)SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE |
	    SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
	/* Sessions are resumed by tickets: nothing is kept here for those who do not come again. */
	(void)SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
	(void)SSL_CTX_set_num_tickets(context, 1);
	if (server->alpn[0] > 0)
		SSL_CTX_set_alpn_select_cb(context, select_alpn, server);
	return context;
}

/*
 * A file to read PEM from; NULL: why.  Looked at when it is open: between a look at its name and
 * OpenSSL's own opening a FIFO may have taken its place, and that would keep us waiting for ever.
 */
static BIO *
open_pem(const char *path, char *why, size_t why_size, int *err)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat status;
	FILE *file = NULL;
	BIO *pem = NULL;

	if (fd < 0 || fstat(fd, &status) != 0) {
		(void)snprintf(why, why_size, "%s: %s", path, strerror(errno));
		*err = ERR_SYSTEM;
	} else if (!S_ISREG(status.st_mode) || status.st_size > PEM_FILE_MAX) {
		(void)snprintf(why, why_size, "%s: %s", path,
		    S_ISREG(status.st_mode) ? "is larger than 1 MiB" : "is no file");
		*err = ERR_INVALID;
	} else if ((file = fdopen(fd, "r")) == NULL ||
	    (pem = BIO_new_fp(file, BIO_CLOSE)) == NULL) {
		(void)snprintf(why, why_size, "%s: out of memory", path);
		*err = ERR_NOMEM;
	}
	if (pem == NULL && file != NULL)
		fclose(file);
	else if (pem == NULL && fd >= 0)
		close(fd);
	return pem;
}

static int
fail(const char *path, char *why, size_t why_size)
{
	char reason[256];

	(void)snprintf(why, why_size, "%s: %s", path, tls_error_text(NULL, reason, sizeof(reason)));
	return ERR_INVALID;
}

/* The certificate, and behind it those that lead from it to a root. */
static bool
use_chain(SSL_CTX *context, BIO *pem)
{
	X509 *one = PEM_read_bio_X509_AUX(pem, NULL, no_passphrase, NULL);
	bool taken = one != NULL && SSL_CTX_use_certificate(context, one) == 1;

	X509_free(one);
	while (taken && (one = PEM_read_bio_X509(pem, NULL, no_passphrase, NULL)) != NULL) {
		taken = SSL_CTX_add0_chain_cert(context, one) == 1;
		if (!taken)
			X509_free(one);
	}
	/* That nothing more begins is the file's end. */
	if (!taken || ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
		return false;
	ERR_clear_error();
	return true;
}

static bool
use_key(SSL_CTX *context, BIO *pem)
{
	EVP_PKEY *key = PEM_read_bio_PrivateKey(pem, NULL, no_passphrase, NULL);
	bool taken = key != NULL && SSL_CTX_use_PrivateKey(context, key) == 1 &&
	    SSL_CTX_check_private_key(context) == 1;

	EVP_PKEY_free(key);
	return taken;
}

static int
load_one(SSL_CTX *context, bool (*use)(SSL_CTX *, BIO *), const char *path, char *why,
    size_t why_size)
{
	int err = 0;
	BIO *pem = open_pem(path, why, why_size, &err);

	if (pem == NULL)
		return err;
	ERR_clear_error();
	if (!use(context, pem))
		err = fail(path, why, why_size);
	BIO_free(pem);
	return err;
}

static int
load_pair(SSL_CTX *context, const char *certificate, const char *key, char *why, size_t why_size)
{
	int err = load_one(context, use_chain, certificate, why, why_size);

	return err != 0 ? err : load_one(context, use_key, key, why, why_size);
}

int
tls_server_load(struct tls_server *server, const char *certificate, const char *key, char *why,
    size_t why_size)
{
	SSL_CTX *fresh = make_context(server);
	SSL_CTX *old;

	if (fresh == NULL) {
		(void)snprintf(why, why_size, "out of memory");
		return ERR_NOMEM;
	}
	int err = load_pair(fresh, certificate, key, why, why_size);
	if (err != 0) {
		SSL_CTX_free(fresh);
		return err;
	}
	pthread_mutex_lock(&server->lock);
	old = server->context;
	server->context = fresh;
	pthread_mutex_unlock(&server->lock);
	SSL_CTX_free(old);
	return 0;
}

int
tls_server_new(const char *certificate, const char *key, const char *alpn, char *why,
    size_t why_size, struct tls_server **out)
{
	struct tls_server *server = calloc(1, sizeof(*server));

	if (server == NULL) {
		(void)snprintf(why, why_size, "out of memory");
		return ERR_NOMEM;
	}
	pthread_mutex_init(&server->lock, NULL);
	if (alpn != NULL) {
		server->alpn[0] = (unsigned char)strnlen(alpn, 255);
		memcpy(server->alpn + 1, alpn, server->alpn[0]);
	}
	int err = tls_server_load(server, certificate, key, why, why_size);
	if (err != 0) {
		tls_server_free(server);
		return err;
	}
	*out = server;
	return 0;
}

void
tls_server_free(struct tls_server *server)
{
	if (server == NULL)
		return;
	SSL_CTX_free(server->context);
	pthread_mutex_destroy(&server->lock);
	free(server);
}

SSL *
tls_server_session(struct tls_server *server)
{
	pthread_mutex_lock(&server->lock);
	SSL *session = SSL_new(server->context);
	pthread_mutex_unlock(&server->lock);
	if (session != NULL)
		SSL_set_accept_state(session);
	return session;
}
