/* variables.c - the variables that a Pod finds Services by. */
#include "ops/variables.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/addr.h"
#include "base/err.h"
#include "model/roster.h"
#include "model/service.h"
#include "model/store.h"
#include "ops/insight.h"

/* Names are 63 octets, those of ports 15; the rest is fixed. */
#define VARIABLE_SIZE 384

/* Has it variables?  NULL: no. */
static const struct roster_entry *
entry_of(const struct insight *insight, const struct service *service)
{
	const struct roster_entry *entry = insight->roster(insight->arg, service->object.ns,
	    service->object.name);

	return entry == NULL || entry->headless || entry->pending || entry->cluster_ip_count == 0 ||
	    entry->service->port_count == 0 ? NULL : entry;
}

/* As in a variable: upper case, dashes as underscores. */
static void
upper(char *out, size_t size, const char *text)
{
	size_t at = 0;

	for (; text[at] != '\0' && at + 1 < size; at++)
		out[at] = text[at] == '-' || text[at] == '.' ? '_' :
		    (char)toupper((unsigned char)text[at]);
	out[at] = '\0';
}

/* "NAME=VALUE" as a pair. */
static int __attribute__((format(printf, 2, 3)))
put(json_t *list, const char *format, ...)
{
	char text[VARIABLE_SIZE];
	char *equals;
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	equals = strchr(text, '=');
	if (equals == NULL)
		return ERR_NOMEM;
	*equals = '\0';
	return json_array_append_new(list, json_pack("[s, s]", text, equals + 1)) == 0 ? 0 : ERR_NOMEM;
}

static int
put_port(json_t *list, const char *name, const char *addr, const struct addr *of,
    const struct service_port *port)
{
	char protocol[8], url[ADDR_PORT_TEXT_SIZE];
	struct addr_port where = { *of, port->port };
	const char *label = protocol_label((enum protocol)port->protocol);
	int err;

	upper(protocol, sizeof(protocol), label);
	addr_port_text(&where, url);
	err = put(list, "%s_PORT_%u_%s=%s://%s", name, port->port, protocol, label, url);
	if (err == 0)
		err = put(list, "%s_PORT_%u_%s_PROTO=%s", name, port->port, protocol, label);
	if (err == 0)
		err = put(list, "%s_PORT_%u_%s_PORT=%u", name, port->port, protocol, port->port);
	return err != 0 ? err : put(list, "%s_PORT_%u_%s_ADDR=%s", name, port->port, protocol, addr);
}

/* In the order that kubelet has them. */
static int
put_service(json_t *list, const struct roster_entry *entry)
{
	const struct service *service = entry->service;
	const struct service_port *first = &service->ports[0];
	struct addr_port where = { entry->cluster_ips[0], first->port };
	char name[256], port_name[32], addr[ADDR_TEXT_SIZE], url[ADDR_PORT_TEXT_SIZE];
	int err;

	upper(name, sizeof(name), roster_name(entry));
	addr_text(&entry->cluster_ips[0], addr);
	err = put(list, "%s_SERVICE_HOST=%s", name, addr);
	if (err == 0)
		err = put(list, "%s_SERVICE_PORT=%u", name, first->port);
	for (size_t i = 0; err == 0 && i < service->port_count; i++) {
		upper(port_name, sizeof(port_name), service->ports[i].name);
		if (*port_name != '\0')
			err = put(list, "%s_SERVICE_PORT_%s=%u", name, port_name,
			    service->ports[i].port);
	}
	if (err == 0)
		err = put(list, "%s_PORT=%s://%s", name,
		    protocol_label((enum protocol)first->protocol), addr_port_text(&where, url));
	for (size_t i = 0; err == 0 && i < service->port_count; i++)
		err = put_port(list, name, addr, &entry->cluster_ips[0], &service->ports[i]);
	return err;
}

/* Those of the namespace, by name; *left_out: how many there are beyond. */
static int
put_all(json_t *list, const struct insight *insight, const char *ns, size_t *left_out)
{
	const struct service *service = insight->next_service(insight->arg, ns, ns, NULL);
	size_t count = 0;
	int err = 0;

	while (service != NULL && err == 0 && *left_out <= VARIABLES_SERVICES_MAX) {
		const struct roster_entry *entry = entry_of(insight, service);

		if (entry != NULL && count++ < VARIABLES_SERVICES_MAX)
			err = put_service(list, entry);
		else if (entry != NULL)
			++*left_out;
		service = insight->next_service(insight->arg, ns, ns, service->object.name);
	}
	return err;
}

json_t *
variables_answer(const struct insight *insight, const char *ns)
{
	const struct service *kubernetes = store_service(insight->store, "default", "kubernetes");
	json_t *list = json_array();
	json_t *answer = NULL;
	size_t left_out = 0;
	int err;

	if (list == NULL)
		return NULL;
	err = put_all(list, insight, ns, &left_out);
	if (err == 0 && kubernetes != NULL && strcmp(ns, "default") != 0 &&
	    store_service(insight->store, ns, "kubernetes") == NULL &&
	    entry_of(insight, kubernetes) != NULL)
		err = put_service(list, entry_of(insight, kubernetes));
	if (err == 0)
		answer = json_pack("{s:s, s:O, s:I}", "namespace", ns, "variables", list, "leftOut",
		    (json_int_t)left_out);
	json_decref(list);
	return answer;
}
