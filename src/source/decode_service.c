/* decode_service.c - core/v1 Service: its fields. */
#include "source/decode_service.h"

#include <string.h>

#include "base/err.h"
#include "source/decode_kinds.h"
#include "source/decode_meta.h"
#include "source/decode_probe.h"
#include "source/doc.h"
#include "source/field_value.h"

static const struct field_word type_words[] = {
	{ "ClusterIP", SERVICE_CLUSTER_IP }, { "NodePort", SERVICE_NODE_PORT },
	{ "LoadBalancer", SERVICE_LOAD_BALANCER }, { "ExternalName", SERVICE_EXTERNAL_NAME },
	    { NULL, 0 },
};
static const struct field_word affinity_words[] = { { "None", 0 }, { "ClientIP", 1 }, { NULL, 0 } };
static const struct field_word policy_words[] = {
	{ "SingleStack", IP_POLICY_SINGLE }, { "PreferDualStack", IP_POLICY_PREFER_DUAL },
	{ "RequireDualStack", IP_POLICY_REQUIRE_DUAL }, { NULL, 0 },
};
static const struct field_word traffic_words[] = {
	{ "Cluster", TRAFFIC_CLUSTER }, { "Local", TRAFFIC_LOCAL }, { NULL, 0 },
};
static const struct field_word distribution_words[] = {
	{ "PreferClose", 1 }, { "PreferSameZone", 2 }, { "PreferSameNode", 3 }, { NULL, 0 },
};

static const struct field port_fields[] = {
	{ FIELD("name", FIELD_TEXT, service_port, name), .rule = decode_rule_label, .fallback = "",
	    .doc = "a DNS label; required with more than one port; the _name of SRV records" },
	{ FIELD("protocol", FIELD_ENUM, service_port, protocol), .words = decode_protocol_words,
	    .fallback = "TCP" },
	{ FIELD("port", FIELD_INT, service_port, port), .min = 1, .flags = FIELD_REQUIRED,
	    .doc = "the Service's own port" },
	{ FIELD("targetPort", FIELD_PORT, service_port, target),
	    .doc = "the Pods' port: a number, or the name of a container port; default: port" },
	{ FIELD("nodePort", FIELD_INT, service_port, node_port), .flags = FIELD_ZERO_ABSENT,
	    .min = 1,
	    .doc = "NodePort and LoadBalancer; allotted from serviceNodePortRange where not "
	    "stated" },
	{ FIELD("appProtocol", FIELD_TEXT, service_port, app_protocol),
	    .rule = decode_rule_label_key,
	    .doc = "kept and shown" },
};
static const struct field_table port_table = {
	.fields = port_fields, .count = sizeof(port_fields) / sizeof(*port_fields),
	.size = sizeof(struct service_port), .place_offset = offsetof(struct service_port, place),
};

static const struct field client_ip_fields[] = {
	{ FIELD("timeoutSeconds", FIELD_INT, stated_service, timeout_s), .min = 1, .max = 86400,
	    .doc = "default 10800" },
};
static const struct field_table client_ip_table = { FIELD_TABLE(client_ip_fields, stated_service) };
static const struct field affinity_fields[] = { { FIELD_FLAT("clientIP", &client_ip_table) } };
static const struct field_table affinity_table = { FIELD_TABLE(affinity_fields, stated_service) };

