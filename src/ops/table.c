/* table.c - which columns a kind has, and its rows. */
#include "ops/table.h"

#include "ops/table_cells.h"

static const struct table_column service_columns[] = {
	{ "Name", "string", "name", 0, "unique in its namespace" },
	{ "Type", "string", "", 0, "how the Service can be reached" },
	{ "Cluster-IP", "string", "", 0, "the first stable address" },
	{ "External-IP", "string", "", 0, "addresses from outside, or the name it stands for" },
	{ "Port(s)", "string", "", 0, "port, port of the node, protocol" },
	{ "Age", "string", "", 0, "since it was first seen" },
	{ "Selector", "string", "", 1, "labels of its Pods" },
};
static const struct table_column endpoints_columns[] = {
	{ "Name", "string", "name", 0, "the Service's name" },
	{ "Endpoints", "string", "", 0, "ready addresses with their ports" },
	{ "Age", "string", "", 0, "since it was first seen" },
};
static const struct table_column slice_columns[] = {
	{ "Name", "string", "name", 0, "unique in its namespace" },
	{ "AddressType", "string", "", 0, "IPv4, IPv6 or FQDN" },
	{ "Ports", "string", "", 0, "ports of every endpoint" },
	{ "Endpoints", "string", "", 0, "addresses, ready or not" },
	{ "Age", "string", "", 0, "since it was first seen" },
};
static const struct table_column ingress_columns[] = {
	{ "Name", "string", "name", 0, "unique in its namespace" },
	{ "Class", "string", "", 0, "which controller it is for" },
	{ "Hosts", "string", "", 0, "names of its rules" },
	{ "Address", "string", "", 0, "where the names lead to" },
	{ "Ports", "string", "", 0, "80, and 443 with TLS" },
	{ "Age", "string", "", 0, "since it was first seen" },
};
static const struct table_column pod_columns[] = {
	{ "Name", "string", "name", 0, "unique in its namespace" },
	{ "Ready", "string", "", 0, "containers that are ready, of all" },
	{ "Status", "string", "", 0, "phase, or why it is not running" },
	{ "Restarts", "string", "", 0, "of all containers" },
	{ "Age", "string", "", 0, "since it was first seen" },
	{ "IP", "string", "", 1, "the first address" },
	{ "Node", "string", "", 1, "where it runs" },
	{ "Nominated Node", "string", "", 1, "where it is to run" },
	{ "Readiness Gates", "string", "", 1, "further conditions that hold, of all" },
};
static const struct table_column namespace_columns[] = {
	{ "Name", "string", "name", 0, "unique" },
	{ "Status", "string", "", 0, "Active, or Terminating" },
	{ "Age", "string", "", 0, "since it was first seen" },
};
static const struct table_column event_columns[] = {
	{ "Last Seen", "string", "", 0, "when it last happened" },
	{ "Type", "string", "", 0, "Normal or Warning" },
	{ "Reason", "string", "", 0, "what happened, in a word" },
	{ "Object", "string", "", 0, "what it happened to" },
	{ "Subobject", "string", "", 1, "which part of it" },
	{ "Source", "string", "", 1, "who noticed" },
	{ "Message", "string", "", 0, "what happened, in a sentence" },
	{ "First Seen", "string", "", 1, "when it first happened" },
	{ "Count", "integer", "", 1, "how often" },
	{ "Name", "string", "name", 1, "unique in its namespace" },
};

#define COLUMNS(list) (list), sizeof(list) / sizeof(*(list))
static const struct {
	const struct table_column *columns;
	size_t count;
	table_printer *print;
} kinds[API_KIND_COUNT] = {
	[API_SERVICES] = { COLUMNS(service_columns), table_print_service },
	[API_PODS] = { COLUMNS(pod_columns), table_print_pod },
	[API_ENDPOINTS] = { COLUMNS(endpoints_columns), table_print_endpoints },
	[API_ENDPOINT_SLICES] = { COLUMNS(slice_columns), table_print_slice },
	[API_NAMESPACES] = { COLUMNS(namespace_columns), table_print_namespace },
	[API_INGRESSES] = { COLUMNS(ingress_columns), table_print_ingress },
	[API_EVENTS] = { COLUMNS(event_columns), table_print_event },
};

const struct table_column *
table_columns(enum api_kind kind, size_t *count)
{
	*count = kinds[kind].count;
	return kinds[kind].columns;
}

json_t *
table_column_definitions(enum api_kind kind)
{
	json_t *array = json_array();

	for (size_t i = 0; array != NULL && i < kinds[kind].count; i++) {
		const struct table_column *column = &kinds[kind].columns[i];
		json_t *definition = json_pack("{s:s, s:s, s:s, s:s, s:i}", "name", column->name,
		    "type", column->type, "format", column->format, "description", column->doc,
		    "priority", column->priority);

		if (json_array_append_new(array, definition) != 0) {
			json_decref(array);
			return NULL;
		}
	}
	return array;
}

json_t *
table_cells(enum api_kind kind, const json_t *object, int64_t now_unix_s)
{
	struct cells cells = { .array = json_array(), .now_unix_s = now_unix_s };

	if (cells.array == NULL)
		return NULL;
	kinds[kind].print(&cells, object);
	if (cells.err != 0) {
		json_decref(cells.array);
		return NULL;
	}
	return cells.array;
}
