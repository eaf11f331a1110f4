/*
 * tcp_errand.h - queries of a stream whose answers lie elsewhere: replied to from the cache, or
 * delivered to their connection when the resolver's thread has them.  Threads: said at each function.
 */
#ifndef ROLLCALL_DNS_TCP_ERRAND_H
#define ROLLCALL_DNS_TCP_ERRAND_H
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "dns/courier.h"

struct inbox;
struct tcp_stream;

/* Of one stream thread. */
struct tcp_errands {
	struct courier courier;         /* to be filled in */
	struct cache_reader *reader;
	struct errand errand;           /* of the query at hand */
	struct inbox *inbox;            /* from the resolver's thread */
	_Atomic size_t held;            /* octets of the replies in it */
};

/*
 * Before the stream's loop runs, with the courier filled in; nothing is to be done where that asks
 * nobody.  ERR_SYSTEM with errno, ERR_NOMEM.
 */
int tcp_errands_open(struct tcp_errands *errands, struct tcp_stream *stream);
/* When its loop has ended and the resolver has stopped. */
void tcp_errands_close(struct tcp_errands *errands);

/*
 * The stream, in a read-side section of the index: the query in stream->work has become
 * errands->errand.  Returns the length of a reply that stands there; 0: it will be delivered to
 * the connection with this number.
 */
size_t tcp_errand_go(struct tcp_stream *stream, uint64_t number);
#endif
