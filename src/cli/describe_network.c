/* describe_network.c - rollcall describe ep, endpointslice, ingress and ns, as kubectl. */
#include <string.h>

#include "cli/describe.h"
#include "cli/kinds.h"

static void
add_head(struct describe *describe)
{
	describe_text(describe, "Name:", describe->name);
	describe_text(describe, "Namespace:", describe->namespace);
	describe_labels(describe, "Labels:", describe_find(describe->object, "metadata.labels"));
	describe_annotations(describe);
}

/* Addresses of a subset by commas. */
static void
add_addresses(struct describe *describe, const char *head, const json_t *list)
{
	strbuf_addf(&describe->text, "%s\t%s", head, json_array_size(list) == 0 ? "<none>" : "");
	for (size_t i = 0; i < json_array_size(list); i++) {
		strbuf_add(&describe->text, i > 0 ? "," : "");
		describe_add(&describe->text, describe_find_text(json_array_get(list, i), "ip", ""));
	}
	strbuf_add(&describe->text, "\n");
}

static void
add_ports(struct describe *describe, const char *indent, const json_t *ports)
{
	struct strbuf *out = &describe->text;

	strbuf_addf(out, "%sName\tPort\tProtocol\n%s----\t----\t--------\n", indent, indent);
	for (size_t i = 0; i < json_array_size(ports); i++) {
		const json_t *port = json_array_get(ports, i);
		const char *name = describe_find_text(port, "name", "");

		strbuf_add(out, indent);
		describe_add(out, *name != '\0' ? name : "<unset>");
		strbuf_addf(out, "\t%" JSON_INTEGER_FORMAT "\t",
		    json_integer_value(json_object_get(port, "port")));
		describe_add(out, describe_find_text(port, "protocol", "TCP"));
		strbuf_add(out, "\n");
	}
}

void
describe_endpoints(struct describe *describe)
{
	const json_t *subsets = describe_find(describe->object, "subsets");

	add_head(describe);
	strbuf_add(&describe->text, "Subsets:\n");
	for (size_t i = 0; i < json_array_size(subsets); i++) {
		const json_t *subset = json_array_get(subsets, i);
		const json_t *ports = json_object_get(subset, "ports");

		add_addresses(describe, "  Addresses:", json_object_get(subset, "addresses"));
		add_addresses(describe, "  NotReadyAddresses:",
		    json_object_get(subset, "notReadyAddresses"));
		if (json_array_size(ports) > 0) {
			strbuf_add(&describe->text, "  Ports:\n");
			add_ports(describe, "    ", ports);
		}
		strbuf_add(&describe->text, "\n");
	}
	describe_events(describe, "Endpoints");
}

static void
add_slice_endpoint(struct describe *describe, const json_t *endpoint)
{
	const json_t *ready = describe_find(endpoint, "conditions.ready");
	const json_t *ref = json_object_get(endpoint, "targetRef");
	struct strbuf *out = &describe->text;

	describe_list(describe, "  - Addresses:", json_object_get(endpoint, "addresses"), ", ",
	    "<none>");
	strbuf_addf(out, "    Conditions:\n      Ready:\t%s\n",
	    json_is_true(ready) ? "true" : json_is_false(ready) ? "false" : "<unset>");
	describe_text(describe, "    Hostname:", describe_find_text(endpoint, "hostname", "<unset>"));
	if (ref != NULL) {
		strbuf_add(out, "    TargetRef:\t");
		describe_add(out, describe_find_text(ref, "kind", ""));
		strbuf_add(out, "/");
		describe_add(out, describe_find_text(ref, "name", ""));
		strbuf_add(out, "\n");
	}
	describe_text(describe, "    NodeName:", describe_find_text(endpoint, "nodeName", "<unset>"));
	describe_text(describe, "    Zone:", describe_find_text(endpoint, "zone", "<unset>"));
}

void
describe_slice(struct describe *describe)
{
	const json_t *ports = describe_find(describe->object, "ports");
	const json_t *endpoints = describe_find(describe->object, "endpoints");

	add_head(describe);
	describe_text(describe, "AddressType:",
	    describe_find_text(describe->object, "addressType", ""));
	if (json_array_size(ports) == 0) {
		strbuf_add(&describe->text, "Ports: <unset>\n");
	} else {
		strbuf_add(&describe->text, "Ports:\n");
		add_ports(describe, "  ", ports);
	}
	strbuf_add(&describe->text, json_array_size(endpoints) == 0 ? "Endpoints: <none>\n"
								    : "Endpoints:\n");
	for (size_t i = 0; i < json_array_size(endpoints); i++)
		add_slice_endpoint(describe, json_array_get(endpoints, i));
	describe_events(describe, "EndpointSlice");
}

void
describe_namespace(struct describe *describe)
{
	describe_text(describe, "Name:", describe->name);
	describe_labels(describe, "Labels:", describe_find(describe->object, "metadata.labels"));
	describe_annotations(describe);
	describe_text(describe, "Status:", describe_find_text(describe->object, "status.phase", ""));
}

