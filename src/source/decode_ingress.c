/* decode_ingress.c - networking.k8s.io/v1 Ingress: the names it is reached by, and where. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "base/text.h"
#include "model/ingress.h"
#include "source/decode_kinds.h"
#include "source/decode_meta.h"
#include "source/doc.h"
#include "source/field_value.h"

struct stated_backend {
	const char *service;
	const char *port_name;
	uint16_t port;
};

struct stated_path {
	const char *path;
	uint8_t type;
	struct stated_backend backend;
};

struct stated_rule {
	const char *host;
	struct stated_path *paths;
	size_t path_count;
};

struct stated_tls {
	const char **hosts;
	size_t host_count;
	const char *secret;
};

struct stated_place {
	const char *ip;
	const char *hostname;
};

struct stated_ingress {
	struct stated_meta meta;        /* first */
	const char *class_name;
	struct stated_backend fallback;
	struct stated_rule *rules;
	size_t rule_count;
	struct stated_tls *tls;
	size_t tls_count;
	struct stated_place *places;
	size_t place_count;
};

/* An API server refuses addresses, and a "*" anywhere but as the whole first label. */
static const char *
host_rule(const char *text)
{
	const char *name = strncmp(text, "*.", 2) == 0 ? text + 2 : text;
	struct addr addr;

	if (text_is_dns1123_subdomain(name) && addr_parse(text, &addr) != 0)
		return NULL;
	return "must be a DNS name, the first label of which may be *, like www.example.com or "
	    "*.example.com";
}

static const char *
path_rule(const char *text)
{
	return text[0] == '/' ? NULL : "must begin with /";
}

static const struct field_word path_words[] = {
	{ "Exact", 1 }, { "Prefix", 2 }, { "ImplementationSpecific", 3 }, { NULL, 0 },
};

static const struct field port_fields[] = {
	{ FIELD("name", FIELD_TEXT, stated_backend, port_name), .rule = decode_rule_label },
	{ FIELD("number", FIELD_INT, stated_backend, port), .min = 1 },
};
static const struct field_table port_table = { FIELD_TABLE(port_fields, stated_backend) };
static const struct field service_fields[] = {
	{ FIELD("name", FIELD_TEXT, stated_backend, service), .rule = decode_rule_label,
	    .flags = FIELD_REQUIRED, .doc = "a Service of the same namespace; lint looks for it" },
	{ FIELD_FLAT("port", &port_table), .doc = "checked, not used" },
};
static const struct field_table service_table = { FIELD_TABLE(service_fields, stated_backend) };
static const struct field backend_fields[] = {
	{ FIELD_FLAT("service", &service_table) }, FIELD_UNUSED("resource"),
};
static const struct field_table backend_table = { FIELD_TABLE(backend_fields, stated_backend) };

static const struct field path_fields[] = {
	{ FIELD("path", FIELD_TEXT, stated_path, path), .rule = path_rule,
	    .doc = "checked, not used" },
	{ FIELD("pathType", FIELD_ENUM, stated_path, type), .words = path_words,
	    .flags = FIELD_REQUIRED, .doc = "checked, not used" },
	{ FIELD("backend", FIELD_MAP, stated_path, backend), .sub = &backend_table,
	    .flags = FIELD_REQUIRED },
};
static const struct field_table path_table = { FIELD_TABLE(path_fields, stated_path) };
static const struct field http_fields[] = {
	{ FIELD_ITEMS("paths", FIELD_LIST, stated_rule, paths, path_count), .sub = &path_table,
	    .flags = FIELD_REQUIRED },
};
static const struct field_table http_table = { FIELD_TABLE(http_fields, stated_rule) };
static const struct field rule_fields[] = {
	{ FIELD("host", FIELD_TEXT, stated_rule, host), .rule = host_rule,
	    .doc = "answered with the Ingress's addresses; *.NAME: every name one label below" },
	{ FIELD_FLAT("http", &http_table) },
};
static const struct field_table rule_table = { FIELD_TABLE(rule_fields, stated_rule) };

