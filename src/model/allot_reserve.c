/* allot_reserve.c - take what a Service states: addresses and node ports by name. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/err.h"
#include "model/allot_parts.h"

static bool
is_given_addr(const struct allotment *given, const struct addr *addr)
{
	for (size_t i = 0; i < given->cluster_ip_count; i++)
		if (addr_compare(&given->cluster_ips[i], addr) == 0)
			return true;
	return false;
}

static bool
is_given_port(const struct allotment *given, const struct reserved_port *port)
{
	for (size_t i = 0; i < given->node_port_count; i++)
		if (given->node_ports[i].node_port == port->node_port &&
		    given->node_ports[i].protocol == port->protocol)
			return true;
	return false;
}

void
allot_unreserve(struct allot *allot, struct allot_record *record)
{
	const struct reserved *reserved = allot_record_reserved(record);
	struct allotment given;

	if (record->extra == NULL)
		return;
	allot_record_show(record, &given);
	for (size_t i = 0; i < reserved->cluster_ip_count; i++)
		if (!is_given_addr(&given, &reserved->cluster_ips[i]))
			pool_addr_release(allot->services, &reserved->cluster_ips[i], 0);
	if (reserved->load_balancer_ip.family != ADDR_NONE &&
	    addr_compare(&reserved->load_balancer_ip, &given.load_balancer_ip) != 0)
		pool_addr_release(allot->balancers, &reserved->load_balancer_ip, 0);
	for (size_t i = 0; i < reserved->port_count; i++)
		if (!is_given_port(&given, &reserved->ports[i]))
			pool_port_release(allot->ports, reserved->ports[i].node_port,
			    reserved->ports[i].protocol);
	free(reserved->ports);
	record->extra->reserved = (struct reserved){ .port_count = 0 };
}

/*
 * " (FILE:LINE:COLUMN)" of where the owner of something states it; "" where that is not
 * known.
 */
static const char *
owner_place(const struct allot_record *owner, char *buf, size_t size)
{
	const struct place *place = owner->extra != NULL ? &owner->extra->place : NULL;

	buf[0] = '\0';
	if (place != NULL && place->file != NULL)
		snprintf(buf, size, " (%s:%u:%u)", place->file, place->line, place->column);
	return buf;
}

struct statement {
	const struct service *service;
	const struct place *place;
	struct diag *diag;
};

static void
say_taken(const struct statement *said, const char *what, const struct allot_record *owner)
{
	char place[512], name[ALLOT_KEY_SIZE];

	diag_add(said->diag, SEVERITY_ERROR, said->place,
	    "Service %s/%s: %s: is taken by Service %s%s",
	    said->service->object.ns, said->service->object.name, what,
	    owner != NULL ? allot_record_text(owner, name) : "?",
	    owner != NULL ? owner_place(owner, place, sizeof(place)) : "");
}

static int
reserve_addr(struct pool_addr *pool, const struct allot_record *record,
    const struct addr *addr, const struct statement *said, const char *field, const char *setting)
{
	char text[ADDR_TEXT_SIZE];
	char what[96];
	int err = pool_addr_take(pool, addr, record, false);

	snprintf(what, sizeof(what), "%s %s", field, addr_text(addr, text));
	if (err == ERR_EXISTS)
		say_taken(said, what, pool_addr_owner(pool, addr));
	else if (err == ERR_RANGE)
		diag_add(said->diag, SEVERITY_ERROR, said->place, "Service %s/%s: %s is outside %s",
		    said->service->object.ns, said->service->object.name, what, setting);
	return err;
}

static int
reserve_cluster_ips(struct allot *allot, struct allot_record *record,
    const struct service *service, struct diag *diag)
{
	struct statement said = { service, &service->cluster_ip_place, diag };
	struct reserved *reserved;
	int first = 0;

	if (service->headless || service->type == SERVICE_EXTERNAL_NAME ||
	    service->cluster_ip_count == 0)
		return 0;
	reserved = &record->extra->reserved;
	for (size_t i = 0; i < service->cluster_ip_count; i++) {
		const struct addr *addr = &service->cluster_ips[i];
		int err = reserve_addr(allot->services, record, addr, &said,
		    i == 0 ? "spec.clusterIP" : "spec.clusterIPs[1]", "serviceCIDRs");

		if (err == 0)
			reserved->cluster_ips[reserved->cluster_ip_count++] = *addr;
		else if (first == 0)
			first = err;
	}
	return first;
}

