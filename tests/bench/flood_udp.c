/* flood_udp.c - the load generator's datagrams: many a call, equal lengths in one message. */
#include <errno.h>
#include <netinet/udp.h>
#include <string.h>
#include <unistd.h>

#include "tests/bench/bench_base.h"
#include "tests/bench/bench_flood.h"

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103         /* linux/udp.h, since 4.18 */
#endif

#define REPLY_SIZE 2048U
#define RECEIVE_QUEUE (1024 * 1024)

static void
udp_open(struct flood *flood, struct flood_link *link)
{
	int size = RECEIVE_QUEUE;

	link->fd = socket(flood->server.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (link->fd < 0 || connect(link->fd, (struct sockaddr *)&flood->server,
	    flood->server_len) != 0)
		bench_die("connect");
	if (setsockopt(link->fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) != 0)
		(void)setsockopt(link->fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
}

static void
udp_receive(struct flood *flood, struct flood_link *link, uint64_t now_ns)
{
	uint8_t replies[FLOOD_BATCH][REPLY_SIZE];
	struct mmsghdr messages[FLOOD_BATCH];
	struct iovec iov[FLOOD_BATCH];
	unsigned room = link->slots.count < FLOOD_BATCH ? link->slots.count : FLOOD_BATCH;
	int count;

	for (unsigned i = 0; i < room; i++) {
		iov[i] = (struct iovec){ replies[i], REPLY_SIZE };
		messages[i].msg_hdr = (struct msghdr){ .msg_iov = &iov[i], .msg_iovlen = 1 };
	}
	/* An error is what an earlier query met: nobody at that port.  It is lost then. */
	count = recvmmsg(link->fd, messages, room, MSG_DONTWAIT, NULL);
	for (int i = 0; i < count; i++)
		flood_judge(flood, link, replies[i], messages[i].msg_len, now_ns);
}

/* Longest first, so that equal lengths are neighbours; few, and mostly in order. */
static void
sort_by_length(const struct bench_step **steps, unsigned count)
{
	for (unsigned i = 1; i < count; i++) {
		const struct bench_step *step = steps[i];
		unsigned j = i;

		for (; j > 0 && steps[j - 1]->len < step->len; j--)
			steps[j] = steps[j - 1];
		steps[j] = step;
	}
}

union control {
	char octets[CMSG_SPACE(sizeof(uint16_t))];
	struct cmsghdr align;
};

struct outgoing {
	struct mmsghdr messages[FLOOD_BATCH];
	struct iovec iov[FLOOD_BATCH];
	union control controls[FLOOD_BATCH];
};

static void
add_message(struct outgoing *out, unsigned message, unsigned at, unsigned run, uint16_t len)
{
	struct msghdr *header = &out->messages[message].msg_hdr;
	struct cmsghdr *control;

	*header = (struct msghdr){ .msg_iov = &out->iov[at], .msg_iovlen = run };
	if (run == 1)
		return;
	header->msg_control = &out->controls[message];
	header->msg_controllen = sizeof(out->controls[message]);
	control = CMSG_FIRSTHDR(header);
	control->cmsg_level = IPPROTO_UDP;
	control->cmsg_type = UDP_SEGMENT;
	control->cmsg_len = CMSG_LEN(sizeof(len));
	memcpy(CMSG_DATA(control), &len, sizeof(len));
}

static unsigned
build(struct flood *flood, struct outgoing *out, const struct bench_step **steps, unsigned count)
{
	unsigned messages = 0;

	if (flood->segments)
		sort_by_length(steps, count);
	for (unsigned i = 0, run; i < count; i += run) {
		for (run = 1; flood->segments && i + run < count &&
		    steps[i + run]->len == steps[i]->len;)
			run++;
		for (unsigned j = i; j < i + run; j++)
			out->iov[j] = (struct iovec){ flood->steps.octets + steps[j]->at,
				steps[j]->len };
		add_message(out, messages++, i, run, steps[i]->len);
	}
	return messages;
}

static void
send_messages(int fd, struct mmsghdr *messages, unsigned count)
{
	unsigned at = 0;

	while (at < count) {
		int done = sendmmsg(fd, messages + at, count - at, 0);

		/* What cannot be sent is lost as if the network had done it. */
		at += done > 0 ? (unsigned)done : 1;
	}
}

static void
udp_send(struct flood *flood, struct flood_link *link, unsigned count, uint64_t since_ns,
    uint64_t step_ns)
{
	struct outgoing out;

	while (count > 0) {
		const struct bench_step *steps[FLOOD_BATCH];
		unsigned batch = count < FLOOD_BATCH ? count : FLOOD_BATCH;

		for (unsigned i = 0; i < batch; i++, since_ns += step_ns)
			steps[i] = flood_next(flood, link, since_ns);
		if (batch == 1)
			(void)send(link->fd, flood->steps.octets + steps[0]->at, steps[0]->len, 0);
		else
			send_messages(link->fd, out.messages, build(flood, &out, steps, batch));
		count -= batch;
	}
}

const struct flood_transport flood_udp = { udp_open, udp_receive, udp_send };
