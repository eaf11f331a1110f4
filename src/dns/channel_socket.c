/* channel_socket.c - the sockets of a c-ares channel: random ports, and only replies come through. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "dns/channel_parts.h"
#include "dns/index.h"
#include "dns/upstream.h"
#include "dns/wire.h"
#include "net/sock.h"

/* Longer than any flight: what c-ares gives up by itself nobody waits for any more. */
#define ARES_MS (2 * FLIGHT_MS)
/* As much as c-ares has room for; larger replies do not come, for we say 1,232. */
#define UDP_MAX 4096
#define PORT_TRIES 8
/* Datagrams that are no replies, thrown away before others get their turn. */
#define JUNK_MAX 32

#define FLAG_QR 0x80
#define RCODE_BITS 0x0f
#define RCODE_HIDDEN 0x0f       /* assigned to nothing (RFC 6895, 2.3) */

/* ---- what c-ares does with sockets ---- */

/*
 * The kernel would choose among 28,232; a random one of ours among 49,152 (RFC 5452, 9.2).  Ports
 * below are left to services that may want theirs while we have it.
 */
static void
bind_somewhere(int fd, int family, struct dice *dice)
{
	struct addr_port any = { .addr.family = family == AF_INET6 ? ADDR_IP6 : ADDR_IP4 };
	struct sockaddr_storage where;

	for (unsigned i = 0; i < PORT_TRIES; i++) {
		socklen_t len;

		any.port = (uint16_t)(CHANNEL_PORT_FIRST +
		    dice_below(dice, 65536 - CHANNEL_PORT_FIRST));
		len = sock_from_addr(&any, &where);
		if (bind(fd, (const struct sockaddr *)&where, len) == 0)
			return;
	}
}

static ares_socket_t
open_socket(int family, int type, int protocol, void *arg)
{
	struct channel *channel = arg;
	struct channels *channels = channel->pool->channels;
	int fd = socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);

	channel->problem = errno;
	if (fd < 0)
		return ARES_SOCKET_BAD;
	if (type == SOCK_DGRAM)
		bind_somewhere(fd, family, &channels->dice);
	channel->sent = 0;
	channel->opened_ms = clock_now_ms(channels->settings.clock);
	channels->open++;
	return fd;
}

static int
close_socket(ares_socket_t fd, void *arg)
{
	struct channel *channel = arg;

	channel->pool->channels->open--;
	return close(fd);
}

static int
connect_socket(ares_socket_t fd, const struct sockaddr *address, ares_socklen_t len, void *arg)
{
	struct channel *channel = arg;
	int result = connect(fd, address, len);

	if (result != 0)
		channel->problem = errno;
	return result;
}

/* A socket that is bound before it is connected may have got something in between. */
static bool
is_from(const struct upstream *upstream, const struct sockaddr *from, socklen_t len)
{
	struct addr_port sender;

	return sock_to_addr(from, len, &sender) == 0 && sender.port == upstream->address.port &&
	    addr_compare(&sender.addr, &upstream->address.addr) == 0;
}

static void
hide_formerr(uint8_t *reply)
{
	if ((reply[3] & RCODE_BITS) == DNS_FORMERR)
		reply[3] |= RCODE_HIDDEN;
}

static ares_ssize_t
receive_datagram(struct channel *channel, int fd, void *octets, size_t size, int flags,
    struct sockaddr *from, ares_socklen_t *from_len)
{
	struct sockaddr_storage sender;

	for (unsigned i = 0; i < JUNK_MAX; i++) {
		socklen_t len = sizeof(sender);
		ssize_t count = recvfrom(
		    fd, octets, size, flags, (struct sockaddr *)&sender, &len);
		uint8_t *reply = octets;

		if (count < 0) {
			channel->problem = errno;
			return count;
		}
		/* c-ares takes an empty datagram for a closed connection (CVE-2023-32067), and
		 * does not look at QR. */
		if (count < DNS_HEADER_LEN || (reply[2] & FLAG_QR) == 0 ||
		    !is_from(channel->pool->upstream, (struct sockaddr *)&sender, len))
			continue;
		hide_formerr(reply);
		if (from != NULL && *from_len >= len)
			memcpy(from, &sender, len);
		if (from_len != NULL)
			*from_len = len;
		return count;
	}
	errno = EAGAIN;
	return -1;
}

static ares_ssize_t
receive(ares_socket_t fd, void *octets, size_t size, int flags, struct sockaddr *from,
    ares_socklen_t *from_len, void *arg)
{
	struct channel *channel = arg;
	ssize_t count;

	if (!channel->tcp)
		return receive_datagram(channel, fd, octets, size, flags, from, from_len);
	count = recv(fd, octets, size, flags);
	if (count <= 0)
		channel->problem = count < 0 ? errno : 0;
	return count;
}

