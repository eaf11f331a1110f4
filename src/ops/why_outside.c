/* why_outside.c - the ways that lead to a Service from outside: node ports, balancers, Ingresses. */
#include <stdio.h>
#include <string.h>

#include "base/addr.h"
#include "model/ingress.h"
#include "model/roster.h"
#include "model/service.h"
#include "model/store.h"
#include "ops/why_parts.h"

static void
way(struct why *why, json_t *ways, const char *kind, const char *address, const char *text)
{
	why_say(why, 2, "%s", text);
	why_add(why, ways, json_pack("{s:s, s:s, s:s}", "kind", kind, "address", address, "text", text));
}

static const char *
target_text(const struct service_port *port, char *buf, size_t size)
{
	if (port->target.name != NULL)
		snprintf(buf, size, "%s", port->target.name);
	else
		snprintf(buf, size, "%u", port->target.number != 0 ? port->target.number : port->port);
	return buf;
}

/* One address of a way, with each port: port -> nodePort -> targetPort (G07). */
static void
lead_in(struct why *why, json_t *ways, const char *kind, const struct roster_entry *entry,
    const struct addr *addr, bool by_node_port)
{
	const struct service *service = entry->service;
	char where[ADDR_PORT_TEXT_SIZE], target[256], text[512], chain[32];

	for (size_t i = 0; i < service->port_count; i++) {
		uint16_t node_port = entry->node_ports != NULL ? entry->node_ports[i] : 0;
		struct addr_port to = { *addr, by_node_port ? node_port : service->ports[i].port };

		if (to.port == 0)
			continue;
		chain[0] = '\0';
		if (node_port != 0 && !by_node_port)
			snprintf(chain, sizeof(chain), " -> %u", node_port);
		addr_port_text(&to, where);
		snprintf(text, sizeof(text), "%s: %s/%s%s -> %s", kind, where,
		    protocol_text((enum protocol)service->ports[i].protocol), chain,
		    target_text(&service->ports[i], target, sizeof(target)));
		way(why, ways, kind, where, text);
	}
}

static void
by_node_port(struct why *why, const struct roster_entry *entry, json_t *ways)
{
	char text[128];

	if (entry->node_ports == NULL)
		return;
	for (size_t i = 0; i < why->insight->node_count; i++)
		lead_in(why, ways, "NodePort", entry, &why->insight->nodes[i], true);
	if (why->insight->node_count > 0)
		return;
	for (size_t i = 0; i < entry->service->port_count; i++) {
		snprintf(text, sizeof(text), "NodePort: any node's address, port %u",
		    entry->node_ports[i]);
		way(why, ways, "NodePort", "", text);
	}
}

static void
by_balancer(struct why *why, const struct roster_entry *entry, json_t *ways)
{
	const struct service_extra *extra = service_extra(entry->service);
	char text[512];

	for (size_t i = 0; i < entry->external_ip_count; i++)
		lead_in(why, ways, i < extra->external_ip_count ? "ExternalIP" : "LoadBalancer", entry,
		    &entry->external_ips[i], false);
	if (roster_balancer(entry) != NULL) {
		snprintf(text, sizeof(text), "LoadBalancer: %s", roster_balancer(entry));
		way(why, ways, "LoadBalancer", roster_balancer(entry), text);
	} else if (entry->type == SERVICE_LOAD_BALANCER &&
	    entry->external_ip_count == extra->external_ip_count) {
		why_say(why, 2, "LoadBalancer: pending: no address is free in loadBalancerCIDRs, or "
		    "none are configured");
	}
}

struct by_ingress {
	struct why *why;
	const struct roster_entry *entry;
	json_t *ways;
	size_t looked;
};

static int
visit_ingress(void *arg, const struct object *object)
{
	struct by_ingress *by = arg;
	const struct ingress *ingress = (const void *)object;
	char text[512];
	bool ours = false;

	for (size_t i = 0; i < ingress->service_count; i++)
		ours |= strcmp(ingress->services[i], roster_name(by->entry)) == 0;
	if (!ours || strcmp(object->ns, roster_ns(by->entry)) != 0)
		return ++by->looked >= WHY_LOOK_MAX;
	for (size_t i = 0; i < ingress->host_count; i++) {
		snprintf(text, sizeof(text), "Ingress: %s by Ingress %s", ingress->hosts[i],
		    object->name);
		way(by->why, by->ways, "Ingress", ingress->hosts[i], text);
	}
	if (ingress->host_count == 0) {
		snprintf(text, sizeof(text), "Ingress: every host by Ingress %s", object->name);
		way(by->why, by->ways, "Ingress", "*", text);
	}
	return ++by->looked >= WHY_LOOK_MAX;
}

void
why_outside(struct why *why, const struct roster_entry *entry, json_t *object)
{
	json_t *ways = why_list(why, object, "fromOutside");
	struct by_ingress by = { .why = why, .entry = entry, .ways = ways };

	why_say(why, 1, "from outside:");
	by_node_port(why, entry, ways);
	by_balancer(why, entry, ways);
	(void)store_each(why->insight->store, KIND_INGRESS, visit_ingress, &by);
	if (json_array_size(ways) == 0)
		why_say(why, 2, "no way leads in: type %s has neither node port nor balancer, and no "
		    "Ingress names it", service_type_text((enum service_type)entry->type));
}
