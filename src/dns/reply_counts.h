/*
 * reply_counts.h - cells in which one thread counts what it answers.  Threads: one counts, any looks.
 */
#ifndef ROLLCALL_DNS_REPLY_COUNTS_H
#define ROLLCALL_DNS_REPLY_COUNTS_H
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "dns/dns_counts.h"
#include "dns/query.h"

/* Zeroed is none. */
struct reply_counts {
	_Atomic uint64_t queries;
	_Atomic uint64_t replies;
	_Atomic uint64_t rcode[16];
	_Atomic uint64_t truncated;
	_Atomic uint64_t dropped;
	_Atomic uint64_t thinned;
	_Atomic uint64_t dnssec_ok;
	_Atomic uint64_t query_octets;
	_Atomic uint64_t reply_octets;
	_Atomic uint64_t type[DNS_COUNTED_TYPES];
	_Atomic uint64_t query_size[DNS_COUNTED_SIZES];
	_Atomic uint64_t reply_size[DNS_COUNTED_SIZES];
};

/* Where a type is counted; 0: with all others. */
extern const uint8_t reply_counts_types[256];

/* Only the owner writes: a plain addition, but one that others may look at. */
static inline void
reply_counts_up(_Atomic uint64_t *count, uint64_t by)
{
	atomic_store_explicit(count, atomic_load_explicit(count, memory_order_relaxed) + by,
	    memory_order_relaxed);
}

/* The class of a size: that of 64 octets for what is smaller, too. */
static inline size_t
reply_counts_size(size_t len)
{
	unsigned bits = 32u - (unsigned)__builtin_clz((unsigned)len | 63u);

	return bits > 16 ? DNS_COUNTED_SIZES - 1 : bits - 6;
}

/* A query came in that could be read: what for, and how large it is. */
static inline void
reply_counts_asked(struct reply_counts *counts, const struct query *query, size_t len)
{
	reply_counts_up(&counts->type[query->type < 256 ? reply_counts_types[query->type] : 0], 1);
	reply_counts_up(&counts->query_size[reply_counts_size(len)], 1);
	reply_counts_up(&counts->query_octets, len);
	if (query->dnssec_ok)
		reply_counts_up(&counts->dnssec_ok, 1);
}

/* A reply went out. */
static inline void
reply_counts_note(struct reply_counts *counts, const uint8_t *reply, size_t len)
{
	reply_counts_up(&counts->replies, 1);
	reply_counts_up(&counts->rcode[reply[3] & 15], 1);
	reply_counts_up(&counts->reply_size[reply_counts_size(len)], 1);
	reply_counts_up(&counts->reply_octets, len);
	if ((reply[2] & 2) != 0)
		reply_counts_up(&counts->truncated, 1);
}

/* Add what has been counted. */
void reply_counts_add(struct dns_counts *sum, const struct reply_counts *counts);
#endif
