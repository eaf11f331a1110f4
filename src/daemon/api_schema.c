/* api_schema.c - from the decoder's tables of fields to definitions of OpenAPI. */
#include "daemon/api_schema.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/strbuf.h"
#include "ops/openapi.h"
#include "ops/patch_schema.h"
#include "source/decode_kinds.h"
#include "source/decode_probe.h"
#include "source/field.h"

#define CORE "io.k8s.api.core.v1."
#define DISCOVERY "io.k8s.api.discovery.v1."
#define NETWORKING "io.k8s.api.networking.v1."
#define META "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
#define NAME_SIZE 128

static const struct {
	enum api_kind kind;
	const struct field_table *table;
	const char *prefix;
	const char *doc;
} kinds[] = {
	{ API_SERVICES, &decode_service_table, CORE,
	    "A name and a stable address for those who are present." },
	{ API_PODS, &decode_pod_table, CORE, "A program with an address, and how it is probed." },
	{ API_ENDPOINTS, &decode_endpoints_table, CORE,
	    "Addresses of a Service, in the old form. EndpointSlice is the new one." },
	{ API_ENDPOINT_SLICES, &decode_endpoint_slice_table, DISCOVERY,
	    "Addresses of a Service, of one family." },
	{ API_NAMESPACES, &decode_namespace_table, CORE, "What names are unique in." },
	{ API_INGRESSES, &decode_ingress_table, NETWORKING,
	    "Names of web sites, and which Services are behind them." },
};

/* What Kubernetes calls the type of a field, where that is not its kind and its name. */
static const struct {
	const char *field;
	const char *type;
} type_names[] = {
	{ "Service.spec.ports", "ServicePort" },
	{ "Service.spec.sessionAffinityConfig", "SessionAffinityConfig" },
	{ "clientIP", "ClientIPConfig" },
	{ "Service.status.loadBalancer", "LoadBalancerStatus" },
	{ "Service.status.loadBalancer.ingress", "LoadBalancerIngress" },
	{ "Pod.spec.containers", "Container" }, { "Pod.spec.initContainers", "Container" },
	{ "containers.ports", "ContainerPort" }, { "initContainers.ports", "ContainerPort" },
	{ "Pod.spec.readinessGates", "PodReadinessGate" },
	{ "Pod.status.conditions", "PodCondition" }, { "Pod.status.podIPs", "PodIP" },
	{ "readinessProbe", "Probe" }, { "startupProbe", "Probe" }, { "livenessProbe", "Probe" },
	{ "httpGet", "HTTPGetAction" }, { "tcpSocket", "TCPSocketAction" },
	{ "exec", "ExecAction" }, { "grpc", "GRPCAction" }, { "httpHeaders", "HTTPHeader" },
	{ "Endpoints.subsets", "EndpointSubset" }, { "subsets.addresses", "EndpointAddress" },
	{ "subsets.notReadyAddresses", "EndpointAddress" }, { "subsets.ports", "EndpointPort" },
	{ "targetRef", "ObjectReference" }, { "EndpointSlice.endpoints", "Endpoint" },
	{ "EndpointSlice.ports", "EndpointPort" }, { "endpoints.conditions", "EndpointConditions" },
	{ "Ingress.spec.rules", "IngressRule" }, { "Ingress.spec.tls", "IngressTLS" },
	{ "Ingress.spec.defaultBackend", "IngressBackend" },
	{ "rules.http", "HTTPIngressRuleValue" }, { "http.paths", "HTTPIngressPath" },
	{ "paths.backend", "IngressBackend" }, { "backend.service", "IngressServiceBackend" },
	{ "defaultBackend.service", "IngressServiceBackend" },
	{ "service.port", "ServiceBackendPort" },
	{ "Ingress.status.loadBalancer", "IngressLoadBalancerStatus" },
	{ "Ingress.status.loadBalancer.ingress", "IngressLoadBalancerIngress" },
};

