/* cmd_expose.c - rollcall expose: make a Service for a Pod or for what another Service selects. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/text.h"
#include "cli/cli.h"
#include "cli/command.h"
#include "cli/selection.h"
#include "cli/submit.h"

struct expose_options {
	struct submit_options submit;
	unsigned port;
	const char *target_port;
	const char *type;
	const char *name;
	const char *protocol;
	const char *selector;
	const char *cluster_ip;
};

#define ROW(name_, kind_, field_, argument_, choices_, help_) \
	{ .name = (name_), .kind = (kind_), .at = offsetof(struct expose_options, field_), \
	  .argument = (argument_), .choices = (choices_), .help = (help_) }

static const struct flag flags[] = {
	ROW("port", FLAG_NUMBER, port, "PORT", NULL,
	    "the Service's port; default: those of the object"),
	ROW("target-port", FLAG_TEXT, target_port, "PORT", NULL,
	    "the Pods' port, a number or a name; default: the same"),
	ROW("type", FLAG_TEXT, type, "TYPE", "ClusterIP|NodePort|LoadBalancer",
	    "ClusterIP (the default), NodePort or LoadBalancer"),
	ROW("name", FLAG_TEXT, name, "NAME", NULL, "the Service's name; default: the object's"),
	ROW("protocol", FLAG_TEXT, protocol, "PROTOCOL", "TCP|UDP|SCTP", "TCP (the default), UDP "
	    "or SCTP"),
	ROW("selector", FLAG_TEXT, selector, "LABELS", NULL,
	    "what to select: app=web,tier=front; default: the object's labels or selector"),
	ROW("cluster-ip", FLAG_TEXT, cluster_ip, "ADDRESS", NULL,
	    "the address; None: a headless Service"),
	{ .name = "dry-run", .kind = FLAG_TEXT, .argument = "HOW", .bare = "client",
	  .choices = "none|client|server", .at = offsetof(struct expose_options, submit.dry_run),
	  .help = "change nothing: client (only show the Service) or server (let the daemon judge "
	      "it)" },
	CLI_FLAG_OUTPUT(struct expose_options, submit.output, "name|yaml|json", "name, yaml or json"),
	{ .name = NULL },
};

/* A port as the API has it: a number, or a name. */
static json_t *
port_json(const char *text)
{
	uint64_t number;

	return text_to_u64(text, 65535, &number) ? json_integer((json_int_t)number)
						 : json_string(text);
}

/* {port, protocol, targetPort, name}; a new reference. */
static json_t *
make_port(const struct expose_options *options, json_int_t number, const char *protocol,
    const char *name)
{
	json_t *port = json_pack("{s:I, s:s, s:o}", "port", number, "protocol",
	    options->protocol != NULL ? options->protocol : protocol != NULL ? protocol : "TCP",
	    "targetPort", options->target_port != NULL ? port_json(options->target_port)
						: json_integer(number));

	if (port != NULL && name != NULL)
		(void)json_object_set_new(port, "name", json_string(name));
	return port;
}

static const char *
text_of(const json_t *map, const char *key)
{
	return json_string_value(json_object_get(map, key));
}

/* Each port of each container, or each port of a Service; several want names. */
static void
add_ports_of(const struct expose_options *options, json_t *ports, const json_t *list,
    const char *key, size_t *made)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *from = json_array_get(list, i);
		char name[24];

		(void)snprintf(name, sizeof(name), "port-%zu", ++*made);
		(void)json_array_append_new(ports, make_port(options,
		    json_integer_value(json_object_get(from, key)), text_of(from, "protocol"), name));
	}
}

static json_t *
make_ports(const struct expose_options *options, const json_t *spec)
{
	json_t *ports = json_array();
	const json_t *containers = json_object_get(spec, "containers");
	size_t made = 0;

	if (ports == NULL)
		return NULL;
	if (options->port != 0) {
		(void)json_array_append_new(ports,
		    make_port(options, options->port, NULL, NULL));
		return ports;
	}
	add_ports_of(options, ports, json_object_get(spec, "ports"), "port", &made);
	for (size_t i = 0; i < json_array_size(containers); i++)
		add_ports_of(options, ports, json_object_get(json_array_get(containers, i), "ports"),
		    "containerPort", &made);
	if (made == 1)
		(void)json_object_del(json_array_get(ports, 0), "name");
	return ports;
}

/* "a=b,c=d" as a map; NULL: it is not that. */
static json_t *
parse_labels(const char *text)
{
	json_t *labels = json_object();

	while (labels != NULL && *text != '\0') {
		size_t len = strcspn(text, ","), key_len = strcspn(text, "=,");
		char *key = strndup(text, key_len);

		if (text[key_len] != '=' || key_len == 0 || key == NULL ||
		    json_object_set_new(labels, key, json_stringn(text + key_len + 1,
		    len - key_len - 1)) != 0) {
			json_decref(labels);
			labels = NULL;
		}
		free(key);
		text += len + (text[len] == ',' ? 1 : 0);
	}
	return labels;
}

