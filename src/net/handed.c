/* handed.c - sockets that a service manager opened for us. */
#include "net/handed.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h"
#include "base/log.h"
#include "base/text.h"
#include "net/sock.h"

#define FDS_MAX 4096            /* more is a mistake: an address for each responder of each CPU is less */

/* How many are ours; the variables are gone afterwards. */
static size_t
take_count(void)
{
	const char *pid = getenv("LISTEN_PID"), *fds = getenv("LISTEN_FDS");
	uint64_t whose, count = 0;

	if (pid == NULL || fds == NULL || !text_to_u64(pid, UINT64_MAX, &whose) ||
	    whose != (uint64_t)getpid() || !text_to_u64(fds, FDS_MAX, &count))
		count = 0;
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	return (size_t)count;
}

static bool
has_option(int fd, int level, int option)
{
	int value = 0;
	socklen_t size = sizeof(value);

	return getsockopt(fd, level, option, &value, &size) == 0 && value != 0;
}

/*
 * What is wrong with it, or NULL.  A wildcard of IPv6 that takes IPv4 too would show us clients as
 * ::ffff:10.0.0.1, which no rule of ours means.
 */
static const char *
look_at(struct handed_socket *socket)
{
	int type = 0;
	socklen_t size = sizeof(type);

	if (getsockopt(socket->fd, SOL_SOCKET, SO_TYPE, &type, &size) != 0)
		return "is no socket";
	if ((type != SOCK_STREAM && type != SOCK_DGRAM) || sock_bound(socket->fd, &socket->at) != 0)
		return "is neither UDP nor TCP";
	socket->stream = type == SOCK_STREAM;
	if (socket->stream && !has_option(socket->fd, SOL_SOCKET, SO_ACCEPTCONN))
		return "does not listen: the unit wants Accept=no";
	if (socket->at.addr.family == ADDR_IP6 && addr_is_unspecified(&socket->at.addr) &&
	    !has_option(socket->fd, IPPROTO_IPV6, IPV6_V6ONLY))
		return "takes IPv4, too: the unit wants BindIPv6Only=ipv6-only";
	return NULL;
}

/* Whose turn it was to take it decides whether calls on it wait; systemd clears O_NONBLOCK for us. */
static int
take_one(struct handed_socket *socket)
{
	const char *wrong = look_at(socket);
	int flags = fcntl(socket->fd, F_GETFL);

	if (wrong != NULL) {
		log_error("socket %d (%s) of the service manager %s", socket->fd, socket->name,
		    wrong);
		return ERR_INVALID;
	}
	flags = socket->stream ? flags | O_NONBLOCK : flags & ~O_NONBLOCK;
	if (fcntl(socket->fd, F_SETFL, flags) != 0 ||
	    fcntl(socket->fd, F_SETFD, FD_CLOEXEC) != 0)
		return ERR_SYSTEM;
	return 0;
}

/* The next of the names between colons, malloc'ed; NULL: no memory. */
static char *
next_name(const char **names)
{
	size_t len = *names == NULL ? 0 : strcspn(*names, ":");
	char *name = len == 0 ? strdup("unknown") : strndup(*names, len);

	if (*names != NULL)
		*names = (*names)[len] == ':' ? *names + len + 1 : NULL;
	return name;
}

int
handed_take(int first, struct handed *handed)
{
	const char *names = getenv("LISTEN_FDNAMES");
	size_t count = take_count();
	int err = 0;

	*handed = (struct handed){ 0 };
	if (count == 0)
		return 0;
	handed->sockets = calloc(count, sizeof(*handed->sockets));
	if (handed->sockets == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < count && err == 0; i++) {
		struct handed_socket *socket = &handed->sockets[handed->count++];

		socket->fd = first + (int)i;
		socket->name = next_name(&names);
		err = socket->name == NULL ? ERR_NOMEM : take_one(socket);
	}
	unsetenv("LISTEN_FDNAMES");
	if (err != 0)
		handed_release(handed);
	return err;
}

void
handed_release(struct handed *handed)
{
	for (size_t i = 0; i < handed->count; i++) {
		if (handed->sockets[i].fd >= 0)
			(void)close(handed->sockets[i].fd);
		free(handed->sockets[i].name);
	}
	free(handed->sockets);
	*handed = (struct handed){ 0 };
}
