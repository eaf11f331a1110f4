/* reply_counts.h - what became of queries.  Threads: one counts, any looks. */
#ifndef ROLLCALL_DNS_REPLY_COUNTS_H
#define ROLLCALL_DNS_REPLY_COUNTS_H
#include <stdatomic.h>
#include <stdint.h>

#include "dns/udp.h"

/* Zeroed is none. */
struct reply_counts {
	_Atomic uint64_t queries;
	_Atomic uint64_t replies;
	_Atomic uint64_t rcode[16];
	_Atomic uint64_t truncated;
	_Atomic uint64_t dropped;
	_Atomic uint64_t thinned;
};

/* Only the owner writes: a plain addition, but one that others may look at. */
static inline void
reply_counts_up(_Atomic uint64_t *count, uint64_t by)
{
	atomic_store_explicit(count, atomic_load_explicit(count, memory_order_relaxed) + by,
	    memory_order_relaxed);
}

/* A reply went out. */
static inline void
reply_counts_note(struct reply_counts *counts, const uint8_t *reply)
{
	reply_counts_up(&counts->replies, 1);
	reply_counts_up(&counts->rcode[reply[3] & 15], 1);
	if ((reply[2] & 2) != 0)
		reply_counts_up(&counts->truncated, 1);
}

/* Add what has been counted. */
static inline void
reply_counts_add(struct dns_counts *sum, const struct reply_counts *counts)
{
	sum->queries += atomic_load_explicit(&counts->queries, memory_order_relaxed);
	sum->replies += atomic_load_explicit(&counts->replies, memory_order_relaxed);
	for (unsigned i = 0; i < 16; i++)
		sum->rcode[i] += atomic_load_explicit(&counts->rcode[i], memory_order_relaxed);
	sum->truncated += atomic_load_explicit(&counts->truncated, memory_order_relaxed);
	sum->dropped += atomic_load_explicit(&counts->dropped, memory_order_relaxed);
	sum->thinned += atomic_load_explicit(&counts->thinned, memory_order_relaxed);
}
#endif
