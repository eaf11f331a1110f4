/* udp_batch.h - a batch of datagrams, answered where they lie.  Thread: the owner's. */
#ifndef ROLLCALL_DNS_UDP_BATCH_H
#define ROLLCALL_DNS_UDP_BATCH_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "dns/udp_send.h"

#define UDP_BATCH_MAX 64        /* more gains nothing (PERFORMANCE.md 2) */
#define UDP_BUFFER_SIZE 4096    /* the largest udpSize; a longer query is malformed by being cut */

struct udp_batch;

/*
 * pktinfo: the socket is bound to all addresses and says to which one each datagram came.
 * NULL: no memory.
 */
struct udp_batch *udp_batch_new(int fd, bool pktinfo);
void udp_batch_free(struct udp_batch *batch);

/*
 * Wait for the first datagram and take what else is there (wait), or take what is there.  Returns
 * how many, or -1 with errno.
 */
int udp_batch_receive(struct udp_batch *batch, bool wait);
/* Wait for one: cheaper than a batch of one.  Not with pktinfo. */
int udp_batch_receive_one(struct udp_batch *batch);

/* The i-th datagram received last: its octets, with room for UDP_BUFFER_SIZE, and their number. */
uint8_t *udp_batch_octets(const struct udp_batch *batch, size_t i, size_t *len);
void udp_batch_client(const struct udp_batch *batch, size_t i, struct addr *client);
/* Can it be answered at all?  Not from port 0, nor without a sender. */
bool udp_batch_answerable(const struct udp_batch *batch, size_t i);

/* Where a reply of `len` octets, standing in the i-th buffer, has to go. */
void udp_batch_reply(struct udp_batch *batch, size_t i, size_t len, struct udp_reply *reply);
#endif
