/*
 * bench_echo.c - the limit of the socket API: one fixed answer to every datagram, with the id of
 * the query.
 *
 *	bench_echo [OPTION]... ADDRESS:PORT
 *
 * Says where it listens and answers until it is killed.  Modes: `plain` is recvmmsg and
 * sendmmsg; `gso` sends what goes to one client in a batch as one message in segments; `single`
 * is recvfrom and sendto; `adapt` is plain under load and single with little to do.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "net/sock.h"
#include "tests/bench/bench_base.h"

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103         /* linux/udp.h, since 4.18 */
#endif

#define BATCH_MAX 256
#define QUERY_SIZE 2048
#define ANSWER_MAX 1232
#define RUN_MAX 48              /* 48 * 1232 < 64 KB */
#define RUN_MIN 3               /* a pair does not repay its message (PERFORMANCE.md 2) */
#define SINGLES 8               /* as src/dns/udp.c */
#define RECEIVE_QUEUE (4 * 1024 * 1024)

union control {
	char octets[CMSG_SPACE(sizeof(uint16_t))];
	struct cmsghdr align;
};

struct echo {
	int fd;
	unsigned batch;
	uint16_t answer_len;
	uint8_t queries[BATCH_MAX][QUERY_SIZE];
	uint8_t answers[BATCH_MAX][ANSWER_MAX];
	struct sockaddr_storage clients[BATCH_MAX];
	struct iovec query_iov[BATCH_MAX];
	struct iovec answer_iov[BATCH_MAX];
	struct iovec sorted_iov[BATCH_MAX];
	uint16_t order[BATCH_MAX];
	struct mmsghdr in[BATCH_MAX];
	struct mmsghdr out[BATCH_MAX];
	union control controls[BATCH_MAX];
};

typedef void echo_mode_fn(struct echo *echo);

/* A header that says NOERROR and an answer; the rest is filler. */
static void
prepare(struct echo *echo)
{
	static const uint8_t header[12] = { 0, 0, 0x85, 0, 0, 1, 0, 1 };

	for (unsigned i = 0; i < echo->batch; i++) {
		memcpy(echo->answers[i], header, sizeof(header));
		echo->query_iov[i] = (struct iovec){ echo->queries[i], QUERY_SIZE };
		echo->answer_iov[i] = (struct iovec){ echo->answers[i], echo->answer_len };
		echo->in[i].msg_hdr = (struct msghdr){ .msg_name = &echo->clients[i],
			.msg_namelen = sizeof(echo->clients[i]), .msg_iov = &echo->query_iov[i],
			.msg_iovlen = 1 };
	}
}

static unsigned
receive(struct echo *echo)
{
	int count = recvmmsg(echo->fd, echo->in, echo->batch, MSG_WAITFORONE, NULL);

	if (count < 0) {
		if (errno != EINTR)
			bench_die("recvmmsg");
		return 0;
	}
	for (int i = 0; i < count; i++)
		memcpy(echo->answers[i], echo->queries[i], 2);
	return (unsigned)count;
}

static void
send_messages(struct echo *echo, unsigned count)
{
	unsigned at = 0;

	while (at < count) {
		int done = sendmmsg(echo->fd, echo->out + at, count - at, 0);

		/* What cannot be sent is lost, as any datagram may be. */
		at += done > 0 ? (unsigned)done : 1;
	}
}

/* The next receive call needs the whole room for a name again. */
static void
reset(struct echo *echo, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		echo->in[i].msg_hdr.msg_namelen = sizeof(echo->clients[i]);
}

/* To the client of the i-th query. */
static void
answer_to(struct echo *echo, unsigned i, struct iovec *iov, unsigned count, unsigned message)
{
	struct msghdr *out = &echo->out[message].msg_hdr;

	*out = (struct msghdr){ .msg_name = &echo->clients[i],
		.msg_namelen = echo->in[i].msg_hdr.msg_namelen, .msg_iov = iov,
		.msg_iovlen = count };
}

static void
answer_each(struct echo *echo, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		answer_to(echo, i, &echo->answer_iov[i], 1, i);
	send_messages(echo, count);
}

static void
echo_plain(struct echo *echo)
{
	unsigned count = receive(echo);

	answer_each(echo, count);
	reset(echo, count);
}

static bool
same_client(const struct echo *echo, unsigned a, unsigned b)
{
	socklen_t len = echo->in[a].msg_hdr.msg_namelen;

	return len == echo->in[b].msg_hdr.msg_namelen &&
	    memcmp(&echo->clients[a], &echo->clients[b], len) == 0;
}

static void
segment(struct echo *echo, unsigned message)
{
	struct msghdr *out = &echo->out[message].msg_hdr;
	struct cmsghdr *control;

	out->msg_control = &echo->controls[message];
	out->msg_controllen = sizeof(echo->controls[message]);
	control = CMSG_FIRSTHDR(out);
	control->cmsg_level = IPPROTO_UDP;
	control->cmsg_type = UDP_SEGMENT;
	control->cmsg_len = CMSG_LEN(sizeof(echo->answer_len));
	memcpy(CMSG_DATA(control), &echo->answer_len, sizeof(echo->answer_len));
}

