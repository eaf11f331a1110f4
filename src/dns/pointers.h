/*
 * pointers.h - where the addresses of all Services lead in reverse.  Thread: control.
 *
 * An address that one Service alone has, under one name, is given to the Service's cell in the page
 * of its network (page.h): whatever the Service then changes shows there by itself.  What several
 * Services, or several names of one, have to say about an address is merged into an entry of its
 * own; only who shares is written down (claims.h).  Who has something to say is asked again
 * whenever one of them changes its mind; an address that very many share waits for the end of the
 * batch.
 */
#ifndef ROLLCALL_DNS_POINTERS_H
#define ROLLCALL_DNS_POINTERS_H
#include <stdbool.h>
#include <stddef.h>

#include "dns/index.h"
#include "dns/page.h"

struct branches;
struct domain;
struct ledger;
struct pointers;
struct roster_entry;

/*
 * A Service that has addresses.  Readers come to the cell: the memory, malloc'ed, must be given to
 * index_retire() or index_keep().
 */
struct pointer_owner {
	struct index_piece piece;
	struct cell cell;               /* the entry of the Service's name */
	struct roster_entry *entry;     /* NULL: none */
};

/* Everything is borrowed.  NULL: no memory. */
struct pointers *pointers_new(const struct domain *domain, struct branches *branches,
    struct ledger *ledger);
void pointers_free(struct pointers *pointers);

/* Make room for a change between these two entries of a Service; NULL: none.  ERR_NOMEM. */
int pointers_reserve(struct pointers *pointers, const struct roster_entry *old,
    const struct roster_entry *new);

/*
 * What DNS answered for the Service was `old` and is `new` (NULL: nothing); room has been reserved,
 * the cell is set, and `owner`, who names the Service for good, holds the new entry, which is read
 * now and whenever another Service with one of its addresses changes.  What memory does not suffice
 * for is tried again by pointers_settle().
 */
void pointers_change(struct pointers *pointers, const struct roster_entry *old,
    const struct roster_entry *new, struct pointer_owner *owner);

/* Put what was put off; true while something could not be. */
bool pointers_settle(struct pointers *pointers);
#endif
