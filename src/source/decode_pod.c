/* decode_pod.c - core/v1 Pod, as far as membership and probing need it. */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "model/pod.h"
#include "source/decode.h"
#include "source/decode_kinds.h"
#include "source/decode_meta.h"
#include "source/decode_probe.h"
#include "source/doc.h"
#include "source/field_value.h"

#define CONTAINERS_MAX 1000     /* no rule of Kubernetes; names are compared pair by pair */
#define PORTS_MAX 1000

struct stated_container {
	struct container container;     /* first: the table points here */
	uint8_t restart_always;
};

struct stated_ip {
	const char *ip;
};

struct stated_gate {
	const char *type;
};

struct stated_pod {
	struct stated_meta meta;        /* first */
	struct pod pod;
	struct stated_container *containers;
	size_t container_count;
	struct stated_container *init;
	size_t init_count;
	struct pairs node_selector;
	struct stated_gate *gates;
	size_t gate_count;
	const char *pod_ip;
	struct stated_ip *pod_ips;
	size_t pod_ip_count;
	const char *host_ip;
	const char *node_name;
};

static const struct field_word phase_words[] = {
	{ "Pending", POD_PENDING }, { "Running", POD_RUNNING }, { "Succeeded", POD_SUCCEEDED },
	{ "Failed", POD_FAILED }, { "Unknown", POD_UNKNOWN }, { NULL, 0 },
};
static const struct field_word status_words[] = {
	{ "True", TRI_TRUE }, { "False", TRI_FALSE }, { "Unknown", TRI_UNSET }, { NULL, 0 },
};
static const struct field_word restart_words[] = {
	{ "Always", 1 }, { "OnFailure", 2 }, { "Never", 3 }, { NULL, 0 },
};

static const struct field port_fields[] = {
	{ FIELD("name", FIELD_TEXT, container_port, name), .rule = decode_rule_port_name,
	    .fallback = "",
	    .doc = "what targetPort and probes may name" },
	{ FIELD("containerPort", FIELD_INT, container_port, port), .min = 1,
	    .flags = FIELD_REQUIRED },
	{ FIELD("protocol", FIELD_ENUM, container_port, protocol), .words = decode_protocol_words,
	    .fallback = "TCP" },
	{ FIELD("hostPort", FIELD_INT, container_port, host_port), .flags = FIELD_ZERO_ABSENT,
	    .min = 1,
	    .doc = "kept and shown" },
	FIELD_UNUSED("hostIP"),
};
static const struct field_table port_table = { FIELD_TABLE(port_fields, container_port) };

static void
hook_probe(struct field_context *context, const struct doc_node *node, struct container *container,
    enum probe_kind kind)
{
	container->probes[kind] = decode_probe(context, node, kind, false);
}

static void
hook_readiness(struct field_context *context, const struct doc_node *node, void *target)
{
	hook_probe(context, node, target, PROBE_READINESS);
}

static void
hook_startup(struct field_context *context, const struct doc_node *node, void *target)
{
	hook_probe(context, node, target, PROBE_STARTUP);
}

static void
hook_liveness(struct field_context *context, const struct doc_node *node, void *target)
{
	hook_probe(context, node, target, PROBE_LIVENESS);
}

static void
check_container(struct field_context *context, const struct doc_node *node, void *target)
{
	const struct container *container = target;
	const struct doc_node *ports = doc_find(node, "ports");
	char below[64];

	if (container->image == NULL)
		field_warn(context, node, ".image",
		    "is required by an API server (nothing is run here)");
	if (container->port_count > PORTS_MAX) {
		field_error(context, ports, ".ports", "has more than %d ports", PORTS_MAX);
		return;
	}
	for (size_t i = 0; i < container->port_count; i++) {
		for (size_t j = 0; j < i; j++) {
			const char *name = container->ports[i].name;

			if (name == NULL || *name == '\0' || strcmp(name,
			    container->ports[j].name) != 0)
				continue;
			snprintf(below, sizeof(below), ".ports[%zu].name", i);
			field_error(context, doc_item(ports, i), below,
			    "\"%s\" is doubled; ports[%zu] in line %u has it",
			    name, j, doc_item(ports, j)->place.line);
			break;
		}
	}
}

