/* roster_text.c - a roster entry out of a few lines that a person can read, for tests. */
#include "tests/dns/roster_text.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "model/roster.h"

#define ITEMS_MAX 256

struct reader {
	struct arena *arena;            /* the Service's; holds all but the entry */
	struct roster_entry *entry;
	struct service *service;
	struct roster_group *groups;
	struct roster_endpoint *endpoints;
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
	port->protocol = read_protocol(next_word(at));
	port->port = (uint16_t)atoi(next_word(at));
}

static void
read_group(struct reader *reader, char **at)
{
	struct roster_group *group = &reader->groups[reader->entry->group_count++];
	struct roster_group_port *ports = arena_array(reader->arena, ITEMS_MAX, sizeof(*ports));

	group->ports = ports;
	for (char *word; (word = strtok_r(NULL, " \t", at)) != NULL;) {
		char *rest = NULL;
		struct roster_group_port *port = &ports[group->port_count++];

		port->service_port = ROSTER_NO_PORT;
		port->name = read_name(reader, strtok_r(word, "/", &rest));
		port->protocol = (uint8_t)read_protocol(strtok_r(NULL, "/", &rest));
		port->port = (uint16_t)atoi(strtok_r(NULL, "/", &rest));
	}
}

static void
read_endpoint(struct reader *reader, char **at)
{
	struct roster_entry *entry = reader->entry;
	struct roster_endpoint *endpoint = &reader->endpoints[entry->endpoint_count++];
	struct endpoint *stated = arena_alloc(reader->arena, sizeof(*stated));

	ck_assert_int_eq(addr_parse(next_word(at), &stated->addr), 0);
	endpoint->of = stated;
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

struct roster_entry *
roster_text(const char *text)
{
	struct reader reader = { .arena = arena_new(0) };
	char *copy = arena_text(reader.arena, text), *at = NULL;
	struct roster_entry *entry = malloc(sizeof(*entry));
	struct service *service = arena_alloc(reader.arena, sizeof(*service));

	reader.entry = entry;
	reader.service = service;
	service->object.references = 1;
	service->object.arena = reader.arena;
	service->ports = arena_array(reader.arena, ITEMS_MAX, sizeof(*service->ports));
	reader.groups = arena_array(reader.arena, ITEMS_MAX, sizeof(*reader.groups));
	reader.endpoints = arena_array(reader.arena, count_lines(text), sizeof(*reader.endpoints));
	*entry = (struct roster_entry){ .references = 1, .service = service, .groups = reader.groups,
		.endpoints = reader.endpoints };
	for (char *line = strtok_r(copy, "\n", &at); line != NULL; line = strtok_r(NULL, "\n", &at))
		read_line(&reader, line);
	if (entry->group_count == 0)
		entry->group_count = 1;
	qsort(reader.endpoints, entry->endpoint_count, sizeof(*reader.endpoints),
	    compare_endpoints);
	return entry;
}
