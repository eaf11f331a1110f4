/* describe_pod.c - rollcall describe pod, in the layout of kubectl. */
#include <string.h>

#include "cli/describe.h"

/* "8080/TCP, 53/UDP" for each port; "<none>". */
static void
add_ports(struct describe *describe, const json_t *container, const char *head_one,
    const char *head_many, const char *key)
{
	const json_t *ports = json_object_get(container, "ports");
	struct strbuf *out = &describe->text;
	size_t count = json_array_size(ports);

	strbuf_addf(out, "    %s\t%s", count > 1 ? head_many : head_one, count == 0 ? "<none>" : "");
	for (size_t i = 0; i < count; i++) {
		const json_t *port = json_array_get(ports, i);

		strbuf_addf(out, "%s%" JSON_INTEGER_FORMAT "/", i > 0 ? ", " : "",
		    json_integer_value(json_object_get(port, key)));
		describe_add(out, describe_find_text(port, "protocol", "TCP"));
	}
	strbuf_add(out, "\n");
}

static json_int_t
number_of(const json_t *map, const char *key, json_int_t usual)
{
	const json_t *value = json_object_get(map, key);

	return json_is_integer(value) ? json_integer_value(value) : usual;
}

static void
add_port_of(struct strbuf *out, const json_t *port)
{
	if (json_is_string(port))
		describe_add(out, json_string_value(port));
	else
		strbuf_addf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(port));
}

/* What it does: "http-get http://:8080/ready", "tcp-socket :8080", "exec [cat /x]". */
static void
add_action(struct strbuf *out, const json_t *probe)
{
	const json_t *http = json_object_get(probe, "httpGet");
	const json_t *tcp = json_object_get(probe, "tcpSocket");
	const json_t *grpc = json_object_get(probe, "grpc");
	const json_t *command = describe_find(probe, "exec.command");
	const char *scheme = describe_find_text(http, "scheme", "HTTP");

	if (http != NULL) {
		strbuf_addf(out, "http-get %s://", strcmp(scheme, "HTTPS") == 0 ? "https" : "http");
		describe_add(out, describe_find_text(http, "host", ""));
		strbuf_add(out, ":");
		add_port_of(out, json_object_get(http, "port"));
		describe_add(out, describe_find_text(http, "path", "/"));
	} else if (tcp != NULL) {
		strbuf_add(out, "tcp-socket ");
		describe_add(out, describe_find_text(tcp, "host", ""));
		strbuf_add(out, ":");
		add_port_of(out, json_object_get(tcp, "port"));
	} else if (grpc != NULL) {
		strbuf_addf(out, "grpc <pod>:%" JSON_INTEGER_FORMAT " ", number_of(grpc, "port", 0));
		describe_add(out, describe_find_text(grpc, "service", ""));
	} else {
		strbuf_add(out, "exec [");
		for (size_t i = 0; i < json_array_size(command); i++) {
			const char *word = json_string_value(json_array_get(command, i));

			strbuf_add(out, i > 0 ? " " : "");
			describe_add(out, word != NULL ? word : "");
		}
		strbuf_add(out, "]");
	}
}

static void
add_probe(struct describe *describe, const json_t *container, const char *key, const char *head)
{
	const json_t *probe = json_object_get(container, key);
	struct strbuf *out = &describe->text;

	if (probe == NULL)
		return;
	strbuf_addf(out, "    %s\t", head);
	add_action(out, probe);
	strbuf_addf(out, " delay=%" JSON_INTEGER_FORMAT "s timeout=%" JSON_INTEGER_FORMAT
	    "s period=%" JSON_INTEGER_FORMAT "s #success=%" JSON_INTEGER_FORMAT
	    " #failure=%" JSON_INTEGER_FORMAT "\n", number_of(probe, "initialDelaySeconds", 0),
	    number_of(probe, "timeoutSeconds", 1), number_of(probe, "periodSeconds", 10),
	    number_of(probe, "successThreshold", 1), number_of(probe, "failureThreshold", 3));
}

static void
add_words(struct describe *describe, const char *head, const json_t *list)
{
	if (json_array_size(list) == 0)
		return;
	strbuf_addf(&describe->text, "    %s\n", head);
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *word = json_string_value(json_array_get(list, i));

		strbuf_add(&describe->text, "      ");
		describe_add(&describe->text, word != NULL ? word : "");
		strbuf_add(&describe->text, "\n");
	}
}

static void
add_environment(struct describe *describe, const json_t *container)
{
	const json_t *list = json_object_get(container, "env");

	strbuf_addf(&describe->text, "    Environment:%s",
	    json_array_size(list) == 0 ? "\t<none>\n" : "\n");
	for (size_t i = 0; i < json_array_size(list); i++) {
		strbuf_add(&describe->text, "      ");
		describe_add(&describe->text,
		    describe_find_text(json_array_get(list, i), "name", ""));
		strbuf_add(&describe->text, ":\t");
		describe_add(&describe->text,
		    describe_find_text(json_array_get(list, i), "value", ""));
		strbuf_add(&describe->text, "\n");
	}
}

/* The status of a container by its name. */
static const json_t *
status_of(const struct describe *describe, const char *name)
{
	const json_t *list = describe_find(describe->object, "status.containerStatuses");

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *one = json_array_get(list, i);

		if (strcmp(describe_find_text(one, "name", ""), name) == 0)
			return one;
	}
	return NULL;
}

