/* rrset.h - lists of records, grouped by type, each record once.  Thread: any; pure. */
#ifndef ROLLCALL_DNS_RRSET_H
#define ROLLCALL_DNS_RRSET_H
#include <stddef.h>
#include <stdint.h>

#include "dns/entry.h"
#include "dns/wire.h"

struct addr;
struct arena;

/*
 * What one set may take of a message of 65,535 octets, so that the rest holds the header, the
 * longest question, OPT, and the longest chain of CNAMEs in front of it: eight of 12 + 255 octets.
 * A set that is too large for TCP could not be sent at all, so records that come later in their
 * order (addresses as numbers, targets as names) are left out and counted.
 */
#define RRSET_OCTETS_MAX 63000

/* Start with rrset_list_init(); add the records of one owner and type one after the other. */
struct rrset_list {
	struct arena *arena;
	struct entry_record *items;
	size_t count;
	size_t room;
	size_t octets;          /* of the set that is being added to */
	size_t left_out;        /* records that no message could carry */
};

/* Room for that many records.  0 or ERR_NOMEM. */
int rrset_list_init(struct rrset_list *list, struct arena *arena, size_t room);

/* Add a record, unless it equals the one before it or the set is full.  Everything is borrowed. */
void rrset_add(struct rrset_list *list, const uint8_t *owner, const struct entry_record *record);
/* A or AAAA by the address's family; its octets are borrowed. */
void rrset_add_addr(struct rrset_list *list, const uint8_t *owner, const struct addr *addr,
    uint32_t ttl_s);
/* A record whose data is one name: NS, CNAME, PTR. */
void rrset_add_name(struct rrset_list *list, enum dns_type type, const uint8_t *target,
    uint32_t ttl_s);

/* One (address, port) that matched; `target` names the address. */
struct rrset_srv {
	const uint8_t *target;
	uint16_t port;
};

/*
 * SRV records, priority 0, of all that matched: one for each distinct (target, port), its weight
 * floor(100 / count), at least 1, counted before that (DNS.md 3).  Sorts the tuples.  0 or
 * ERR_NOMEM.
 */
int rrset_add_srvs(struct rrset_list *list, struct rrset_srv *tuples, size_t count, uint32_t ttl_s);
#endif
