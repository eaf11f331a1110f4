/* probe_tls.c - TLS on an attempt's socket. */
#include "probe/probe_tls.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "net/tls.h"
#include "probe/engine.h"

SSL *
probe_tls_open(struct probe *probe, const char *host)
{
	struct tls_client *client = prober_tls(probe->prober, probe->target.spec->tls_verify);
	SSL *session = client != NULL ? tls_client_session(client, host, NULL) : NULL;

	if (session == NULL || SSL_set_fd(session, probe->fd) != 1) {
		SSL_free(session);
		probe_end(probe, OUTCOME_FAULT_MEMORY, NULL);
		return NULL;
	}
	/* What is sent again after waiting lies elsewhere, but is the same. */
	SSL_set_mode(session, SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	return session;
}

/* The session waits for the socket, or has failed and ends the attempt; `when` says at what. */
static void
stops(struct probe *probe, SSL *session, int result, const char *when)
{
	long verdict = SSL_get_verify_result(session);
	int error = errno;
	char why[128];

	switch (SSL_get_error(session, result)) {
	case SSL_ERROR_WANT_READ:
		probe_wait(probe, EV_READ);
		break;
	case SSL_ERROR_WANT_WRITE:
		probe_wait(probe, EV_WRITE);
		break;
	case SSL_ERROR_SSL:
		tls_error_text(session, why, sizeof(why));
		probe_end(probe, probe->target.spec->tls_verify && verdict != X509_V_OK ?
		    OUTCOME_TLS_UNTRUSTED : OUTCOME_TLS_FAILED, why);
		break;
	case SSL_ERROR_SYSCALL:
		if (error == ECONNRESET || error == EPIPE) {
			probe_end(probe, OUTCOME_RESET, when);
			break;
		}
		/* fall through */
	default:
		probe_end(probe, OUTCOME_CLOSED, when);
		break;
	}
	ERR_clear_error();
}

bool
probe_tls_connect(struct probe *probe, SSL *session)
{
	errno = 0;
	int result = SSL_connect(session);

	if (result != 1) {
		stops(probe, session, result, "in the TLS handshake");
		return false;
	}
	tls_expiry(session, &probe->outcome.certificate_expires_unix_s);
	return true;
}

bool
probe_tls_send(struct probe *probe, SSL *session, const char *text, size_t len)
{
	errno = 0;
	int result = SSL_write(session, text, (int)len);

	if (result <= 0)
		stops(probe, session, result, "while sending");
	return result > 0;
}

ssize_t
probe_tls_receive(struct probe *probe, SSL *session, char *piece, size_t size)
{
	errno = 0;
	int result = SSL_read(session, piece, (int)size);

	if (result > 0)
		return result;
	if (SSL_get_error(session, result) == SSL_ERROR_ZERO_RETURN)
		return 0;
	stops(probe, session, result, "while reading");
	return -1;
}
