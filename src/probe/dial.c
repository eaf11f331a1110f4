/* dial.c - open a connection without waiting for it. */
#include "probe/dial.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/sock.h"

int
dial_poll(int fd, const struct addr_port *to)
{
	struct sockaddr_storage address;
	socklen_t len = sock_from_addr(to, &address);

	/*
	 * Asking connect() again tells more than SO_ERROR, which is 0 for "made" and for "not yet".
	 * To an address of this host the first call has done all the work although it said
	 * EINPROGRESS, so that this one saves a round through the loop.
	 */
	if (connect(fd, (const struct sockaddr *)&address, len) == 0 || errno == EISCONN)
		return 0;
	return errno == EALREADY ? EINPROGRESS : errno;
}

int
dial_open(const struct addr_port *to)
{
	int family = to->addr.family == ADDR_IP4 ? AF_INET : AF_INET6;
	int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);

	if (fd < 0)
		return -errno;
	/*
	 * Without bind() the kernel chooses the local port by the whole four-tuple, each target
	 * having all ports to itself; that is what IP_BIND_ADDRESS_NO_PORT gives to those who bind.
	 */
	int error = dial_poll(fd, to);

	if (error == 0 || error == EINPROGRESS)
		return fd;
	close(fd);
	return -error;
}

enum outcome_code
dial_outcome(int error)
{
	switch (error) {
	case EMFILE:
	case ENFILE:
		return OUTCOME_FAULT_FILES;
	case ENOMEM:
	case ENOBUFS:
		return OUTCOME_FAULT_MEMORY;
	case EADDRNOTAVAIL:
	case EADDRINUSE:
	case EAGAIN:
		return OUTCOME_FAULT_ADDRESS;
	case ECONNREFUSED:
		return OUTCOME_CONNECT_REFUSED;
	case ECONNRESET:
	case EPIPE:
		return OUTCOME_RESET;
	default:
		return OUTCOME_CONNECT_FAILED;
	}
}

const char *
dial_detail(int error)
{
	return dial_outcome(error) == OUTCOME_CONNECT_FAILED ? strerror(error) : NULL;
}