static const struct field container_fields[] = {
	{ FIELD("name", FIELD_TEXT, container, name), .rule = decode_rule_label,
	    .flags = FIELD_REQUIRED },
	{ FIELD("image", FIELD_TEXT, container, image), .doc = "kept and shown, never run" },
	{ FIELD_ITEMS("ports", FIELD_LIST, container, ports, port_count), .sub = &port_table },
	{ .name = "readinessProbe", .type = FIELD_HOOK, .hook = hook_readiness, .shown = "Probe",
	    .sub = &decode_probe_table,
	    .doc = "decides whether the Pod is ready" },
	{ .name = "startupProbe", .type = FIELD_HOOK, .hook = hook_startup, .shown = "Probe",
	    .sub = &decode_probe_table,
	    .doc = "holds the others back until it succeeds" },
	{ .name = "livenessProbe", .type = FIELD_HOOK, .hook = hook_liveness, .shown = "Probe",
	    .sub = &decode_probe_table,
	    .doc = "run, shown and logged; never changes membership" },
	{ FIELD("restartPolicy", FIELD_ENUM, stated_container, restart_always),
	    .words = restart_words,
	    .doc = "Always makes an init container a sidecar" },
	FIELD_UNUSED("args"), FIELD_UNUSED("command"), FIELD_UNUSED("env"), FIELD_UNUSED("envFrom"),
	FIELD_UNUSED("imagePullPolicy"), FIELD_UNUSED("lifecycle"), FIELD_UNUSED("resizePolicy"),
	FIELD_UNUSED("resources"), FIELD_UNUSED("restartPolicyRules"),
	    FIELD_UNUSED("securityContext"),
	FIELD_UNUSED("stdin"), FIELD_UNUSED("stdinOnce"), FIELD_UNUSED("terminationMessagePath"),
	FIELD_UNUSED("terminationMessagePolicy"), FIELD_UNUSED("tty"),
	    FIELD_UNUSED("volumeDevices"),
	FIELD_UNUSED("volumeMounts"), FIELD_UNUSED("workingDir"),
};
static const struct field_table container_table = { FIELD_TABLE(container_fields, stated_container),
    .check = check_container, .title = "container" };

static const struct field gate_fields[] = {
	{ FIELD("conditionType", FIELD_TEXT, stated_gate, type), .rule = decode_rule_label_key,
	    .flags = FIELD_REQUIRED, .doc = "this condition in status must be True" },
};
static const struct field_table gate_table = { FIELD_TABLE(gate_fields, stated_gate) };

static const struct field spec_fields[] = {
	{ FIELD_ITEMS("containers", FIELD_LIST, stated_pod, containers, container_count),
	    .flags = FIELD_REQUIRED, .sub = &container_table },
	{ FIELD_ITEMS("initContainers", FIELD_LIST, stated_pod, init, init_count),
	    .sub = &container_table,
	    .doc = "those with restartPolicy Always count as containers" },
	{ FIELD("hostname", FIELD_TEXT, stated_pod, pod.hostname), .rule = decode_rule_label,
	    .doc = "with subdomain: the endpoint's own name below a headless Service" },
	{ FIELD("subdomain", FIELD_TEXT, stated_pod, pod.subdomain), .rule = decode_rule_label,
	    .doc = "the headless Service's name" },
	{ FIELD("nodeName", FIELD_TEXT, stated_pod, node_name), .rule = decode_rule_subdomain },
	{ FIELD("nodeSelector", FIELD_PAIRS, stated_pod, node_selector),
	    .key_rule = decode_rule_label_key,
	    .rule = decode_rule_label_value, .doc = "kubernetes.io/hostname names the node" },
	{ FIELD("hostNetwork", FIELD_BOOL, stated_pod, pod.host_network),
	    .doc = "status.hostIP is the Pod's address" },
	{ FIELD_ITEMS("readinessGates", FIELD_LIST, stated_pod, gates, gate_count),
	    .sub = &gate_table },
	FIELD_UNUSED("activeDeadlineSeconds"), FIELD_UNUSED("affinity"),
	FIELD_UNUSED("automountServiceAccountToken"), FIELD_UNUSED("dnsConfig"),
	    FIELD_UNUSED("dnsPolicy"),
	FIELD_UNUSED("enableServiceLinks"), FIELD_UNUSED("ephemeralContainers"),
	    FIELD_UNUSED("hostAliases"),
	FIELD_UNUSED("hostIPC"), FIELD_UNUSED("hostPID"), FIELD_UNUSED("hostUsers"),
	FIELD_UNUSED("hostnameOverride"), FIELD_UNUSED("imagePullSecrets"), FIELD_UNUSED("os"),
	FIELD_UNUSED("overhead"), FIELD_UNUSED("preemptionPolicy"), FIELD_UNUSED("priority"),
	FIELD_UNUSED("priorityClassName"), FIELD_UNUSED("resourceClaims"),
	    FIELD_UNUSED("resources"),
	FIELD_UNUSED("restartPolicy"), FIELD_UNUSED("runtimeClassName"),
	    FIELD_UNUSED("schedulerName"),
	FIELD_UNUSED("schedulingGates"), FIELD_UNUSED("securityContext"),
	    FIELD_UNUSED("serviceAccount"),
	FIELD_UNUSED("serviceAccountName"), FIELD_UNUSED("setHostnameAsFQDN"),
	FIELD_UNUSED("shareProcessNamespace"), FIELD_UNUSED("terminationGracePeriodSeconds"),
	FIELD_UNUSED("tolerations"), FIELD_UNUSED("topologySpreadConstraints"),
	    FIELD_UNUSED("volumes"),
};
static const struct field_table spec_table = { FIELD_TABLE(spec_fields, stated_pod) };

