/* sample.h - entries out of record texts, for the tests of the answering side. */
#ifndef ROLLCALL_TESTS_DNS_SAMPLE_H
#define ROLLCALL_TESTS_DNS_SAMPLE_H
#include <stddef.h>
#include <stdint.h>

#include "dns/entry.h"

struct cell;
struct index;
struct page_root;

/* Lists of texts end in NULL; a NULL list is empty. */
struct sample_name {
	const char *name;               /* "web.shop.svc.cluster.local" */
	const char *zone;               /* "cluster.local" */
	enum entry_kind kind;
	const char *records[8];         /* "5 A 10.0.0.1": TTL, type, rdata */
	const char *additional[8];      /* "web.shop.svc.cluster.local. 5 A 10.0.0.1" */
	const char *ede;
	const char *members[8];         /* "pod-0 10.0.0.1", sorted, with a TTL of 5 */
	/* below the name: "_http._tcp" with all its SRV records, "_tcp" with none */
	const char *ports[4];
};

/* The err of entry_build; anything else that goes wrong ends the test. */
int sample_build(const struct sample_name *spec, struct entry **out);
/* Built and put into the index. */
void sample_put(struct index *index, const struct sample_name *spec);
/* "cluster.local" with an SOA of serial 1, and its apex entry. */
void sample_put_zone(struct index *index, const char *zone, uint32_t soa_ttl_s);
/*
 * The network of the name, "0.0.10.in-addr.arpa", whose addresses in `places` (up to a 0) the entry
 * in the cell has.  Both live as long as the index.
 */
void sample_put_network(struct index *index, struct page_root *root, const char *name,
    struct cell *cell, const unsigned *places);
/* `count` A records, 10.0.0.0 and what follows it. */
void sample_put_many(struct index *index, const char *name, const char *zone, unsigned count);
/* Text to wire form. */
const uint8_t *sample_name(const char *text, uint8_t name[DNS_NAME_MAX]);
#endif