static const struct field tls_fields[] = {
	{ FIELD_ITEMS("hosts", FIELD_TEXTS, stated_tls, hosts, host_count), .rule = host_rule,
	    .doc = "checked; a host that no rule names is warned about" },
	{ FIELD("secretName", FIELD_TEXT, stated_tls, secret), .rule = decode_rule_subdomain,
	    .doc = "checked, not used" },
};
static const struct field_table tls_table = { FIELD_TABLE(tls_fields, stated_tls) };

static const struct field spec_fields[] = {
	{ FIELD("ingressClassName", FIELD_TEXT, stated_ingress, class_name),
	    .rule = decode_rule_subdomain, .doc = "checked; Ingresses of all classes are answered" },
	{ FIELD("defaultBackend", FIELD_MAP, stated_ingress, fallback), .sub = &backend_table },
	{ FIELD_ITEMS("rules", FIELD_LIST, stated_ingress, rules, rule_count),
	    .sub = &rule_table },
	{ FIELD_ITEMS("tls", FIELD_LIST, stated_ingress, tls, tls_count), .sub = &tls_table },
};
static const struct field_table spec_table = { FIELD_TABLE(spec_fields, stated_ingress) };

static const struct field place_fields[] = {
	{ FIELD("ip", FIELD_TEXT, stated_place, ip), .doc = "believed" },
	{ FIELD("hostname", FIELD_TEXT, stated_place, hostname), .rule = decode_rule_subdomain,
	    .doc = "believed where there is no ip: the hosts are other names for it" },
	FIELD_UNUSED("ports"),
};
static const struct field_table place_table = { FIELD_TABLE(place_fields, stated_place) };
static const struct field balancer_fields[] = {
	{ FIELD_ITEMS("ingress", FIELD_LIST, stated_ingress, places, place_count),
	    .sub = &place_table },
};
static const struct field_table balancer_table = { FIELD_TABLE(balancer_fields, stated_ingress) };
static const struct field status_fields[] = { { FIELD_FLAT("loadBalancer", &balancer_table) } };
static const struct field_table status_table = { FIELD_TABLE(status_fields, stated_ingress) };

static const struct field ingress_fields[] = {
	DECODE_META_TYPE,
	{ FIELD_FLAT("metadata", &decode_meta_table), .flags = FIELD_REQUIRED },
	{ FIELD_FLAT("spec", &spec_table), .flags = FIELD_REQUIRED },
	{ FIELD_FLAT("status", &status_table) },
};
const struct field_table decode_ingress_table = { FIELD_TABLE(ingress_fields, stated_ingress),
    .title = "Ingress" };

/* ---- names ---- */

static int
compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static size_t
sort_texts(const char **texts, size_t count)
{
	size_t kept = 0;

	if (count > 1)
		qsort(texts, count, sizeof(*texts), compare_texts);
	for (size_t i = 0; i < count; i++)
		if (kept == 0 || strcmp(texts[kept - 1], texts[i]) != 0)
			texts[kept++] = texts[i];
	return kept;
}

static void
take_hosts(struct field_context *context, const struct stated_ingress *stated,
    struct ingress *ingress)
{
	ingress->hosts = field_value_alloc(context, stated->rule_count, sizeof(*ingress->hosts));
	for (size_t i = 0; ingress->hosts != NULL && i < stated->rule_count; i++)
		if (stated->rules[i].host != NULL && *stated->rules[i].host != '\0')
			ingress->hosts[ingress->host_count++] = stated->rules[i].host;
	ingress->host_count = sort_texts(ingress->hosts, ingress->host_count);
}

static void
take_services(struct field_context *context, const struct stated_ingress *stated,
    struct ingress *ingress)
{
	size_t room = 1;

	for (size_t i = 0; i < stated->rule_count; i++)
		room += stated->rules[i].path_count;
	ingress->services = field_value_alloc(context, room, sizeof(*ingress->services));
	if (ingress->services == NULL)
		return;
	if (stated->fallback.service != NULL)
		ingress->services[ingress->service_count++] = stated->fallback.service;
	for (size_t i = 0; i < stated->rule_count; i++)
		for (size_t p = 0; p < stated->rules[i].path_count; p++)
			if (stated->rules[i].paths[p].backend.service != NULL)
				ingress->services[ingress->service_count++] =
				    stated->rules[i].paths[p].backend.service;
	ingress->service_count = sort_texts(ingress->services, ingress->service_count);
}

