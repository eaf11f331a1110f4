/* membership.c - Service and objects to roster entry: who belongs, who is present. */
#include "model/membership.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "model/allot.h"
#include "model/membership_parts.h"
#include "model/service.h"
#include "model/store.h"

/* ---- laying an entry out in one piece of memory ---- */

#define RECENT 8

/*
 * In the first pass `start` is NULL and only `used` grows; the second writes.  Texts that
 * were stored a moment ago (nodes and zones repeat) are stored once; both passes remember
 * the same.
 */
struct layout {
	char *start;
	size_t used;
	struct {
		const char *from;
		const char *copy;
	} recent[RECENT];
	size_t next;
};

static void *
lay(struct layout *layout, const void *data, size_t size)
{
	char *to = layout->start != NULL ? layout->start + layout->used : NULL;

	if (to != NULL && size > 0 && data != NULL)
		memcpy(to, data, size);
	layout->used += size;
	return to;
}

static void
align(struct layout *layout)
{
	layout->used = (layout->used + sizeof(void *) - 1) / sizeof(void *) * sizeof(void *);
}

static const char *
lay_text(struct layout *layout, const char *text)
{
	const char *copy;

	if (text == NULL)
		return NULL;
	for (size_t i = 0; i < RECENT; i++)
		if (layout->recent[i].from != NULL && strcmp(layout->recent[i].from, text) == 0)
			return layout->recent[i].copy;
	copy = lay(layout, text, strlen(text) + 1);
	layout->recent[layout->next].from = text;
	layout->recent[layout->next].copy = copy;
	layout->next = (layout->next + 1) % RECENT;
	return copy;
}

/* ---- the parts of an entry ---- */

static bool
is_answered(const struct roster_entry *entry, const struct candidate *candidate)
{
	if (entry->publish_not_ready || candidate->presence == PRESENT_READY)
		return true;
	return entry->panic && (candidate->presence == PRESENT_PROBE_FAILS ||
	    candidate->presence == PRESENT_PROBE_UNKNOWN);
}

static void
lay_endpoints(struct layout *layout, const struct gather *gather, struct roster_entry *entry,
    struct roster_endpoint *endpoints)
{
	for (size_t i = 0; i < gather->candidate_count; i++) {
		const struct candidate *from = &gather->candidates[i];
		struct roster_endpoint made = {
			.addr = from->addr,
			.presence = (uint8_t)from->presence,
			.answered = is_answered(entry, from),
			.terminating = from->terminating,
			.group = from->group,
			.hostname = lay_text(layout, from->hostname),
			.pod_name = lay_text(layout, from->pod_name),
			.node_name = lay_text(layout, from->node_name),
			.zone = lay_text(layout, from->zone),
		};

		entry->ready_count += from->presence == PRESENT_READY;
		entry->answered_count += made.answered;
		if (endpoints != NULL)
			endpoints[i] = made;
	}
}

static uint16_t
node_port_of(const struct allotment *allotment, const struct service_port *port)
{
	for (size_t i = 0; allotment != NULL && i < allotment->node_port_count; i++) {
		const struct allotted_port *given = &allotment->node_ports[i];

		if (given->port == port->port && given->protocol == port->protocol)
			return given->node_port;
	}
	return 0;
}

static void
lay_ports(struct layout *layout, const struct service *service, const struct allotment *allotment,
    struct roster_port *ports)
{
	for (size_t i = 0; i < service->port_count; i++) {
		const struct service_port *from = &service->ports[i];
		struct roster_port made = {
			.name = lay_text(layout, from->name),
			.app_protocol = lay_text(layout, from->app_protocol),
			.protocol = from->protocol,
			.port = from->port,
			.node_port = node_port_of(allotment, from),
		};

		if (ports != NULL)
			ports[i] = made;
	}
}

