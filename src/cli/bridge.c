/* bridge.c - port 53 for a daemon that listens elsewhere. */
#include "cli/bridge.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"
#include "net/sock.h"

/* 127.0.0.1 and .53 are often taken by resolvers of the host. */
#define ADDRESSES_MAX 32
#define FIRST_ADDRESS "127.53.0.1"
#define QUESTIONS_MAX 64
#define STREAMS_MAX 32
#define MESSAGE_MAX 65536
#define QUESTION_MS 10000

/* A datagram that waits for its reply; the oldest gives its place to the next. */
struct question {
	int fd;                         /* -1: free */
	struct sockaddr_storage from;
	socklen_t from_len;
};

struct stream {
	int ends[2];                    /* client, daemon; -1: free */
};

struct bridge {
	struct addr_port to;
	struct addr_port bound;
	int udp;
	int tcp;
	struct question questions[QUESTIONS_MAX];
	size_t next_question;
	struct stream streams[STREAMS_MAX];
	size_t next_stream;
	uint8_t message[MESSAGE_MAX];
};

static void
close_fd(int *fd)
{
	int error = errno;

	if (*fd >= 0)
		close(*fd);
	*fd = -1;
	errno = error;
}

static int
connect_to(const struct addr_port *where, int type)
{
	struct sockaddr_storage address;
	socklen_t len = sock_from_addr(where, &address);
	int fd = socket(address.ss_family, type | SOCK_CLOEXEC, 0);

	if (fd >= 0 && connect(fd, (struct sockaddr *)&address, len) != 0)
		close_fd(&fd);
	return fd;
}

/* Both transports at this address; false with errno. */
static bool
bind_both(struct bridge *bridge)
{
	if (sock_bind_udp(&bridge->bound, 0, 0, &bridge->udp) != 0)
		return false;
	if (sock_bound(bridge->udp, &bridge->bound) == 0 &&
	    sock_listen_tcp(&bridge->bound, 0, 16, &bridge->tcp) == 0)
		return true;
	close_fd(&bridge->udp);
	return false;
}

int
bridge_open(const struct addr_port *to, uint16_t port, struct bridge **out)
{
	struct bridge *bridge = calloc(1, sizeof(*bridge));
	struct addr first;

	if (bridge == NULL)
		return ERR_NOMEM;
	bridge->to = *to;
	bridge->udp = bridge->tcp = -1;
	for (size_t i = 0; i < QUESTIONS_MAX; i++)
		bridge->questions[i].fd = -1;
	for (size_t i = 0; i < STREAMS_MAX; i++)
		bridge->streams[i].ends[0] = bridge->streams[i].ends[1] = -1;
	(void)addr_parse(FIRST_ADDRESS, &first);
	for (unsigned i = 0; i < ADDRESSES_MAX; i++) {
		bridge->bound.port = port;
		(void)addr_add(&first, i, &bridge->bound.addr);
		if (bind_both(bridge)) {
			*out = bridge;
			return 0;
		}
		if (errno != EADDRINUSE)
			break;
	}
	bridge_close(bridge);
	return errno == EACCES || errno == EPERM ? ERR_DENIED : ERR_SYSTEM;
}

const struct addr_port *
bridge_bound(const struct bridge *bridge)
{
	return &bridge->bound;
}

void
bridge_close(struct bridge *bridge)
{
	int error = errno;

	if (bridge == NULL)
		return;
	close_fd(&bridge->udp);
	close_fd(&bridge->tcp);
	for (size_t i = 0; i < QUESTIONS_MAX; i++)
		close_fd(&bridge->questions[i].fd);
	for (size_t i = 0; i < STREAMS_MAX; i++) {
		close_fd(&bridge->streams[i].ends[0]);
		close_fd(&bridge->streams[i].ends[1]);
	}
	free(bridge);
	errno = error;
}

/* ---- carrying ---- */

