/* decode_endpoints.c - Endpoints (core/v1): the older form of endpoints stated by hand. */
#include <stdio.h>
#include <string.h>

#include "model/slice.h"
#include "source/decode_kinds.h"
#include "source/decode_meta.h"
#include "source/decode_target.h"
#include "source/doc.h"
#include "source/field_value.h"

struct stated_address {
	const char *ip;
	struct endpoint endpoint;       /* all but the address */
	struct stated_target target;
};

struct stated_subset {
	struct stated_address *ready;
	size_t ready_count;
	struct stated_address *not_ready;
	size_t not_ready_count;
	struct slice_port *ports;
	size_t port_count;
};

struct stated_endpoints {
	struct stated_meta meta;        /* first */
	struct stated_subset *subsets;
	size_t subset_count;
};

static const struct field address_fields[] = {
	{ FIELD("ip", FIELD_TEXT, stated_address, ip), .flags = FIELD_REQUIRED,
	    .doc = "loopback is fine in files of a host, link-local is not" },
	{ FIELD("hostname", FIELD_TEXT, stated_address, endpoint.hostname),
	    .rule = decode_rule_label,
	    .doc = "the endpoint's own name below the Service" },
	{ FIELD("nodeName", FIELD_TEXT, stated_address, endpoint.node_name),
	    .rule = decode_rule_subdomain },
	{ FIELD("targetRef", FIELD_MAP, stated_address, target), .sub = &decode_target_table,
	    .doc = "a Pod's name is shown" },
};
static const struct field_table address_table = { FIELD_TABLE(address_fields, stated_address) };

static const struct field port_fields[] = {
	{ FIELD("name", FIELD_TEXT, slice_port, name), .rule = decode_rule_label, .fallback = "",
	    .doc = "required with more than one port" },
	{ FIELD("port", FIELD_INT, slice_port, port), .min = 1, .flags = FIELD_REQUIRED },
	{ FIELD("protocol", FIELD_ENUM, slice_port, protocol), .words = decode_protocol_words,
	    .fallback = "TCP" },
	{ FIELD("appProtocol", FIELD_TEXT, slice_port, app_protocol), .rule = decode_rule_label_key,
	    .doc = "kept and shown" },
};
static const struct field_table port_table = { FIELD_TABLE(port_fields, slice_port) };

static const struct field subset_fields[] = {
	{ FIELD_ITEMS("addresses", FIELD_LIST, stated_subset, ready, ready_count),
	    .sub = &address_table,
	    .doc = "families may be mixed" },
	{ FIELD_ITEMS("notReadyAddresses", FIELD_LIST, stated_subset, not_ready, not_ready_count),
	    .sub = &address_table },
	{ FIELD_ITEMS("ports", FIELD_LIST, stated_subset, ports, port_count), .sub = &port_table },
};
static const struct field_table subset_table = { FIELD_TABLE(subset_fields, stated_subset) };

static const struct field endpoints_fields[] = {
	DECODE_META_TYPE,
	{ FIELD_FLAT("metadata", &decode_meta_table), .flags = FIELD_REQUIRED,
	    .doc = "the name is the Service's" },
	{ FIELD_ITEMS("subsets", FIELD_LIST, stated_endpoints, subsets, subset_count),
	    .sub = &subset_table },
};
const struct field_table decode_endpoints_table = { FIELD_TABLE(endpoints_fields, stated_endpoints),
    .title = "Endpoints" };

static void
add_addresses(struct field_context *context, const struct doc_node *list, const char *below,
    const struct stated_address *addresses, size_t count, enum tristate ready, const char *ns,
    struct slice_part *part)
{
	char path[128];

