/* membership.c - Service and objects to roster entry: who belongs, who is present. */
#include "model/membership.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "model/allot.h"
#include "model/membership_parts.h"
#include "model/service.h"
#include "model/store.h"

static bool
is_answered(const struct roster_entry *entry, const struct roster_endpoint *endpoint)
{
	if (endpoint->presence == PRESENT_DRAINED)
		return false;
	if (entry->publish_not_ready || endpoint->presence == PRESENT_READY)
		return true;
	return entry->panic && (endpoint->presence == PRESENT_PROBE_FAILS ||
	    endpoint->presence == PRESENT_PROBE_UNKNOWN);
}

static uint16_t
node_port_of(const struct allotment *allotment, const struct service_port *port)
{
	for (size_t i = 0; i < allotment->node_port_count; i++) {
		const struct allotted_port *given = &allotment->node_ports[i];

		if (given->port == port->port && given->protocol == port->protocol)
			return given->node_port;
	}
	return 0;
}

static size_t
add_unique(struct addr *addrs, size_t count, const struct addr *addr)
{
	for (size_t i = 0; i < count; i++)
		if (addr_compare(&addrs[i], addr) == 0)
			return count;
	addrs[count] = *addr;
	return count + 1;
}

/*
 * rollcall/panic-threshold.  In a panic we doubt our own probes, never what was stated:
 * endpoints that fail or wait for their first result are answered; stated not ready, gated
 * and terminating ones are neither answered nor counted.  What has no result yet counts as
 * ready, or every start would begin with a panic.
 */
static bool
panics(const struct gather *gather, const struct service *service)
{
	size_t total = 0;
	size_t failing = 0;

	if (service->panic_percent == 0 || service->publish_not_ready)
		return false;
	for (size_t i = 0; i < gather->endpoint_count; i++) {
		uint8_t presence = gather->endpoints[i].presence;

		failing += presence == PRESENT_PROBE_FAILS;
		total += presence == PRESENT_READY || presence == PRESENT_PROBE_FAILS ||
		    presence == PRESENT_PROBE_UNKNOWN;
	}
	return failing > 0 && (total - failing) * 100 < total * service->panic_percent;
}

static struct roster_entry
head_of(const struct gather *gather, const struct allotment *allotment)
{
	const struct service *service = gather->service;
	bool needs_address = !service->headless && service->type != SERVICE_EXTERNAL_NAME;
	struct roster_entry entry = {
		.references = 1,
		.generation = store_generation(gather->store),
		.service = service,
		.type = service->type,
		.headless = service->headless,
		.publish_not_ready = service->publish_not_ready,
		.panic = panics(gather, service),
		.has_selector = service->selector.count > 0,
		.families = { (uint8_t)gather->families[0], (uint8_t)gather->families[1] },
		.family_count = (uint8_t)gather->family_count,
		.group_count = (uint32_t)gather->group_count,
		.endpoint_count = (uint32_t)gather->endpoint_count,
		.object_count = (uint32_t)gather->object_count,
	};

	if (needs_address && allotment != NULL) {
		entry.cluster_ip_count = (uint8_t)allotment->cluster_ip_count;
		memcpy(entry.cluster_ips, allotment->cluster_ips, sizeof(entry.cluster_ips));
	}
	entry.pending = needs_address && entry.cluster_ip_count == 0;
	return entry;
}

/* ---- an entry and its arrays, in one piece of memory ---- */

/* Where the next array goes; those of the strictest alignment come first. */
static void *
take(char **at, size_t size)
{
	void *taken = *at;

	*at += size;
	return taken;
}

static const struct roster_endpoint *
lay_endpoints(char **at, const struct gather *gather, struct roster_entry *entry)
{
	size_t size = gather->endpoint_count * sizeof(*gather->endpoints);
	struct roster_endpoint *endpoints = take(at, size);

	if (size > 0)
		memcpy(endpoints, gather->endpoints, size);
	for (size_t i = 0; i < gather->endpoint_count; i++) {
		endpoints[i].answered = is_answered(entry, &endpoints[i]);
		entry->answered_count += endpoints[i].answered;
		entry->ready_count += endpoints[i].presence == PRESENT_READY;
	}
	return endpoints;
}

static const struct roster_group *
lay_groups(char **at, const struct gather *gather)
{
	struct roster_group *groups = take(at, gather->group_count * sizeof(*groups));

	for (size_t i = 0; i < gather->group_count; i++) {
		const struct gather_group *from = &gather->groups[i];
		size_t size = from->count * sizeof(struct roster_group_port);
		struct roster_group_port *ports = take(at, size);

		if (size > 0)
			memcpy(ports, &gather->ports[from->first], size);
		groups[i] = (struct roster_group){ ports, from->count };
	}
	return groups;
}

