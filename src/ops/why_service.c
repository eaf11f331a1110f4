/* why_service.c - a Service: what its name is answered with, by whom, and who is missing. */
#include <stdio.h>
#include <string.h>

#include "base/addr.h"
#include "base/text.h"
#include "model/roster.h"
#include "model/service.h"
#include "ops/why_parts.h"

/* ---- what its name is answered with ---- */

static void
addrs_text(struct strbuf *out, const struct addr *addrs, size_t count)
{
	char text[ADDR_TEXT_SIZE];

	for (size_t i = 0; i < count; i++)
		strbuf_addf(out, "%s%s", i > 0 ? ", " : "", addr_text(&addrs[i], text));
}

static void
ports_text(struct strbuf *out, const struct roster_entry *entry)
{
	const struct service *service = entry->service;

	for (size_t i = 0; i < service->port_count; i++) {
		const struct service_port *port = &service->ports[i];

		strbuf_addf(out, "%s%u/%s", i > 0 ? ", " : "", port->port,
		    protocol_text((enum protocol)port->protocol));
		if (port->target.name != NULL)
			strbuf_addf(out, " -> %s", port->target.name);
		else if (port->target.number != 0 && port->target.number != port->port)
			strbuf_addf(out, " -> %u", port->target.number);
	}
}

static bool
is_answered(const struct roster_entry *entry)
{
	if (entry->type == SERVICE_EXTERNAL_NAME)
		return true;
	return !entry->pending && entry->answered_count > 0;
}

static void
say_answer(struct why *why, const struct roster_entry *entry, const char *name)
{
	struct strbuf addrs = STRBUF_INIT;

	addrs_text(&addrs, entry->cluster_ips, entry->cluster_ip_count);
	if (entry->type == SERVICE_EXTERNAL_NAME)
		why_say(why, 1, "%s is a CNAME to %s; nobody is probed", name,
		    entry->service->external_name);
	else if (entry->pending)
		why_say(why, 1, "%s is not answered yet: it waits for an address (is a pool exhausted, "
		    "or the state folder not writable?)", name);
	else if (!entry->headless)
		why_say(why, 1, "%s is answered with %s%s", name, addrs.text,
		    entry->answered_count == 0 ? ", behind which nobody is ready" : "");
	else if (entry->answered_count > 0)
		why_say(why, 1, "%s is answered with %u of its endpoints", name, entry->answered_count);
	else
		why_say(why, 1, "%s is NXDOMAIN: headless, and no endpoint is ready", name);
	strbuf_release(&addrs);
}

static void
say_presence(struct why *why, const struct roster_entry *entry)
{
	if (entry->type == SERVICE_EXTERNAL_NAME)
		return;
	why_say(why, 1, "%u of %u endpoint%s ready", entry->ready_count, entry->endpoint_count,
	    entry->endpoint_count == 1 ? " is" : "s are");
	if (entry->panic)
		why_say(why, 1, "panic: fewer are ready than rollcall/panic-threshold %u %%, so all that "
		    "are probed are answered", entry->service->panic_percent);
	if (entry->publish_not_ready)
		why_say(why, 1, "publishNotReadyAddresses: endpoints are answered ready or not");
}

/* L01 */
static void
say_ping(struct why *why, const struct roster_entry *entry)
{
	struct strbuf addrs = STRBUF_INIT;

	if (!entry->headless && entry->cluster_ip_count > 0) {
		addrs_text(&addrs, entry->cluster_ips, entry->cluster_ip_count);
		why_say(why, 1, "ping: %s is a virtual address: only address and port together have a "
		    "meaning, nobody answers ICMP there; try its port instead", addrs.text);
		if (addr_is_loopback(&entry->cluster_ips[0]))
			why_say(why, 1, "      of 127.0.0.0/8 the kernel answers every ping, whoever is "
			    "behind it");
	} else {
		why_say(why, 1, "ping: there is no cluster IP; its endpoints may answer, which says "
		    "nothing about their ports");
	}
	strbuf_release(&addrs);
}

/* ---- its endpoints ---- */

static bool
is_meant(const struct roster_entry *entry, size_t at, const struct addr_port *only)
{
	const struct roster_endpoint *endpoint = &entry->endpoints[at];
	const struct roster_group *group = &entry->groups[endpoint->group];

	if (only == NULL)
		return true;
	if (addr_compare(&endpoint->of->addr, &only->addr) != 0)
		return false;
	for (size_t i = 0; only->port != 0 && i < group->port_count; i++)
		if (group->ports[i].port == only->port || group->ports[i].port == 0)
			return true;
	return only->port == 0;
}

