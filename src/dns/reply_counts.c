/* reply_counts.c - cells in which one thread counts what it answers. */
#include "dns/reply_counts.h"

const uint8_t reply_counts_types[256] = {
	[1] = 1, [28] = 2, [15] = 3, [6] = 4, [5] = 5, [12] = 6, [16] = 7, [2] = 8, [33] = 9,
	[43] = 10, [48] = 11, [46] = 12, [47] = 13, [50] = 14, [65] = 15, [251] = 16, [252] = 17,
	[255] = 18,
};

static uint64_t
look(const _Atomic uint64_t *count)
{
	return atomic_load_explicit(count, memory_order_relaxed);
}

static void
add_all(uint64_t *sum, const _Atomic uint64_t *counts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		sum[i] += look(&counts[i]);
}

void
reply_counts_add(struct dns_counts *sum, const struct reply_counts *counts)
{
	sum->queries += look(&counts->queries);
	sum->replies += look(&counts->replies);
	sum->truncated += look(&counts->truncated);
	sum->dropped += look(&counts->dropped);
	sum->thinned += look(&counts->thinned);
	sum->dnssec_ok += look(&counts->dnssec_ok);
	sum->query_octets += look(&counts->query_octets);
	sum->reply_octets += look(&counts->reply_octets);
	add_all(sum->rcode, counts->rcode, 16);
	add_all(sum->type, counts->type, DNS_COUNTED_TYPES);
	add_all(sum->query_size, counts->query_size, DNS_COUNTED_SIZES);
	add_all(sum->reply_size, counts->reply_size, DNS_COUNTED_SIZES);
}