static void
take_question(struct bridge *bridge)
{
	struct question *question = &bridge->questions[bridge->next_question];
	ssize_t len;

	bridge->next_question = (bridge->next_question + 1) % QUESTIONS_MAX;
	close_fd(&question->fd);
	question->from_len = sizeof(question->from);
	len = recvfrom(bridge->udp, bridge->message, sizeof(bridge->message), MSG_DONTWAIT,
	    (struct sockaddr *)&question->from, &question->from_len);
	if (len <= 0)
		return;
	question->fd = connect_to(&bridge->to, SOCK_DGRAM);
	if (question->fd >= 0)
		(void)send(question->fd, bridge->message, (size_t)len, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void
give_reply(struct bridge *bridge, struct question *question)
{
	ssize_t len = recv(question->fd, bridge->message, sizeof(bridge->message), MSG_DONTWAIT);

	if (len > 0)
		(void)sendto(bridge->udp, bridge->message, (size_t)len, MSG_DONTWAIT | MSG_NOSIGNAL,
		    (struct sockaddr *)&question->from, question->from_len);
	close_fd(&question->fd);
}

static void
close_stream(struct stream *stream)
{
	close_fd(&stream->ends[0]);
	close_fd(&stream->ends[1]);
}

static void
take_stream(struct bridge *bridge)
{
	struct stream *stream = &bridge->streams[bridge->next_stream];

	bridge->next_stream = (bridge->next_stream + 1) % STREAMS_MAX;
	close_stream(stream);
	stream->ends[0] = accept4(bridge->tcp, NULL, NULL, SOCK_CLOEXEC);
	if (stream->ends[0] >= 0)
		stream->ends[1] = connect_to(&bridge->to, SOCK_STREAM);
	if (stream->ends[1] < 0)
		close_stream(stream);
}

/* From one end to the other; messages are small, and whoever does not read them is shown out. */
static void
carry(struct bridge *bridge, struct stream *stream, int from)
{
	ssize_t len = recv(stream->ends[from], bridge->message, sizeof(bridge->message), MSG_DONTWAIT);

	if (len < 0 && errno == EAGAIN)
		return;
	if (len <= 0 || send(stream->ends[!from], bridge->message, (size_t)len,
	    MSG_DONTWAIT | MSG_NOSIGNAL) != len)
		close_stream(stream);
}

#define POLL_MAX (3 + QUESTIONS_MAX + 2 * STREAMS_MAX)

static void
serve_ready(struct bridge *bridge, const struct pollfd *polled)
{
	const struct pollfd *at = polled + 3;

	for (size_t i = 0; i < QUESTIONS_MAX; i++, at++)
		if (at->revents != 0 && bridge->questions[i].fd == at->fd && at->fd >= 0)
			give_reply(bridge, &bridge->questions[i]);
	for (size_t i = 0; i < STREAMS_MAX; i++)
		for (int end = 0; end < 2; end++, at++)
			if (at->revents != 0 && at->fd >= 0 && bridge->streams[i].ends[end] == at->fd)
				carry(bridge, &bridge->streams[i], end);
	if (polled[1].revents != 0)
		take_question(bridge);
	if (polled[2].revents != 0)
		take_stream(bridge);
}

static void
fill(const struct bridge *bridge, int child, struct pollfd polled[POLL_MAX])
{
	struct pollfd *at = polled;

	*at++ = (struct pollfd){ .fd = child, .events = POLLIN };
	*at++ = (struct pollfd){ .fd = bridge->udp, .events = POLLIN };
	*at++ = (struct pollfd){ .fd = bridge->tcp, .events = POLLIN };
	for (size_t i = 0; i < QUESTIONS_MAX; i++)
		*at++ = (struct pollfd){ .fd = bridge->questions[i].fd, .events = POLLIN };
	for (size_t i = 0; i < STREAMS_MAX; i++)
		for (int end = 0; end < 2; end++)
			*at++ = (struct pollfd){ .fd = bridge->streams[i].ends[end], .events = POLLIN };
}

int
bridge_run(struct bridge *bridge, pid_t child, int *status)
{
	struct pollfd polled[POLL_MAX];
	int watch = (int)syscall(SYS_pidfd_open, child, 0);

	if (watch < 0)
		return ERR_SYSTEM;
	do {
		fill(bridge, watch, polled);
		if (poll(polled, POLL_MAX, QUESTION_MS) > 0)
			serve_ready(bridge, polled);
	} while (polled[0].revents == 0);
	close(watch);
	return waitpid(child, status, 0) == child ? 0 : ERR_SYSTEM;
}
