/*
 * waiter.h - somebody who waits for an answer from elsewhere, and what he is told.  Threads: made by
 * any, finished by the resolver's.
 */
#ifndef ROLLCALL_DNS_WAITER_H
#define ROLLCALL_DNS_WAITER_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dns/asked.h"
#include "dns/inbox.h"

struct parcel;

/* What the asker is told; all of it is valid during the call only. */
struct resolver_outcome {
	const struct parcel *parcel;    /* NULL: failed */
	uint32_t age_s;                 /* to be taken off the TTLs */
	bool stale;                     /* past its end: every TTL is 30 (RFC 8767, 4) */
	uint8_t rcode;                  /* without a parcel: enum dns_rcode */
	uint16_t ede;                   /* RFC 8914, with `text`; text NULL: none */
	const char *text;
};

/* The first member of what the asker allocates. */
struct waiter {
	struct inbox_item item;         /* the resolver's */
	uint64_t since_ms;              /* clock_now_ms() when the query came; 0: just now */
	/* Renews what is in the cache and good: nobody waits. */
	bool refresh;
	bool counted;                   /* the resolver's: among its pending ones */
	/* On the resolver's thread, inside a read-side section of the index, exactly once, never
	 * inside resolver_ask(); owns the waiter. */
	void (*done)(struct waiter *waiter, const struct resolver_outcome *outcome);
	struct asked asked;
};
#endif