static const struct field ip_fields[] = { { FIELD("ip", FIELD_TEXT, stated_ip, ip) } };
static const struct field_table ip_table = { FIELD_TABLE(ip_fields, stated_ip) };
static const struct field condition_fields[] = {
	{ FIELD("type", FIELD_TEXT, pod_condition, type), .flags = FIELD_REQUIRED },
	{ FIELD("status", FIELD_ENUM, pod_condition, status), .words = status_words,
	    .flags = FIELD_REQUIRED },
	FIELD_UNUSED("lastProbeTime"), FIELD_UNUSED("lastTransitionTime"), FIELD_UNUSED("message"),
	FIELD_UNUSED("observedGeneration"), FIELD_UNUSED("reason"),
};
static const struct field_table condition_table = { FIELD_TABLE(condition_fields, pod_condition) };

static const struct field status_fields[] = {
	{ FIELD("phase", FIELD_ENUM, stated_pod, pod.phase), .words = phase_words,
	    .doc = "Succeeded and Failed Pods are no endpoints" },
	{ FIELD("podIP", FIELD_TEXT, stated_pod, pod_ip), .doc = "believed" },
	{ FIELD_ITEMS("podIPs", FIELD_LIST, stated_pod, pod_ips, pod_ip_count), .sub = &ip_table,
	    .doc = "believed; one for each family" },
	{ FIELD("hostIP", FIELD_TEXT, stated_pod, host_ip), .doc = "the address with hostNetwork" },
	{ FIELD_ITEMS("conditions", FIELD_LIST, stated_pod, pod.conditions,
	    pod.condition_count),
	    .sub = &condition_table,
	    .doc = "Ready is believed where there is no readinessProbe" },
	FIELD_UNUSED("containerStatuses"), FIELD_UNUSED("ephemeralContainerStatuses"),
	    FIELD_UNUSED("hostIPs"),
	FIELD_UNUSED("initContainerStatuses"), FIELD_UNUSED("message"),
	    FIELD_UNUSED("nominatedNodeName"),
	FIELD_UNUSED("observedGeneration"), FIELD_UNUSED("qosClass"), FIELD_UNUSED("reason"),
	FIELD_UNUSED("resize"), FIELD_UNUSED("resourceClaimStatuses"), FIELD_UNUSED("startTime"),
};
static const struct field_table status_table = { FIELD_TABLE(status_fields, stated_pod) };

static const struct field pod_fields[] = {
	DECODE_META_TYPE,
	{ FIELD_FLAT("metadata", &decode_meta_table), .flags = FIELD_REQUIRED },
	{ FIELD_FLAT("spec", &spec_table), .flags = FIELD_REQUIRED },
	{ FIELD_FLAT("status", &status_table) },
};
const struct field_table decode_pod_table = { FIELD_TABLE(pod_fields, stated_pod), .title = "Pod" };

static const char *const known_annotations[] = {
	"address", "period-ms", "timeout-ms", "exec-prefix", "tls-verify",
};