/* A certificate's host that no rule names is answered by nobody. */
static void
check_tls(struct field_context *context, const struct doc_node *root,
    const struct stated_ingress *stated, const struct ingress *ingress)
{
	const struct doc_node *list = doc_find(doc_find(root, "spec"), "tls");
	char below[64];

	for (size_t t = 0; ingress->host_count > 0 && t < stated->tls_count; t++)
		for (size_t i = 0; i < stated->tls[t].host_count; i++) {
			const char *host = stated->tls[t].hosts[i];

			if (bsearch(&host, ingress->hosts, ingress->host_count, sizeof(host),
			    compare_texts) != NULL)
				continue;
			snprintf(below, sizeof(below), ".spec.tls[%zu].hosts[%zu]", t, i);
			field_warn(context, doc_item(doc_find(doc_item(list, t), "hosts"), i),
			    below, "%s is the host of no rule: it is not answered", host);
		}
}

/* ---- addresses ---- */

static int
compare_addrs(const void *a, const void *b)
{
	return addr_compare(a, b);
}

static void
sort_addrs(struct ingress *ingress)
{
	size_t kept = 0;

	if (ingress->addr_count > 1)
		qsort(ingress->addrs, ingress->addr_count, sizeof(*ingress->addrs), compare_addrs);
	for (size_t i = 0; i < ingress->addr_count; i++)
		if (kept == 0 || addr_compare(&ingress->addrs[kept - 1], &ingress->addrs[i]) != 0)
			ingress->addrs[kept++] = ingress->addrs[i];
	ingress->addr_count = kept;
}

/* rollcall/address: addresses parted by commas or blanks. */
static void
take_annotation(struct field_context *context, const struct doc_node *node,
    struct ingress *ingress)
{
	static const char path[] = ".metadata.annotations.rollcall/address";
	size_t len = strlen(node->text);
	char *text = field_value_alloc(context, len + 1, 1), *at = NULL;

	ingress->addrs = field_value_alloc(context, len / 2 + 1, sizeof(struct addr));
	if (text == NULL || ingress->addrs == NULL)
		return;
	memcpy(text, node->text, len);
	for (char *word = strtok_r(text, ", \t\n", &at); word != NULL;
	    word = strtok_r(NULL, ", \t\n", &at)) {
		struct addr *addr = &ingress->addrs[ingress->addr_count];

		if (addr_parse(word, addr) != 0)
			field_error(context, node, path, "\"%.64s\" is not an IP address", word);
		else if (decode_check_address(context, node, path, addr, true))
			ingress->addr_count++;
	}
	if (ingress->addr_count == 0 && context->errors == 0)
		field_error(context, node, path, "must be IP addresses, parted by commas");
}

/* status.loadBalancer.ingress[] is believed as far as it makes sense. */
static void
take_status(struct field_context *context, const struct stated_ingress *stated,
    struct ingress *ingress)
{
	ingress->addrs = field_value_alloc(context, stated->place_count, sizeof(struct addr));
	for (size_t i = 0; ingress->addrs != NULL && i < stated->place_count; i++) {
		const struct stated_place *place = &stated->places[i];

		if (place->ip != NULL &&
		    addr_parse(place->ip, &ingress->addrs[ingress->addr_count]) == 0)
			ingress->addr_count++;
		if (place->hostname != NULL && ingress->balancer == NULL)
			ingress->balancer = place->hostname;
	}
}

struct object *
decode_ingress(struct field_context *context, const struct doc_node *root)
{
	static const char *const known[] = { "address" };
	const struct doc_node *annotation = decode_annotation(root, "rollcall/address");
	struct stated_ingress stated = { .class_name = NULL };
	struct ingress *ingress = field_value_alloc(context, 1, sizeof(*ingress));

	if (ingress == NULL)
		return NULL;
	field_decode(&decode_ingress_table, root, &stated, context);
	if (context->err != 0)
		return NULL;
	decode_annotations_check(context, root, "Ingress", known, 1);
	ingress->object = stated.meta.object;
	take_hosts(context, &stated, ingress);
	take_services(context, &stated, ingress);
	check_tls(context, root, &stated, ingress);
	if (annotation != NULL)
		take_annotation(context, annotation, ingress);
	else
		take_status(context, &stated, ingress);
	sort_addrs(ingress);
	return &ingress->object;
}
