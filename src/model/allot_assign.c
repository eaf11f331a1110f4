/* allot_assign.c - choose what a Service lacks, keep what it has, give back the rest. */
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/err.h"
#include "base/text.h"
#include "model/allot_parts.h"

/* One assignment under way: `next` is what the Service will have if nothing fails. */
struct assignment {
	struct allot *allot;
	struct allot_record *record;
	const struct service *service;
	uint64_t random;
	struct diag *diag;
	struct allotment given;         /* so far */
	struct allotment next;
};

static bool
has_addr(const struct addr *addrs, size_t count, const struct addr *addr)
{
	for (size_t i = 0; i < count; i++)
		if (addr_compare(&addrs[i], addr) == 0)
			return true;
	return false;
}

static bool
has_node_port(const struct allotment *allotment, uint16_t node_port, enum protocol protocol)
{
	for (size_t i = 0; i < allotment->node_port_count; i++)
		if (allotment->node_ports[i].node_port == node_port &&
		    allotment->node_ports[i].protocol == protocol)
			return true;
	return false;
}

static bool
is_reserved_port(const struct reserved *reserved, uint16_t node_port, enum protocol protocol)
{
	for (size_t i = 0; i < reserved->port_count; i++)
		if (reserved->ports[i].node_port == node_port &&
		    reserved->ports[i].protocol == protocol)
			return true;
	return false;
}

/* Release what `from` has and neither `to` nor the reservations have. */
static void
release_difference(struct assignment *a, const struct allotment *from, const struct allotment *to,
    uint64_t until_ms)
{
	const struct reserved *reserved = allot_record_reserved(a->record);

	for (size_t i = 0; i < from->cluster_ip_count; i++) {
		const struct addr *addr = &from->cluster_ips[i];

		if (!has_addr(to->cluster_ips, to->cluster_ip_count, addr) &&
		    !has_addr(reserved->cluster_ips, reserved->cluster_ip_count, addr))
			pool_addr_release(a->allot->services, addr, until_ms);
	}
	if (from->load_balancer_ip.family != ADDR_NONE &&
	    addr_compare(&from->load_balancer_ip, &to->load_balancer_ip) != 0 &&
	    addr_compare(&from->load_balancer_ip, &reserved->load_balancer_ip) != 0)
		pool_addr_release(a->allot->balancers, &from->load_balancer_ip, until_ms);
	for (size_t i = 0; i < from->node_port_count; i++) {
		const struct allotted_port *port = &from->node_ports[i];

		if (!has_node_port(to, port->node_port, port->protocol) &&
		    !is_reserved_port(reserved, port->node_port, port->protocol))
			pool_port_release(a->allot->ports, port->node_port, port->protocol);
	}
}

static const struct addr *
find_family(const struct addr *addrs, size_t count, enum addr_family family)
{
	for (size_t i = 0; i < count; i++)
		if (addrs[i].family == family)
			return &addrs[i];
	return NULL;
}

/*
 * Where a search starts: the same for the same name, so that a lost state mostly gives the
 * same again.
 */
static uint64_t
name_hash(const struct allot_record *record)
{
	const char *name = allot_record_name(record);
	uint64_t hash = text_hash(TEXT_HASH_SEED, record->key, strlen(record->key));

	return text_hash(text_hash(hash, "/", 1), name, strlen(name));
}

static int
say_full(const struct assignment *a, const char *what, const char *setting)
{
	diag_add(a->diag, SEVERITY_ERROR, &a->service->object.place,
	    "Service %s/%s: no free %s is left in %s", a->service->object.ns,
	    a->service->object.name, what, setting);
	return ERR_FULL;
}

/* Kubernetes calls spec.clusterIP immutable; here the file is the truth. */
static void
say_moved(const struct assignment *a, const struct addr *from, const struct addr *to)
{
	char before[ADDR_TEXT_SIZE];
	char after[ADDR_TEXT_SIZE];

	diag_add(a->diag, SEVERITY_WARNING, &a->service->cluster_ip_place,
	    "Service %s/%s: spec.clusterIP %s: replaces %s", a->service->object.ns,
	    a->service->object.name, addr_text(to, after), addr_text(from, before));
}

