/*
 * entry.h - one name of the index with everything that is answered at it, ready-made in wire form;
 * immutable.
 *
 * Built by the control thread from records in full wire form, read by responders.  An entry is a
 * single allocation: key, answers by type, additional records, and the places in them that a reply
 * has to patch (owner pointers, the zone suffix copied from the question).
 *
 * A Service's entry also holds the names below it, its endpoints' and its ports' (below.h): a
 * million names need no place in the index, and all that a Service says changes with one store.
 */
#ifndef ROLLCALL_DNS_ENTRY_H
#define ROLLCALL_DNS_ENTRY_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct addr;
struct page_root;

#define DNS_NAME_MAX 255        /* octets of a wire name with its root label (RFC 1035, 3.1) */

enum entry_kind {
	ENTRY_NAME,             /* records, or an empty non-terminal: what is not there is NODATA */
	/* Exists for people only: NXDOMAIN with an Extended DNS Error text (RFC 8914). */
	ENTRY_EMPTY_HEADLESS,
	/* n.pod.Z with pods: insecure: one label below it is an address to echo. */
	ENTRY_POD_NAMESPACE,
	/* pin._zone.s.n.svc.Z: names below that are not stated are NODATA. */
	ENTRY_ZONE_PIN,
	/* prefer._zone...: names below that are not stated answer as s.n.svc.Z does. */
	ENTRY_ZONE_PREFER,
	/* A reverse network: the addresses right below it are looked up in its page (page.h). */
	ENTRY_NETWORK,
	/* Out of a zone file, with NS, MX or SRV records: their targets' addresses are added. */
	ENTRY_POINTING,
	/* A delegation: NS, DS and glue, and nothing below it has an entry. */
	ENTRY_CUT,
	/* Has a DNAME record, which speaks for all below it (RFC 6672). */
	ENTRY_DNAME,
	/* The host of an Ingress, or out of a hosts file: what is not there is NODATA, of no zone. */
	ENTRY_HOST,
};

/*
 * One record, TTL in seconds.  rdata: uncompressed, names in it lower case.  owner: wire form,
 * lower case.
 */
struct entry_record {
	const uint8_t *owner;   /* additional records only; NULL: the entry's own name */
	uint16_t type;
	uint32_t ttl_s;
	const uint8_t *rdata;
	uint16_t rdata_len;
};

/*
 * An address at a name one label below the entry's own; sorted by label (length octet first), then
 * address, each pair once.
 */
struct entry_member {
	const uint8_t *label;           /* length octet first, lower case */
	const struct addr *addr;
	uint32_t rank;                  /* its place among all members by address, from 0 */
};

/* A name below the entry's own with SRV records, or with none: an empty non-terminal. */
struct entry_port {
	const uint8_t *name;            /* wire form, lower case, in full */
	const struct entry_record *records; /* may be a piece of the entry's own: held once */
	size_t record_count;
};

struct entry_spec {
	enum entry_kind kind;
	const uint8_t *name;            /* wire form, lower case */
	const uint8_t *zone;            /* the zone it lies in, a suffix of name */
	const struct entry_record *records; /* grouped by type; one TTL a type (RFC 2181, 5.2) */
	size_t record_count;
	/* sent with SRV and NS answers where there is room; by owner and type */
	const struct entry_record *additional;
	size_t additional_count;
	const char *ede;                /* text for ENTRY_EMPTY_HEADLESS; NULL otherwise */
	const struct entry_member *members;
	size_t member_count;
	uint32_t member_ttl_s;          /* of their addresses and PTR */
	const struct entry_port *ports;
	size_t port_count;
	const struct page_root *root;   /* for ENTRY_NETWORK, borrowed as long as readers find it */
};

struct entry;

/*
 * ERR_NOMEM; ERR_LIMIT where an RRset exceeds 65,535 octets of a message (the caller leaves records
 * out); ERR_INVALID where a name is malformed, the zone is no suffix of the name, or records are
 * not grouped. Additional records beyond 65,535 octets are left out: they could never be sent.
 */
int entry_build(const struct entry_spec *spec, struct entry **out);
/* For entries never put into an index. */
void entry_free(struct entry *entry);
/* Octets of the allocation. */
size_t entry_size(const struct entry *entry);
/* The entry's name, wire form. */
const uint8_t *entry_name(const struct entry *entry);
/* Is this one of the addresses at the entry's own name?  Then *ttl_s is theirs. */
bool entry_has_addr(const struct entry *entry, const struct addr *addr, uint32_t *ttl_s);
/* How many names it answers for: its own, and those below it. */
size_t entry_name_count(const struct entry *entry);
/* Would both answer the same? */
bool entry_equal(const struct entry *a, const struct entry *b);
#endif