/* In both families the port is there, and it tells most clients apart. */
static in_port_t
port_of(const struct echo *echo, unsigned i)
{
	return ((const struct sockaddr_in *)&echo->clients[i])->sin_port;
}

/* Neighbours are of one client then; mostly they have come so. */
static void
sort_by_client(struct echo *echo, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		in_port_t port = port_of(echo, i);
		unsigned j = i;

		for (; j > 0 && port_of(echo, echo->order[j - 1]) > port; j--)
			echo->order[j] = echo->order[j - 1];
		echo->order[j] = (uint16_t)i;
	}
	for (unsigned i = 0; i < count; i++)
		echo->sorted_iov[i] = echo->answer_iov[echo->order[i]];
}

static void
echo_gso(struct echo *echo)
{
	unsigned count = receive(echo), messages = 0;
	const uint16_t *order = echo->order;

	sort_by_client(echo, count);
	for (unsigned i = 0, run; i < count; i += run) {
		for (run = 1; i + run < count && run < RUN_MAX &&
		    same_client(echo, order[i], order[i + run]);)
			run++;
		if (run < RUN_MIN)
			run = 1;
		answer_to(echo, order[i], &echo->sorted_iov[i], run, messages);
		if (run > 1)
			segment(echo, messages);
		messages++;
	}
	send_messages(echo, messages);
	reset(echo, count);
}

static void
echo_single(struct echo *echo)
{
	socklen_t len = sizeof(echo->clients[0]);

	if (recvfrom(echo->fd, echo->queries[0], QUERY_SIZE, 0,
	    (struct sockaddr *)&echo->clients[0], &len) < 2)
		return;
	memcpy(echo->answers[0], echo->queries[0], 2);
	(void)sendto(echo->fd, echo->answers[0], echo->answer_len, 0,
	    (struct sockaddr *)&echo->clients[0], len);
}

static void
echo_adapt(struct echo *echo)
{
	unsigned count = receive(echo);

	if (count == 1) {
		(void)sendto(echo->fd, echo->answers[0], echo->answer_len, 0,
		    (struct sockaddr *)&echo->clients[0], echo->in[0].msg_hdr.msg_namelen);
		for (unsigned i = 0; i < SINGLES; i++)
			echo_single(echo);
	} else {
		answer_each(echo, count);
	}
	reset(echo, count);
}

static const struct {
	const char *name;
	echo_mode_fn *mode;
} modes[] = {
	{ "plain", echo_plain }, { "gso", echo_gso }, { "single", echo_single },
	{ "adapt", echo_adapt },
};

static echo_mode_fn *
find_mode(const char *name)
{
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		if (strcmp(modes[i].name, name) == 0)
			return modes[i].mode;
	bench_fail("%s: no such mode", name);
}

static int
open_socket(const char *text)
{
	struct addr_port address;
	char bound[ADDR_PORT_TEXT_SIZE];
	int size = RECEIVE_QUEUE, fd;

	if (addr_port_parse(text, &address) != 0)
		bench_fail("%s: not an address and a port", text);
	if (sock_bind_udp(&address, 0, 0, &fd) != 0 || sock_bound(fd, &address) != 0)
		bench_die(text);
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) != 0 &&
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size)) != 0)
		bench_die("SO_RCVBUF");
	printf("%s\n", addr_port_text(&address, bound));
	fflush(stdout);
	return fd;
}

int
main(int argc, char **argv)
{
	struct echo *echo = bench_alloc(1, sizeof(*echo));
	uint64_t answer = 68, batch = 64;
	const char *mode_name = "plain", *cpu = NULL;
	const struct bench_option options[] = {
		{ "mode", "plain, gso, single or adapt", NULL, &mode_name, NULL },
		{ "answer", "octets of the answer", &answer, NULL, NULL },
		{ "batch", "datagrams taken at once", &batch, NULL, NULL },
		{ "pin", "to this CPU", NULL, &cpu, NULL },
		{ NULL, NULL, NULL, NULL, NULL },
	};

	bench_options(argc, argv, options, "ADDRESS:PORT", 1);
	echo_mode_fn *mode = find_mode(mode_name);
	if (answer < 12 || answer > ANSWER_MAX || batch < 1 || batch > BATCH_MAX)
		bench_fail("an answer has 12 to %d octets, a batch 1 to %d datagrams", ANSWER_MAX,
		    BATCH_MAX);
	bench_pin(cpu == NULL ? -1 : atoi(cpu));
	echo->batch = (unsigned)batch;
	echo->answer_len = (uint16_t)answer;
	echo->fd = open_socket(argv[1]);
	prepare(echo);
	for (;;)
		mode(echo);
}
