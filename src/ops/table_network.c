/* table_network.c - rows of Services, Endpoints, EndpointSlices and Ingresses. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "ops/table_cells.h"

#define HOST_PORT_SIZE 320

static void
add_text(struct strbuf *out, const char *text)
{
	if (out->len != 0)
		strbuf_add(out, ",");
	strbuf_add(out, text);
}

static int
compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* status.loadBalancer.ingress: addresses or else names, sorted, each once. */
static void
add_ingress(struct strbuf *out, const json_t *object)
{
	const json_t *list = cells_path(object, "status.loadBalancer.ingress");
	size_t count = json_array_size(list);
	const char **texts = calloc(count + 1, sizeof(*texts));
	size_t used = 0;

	if (texts == NULL) {
		out->err = ERR_NOMEM;
		return;
	}
	for (size_t i = 0; i < count; i++) {
		const json_t *item = json_array_get(list, i);
		const char *text = cells_path_text(item, "ip", cells_path_text(item, "hostname",
		    NULL));

		if (text != NULL)
			texts[used++] = text;
	}
	qsort(texts, used, sizeof(*texts), compare_texts);
	for (size_t i = 0; i < used; i++)
		if (i == 0 || strcmp(texts[i], texts[i - 1]) != 0)
			add_text(out, texts[i]);
	free(texts);
}

static void
add_external(struct strbuf *out, const json_t *object, const char *type)
{
	const json_t *list = cells_path(object, "spec.externalIPs");

	if (strcmp(type, "ExternalName") == 0) {
		strbuf_add(out, cells_path_text(object, "spec.externalName", ""));
		return;
	}
	if (strcmp(type, "LoadBalancer") == 0)
		add_ingress(out, object);
	for (size_t i = 0; i < json_array_size(list); i++)
		add_text(out, cells_text_of(json_array_get(list, i)));
	if (out->len == 0)
		strbuf_add(out, strcmp(type, "LoadBalancer") == 0 ? "<pending>" : "<none>");
}

/* "80/TCP,30080:30352/TCP" */
static void
add_ports(struct strbuf *out, const json_t *ports)
{
	for (size_t i = 0; i < json_array_size(ports); i++) {
		const json_t *port = json_array_get(ports, i);
		json_int_t node = json_integer_value(json_object_get(port, "nodePort"));

		strbuf_addf(out, "%s%" JSON_INTEGER_FORMAT, i == 0 ? "" : ",",
		    json_integer_value(json_object_get(port, "port")));
		if (node > 0)
			strbuf_addf(out, ":%" JSON_INTEGER_FORMAT, node);
		strbuf_addf(out, "/%s", cells_path_text(port, "protocol", "TCP"));
	}
	if (out->len == 0)
		strbuf_add(out, "<none>");
}

/* "app=web,tier=front", sorted by key. */
static void
add_selector(struct strbuf *out, json_t *selector)
{
	size_t count = json_object_size(selector);
	const char **keys = calloc(count + 1, sizeof(*keys));
	size_t used = 0;
	void *at = json_object_iter(selector);

	if (keys == NULL) {
		out->err = ERR_NOMEM;
		return;
	}
	for (; at != NULL; at = json_object_iter_next(selector, at))
		keys[used++] = json_object_iter_key(at);
	qsort(keys, used, sizeof(*keys), compare_texts);
	for (size_t i = 0; i < used; i++)
		strbuf_addf(out, "%s%s=%s", i == 0 ? "" : ",", keys[i],
		    cells_text_of(json_object_get(selector, keys[i])));
	if (used == 0)
		strbuf_add(out, "<none>");
	free(keys);
}

void
table_print_service(struct cells *cells, const json_t *object)
{
	const char *type = cells_path_text(object, "spec.type", "ClusterIP");
	const char *address = json_string_value(json_array_get(cells_path(object,
	    "spec.clusterIPs"), 0));
	struct strbuf external = STRBUF_INIT;
	struct strbuf ports = STRBUF_INIT;
	struct strbuf selector = STRBUF_INIT;

	cells_text(cells, cells_path_text(object, "metadata.name", ""));
	cells_text(cells, type);
	cells_text(cells, address == NULL ? "<none>" : address);
	add_external(&external, object, type);
	cells_taken(cells, &external);
	add_ports(&ports, cells_path(object, "spec.ports"));
	cells_taken(cells, &ports);
	cells_object_age(cells, object);
	add_selector(&selector, cells_path(object, "spec.selector"));
	cells_taken(cells, &selector);
}