static const struct field spec_fields[] = {
	{ FIELD("type", FIELD_ENUM, stated_service, service.type), .words = type_words,
	    .fallback = "ClusterIP" },
	{ FIELD("selector", FIELD_PAIRS, stated_service, service.selector),
	    .key_rule = decode_rule_label_key,
	    .rule = decode_rule_label_value, .hint_word = "matchLabels",
	    .hint = "has no matchLabels in a Service: write the labels directly below selector",
	    .doc = "Pods that carry all these labels belong; none: only stated endpoints do" },
	{ FIELD_ITEMS("ports", FIELD_LIST, stated_service, service.ports, service.port_count),
	    .sub = &port_table,
	    .doc = "required, but for headless and ExternalName Services" },
	{ FIELD("clusterIP", FIELD_TEXT, stated_service, cluster_ip),
	    .doc = "None: headless; an address: kept; not stated: allotted" },
	{ FIELD_ITEMS("clusterIPs", FIELD_TEXTS, stated_service, cluster_ips, cluster_ip_count),
	    .doc = "one for each family; the first equals clusterIP" },
	{ FIELD("ipFamilyPolicy", FIELD_ENUM, stated_service, service.ip_policy),
	    .words = policy_words },
	{ FIELD_ITEMS("ipFamilies", FIELD_TEXTS, stated_service, families, family_count),
	    .doc = "IPv4, IPv6; the first is primary" },
	{ FIELD("externalName", FIELD_TEXT, stated_service, service.external_name),
	    .doc = "the target of an ExternalName Service's CNAME" },
	{ FIELD_ITEMS("externalIPs", FIELD_ADDRS, stated_service, extra.external_ips,
	    extra.external_ip_count) },
	{ FIELD("loadBalancerIP", FIELD_ADDR, stated_service, extra.load_balancer_ip),
	    .doc = "asked for; LoadBalancer only" },
	{ FIELD("loadBalancerClass", FIELD_TEXT, stated_service, extra.load_balancer_class),
	    .rule = decode_rule_label_key,
	    .doc = "LoadBalancer only" },
	{ FIELD_ITEMS("loadBalancerSourceRanges", FIELD_TEXTS, stated_service, source_ranges,
	    source_range_count), .doc = "checked, not yet used" },
	{ FIELD("allocateLoadBalancerNodePorts", FIELD_BOOL, stated_service,
	    service.allocate_node_ports), .fallback = "true", .doc = "LoadBalancer only" },
	{ FIELD("publishNotReadyAddresses", FIELD_BOOL, stated_service, service.publish_not_ready),
	    .fallback = "false",
	    .doc = "endpoints that are not ready are answered too" },
	{ FIELD("sessionAffinity", FIELD_ENUM, stated_service, extra.client_ip_affinity),
	    .words = affinity_words,
	    .fallback = "None", .hint_word = "Cookie",
	    .hint = "cookies belong to HTTP: an Ingress can do that, a Service sees connections "
	    "only" },
	{ FIELD_FLAT("sessionAffinityConfig", &affinity_table), .doc = "ClientIP only" },
	{ FIELD("externalTrafficPolicy", FIELD_ENUM, stated_service, extra.external_traffic),
	    .words = traffic_words,
	    .fallback = "Cluster", .doc = "for Services that can be reached from outside" },
	{ FIELD("internalTrafficPolicy", FIELD_ENUM, stated_service, extra.internal_traffic),
	    .words = traffic_words,
	    .fallback = "Cluster" },
	{ FIELD("healthCheckNodePort", FIELD_INT, stated_service, extra.health_check_node_port),
	    .flags = FIELD_ZERO_ABSENT, .min = 1,
	    .doc = "LoadBalancer with externalTrafficPolicy Local" },
	{ FIELD("trafficDistribution", FIELD_ENUM, stated_service, distribution),
	    .words = distribution_words,
	    .doc = "checked, not used" },
};
static const struct field_table spec_table = { FIELD_TABLE(spec_fields, stated_service) };

static const struct field ingress_fields[] = {
	{ FIELD("ip", FIELD_TEXT, stated_ingress, ip), .doc = "believed" },
	{ FIELD("hostname", FIELD_TEXT, stated_ingress, hostname), .rule = decode_rule_subdomain,
	    .doc = "believed" },
	FIELD_UNUSED("ipMode"), FIELD_UNUSED("ports"),
};
static const struct field_table ingress_table = { FIELD_TABLE(ingress_fields, stated_ingress) };
static const struct field balancer_fields[] = {
	{ FIELD_ITEMS("ingress", FIELD_LIST, stated_service, ingress, ingress_count),
	    .sub = &ingress_table },
};
static const struct field_table balancer_table = { FIELD_TABLE(balancer_fields, stated_service) };
static const struct field status_fields[] = {
	{ FIELD_FLAT("loadBalancer", &balancer_table) }, FIELD_UNUSED("conditions"),
};
static const struct field_table status_table = { FIELD_TABLE(status_fields, stated_service) };