/* The types of fields that are accepted and not read; of the others not even that is needed. */
static const struct {
	enum openapi_type type;
	bool list;
	const char *names[20];
} unused[] = {
	{ OPENAPI_BOOLEAN, false, { "automountServiceAccountToken", "enableServiceLinks",
	    "hostIPC", "hostPID", "hostUsers", "setHostnameAsFQDN", "shareProcessNamespace",
	    "stdin", "stdinOnce", "tty" } },
	{ OPENAPI_INTEGER, false, { "activeDeadlineSeconds", "deletionGracePeriodSeconds",
	    "generation", "observedGeneration", "priority", "terminationGracePeriodSeconds" } },
	{ OPENAPI_TEXT, false, { "dnsPolicy", "fieldPath", "generateName", "hostIP",
	    "imagePullPolicy", "message", "nominatedNodeName", "preemptionPolicy",
	    "priorityClassName", "qosClass", "reason", "resourceVersion", "runtimeClassName",
	    "schedulerName", "selfLink", "serviceAccount", "serviceAccountName",
	    "terminationMessagePath", "terminationMessagePolicy", "workingDir" } },
	{ OPENAPI_TEXT, false, { "apiVersion", "hostnameOverride", "ipMode", "resize", "uid" } },
	{ OPENAPI_TEXT, true, { "args", "command", "finalizers" } },
	{ OPENAPI_TIME, false, { "lastProbeTime", "lastTransitionTime", "startTime" } },
	{ OPENAPI_OBJECT, false, { "affinity", "dnsConfig", "hints", "lifecycle", "os",
	    "overhead", "resource", "resources", "securityContext" } },
	{ OPENAPI_OBJECT, true, { "conditions", "containerStatuses", "env", "envFrom",
	    "ephemeralContainers", "ephemeralContainerStatuses", "hostAliases", "hostIPs",
	    "imagePullSecrets", "initContainerStatuses", "managedFields", "ownerReferences",
	    "resourceClaims", "resourceClaimStatuses", "schedulingGates", "tolerations",
	    "topologySpreadConstraints", "volumeDevices", "volumeMounts", "volumes" } },
	{ OPENAPI_TEXTS_BY_KEY, false, { "deprecatedTopology" } },
	/* Namespaces'; defined below. */
	{ OPENAPI_REF, false, { "spec", "status" } },
};

/* Events are made here and never read, so no decoder knows their fields. */
static const struct openapi_field about_fields[] = {
	{ .name = "kind", .type = OPENAPI_TEXT }, { .name = "namespace", .type = OPENAPI_TEXT },
	{ .name = "name", .type = OPENAPI_TEXT }, { .name = "uid", .type = OPENAPI_TEXT },
	{ .name = "apiVersion", .type = OPENAPI_TEXT },
	{ .name = "fieldPath", .type = OPENAPI_TEXT },
	{ .name = "resourceVersion", .type = OPENAPI_TEXT },
};
static const struct openapi_field source_fields[] = {
	{ .name = "component", .type = OPENAPI_TEXT }, { .name = "host", .type = OPENAPI_TEXT },
};
static const struct openapi_field event_fields[] = {
	{ .name = "metadata", .type = OPENAPI_REF, .ref = META, .required = true },
	{ .name = "involvedObject", .type = OPENAPI_REF, .ref = CORE "ObjectReference",
	    .required = true, .doc = "What it happened to." },
	{ .name = "type", .type = OPENAPI_TEXT, .doc = "Normal or Warning." },
	{ .name = "reason", .type = OPENAPI_TEXT, .doc = "What happened, in a word." },
	{ .name = "message", .type = OPENAPI_TEXT, .doc = "What happened, in a sentence." },
	{ .name = "count", .type = OPENAPI_INTEGER, .doc = "How often." },
	{ .name = "firstTimestamp", .type = OPENAPI_TIME, .doc = "When it first happened." },
	{ .name = "lastTimestamp", .type = OPENAPI_TIME, .doc = "When it last happened." },
	{ .name = "source", .type = OPENAPI_REF, .ref = CORE "EventSource",
	    .doc = "Who noticed." },
	{ .name = "reportingComponent", .type = OPENAPI_TEXT, .doc = "Who noticed." },
	{ .name = "reportingInstance", .type = OPENAPI_TEXT },
	{ .name = "action", .type = OPENAPI_TEXT }, { .name = "eventTime", .type = OPENAPI_TIME },
	{ .name = "series", .type = OPENAPI_OBJECT }, { .name = "related", .type = OPENAPI_OBJECT },
};
static const struct openapi_field namespace_status_fields[] = {
	{ .name = "phase", .type = OPENAPI_TEXT, .doc = "Active, or Terminating." },
	{ .name = "conditions", .type = OPENAPI_OBJECT, .list = true, .merge_key = "type" },
};
static const struct openapi_field namespace_spec_fields[] = {
	{ .name = "finalizers", .type = OPENAPI_TEXT, .list = true,
	    .doc = "Accepted and not used." },
};

