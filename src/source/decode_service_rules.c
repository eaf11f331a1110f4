/* decode_service_rules.c - core/v1 Service: rules over several fields (ValidateService). */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "source/decode_meta.h"
#include "source/decode_service.h"
#include "source/doc.h"
#include "source/field_value.h"


static bool
is_external(const struct service *service)
{
	return service->type == SERVICE_NODE_PORT || service->type == SERVICE_LOAD_BALANCER;
}

static bool
stated_field(const struct doc_node *spec, const char *name)
{
	const struct doc_node *node = doc_find(spec, name);

	return node != NULL && node->type != DOC_NULL;
}

/* A field that other types of Service have. */
static void
refuse_field(struct field_context *context, const struct doc_node *spec, const char *name,
    const char *rule)
{
	char below[64];

	if (!stated_field(spec, name))
		return;
	snprintf(below, sizeof(below), ".%s", name);
	field_error(context, doc_find_key(spec, name), below, "%s", rule);
}

/* The place of a field of ports[i], or of the item where the field is not stated. */
static const struct doc_node *
port_node(const struct doc_node *spec, size_t i, const char *name)
{
	const struct doc_node *item = doc_item(doc_find(spec, "ports"), i);
	const struct doc_node *value = doc_find(item, name);

	return value != NULL ? value : item;
}

static void __attribute__((format(printf, 5, 6)))
port_error(struct field_context *context, const struct doc_node *spec, size_t i, const char *name,
    const char *format, ...)
{
	char below[64];
	char text[256];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	snprintf(below, sizeof(below), ".ports[%zu]%s%s", i, *name == '\0' ? "" : ".", name);
	field_error(context, port_node(spec, i, name), below, "%s", text);
}

/*
 * Compare a port with those before it: names, (port, protocol) and (nodePort, protocol) are
 * unique.
 */
static void
check_port_twins(struct field_context *context, const struct doc_node *spec,
    const struct service *service,
    size_t i)
{
	const struct service_port *port = &service->ports[i];
	bool doubled[3] = { false };

	for (size_t j = 0; j < i; j++) {
		const struct service_port *other = &service->ports[j];
		unsigned line = other->place.line;

		if (!doubled[0] && *port->name != '\0' && strcmp(port->name, other->name) == 0) {
			port_error(context, spec, i, "name",
			    "\"%s\" is doubled; ports[%zu] in line %u has it",
			    port->name, j, line);
			doubled[0] = true;
		}
		if (port->protocol != other->protocol)
			continue;
		if (!doubled[1] && port->port != 0 && port->port == other->port) {
			port_error(context, spec, i, "port",
			    "%u/%s is doubled; ports[%zu] in line %u has it",
			    port->port, protocol_text(port->protocol), j, line);
			doubled[1] = true;
		}
		if (!doubled[2] && port->node_port != 0 && port->node_port == other->node_port) {
			port_error(context, spec, i, "nodePort",
			    "%u/%s is doubled; ports[%zu] in line %u has it",
			    port->node_port, protocol_text(port->protocol), j, line);
			doubled[2] = true;
		}
	}
}

static void
check_ports(struct field_context *context, const struct doc_node *spec, struct service *service)
{
	static const char *const type_texts[] = { "ClusterIP", "NodePort", "LoadBalancer",
	    "ExternalName" };
	const struct doc_node *ports = doc_find(spec, "ports");

	if (ports != NULL && ports->type == DOC_LIST && service->port_count > 1000) {
		field_error(context, ports, ".ports", "has more than 1000 ports");
		return;
	}
	/* ports: {port: 80} has been said to be no list; it is not missing besides. */
	if (service->port_count == 0 && !service->headless &&
	    service->type != SERVICE_EXTERNAL_NAME &&
	    (ports == NULL || ports->type == DOC_LIST || ports->type == DOC_NULL))
		field_error(context, spec, ".ports", "is required");
	for (size_t i = 0; i < service->port_count; i++) {
		struct service_port *port = &service->ports[i];

		/* `- ...` has been said to be no mapping; it lacks nothing besides. */
		if (port_node(spec, i, "")->type != DOC_MAP)
			continue;
		if (service->port_count > 1 && port->name != NULL && *port->name == '\0')
			port_error(context, spec, i, "name",
			    "is required with more than one port (this one is in "
			    "line %u, another in line %u)", port->place.line,
			    port_node(spec, i == 0, "")->place.line);
		if (port->node_port != 0 && !is_external(service))
			port_error(context, spec, i, "nodePort",
			    "may not be used when spec.type is %s",
			    type_texts[service->type]);
		if (port->target.number == 0 && port->target.name == NULL)
			port->target.number = port->port;
		check_port_twins(context, spec, service, i);
	}
}

