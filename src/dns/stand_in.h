/*
 * stand_in.h - which entry of a zone out of a file speaks for a name that has none of its own: a
 * cut, a DNAME, a wildcard; and the entries below what the catalog has.  Thread: readers; pure.
 */
#ifndef ROLLCALL_DNS_STAND_IN_H
#define ROLLCALL_DNS_STAND_IN_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "dns/zone_table.h"

struct entry;
struct reply;

#define STAND_IN_ARPA "\4arpa"  /* and the root label: the NUL */

/* Is the folded name below arpa, where names that files state stand below the catalog's? */
static inline bool
stand_in_is_arpa(const uint8_t *name, size_t len)
{
	return len > sizeof(STAND_IN_ARPA) &&
	    memcmp(name + len - sizeof(STAND_IN_ARPA), STAND_IN_ARPA, sizeof(STAND_IN_ARPA)) == 0;
}

/* Can stand_in_find() find anything for such a name?  Not for most. */
static inline bool
stand_in_may_be(const struct zone *zone, const uint8_t *name, size_t len)
{
	return (zone != NULL && (zone->flags & ZONE_STATED) != 0) || stand_in_is_arpa(name, len);
}

/*
 * A folded name that is not found in the index; `zone` is the longest that it lies in, NULL: none.
 * The entry is its own, below what the catalog has (kind ENTRY_HOST, or of the zone); or the cut
 * or DNAME above it; or the wildcard that it matches (RFC 4592, 3.3.1).  NULL: it is missing.
 */
const struct entry *stand_in_find(const struct reply *reply, const struct zone *zone,
    const uint8_t *name, size_t len);

/* What stands below an entry of the catalog that has no records; NULL: nothing. */
const struct entry *stand_in_under(const struct reply *reply, const struct entry *entry);
#endif