static ares_ssize_t
send_parts(ares_socket_t fd, const struct iovec *parts, int count, void *arg)
{
	struct msghdr message = { .msg_iov = (struct iovec *)parts, .msg_iovlen = (size_t)count };
	struct channel *channel = arg;
	ssize_t sent = sendmsg(fd, &message, MSG_NOSIGNAL);

	if (sent < 0)
		channel->problem = errno;
	return sent;
}

static const struct ares_socket_functions socket_functions = {
	.asocket = open_socket,
	.aclose = close_socket,
	.aconnect = connect_socket,
	.arecvfrom = receive,
	.asendv = send_parts,
};

/* ---- events ---- */

static void
on_socket(evutil_socket_t fd, short what, void *arg)
{
	struct channel *channel = arg;

	/* What waiters are answered with is looked up by them. */
	index_reader_online();
	ares_process_fd(channel->ares, (what & EV_READ) != 0 ? fd : ARES_SOCKET_BAD,
	    (what & EV_WRITE) != 0 ? fd : ARES_SOCKET_BAD);
	index_reader_offline();
	channel_settle(channel);
}

static void
on_socket_state(void *arg, ares_socket_t fd, int readable, int writable)
{
	struct channel *channel = arg;
	short what = (short)(EV_PERSIST | (readable ? EV_READ : 0) | (writable ? EV_WRITE : 0));

	/* There is one server and one transport, so there is one socket at a time. */
	if (channel->fd != -1)
		event_del(&channel->event);
	channel->fd = -1;
	if (!readable && !writable)
		return;
	event_assign(&channel->event, channel->pool->channels->settings.loop, fd, what, on_socket,
	    channel);
	/* Without its event the socket stays silent, and the flight goes on elsewhere. */
	if (event_add(&channel->event, NULL) == 0)
		channel->fd = fd;
}

/* ---- channels ---- */

static bool
set_server(ares_channel ares, const struct addr_port *server)
{
	struct ares_addr_port_node node = { .udp_port = server->port, .tcp_port = server->port };

	node.family = server->addr.family == ADDR_IP6 ? AF_INET6 : AF_INET;
	if (server->addr.family == ADDR_IP6)
		memcpy(&node.addr.addr6, server->addr.octets, 16);
	else
		memcpy(&node.addr.addr4, server->addr.octets, 4);
	return ares_set_servers_ports(ares, &node) == ARES_SUCCESS;
}

/* All is stated, so that c-ares looks at no file and no environment. */
int
channel_open(struct channel *channel)
{
	static const int flags = ARES_FLAG_NOCHECKRESP | ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES;
	struct in_addr nobody = { .s_addr = htonl(INADDR_LOOPBACK) };
	char dns_only[] = "b";
	struct ares_options options = {
		/* UDP: with EDNS it takes replies of more than 512 octets; TC is ours to see. */
		.flags = flags |
		    (channel->tcp ? ARES_FLAG_USEVC : ARES_FLAG_IGNTC | ARES_FLAG_EDNS),
		.ednspsz = UDP_MAX, .timeout = ARES_MS, .tries = 1, .ndots = 1,
		.lookups = dns_only, .servers = &nobody, .nservers = 1,
		.sock_state_cb = on_socket_state, .sock_state_cb_data = channel,
	};
	int mask = ARES_OPT_FLAGS | ARES_OPT_EDNSPSZ | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES |
	    ARES_OPT_NDOTS | ARES_OPT_LOOKUPS | ARES_OPT_SERVERS | ARES_OPT_DOMAINS |
	    ARES_OPT_SORTLIST | ARES_OPT_SOCK_STATE_CB;

	channel->fd = -1;
	if (ares_init_options(&channel->ares, &options, mask) != ARES_SUCCESS)
		return ERR_NOMEM;
	ares_set_socket_functions(channel->ares, &socket_functions, channel);
	if (!set_server(channel->ares, &channel->pool->upstream->address)) {
		ares_destroy(channel->ares);
		return ERR_NOMEM;
	}
	return 0;
}

enum try_ending
channel_ending(const struct channel *channel, int status)
{
	if (status == ARES_ENOMEM)
		return TRY_NO_ROOM;
	if (status != ARES_ECONNREFUSED)
		return TRY_TIMED_OUT;
	switch (channel->problem) {
	case ECONNREFUSED:
		return TRY_REFUSED_CONNECTION;
	case 0:
	case ECONNRESET:
	case EPIPE:
		return TRY_CLOSED;
	case EMFILE:
	case ENFILE:
	case ENOMEM:
	case ENOBUFS:
	case EAGAIN:
		return TRY_NO_ROOM;
	case ETIMEDOUT:
		return TRY_TIMED_OUT;
	default:
		return TRY_UNREACHABLE;
	}
}

void
channel_restore(const struct channel *channel, uint8_t *reply, size_t len)
{
	if (channel->tcp || len < DNS_HEADER_LEN || (reply[3] & RCODE_BITS) != RCODE_HIDDEN)
		return;
	reply[3] = (uint8_t)((reply[3] & ~RCODE_BITS) | DNS_FORMERR);
}