static const struct object *const *
lay_objects(char **at, const struct gather *gather)
{
	const struct object **objects = take(at, gather->object_count * sizeof(*objects));

	for (size_t i = 0; i < gather->object_count; i++)
		objects[i] = object_ref(gather->objects[i]);
	return objects;
}

static const uint16_t *
lay_node_ports(char **at, const struct service *service, const struct allotment *allotment)
{
	uint16_t *ports;

	if (allotment == NULL || allotment->node_port_count == 0)
		return NULL;
	ports = take(at, service->port_count * sizeof(*ports));
	for (size_t i = 0; i < service->port_count; i++)
		ports[i] = node_port_of(allotment, &service->ports[i]);
	return ports;
}

/* How many addresses there may be beside the cluster's. */
static size_t
external_most(const struct service *service)
{
	const struct service_extra *extra = service_extra(service);
	size_t balanced = service->type == SERVICE_LOAD_BALANCER ?
	    extra->status_ingress_count + 1 : 0;

	return extra->external_ip_count + balanced;
}

/* spec.externalIPs, then what the balancer was given by us or, believed, by others. */
static void
lay_external_ips(char **at, const struct service *service, const struct allotment *allotment,
    struct roster_entry *entry)
{
	const struct service_extra *extra = service_extra(service);
	struct addr *addrs = take(at, external_most(service) * sizeof(*addrs));
	size_t used = 0;

	for (size_t i = 0; i < extra->external_ip_count; i++)
		used = add_unique(addrs, used, &extra->external_ips[i]);
	if (service->type == SERVICE_LOAD_BALANCER) {
		if (allotment != NULL && allotment->load_balancer_ip.family != ADDR_NONE)
			used = add_unique(addrs, used, &allotment->load_balancer_ip);
		for (size_t i = 0; i < extra->status_ingress_count; i++)
			used = add_unique(addrs, used, &extra->status_ingress[i]);
	}
	entry->external_ips = addrs;
	entry->external_ip_count = (uint32_t)used;
}

static size_t
size_of(const struct gather *gather, const struct allotment *allotment)
{
	size_t size = sizeof(struct roster_entry) +
	    gather->endpoint_count * sizeof(struct roster_endpoint) +
	    gather->group_count * sizeof(struct roster_group) +
	    gather->port_count * sizeof(struct roster_group_port) +
	    gather->object_count * sizeof(struct object *) +
	    external_most(gather->service) * sizeof(struct addr);

	if (allotment != NULL && allotment->node_port_count > 0)
		size += gather->service->port_count * sizeof(uint16_t);
	return size;
}

static int
make_entry(const struct gather *gather, const struct allotment *allotment,
    struct roster_entry **out)
{
	struct roster_entry *entry;
	char *at = malloc(size_of(gather, allotment));

	if (at == NULL)
		return ERR_NOMEM;
	entry = take(&at, sizeof(*entry));
	*entry = head_of(gather, allotment);
	object_ref(&entry->service->object);
	entry->endpoints = lay_endpoints(&at, gather, entry);
	entry->groups = lay_groups(&at, gather);
	entry->objects = lay_objects(&at, gather);
	entry->node_ports = lay_node_ports(&at, gather->service, allotment);
	lay_external_ips(&at, gather->service, allotment, entry);
	*out = entry;
	return 0;
}

/* As allotted; without that as stated; else whatever the endpoints have. */
static void
set_families(struct gather *gather, const struct allotment *allotment)
{
	const struct service *service = gather->service;

	if (allotment != NULL && allotment->family_count > 0) {
		gather->family_count = allotment->family_count;
		memcpy(gather->families, allotment->families, sizeof(gather->families));
	} else if (service->family_count > 0) {
		gather->family_count = service->family_count;
		gather->families[0] = (enum addr_family)service->families[0];
		gather->families[1] = (enum addr_family)service->families[1];
	} else {
		gather->family_count = 2;
		gather->families[0] = ADDR_IP4;
		gather->families[1] = ADDR_IP6;
	}
}

int
membership_build(const struct store *store, const struct service *service,
    const struct allotment *allotment, struct roster_entry **out)
{
	struct gather gather;
	int err;

	gather_init(&gather, store, service);
	set_families(&gather, allotment);
	err = gather_run(&gather);
	if (err == 0)
		err = make_entry(&gather, allotment, out);
	gather_release(&gather);
	return err;
}