static int
assign_cluster_ip(struct assignment *a, enum addr_family family)
{
	const struct service *service = a->service;
	const struct allotment *given = &a->given;
	const struct reserved *reserved = allot_record_reserved(a->record);
	const struct addr *stated = find_family(service->cluster_ips, service->cluster_ip_count,
	    family);
	const struct addr *got = find_family(reserved->cluster_ips, reserved->cluster_ip_count,
	    family);
	const struct addr *had = find_family(given->cluster_ips, given->cluster_ip_count, family);
	struct addr *out = &a->next.cluster_ips[a->next.cluster_ip_count];
	int err = 0;

	if (got != NULL) {
		*out = *got;
		if (had != NULL && addr_compare(had, got) != 0)
			say_moved(a, had, got);
	} else if (had != NULL) {
		*out = *had;    /* also when another one is stated and was refused */
	} else if (stated != NULL) {
		return pool_addr_owner(a->allot->services, stated) != NULL ? ERR_EXISTS : ERR_RANGE;
	} else {
		err = pool_addr_allot(a->allot->services, family, name_hash(a->record),
		    a->record, out);
	}
	if (err == ERR_FULL || err == ERR_NOTFOUND)
		return say_full(a, family == ADDR_IP6 ? "IPv6 address" : "IPv4 address",
		    "serviceCIDRs");
	if (err == 0)
		a->next.cluster_ip_count++;
	return err;
}

static int
assign_cluster_ips(struct assignment *a)
{
	int err = 0;

	if (a->service->headless || a->service->type == SERVICE_EXTERNAL_NAME)
		return 0;
	for (size_t i = 0; i < a->next.family_count && err == 0; i++)
		err = assign_cluster_ip(a, a->next.families[i]);
	return err;
}

/* A balancer without address is pending, as Kubernetes says; all else of the Service works. */
static int
assign_load_balancer_ip(struct assignment *a)
{
	const struct service *service = a->service;
	const struct reserved *reserved = allot_record_reserved(a->record);
	const struct allotment *given = &a->given;
	int err = ERR_NOTFOUND;

	if (service->type != SERVICE_LOAD_BALANCER || service_extra(service)->load_balancer_class != NULL)
		return 0;
	if (reserved->load_balancer_ip.family != ADDR_NONE) {
		a->next.load_balancer_ip = reserved->load_balancer_ip;
		return 0;
	}
	if (given->load_balancer_ip.family != ADDR_NONE) {
		a->next.load_balancer_ip = given->load_balancer_ip;
		return 0;
	}
	if (service_extra(service)->load_balancer_ip.family != ADDR_NONE)
		return 0;       /* refused, and said */
	for (size_t i = 0; i < a->next.family_count && err == ERR_NOTFOUND; i++)
		err = pool_addr_allot(a->allot->balancers, a->next.families[i],
		    name_hash(a->record), a->record, &a->next.load_balancer_ip);
	if (err == ERR_FULL)
		diag_add(a->diag, SEVERITY_WARNING, &service->object.place,
		    "Service %s/%s: its load balancer address is pending: none is free in "
		    "loadBalancerCIDRs", service->object.ns, service->object.name);
	else if (err == ERR_NOTFOUND)
		diag_add(a->diag, SEVERITY_INFO, &service->object.place,
		    "Service %s/%s: its load balancer address is pending: loadBalancerCIDRs have no "
		    "network of its family", service->object.ns, service->object.name);
	return err == ERR_NOMEM ? err : 0;
}

/*
 * A port of the same number and another protocol shares the node port (53 over UDP and
 * TCP), as in Kubernetes.
 */
static uint16_t
shared_node_port(const struct assignment *a, const struct service_port *port)
{
	const struct service *service = a->service;

	for (size_t i = 0; i < a->next.node_port_count; i++)
		if (a->next.node_ports[i].port == port->port)
			return a->next.node_ports[i].node_port;
	for (size_t i = 0; i < service->port_count; i++)
		if (service->ports[i].port == port->port && service->ports[i].node_port != 0 &&
		    is_reserved_port(allot_record_reserved(a->record), service->ports[i].node_port,
		    service->ports[i].protocol))
			return service->ports[i].node_port;
	return 0;
}

static int
choose_node_port(struct assignment *a, const struct service_port *port, uint16_t *out)
{
	uint16_t shared = shared_node_port(a, port);
	int err;

	if (shared != 0 && pool_port_take(a->allot->ports, shared, port->protocol,
	    a->record, true) == 0) {
		*out = shared;
		return 0;
	}
	err = pool_port_allot(a->allot->ports, port->protocol,
	    a->random + a->next.node_port_count * 0x9e3779b97f4a7c15ULL, a->record, out);
	return err == ERR_FULL ? say_full(a, "node port", "serviceNodePortRange") : err;
}

