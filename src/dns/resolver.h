/*
 * resolver.h - the thread that asks upstreams, and the queue that leads to it.  Threads: said at
 * each function.
 *
 * The life of a question that is not ours: a responder or a stream has not found it in the cache.
 * It puts what it must remember into something that begins with a struct waiter and hands it to
 * resolver_ask().  The resolver's thread takes it from the queue, joins it to the flight of the
 * same question or begins one (flight.h), asks upstreams (channels.h), stores the answer and calls
 * done(), which finishes the client's reply and frees.
 *
 * Upstreams that lead back to us are found by asking each for a name that nobody else can know
 * (loop_check.h); they are said, and not asked.
 */
#ifndef ROLLCALL_DNS_RESOLVER_H
#define ROLLCALL_DNS_RESOLVER_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dns/waiter.h"

struct addr_port;
struct cache;
struct clock;
struct flight_counts;
struct forward;
struct forward_zone;
struct resolver;
struct upstream;

/* Waiters at most, in the queue and in flights; then the oldest is answered SERVFAIL. */
#define RESOLVER_PENDING_MAX 10000

struct resolver_settings {
	const struct clock *clock;
	struct cache *cache;            /* the resolver's thread is its writer; NULL: there is none */
	/* Is a folded name ours, so that no upstream is believed about it?  On the resolver's thread,
	 * inside a read-side section; NULL: none is. */
	bool (*is_ours)(void *arg, const uint8_t *name, size_t len);
	void *arg;
};

/* Thread: control, these and all that follow but the last.  Settings are borrowed.  ERR_SYSTEM with
 * errno, ERR_NOMEM. */
int resolver_new(const struct resolver_settings *settings, struct resolver **out);
/* Begin to ask, and look for loops; before it every question is refused. */
int resolver_start(struct resolver *resolver);
/* What waits is answered SERVFAIL; then the thread ends.  What is asked from now on is refused. */
void resolver_stop(struct resolver *resolver);
/* When nobody can call resolver_ask() any more. */
void resolver_free(struct resolver *resolver);

/*
 * Another table, at once; what is under way goes on with the upstreams it knows.  Takes the table
 * over, on failure too.  ERR_NOMEM: all as before.
 */
int resolver_set_forward(struct resolver *resolver, struct forward *forward);

/* The upstreams that the settings name, once for each zone that names it; their figures may be read
 * at any time, and they live as long as the resolver. */
typedef void resolver_upstream_fn(void *arg, const struct forward_zone *zone,
    const struct upstream *upstream);
void resolver_each_upstream(struct resolver *resolver, resolver_upstream_fn *fn, void *arg);
/* Ask it first, or only when nobody else is there. */
void resolver_set_healthy(struct resolver *resolver, const struct addr_port *address, bool healthy);

/* Run this on the resolver's thread, as the writer of the cache, and wait until it is done. */
void resolver_call(struct resolver *resolver, void (*fn)(void *arg), void *arg);

/*
 * The same without waiting for it: the order is the resolver's until fn runs, which may free it.
 * Where there is no such thread (any more) fn runs inside of the call.
 */
struct resolver_order {
	struct inbox_item item;         /* the resolver's */
	void (*fn)(void *arg);
	void *arg;
};
void resolver_post(struct resolver *resolver, struct resolver_order *order);

const struct flight_counts *resolver_counts(const struct resolver *resolver);
/* Thread: any.  Waiters in the queue and in flights. */
unsigned resolver_pending(const struct resolver *resolver);

/*
 * Thread: any.  The waiter is the resolver's until done() runs.  false: the queue is full, the
 * waiter stays the caller's, who answers SERVFAIL with an Extended DNS Error.
 */
bool resolver_ask(struct resolver *resolver, struct waiter *waiter);
#endif
