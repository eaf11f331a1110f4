/* udp_send.c - send a batch of replies; runs to one client leave as one message. */
#include "dns/udp_send.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <stdlib.h>
#include <string.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103         /* linux/udp.h, since 4.18 */
#endif

#define RUN_MIN 3
#define RUN_OCTETS_MAX 60000    /* of one message before it is cut */
/* Larger ones may exceed the device's MTU, which is an error with UDP_SEGMENT. */
#define SEGMENT_MAX 1232
#define BUCKETS 128
#define NONE UINT8_MAX

union segment_control {
	char octets[CMSG_SPACE(sizeof(uint16_t))];
	struct cmsghdr align;
};

/* Replies to one client, linked by `next`. */
struct client {
	uint8_t first;
	uint8_t last;
	uint8_t count;
	uint8_t next_in_bucket;
};

struct udp_send {
	int fd;
	bool segments;
	size_t message_count;
	size_t iov_count;
	size_t client_count;
	uint8_t bucket[BUCKETS];
	struct client clients[UDP_SEND_MAX];
	uint8_t next[UDP_SEND_MAX];
	struct mmsghdr messages[UDP_SEND_MAX];
	struct iovec iov[UDP_SEND_MAX];
	union segment_control controls[UDP_SEND_MAX];
};

struct udp_send *
udp_send_new(int fd)
{
	struct udp_send *send = calloc(1, sizeof(*send));

	if (send == NULL)
		return NULL;
	send->fd = fd;
	send->segments = true;
	return send;
}

void
udp_send_free(struct udp_send *send)
{
	free(send);
}

bool
udp_send_segments(const struct udp_send *send)
{
	return send->segments;
}

static bool
same_client(const struct udp_reply *a, const struct udp_reply *b)
{
	return a->peer_len == b->peer_len && memcmp(a->peer, b->peer, a->peer_len) == 0;
}

/* The port differs most between clients, the end of the address next. */
static unsigned
client_bucket(const struct udp_reply *reply)
{
	const uint8_t *octets = (const uint8_t *)reply->peer;
	unsigned hash = (unsigned)octets[2] << 8 | octets[3];
	unsigned tail = reply->peer->sa_family == AF_INET6 ? octets[23] : octets[7];

	return (hash ^ hash >> 7 ^ tail * 31u) % BUCKETS;
}

static struct client *
find_client(struct udp_send *send, const struct udp_reply *replies, size_t i)
{
	uint8_t *bucket = &send->bucket[client_bucket(&replies[i])];

	for (uint8_t at = *bucket; at != NONE; at = send->clients[at].next_in_bucket)
		if (same_client(&replies[send->clients[at].first], &replies[i]))
			return &send->clients[at];
	struct client *client = &send->clients[send->client_count];
	*client = (struct client){ .first = NONE, .last = NONE, .next_in_bucket = *bucket };
	*bucket = (uint8_t)send->client_count++;
	return client;
}

/* Sort out whose the replies are; true where any client has a run of them. */
static bool
group(struct udp_send *send, const struct udp_reply *replies, size_t count)
{
	bool runs = false;

	memset(send->bucket, NONE, sizeof(send->bucket));
	send->client_count = 0;
	for (size_t i = 0; i < count; i++) {
		struct client *client = find_client(send, replies, i);

		send->next[i] = NONE;
		if (client->first == NONE)
			client->first = (uint8_t)i;
		else
			send->next[client->last] = (uint8_t)i;
		client->last = (uint8_t)i;
		runs |= ++client->count >= RUN_MIN;
	}
	return runs;
}

/* A message to one client with the next `count` vectors as its octets. */
static struct msghdr *
add_message(struct udp_send *send, const struct udp_reply *reply, size_t iov_count)
{
	struct msghdr *message = &send->messages[send->message_count++].msg_hdr;

	message->msg_name = (void *)(uintptr_t)reply->peer;
	message->msg_namelen = reply->peer_len;
	message->msg_iov = &send->iov[send->iov_count - iov_count];
	message->msg_iovlen = iov_count;
	message->msg_control = reply->control;
	message->msg_controllen = reply->control_len;
	message->msg_flags = 0;
	return message;
}

static void
add_octets(struct udp_send *send, const struct udp_reply *reply)
{
	send->iov[send->iov_count++] = (struct iovec){ reply->buf, reply->len };
}