static int
reserve_load_balancer_ip(struct allot *allot, struct allot_record *record,
    const struct service *service, struct diag *diag)
{
	const struct service_extra *extra = service_extra(service);
	struct statement said = { service, &extra->load_balancer_ip_place, diag };
	int err;

	if (service->type != SERVICE_LOAD_BALANCER || extra->load_balancer_class != NULL ||
	    extra->load_balancer_ip.family == ADDR_NONE)
		return 0;
	err = reserve_addr(allot->balancers, record, &extra->load_balancer_ip, &said,
	    "spec.loadBalancerIP", "loadBalancerCIDRs");
	if (err == 0)
		record->extra->reserved.load_balancer_ip = extra->load_balancer_ip;
	return err;
}

static int
reserve_port(struct allot *allot, struct allot_record *record, const struct service *service,
    size_t i, struct diag *diag)
{
	const struct service_port *port = &service->ports[i];
	struct statement said = { service, &port->place, diag };
	struct reserved *reserved = &record->extra->reserved;
	struct allotment given;
	char what[64];
	int err = pool_port_take(allot->ports, port->node_port, port->protocol, record, false);

	snprintf(what, sizeof(what), "spec.ports[%zu].nodePort %u", i, port->node_port);
	allot_record_show(record, &given);
	/* One that was kept through a change of the range may be stated, too. */
	if (err == ERR_RANGE &&
	    allot_given_port(&given, port->port, port->protocol) == port->node_port)
		err = 0;
	if (err == ERR_EXISTS)
		say_taken(&said, what, pool_port_holder(allot->ports, port->node_port));
	else if (err == ERR_RANGE)
		diag_add(diag, SEVERITY_ERROR, said.place, "Service %s/%s: %s is outside %u-%u",
		    service->object.ns, service->object.name, what, allot->node_port_first,
		    allot->node_port_last);
	else if (err == 0)
		reserved->ports[reserved->port_count++] =
		    (struct reserved_port){ port->node_port, port->protocol };
	return err;
}

static bool
states_node_port(const struct service *service)
{
	if (service->type != SERVICE_NODE_PORT && service->type != SERVICE_LOAD_BALANCER)
		return false;
	for (size_t i = 0; i < service->port_count; i++)
		if (service->ports[i].node_port != 0)
			return true;
	return false;
}

static int
reserve_ports(struct allot *allot, struct allot_record *record, const struct service *service,
    struct diag *diag)
{
	int first = 0;

	if (!states_node_port(service))
		return 0;
	record->extra->reserved.ports = calloc(service->port_count, sizeof(struct reserved_port));
	if (record->extra->reserved.ports == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < service->port_count; i++) {
		int err = service->ports[i].node_port != 0 ?
		    reserve_port(allot, record, service, i, diag) : 0;

		if (first == 0)
			first = err;
	}
	return first;
}

/* So that a later conflict can name both places; without memory it names one. */
static void
remember_place(struct allot_extra *extra, const struct service *service)
{
	const struct place *place = service->cluster_ip_count > 0 ? &service->cluster_ip_place :
	    &service->object.place;
	const struct reserved *reserved = &extra->reserved;
	bool stated = reserved->cluster_ip_count > 0 || reserved->port_count > 0 ||
	    reserved->load_balancer_ip.family != ADDR_NONE;

	free((char *)(uintptr_t)extra->place.file);
	extra->place = (struct place){ NULL, place->line, place->column };
	if (stated && place->file != NULL)
		extra->place.file = strdup(place->file);
}

static bool
states_anything(const struct service *service)
{
	return service->cluster_ip_count > 0 || states_node_port(service) ||
	    service_extra(service)->load_balancer_ip.family != ADDR_NONE;
}

int
allot_reserve(struct allot *allot, const struct service *service, struct diag *diag)
{
	struct allot_record *record = allot_record_obtain(allot, service->object.ns,
	    service->object.name);
	int errs[3];

	if (record == NULL)
		return ERR_NOMEM;
	allot_unreserve(allot, record);
	if (!states_anything(service)) {
		allot_record_slim(record);
		return 0;
	}
	if (allot_record_extend(record) == NULL)
		return ERR_NOMEM;
	errs[0] = reserve_cluster_ips(allot, record, service, diag);
	errs[1] = reserve_load_balancer_ip(allot, record, service, diag);
	errs[2] = reserve_ports(allot, record, service, diag);
	remember_place(record->extra, service);
	return errs[0] != 0 ? errs[0] : errs[1] != 0 ? errs[1] : errs[2];
}
