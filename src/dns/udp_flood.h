/*
 * udp_flood.h - when a socket's queue overflows: thin out the few clients that fill it.
 * Thread: the socket's.
 *
 * A full queue loses everybody's queries alike, and the kernel drops before we see who sent what.
 * So a responder that cannot keep up looks at the sources of what it does get, and has the kernel
 * drop, at random, as much from the heaviest of them as is too much; the share that is let through
 * follows the length of the queue.  While nobody floods there is no filter, and all this costs a
 * comparison a batch.  Floods of many forged sources have no heaviest one: they are not helped.
 * Nor is anybody held back whose queries are lost only now and then: who waits for answers before
 * it asks more loses as many at most as it has under way, and then nothing until it gives them up.
 */
#ifndef ROLLCALL_DNS_UDP_FLOOD_H
#define ROLLCALL_DNS_UDP_FLOOD_H
#include <linux/filter.h>
#include <stddef.h>
#include <stdint.h>

#include "dns/heavy.h"

struct udp_batch;
struct udp_flood;

/* NULL: no memory. */
struct udp_flood *udp_flood_new(int fd);
void udp_flood_free(struct udp_flood *flood);

/*
 * Called with each batch of `count` datagrams, still in `batch`, at `now_us`.  While clients are
 * thinned out the socket waits a tenth of a second at most: then with none, for who is held back
 * must not have to be heard to be let through again.
 */
void udp_flood_note(struct udp_flood *flood, const struct udp_batch *batch, size_t count,
    uint64_t now_us);
/* How many clients are thinned out now. */
size_t udp_flood_thinned(const struct udp_flood *flood);

/* Instructions for HEAVY_MAX clients of IPv6. */
#define UDP_FLOOD_CODE_MAX (HEAVY_MAX * 9 + 5)
/*
 * The filter: of datagrams from `clients`, all of one family, let `keep` of 2^32 through, and all
 * others.  Pure; returns how many instructions.
 */
size_t udp_flood_filter(struct sock_filter code[UDP_FLOOD_CODE_MAX], const struct addr *clients,
    size_t count, uint32_t keep);
#endif
