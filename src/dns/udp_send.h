/*
 * udp_send.h - send a batch of replies; runs to one client leave as one message (UDP_SEGMENT).
 * Thread: the owner's.
 *
 * One trip through the stack for three and more replies to the same socket costs 10-20 % less than
 * one each; for two it does not pay (PERFORMANCE.md 2).
 */
#ifndef ROLLCALL_DNS_UDP_SEND_H
#define ROLLCALL_DNS_UDP_SEND_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#define UDP_SEND_MAX 64

struct udp_reply {
	uint8_t *buf;
	size_t len;
	const struct sockaddr *peer;
	socklen_t peer_len;
	/* which of our addresses it leaves from; NULL: the one the socket is bound to */
	void *control;
	size_t control_len;
};

struct udp_send;

/* NULL: no memory. */
struct udp_send *udp_send_new(int fd);
void udp_send_free(struct udp_send *send);

/*
 * At most UDP_SEND_MAX replies, in any order.  What the kernel refuses is lost, as any datagram may
 * be. Returns how many it took.
 */
size_t udp_send_all(struct udp_send *send, const struct udp_reply *replies, size_t count);

/*
 * False once the kernel or the device has refused to cut messages: from then on each reply is
 * sent alone.
 */
bool udp_send_segments(const struct udp_send *send);
#endif