static const struct field service_fields[] = {
	DECODE_META_TYPE,
	{ FIELD_FLAT("metadata", &decode_meta_label_table), .flags = FIELD_REQUIRED },
	{ FIELD_FLAT("spec", &spec_table), .flags = FIELD_REQUIRED },
	{ FIELD_FLAT("status", &status_table) },
};
const struct field_table decode_service_table = { FIELD_TABLE(service_fields, stated_service),
    .title = "Service" };

static const char *const known_annotations[] = {
	"readiness-probe", "period-ms", "timeout-ms", "panic-threshold", "tls-verify",
};

/* status.loadBalancer.ingress[] is believed as far as it makes sense. */
static void
take_ingress(struct field_context *context, struct stated_service *stated)
{
	struct service_extra *extra = &stated->extra;

	if (stated->ingress_count == 0)
		return;
	extra->status_ingress = field_value_alloc(context, stated->ingress_count,
	    sizeof(struct addr));
	for (size_t i = 0; extra->status_ingress != NULL && i < stated->ingress_count; i++) {
		struct addr *addr = &extra->status_ingress[extra->status_ingress_count];
		const struct stated_ingress *ingress = &stated->ingress[i];

		if (ingress->ip != NULL && addr_parse(ingress->ip, addr) == 0)
			extra->status_ingress_count++;
		if (ingress->hostname != NULL && extra->status_ingress_hostname == NULL)
			extra->status_ingress_hostname = ingress->hostname;
	}
}

static void
take_annotations(struct field_context *context, const struct doc_node *root,
    struct stated_service *stated)
{
	static const char unready[] = "service.alpha.kubernetes.io/tolerate-unready-endpoints";
	const char *old = pairs_find(&stated->meta.annotations, unready);
	struct service *service = &stated->service;

	decode_annotations_check(context, root, "Service", known_annotations,
	    sizeof(known_annotations) / sizeof(*known_annotations));
	/*
	 * The old spelling of publishNotReadyAddresses; the Kubernetes DNS specification still
	 * names it.
	 */
	if (old != NULL && strcmp(old, "true") == 0)
		service->publish_not_ready = true;
	service->readiness_probe = decode_probe_annotation(context, root);
	decode_probe_tune(context, root, &service->readiness_probe, 1);
	service->panic_percent =
	    (uint8_t)decode_annotation_number(context, root, "rollcall/panic-threshold", 0, 100, 0);
}

/* Few Services have any. */
static void
take_extra(struct field_context *context, const struct service_extra *extra,
    struct service *service)
{
	if (service_extra_is_plain(extra))
		return;
	service->extra = field_value_alloc(context, 1, sizeof(*extra));
	if (service->extra != NULL)
		*service->extra = *extra;
}

struct object *
decode_service(struct field_context *context, const struct doc_node *root)
{
	struct stated_service stated = { .timeout_s = 0 };
	struct service *service = field_value_alloc(context, 1, sizeof(*service));
	const struct doc_node *spec = doc_find(root, "spec");

	stated.service.cluster_ips = field_value_alloc(context, 2, sizeof(struct addr));
	if (service == NULL || stated.service.cluster_ips == NULL)
		return NULL;
	field_decode(&decode_service_table, root, &stated, context);
	if (context->err != 0)
		return NULL;
	if (spec != NULL && spec->type == DOC_MAP) {
		size_t mark = field_enter(context, "spec");

		decode_service_check(context, spec, &stated);
		field_leave(context, mark);
	}
	take_ingress(context, &stated);
	take_annotations(context, root, &stated);
	*service = stated.service;
	service->object = stated.meta.object;
	take_extra(context, &stated.extra, service);
	return &service->object;
}
