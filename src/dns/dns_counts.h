/* dns_counts.h - what queries were for and what became of them: sums to look at.  Thread: any; pure. */
#ifndef ROLLCALL_DNS_DNS_COUNTS_H
#define ROLLCALL_DNS_DNS_COUNTS_H
#include <stddef.h>
#include <stdint.h>

/* A closed list, so that nobody can make up labels by asking; the last is "other". */
#define DNS_COUNTED_TYPES 19
/* Below 64 octets, 128 and so on up to 65,536. */
#define DNS_COUNTED_SIZES 11

/* Monotonic; but for `thinned`. */
struct dns_counts {
	uint64_t queries;
	uint64_t replies;
	uint64_t rcode[16];
	uint64_t truncated;
	uint64_t dropped;       /* silence: not a query, no room */
	uint64_t thinned;       /* clients whose flood is thinned out now, on each of the threads */
	uint64_t type[DNS_COUNTED_TYPES];
	uint64_t dnssec_ok;
	uint64_t query_size[DNS_COUNTED_SIZES]; /* of messages in this class, not below it */
	uint64_t query_octets;
	uint64_t reply_size[DNS_COUNTED_SIZES];
	uint64_t reply_octets;
};

/* "A", "HTTPS", "other": what dns_counts.type[i] counts. */
const char *dns_counts_type_text(size_t i);
/* Sizes in class i are at most this; the last: 65,535. */
uint32_t dns_counts_size_limit(size_t i);

/* Add what another one holds. */
void dns_counts_add(struct dns_counts *sum, const struct dns_counts *counts);
#endif