/* Those that are out, or in, as far as there is room; returns how many were left aside. */
static size_t
list_some(struct why *why, const struct roster_entry *entry, const struct addr_port *only,
    bool in, json_t *list)
{
	size_t left = 0;

	for (size_t i = 0; i < entry->endpoint_count; i++) {
		if (entry->endpoints[i].answered != in || !is_meant(entry, i, only))
			continue;
		if (json_array_size(list) < WHY_ENDPOINTS_MAX && why->err == 0)
			why_endpoint(why, entry, i, list);
		else
			left++;
	}
	return left;
}

static void
list_endpoints(struct why *why, const struct roster_entry *entry, const struct addr_port *only,
    json_t *object)
{
	json_t *list = why_list(why, object, "endpoints");
	size_t left = list_some(why, entry, only, false, list);

	left += list_some(why, entry, only, true, list);
	why_set(why, object, "endpointsLeftOut", json_integer((json_int_t)left));
	if (left > 0)
		why_say(why, 1, "and %zu more", left);
	if (only == NULL || json_array_size(list) == 0)
		return;
	why->ready = true;
	for (size_t i = 0; i < json_array_size(list); i++)
		why->ready &= json_is_true(json_object_get(json_array_get(list, i), "in"));
}

/* ---- as a whole ---- */

static void
set_addresses(struct why *why, const struct roster_entry *entry, json_t *object)
{
	json_t *list = why_list(why, object, "clusterIPs");
	char text[ADDR_TEXT_SIZE];

	for (size_t i = 0; i < entry->cluster_ip_count; i++)
		why_add(why, list, json_string(addr_text(&entry->cluster_ips[i], text)));
	list = why_list(why, object, "ports");
	for (size_t i = 0; i < entry->service->port_count; i++) {
		const struct service_port *port = &entry->service->ports[i];
		json_t *target = port->target.name != NULL ? json_string(port->target.name) :
		    json_integer(port->target.number != 0 ? port->target.number : port->port);

		why_add(why, list, json_pack("{s:s, s:i, s:s, s:o, s:i}", "name", port->name, "port",
		    port->port, "protocol", protocol_text((enum protocol)port->protocol), "targetPort",
		    target, "nodePort", entry->node_ports != NULL ? entry->node_ports[i] : 0));
	}
}

static void
describe(struct why *why, const struct roster_entry *entry, const struct addr_port *only,
    const char *name, json_t *object)
{
	struct strbuf ports = STRBUF_INIT;

	ports_text(&ports, entry);
	why_say(why, 0, "Service %s/%s  %s%s%s%s", roster_ns(entry), roster_name(entry),
	    entry->headless ? "headless" : service_type_text((enum service_type)entry->type),
	    ports.len > 0 ? "  " : "", ports.text, entry->has_selector ||
	    entry->type == SERVICE_EXTERNAL_NAME ? "" : "  without selector");
	strbuf_release(&ports);
	set_addresses(why, entry, object);
	why_set(why, object, "readyCount", json_integer(entry->ready_count));
	why_set(why, object, "answeredCount", json_integer(entry->answered_count));
	why_set(why, object, "endpointCount", json_integer(entry->endpoint_count));
	why_set(why, object, "headless", json_boolean(entry->headless));
	why_set(why, object, "pending", json_boolean(entry->pending));
	why_set(why, object, "panic", json_boolean(entry->panic));
	say_answer(why, entry, name);
	say_presence(why, entry);
	list_endpoints(why, entry, only, object);
}

void
why_service(struct why *why, const struct service *service, const struct addr_port *only)
{
	const struct insight *insight = why->insight;
	const struct roster_entry *entry = insight->roster(insight->arg, service->object.ns,
	    service->object.name);
	json_t *object = json_object();
	char name[600];

	if (json_array_size(why->services) == 0)
		why_found(why, "service");
	why_add(why, why->services, object);
	snprintf(name, sizeof(name), "%s.%s.svc.%s", service->object.name, service->object.ns,
	    insight->domain);
	why_set(why, object, "namespace", json_string(service->object.ns));
	why_set(why, object, "name", json_string(service->object.name));
	why_set(why, object, "dnsName", json_string(name));
	why_set(why, object, "type", json_string(service_type_text((enum service_type)service->type)));
	if (entry == NULL) {
		why_say(why, 0, "Service %s/%s", service->object.ns, service->object.name);
		why_say(why, 1, "%s is not answered yet: it has just been read", name);
		return;
	}
	why->ready = is_answered(entry);
	describe(why, entry, only, name, object);
	why_set(why, object, "ready", json_boolean(is_answered(entry)));
	if (only == NULL)
		why_absent(why, service, entry, object);
	if (why->question->outside)
		why_outside(why, entry, object);
	if (why->question->ping)
		say_ping(why, entry);
}
