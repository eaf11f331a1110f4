/*
 * routes.h - the forward table with its upstreams found, and which of them is next.  Thread: made
 * by control, used by the resolver's.
 */
#ifndef ROLLCALL_DNS_ROUTES_H
#define ROLLCALL_DNS_ROUTES_H
#include <stddef.h>
#include <stdint.h>

struct dice;
struct forward;
struct forward_zone;
struct routes;
struct upstream;

/* Takes the table over; on failure it stays the caller's.  `find` gives the upstream of an address,
 * which outlives the routes; NULL: no memory.  ERR_NOMEM. */
struct addr_port;
int routes_new(struct forward *forward,
    struct upstream *(*find)(void *arg, const struct addr_port *address), void *arg,
    struct routes **out);

/* Each flight holds one use, and who made them another; the last one frees. */
void routes_use(struct routes *routes);
void routes_release(struct routes *routes);

/* The zone a folded name is asked in; NULL: it is not. */
const struct forward_zone *routes_find(const struct routes *routes, const uint8_t *name, size_t len);
/* The i-th upstream of one of its zones. */
struct upstream *routes_upstream(const struct routes *routes, const struct forward_zone *zone,
    size_t i);

/*
 * By the zone's policy, the next upstream that is not in `tried` (bit i: the i-th): a good one, else
 * any, for all being down is no reason to ask none; never one that leads back to us.  Where all were
 * tried, one of them anew.  -1: there is none.
 */
int routes_pick(struct routes *routes, const struct forward_zone *zone, uint32_t tried,
    struct dice *dice, uint64_t now_ms);
#endif
