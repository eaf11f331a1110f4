/* write_service.c - what a Service keeps of before, and what goes with a change of its type. */
#include <string.h>

#include "base/err.h"
#include "ops/write_parts.h"

enum need { NEEDS_CLUSTER_IP = 1, NEEDS_NODE_PORT = 2, NEEDS_BALANCER = 4, NEEDS_NAME = 8 };

static unsigned
needs_of(json_t *spec)
{
	static const struct { const char *type; unsigned needs; } types[] = {
		{ "ClusterIP", NEEDS_CLUSTER_IP },
		{ "NodePort", NEEDS_CLUSTER_IP | NEEDS_NODE_PORT },
		{ "LoadBalancer", NEEDS_CLUSTER_IP | NEEDS_NODE_PORT | NEEDS_BALANCER },
		{ "ExternalName", NEEDS_NAME },
	};
	const char *type = json_string_value(json_object_get(spec, "type"));

	for (size_t i = 0; type != NULL && i < sizeof(types) / sizeof(*types); i++)
		if (strcmp(types[i].type, type) == 0)
			return types[i].needs;
	return NEEDS_CLUSTER_IP;
}

/*
 * The API server (registry/core/service, dropTypeDependentFields): what the new type has no use for
 * goes, unless the writer has just stated it.
 */
static const struct { unsigned need; const char *field; } dependent[] = {
	{ NEEDS_CLUSTER_IP, "clusterIP" }, { NEEDS_CLUSTER_IP, "clusterIPs" },
	{ NEEDS_CLUSTER_IP, "ipFamilies" }, { NEEDS_CLUSTER_IP, "ipFamilyPolicy" },
	{ NEEDS_CLUSTER_IP, "internalTrafficPolicy" },
	{ NEEDS_NODE_PORT, "externalTrafficPolicy" }, { NEEDS_BALANCER, "healthCheckNodePort" },
	{ NEEDS_BALANCER, "allocateLoadBalancerNodePorts" },
	{ NEEDS_BALANCER, "loadBalancerClass" }, { NEEDS_BALANCER, "loadBalancerIP" },
	{ NEEDS_BALANCER, "loadBalancerSourceRanges" }, { NEEDS_NAME, "externalName" },
};

static void
drop_dependent(json_t *before, json_t *after, unsigned gone)
{
	for (size_t i = 0; i < sizeof(dependent) / sizeof(*dependent); i++) {
		json_t *was = json_object_get(before, dependent[i].field);
		json_t *now = json_object_get(after, dependent[i].field);

		if ((dependent[i].need & gone) != 0 && was != NULL && now != NULL &&
		    json_equal(was, now))
			json_object_del(after, dependent[i].field);
	}
}

static bool
has_node_port(json_t *ports, json_t *number)
{
	size_t i;
	json_t *port;

	json_array_foreach(ports, i, port) {
		json_t *other = json_object_get(port, "nodePort");

		if (other != NULL && json_equal(other, number))
			return true;
	}
	return false;
}

static void
drop_node_ports(json_t *before, json_t *after)
{
	size_t i;
	json_t *port;

	json_array_foreach(json_object_get(after, "ports"), i, port) {
		json_t *number = json_object_get(port, "nodePort");

		if (number != NULL && has_node_port(json_object_get(before, "ports"), number))
			json_object_del(port, "nodePort");
	}
}

static bool
is_empty(json_t *value)
{
	return value == NULL || json_is_null(value) ||
	    (json_is_string(value) && json_string_length(value) == 0) ||
	    (json_is_array(value) && json_array_size(value) == 0);
}

/* patchAllocatedValues: who does not state addresses keeps those there are. */
static int
carry_addresses(json_t *before, json_t *after)
{
	json_t *was = json_object_get(before, "clusterIP");
	json_t *now = json_object_get(after, "clusterIP");
	json_t *list = json_object_get(before, "clusterIPs");
	json_t *listed = json_object_get(after, "clusterIPs");

	if (is_empty(was))
		return 0;
	if (is_empty(now) && is_empty(listed) &&
	    json_object_set(after, "clusterIP", was) != 0)
		return ERR_NOMEM;
	now = json_object_get(after, "clusterIP");
	if (now == NULL)
		return 0;
	if (json_equal(now, was) && is_empty(listed) && !is_empty(list))
		return json_object_set(after, "clusterIPs", list) == 0 ? 0 : ERR_NOMEM;
	/* NormalizeClusterIPs: the one field was changed, and stands for both. */
	if (!json_equal(now, was) && listed != NULL && list != NULL && json_equal(listed, list))
		json_object_del(after, "clusterIPs");
	return 0;
}

int
write_service_carry(json_t *before, json_t *after)
{
	json_t *was = json_object_get(before, "spec");
	json_t *now = json_object_get(after, "spec");
	unsigned had = needs_of(was), has = needs_of(now);

	if (!json_is_object(was) || !json_is_object(now))
		return 0;
	drop_dependent(was, now, had & ~has);
	if ((had & ~has & NEEDS_NODE_PORT) != 0)
		drop_node_ports(was, now);
	return (had & has & NEEDS_CLUSTER_IP) != 0 ? carry_addresses(was, now) : 0;
}
