/* udp_batch.c - room for a batch of datagrams, received together and answered where they lie. */
#include "dns/udp_batch.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

/*
 * Buffers 4,096 octets apart would all begin in the same set of the first-level cache and push each
 * other out: five lines more make the headers of a batch spread over all sets.
 */
#define BUFFER_STEP (UDP_BUFFER_SIZE + 5 * 64)

union peer {
	struct sockaddr any;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

union packet_info {
	char octets[CMSG_SPACE(sizeof(struct in6_pktinfo))];
	struct cmsghdr align;
};

struct udp_batch {
	int fd;
	bool pktinfo;
	/* slots the last receive filled: only these are put right again */
	int used;
	uint8_t *buffers;
	union packet_info *info;        /* NULL without pktinfo */
	struct mmsghdr messages[UDP_BATCH_MAX];
	struct iovec iov[UDP_BATCH_MAX];
	union peer peers[UDP_BATCH_MAX];
};

struct udp_batch *
udp_batch_new(int fd, bool pktinfo)
{
	struct udp_batch *batch = calloc(1, sizeof(*batch));

	if (batch == NULL)
		return NULL;
	batch->fd = fd;
	batch->pktinfo = pktinfo;
	batch->buffers = aligned_alloc(64, (size_t)UDP_BATCH_MAX * BUFFER_STEP);
	batch->info = pktinfo ? calloc(UDP_BATCH_MAX, sizeof(*batch->info)) : NULL;
	if (batch->buffers == NULL || (pktinfo && batch->info == NULL)) {
		udp_batch_free(batch);
		return NULL;
	}
	for (size_t i = 0; i < UDP_BATCH_MAX; i++) {
		batch->iov[i] = (struct iovec){ batch->buffers + i * BUFFER_STEP, UDP_BUFFER_SIZE };
		batch->messages[i].msg_hdr.msg_iov = &batch->iov[i];
		batch->messages[i].msg_hdr.msg_iovlen = 1;
		batch->messages[i].msg_hdr.msg_name = &batch->peers[i];
	}
	batch->used = UDP_BATCH_MAX;
	return batch;
}

void
udp_batch_free(struct udp_batch *batch)
{
	if (batch == NULL)
		return;
	free(batch->buffers);
	free(batch->info);
	free(batch);
}

/* What the kernel wrote into the headers of the slots it used. */
static void
put_right(struct udp_batch *batch)
{
	for (int i = 0; i < batch->used; i++) {
		struct msghdr *message = &batch->messages[i].msg_hdr;

		message->msg_namelen = sizeof(batch->peers[i]);
		if (!batch->pktinfo)
			continue;
		message->msg_control = &batch->info[i];
		message->msg_controllen = sizeof(batch->info[i]);
	}
	batch->used = 0;
}

int
udp_batch_receive(struct udp_batch *batch, bool wait)
{
	put_right(batch);
	int count = recvmmsg(batch->fd, batch->messages, UDP_BATCH_MAX,
	    wait ? MSG_WAITFORONE : MSG_DONTWAIT, NULL);
	batch->used = count > 0 ? count : 0;
	return count;
}

int
udp_batch_receive_one(struct udp_batch *batch)
{
	struct mmsghdr *first = &batch->messages[0];
	socklen_t len = sizeof(batch->peers[0]);
	ssize_t got = recvfrom(batch->fd, batch->iov[0].iov_base, UDP_BUFFER_SIZE, 0,
	    &batch->peers[0].any, &len);

	if (got < 0)
		return -1;
	first->msg_len = (unsigned)got;
	first->msg_hdr.msg_namelen = len;
	if (batch->used < 1)
		batch->used = 1;
	return 1;
}

uint8_t *
udp_batch_octets(const struct udp_batch *batch, size_t i, size_t *len)
{
	*len = batch->messages[i].msg_len;
	return batch->iov[i].iov_base;
}

void
udp_batch_client(const struct udp_batch *batch, size_t i, struct addr *client)
{
	const union peer *peer = &batch->peers[i];

	*client = (struct addr){ 0 };
	if (peer->any.sa_family == AF_INET) {
		client->family = ADDR_IP4;
		memcpy(client->octets, &peer->in.sin_addr, 4);
	} else {
		client->family = ADDR_IP6;
		memcpy(client->octets, &peer->in6.sin6_addr, 16);
	}
}

bool
udp_batch_answerable(const struct udp_batch *batch, size_t i)
{
	/* The port is at the same place in both families. */
	return batch->messages[i].msg_hdr.msg_namelen >= sizeof(struct sockaddr_in) &&
	    batch->peers[i].in.sin_port != 0;
}

/*
 * Make of what the kernel said about the datagram's arrival what it wants to be told about the
 * reply: the source address, and the interface only where the address means nothing without it.
 */
static void
turn_packet_info(struct cmsghdr *head)
{
	if (head->cmsg_level == IPPROTO_IP && head->cmsg_type == IP_PKTINFO) {
		struct in_pktinfo info;

		memcpy(&info, CMSG_DATA(head), sizeof(info));
		info.ipi_ifindex = 0;
		memcpy(CMSG_DATA(head), &info, sizeof(info));
	} else if (head->cmsg_level == IPPROTO_IPV6 && head->cmsg_type == IPV6_PKTINFO) {
		struct in6_pktinfo info;

		memcpy(&info, CMSG_DATA(head), sizeof(info));
		if (!IN6_IS_ADDR_LINKLOCAL(&info.ipi6_addr))
			info.ipi6_ifindex = 0;
		memcpy(CMSG_DATA(head), &info, sizeof(info));
	}
}

void
udp_batch_reply(struct udp_batch *batch, size_t i, size_t len, struct udp_reply *reply)
{
	struct msghdr *message = &batch->messages[i].msg_hdr;

	*reply = (struct udp_reply){
		.buf = batch->iov[i].iov_base, .len = len,
		.peer = &batch->peers[i].any, .peer_len = message->msg_namelen,
	};
	if (!batch->pktinfo)
		return;
	struct cmsghdr *head = CMSG_FIRSTHDR(message);
	if (head == NULL)
		return;
	turn_packet_info(head);
	reply->control = message->msg_control;
	reply->control_len = message->msg_controllen;
}