/* What is said of fields whose tables say nothing, because zones/README.md shows enough of them. */
static const struct {
	const char *name;
	const char *doc;
} said[] = {
	{ "metadata", "Name, namespace, labels and the like." },
	{ "spec", "What is wanted." }, { "status", "What is." },
	{ "annotations", "What tools note." }, { "backend", "Who answers." },
	{ "conditions", "In which respects it is ready." }, { "clientIP", "By client address." },
	{ "containerPort", "The number." }, { "containers", "What runs, and how it is probed." },
	{ "defaultBackend", "Who answers where no rule fits." },
	{ "endpoints", "Who is there." }, { "externalIPs", "Further addresses that lead to it." },
	{ "http", "Which paths lead where." }, { "ingress", "Where it can be reached." },
	{ "loadBalancer", "The address from outside." }, { "name", "Unique in the list." },
	{ "namespace", "Where it is." }, { "nodeName", "The host it runs on." },
	{ "notReadyAddresses", "Those that are not ready." }, { "number", "The port." },
	{ "kind", "Of which kind it is." }, { "paths", "Which paths lead where." },
	{ "port", "The number." }, { "ports", "Which ports there are." },
	{ "readinessGates", "Conditions that must hold besides." },
	{ "rules", "Which names there are, and who is behind them." },
	{ "service", "A Service of the same namespace." },
	{ "serving", "It answers, though it may be going." },
	{ "status", "True, False or Unknown." }, { "subsets", "Groups of addresses with ports." },
	{ "terminating", "It is going." }, { "tls", "Certificates." }, { "type", "Which one." },
	{ "value", "What is sent." },
};

/* Where the walk is. */
struct walk {
	struct openapi *openapi;
	const char *kind;
	const char *prefix;
	const struct patch_path *path;
	char dotted[256];               /* "Service.spec.ports" */
	int err;
};

static void add_table(struct walk *walk, const char *definition, const struct field_table *table,
    const char *doc);

static bool
ends_in(const char *text, const char *tail)
{
	size_t len = strlen(text);
	size_t tail_len = strlen(tail);

	return len >= tail_len && strcmp(text + len - tail_len, tail) == 0 &&
	    (len == tail_len || text[len - tail_len - 1] == '.');
}

/* The definition of what lies at the walk's place; the longest name that fits it decides. */
static void
name_of(const struct walk *walk, const char *field, char out[NAME_SIZE])
{
	const char *found = NULL;
	size_t best = 0;

	if (strcmp(field, "metadata") == 0) {
		snprintf(out, NAME_SIZE, META);
		return;
	}
	for (size_t i = 0; i < sizeof(type_names) / sizeof(*type_names); i++)
		if (strlen(type_names[i].field) > best && ends_in(walk->dotted,
		    type_names[i].field)) {
			best = strlen(type_names[i].field);
			found = type_names[i].type;
		}
	if (found != NULL && strcmp(found, "ObjectReference") == 0)
		snprintf(out, NAME_SIZE, CORE "ObjectReference");
	else if (found != NULL)
		snprintf(out, NAME_SIZE, "%s%s", walk->prefix, found);
	else
		snprintf(out, NAME_SIZE, "%s%s%c%s", walk->prefix, walk->kind,
		    toupper((unsigned char)*field), field + 1);
}

static void
set_unused(const char *name, struct openapi_field *out)
{
	for (size_t i = 0; i < sizeof(unused) / sizeof(*unused); i++)
		for (size_t j = 0; j < 20 && unused[i].names[j] != NULL; j++)
			if (strcmp(unused[i].names[j], name) == 0) {
				out->type = unused[i].type;
				out->list = unused[i].list;
				return;
			}
}