static json_t *
choose_selector(struct cli *cli, const struct expose_options *options, const struct kind *kind,
    const json_t *object)
{
	json_t *labels = json_object_get(json_object_get(object, "metadata"), "labels");
	json_t *selector = strcmp(kind->kind, "Service") == 0
	    ? json_object_get(json_object_get(object, "spec"), "selector") : labels;

	if (options->selector != NULL) {
		selector = parse_labels(options->selector);
		if (selector == NULL)
			(void)cli_usage(cli, "--selector: \"%s\" is not like app=web,tier=front",
			    options->selector);
		return selector;
	}
	if (json_object_size(selector) == 0) {
		cli_say(cli, "the %s has no %s to select by: --selector", kind->singular,
		    selector == labels ? "labels" : "selector");
		return NULL;
	}
	return json_incref(selector);
}

/* The Service, in the form that kubectl's dry run prints: with its empty status. */
static json_t *
make_service(const struct expose_options *options, const char *name, const json_t *labels,
    json_t *selector, json_t *ports)
{
	json_t *service = json_pack("{s:s, s:s, s:{s:n, s:s}, s:{s:O, s:O}, s:{s:{}}}", "apiVersion",
	    "v1", "kind", "Service", "metadata", "creationTimestamp", "name", name, "spec", "ports",
	    ports, "selector", selector, "status", "loadBalancer");
	json_t *spec = json_object_get(service, "spec");

	if (service == NULL)
		return NULL;
	if (json_object_size(labels) > 0)
		(void)json_object_set(json_object_get(service, "metadata"), "labels",
		    (json_t *)(uintptr_t)labels);
	if (options->type != NULL)
		(void)json_object_set_new(spec, "type", json_string(options->type));
	if (options->cluster_ip != NULL)
		(void)json_object_set_new(spec, "clusterIP", json_string(options->cluster_ip));
	return service;
}

static int
send_service(struct cli *cli, const struct expose_options *options, const struct kind *kind,
    json_t *service)
{
	struct strbuf path = STRBUF_INIT;
	json_t *reply = NULL;
	const char *name = text_of(json_object_get(service, "metadata"), "name");
	int code = 0;

	if (cli->namespace != NULL)
		(void)json_object_set_new(json_object_get(service, "metadata"), "namespace",
		    json_string(cli->namespace));
	if (submit_is_dry(&options->submit, "client"))
		return submit_say(cli, &options->submit, kind, name, "exposed", service);
	kind_path(&path, kind, cli_namespace(cli), NULL);
	strbuf_addf(&path, "?fieldManager=rollcall%s",
	    submit_is_dry(&options->submit, "server") ? "&dryRun=All" : "");
	code = path.err != 0 ? EX_OSERR : cli_send(cli, "POST", path.text, service, &reply);
	if (code == 0)
		code = submit_say(cli, &options->submit, kind, name, "exposed", reply);
	json_decref(reply);
	strbuf_release(&path);
	return code;
}

static int
expose_object(struct cli *cli, const struct expose_options *options, const struct kind *kind,
    const json_t *object)
{
	const char *closest;
	const struct kind *service_kind = kind_find("service", &closest);
	const json_t *metadata = json_object_get(object, "metadata");
	const char *name = options->name != NULL ? options->name : text_of(metadata, "name");
	json_t *selector = choose_selector(cli, options, kind, object);
	json_t *ports = make_ports(options, json_object_get(object, "spec"));
	json_t *service = NULL;
	int code = EX_OSERR;

	if (selector == NULL) {
		code = EX_USAGE;
	} else if (json_array_size(ports) == 0) {
		code = cli_usage(cli, "the %s has no ports: --port", kind->singular);
	} else {
		service = make_service(options, name != NULL ? name : "",
		    json_object_get(metadata, "labels"), selector, ports);
		if (service != NULL)
			code = send_service(cli, options, service_kind, service);
	}
	json_decref(service);
	json_decref(selector);
	json_decref(ports);
	return code;
}

static int
expose_main(struct cli *cli, const void *arg, char **words, size_t word_count)
{
	const struct expose_options *options = arg;
	struct selection selection = { 0 };
	struct strbuf path = STRBUF_INIT;
	json_t *object = NULL;
	const struct kind *kind = NULL;
	int code = selection_read(cli, words, word_count, &selection);

	if (code == 0 && (selection.count != 1 || selection.items[0].name == NULL))
		code = cli_usage(cli, "one Pod or one Service: pod NAME or svc NAME");
	if (code == 0) {
		kind = selection.items[0].kind;
		if (strcmp(kind->kind, "Pod") != 0 && strcmp(kind->kind, "Service") != 0)
			code = cli_usage(cli, "only Pods and Services are exposed");
	}
	if (code == 0) {
		kind_path(&path, kind, cli_namespace(cli), selection.items[0].name);
		code = path.err != 0 ? EX_OSERR : cli_get(cli, path.text, &object);
	}
	if (code == 0)
		code = expose_object(cli, options, kind, object);
	json_decref(object);
	strbuf_release(&path);
	selection_release(&selection);
	return code;
}

const struct command cmd_expose = {
	.name = "expose",
	.arguments = "pod|svc NAME",
	.summary = "make a Service for a Pod, or another one for what a Service selects",
	.group = COMMAND_CHANGE,
	.examples = "rollcall expose pod/web-1 --port=80 --target-port=8080 --type=NodePort\n"
	    "rollcall expose svc web --name=web-lb --type=LoadBalancer --dry-run=client -o yaml\n",
	.flags = flags,
	.options_size = sizeof(struct expose_options),
	.complete = COMPLETE_KINDS,
	.run = expose_main,
};