/* One address with one port (NULL: none): brackets around IPv6 as soon as there is a port. */
static void
add_endpoint(struct cells_some *some, const json_t *address, const json_t *port)
{
	const char *ip = cells_path_text(address, "ip", "");
	char text[HOST_PORT_SIZE];

	if (port == NULL)
		snprintf(text, sizeof(text), "%.253s", ip);
	else
		snprintf(text, sizeof(text), strchr(ip, ':') == NULL ? "%.253s:%" JSON_INTEGER_FORMAT :
		    "[%.253s]:%" JSON_INTEGER_FORMAT, ip,
		    json_integer_value(json_object_get(port, "port")));
	cells_some_add(some, text);
}

static void
add_subset(struct cells_some *some, const json_t *subset)
{
	const json_t *ports = json_object_get(subset, "ports");
	const json_t *addresses = json_object_get(subset, "addresses");
	size_t port_count = json_array_size(ports);

	/* A headless Service may have no port at all. */
	for (size_t i = 0; i < (port_count == 0 ? 1 : port_count); i++)
		for (size_t j = 0; j < json_array_size(addresses); j++)
			add_endpoint(some, json_array_get(addresses, j), json_array_get(ports, i));
}

void
table_print_endpoints(struct cells *cells, const json_t *object)
{
	const json_t *subsets = json_object_get(object, "subsets");
	struct cells_some some = CELLS_SOME_INIT;

	for (size_t i = 0; i < json_array_size(subsets); i++)
		add_subset(&some, json_array_get(subsets, i));
	cells_text(cells, cells_path_text(object, "metadata.name", ""));
	/* Subsets in which nobody is ready leave the cell empty, as the API server does. */
	cells_some_end(cells, &some, json_array_size(subsets) == 0 ? "<none>" : "");
	cells_object_age(cells, object);
}

static void
add_slice_port(struct cells_some *some, const json_t *port)
{
	const json_t *number = json_object_get(port, "port");
	char text[24];

	if (!json_is_integer(number)) {
		/* No number stands for all ports. */
		const json_t *name = json_object_get(port, "name");

		cells_some_add(some, json_is_string(name) ? json_string_value(name) : "*");
		return;
	}
	snprintf(text, sizeof(text), "%" JSON_INTEGER_FORMAT, json_integer_value(number));
	cells_some_add(some, text);
}

void
table_print_slice(struct cells *cells, const json_t *object)
{
	const json_t *ports = json_object_get(object, "ports");
	const json_t *endpoints = json_object_get(object, "endpoints");
	struct cells_some some_ports = CELLS_SOME_INIT;
	struct cells_some some_endpoints = CELLS_SOME_INIT;

	for (size_t i = 0; i < json_array_size(ports); i++)
		add_slice_port(&some_ports, json_array_get(ports, i));
	for (size_t i = 0; i < json_array_size(endpoints); i++) {
		const json_t *list = json_object_get(json_array_get(endpoints, i), "addresses");

		for (size_t j = 0; j < json_array_size(list); j++)
			cells_some_add(&some_endpoints, cells_text_of(json_array_get(list, j)));
	}
	cells_text(cells, cells_path_text(object, "metadata.name", ""));
	cells_text(cells, cells_path_text(object, "addressType", ""));
	cells_some_end(cells, &some_ports, "<unset>");
	cells_some_end(cells, &some_endpoints, "<unset>");
	cells_object_age(cells, object);
}

/* Hosts of the first rules; the number that is named counts rules, not hosts. */
static void
add_hosts(struct strbuf *out, const json_t *rules)
{
	size_t count = json_array_size(rules);
	size_t hosts = 0;
	bool more = false;

	for (size_t i = 0; i < count && !more; i++) {
		const char *host = cells_path_text(json_array_get(rules, i), "host", NULL);

		more = hosts == CELLS_SOME_MAX;
		if (more || host == NULL)
			continue;
		add_text(out, host);
		hosts++;
	}
	if (hosts == 0)
		strbuf_add(out, "*");
	else if (more)
		strbuf_addf(out, " + %zu more...", count - CELLS_SOME_MAX);
}

void
table_print_ingress(struct cells *cells, const json_t *object)
{
	struct strbuf hosts = STRBUF_INIT;
	struct strbuf address = STRBUF_INIT;

	cells_text(cells, cells_path_text(object, "metadata.name", ""));
	cells_text(cells, cells_path_text(object, "spec.ingressClassName", "<none>"));
	add_hosts(&hosts, cells_path(object, "spec.rules"));
	cells_taken(cells, &hosts);
	add_ingress(&address, object);
	cells_taken(cells, &address);
	cells_text(cells, json_array_size(cells_path(object, "spec.tls")) == 0 ? "80" : "80, 443");
	cells_object_age(cells, object);
}