static json_t *
fetch_service(struct describe *describe, const char *name)
{
	struct strbuf path = STRBUF_INIT;
	const char *closest;
	json_t *service = NULL;

	kind_path(&path, kind_find("services", &closest), describe->namespace, name);
	if (path.err == 0)
		service = describe_fetch(describe, path.text);
	strbuf_release(&path);
	return service;
}

/* What a Service calls the port of that number; slices know its name only. */
static const char *
name_of_port(const json_t *service, json_int_t number)
{
	const json_t *ports = describe_find(service, "spec.ports");

	for (size_t i = 0; i < json_array_size(ports); i++) {
		const json_t *port = json_array_get(ports, i);

		if (json_integer_value(json_object_get(port, "port")) == number)
			return describe_find_text(port, "name", "");
	}
	return "";
}

/* "web:80 (10.0.0.1:8080)". */
static void
add_backend(struct describe *describe, const json_t *backend)
{
	const json_t *service = json_object_get(backend, "service");
	const char *name = describe_find_text(service, "name", "");
	const char *port_name = describe_find_text(service, "port.name", NULL);
	json_int_t number = json_integer_value(describe_find(service, "port.number"));
	json_t *slices = describe_slices(describe, name);
	json_t *target = port_name == NULL ? fetch_service(describe, name) : NULL;
	struct strbuf *out = &describe->text, found = STRBUF_INIT;

	describe_add(out, name);
	strbuf_add(out, ":");
	if (port_name != NULL)
		describe_add(out, port_name);
	else
		strbuf_addf(out, "%" JSON_INTEGER_FORMAT, number);
	describe_endpoints_of(&found, slices,
	    port_name != NULL ? port_name : name_of_port(target, number));
	strbuf_addf(out, " (%s)\n", found.text);
	strbuf_release(&found);
	json_decref(target);
	json_decref(slices);
}

static void
add_tls(struct describe *describe)
{
	const json_t *list = describe_find(describe->object, "spec.tls");
	struct strbuf *out = &describe->text;

	strbuf_add(out, json_array_size(list) > 0 ? "TLS:\n" : "");
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *tls = json_array_get(list, i), *hosts = json_object_get(tls, "hosts");
		const char *secret = describe_find_text(tls, "secretName", "");

		strbuf_add(out, "  ");
		describe_add(out, *secret != '\0' ? secret : "SNI routes");
		strbuf_add(out, *secret != '\0' ? " terminates " : " ");
		for (size_t h = 0; h < json_array_size(hosts); h++) {
			const char *host = json_string_value(json_array_get(hosts, h));

			strbuf_add(out, h > 0 ? "," : "");
			describe_add(out, host != NULL ? host : "");
		}
		strbuf_add(out, "\n");
	}
}

static void
add_rules(struct describe *describe)
{
	const json_t *rules = describe_find(describe->object, "spec.rules");
	const json_t *backend = describe_find(describe->object, "spec.defaultBackend");
	struct strbuf *out = &describe->text;
	size_t count = 0;

	strbuf_add(out, "Rules:\n  Host\tPath\tBackends\n  ----\t----\t--------\n");
	for (size_t i = 0; i < json_array_size(rules); i++) {
		const json_t *rule = json_array_get(rules, i);
		const json_t *paths = describe_find(rule, "http.paths");

		if (paths == NULL)
			continue;
		count++;
		strbuf_add(out, "  ");
		describe_add(out, describe_find_text(rule, "host", "*"));
		strbuf_add(out, "\t\n");
		for (size_t p = 0; p < json_array_size(paths); p++) {
			const json_t *path = json_array_get(paths, p);

			strbuf_add(out, "    \t");
			describe_add(out, describe_find_text(path, "path", ""));
			strbuf_add(out, " \t");
			add_backend(describe, json_object_get(path, "backend"));
		}
	}
	if (count > 0)
		return;
	strbuf_add(out, "  *\t*\t");
	if (backend != NULL)
		add_backend(describe, backend);
	else
		strbuf_add(out, "<default>\n");
}

static void
add_ingress_addresses(struct describe *describe)
{
	const json_t *list = describe_find(describe->object, "status.loadBalancer.ingress");

	strbuf_add(&describe->text, "Address:\t");
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *one = json_array_get(list, i);

		strbuf_add(&describe->text, i > 0 ? "," : "");
		describe_add(&describe->text, describe_find_text(one, "ip",
		    describe_find_text(one, "hostname", "")));
	}
	strbuf_add(&describe->text, "\n");
}

void
describe_ingress(struct describe *describe)
{
	const json_t *object = describe->object;
	const json_t *backend = describe_find(object, "spec.defaultBackend");

	describe_text(describe, "Name:", describe->name);
	describe_labels(describe, "Labels:", describe_find(object, "metadata.labels"));
	describe_text(describe, "Namespace:", describe->namespace);
	add_ingress_addresses(describe);
	describe_text(describe, "Ingress Class:",
	    describe_find_text(object, "spec.ingressClassName", "<none>"));
	strbuf_addf(&describe->text, "Default backend:\t%s", backend == NULL ? "<default>\n" : "");
	if (backend != NULL)
		add_backend(describe, backend);
	add_tls(describe);
	add_rules(describe);
	describe_annotations(describe);
	describe_events(describe, "Ingress");
}