static int
assign_node_port(struct assignment *a, const struct service_port *port)
{
	bool allocates = a->service->type == SERVICE_NODE_PORT || a->service->allocate_node_ports;
	uint16_t had = allot_given_port(&a->given, port->port, port->protocol);
	uint16_t node_port = 0;
	int err = 0;

	if (port->node_port != 0 &&
	    is_reserved_port(allot_record_reserved(a->record), port->node_port, port->protocol))
		node_port = port->node_port;
	else if (had != 0)
		/* kept, though allocateLoadBalancerNodePorts says no by now */
		node_port = had;
	else if (port->node_port != 0)
		err = pool_port_holder(a->allot->ports, port->node_port) != NULL ?
		    ERR_EXISTS : ERR_RANGE;
	else if (allocates)
		err = choose_node_port(a, port, &node_port);
	if (err == 0 && node_port != 0)
		a->next.node_ports[a->next.node_port_count++] = (struct allotted_port){
			.port = port->port, .protocol = port->protocol, .node_port = node_port,
		};
	return err;
}

static int
assign_node_ports(struct assignment *a)
{
	const struct service *service = a->service;
	int err = 0;

	if (service->port_count == 0 ||
	    (service->type != SERVICE_NODE_PORT && service->type != SERVICE_LOAD_BALANCER))
		return 0;
	a->next.node_ports = calloc(service->port_count, sizeof(*a->next.node_ports));
	if (a->next.node_ports == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < service->port_count && err == 0; i++)
		err = assign_node_port(a, &service->ports[i]);
	return err;
}

static bool
same_allotment(const struct allotment *a, const struct allotment *b)
{
	if (a->family_count != b->family_count || a->cluster_ip_count != b->cluster_ip_count ||
	    a->node_port_count != b->node_port_count ||
	    addr_compare(&a->load_balancer_ip, &b->load_balancer_ip) != 0)
		return false;
	for (size_t i = 0; i < a->family_count; i++)
		if (a->families[i] != b->families[i])
			return false;
	for (size_t i = 0; i < a->cluster_ip_count; i++)
		if (addr_compare(&a->cluster_ips[i], &b->cluster_ips[i]) != 0)
			return false;
	for (size_t i = 0; i < a->node_port_count; i++) {
		const struct allotted_port *p = &a->node_ports[i];
		const struct allotted_port *q = &b->node_ports[i];

		if (p->port != q->port || p->protocol != q->protocol ||
		    p->node_port != q->node_port)
			return false;
	}
	return true;
}

static void
commit(struct assignment *a)
{
	struct allot_record *record = a->record;
	struct allot *allot = a->allot;
	bool same = same_allotment(&a->given, &a->next);
	bool keeps = allot_has_something(&a->given) || allot_has_something(&a->next);

	release_difference(a, &a->given, &a->next,
	    allot->hold_ms > 0 ? allot->now_ms + allot->hold_ms : 0);
	allot_record_give(record, &a->next);
	record->assigned = 1;
	if (!same && keeps)
		allot_record_changed(allot, record);
	allot_record_show(record, allot->shown);
}

int
allot_assign(struct allot *allot, const struct service *service, uint64_t random,
    struct diag *diag, const struct allotment **out)
{
	struct assignment a = {
		.allot = allot, .service = service, .random = random, .diag = diag,
		.record = allot_record_obtain(allot, service->object.ns, service->object.name),
	};
	int err;

	if (a.record == NULL)
		return ERR_NOMEM;
	allot_record_show(a.record, &a.given);
	err = allot_choose_families(allot->services, service, diag, a.next.families,
	    &a.next.family_count);
	if (err == 0)
		err = assign_cluster_ips(&a);
	if (err == 0)
		err = assign_load_balancer_ip(&a);
	if (err == 0)
		err = assign_node_ports(&a);
	if (err == 0)
		err = allot_record_prepare(a.record, &a.next);
	if (err != 0) {
		release_difference(&a, &a.next, &a.given, 0);
		free(a.next.node_ports);
		return err;
	}
	commit(&a);
	*out = allot->shown;
	return 0;
}
