/* roster_text.c - a roster entry out of a few lines that a person can read, for tests. */
#include "tests/dns/roster_text.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "model/roster.h"
#include "model/slice.h"

#define PORTS_MAX 256

struct reader {
	struct arena *arena;            /* while it is read */
	struct roster_entry *entry;
	struct service *service;
	struct slice *slice;            /* states the endpoints, and the ports of all groups */
	struct roster_group *groups;
	struct roster_group_port *group_ports;  /* each named by the port of the slice at its place */
	struct addr *outside;
	struct roster_endpoint *endpoints;      /* each of the endpoint of the slice at its place */
};

static char *
next_word(char **at)
{
	char *word = strtok_r(NULL, " \t", at);

	ck_assert_msg(word != NULL, "a word is missing");
	return word;
}

static enum protocol
read_protocol(const char *word)
{
	if (strcmp(word, "tcp") == 0)
		return PROTOCOL_TCP;
	return strcmp(word, "udp") == 0 ? PROTOCOL_UDP : PROTOCOL_SCTP;
}

static const char *
read_name(struct reader *reader, const char *word)
{
	return arena_text(reader->arena, strcmp(word, "-") == 0 ? "" : word);
}

static void
read_service(struct reader *reader, char **at)
{
	struct roster_entry *entry = reader->entry;
	char *name = next_word(at), *slash = strchr(name, '/');
	const char *kind = next_word(at);

	ck_assert_ptr_nonnull(slash);
	*slash = '\0';
	reader->service->object.ns = arena_text(reader->arena, name);
	reader->service->object.name = arena_text(reader->arena, slash + 1);
	entry->headless = strcmp(kind, "headless") == 0;
	if (strcmp(kind, "external") == 0) {
		entry->type = SERVICE_EXTERNAL_NAME;
		reader->service->external_name = arena_text(reader->arena, next_word(at));
	}
	for (char *word; (word = strtok_r(NULL, " \t", at)) != NULL;)
		ck_assert_int_eq(addr_parse(word, &entry->cluster_ips[entry->cluster_ip_count++]),
		    0);
}

static void
read_port(struct reader *reader, char **at)
{
	struct service_port *port = &reader->service->ports[reader->service->port_count++];

	port->name = read_name(reader, next_word(at));
	port->protocol = (uint8_t)read_protocol(next_word(at));
	port->port = (uint16_t)atoi(next_word(at));
}

static void
read_outside(struct reader *reader, char **at)
{
	for (char *word; (word = strtok_r(NULL, " \t", at)) != NULL;)
		ck_assert_int_eq(addr_parse(word,
		    &reader->outside[reader->entry->external_ip_count++]), 0);
}

static void
read_balancer(struct reader *reader, char **at)
{
	reader->entry->type = SERVICE_LOAD_BALANCER;
	reader->service->extra = arena_alloc(reader->arena, sizeof(struct service_extra));
	reader->service->extra->status_ingress_hostname = arena_text(reader->arena, next_word(at));
}

static void
read_group(struct reader *reader, char **at)
{
	struct roster_group *group = &reader->groups[reader->entry->group_count++];
	struct slice_part *part = reader->slice->parts;

	group->ports = &reader->group_ports[part->port_count];
	for (char *word; (word = strtok_r(NULL, " \t", at)) != NULL;) {
		char *rest = NULL;
		struct roster_group_port *port = &reader->group_ports[part->port_count];

		group->port_count++;
		port->service_port = ROSTER_NO_PORT;
		part->ports[part->port_count++].name = read_name(reader, strtok_r(word, "/", &rest));
		port->protocol = (uint8_t)read_protocol(strtok_r(NULL, "/", &rest));
		port->port = (uint16_t)atoi(strtok_r(NULL, "/", &rest));
	}
}

static void
read_endpoint(struct reader *reader, char **at)
{
	struct roster_entry *entry = reader->entry;
	struct roster_endpoint *endpoint = &reader->endpoints[entry->endpoint_count++];
	struct endpoint *stated = &reader->slice->parts->endpoints[
	    reader->slice->parts->endpoint_count++];

	ck_assert_int_eq(addr_parse(next_word(at), &stated->addr), 0);
	endpoint->answered = true;
	endpoint->group = (uint32_t)(entry->group_count == 0 ? 0 : entry->group_count - 1);
	for (char *word; (word = strtok_r(NULL, " \t", at)) != NULL;) {
		if (strcmp(word, "out") == 0) {
			endpoint->answered = false;
			endpoint->presence = PRESENT_PROBE_FAILS;
		} else if (strncmp(word, "host=", 5) == 0) {
			stated->hostname = arena_text(reader->arena, word + 5);
			endpoint->named = true;
		} else if (strncmp(word, "pod=", 4) == 0) {
			stated->pod_name = arena_text(reader->arena, word + 4);
		} else if (strncmp(word, "zone=", 5) == 0) {
			stated->zone = arena_text(reader->arena, word + 5);
		} else {
			ck_abort_msg("unknown word %s", word);
		}
	}
	entry->answered_count += endpoint->answered;
	entry->ready_count += endpoint->answered;
}

