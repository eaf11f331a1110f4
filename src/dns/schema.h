/*
 * schema.h - which names and records a Service owns (DNS.md 2-4).  Thread: any; pure.
 *
 * The list is worked out anew from the roster entry whenever it is needed: so nobody has to keep a
 * second copy of a million names.  Where the addresses lead in reverse is not part of it
 * (pointer.h): mostly that is read off the Service's entry.
 */
#ifndef ROLLCALL_DNS_SCHEMA_H
#define ROLLCALL_DNS_SCHEMA_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dns/entry.h"

struct arena;
struct roster_entry;
struct domain;

/*
 * A name with all that is answered at it.  Records point into the arena and into the roster
 * entry.
 */
struct schema_name {
	const uint8_t *name;
	enum entry_kind kind;
	const struct entry_record *records;
	size_t record_count;
	const struct entry_record *additional;
	size_t additional_count;
	const char *ede;
};

struct schema {
	const struct schema_name *own;          /* the Service's; NULL: nothing is answered */
	/* what its entry holds below it: the ports, and the endpoints with their TTL */
	const struct entry_port *ports;
	size_t port_count;
	const struct entry_member *members;
	size_t member_count;
	uint32_t member_ttl_s;
	/* topology zones: in the order of owner_compare, each once */
	const struct schema_name *names;
	size_t name_count;
	const struct entry_record *glue;        /* where we are an endpoint ourselves (glue.h) */
	size_t glue_count;
	size_t left_out;                        /* records that no message could carry (rrset.h) */
};

/*
 * All that the Service owns; entry NULL: nothing.  Names that would be too long for the DNS are
 * left out, and of a record set that no message could carry the records past the limit.
 * ERR_NOMEM.
 */
int schema_build(const struct domain *domain, const struct roster_entry *entry, struct arena *arena,
    struct schema *schema);

/* Would both be answered the same?  (Their names are not compared.) */
bool schema_name_equal(const struct schema_name *a, const struct schema_name *b);
#endif