/* FIELD_HOOK says in words what it reads. */
static void
set_hook(const struct field *field, struct openapi_field *out)
{
	const char *shown = field->shown == NULL ? "" : field->shown;

	out->list = strncmp(shown, "list", 4) == 0;
	if (field->sub != NULL)
		out->type = OPENAPI_REF;
	else if (strcmp(shown, "time") == 0)
		out->type = OPENAPI_TIME;
	else if (strcmp(shown, "list of texts") == 0)
		out->type = OPENAPI_TEXT;
}

static void
set_type(const struct field *field, struct openapi_field *out)
{
	static const enum openapi_type types[] = {
		[FIELD_IGNORED] = OPENAPI_ANY, [FIELD_BOOL] = OPENAPI_BOOLEAN,
		[FIELD_TRISTATE] = OPENAPI_BOOLEAN, [FIELD_TEXT] = OPENAPI_TEXT,
		[FIELD_INT] = OPENAPI_INTEGER, [FIELD_ENUM] = OPENAPI_TEXT,
		[FIELD_DURATION] = OPENAPI_TEXT, [FIELD_ADDR] = OPENAPI_TEXT,
		[FIELD_PORT] = OPENAPI_INT_OR_TEXT, [FIELD_PAIRS] = OPENAPI_TEXTS_BY_KEY,
		[FIELD_TEXTS] = OPENAPI_TEXT, [FIELD_ADDRS] = OPENAPI_TEXT,
		[FIELD_MAP] = OPENAPI_REF, [FIELD_MAP_NEW] = OPENAPI_REF,
		[FIELD_LIST] = OPENAPI_REF, [FIELD_HOOK] = OPENAPI_ANY,
	};

	out->type = types[field->type];
	out->list = field->type == FIELD_TEXTS || field->type == FIELD_ADDRS ||
	    field->type == FIELD_LIST;
	if (field->type == FIELD_IGNORED)
		set_unused(field->name, out);
	else if (field->type == FIELD_HOOK)
		set_hook(field, out);
	/* What the decoder joins from other fields an API server makes itself. */
	out->required = (field->flags & FIELD_REQUIRED) != 0 && field->type != FIELD_MAP;
}

/* "At least 1, default 3. One of: ..." as far as the table says it. */
static void
describe(const struct field *field, struct strbuf *out)
{
	if (field->type == FIELD_IGNORED) {
		strbuf_add(out, "Accepted and not used.");
		return;
	}
	for (size_t i = 0; field->doc == NULL && i < sizeof(said) / sizeof(*said); i++)
		if (strcmp(said[i].name, field->name) == 0) {
			strbuf_add(out, said[i].doc);
			break;
		}
	if (field->doc != NULL) {
		char first = (char)toupper((unsigned char)*field->doc);

		strbuf_add_n(out, &first, 1);
		strbuf_addf(out, "%s.", field->doc + 1);
	}
	for (size_t i = 0; field->words != NULL && field->words[i].text != NULL; i++)
		strbuf_addf(out, "%s%s", i != 0 ? ", " : out->len == 0 ? "One of: " : " One of: ",
		    field->words[i].text);
	if (field->words != NULL)
		strbuf_add(out, ".");
	if (field->fallback != NULL && *field->fallback != '\0')
		strbuf_addf(out, "%sDefault: %s.", out->len == 0 ? "" : " ", field->fallback);
}

/* What is set aside for one field while its table is added. */
struct texts {
	char ref[NAME_SIZE];
	struct strbuf doc;
};

static void
set_field(struct walk *walk, const struct field *field, struct openapi_field *out,
    struct texts *texts)
{
	struct patch_path here = { .up = walk->path, .name = field->name };
	const struct patch_path *up = walk->path;
	const struct patch_rule *rule;
	size_t len = strlen(walk->dotted);

	out->name = field->name;
	set_type(field, out);
	walk->path = &here;
	snprintf(walk->dotted + len, sizeof(walk->dotted) - len, ".%s", field->name);
	rule = patch_schema_find(walk->kind, &here);
	out->merge_key = rule == NULL || !out->list ? NULL : rule->merge_key;
	describe(field, &texts->doc);
	out->doc = texts->doc.len == 0 ? NULL : texts->doc.text;
	if (out->type == OPENAPI_REF) {
		name_of(walk, field->name, texts->ref);
		out->ref = texts->ref;
		add_table(walk, out->ref, field->sub, NULL);
	}
	walk->dotted[len] = '\0';
	walk->path = up;
}

