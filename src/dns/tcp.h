/*
 * tcp.h - the stream thread: TCP clients, pipelined, with limits (RFC 7766; RELIABILITY.md
 * 1.4, 1.5). Thread: control starts and stops.
 */
#ifndef ROLLCALL_DNS_TCP_H
#define ROLLCALL_DNS_TCP_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "dns/udp.h"

struct latency;
struct tcp_server;
struct tcp_transfers;
struct tls_server;
struct onlooker;

struct tcp_settings {
	const struct addr_port *listen;         /* what udp_server_bound said */
	size_t listen_count;
	/* sockets that were opened for us, one for each of `listen`; taken over; NULL: none */
	const int *given;
	const struct dns_settings *dns;
	const struct index *index;
	/* tcp.maxClients: 1000; full: the longest idle one is closed */
	unsigned max_clients;
	uint64_t idle_ms;                       /* tcp.idle: 10,000 */
	/* a message once begun, the first octet of a connection: 2,000 */
	uint64_t message_ms;
	struct cache *cache;                    /* as udp_settings */
	struct resolver *resolver;
	struct tls_server *tls;                 /* borrowed; NULL: plain TCP */
	const struct tcp_transfers *transfers;  /* borrowed; NULL: all are REFUSED */
	struct onlooker *onlooker;                /* borrowed; NULL: none */
};

/*
 * Bind and listen; nothing is accepted yet.  ERR_SYSTEM with errno; *failed: which address.
 * ERR_NOMEM.
 */
int tcp_server_bind(const struct tcp_settings *settings, struct tcp_server **out, size_t *failed);
/* The address really bound, where port 0 was asked for. */
const struct addr_port *tcp_server_bound(const struct tcp_server *server, size_t i);
int tcp_server_start(struct tcp_server *server);
/*
 * Stop accepting, answer what is in and what comes from the resolver, close within `grace_ms`, end
 * the thread.  The resolver must be stopped after this, and before tcp_server_stop().
 */
void tcp_server_halt(struct tcp_server *server, uint64_t grace_ms);
/* The same if it has not been done; free.  NULL is allowed. */
void tcp_server_stop(struct tcp_server *server, uint64_t grace_ms);
/* As udp_server_set. */
void tcp_server_set(struct tcp_server *server, const struct dns_settings *dns,
    const struct index *index);
/* Any thread: a long answer (tcp_source.h) that had nothing to say has something now. */
void tcp_server_wake(struct tcp_server *server);
void tcp_server_counts(const struct tcp_server *server, struct dns_counts *counts);
/* The same of clients with addresses of one family (enum addr_family). */
void tcp_server_counts_of(const struct tcp_server *server, uint8_t family,
    struct dns_counts *counts);
/* Add how long queries took from received to written; those of one read are timed together. */
void tcp_server_durations(const struct tcp_server *server, struct latency *sum);
size_t tcp_server_clients(const struct tcp_server *server);
#endif