static bool
is_none(const char *text)
{
	return strcmp(text, "None") == 0;
}

/* One stated cluster address: its syntax, and that it is the only one of its family. */
static void
add_cluster_ip(struct field_context *context, const struct doc_node *node, const char *below,
    const char *text,
    struct service *service)
{
	struct addr addr;

	if (addr_parse(text, &addr) != 0) {
		field_error(context, node, below, "\"%.64s\" is neither an IP address nor None",
		    text);
		return;
	}
	if (service->cluster_ip_count > 0 && service->cluster_ips[0].family == addr.family) {
		field_error(context, node, below, "%s is of the same family as %s", text,
		    "the one before");
		return;
	}
	service->cluster_ips[service->cluster_ip_count++] = addr;
	service->cluster_ip_place = field_place(context, node);
}

static void
check_cluster_ips(struct field_context *context, const struct doc_node *spec,
    struct stated_service *stated)
{
	const struct doc_node *one = doc_find(spec, "clusterIP");
	const struct doc_node *list = doc_find(spec, "clusterIPs");
	struct service *service = &stated->service;
	const char *first = stated->cluster_ip != NULL && *stated->cluster_ip != '\0' ?
	    stated->cluster_ip : NULL;

	if (stated->cluster_ip_count > 2) {
		field_error(context, list, ".clusterIPs", "has more than 2 addresses");
		return;
	}
	if (stated->cluster_ip_count > 0 && first != NULL && strcmp(stated->cluster_ips[0],
	    first) != 0) {
		field_error(context, doc_item(list, 0), ".clusterIPs[0]",
		    "must equal spec.clusterIP (%.64s)", first);
		return;
	}
	if (first == NULL && stated->cluster_ip_count > 0) {
		first = stated->cluster_ips[0];
		one = doc_item(list, 0);
	}
	if (first == NULL)
		return;
	if (service->type == SERVICE_EXTERNAL_NAME) {
		field_error(context, one, ".clusterIP",
		    "may not be set when spec.type is ExternalName");
		return;
	}
	service->headless = is_none(first);
	if (!service->headless)
		add_cluster_ip(context, one, ".clusterIP", first, service);
	else if (stated->cluster_ip_count > 1)
		field_error(context, list, ".clusterIPs", "may not have an address beside None");
	if (service->headless && service->type != SERVICE_CLUSTER_IP)
		field_error(context, one, ".clusterIP", "may not be None when spec.type is %s",
		    service->type == SERVICE_NODE_PORT ? "NodePort" : "LoadBalancer");
	if (!service->headless && stated->cluster_ip_count == 2)
		add_cluster_ip(context, doc_item(list, 1), ".clusterIPs[1]", stated->cluster_ips[1],
		    service);
}

static void
check_families(struct field_context *context, const struct doc_node *spec,
    struct stated_service *stated)
{
	const struct doc_node *list = doc_find(spec, "ipFamilies");
	struct service *service = &stated->service;

	if (service->type == SERVICE_EXTERNAL_NAME) {
		refuse_field(context, spec, "ipFamilies",
		    "may not be set when spec.type is ExternalName");
		refuse_field(context, spec, "ipFamilyPolicy",
		    "may not be set when spec.type is ExternalName");
		return;
	}
	if (stated->family_count > 2) {
		field_error(context, list, ".ipFamilies", "has more than 2 families");
		return;
	}
	for (size_t i = 0; i < stated->family_count; i++) {
		const char *text = stated->families[i];
		bool ip4 = strcmp(text, "IPv4") == 0;

		if (!ip4 && strcmp(text, "IPv6") != 0)
			field_error(context, doc_item(list, i), ".ipFamilies",
			    "\"%.64s\" is none of IPv4, IPv6", text);
		else if (service->family_count == 1 && service->families[0] == (ip4 ? ADDR_IP4 :
		    ADDR_IP6))
			field_error(context, doc_item(list, i), ".ipFamilies", "names %s twice",
			    text);
		else
			service->families[service->family_count++] = ip4 ? ADDR_IP4 : ADDR_IP6;
	}
	for (size_t i = 0; i < service->family_count && i < service->cluster_ip_count; i++) {
		if ((enum addr_family)service->cluster_ips[i].family != service->families[i])
			field_error(context, doc_item(list, i), ".ipFamilies",
			    "does not go with the family of "
			    "spec.clusterIPs[%zu]", i);
	}
	if (service->ip_policy == IP_POLICY_SINGLE && (service->family_count > 1 ||
	    service->cluster_ip_count > 1))
		field_error(context, doc_find(spec, "ipFamilyPolicy"), ".ipFamilyPolicy",
		    "SingleStack does not go "
		    "with two families or addresses");
}

static void
check_external_name(struct field_context *context, const struct doc_node *spec,
    struct service *service)
{
	const struct doc_node *node = doc_find(spec, "externalName");
	struct addr addr;

