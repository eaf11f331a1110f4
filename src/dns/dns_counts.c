/* dns_counts.c - what queries were for and what became of them: sums to look at. */
#include "dns/dns_counts.h"

/* In the order of reply_counts.h. */
static const char *const type_texts[DNS_COUNTED_TYPES] = {
	"other", "A", "AAAA", "MX", "SOA", "CNAME", "PTR", "TXT", "NS", "SRV", "DS", "DNSKEY",
	"RRSIG", "NSEC", "NSEC3", "HTTPS", "IXFR", "AXFR", "ANY",
};

const char *
dns_counts_type_text(size_t i)
{
	return type_texts[i < DNS_COUNTED_TYPES ? i : 0];
}

uint32_t
dns_counts_size_limit(size_t i)
{
	return (64u << i) - 1;
}

static void
add_all(uint64_t *sum, const uint64_t *counts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		sum[i] += counts[i];
}

void
dns_counts_add(struct dns_counts *sum, const struct dns_counts *counts)
{
	sum->queries += counts->queries;
	sum->replies += counts->replies;
	sum->truncated += counts->truncated;
	sum->dropped += counts->dropped;
	sum->thinned += counts->thinned;
	sum->dnssec_ok += counts->dnssec_ok;
	sum->query_octets += counts->query_octets;
	sum->reply_octets += counts->reply_octets;
	add_all(sum->rcode, counts->rcode, 16);
	add_all(sum->type, counts->type, DNS_COUNTED_TYPES);
	add_all(sum->query_size, counts->query_size, DNS_COUNTED_SIZES);
	add_all(sum->reply_size, counts->reply_size, DNS_COUNTED_SIZES);
}
