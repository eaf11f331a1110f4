/* sock.c - IP sockets: addresses in the system's form, bound and listening sockets. */
#include "net/sock.h"

#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/err.h"

socklen_t
sock_from_addr(const struct addr_port *addr_port, struct sockaddr_storage *storage)
{
	const struct addr *addr = &addr_port->addr;

	memset(storage, 0, sizeof(*storage));
	if (addr->family == ADDR_IP4) {
		struct sockaddr_in *in = (struct sockaddr_in *)storage;

		in->sin_family = AF_INET;
		in->sin_port = htons(addr_port->port);
		memcpy(&in->sin_addr, addr->octets, 4);
		return sizeof(*in);
	}
	if (addr->family == ADDR_IP6) {
		struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)storage;

		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons(addr_port->port);
		memcpy(&in6->sin6_addr, addr->octets, 16);
		return sizeof(*in6);
	}
	return 0;
}

int
sock_to_addr(const struct sockaddr *system, socklen_t len, struct addr_port *addr_port)
{
	struct addr_port result = { .port = 0 };

	if (len < (socklen_t)sizeof(system->sa_family))
		return ERR_INVALID;
	if (system->sa_family == AF_INET && len >= sizeof(struct sockaddr_in)) {
		struct sockaddr_in in;

		memcpy(&in, system, sizeof(in));
		result.addr.family = ADDR_IP4;
		memcpy(result.addr.octets, &in.sin_addr, 4);
		result.port = ntohs(in.sin_port);
	} else if (system->sa_family == AF_INET6 && len >= sizeof(struct sockaddr_in6)) {
		struct sockaddr_in6 in6;

		memcpy(&in6, system, sizeof(in6));
		result.addr.family = ADDR_IP6;
		memcpy(result.addr.octets, &in6.sin6_addr, 16);
		result.port = ntohs(in6.sin6_port);
	} else {
		return ERR_INVALID;
	}
	*addr_port = result;
	return 0;
}

static bool
set_on(int fd, int level, int option)
{
	int on = 1;

	return setsockopt(fd, level, option, &on, sizeof(on)) == 0;
}

/* The options that must be there before bind(2). */
static bool
prepare(int fd, bool ip6, bool tcp, unsigned flags, int rcvbuf)
{
	if (ip6 && !set_on(fd, IPPROTO_IPV6, IPV6_V6ONLY))
		return false;
	/* On UDP SO_REUSEADDR would let a second server take the port unseen. */
	if (tcp && !set_on(fd, SOL_SOCKET, SO_REUSEADDR))
		return false;
	if ((flags & SOCK_FLAG_REUSEPORT) != 0 && !set_on(fd, SOL_SOCKET, SO_REUSEPORT))
		return false;
	if ((flags & SOCK_FLAG_PKTINFO) != 0 && !(ip6 ? set_on(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO) :
	    set_on(fd, IPPROTO_IP, IP_PKTINFO)))
		return false;
	return rcvbuf == 0 || setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &rcvbuf, sizeof(rcvbuf)) == 0;
}

static int
open_bound(const struct addr_port *addr_port, int type, unsigned flags, int rcvbuf, int *out)
{
	struct sockaddr_storage storage;
	socklen_t len = sock_from_addr(addr_port, &storage);
	bool ip6 = storage.ss_family == AF_INET6;

	if (len == 0) {
		errno = EAFNOSUPPORT;
		return ERR_SYSTEM;
	}

	int nonblock = (flags & SOCK_FLAG_NONBLOCK) != 0 ? SOCK_NONBLOCK : 0;
	int fd = socket(storage.ss_family, type | SOCK_CLOEXEC | nonblock, 0);

	if (fd < 0)
		return ERR_SYSTEM;
	if (!prepare(fd, ip6, type == SOCK_STREAM, flags, rcvbuf) ||
	    bind(fd, (struct sockaddr *)&storage, len) != 0) {
		int saved = errno;

		(void)close(fd);
		errno = saved;
		return ERR_SYSTEM;
	}
	*out = fd;
	return 0;
}

int
sock_bind_udp(const struct addr_port *addr_port, unsigned flags, int rcvbuf, int *fd)
{
	return open_bound(addr_port, SOCK_DGRAM, flags, rcvbuf, fd);
}

int
sock_listen_tcp(const struct addr_port *addr_port, unsigned flags, int backlog, int *out)
{
	int fd;
	int err = open_bound(addr_port, SOCK_STREAM, flags & ~(unsigned)SOCK_FLAG_PKTINFO, 0, &fd);

	if (err != 0)
		return err;
	if (listen(fd, backlog) != 0) {
		int saved = errno;

		(void)close(fd);
		errno = saved;
		return ERR_SYSTEM;
	}
	*out = fd;
	return 0;
}

int
sock_bound(int fd, struct addr_port *addr_port)
{
	struct sockaddr_storage storage;
	socklen_t len = sizeof(storage);

	if (getsockname(fd, (struct sockaddr *)&storage, &len) != 0)
		return ERR_SYSTEM;
	return sock_to_addr((struct sockaddr *)&storage, len, addr_port);
}

int
sock_peer(int fd, struct addr_port *addr_port)
{
	struct sockaddr_storage storage;
	socklen_t len = sizeof(storage);

	if (getpeername(fd, (struct sockaddr *)&storage, &len) != 0)
		return ERR_SYSTEM;
	return sock_to_addr((struct sockaddr *)&storage, len, addr_port);
}

static bool
is_among(const struct addr *addr, const struct addr *addrs, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (addr_compare(addr, &addrs[i]) == 0)
			return true;
	return false;
}

/* The address of one interface entry; false: it is down, or has none of ours. */
static bool
interface_addr(const struct ifaddrs *entry, struct addr *addr)
{
	struct addr_port addr_port;

	if (entry->ifa_addr == NULL || (entry->ifa_flags & IFF_UP) == 0)
		return false;

	socklen_t len = entry->ifa_addr->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6) :
	    sizeof(struct sockaddr_in);

	if (sock_to_addr(entry->ifa_addr, len, &addr_port) != 0)
		return false;
	*addr = addr_port.addr;
	return true;
}

int
sock_host_addrs(struct addr **out, size_t *out_count)
{
	struct ifaddrs *entries;
	struct addr *addrs = NULL;
	size_t count = 0, room = 0;
	int err = 0;

	if (getifaddrs(&entries) != 0)
		return ERR_SYSTEM;
	for (struct ifaddrs *entry = entries; entry != NULL; entry = entry->ifa_next) {
		struct addr addr;

		if (!interface_addr(entry, &addr) || is_among(&addr, addrs, count))
			continue;
		err = array_reserve(&addrs, &room, count + 1, sizeof(*addrs));
		if (err != 0)
			goto out;
		addrs[count++] = addr;
	}
	*out = addrs;
	*out_count = count;
	addrs = NULL;                   /* moved to the caller */
out:
	free(addrs);
	freeifaddrs(entries);
	return err;
}
