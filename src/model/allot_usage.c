/* allot_usage.c - how full the pools of addresses and ports are. */
#include <stdio.h>

#include "model/allot_parts.h"

static size_t
add_networks(struct allot_pool *pools, size_t count, enum allot_pool_kind kind,
    const struct pool_addr *pool)
{
	struct pool_addr_usage usage[ALLOT_POOLS_MAX];
	size_t found = pool_addr_usage(pool, usage, ALLOT_POOLS_MAX);

	/* One place is for the ports. */
	for (size_t i = 0; i < found && i < ALLOT_POOLS_MAX && count < ALLOT_POOLS_MAX - 1; i++) {
		struct allot_pool *out = &pools[count++];

		*out = (struct allot_pool){ .kind = kind, .size = usage[i].size,
			.taken = usage[i].taken };
		cidr_text(&usage[i].cidr, out->range);
	}
	return count;
}

size_t
allot_pools(const struct allot *allot, struct allot_pool pools[ALLOT_POOLS_MAX])
{
	size_t count = add_networks(pools, 0, POOL_CLUSTER_IPS, allot->services);

	count = add_networks(pools, count, POOL_BALANCERS, allot->balancers);
	pools[count] = (struct allot_pool){ .kind = POOL_NODE_PORTS,
		.size = (uint64_t)allot->node_port_last - allot->node_port_first + 1,
		.taken = pool_port_taken(allot->ports) };
	snprintf(pools[count].range, sizeof(pools[count].range), "%u-%u", allot->node_port_first,
	    allot->node_port_last);
	return count + 1;
}