static void
lay_groups(struct layout *layout, const struct gather *gather, struct roster_group *groups)
{
	for (size_t i = 0; i < gather->group_count; i++) {
		const struct roster_group *from = &gather->groups[i];
		struct roster_group_port *ports;

		align(layout);
		ports = lay(layout, from->ports, from->port_count * sizeof(*ports));
		if (groups != NULL)
			groups[i] = (struct roster_group){ ports, from->port_count };
		for (size_t j = 0; j < from->port_count; j++) {
			const char *name = lay_text(layout, from->ports[j].name);

			if (ports != NULL)
				ports[j].name = name;
		}
	}
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

/* spec.externalIPs, then what the balancer was given by us or, believed, by others. */
static struct addr *
external_ips(const struct service *service, const struct allotment *allotment,
    struct arena *arena, size_t *count)
{
	size_t room = service->external_ip_count + service->status_ingress_count + 1;
	struct addr *addrs = arena_array(arena, room, sizeof(*addrs));
	size_t used = 0;

	if (addrs == NULL)
		return NULL;
	for (size_t i = 0; i < service->external_ip_count; i++)
		used = add_unique(addrs, used, &service->external_ips[i]);
	if (service->type == SERVICE_LOAD_BALANCER) {
		if (allotment != NULL && allotment->load_balancer_ip.family != ADDR_NONE)
			used = add_unique(addrs, used, &allotment->load_balancer_ip);
		for (size_t i = 0; i < service->status_ingress_count; i++)
			used = add_unique(addrs, used, &service->status_ingress[i]);
	}
	*count = used;
	return addrs;
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

	for (size_t i = 0; i < gather->candidate_count; i++) {
		enum presence presence = gather->candidates[i].presence;

		failing += presence == PRESENT_PROBE_FAILS;
		total += presence == PRESENT_READY || presence == PRESENT_PROBE_FAILS ||
		    presence == PRESENT_PROBE_UNKNOWN;
	}
	return !service->publish_not_ready && failing > 0 &&
	    (total - failing) * 100 < total * service->panic_percent;
}

static void
head_of(const struct gather *gather, const struct allotment *allotment, struct roster_entry *entry)
{
	const struct service *service = gather->service;
	bool needs_address = !service->headless && service->type != SERVICE_EXTERNAL_NAME;

	*entry = (struct roster_entry){
		.references = 1,
		.generation = store_generation(gather->store),
		.type = service->type,
		.headless = service->headless,
		.publish_not_ready = service->publish_not_ready,
		.panic = panics(gather, service),
		.has_selector = service->selector.count > 0,
		.families = { gather->families[0], gather->families[1] },
		.family_count = gather->family_count,
		.port_count = service->port_count,
		.group_count = gather->group_count,
		.endpoint_count = gather->candidate_count,
	};
	if (needs_address && allotment != NULL) {
		entry->cluster_ip_count = allotment->cluster_ip_count;
		for (size_t i = 0; i < allotment->cluster_ip_count; i++)
			entry->cluster_ips[i] = allotment->cluster_ips[i];
	}
	entry->pending = needs_address && entry->cluster_ip_count == 0;
}

/* One pass over all parts; returns the entry, NULL in the first. */
static struct roster_entry *
lay_entry(struct layout *layout, const struct gather *gather, const struct allotment *allotment,
    const struct addr *external, size_t external_count)
{
	const struct service *service = gather->service;
	struct roster_entry head;
	struct roster_entry *entry = lay(layout, NULL, sizeof(*entry));
	struct roster_port *ports;
	struct roster_group *groups;
	struct roster_endpoint *endpoints;

	head_of(gather, allotment, &head);
	ports = lay(layout, NULL, service->port_count * sizeof(*ports));
	groups = lay(layout, NULL, gather->group_count * sizeof(*groups));
	endpoints = lay(layout, NULL, gather->candidate_count * sizeof(*endpoints));
	lay_groups(layout, gather, groups);
	head.external_ips = lay(layout, external, external_count * sizeof(*external));
	head.external_ip_count = external_count;
	head.ns = lay_text(layout, service->object.ns);
	head.name = lay_text(layout, service->object.name);
	if (service->type == SERVICE_EXTERNAL_NAME)
		head.external_name = lay_text(layout, service->external_name);
	lay_ports(layout, service, allotment, ports);
	lay_endpoints(layout, gather, &head, endpoints);
	head.ports = ports;
	head.groups = groups;
	head.endpoints = endpoints;
	if (entry != NULL)
		*entry = head;
	return entry;
}

static int
make_entry(const struct gather *gather, const struct allotment *allotment,
    struct roster_entry **out)
{
	struct layout measure = { .used = 0 };
	struct layout write = { .used = 0 };
	size_t count = 0;
	const struct addr *external = external_ips(gather->service, allotment, gather->arena,
	    &count);
	struct arena *arena;

	if (external == NULL)
		return ERR_NOMEM;
	lay_entry(&measure, gather, allotment, external, count);
	arena = arena_new(measure.used);
	if (arena == NULL)
		return ERR_NOMEM;
	write.start = arena_alloc(arena, measure.used);
	if (write.start == NULL) {
		arena_free(arena);
		return ERR_NOMEM;
	}
	*out = lay_entry(&write, gather, allotment, external, count);
	(*out)->arena = arena;
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
		memcpy(gather->families, service->families, sizeof(gather->families));
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
	struct gather gather = { .store = store, .service = service, .arena = arena_new(0) };
	int err;

	if (gather.arena == NULL)
		return ERR_NOMEM;
	set_families(&gather, allotment);
	err = gather_run(&gather);
	if (err == 0)
		err = make_entry(&gather, allotment, out);
	gather_release(&gather);
	arena_free(gather.arena);
	return err;
}
