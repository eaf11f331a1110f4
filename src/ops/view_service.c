/* view_service.c - a Service with its defaults, addresses and node ports. */
#include <string.h>

#include "base/addr.h"
#include "model/allot.h"
#include "model/roster.h"
#include "model/service.h"
#include "ops/view_parts.h"

static const char *
family_text(unsigned family)
{
	return family == ADDR_IP6 ? "IPv6" : "IPv4";
}

static bool
is_reached_from_outside(const struct service *service)
{
	return service->type == SERVICE_NODE_PORT || service->type == SERVICE_LOAD_BALANCER;
}

/* ---- spec.ports ---- */

static bool
fill_port(json_t *port, const struct service_port *stated, uint16_t node_port)
{
	return view_default(port, "protocol", json_string(protocol_text(stated->protocol))) &&
	    view_default(port, "targetPort", json_integer(stated->port)) &&
	    (node_port == 0 || view_set(port, "nodePort", json_integer(node_port)));
}

static bool
fill_ports(json_t *spec, const struct service *service, const struct roster_entry *roster)
{
	json_t *ports = json_object_get(spec, "ports");
	json_t *port;
	size_t i;

	json_array_foreach(ports, i, port) {
		uint16_t node_port = 0;

		if (i >= service->port_count || !json_is_object(port))
			break;
		if (roster != NULL && roster->service == service && roster->node_ports != NULL)
			node_port = roster->node_ports[i];
		if (!fill_port(port, &service->ports[i], node_port))
			return false;
	}
	return true;
}

/* ---- addresses ---- */

static bool
fill_cluster_ips(json_t *spec, const struct service *service, const struct roster_entry *roster)
{
	json_t *ips = json_array();
	bool done = ips != NULL;

	if (service->headless) {
		done = done && json_array_append_new(ips, json_string("None")) == 0 &&
		    view_set(spec, "clusterIP", json_string("None"));
	} else if (roster == NULL || roster->cluster_ip_count == 0) {
		/* Pending: it has none, whatever it asked for. */
		json_decref(ips);
		return true;
	} else {
		for (size_t i = 0; done && i < roster->cluster_ip_count; i++)
			done = json_array_append_new(ips,
			    view_address(&roster->cluster_ips[i])) == 0;
		done = done && view_set(spec, "clusterIP", view_address(&roster->cluster_ips[0]));
	}
	if (done)
		return view_set(spec, "clusterIPs", ips);
	json_decref(ips);
	return false;
}

static bool
fill_families(json_t *spec, const struct roster_entry *roster)
{
	json_t *families;
	bool done;

	if (roster == NULL || roster->family_count == 0)
		return view_default(spec, "ipFamilyPolicy", json_string("SingleStack"));
	families = json_array();
	done = families != NULL;
	for (size_t i = 0; done && i < roster->family_count; i++)
		done = json_array_append_new(families,
		    json_string(family_text(roster->families[i]))) == 0;
	if (!done) {
		json_decref(families);
		return false;
	}
	return view_set(spec, "ipFamilies", families) &&
	    view_default(spec, "ipFamilyPolicy", json_string(
	    roster->family_count > 1 ? "RequireDualStack" : "SingleStack"));
}

/* ---- defaults of core/v1 ---- */

static bool
fill_affinity(json_t *spec, const struct service *service)
{
	json_t *config, *client;

	if (!view_default(spec, "sessionAffinity", json_string("None")))
		return false;
	if (!service_extra(service)->client_ip_affinity) {
		/* Taken back, it leaves nothing behind, as with an API server. */
		(void)json_object_del(spec, "sessionAffinityConfig");
		return true;
	}
	config = view_member(spec, "sessionAffinityConfig", JSON_OBJECT);
	client = config != NULL ? view_member(config, "clientIP", JSON_OBJECT) : NULL;
	return client != NULL && view_default(client, "timeoutSeconds",
	    json_integer(service_extra(service)->affinity_timeout_s));
}

static bool
fill_policies(json_t *spec, const struct service *service)
{
	bool outside = is_reached_from_outside(service);

	if (!view_default(spec, "internalTrafficPolicy", json_string("Cluster")))
		return false;
	if ((outside || service_extra(service)->external_ip_count > 0) &&
	    !view_default(spec, "externalTrafficPolicy", json_string("Cluster")))
		return false;
	return service->type != SERVICE_LOAD_BALANCER ||
	    view_default(spec, "allocateLoadBalancerNodePorts", json_true());
}

static bool
fill_spec(json_t *spec, const struct service *service, const struct roster_entry *roster)
{
	if (!view_default(spec, "type", json_string(service_type_text(service->type))) ||
	    !fill_affinity(spec, service))
		return false;
	if (service->type == SERVICE_EXTERNAL_NAME)
		return fill_ports(spec, service, NULL);
	return fill_ports(spec, service, roster) && fill_cluster_ips(spec, service, roster) &&
	    fill_families(spec, roster) && fill_policies(spec, service);
}

/* ---- status ---- */

/* What we gave comes first; else what was stated is believed. */
static bool
fill_status(struct view_work *work, json_t *status)
{
	const struct view_settings *settings = &work->view->settings;
	const struct ledger_entry *entry = work->entry;
	const struct allotment *allotment = entry->gone || settings->ops == NULL ? NULL :
	    settings->ops->allotment(settings->arg, entry->ns, entry->name);
	json_t *balancer = view_member(status, "loadBalancer", JSON_OBJECT);
	json_t *ingress;

	if (balancer == NULL)
		return false;
	if (allotment == NULL || allotment->load_balancer_ip.family == ADDR_NONE)
		return true;
	ingress = json_pack("[{s:o, s:s}]", "ip", view_address(&allotment->load_balancer_ip),
	    "ipMode", "VIP");
	return view_set(balancer, "ingress", ingress);
}

bool
view_fill_service(struct view_work *work)
{
	const struct service *service = (const void *)work->entry->object;
	json_t *spec = view_member(work->root, "spec", JSON_OBJECT);
	json_t *status = view_member(work->root, "status", JSON_OBJECT);

	return service != NULL && spec != NULL && status != NULL &&
	    fill_spec(spec, service, view_roster(work)) && fill_status(work, status);
}