	for (size_t i = 0; i < count; i++) {
		struct endpoint endpoint = addresses[i].endpoint;
		const char *text = addresses[i].ip;
		const struct doc_node *node = doc_find(doc_item(list, i), "ip");

		if (text == NULL)
			continue;
		snprintf(path, sizeof(path), "%s[%zu].ip", below, i);
		if (addr_parse(text, &endpoint.addr) != 0) {
			field_error(context, node, path, "\"%.64s\" is not an IP address", text);
			continue;
		}
		if (!decode_check_address(context, node, path, &endpoint.addr, true))
			continue;
		endpoint.ready = (uint8_t)ready;
		endpoint.pod_name = decode_target_pod(&addresses[i].target, ns);
		part->endpoints[part->endpoint_count++] = endpoint;
	}
}

static void
check_subset(struct field_context *context, const struct doc_node *node, const char *below,
    const struct stated_subset *subset)
{
	const struct doc_node *ports = doc_find(node, "ports");
	char path[128];

	if (subset->ready_count + subset->not_ready_count == 0)
		field_error(context, node, below, "needs addresses or notReadyAddresses");
	for (size_t i = 0; i < subset->port_count && subset->port_count > 1; i++) {
		if (subset->ports[i].name == NULL || *subset->ports[i].name != '\0')
			continue;
		snprintf(path, sizeof(path), "%s.ports[%zu].name", below, i);
		field_error(context, doc_item(ports, i), path,
		    "is required with more than one port");
		return;
	}
	snprintf(path, sizeof(path), "%s.ports", below);
	decode_target_check_names(context, ports, path, subset->ports, subset->port_count);
}

static void
take_subset(struct field_context *context, const struct doc_node *root,
    const struct stated_endpoints *stated,
    size_t i, struct slice_part *part)
{
	const struct stated_subset *subset = &stated->subsets[i];
	const struct doc_node *node = doc_item(doc_find(root, "subsets"), i);
	const char *ns = stated->meta.object.ns;
	char below[96];

	part->ports = subset->ports;
	part->port_count = (uint32_t)subset->port_count;
	part->endpoints = field_value_alloc(context, subset->ready_count + subset->not_ready_count,
	    sizeof(*part->endpoints));
	if (part->endpoints == NULL)
		return;
	snprintf(below, sizeof(below), ".subsets[%zu]", i);
	check_subset(context, node, below, subset);
	snprintf(below, sizeof(below), ".subsets[%zu].addresses", i);
	add_addresses(context, doc_find(node, "addresses"), below, subset->ready,
	    subset->ready_count, TRI_TRUE,
	    ns, part);
	snprintf(below, sizeof(below), ".subsets[%zu].notReadyAddresses", i);
	add_addresses(context, doc_find(node, "notReadyAddresses"), below, subset->not_ready,
	    subset->not_ready_count, TRI_FALSE, ns, part);
}

/* Not to be mirrored: asked for, or no endpoints at all but the record of a leader election. */
static bool
is_skipped(const struct stated_meta *meta)
{
	const char *skip = pairs_find(&meta->labels, "endpointslice.kubernetes.io/skip-mirror");

	return (skip != NULL && strcmp(skip, "true") == 0) ||
	    pairs_find(&meta->annotations, "control-plane.alpha.kubernetes.io/leader") != NULL;
}

struct object *
decode_endpoints(struct field_context *context, const struct doc_node *root)
{
	struct stated_endpoints stated = { 0 };
	struct slice *slice = field_value_alloc(context, 1, sizeof(*slice));

	if (slice == NULL)
		return NULL;
	field_decode(&decode_endpoints_table, root, &stated, context);
	if (context->err != 0)
		return NULL;
	slice->object = stated.meta.object;
	slice->service_name = slice->object.name;
	slice->family = ADDR_NONE;
	slice->skip_mirror = is_skipped(&stated.meta);
	slice->parts = field_value_alloc(context, stated.subset_count, sizeof(*slice->parts));
	if (slice->parts == NULL)
		return NULL;
	for (size_t i = 0; i < stated.subset_count; i++)
		take_subset(context, root, &stated, i, &slice->parts[i]);
	slice->part_count = (uint32_t)stated.subset_count;
	decode_annotations_check(context, root, "Endpoints", NULL, 0);
	return &slice->object;
}