/* One address of the Pod, at most one for each family. */
static void
add_ip(struct field_context *context, const struct doc_node *node, const char *below,
    const char *text,
    struct pod *pod)
{
	struct addr addr;

	if (addr_parse(text, &addr) != 0) {
		field_error(context, node, below, "\"%.64s\" is not an IP address", text);
		return;
	}
	/* A Pod's loopback address is what a host without containers has: nothing to warn about. */
	if (!decode_check_address(context, node, below, &addr, false))
		return;
	if (pod->endpoint_count == POD_ADDRS_MAX || (pod->endpoint_count == 1 &&
	    pod->endpoints[0].addr.family == addr.family)) {
		field_error(context, node, below, "%s is a second address of its family", text);
		return;
	}
	pod->endpoints[pod->endpoint_count++].addr = addr;
}

static void
add_stated_ips(struct field_context *context, const struct doc_node *status,
    const struct stated_pod *stated,
    struct pod *pod)
{
	const struct doc_node *list = doc_find(status, "podIPs");
	const char *first = NULL;

	for (size_t i = 0; i < stated->pod_ip_count; i++) {
		if (stated->pod_ips[i].ip == NULL || *stated->pod_ips[i].ip == '\0')
			continue;
		if (first == NULL)
			first = stated->pod_ips[i].ip;
		add_ip(context, doc_item(list, i), ".status.podIPs", stated->pod_ips[i].ip, pod);
	}
	if (stated->pod_ip == NULL || *stated->pod_ip == '\0')
		return;
	if (first == NULL)
		add_ip(context, doc_find(status, "podIP"), ".status.podIP", stated->pod_ip, pod);
	else if (strcmp(first, stated->pod_ip) != 0)
		field_error(context, doc_find(status, "podIP"), ".status.podIP",
		    "%.64s must equal the first of "
		    "status.podIPs (%.64s)", stated->pod_ip, first);
}

/* rollcall/address: addresses parted by commas or blanks. */
static void
add_annotated_ips(struct field_context *context, const struct doc_node *root, struct pod *pod,
    bool wanted)
{
	static const char path[] = ".metadata.annotations.rollcall/address";
	const struct doc_node *node = decode_annotation(root, "rollcall/address");
	const char *at = node == NULL ? "" : node->text;
	struct endpoint unused[POD_ADDRS_MAX];
	struct pod scratch = { .endpoints = unused };
	size_t found = 0;

	while (*(at += strspn(at, ", \t\n")) != '\0') {
		size_t len = strcspn(at, ", \t\n");
		char text[ADDR_TEXT_SIZE + 1];

		snprintf(text, sizeof(text), "%.*s", len < sizeof(text) ? (int)len :
		    (int)sizeof(text) - 1, at);
		add_ip(context, node, path, text, wanted ? pod : &scratch);
		found++;
		at += len;
	}
	if (node != NULL && found == 0)
		field_error(context, node, path,
		    "must be one IP address, or two parted by a comma");
}

static void
take_ips(struct field_context *context, const struct doc_node *root,
    const struct stated_pod *stated,
    struct pod *pod)
{
	const struct doc_node *status = doc_find(root, "status");

	pod->endpoints = field_value_alloc(context, POD_ADDRS_MAX, sizeof(*pod->endpoints));
	if (pod->endpoints == NULL)
		return;
	add_stated_ips(context, status, stated, pod);
	add_annotated_ips(context, root, pod, pod->endpoint_count == 0);
	if (pod->endpoint_count == 0 && pod->host_network && stated->host_ip != NULL &&
	    *stated->host_ip != '\0')
		add_ip(context, doc_find(status, "hostIP"), ".status.hostIP", stated->host_ip, pod);
}

static bool
name_is_taken(const struct pod *pod, const char *name)
{
	for (size_t i = 0; name != NULL && i < pod->container_count; i++) {
		if (pod->containers[i].name != NULL && strcmp(pod->containers[i].name, name) == 0)
			return true;
	}
	return false;
}

static bool
has_probe(const struct container *container)
{
	for (size_t kind = 0; kind < PROBE_KIND_COUNT; kind++) {
		if (container->probes[kind] != NULL)
			return true;
	}
	return false;
}

/*
 * Regular containers, then sidecars; ordinary init containers are over before there is an
 * endpoint.
 */
