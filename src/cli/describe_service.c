/* describe_service.c - rollcall describe svc, in the layout of kubectl. */
#include <stdio.h>
#include <string.h>

#include "cli/client.h"
#include "cli/describe.h"

#define ENDPOINTS_SHOWN 3
#define NODES_MAX 64

json_t *
describe_slices(struct describe *describe, const char *service)
{
	struct strbuf path = STRBUF_INIT, selector = STRBUF_INIT;
	json_t *slices = NULL;

	strbuf_addf(&selector, "kubernetes.io/service-name=%s", service);
	strbuf_add(&path, "/apis/discovery.k8s.io/v1/namespaces/");
	client_escape(&path, describe->namespace);
	strbuf_add(&path, "/endpointslices?labelSelector=");
	client_escape(&path, selector.text);
	if (path.err == 0 && selector.err == 0)
		slices = describe_fetch(describe, path.text);
	strbuf_release(&path);
	strbuf_release(&selector);
	return slices;
}

static bool
is_ready(const json_t *endpoint)
{
	return !json_is_false(describe_find(endpoint, "conditions.ready"));
}

/* "10.0.0.1:80" or "[2001:db8::1]:80". */
static void
add_endpoint(struct strbuf *out, const json_t *endpoint, json_int_t port, size_t shown)
{
	const char *address =
	    json_string_value(json_array_get(json_object_get(endpoint, "addresses"), 0));
	bool long_one = address != NULL && strchr(address, ':') != NULL;

	strbuf_add(out, shown > 0 ? "," : "");
	strbuf_add(out, long_one ? "[" : "");
	describe_add(out, address != NULL ? address : "");
	strbuf_addf(out, "%s:%" JSON_INTEGER_FORMAT, long_one ? "]" : "", port);
}

void
describe_endpoints_of(struct strbuf *out, const json_t *slices, const char *name)
{
	const json_t *items = json_object_get(slices, "items");
	size_t count = 0;

	if (json_array_size(items) == 0)
		strbuf_add(out, "<none>");

	for (size_t s = 0; s < json_array_size(items); s++) {
		const json_t *slice = json_array_get(items, s);
		const json_t *ports = json_object_get(slice, "ports");
		const json_t *endpoints = json_object_get(slice, "endpoints");

		for (size_t p = 0; p < json_array_size(ports); p++) {
			const json_t *port = json_array_get(ports, p);

			if (strcmp(describe_find_text(port, "name", ""), name) != 0)
				continue;
			for (size_t e = 0; e < json_array_size(endpoints); e++) {
				const json_t *endpoint = json_array_get(endpoints, e);

				if (!is_ready(endpoint))
					continue;
				if (count < ENDPOINTS_SHOWN)
					add_endpoint(out, endpoint,
					    json_integer_value(json_object_get(port, "port")), count);
				count++;
			}
		}
	}
	if (count > ENDPOINTS_SHOWN)
		strbuf_addf(out, " + %zu more...", count - ENDPOINTS_SHOWN);
}

static void
add_target_port(struct strbuf *out, const json_t *port, const char *protocol)
{
	const json_t *target = json_object_get(port, "targetPort");

	strbuf_add(out, "TargetPort:\t");
	if (json_is_string(target))
		describe_add(out, json_string_value(target));
	else
		strbuf_addf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(target));
	strbuf_add(out, "/");
	describe_add(out, protocol);
	strbuf_add(out, "\n");
}

static void
add_number(struct strbuf *out, const char *head, const char *name, json_int_t number,
    const char *protocol)
{
	strbuf_addf(out, "%s\t", head);
	describe_add(out, *name != '\0' ? name : "<unset>");
	strbuf_addf(out, "\t%" JSON_INTEGER_FORMAT "/", number);
	describe_add(out, protocol);
	strbuf_add(out, "\n");
}

static void
add_port(struct describe *describe, const json_t *port, const json_t *slices)
{
	const char *name = describe_find_text(port, "name", "");
	const char *protocol = describe_find_text(port, "protocol", "TCP");
	json_int_t node_port = json_integer_value(json_object_get(port, "nodePort"));
	struct strbuf *out = &describe->text, found = STRBUF_INIT;

	add_number(out, "Port:", name, json_integer_value(json_object_get(port, "port")), protocol);
	add_target_port(out, port, protocol);
	if (node_port != 0)
		add_number(out, "NodePort:", name, node_port, protocol);
	describe_endpoints_of(&found, slices, name);
	strbuf_addf(out, "Endpoints:\t%s\n", found.text);
	strbuf_release(&found);
}

static void
add_optional(struct describe *describe, const char *head, const char *path)
{
	const char *text = describe_find_text(describe->object, path, "");

	if (*text != '\0')
		describe_text(describe, head, text);
}

