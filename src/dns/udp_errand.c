/* udp_errand.c - datagrams whose answers lie elsewhere. */
#include "dns/udp_errand.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "dns/udp_send.h"
#include "dns/onlooker.h"

/* What is kept of a datagram until it is answered. */
struct udp_asker {
	struct courier_asker asker;     /* first */
	struct udp_errands *errands;
	uint64_t began_us;
	int fd;
	socklen_t peer_len;
	size_t control_len;
	union {
		struct sockaddr any;
		struct sockaddr_in6 in6;
	} peer;
	/* Which of our addresses the reply leaves from. */
	union {
		char octets[CMSG_SPACE(sizeof(struct in6_pktinfo))];
		struct cmsghdr align;
	} control;
};

/* On the resolver's thread.  What the socket does not take at once is lost, as any datagram may be. */
static void
send_reply(struct courier_asker *courier_asker, const uint8_t *reply, size_t len)
{
	struct udp_asker *asker = (struct udp_asker *)(void *)courier_asker;
	struct udp_errands *errands = asker->errands;
	struct iovec octets = { (void *)(uintptr_t)reply, len };
	struct msghdr message = {
		.msg_name = &asker->peer, .msg_namelen = asker->peer_len,
		.msg_iov = &octets, .msg_iovlen = 1,
		.msg_control = asker->control_len > 0 ? asker->control.octets : NULL,
		.msg_controllen = asker->control_len,
	};

	(void)sendmsg(asker->fd, &message, MSG_DONTWAIT);
	uint64_t took_us = clock_now_us(errands->courier.clock) - asker->began_us;

	reply_counts_note(&errands->counts, reply, len);
	latency_note(&errands->durations, took_us);
	if (onlooker_wants(errands->ring)) {
		struct onlooker_sight sight = { .client = &asker->peer.any,
			.reply = reply, .reply_len = len, .took_us = took_us,
			.payload = courier_asker->errand.query.payload,
			.dnssec_ok = courier_asker->errand.query.dnssec_ok,
			.transport = TRANSPORT_UDP };

		onlooker_note(errands->ring, &sight);
	}
	free(asker);
}

static struct udp_asker *
keep(struct udp_errands *errands, const struct errand *errand, int fd, const struct udp_reply *to,
    const uint8_t *buf)
{
	struct udp_asker *asker = courier_asker_new(&errands->courier, errand, buf,
	    sizeof(*asker));

	if (asker == NULL)
		return NULL;
	asker->asker.reply = send_reply;
	asker->errands = errands;
	asker->began_us = clock_now_us(errands->courier.clock);
	asker->fd = fd;
	asker->peer_len = to->peer_len;
	memcpy(&asker->peer, to->peer, to->peer_len < sizeof(asker->peer) ? to->peer_len :
	    sizeof(asker->peer));
	if (to->control == NULL || to->control_len > sizeof(asker->control))
		return asker;
	asker->control_len = to->control_len;
	memcpy(&asker->control, to->control, to->control_len);
	return asker;
}

size_t
udp_errand_go(struct udp_errands *errands, struct cache_reader *reader,
    struct responder *responder, struct errand *errand, uint64_t now_ms, int fd,
    const struct udp_reply *to, uint8_t *buf, size_t size)
{
	size_t len = courier_look(&errands->courier, reader, responder, errand, now_ms, buf, size);
	struct udp_asker *asker;

	if (len > 0)
		return len;
	errand->wanted = false;
	asker = keep(errands, errand, fd, to, buf);
	if (asker != NULL && courier_send(&asker->asker))
		return 0;
	free(asker);
	return courier_give_up(responder, errand, buf, size);
}
