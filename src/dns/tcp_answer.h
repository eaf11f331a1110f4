/*
 * tcp_answer.h - a query of a stream to its reply: at once, later, or as a long one.  Thread:
 * stream.
 */
#ifndef ROLLCALL_DNS_TCP_ANSWER_H
#define ROLLCALL_DNS_TCP_ANSWER_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dns/query.h"

struct addr;
struct tcp_source;
struct tcp_stream;

/* How a query ends. */
struct tcp_ending {
	size_t len;                     /* octets of a reply that takes the query's place; 0: none now */
	bool later;                     /* one will be delivered by the asker's number */
	struct tcp_source *source;      /* many messages, the caller's; NULL: no */
	struct query query;             /* as it was read */
};

/*
 * Answer the query of `len` octets in stream->work, from the client with this number, where there
 * is room for 65,535.  The caller is inside a read-side section of the index, and the stream's
 * responder is up to date.
 */
struct tcp_ending tcp_answer(struct tcp_stream *stream, const struct addr *client,
    uint64_t number, size_t len);
#endif
