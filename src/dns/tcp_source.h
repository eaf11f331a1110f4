/*
 * tcp_source.h - a long answer on a stream: one message after the other, as fast as the client
 * takes them.  Thread: stream.
 */
#ifndef ROLLCALL_DNS_TCP_SOURCE_H
#define ROLLCALL_DNS_TCP_SOURCE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct addr;
struct responder;

#define TCP_SOURCE_LATER SIZE_MAX               /* nothing yet: tcp_server_wake() will say */
#define TCP_SOURCE_FAILED (SIZE_MAX - 1)        /* nothing any more: close the connection */

/* First member of what the maker allocates. */
struct tcp_source {
	/*
	 * Write the next message, at most `size` octets; returns its length, 0 after the last, or
	 * one of the above.  Called inside a read-side section of the index, a new one each time.
	 */
	size_t (*next)(struct tcp_source *source, uint8_t *buf, size_t size);
	/* Once: after the last message, or when the client is gone. */
	void (*free)(struct tcp_source *source);
};

/* Who answers transfers. */
struct tcp_transfers {
	/*
	 * An AXFR or IXFR came, well formed, from a client who may ask for our names.  NULL: it is
	 * answered like any other query, with REFUSED.  The message is borrowed during the call.
	 */
	struct tcp_source *(*begin)(void *arg, const struct responder *responder,
	    const struct addr *client, const uint8_t *query, size_t len);
	void *arg;
};
#endif