	if (service->type != SERVICE_EXTERNAL_NAME) {
		if (service->external_name != NULL && *service->external_name != '\0')
			field_warn(context, node, ".externalName",
			    "is not used unless spec.type is ExternalName");
		service->external_name = NULL;
		return;
	}
	if (service->external_name == NULL || *service->external_name == '\0') {
		field_error(context, node != NULL ? node : spec, ".externalName",
		    "is required when spec.type is "
		    "ExternalName");
		return;
	}
	size_t len = strlen(service->external_name);

	/* A trailing dot is tolerated; the text is our own copy. */
	if (len > 1 && service->external_name[len - 1] == '.')
		((char *)(uintptr_t)service->external_name)[len - 1] = '\0';
	if (!text_is_dns1123_subdomain(service->external_name))
		field_error(context, node, ".externalName", "\"%.64s\" %s", service->external_name,
		    decode_rule_subdomain(""));
	else if (addr_parse(service->external_name, &addr) == 0)
		field_warn(context, node, ".externalName",
		    "%s is an address, not a name: it will not resolve",
		    service->external_name);
}

static void
check_affinity(struct field_context *context, const struct doc_node *spec,
    struct stated_service *stated)
{
	const struct doc_node *node = doc_find(spec, "sessionAffinityConfig");

	/* An API server drops it when the affinity is taken back (core/v1 defaults). */
	if (!stated->extra.client_ip_affinity && node != NULL && node->type != DOC_NULL)
		field_warn(context, node, ".sessionAffinityConfig",
		    "is not used unless spec.sessionAffinity is ClientIP");
	stated->extra.affinity_timeout_s = stated->timeout_s != 0 ? stated->timeout_s :
	    SERVICE_AFFINITY_TIMEOUT_S;
}

static void
check_traffic(struct field_context *context, const struct doc_node *spec,
    const struct stated_service *stated)
{
	const struct service *service = &stated->service;
	const struct service_extra *extra = &stated->extra;
	bool local = extra->external_traffic == TRAFFIC_LOCAL;

	if (!is_external(service) && !(service->type == SERVICE_CLUSTER_IP &&
	    extra->external_ip_count > 0))
		refuse_field(context, spec, "externalTrafficPolicy",
		    "may only be set for NodePort, LoadBalancer and "
		    "externalIPs");
	if (extra->health_check_node_port != 0 && !(service->type == SERVICE_LOAD_BALANCER &&
	    local))
		refuse_field(context, spec, "healthCheckNodePort",
		    "may only be set for LoadBalancer with "
		    "externalTrafficPolicy Local");
}

static void
check_balancer(struct field_context *context, const struct doc_node *spec,
    struct stated_service *stated)
{
	static const char only[] = "may only be set when spec.type is LoadBalancer";
	const struct doc_node *ranges = doc_find(spec, "loadBalancerSourceRanges");
	struct service *service = &stated->service;

	stated->extra.load_balancer_ip_place = field_place(context,
	    doc_find(spec, "loadBalancerIP"));
	for (size_t i = 0; i < stated->source_range_count; i++) {
		struct cidr cidr;

		if (cidr_parse(stated->source_ranges[i], &cidr) != 0)
			field_error(context, doc_item(ranges, i), ".loadBalancerSourceRanges",
			    "\"%.64s\" is not a network "
			    "like 10.0.0.0/8", stated->source_ranges[i]);
	}
	if (service->type == SERVICE_LOAD_BALANCER)
		return;
	refuse_field(context, spec, "loadBalancerClass", only);
	refuse_field(context, spec, "allocateLoadBalancerNodePorts", only);
	if (stated->source_range_count > 0)
		refuse_field(context, spec, "loadBalancerSourceRanges", only);
}

static void
check_external_ips(struct field_context *context, const struct doc_node *spec,
    const struct service_extra *extra)
{
	const struct doc_node *list = doc_find(spec, "externalIPs");

	/* Items that are no addresses have been said and left out: places could be off by then. */
	for (size_t i = 0; list != NULL && list->count == extra->external_ip_count &&
	    i < list->count; i++)
		decode_check_address(context, doc_item(list, i), ".externalIPs",
		    &extra->external_ips[i], true);
}

void
decode_service_check(struct field_context *context, const struct doc_node *spec,
    struct stated_service *stated)
{
	struct service *service = &stated->service;

	check_cluster_ips(context, spec, stated);
	check_families(context, spec, stated);
	check_ports(context, spec, service);
	check_external_name(context, spec, service);
	check_affinity(context, spec, stated);
	check_traffic(context, spec, stated);
	check_balancer(context, spec, stated);
	check_external_ips(context, spec, &stated->extra);
}
