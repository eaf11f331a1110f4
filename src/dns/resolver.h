/*
 * resolver.h - the thread that asks upstreams, and the queue that leads to it.  Threads: said at
 * each function.
 *
 * The life of a question that is not ours: a responder or a stream has not found it in the cache.
 * It puts what it must remember into something that begins with a struct waiter and hands it to
 * resolver_ask().  The resolver's thread takes it from the queue, joins it to the flight of the
 * same question or begins one (flight.h), asks upstreams (channels.h), stores the answer and calls
 * done(), which finishes the client's reply and frees.
 */
#ifndef ROLLCALL_DNS_RESOLVER_H
#define ROLLCALL_DNS_RESOLVER_H
#include <stdbool.h>

#include "dns/waiter.h"

struct clock;
struct resolver;

/* Waiters at most, in the queue and in flights; then the oldest is answered SERVFAIL. */
#define RESOLVER_PENDING_MAX 10000

struct resolver_settings {
	const struct clock *clock;      /* borrowed */
};

/* Thread: control.  ERR_SYSTEM with errno, ERR_NOMEM. */
int resolver_new(const struct resolver_settings *settings, struct resolver **out);
/* Begin to ask; nobody may call resolver_ask() before. */
int resolver_start(struct resolver *resolver);
/* What waits is answered SERVFAIL; then the thread ends.  Nobody calls resolver_ask() any more. */
void resolver_stop(struct resolver *resolver);
void resolver_free(struct resolver *resolver);

/*
 * Thread: any.  The waiter is the resolver's until done() runs.  false: the queue is full, the
 * waiter stays the caller's, who answers SERVFAIL with an Extended DNS Error.
 */
bool resolver_ask(struct resolver *resolver, struct waiter *waiter);
#endif