static void
add_addresses(struct describe *describe)
{
	const json_t *object = describe->object;
	const json_t *external = describe_find(object, "spec.externalIPs");
	const json_t *ingress = describe_find(object, "status.loadBalancer.ingress");

	add_optional(describe, "IP Family Policy:", "spec.ipFamilyPolicy");
	describe_list(describe, "IP Families:", describe_find(object, "spec.ipFamilies"), ",",
	    "<none>");
	describe_text(describe, "IP:", describe_find_text(object, "spec.clusterIP", ""));
	describe_list(describe, "IPs:", describe_find(object, "spec.clusterIPs"), ",", "<none>");
	if (json_array_size(external) > 0)
		describe_list(describe, "External IPs:", external, ",", "");
	add_optional(describe, "Desired LoadBalancer IP:", "spec.loadBalancerIP");
	add_optional(describe, "External Name:", "spec.externalName");
	for (size_t i = 0; i < json_array_size(ingress); i++) {
		const json_t *one = json_array_get(ingress, i);
		const char *mode = describe_find_text(one, "ipMode", "");

		strbuf_add(&describe->text, i > 0 ? ", " : "LoadBalancer Ingress:\t");
		describe_add(&describe->text, describe_find_text(one, "ip",
		    describe_find_text(one, "hostname", "")));
		if (*mode != '\0') {
			strbuf_add(&describe->text, " (");
			describe_add(&describe->text, mode);
			strbuf_add(&describe->text, ")");
		}
	}
	if (json_array_size(ingress) > 0)
		strbuf_add(&describe->text, "\n");
}

/* How many ready endpoints each node has. */
struct tally_of_nodes {
	const char *names[NODES_MAX];
	size_t counts[NODES_MAX];
	size_t count;
};

static void
count_node(struct tally_of_nodes *nodes, const char *name)
{
	size_t i = 0;

	while (i < nodes->count && strcmp(nodes->names[i], name) != 0)
		i++;
	if (i == NODES_MAX)
		return;
	if (i == nodes->count) {
		nodes->names[nodes->count++] = name;
		nodes->counts[i] = 0;
	}
	nodes->counts[i]++;
}

static void
count_nodes(struct tally_of_nodes *nodes, const json_t *slices)
{
	const json_t *items = json_object_get(slices, "items");

	for (size_t s = 0; s < json_array_size(items); s++) {
		const json_t *endpoints = json_object_get(json_array_get(items, s), "endpoints");

		for (size_t e = 0; e < json_array_size(endpoints); e++) {
			const json_t *endpoint = json_array_get(endpoints, e);
			const char *name = describe_find_text(endpoint, "nodeName", NULL);

			if (name != NULL && is_ready(endpoint))
				count_node(nodes, name);
		}
	}
}

/*
 * With Local each node gets the same share of the traffic and hands it to its own endpoints, so
 * that those of a node with few of them have more to do (Service.spec.externalTrafficPolicy).
 */
static void
warn_of_nodes(struct describe *describe, const json_t *slices)
{
	struct tally_of_nodes nodes = { .count = 0 };
	bool uneven = false;

	if (strcmp(describe_find_text(describe->object, "spec.externalTrafficPolicy", ""), "Local"))
		return;
	count_nodes(&nodes, slices);
	for (size_t i = 1; i < nodes.count; i++)
		uneven |= nodes.counts[i] != nodes.counts[0];
	if (!uneven)
		return;
	strbuf_add(&describe->text, "Warning:\tnodes have unlike numbers of endpoints, and with "
	    "Local each gets the same traffic:");
	for (size_t i = 0; i < nodes.count; i++) {
		strbuf_add(&describe->text, i > 0 ? ", " : " ");
		describe_add(&describe->text, nodes.names[i]);
		strbuf_addf(&describe->text, " %zu", nodes.counts[i]);
	}
	strbuf_add(&describe->text, "\n");
}

static void
add_policies(struct describe *describe)
{
	const json_t *object = describe->object;
	json_int_t health = json_integer_value(describe_find(object, "spec.healthCheckNodePort"));
	const json_t *ranges = describe_find(object, "spec.loadBalancerSourceRanges");

	describe_text(describe, "Session Affinity:",
	    describe_find_text(object, "spec.sessionAffinity", ""));
	add_optional(describe, "External Traffic Policy:", "spec.externalTrafficPolicy");
	add_optional(describe, "Internal Traffic Policy:", "spec.internalTrafficPolicy");
	if (health != 0)
		strbuf_addf(&describe->text, "HealthCheck NodePort:\t%" JSON_INTEGER_FORMAT "\n",
		    health);
	if (json_array_size(ranges) > 0)
		describe_list(describe, "LoadBalancer Source Ranges:", ranges, ",", "");
}

void
describe_service(struct describe *describe)
{
	const json_t *object = describe->object, *ports = describe_find(object, "spec.ports");
	json_t *slices = describe_slices(describe, describe->name);

	describe_text(describe, "Name:", describe->name);
	describe_text(describe, "Namespace:", describe->namespace);
	describe_labels(describe, "Labels:", describe_find(object, "metadata.labels"));
	describe_annotations(describe);
	describe_selector(describe, "Selector:", describe_find(object, "spec.selector"), "<none>");
	describe_text(describe, "Type:", describe_find_text(object, "spec.type", ""));
	add_addresses(describe);
	for (size_t i = 0; i < json_array_size(ports); i++)
		add_port(describe, json_array_get(ports, i), slices);
	add_policies(describe);
	warn_of_nodes(describe, slices);
	json_decref(slices);
	describe_probes(describe, "svc");
	describe_events(describe, "Service");
}
