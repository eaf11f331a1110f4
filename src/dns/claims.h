/*
 * claims.h - which owners have something to say about an address.  Thread: control.
 *
 * Sixteen octets a claim, at most half as much again in free slots: the address itself is not
 * kept, only its hash.  So who is found may, once in a very long while, have nothing to do with
 * the address, and must be asked.
 */
#ifndef ROLLCALL_DNS_CLAIMS_H
#define ROLLCALL_DNS_CLAIMS_H
#include <stdbool.h>
#include <stddef.h>

struct addr;
struct claims;

/* NULL: no memory. */
struct claims *claims_new(void);
void claims_free(struct claims *claims);

/* Make room for `more` claims, so that adding them cannot fail.  ERR_NOMEM. */
int claims_reserve(struct claims *claims, size_t more);
/* The caller has reserved room, and adds no claim twice. */
void claims_add(struct claims *claims, const struct addr *addr, void *owner);
/* A claim that is not there is no error. */
void claims_remove(struct claims *claims, const struct addr *addr, const void *owner);
/* Much cheaper than going through all owners: some addresses have tens of thousands. */
bool claims_has(const struct claims *claims, const struct addr *addr, const void *owner);

/*
 * The owners one after the other, in no particular order; NULL at the end.  Start with *cursor 0.
 */
void *claims_next(const struct claims *claims, const struct addr *addr, size_t *cursor);
size_t claims_count(const struct claims *claims);
#endif
