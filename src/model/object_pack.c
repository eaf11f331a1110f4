/* object_pack.c - a decoded object into one piece of memory: what each kind points to. */
#include "base/err.h"
#include "model/compact.h"
#include "model/ingress.h"
#include "model/namespace.h"
#include "model/origin.h"
#include "model/pod.h"
#include "model/service.h"
#include "model/slice.h"

static const struct compact_field pair_fields[] = {
	{ COMPACT_TEXT(pair, key) }, { COMPACT_TEXT(pair, value) },
};
static const struct compact_table pair_table = { COMPACT_TABLE(pair_fields, pair) };

/* Of a struct that begins with its struct object. */
#define OBJECT_FIELDS \
	{ COMPACT_TEXT(object, ns) }, { COMPACT_TEXT(object, name) }, \
	{ COMPACT_ITEMS(object, image, image_size, &compact_octets) }

static const struct compact_field endpoint_fields[] = {
	{ COMPACT_TEXT(endpoint, hostname) }, { COMPACT_TEXT(endpoint, pod_name) },
	{ COMPACT_TEXT(endpoint, node_name) }, { COMPACT_TEXT(endpoint, zone) },
};
static const struct compact_table endpoint_table = { COMPACT_TABLE(endpoint_fields, endpoint) };

/* ---- Service ---- */

static const struct compact_field service_port_fields[] = {
	{ COMPACT_TEXT(service_port, name) }, { COMPACT_TEXT(service_port, app_protocol) },
	{ COMPACT_TEXT(service_port, target.name) },
};
static const struct compact_table service_port_table = {
	COMPACT_TABLE(service_port_fields, service_port),
};

static const struct compact_field extra_fields[] = {
	{ COMPACT_ITEMS(service_extra, external_ips, external_ip_count, &compact_addrs) },
	{ COMPACT_TEXT(service_extra, load_balancer_class) },
	{ COMPACT_ITEMS(service_extra, status_ingress, status_ingress_count, &compact_addrs) },
	{ COMPACT_TEXT(service_extra, status_ingress_hostname) },
};
static const struct compact_table extra_table = { COMPACT_TABLE(extra_fields, service_extra) };

static const struct compact_field service_fields[] = {
	OBJECT_FIELDS,
	{ COMPACT_ITEMS(service, cluster_ips, cluster_ip_count, &compact_addrs) },
	{ COMPACT_ITEMS(service, selector.items, selector.count, &pair_table) },
	{ COMPACT_ITEMS(service, ports, port_count, &service_port_table) },
	{ COMPACT_TEXT(service, external_name) },
	{ COMPACT_ITEM(service, readiness_probe, &probe_spec_table) },
	{ COMPACT_ITEM(service, extra, &extra_table) },
};
static const struct compact_table service_table = { COMPACT_TABLE(service_fields, service) };

/* ---- Pod ---- */

static const struct compact_field container_port_fields[] = {
	{ COMPACT_TEXT(container_port, name) },
};
static const struct compact_table container_port_table = {
	COMPACT_TABLE(container_port_fields, container_port),
};

static const struct compact_field container_fields[] = {
	{ COMPACT_TEXT(container, name) }, { COMPACT_TEXT(container, image) },
	{ COMPACT_ITEMS(container, ports, port_count, &container_port_table) },
	{ COMPACT_ITEM(container, probes[PROBE_STARTUP], &probe_spec_table) },
	{ COMPACT_ITEM(container, probes[PROBE_READINESS], &probe_spec_table) },
	{ COMPACT_ITEM(container, probes[PROBE_LIVENESS], &probe_spec_table) },
};
static const struct compact_table container_table = { COMPACT_TABLE(container_fields, container) };

static const struct compact_field condition_fields[] = {
	{ COMPACT_TEXT(pod_condition, type) },
};
static const struct compact_table condition_table = {
	COMPACT_TABLE(condition_fields, pod_condition),
};

static const struct compact_field pod_fields[] = {
	OBJECT_FIELDS,
	{ COMPACT_ITEMS(pod, labels.items, labels.count, &pair_table) },
	{ COMPACT_ITEMS(pod, endpoints, endpoint_count, &endpoint_table) },
	{ COMPACT_ITEMS(pod, containers, container_count, &container_table) },
	{ COMPACT_TEXT(pod, hostname) }, { COMPACT_TEXT(pod, subdomain) },
	{ COMPACT_ITEMS(pod, readiness_gates, readiness_gate_count, &compact_texts) },
	{ COMPACT_ITEMS(pod, conditions, condition_count, &condition_table) },
};
static const struct compact_table pod_table = { COMPACT_TABLE(pod_fields, pod) };

/* ---- EndpointSlice and Endpoints ---- */

static const struct compact_field slice_port_fields[] = {
	{ COMPACT_TEXT(slice_port, name) }, { COMPACT_TEXT(slice_port, app_protocol) },
};
static const struct compact_table slice_port_table = {
	COMPACT_TABLE(slice_port_fields, slice_port),
};

static const struct compact_field part_fields[] = {
	{ COMPACT_ITEMS(slice_part, ports, port_count, &slice_port_table) },
	{ COMPACT_ITEMS(slice_part, endpoints, endpoint_count, &endpoint_table) },
};
static const struct compact_table part_table = { COMPACT_TABLE(part_fields, slice_part) };

static const struct compact_field slice_fields[] = {
	OBJECT_FIELDS,
	{ COMPACT_TEXT(slice, service_name) },
	{ COMPACT_ITEMS(slice, parts, part_count, &part_table) },
};
static const struct compact_table slice_table = { COMPACT_TABLE(slice_fields, slice) };

/* ---- Namespace ---- */

static const struct compact_field namespace_fields[] = { OBJECT_FIELDS };
static const struct compact_table namespace_table = {
	COMPACT_TABLE(namespace_fields, namespace_object),
};

/* ---- Ingress ---- */

static const struct compact_field ingress_fields[] = {
	OBJECT_FIELDS,
	{ COMPACT_ITEMS(ingress, hosts, host_count, &compact_texts) },
	{ COMPACT_ITEMS(ingress, services, service_count, &compact_texts) },
	{ COMPACT_ITEMS(ingress, addrs, addr_count, &compact_addrs) },
	{ COMPACT_TEXT(ingress, balancer) },
};
static const struct compact_table ingress_table = { COMPACT_TABLE(ingress_fields, ingress) };

static const struct compact_table *const tables[KIND_COUNT] = {
	[KIND_SERVICE] = &service_table, [KIND_POD] = &pod_table, [KIND_ENDPOINTS] = &slice_table,
	[KIND_ENDPOINT_SLICE] = &slice_table, [KIND_NAMESPACE] = &namespace_table,
	[KIND_INGRESS] = &ingress_table,
};

int
object_pack(const struct object *decoded, struct object **out)
{
	struct object *object = compact_copy(tables[decoded->kind], decoded);

	if (object == NULL)
		return ERR_NOMEM;
	object->references = 1;
	origin_ref(object->origin);
	*out = object;
	return 0;
}
