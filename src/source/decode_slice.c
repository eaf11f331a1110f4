/* decode_slice.c - EndpointSlice (discovery.k8s.io/v1): endpoints stated by hand. */
#include <string.h>

#include "model/slice.h"
#include "source/decode_kinds.h"
#include "source/decode_meta.h"
#include "source/decode_target.h"
#include "source/doc.h"
#include "source/field_value.h"

#define ENDPOINTS_MAX 1000
#define ADDRESSES_MAX 100
#define PORTS_MAX 20000
#define FAMILY_FQDN 1           /* beside enum addr_family; such endpoints are not kept */

/* One of endpoints[]; it lives on the stack, since there may be a million of them. */
struct stated_endpoint {
	const struct doc_node *addresses;
	struct endpoint endpoint;       /* all but the address */
	struct stated_target target;
};

struct stated_slice {
	struct stated_meta meta;        /* first */
	uint32_t family;
	struct slice_port *ports;
	size_t port_count;
	struct slice_part part;
};

static const struct field_word family_words[] = {
	{ "IPv4", ADDR_IP4 }, { "IPv6", ADDR_IP6 }, { "FQDN", FAMILY_FQDN }, { NULL, 0 },
};

static const struct field condition_fields[] = {
	{ FIELD("ready", FIELD_TRISTATE, stated_endpoint, endpoint.ready),
	    .doc = "not stated counts as ready" },
	{ FIELD("serving", FIELD_TRISTATE, stated_endpoint, endpoint.serving) },
	{ FIELD("terminating", FIELD_TRISTATE, stated_endpoint, endpoint.terminating) },
};
static const struct field_table condition_table = { FIELD_TABLE(condition_fields,
    stated_endpoint) };

static void
hook_addresses(struct field_context *context, const struct doc_node *node, void *target)
{
	struct stated_endpoint *stated = target;

	if (node->type != DOC_LIST)
		field_value_wrong_type(context, node, "a list");
	else if (node->count == 0 || node->count > ADDRESSES_MAX)
		field_error(context, node, "", "must hold 1-%d addresses", ADDRESSES_MAX);
	else
		stated->addresses = node;
}

static const struct field endpoint_fields[] = {
	{ .name = "addresses", .type = FIELD_HOOK, .hook = hook_addresses, .shown = "list of texts",
	    .flags = FIELD_REQUIRED,
	    .doc = "loopback is fine in files of a host, link-local is not" },
	{ FIELD_FLAT("conditions", &condition_table) },
	{ FIELD("hostname", FIELD_TEXT, stated_endpoint, endpoint.hostname),
	    .rule = decode_rule_label,
	    .doc = "the endpoint's own name below the Service" },
	{ FIELD("nodeName", FIELD_TEXT, stated_endpoint, endpoint.node_name),
	    .rule = decode_rule_subdomain },
	{ FIELD("zone", FIELD_TEXT, stated_endpoint, endpoint.zone) },
	{ FIELD("targetRef", FIELD_MAP, stated_endpoint, target), .sub = &decode_target_table,
	    .doc = "a Pod's name is shown" },
	FIELD_UNUSED("hints"), FIELD_UNUSED("deprecatedTopology"),
};
static const struct field_table endpoint_table = { FIELD_TABLE(endpoint_fields, stated_endpoint) };

static const struct field port_fields[] = {
	{ FIELD("name", FIELD_TEXT, slice_port, name), .rule = decode_rule_label, .fallback = "",
	    .doc = "the Service port's name" },
	{ FIELD("protocol", FIELD_ENUM, slice_port, protocol), .words = decode_protocol_words,
	    .fallback = "TCP" },
	{ FIELD("port", FIELD_INT, slice_port, port), .min = 1, .doc = "not stated: all ports" },
	{ FIELD("appProtocol", FIELD_TEXT, slice_port, app_protocol), .rule = decode_rule_label_key,
	    .doc = "kept and shown" },
};
static const struct field_table port_table = { FIELD_TABLE(port_fields, slice_port) };

/* One address of an endpoint becomes an endpoint of its own. */
static void
add_endpoint(struct field_context *context, const struct doc_node *node,
    struct stated_slice *stated, struct endpoint endpoint)
{
	struct slice_part *part = &stated->part;

	if (node->type != DOC_STRING) {
		field_value_wrong_type(context, node, "a text");
		return;
	}
	if (stated->family == FAMILY_FQDN || stated->family == ADDR_NONE)
		return;
	if (strlen(node->text) != node->count || addr_parse(node->text, &endpoint.addr) != 0 ||
	    endpoint.addr.family != stated->family)
		field_error(context, node, "", "\"%.64s\" is not an %s address (addressType)",
		    node->text, stated->family == ADDR_IP4 ? "IPv4" : "IPv6");
	else if (decode_check_address(context, node, "", &endpoint.addr, true))
		part->endpoints[part->endpoint_count++] = endpoint;
}

