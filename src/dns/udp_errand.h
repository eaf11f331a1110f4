/*
 * udp_errand.h - datagrams whose answers lie elsewhere: replied to from the cache, or by the
 * resolver's thread on the socket they came to.  Threads: said at each function.
 */
#ifndef ROLLCALL_DNS_UDP_ERRAND_H
#define ROLLCALL_DNS_UDP_ERRAND_H
#include <stddef.h>
#include <stdint.h>

#include "base/latency.h"
#include "dns/courier.h"
#include "dns/reply_counts.h"

struct udp_reply;
struct onlooker_ring;

/* Of one server; the courier is to be filled in. */
struct udp_errands {
	struct courier courier;
	/* The resolver's thread writes them. */
	struct reply_counts counts;
	struct latency durations;
	struct onlooker_ring *ring;      /* the same; NULL: none */
};

/*
 * A responder, in a read-side section of the index: a query at `buf`, where there is room for `size`,
 * has become this errand, which courier_begin has seen.  Its reply goes to where `to` says, from the socket `fd`, which must stay
 * open until the resolver has stopped.  Returns the length of a reply to be sent at once; 0: the
 * resolver's thread will send it.
 */
size_t udp_errand_go(struct udp_errands *errands, struct cache_reader *reader,
    struct responder *responder, struct errand *errand, uint64_t now_ms, int fd,
    const struct udp_reply *to, uint8_t *buf, size_t size);
#endif