/* The probe by DNS is only for the annotation of Services; apiVersion and kind are said apart. */
static bool
is_shown(const struct walk *walk, const struct field *field)
{
	if (strchr(walk->dotted, '.') == NULL && (strcmp(field->name, "apiVersion") == 0 ||
	    strcmp(field->name, "kind") == 0))
		return false;
	return !ends_in(walk->dotted, "readinessProbe") || strcmp(field->name, "dns") != 0;
}

static void
add_table(struct walk *walk, const char *definition, const struct field_table *table,
    const char *doc)
{
	struct openapi_field fields[FIELDS_MAX];
	struct texts *texts;
	size_t count = 0;

	if (walk->err != 0 || openapi_has(walk->openapi, definition))
		return;
	texts = calloc(table->count + 1, sizeof(*texts));
	if (texts == NULL) {
		walk->err = ERR_NOMEM;
		return;
	}
	memset(fields, 0, sizeof(fields));
	for (size_t i = 0; i < table->count; i++) {
		texts[i].doc = (struct strbuf)STRBUF_INIT;
		if (!is_shown(walk, &table->fields[i]))
			continue;
		set_field(walk, &table->fields[i], &fields[count], &texts[i]);
		/* A name may also be made by the server (generateName). */
		if (strcmp(definition, META) == 0)
			fields[count].required = false;
		count++;
	}
	if (walk->err == 0)
		walk->err = openapi_add(walk->openapi, definition, doc, fields, count);
	for (size_t i = 0; i < table->count; i++)
		strbuf_release(&texts[i].doc);
	free(texts);
}

static void
add_kind(struct walk *walk, size_t at)
{
	char definition[NAME_SIZE];

	*walk = (struct walk){ .openapi = walk->openapi, .kind = kinds[at].table->title,
		.prefix = kinds[at].prefix, .err = walk->err };
	snprintf(walk->dotted, sizeof(walk->dotted), "%s", walk->kind);
	snprintf(definition, sizeof(definition), "%s%s", walk->prefix, walk->kind);
	add_table(walk, definition, kinds[at].table, kinds[at].doc);
	if (walk->err == 0)
		walk->err = openapi_set_kind(walk->openapi, definition, kinds[at].kind);
}

#define FIELDS(list) (list), sizeof(list) / sizeof(*(list))

/* Kinds and parts of kinds that no decoder reads; only once the others are there. */
static int
add_rest(struct openapi *openapi)
{
	int err = openapi_add(openapi, CORE "EventSource", "Who noticed.", FIELDS(source_fields));

	if (err == 0)
		err = openapi_add(openapi, CORE "Event", "Something that became of an object.",
		    FIELDS(event_fields));
	if (err == 0)
		err = openapi_set_kind(openapi, CORE "Event", API_EVENTS);
	return err;
}

static int
add_first(struct openapi *openapi)
{
	int err = openapi_add(openapi, CORE "ObjectReference", "Another object.",
	    FIELDS(about_fields));

	if (err == 0)
		err = openapi_add(openapi, CORE "NamespaceSpec", "Accepted and not used.",
		    FIELDS(namespace_spec_fields));
	if (err == 0)
		err = openapi_add(openapi, CORE "NamespaceStatus", "How it is.",
		    FIELDS(namespace_status_fields));
	return err;
}

struct openapi *
api_schema_make(void)
{
	struct walk walk = { .openapi = openapi_new() };

	if (walk.openapi == NULL)
		return NULL;
	walk.err = add_first(walk.openapi);
	for (size_t i = 0; walk.err == 0 && i < sizeof(kinds) / sizeof(*kinds); i++)
		add_kind(&walk, i);
	if (walk.err == 0)
		walk.err = add_rest(walk.openapi);
	if (walk.err == 0)
		walk.err = openapi_finish(walk.openapi);
	if (walk.err == 0)
		return walk.openapi;
	openapi_free(walk.openapi);
	return NULL;
}