static void
decode_endpoint(struct field_context *context, const struct doc_node *node,
    struct stated_slice *stated)
{
	struct stated_endpoint one = { 0 };

	field_decode(&endpoint_table, node, &one, context);
	one.endpoint.pod_name = decode_target_pod(&one.target, stated->meta.object.ns);
	size_t mark = field_enter(context, "addresses");

	for (size_t i = 0; one.addresses != NULL && i < one.addresses->count; i++) {
		size_t item = field_enter_item(context, i);

		add_endpoint(context, one.addresses->items[i], stated, one.endpoint);
		field_leave(context, item);
	}
	field_leave(context, mark);
}

/* The addresses of all endpoints together, as far as they are lists. */
static size_t
count_addresses(const struct doc_node *endpoints)
{
	size_t count = 0;

	for (size_t i = 0; i < endpoints->count; i++) {
		const struct doc_node *list = doc_find(endpoints->items[i], "addresses");

		if (list != NULL && list->type == DOC_LIST && list->count <= ADDRESSES_MAX)
			count += list->count;
	}
	return count;
}

/* The table has addressType and metadata before: both are decoded by now. */
static void
hook_endpoints(struct field_context *context, const struct doc_node *node, void *target)
{
	struct stated_slice *stated = target;
	struct slice_part *part = &stated->part;

	if (node->type != DOC_LIST) {
		field_value_wrong_type(context, node, "a list");
		return;
	}
	if (node->count > ENDPOINTS_MAX) {
		field_error(context, node, "", "has more than %d endpoints", ENDPOINTS_MAX);
		return;
	}
	part->endpoints = field_value_alloc(context, count_addresses(node),
	    sizeof(*part->endpoints));
	for (size_t i = 0; part->endpoints != NULL && i < node->count; i++) {
		size_t mark = field_enter_item(context, i);

		if (node->items[i]->type == DOC_NULL)
			field_value_wrong_type(context, node->items[i], "a mapping");
		else
			decode_endpoint(context, node->items[i], stated);
		field_leave(context, mark);
	}
}

static const struct field slice_fields[] = {
	DECODE_META_TYPE,
	{ FIELD_FLAT("metadata", &decode_meta_table), .flags = FIELD_REQUIRED,
	    .doc = "the label kubernetes.io/service-name names the Service" },
	{ FIELD("addressType", FIELD_ENUM, stated_slice, family), .words = family_words,
	    .flags = FIELD_REQUIRED, .doc = "FQDN is accepted and not used" },
	{ .name = "endpoints", .type = FIELD_HOOK, .hook = hook_endpoints, .shown = "list",
	    .sub = &endpoint_table },
	{ FIELD_ITEMS("ports", FIELD_LIST, stated_slice, ports, port_count), .sub = &port_table },
};
const struct field_table decode_endpoint_slice_table = { FIELD_TABLE(slice_fields, stated_slice),
    .title = "EndpointSlice" };

static void
check_ports(struct field_context *context, const struct doc_node *root,
    const struct stated_slice *stated)
{
	const struct doc_node *list = doc_find(root, "ports");

	if (stated->port_count > PORTS_MAX)
		field_error(context, list, ".ports", "has more than %d ports", PORTS_MAX);
	else
		decode_target_check_names(context, list, ".ports", stated->ports,
		    stated->port_count);
}

struct object *
decode_endpoint_slice(struct field_context *context, const struct doc_node *root)
{
	struct stated_slice stated = { 0 };
	struct slice *slice = field_value_alloc(context, 1, sizeof(*slice));
	struct slice_part *part = field_value_alloc(context, 1, sizeof(*part));

	if (slice == NULL || part == NULL)
		return NULL;
	field_decode(&decode_endpoint_slice_table, root, &stated, context);
	if (context->err != 0)
		return NULL;
	check_ports(context, root, &stated);
	if (stated.family == FAMILY_FQDN)
		field_warn(context, doc_find(root, "addressType"), ".addressType",
		    "FQDN: these endpoints are not used");
	decode_annotations_check(context, root, "EndpointSlice", NULL, 0);
	*part = stated.part;
	part->ports = stated.ports;
	part->port_count = (uint32_t)stated.port_count;
	slice->object = stated.meta.object;
	slice->family = stated.family == FAMILY_FQDN ? ADDR_NONE : (uint8_t)stated.family;
	slice->service_name = pairs_find(&stated.meta.labels, "kubernetes.io/service-name");
	slice->parts = part;
	slice->part_count = 1;
	return &slice->object;
}
