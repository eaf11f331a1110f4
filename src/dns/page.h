/*
 * page.h - the addresses of one network and who answers for each in reverse.
 *
 * An address that one Service alone has, under one name, needs no records of its own: its slot
 * leads to the Service's cell, and the PTR record is put together from the entry there.  So a
 * change of the Service leaves the slots of its addresses alone.  A network is that of the last
 * label of a reverse name: 256 IPv4 addresses, 16 IPv6 ones.
 *
 * Threads: control writes; readers of the index find.
 */
#ifndef ROLLCALL_DNS_PAGE_H
#define ROLLCALL_DNS_PAGE_H
#include <stdatomic.h>
#include <stddef.h>

#include "base/addr.h"

struct entry;
struct index;
struct page;

/* Where a Service's entry is, for as long as there is the Service; NULL: it has no answers. */
struct cell {
	_Atomic(const struct entry *) entry;
};

/* A network's entry (ENTRY_NETWORK) leads here. */
struct page_root {
	_Atomic(struct page *) page;    /* NULL: no address is in it */
	struct cidr network;
	uint32_t copied;                /* control: the last copy of the zone it is in (outgoing.h) */
};

/* Where in its network an address lies. */
unsigned page_place(const struct addr *addr);
/* The address at a place. */
struct addr page_addr(const struct page_root *root, unsigned place);

/* Readers: the entry of who has the address at this place; NULL: nobody. */
const struct entry *page_find(const struct page_root *root, unsigned place);

/* Control: whose the place is; NULL: nobody's. */
struct cell *page_get(const struct page_root *root, unsigned place);
/* It is this one's, or nobody's.  ERR_NOMEM: as before. */
int page_put(struct page_root *root, unsigned place, struct cell *cell, struct index *index);
void page_clear(struct page_root *root, unsigned place, struct index *index);
/* No reader comes to the root any more, or none will after a grace period. */
void page_drop(struct page_root *root, struct index *index);
/* The index outlives the root's owner: the page goes with it. */
void page_keep(struct page_root *root, struct index *index);
#endif
