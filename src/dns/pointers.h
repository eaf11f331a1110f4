/*
 * pointers.h - the PTR records of all Services, merged by address.  Thread: control.
 *
 * One address may stand in many Services.  Who has something to say about it is asked again
 * whenever one of them changes its mind; an address that very many share waits for the end of the
 * batch.
 */
#ifndef ROLLCALL_DNS_POINTERS_H
#define ROLLCALL_DNS_POINTERS_H
#include <stdbool.h>
#include <stddef.h>

struct branches;
struct ledger;
struct pointer_list;
struct pointers;
struct roster_entry;
struct domain;

/* Everything is borrowed.  NULL: no memory. */
struct pointers *pointers_new(const struct domain *domain, struct branches *branches,
    struct ledger *ledger);
void pointers_free(struct pointers *pointers);

/* Make room for a change from so many records to so many.  ERR_NOMEM. */
int pointers_reserve(struct pointers *pointers, size_t old_count, size_t new_count);

/*
 * A Service's records were `old` and are `new`; room has been reserved.  `owner` names the
 * Service for good and holds its entry (NULL: none), which is read now and whenever another
 * Service with one of its addresses changes. What memory does not suffice for is tried again by
 * pointers_settle().
 */
void pointers_change(struct pointers *pointers, const struct pointer_list *old,
    const struct pointer_list *new,
    struct roster_entry **owner);

/* Put what was put off; true while something could not be. */
bool pointers_settle(struct pointers *pointers);
#endif
