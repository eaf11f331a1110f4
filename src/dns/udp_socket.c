/* udp_socket.c - what the socket of a responder wants to be told. */
#include "dns/udp_socket.h"

#include <linux/filter.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "base/addr.h"
#include "base/log.h"

/*
 * The default of 208 KB holds some 140 small datagrams: a burst of 256 lost 116 (PERFORMANCE.md
 * 4).
 */
#define RECEIVE_QUEUE (4 * 1024 * 1024)

/*
 * Root may exceed net.core.rmem_max.  An ICMP message must not make us send fragments that somebody
 * else can forge (RFC 9715): path MTU discovery is off.  No receive timeout but under a flood: its
 * timer costs 3 % of a query at 20,000 a second, and a stop needs none: who waits is woken.
 */
void
udp_socket_tune(int fd, const struct addr_port *address)
{
	bool ip6 = address->addr.family == ADDR_IP6;
	int size = RECEIVE_QUEUE;
	int omit = ip6 ? IPV6_PMTUDISC_OMIT : IP_PMTUDISC_OMIT;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) != 0 &&
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size)) != 0)
		log_errno(LOG_DEBUG, "cannot set the size of the receive queue");
	if (setsockopt(fd, ip6 ? IPPROTO_IPV6 : IPPROTO_IP,
	    ip6 ? IPV6_MTU_DISCOVER : IP_MTU_DISCOVER, &omit,
	    sizeof(omit)) != 0)
		log_errno(LOG_DEBUG, "cannot switch off path MTU discovery");
}

/* A flood's filter and patience stay with a socket that outlives its server. */
void
udp_socket_renew(int fd, const struct addr_port *address)
{
	const struct timeval forever = { 0 };
	bool ip6 = address->addr.family == ADDR_IP6;
	int on = 1;

	(void)setsockopt(fd, SOL_SOCKET, SO_DETACH_FILTER, &on, sizeof(on));
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &forever, sizeof(forever));
	if (addr_is_unspecified(&address->addr) &&
	    setsockopt(fd, ip6 ? IPPROTO_IPV6 : IPPROTO_IP, ip6 ? IPV6_RECVPKTINFO : IP_PKTINFO,
	    &on, sizeof(on)) != 0)
		log_errno(LOG_WARN, "replies may leave from another address than was asked");
}

/* cpu % sockets (PERFORMANCE.md 4). */
void
udp_socket_steer(int fd, unsigned sockets)
{
	struct sock_filter code[] = {
		{ BPF_LD | BPF_W | BPF_ABS, 0, 0, (uint32_t)(SKF_AD_OFF + SKF_AD_CPU) },
		{ BPF_ALU | BPF_MOD | BPF_K, 0, 0, sockets },
		{ BPF_RET | BPF_A, 0, 0, 0 },
	};
	struct sock_fprog program = { .len = sizeof(code) / sizeof(code[0]), .filter = code };

	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &program, sizeof(program)) != 0)
		log_errno(LOG_DEBUG, "cannot steer datagrams by CPU");
}
