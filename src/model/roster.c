/* roster.c - hold, compare and name what a roster entry says. */
#include "model/roster.h"

#include <stdlib.h>
#include <string.h>


struct roster_entry *
roster_entry_ref(struct roster_entry *entry)
{
	if (entry != NULL)
		entry->references++;
	return entry;
}

void
roster_entry_unref(struct roster_entry *entry)
{
	if (entry == NULL || --entry->references > 0)
		return;
	for (size_t i = 0; i < entry->object_count; i++)
		object_unref(entry->objects[i]);
	object_unref(&entry->service->object);
	free(entry);                    /* all its arrays lie in it */
}

const char *
roster_balancer(const struct roster_entry *entry)
{
	return entry->type == SERVICE_LOAD_BALANCER ?
	    service_extra(entry->service)->status_ingress_hostname : NULL;
}

static bool
text_same(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return strcmp(a, b) == 0;
}

static bool
addrs_same(const struct addr *a, size_t a_count, const struct addr *b, size_t b_count)
{
	if (a_count != b_count)
		return false;
	for (size_t i = 0; i < a_count; i++)
		if (addr_compare(&a[i], &b[i]) != 0)
			return false;
	return true;
}

static bool
addresses_same(const struct roster_entry *a, const struct roster_entry *b)
{
	if (a->family_count != b->family_count)
		return false;
	for (size_t i = 0; i < a->family_count; i++)
		if (a->families[i] != b->families[i])
			return false;
	return addrs_same(a->cluster_ips, a->cluster_ip_count, b->cluster_ips,
	    b->cluster_ip_count) &&
	    addrs_same(a->external_ips, a->external_ip_count, b->external_ips,
	    b->external_ip_count);
}

static bool
head_same(const struct roster_entry *a, const struct roster_entry *b)
{
	return text_same(roster_ns(a), roster_ns(b)) &&
	    text_same(roster_name(a), roster_name(b)) && a->type == b->type &&
	    a->headless == b->headless && a->pending == b->pending &&
	    a->publish_not_ready == b->publish_not_ready && a->panic == b->panic &&
	    a->has_selector == b->has_selector &&
	    text_same(a->service->external_name, b->service->external_name) &&
	    text_same(roster_balancer(a), roster_balancer(b)) &&
	    a->ready_count == b->ready_count && a->answered_count == b->answered_count;
}

static uint16_t
node_port(const struct roster_entry *entry, size_t port)
{
	return entry->node_ports != NULL ? entry->node_ports[port] : 0;
}

static bool
ports_same(const struct roster_entry *a, const struct roster_entry *b)
{
	if (a->service->port_count != b->service->port_count)
		return false;
	for (size_t i = 0; i < a->service->port_count; i++) {
		const struct service_port *p = &a->service->ports[i];
		const struct service_port *q = &b->service->ports[i];

		if (!text_same(p->name, q->name) || !text_same(p->app_protocol, q->app_protocol) ||
		    p->protocol != q->protocol || p->port != q->port ||
		    node_port(a, i) != node_port(b, i))
			return false;
	}
	return true;
}

static bool
group_same(const struct roster_group *a, const struct roster_group *b)
{
	if (a->port_count != b->port_count)
		return false;
	for (size_t i = 0; i < a->port_count; i++) {
		const struct roster_group_port *p = &a->ports[i];
		const struct roster_group_port *q = &b->ports[i];

		if (p->service_port != q->service_port || p->port != q->port ||
		    p->protocol != q->protocol || !text_same(p->name, q->name))
			return false;
	}
	return true;
}

static bool
groups_same(const struct roster_entry *a, const struct roster_entry *b)
{
	if (a->group_count != b->group_count)
		return false;
	for (size_t i = 0; i < a->group_count; i++)
		if (!group_same(&a->groups[i], &b->groups[i]))
			return false;
	return true;
}

/* What is stated of them; that one is from a slice is none of it. */
static bool
endpoint_same(const struct roster_endpoint *a, const struct roster_endpoint *b)
{
	const struct endpoint *p = a->of;
	const struct endpoint *q = b->of;

	return p == q || (addr_compare(&p->addr, &q->addr) == 0 &&
	    text_same(roster_hostname(a), roster_hostname(b)) &&
	    text_same(p->pod_name, q->pod_name) && text_same(p->node_name, q->node_name) &&
	    text_same(p->zone, q->zone));
}

static bool
endpoints_same(const struct roster_entry *a, const struct roster_entry *b)
{
	if (a->endpoint_count != b->endpoint_count)
		return false;
	for (size_t i = 0; i < a->endpoint_count; i++) {
		const struct roster_endpoint *p = &a->endpoints[i];
		const struct roster_endpoint *q = &b->endpoints[i];

		if (p->presence != q->presence || p->answered != q->answered ||
		    p->terminating != q->terminating || p->group != q->group ||
		    p->named != q->named || !endpoint_same(p, q))
			return false;
	}
	return true;
}

bool
roster_entry_equal(const struct roster_entry *a, const struct roster_entry *b)
{
	return head_same(a, b) && addresses_same(a, b) && ports_same(a, b) && groups_same(a, b) &&
	    endpoints_same(a, b);
}

const char *
presence_text(enum presence presence)
{
	switch (presence) {
	case PRESENT_READY:
		return "ready";
	case PRESENT_NOT_READY:
		return "stated not ready";
	case PRESENT_PROBE_FAILS:
		return "probe fails";
	case PRESENT_PROBE_UNKNOWN:
		return "not probed yet";
	case PRESENT_GATE_CLOSED:
		return "readiness gate closed";
	case PRESENT_TERMINATING:
		return "terminating";
	case PRESENT_DRAINED:
		return "drained";
	}
	return "unknown";
}