static void
take_containers(struct field_context *context, const struct doc_node *root,
    const struct stated_pod *stated,
    struct pod *pod)
{
	const struct doc_node *spec = doc_find(root, "spec");
	size_t all = stated->container_count + stated->init_count;
	char below[64];

	if (all > CONTAINERS_MAX) {
		field_error(context, spec, ".spec.containers", "has more than %d containers",
		    CONTAINERS_MAX);
		return;
	}
	pod->containers = field_value_alloc(context, all, sizeof(*pod->containers));
	for (size_t i = 0; pod->containers != NULL && i < all; i++) {
		bool init = i >= stated->container_count;
		size_t at = init ? i - stated->container_count : i;
		const struct stated_container *from = init ? &stated->init[at] :
		    &stated->containers[at];
		const char *list = init ? "initContainers" : "containers";
		const struct doc_node *node = doc_item(doc_find(spec, list), at);
		struct container container = from->container;

		snprintf(below, sizeof(below), ".spec.%s[%zu]", list, at);
		if (name_is_taken(pod, container.name))
			field_error(context, node, below,
			    "has the name of another container, \"%s\"", container.name);
		container.sidecar = init;
		if (!init || from->restart_always == 1)
			pod->containers[pod->container_count++] = container;
		else if (has_probe(&container))
			field_error(context, node, below,
			    "may have probes only with restartPolicy: Always");
	}
	if (pod->container_count == 0 && doc_find(spec, "containers") != NULL &&
	    stated->containers != NULL &&
	    stated->container_count == 0)
		field_error(context, doc_find(spec, "containers"), ".spec.containers",
		    "must not be empty");
}

static void
take_status(struct field_context *context, const struct stated_pod *stated, struct pod *pod)
{
	for (size_t i = 0; i < pod->condition_count; i++) {
		if (pod->conditions[i].type != NULL && strcmp(pod->conditions[i].type,
		    "Ready") == 0)
			pod->ready = pod->conditions[i].status;
	}
	pod->readiness_gates = field_value_alloc(context, stated->gate_count,
	    sizeof(*pod->readiness_gates));
	for (size_t i = 0; pod->readiness_gates != NULL && i < stated->gate_count; i++)
		pod->readiness_gates[pod->readiness_gate_count++] = stated->gates[i].type;
}

/* What all addresses of the Pod share. */
static void
take_facts(const struct stated_pod *stated, struct pod *pod)
{
	const char *node = stated->node_name != NULL ? stated->node_name :
	    pairs_find(&stated->node_selector, "kubernetes.io/hostname");
	const char *zone = pairs_find(&pod->labels, "topology.kubernetes.io/zone");

	for (size_t i = 0; i < pod->endpoint_count; i++) {
		struct endpoint *endpoint = &pod->endpoints[i];

		endpoint->hostname = pod->hostname;
		endpoint->pod_name = pod->object.name;
		endpoint->node_name = node;
		endpoint->zone = zone;
	}
}

static void
tune_probes(struct field_context *context, const struct doc_node *root, struct pod *pod)
{
	decode_annotations_check(context, root, "Pod", known_annotations,
	    sizeof(known_annotations) / sizeof(*known_annotations));
	struct probe_spec **probes = field_value_alloc(context,
	    pod->container_count * PROBE_KIND_COUNT,
	    sizeof(*probes));

	if (probes == NULL)
		return;
	for (size_t i = 0; i < pod->container_count; i++)
		memcpy(probes + i * PROBE_KIND_COUNT, pod->containers[i].probes,
		    sizeof(pod->containers[i].probes));
	decode_probe_tune(context, root, probes, pod->container_count * PROBE_KIND_COUNT);
}

struct object *
decode_pod(struct field_context *context, const struct doc_node *root)
{
	struct stated_pod stated = { 0 };
	struct pod *pod = field_value_alloc(context, 1, sizeof(*pod));

	if (pod == NULL)
		return NULL;
	field_decode(&decode_pod_table, root, &stated, context);
	if (context->err != 0)
		return NULL;
	*pod = stated.pod;
	pod->object = stated.meta.object;
	pod->labels = stated.meta.labels;
	take_ips(context, root, &stated, pod);
	take_containers(context, root, &stated, pod);
	take_status(context, &stated, pod);
	take_facts(&stated, pod);
	tune_probes(context, root, pod);
	return &pod->object;
}
