/*
 * link.h - octets to and from one peer over a connected, non-blocking socket, plain or through
 * TLS.  Thread: the owner's.
 */
#ifndef ROLLCALL_NET_LINK_H
#define ROLLCALL_NET_LINK_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct ssl_st;

struct link {
	int fd;
	struct ssl_st *session;         /* NULL: plain */
	/* TLS has octets of its own to send before it can read on: wait until the socket takes some. */
	bool needs_room;
	bool begun;                     /* the handshake is through, or there is none */
};

/* The socket, and the session (NULL: none), belong to the link. */
void link_open(struct link *link, int fd, struct ssl_st *session);
/* With a farewell where TLS can say one at once. */
void link_close(struct link *link);

/*
 * As recv(2): octets, 0 at the end of the stream, -1 with errno: EAGAIN: later; EPROTO: TLS was
 * broken.  A handshake is made on the way.
 */
ssize_t link_read(struct link *link, void *buf, size_t size);
/*
 * As send(2); the process ignores SIGPIPE.  After EAGAIN the same octets must come again, at this place
 * or another, with others behind them or not.
 */
ssize_t link_write(struct link *link, const void *data, size_t len);
/* Octets that are here already, of which the socket shows nothing any more. */
bool link_has_more(const struct link *link);
#endif
