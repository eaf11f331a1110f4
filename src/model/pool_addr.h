/*
 * pool_addr.h - which addresses of the service and load balancer CIDRs are taken.  Thread:
 * control; pure.
 */
#ifndef ROLLCALL_MODEL_POOL_ADDR_H
#define ROLLCALL_MODEL_POOL_ADDR_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"

struct pool_addr;

/*
 * A pool over CIDRs of any families; within a family they are used in order.  With `bands` the
 * first min(max(16, size/16), 256) addresses are left to explicit requests as long as others
 * are free, and network, broadcast and first address are reserved (Kubernetes, KEP-3070).
 * NULL: no memory.
 */
struct pool_addr *pool_addr_new(const struct cidr *cidrs, size_t count, bool bands);
void pool_addr_free(struct pool_addr *pool);

/*
 * Take this very address for `owner`, whoever is known by that pointer; it must stay until all it
 * had is free, or its hold over.  ERR_EXISTS (see pool_addr_owner), ERR_RANGE,
 * ERR_NOMEM. `force`: keep an address outside all CIDRs too (a CIDR that was shrunk).
 */
int pool_addr_take(struct pool_addr *pool, const struct addr *addr, const void *owner, bool force);

/*
 * Take any free address of the family, starting at a place that `hash` names; rather one that
 * is held for the same owner and hash, so that who comes and goes does not use up the pool.
 * ERR_FULL, ERR_NOTFOUND (no CIDR of the family).
 */
int pool_addr_allot(struct pool_addr *pool, enum addr_family family, uint64_t hash,
    const void *owner, struct addr *addr);

/*
 * Give back; nobody else gets it by allotment before `until_ms` (0: at once), the same owner
 * may retake it.
 */
void pool_addr_release(struct pool_addr *pool, const struct addr *addr, uint64_t until_ms);
/* Forget holds that ended. */
void pool_addr_expire(struct pool_addr *pool, uint64_t now_ms);

/* Who has it; NULL: free (or held). */
const void *pool_addr_owner(const struct pool_addr *pool, const struct addr *addr);
bool pool_addr_in_range(const struct pool_addr *pool, const struct addr *addr);
bool pool_addr_has_family(const struct pool_addr *pool, enum addr_family family);
/* How full each network is, into `out`; returns how many there are. */
struct pool_addr_usage {
	struct cidr cidr;
	uint64_t size;                  /* that may be allotted */
	uint64_t taken;                 /* of those, what is held included */
};
size_t pool_addr_usage(const struct pool_addr *pool, struct pool_addr_usage *out, size_t max);
/* Family of the first CIDR; ADDR_NONE for an empty pool. */
enum addr_family pool_addr_primary(const struct pool_addr *pool);
#endif
