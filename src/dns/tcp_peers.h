/*
 * tcp_peers.h - who holds how many connections, and which of them to give up first.  Thread:
 * stream.
 *
 * When the table of clients is full a fresh one is let in and an old one closed: the longest
 * idle of the address that holds most.  Refusing fresh clients instead is what lets 500 idle
 * connections shut others out of a server.
 */
#ifndef ROLLCALL_DNS_TCP_PEERS_H
#define ROLLCALL_DNS_TCP_PEERS_H
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "base/addr.h"

struct tcp_peer;
struct tcp_peers;

/* Part of each connection. */
struct tcp_seat {
	TAILQ_ENTRY(tcp_seat) link;     /* among those of its address, the longest idle first */
	struct tcp_peer *peer;          /* NULL: it has no seat */
	uint64_t active_ms;
	size_t held;                    /* octets in buffers */
};

struct tcp_peers *tcp_peers_new(void);
/* All seats must have been given back. */
void tcp_peers_free(struct tcp_peers *peers);

/* ERR_NOMEM */
int tcp_peers_add(struct tcp_peers *peers, const struct addr *addr, struct tcp_seat *seat,
    uint64_t now_ms);
void tcp_peers_touch(struct tcp_seat *seat, uint64_t now_ms);
void tcp_peers_remove(struct tcp_peers *peers, struct tcp_seat *seat);

/* The one to give up; NULL: there is none. */
struct tcp_seat *tcp_peers_victim(const struct tcp_peers *peers);
/*
 * A seat holds so many octets now.  Whom to give up for want of them: of the address that
 * holds most.
 */
void tcp_peers_hold(struct tcp_seat *seat, size_t held);
struct tcp_seat *tcp_peers_hog(const struct tcp_peers *peers);

/* The address of a seat. */
const struct addr *tcp_peers_addr(const struct tcp_seat *seat);
size_t tcp_peers_count(const struct tcp_peers *peers);
/* Call fn for each seat once; it may touch and remove the one it is given, no other. */
void tcp_peers_each(struct tcp_peers *peers, void (*fn)(struct tcp_seat *seat));
#endif