static void
read_line(struct reader *reader, char *line)
{
	char *at = NULL, *word = strtok_r(line, " \t", &at);

	if (word == NULL)
		return;
	if (strcmp(word, "service") == 0)
		read_service(reader, &at);
	else if (strcmp(word, "outside") == 0)
		read_outside(reader, &at);
	else if (strcmp(word, "balancer") == 0)
		read_balancer(reader, &at);
	else if (strcmp(word, "pending") == 0)
		reader->entry->pending = true;
	else if (strcmp(word, "port") == 0)
		read_port(reader, &at);
	else if (strcmp(word, "group") == 0)
		read_group(reader, &at);
	else if (strcmp(word, "ep") == 0)
		read_endpoint(reader, &at);
	else
		ck_abort_msg("unknown line %s", word);
}

static int
compare_endpoints(const void *a, const void *b)
{
	const struct roster_endpoint *x = a, *y = b;
	int order = addr_compare(&x->of->addr, &y->of->addr);

	return order != 0 ? order : (x->group > y->group) - (x->group < y->group);
}

static size_t
count_lines(const char *text)
{
	size_t count = 1;

	for (; *text != '\0'; text++)
		count += *text == '\n';
	return count;
}

static void *
add_object(struct reader *reader, enum object_kind kind, size_t size)
{
	struct object *object = arena_alloc(reader->arena, size);

	object->kind = (uint8_t)kind;
	return object;
}

static void
begin(struct reader *reader, size_t lines)
{
	struct slice_part *part = arena_alloc(reader->arena, sizeof(*part));

	reader->entry = arena_alloc(reader->arena, sizeof(*reader->entry));
	reader->service = add_object(reader, KIND_SERVICE, sizeof(*reader->service));
	reader->service->ports = arena_array(reader->arena, lines, sizeof(struct service_port));
	reader->slice = add_object(reader, KIND_ENDPOINT_SLICE, sizeof(*reader->slice));
	reader->slice->parts = part;
	reader->slice->part_count = 1;
	part->ports = arena_array(reader->arena, PORTS_MAX, sizeof(*part->ports));
	part->endpoints = arena_array(reader->arena, lines, sizeof(*part->endpoints));
	reader->outside = arena_array(reader->arena, PORTS_MAX, sizeof(*reader->outside));
	reader->groups = arena_array(reader->arena, lines, sizeof(*reader->groups));
	reader->group_ports = arena_array(reader->arena, PORTS_MAX, sizeof(*reader->group_ports));
	reader->endpoints = arena_array(reader->arena, lines, sizeof(*reader->endpoints));
}

/* The entry as membership makes it: one piece of memory, and two objects it holds. */
static struct roster_entry *
finish(struct reader *reader)
{
	size_t ports = reader->slice->parts->port_count;
	size_t endpoints = reader->entry->endpoint_count;
	size_t groups = reader->entry->group_count;
	struct object *service, *slice;
	struct roster_entry *entry = malloc(sizeof(*entry) + sizeof(struct object *) +
	    endpoints * sizeof(struct roster_endpoint) + groups * sizeof(struct roster_group) +
	    ports * sizeof(struct roster_group_port) +
	    reader->entry->external_ip_count * sizeof(struct addr));

	ck_assert_ptr_nonnull(entry);
	ck_assert_int_eq(object_pack(&reader->service->object, &service), 0);
	ck_assert_int_eq(object_pack(&reader->slice->object, &slice), 0);
	const struct slice_part *part = ((const struct slice *)(const void *)slice)->parts;
	struct object **objects = (void *)(entry + 1);
	struct roster_endpoint *to = (void *)(objects + 1);
	struct roster_group *to_groups = (void *)(to + endpoints);
	struct roster_group_port *to_ports = (void *)(to_groups + groups);
	struct addr *to_outside = (void *)(to_ports + ports);

	*entry = *reader->entry;
	memcpy(to_outside, reader->outside, entry->external_ip_count * sizeof(*to_outside));
	entry->external_ips = to_outside;
	entry->references = 1;
	entry->service = (const void *)service;
	entry->objects = (void *)objects;
	entry->object_count = 1;
	objects[0] = slice;
	for (size_t i = 0; i < endpoints; i++) {
		to[i] = reader->endpoints[i];
		to[i].of = &part->endpoints[i];
	}
	for (size_t i = 0; i < groups; i++) {
		to_groups[i] = reader->groups[i];
		if (to_groups[i].port_count > 0)
			to_groups[i].ports = to_ports + (reader->groups[i].ports - reader->group_ports);
	}
	for (size_t i = 0; i < ports; i++) {
		to_ports[i] = reader->group_ports[i];
		to_ports[i].name = part->ports[i].name;
	}
	qsort(to, endpoints, sizeof(*to), compare_endpoints);
	entry->endpoints = to;
	entry->groups = to_groups;
	return entry;
}

struct roster_entry *
roster_text(const char *text)
{
	struct reader reader = { .arena = arena_new(0) };
	char *copy = arena_text(reader.arena, text), *at = NULL;

	begin(&reader, count_lines(text));
	for (char *line = strtok_r(copy, "\n", &at); line != NULL; line = strtok_r(NULL, "\n", &at))
		read_line(&reader, line);
	if (reader.entry->group_count == 0)
		reader.entry->group_count = 1;
	struct roster_entry *entry = finish(&reader);
	arena_free(reader.arena);
	return entry;
}
