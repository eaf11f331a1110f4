/* link.c - octets to and from one peer, plain or through TLS. */
#include "net/link.h"

#include <errno.h>
#include <limits.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

void
link_open(struct link *link, int fd, SSL *session)
{
	*link = (struct link){ .fd = fd, .session = session, .begun = session == NULL };
	if (session != NULL)
		(void)SSL_set_fd(session, fd);
}

void
link_close(struct link *link)
{
	if (link->session != NULL) {
		ERR_clear_error();
		/* Only after a handshake; what the socket does not take is not waited for. */
		if (link->begun)
			(void)SSL_shutdown(link->session);
		ERR_clear_error();
		SSL_free(link->session);
	}
	(void)close(link->fd);
	link->session = NULL;
	link->fd = -1;
}

/* What a call that did not succeed means: 0 at the end, or -1 with errno. */
static ssize_t
explain(struct link *link, int result, bool writing)
{
	int error = errno;

	switch (SSL_get_error(link->session, result)) {
	case SSL_ERROR_WANT_WRITE:
		link->needs_room = true;
		errno = EAGAIN;
		return -1;
	case SSL_ERROR_WANT_READ:
		errno = EAGAIN;
		return -1;
	case SSL_ERROR_ZERO_RETURN:
		return writing ? (errno = EPIPE, -1) : 0;
	case SSL_ERROR_SYSCALL:
		link->begun = false;    /* nothing can be said any more */
		errno = error != 0 ? error : ECONNRESET;
		return -1;
	default:
		link->begun = false;
		errno = EPROTO;
		return -1;
	}
}

ssize_t
link_read(struct link *link, void *buf, size_t size)
{
	if (link->session == NULL) {
		ssize_t n = recv(link->fd, buf, size, MSG_DONTWAIT);

		if (n < 0 && errno == EINTR)
			errno = EAGAIN;
		return n;
	}
	link->needs_room = false;
	ERR_clear_error();
	errno = 0;
	int n = SSL_read(link->session, buf, size < INT_MAX ? (int)size : INT_MAX);
	link->begun = link->begun || SSL_is_init_finished(link->session);
	return n > 0 ? n : explain(link, n, false);
}

ssize_t
link_write(struct link *link, const void *data, size_t len)
{
	if (link->session == NULL) {
		ssize_t n = send(link->fd, data, len, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0 && errno == EINTR)
			errno = EAGAIN;
		return n;
	}
	link->needs_room = false;
	ERR_clear_error();
	errno = 0;
	int n = SSL_write(link->session, data, len < INT_MAX ? (int)len : INT_MAX);
	return n > 0 ? n : explain(link, n, true);
}

bool
link_has_more(const struct link *link)
{
	return link->session != NULL && SSL_pending(link->session) > 0;
}
