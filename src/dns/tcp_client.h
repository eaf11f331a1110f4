/*
 * tcp_client.h - one TCP or TLS connection: queries out of its stream, replies into it, within
 * limits.  Thread: stream.
 */
#ifndef ROLLCALL_DNS_TCP_CLIENT_H
#define ROLLCALL_DNS_TCP_CLIENT_H
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/latency.h"
#include "dns/reply_counts.h"
#include "dns/respond.h"
#include "dns/serving.h"
#include "dns/tcp_errand.h"
#include "dns/tcp_peers.h"
#include "dns/udp.h"

struct clock;
struct event_base;
struct tcp_client;
struct tcp_numbers;
struct tcp_transfers;
struct tls_server;
struct onlooker_ring;

#define TCP_FRAME_MAX (2 + 65535)       /* a message behind its length (RFC 1035, 4.2.2) */
/* octets taken at once beyond what a message begun still needs */
#define TCP_READ_MAX 4096
#define TCP_UNSENT_MAX 65536            /* a client with more waiting for it is not read */
/* nor one with so many replies waiting, or to come */
#define TCP_PENDING_MAX 32
#define TCP_HELD_MAX ((size_t)16 << 20) /* octets in the buffers of all clients */

/* What the connections of a thread share. */
struct tcp_stream {
	struct event_base *loop;
	const struct clock *clock;
	struct tcp_peers *peers;
	struct tcp_numbers *numbers;
	struct tls_server *tls;         /* NULL: plain TCP */
	const struct tcp_transfers *transfers;  /* NULL: there are none */
	uint64_t idle_ms;
	uint64_t message_ms;
	size_t held;                    /* in the buffers of all clients */
	bool stopping;
	struct responder responder;
	struct serving serving;
	struct tcp_errands errands;
	_Atomic size_t clients;
	struct reply_counts counts[2];  /* of clients with addresses of IPv4, and of IPv6 */
	uint64_t queries;               /* of both */
	struct onlooker_ring *ring;      /* of what is answered; NULL: none */
	/* Of the query whose reply goes out, for those who look on. */
	struct tcp_asked {
		uint64_t began_us;
		uint16_t len;           /* 0: not known any more */
		uint16_t payload;
		bool dnssec_ok;
	} asked;
	struct latency durations;
	/* One of each is enough: a callback is through before the next begins. */
	uint8_t in[TCP_FRAME_MAX + TCP_READ_MAX];
	uint8_t work[TCP_FRAME_MAX];
	uint8_t out[TCP_UNSENT_MAX + TCP_FRAME_MAX];
};

/* Serve a connection, which belongs to it from here on, also on failure.  ERR_NOMEM */
int tcp_client_open(struct tcp_stream *stream, int fd, const struct addr *addr);
void tcp_client_close(struct tcp_client *client);

/* The connection that sits there. */
struct tcp_client *tcp_client_of(struct tcp_seat *seat);

/*
 * The answer to a query that was sent elsewhere has come, in any order: of the connection with
 * this number, which may be gone.  len 0: there will be none.
 */
void tcp_client_deliver(struct tcp_stream *stream, uint64_t number, const uint8_t *reply,
    size_t len);

/* Go on with a long answer that had nothing to say. */
void tcp_client_go_on(struct tcp_client *client);

/*
 * The server is stopping: take what has come in, and close once everything is answered and
 * sent, at once if that is now.
 */
void tcp_client_finish(struct tcp_client *client);
#endif