static void
add_alone(struct udp_send *send, const struct udp_reply *reply)
{
	add_octets(send, reply);
	(void)add_message(send, reply, 1);
}

/* The kernel cuts the octets every `size`; the last piece may be shorter. */
static void
add_segmented(struct udp_send *send, const struct udp_reply *reply, size_t iov_count, uint16_t size)
{
	union segment_control *control = &send->controls[send->message_count];
	struct msghdr *message = add_message(send, reply, iov_count);

	message->msg_control = control->octets;
	message->msg_controllen = sizeof(control->octets);
	struct cmsghdr *head = CMSG_FIRSTHDR(message);
	head->cmsg_level = IPPROTO_UDP;
	head->cmsg_type = UDP_SEGMENT;
	head->cmsg_len = CMSG_LEN(sizeof(size));
	memcpy(CMSG_DATA(head), &size, sizeof(size));
}

/* The client's replies, the longest first. */
static size_t
sort_by_length(const struct udp_send *send, const struct client *client,
    const struct udp_reply *replies,
    uint8_t order[UDP_SEND_MAX])
{
	size_t count = 0;

	for (uint8_t i = client->first; i != NONE; i = send->next[i]) {
		size_t at = count++;

		for (; at > 0 && replies[order[at - 1]].len < replies[i].len; at--)
			order[at] = order[at - 1];
		order[at] = i;
	}
	return count;
}

/* How many from order[0] on make one message: all of one length, and one shorter as the tail. */
static size_t
run_length(const struct udp_reply *replies, const uint8_t *order, size_t count)
{
	size_t len = replies[order[0]].len;
	size_t run = 1;

	if (len > SEGMENT_MAX)
		return 1;
	while (run < count && replies[order[run]].len == len && (run + 2) * len <= RUN_OCTETS_MAX)
		run++;
	if (run < count && replies[order[run]].len < len)
		run++;
	return run;
}

static void
add_client(struct udp_send *send, const struct client *client, const struct udp_reply *replies)
{
	uint8_t order[UDP_SEND_MAX];
	size_t count = sort_by_length(send, client, replies, order);

	for (size_t at = 0; at < count;) {
		size_t run = run_length(replies, order + at, count - at);

		if (run < RUN_MIN) {
			add_alone(send, &replies[order[at++]]);
			continue;
		}
		for (size_t i = 0; i < run; i++)
			add_octets(send, &replies[order[at + i]]);
		add_segmented(send, &replies[order[at]], run, (uint16_t)replies[order[at]].len);
		at += run;
	}
}

static void
add_all(struct udp_send *send, const struct udp_reply *replies, size_t count)
{
	send->message_count = 0;
	send->iov_count = 0;
	if (!send->segments || count < RUN_MIN || replies[0].control != NULL ||
	    !group(send, replies, count)) {
		for (size_t i = 0; i < count; i++)
			add_alone(send, &replies[i]);
		return;
	}
	for (size_t i = 0; i < send->client_count; i++)
		add_client(send, &send->clients[i], replies);
}

/*
 * A message that was refused because it was to be cut: its pieces one by one, and no more
 * cutting.
 */
static size_t
send_pieces(struct udp_send *send, const struct msghdr *whole)
{
	size_t sent = 0;

	send->segments = false;
	for (size_t i = 0; i < whole->msg_iovlen; i++) {
		struct msghdr piece = *whole;

		piece.msg_iov = &whole->msg_iov[i];
		piece.msg_iovlen = 1;
		piece.msg_control = NULL;
		piece.msg_controllen = 0;
		sent += sendmsg(send->fd, &piece, 0) >= 0;
	}
	return sent;
}

size_t
udp_send_all(struct udp_send *send, const struct udp_reply *replies, size_t count)
{
	size_t at = 0;
	size_t sent = 0;

	add_all(send, replies, count);
	while (at < send->message_count) {
		int done = sendmmsg(send->fd, send->messages + at,
		    (unsigned)(send->message_count - at), 0);

		for (int i = 0; i < done; i++)
			sent += send->messages[at++].msg_hdr.msg_iovlen;
		if (done >= 0 || errno == EINTR)
			continue;
		/*
		 * The first one of this call was refused: no route, no room, a firewall; the
		 * others may go.
		 */
		const struct msghdr *refused = &send->messages[at++].msg_hdr;
		if (refused->msg_iovlen > 1)
			sent += send_pieces(send, refused);
	}
	return sent;
}
