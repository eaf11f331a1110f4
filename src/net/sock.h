/*
 * sock.h - IP sockets: addresses in the system's form, bound and listening sockets.  Thread:
 * any.
 */
#ifndef ROLLCALL_NET_SOCK_H
#define ROLLCALL_NET_SOCK_H
#include <stddef.h>
#include <sys/socket.h>

#include "base/addr.h"

/* The system's form of an address; returns its length, 0 for an address without family. */
socklen_t sock_from_addr(const struct addr_port *addr_port, struct sockaddr_storage *storage);
/* Back again.  ERR_INVALID: neither AF_INET nor AF_INET6, or cut short. */
int sock_to_addr(const struct sockaddr *system, socklen_t len, struct addr_port *addr_port);

enum sock_flag {
	/* several sockets share the address; the kernel spreads clients over them */
	SOCK_FLAG_REUSEPORT = 1,
	SOCK_FLAG_NONBLOCK = 2,
	/* UDP: each datagram says to which of our addresses it came */
	SOCK_FLAG_PKTINFO = 4,
};

/*
 * A bound UDP socket; a TCP socket that listens.  Close-on-exec; IPv6 sockets take IPv6 only,
 * so that 0.0.0.0 and [::] can both be bound; TCP with SO_REUSEADDR, so that a restart need
 * not wait for TIME_WAIT. Port 0 is the kernel's choice (sock_bound).  rcvbuf: octets wanted
 * for the receive queue, 0 for the system's default; the kernel may give less.  ERR_SYSTEM
 * with errno.
 */
int sock_bind_udp(const struct addr_port *addr_port, unsigned flags, int rcvbuf, int *fd);
int sock_listen_tcp(const struct addr_port *addr_port, unsigned flags, int backlog, int *fd);

/* Where a socket is bound; who is at the other end.  ERR_SYSTEM with errno. */
int sock_bound(int fd, struct addr_port *addr_port);
int sock_peer(int fd, struct addr_port *addr_port);

/*
 * The addresses of the host's interfaces that are up, loopback and link-local ones too, each
 * once; the caller frees *addrs.  ERR_SYSTEM with errno, ERR_NOMEM.
 */
int sock_host_addrs(struct addr **addrs, size_t *count);
#endif
