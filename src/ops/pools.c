/* pools.c - how full the pools of addresses and ports are, as an answer. */
#include "ops/pools.h"

#include <inttypes.h>
#include <stdbool.h>

#include "base/strbuf.h"
#include "model/allot.h"

static const char *const names[] = {
	[POOL_CLUSTER_IPS] = "clusterIPs",
	[POOL_BALANCERS] = "loadBalancers",
	[POOL_NODE_PORTS] = "nodePorts",
};

static int
add(json_t *list, struct strbuf *text, const struct allot_pool *pool)
{
	uint64_t left = pool->size > pool->taken ? pool->size - pool->taken : 0;
	double percent = pool->size > 0 ? 100.0 * (double)pool->taken / (double)pool->size : 100;

	strbuf_addf(text, "%-14s %-22s %10" PRIu64 " %10" PRIu64 " %10" PRIu64 "  %5.1f%%\n",
	    names[pool->kind], pool->range, pool->size, pool->taken, left, percent);
	return json_array_append_new(list, json_pack("{s:s, s:s, s:I, s:I, s:I}", "pool",
	    names[pool->kind], "range", pool->range, "size", (json_int_t)pool->size, "taken",
	    (json_int_t)pool->taken, "free", (json_int_t)left));
}

json_t *
pools_answer(const struct allot_pool *pools, size_t count)
{
	struct strbuf text = STRBUF_INIT;
	json_t *list = json_array();
	json_t *answer = NULL;
	bool balancers = false;
	int err = list == NULL;

	strbuf_addf(&text, "%-14s %-22s %10s %10s %10s  %6s\n", "POOL", "RANGE", "SIZE", "TAKEN",
	    "FREE", "USED");
	for (size_t i = 0; i < count && err == 0; i++) {
		balancers |= pools[i].kind == POOL_BALANCERS;
		err = add(list, &text, &pools[i]);
	}
	/* G02 */
	if (!balancers)
		strbuf_add(&text, "loadBalancers  none: Services of type LoadBalancer stay <pending>; "
		    "see loadBalancerCIDRs\n");
	if (err == 0 && text.err == 0)
		answer = json_pack("{s:O, s:s}", "pools", list, "text", text.text);
	json_decref(list);
	strbuf_release(&text);
	return answer;
}