static void
add_state(struct describe *describe, const json_t *status)
{
	const json_t *state = json_object_get(status, "state");
	const json_t *running = json_object_get(state, "running");
	const json_t *ended = json_object_get(state, "terminated");

	if (running != NULL) {
		describe_text(describe, "    State:", "Running");
		describe_time(describe, "      Started:", describe_find_text(running, "startedAt", NULL));
	} else if (ended != NULL) {
		describe_text(describe, "    State:", "Terminated");
		describe_text(describe, "      Reason:", describe_find_text(ended, "reason", ""));
	} else {
		describe_text(describe, "    State:", "Waiting");
		describe_text(describe, "      Reason:", describe_find_text(state, "waiting.reason", ""));
	}
	describe_text(describe, "    Ready:",
	    json_is_true(json_object_get(status, "ready")) ? "True" : "False");
	strbuf_addf(&describe->text, "    Restart Count:\t%" JSON_INTEGER_FORMAT "\n",
	    json_integer_value(json_object_get(status, "restartCount")));
}

static void
add_container(struct describe *describe, const json_t *container)
{
	const json_t *status = status_of(describe, describe_find_text(container, "name", ""));

	strbuf_add(&describe->text, "  ");
	describe_add(&describe->text, describe_find_text(container, "name", ""));
	strbuf_add(&describe->text, ":\n");
	if (status != NULL)
		describe_text(describe, "    Container ID:",
		    describe_find_text(status, "containerID", ""));
	describe_text(describe, "    Image:", describe_find_text(container, "image", ""));
	if (status != NULL)
		describe_text(describe, "    Image ID:", describe_find_text(status, "imageID", ""));
	add_ports(describe, container, "Port:", "Ports:", "containerPort");
	add_ports(describe, container, "Host Port:", "Host Ports:", "hostPort");
	add_words(describe, "Command:", json_object_get(container, "command"));
	add_words(describe, "Args:", json_object_get(container, "args"));
	if (status != NULL)
		add_state(describe, status);
	add_probe(describe, container, "livenessProbe", "Liveness:");
	add_probe(describe, container, "readinessProbe", "Readiness:");
	add_probe(describe, container, "startupProbe", "Startup:");
	add_environment(describe, container);
	strbuf_add(&describe->text, "    Mounts:\t<none>\n");
}

static void
add_conditions(struct describe *describe)
{
	const json_t *list = describe_find(describe->object, "status.conditions");

	if (json_array_size(list) == 0)
		return;
	strbuf_add(&describe->text, "Conditions:\n  Type\tStatus\n");
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *one = json_array_get(list, i);

		strbuf_add(&describe->text, "  ");
		describe_add(&describe->text, describe_find_text(one, "type", ""));
		strbuf_add(&describe->text, " \t");
		describe_add(&describe->text, describe_find_text(one, "status", ""));
		strbuf_add(&describe->text, " \n");
	}
}

static void
add_addresses(struct describe *describe)
{
	const json_t *list = describe_find(describe->object, "status.podIPs");

	describe_text(describe, "IP:", describe_find_text(describe->object, "status.podIP", ""));
	strbuf_add(&describe->text, json_array_size(list) > 0 ? "IPs:\n" : "IPs:\t<none>\n");
	for (size_t i = 0; i < json_array_size(list); i++)
		describe_text(describe, "  IP:", describe_find_text(json_array_get(list, i), "ip", ""));
}

static void
add_head(struct describe *describe)
{
	const json_t *object = describe->object;
	const char *account = describe_find_text(object, "spec.serviceAccountName", "");
	const char *node = describe_find_text(object, "spec.nodeName", "");
	const char *host = describe_find_text(object, "status.hostIP", "");

	describe_text(describe, "Name:", describe->name);
	describe_text(describe, "Namespace:", describe->namespace);
	strbuf_addf(&describe->text, "Priority:\t%" JSON_INTEGER_FORMAT "\n",
	    json_integer_value(describe_find(object, "spec.priority")));
	if (*account != '\0')
		describe_text(describe, "Service Account:", account);
	strbuf_add(&describe->text, "Node:\t");
	describe_add(&describe->text, *node != '\0' ? node : "<none>");
	if (*node != '\0') {
		strbuf_add(&describe->text, "/");
		describe_add(&describe->text, host);
	}
	strbuf_add(&describe->text, "\n");
	describe_time(describe, "Start Time:", describe_find_text(object, "status.startTime", NULL));
	describe_labels(describe, "Labels:", describe_find(object, "metadata.labels"));
	describe_annotations(describe);
	describe_text(describe, "Status:", describe_find_text(object, "status.phase", ""));
	add_addresses(describe);
}

void
describe_pod(struct describe *describe)
{
	const json_t *containers = describe_find(describe->object, "spec.containers");

	add_head(describe);
	strbuf_add(&describe->text, "Containers:\n");
	for (size_t i = 0; i < json_array_size(containers); i++)
		add_container(describe, json_array_get(containers, i));
	add_conditions(describe);
	strbuf_add(&describe->text, "Volumes:\t<none>\n");
	describe_text(describe, "QoS Class:",
	    describe_find_text(describe->object, "status.qosClass", "BestEffort"));
	describe_selector(describe, "Node-Selectors:",
	    describe_find(describe->object, "spec.nodeSelector"), "<none>");
	strbuf_add(&describe->text, "Tolerations:\t<none>\n");
	describe_probes(describe, "pod");
	describe_events(describe, "Pod");
}
