/* allot_check.c - could a Service have what it states? */
#include "model/allot_check.h"

#include <stdio.h>

#include "model/allot_parts.h"

struct check {
	const struct allot *allot;
	const struct allot_record *record;      /* of the Service; NULL: it has none */
	allot_refusal_fn *tell;
	void *arg;
	size_t count;
};

static void
refuse(struct check *check, const struct allot_refusal *refusal)
{
	check->tell(check->arg, refusal);
	check->count++;
}

/* What is held for nobody, or for the Service itself, is free. */
static bool
is_taken(const struct check *check, const void *owner)
{
	return owner != NULL && owner != check->record;
}

static bool
has_addr(const struct check *check, const struct addr *addr)
{
	struct allotment given;

	if (check->record == NULL)
		return false;
	allot_record_show(check->record, &given);
	for (size_t i = 0; i < given.cluster_ip_count; i++)
		if (addr_compare(&given.cluster_ips[i], addr) == 0)
			return true;
	return false;
}

static void
check_cluster_ips(struct check *check, const struct service *service)
{
	const struct pool_addr *pool = check->allot->services;

	if (service->headless || service->type == SERVICE_EXTERNAL_NAME)
		return;
	for (size_t i = 0; i < service->cluster_ip_count; i++) {
		const struct addr *addr = &service->cluster_ips[i];
		bool taken = is_taken(check, pool_addr_owner(pool, addr));
		/* One kept from a range that was shrunk may stay. */
		bool outside = !pool_addr_in_range(pool, addr) && !has_addr(check, addr);

		if (taken || outside)
			refuse(check, &(struct allot_refusal){ .what = ALLOT_CLUSTER_IP,
			    .index = i, .taken = taken, .range = "" });
	}
}

static bool
has_port(const struct check *check, const struct service_port *port)
{
	struct allotment given;

	if (check->record == NULL)
		return false;
	allot_record_show(check->record, &given);
	return allot_given_port(&given, port->port, port->protocol) == port->node_port;
}

static void
check_node_ports(struct check *check, const struct service *service)
{
	const struct allot *allot = check->allot;
	char range[16];

	if (service->type != SERVICE_NODE_PORT && service->type != SERVICE_LOAD_BALANCER)
		return;
	snprintf(range, sizeof(range), "%u-%u", allot->node_port_first, allot->node_port_last);
	for (size_t i = 0; i < service->port_count; i++) {
		const struct service_port *port = &service->ports[i];
		bool taken = is_taken(check, pool_port_holder(allot->ports, port->node_port));
		bool outside = port->node_port < allot->node_port_first ||
		    port->node_port > allot->node_port_last;

		if (port->node_port != 0 && (taken || (outside && !has_port(check, port))))
			refuse(check, &(struct allot_refusal){ .what = ALLOT_NODE_PORT, .index = i,
			    .taken = taken, .range = range });
	}
}

static void
check_balancer(struct check *check, const struct service *service)
{
	const struct service_extra *extra = service_extra(service);
	const struct addr *addr = &extra->load_balancer_ip;

	if (service->type != SERVICE_LOAD_BALANCER || extra->load_balancer_class != NULL ||
	    addr->family == ADDR_NONE)
		return;
	if (is_taken(check, pool_addr_owner(check->allot->balancers, addr)))
		refuse(check, &(struct allot_refusal){ .what = ALLOT_BALANCER_IP, .taken = true,
		    .range = "" });
}

size_t
allot_check(const struct allot *allot, const struct service *service, allot_refusal_fn *tell,
    void *arg)
{
	struct check check = { .allot = allot, .tell = tell, .arg = arg,
		.record = allot_record_find(allot, service->object.ns, service->object.name) };

	check_cluster_ips(&check, service);
	check_node_ports(&check, service);
	check_balancer(&check, service);
	return check.count;
}
