/* test_roster.c - references and equality of roster entries. */
#include "model/roster.h"

#include <stdlib.h>

#include "tests/suite.h"

static struct addr addrs[2] = { { ADDR_IP4, { 10, 0, 0, 1 } }, { ADDR_IP4, { 10, 0, 0, 2 } } };
static struct service_port port_table[] = {
	{ .name = "http", .protocol = PROTOCOL_TCP, .port = 80 },
};
static const uint16_t node_port_table[] = { 30080 };
static const struct roster_group_port group_ports[] = {
	{ .service_port = 0, .port = 8080, .name = "http" },
};
static const struct roster_group group_table[] = { { group_ports, 1 } };

struct world {
	struct roster_entry entry;
	struct service service;
	struct roster_endpoint endpoints[2];
	struct endpoint stated[2];
};

static void
fill(struct world *world)
{
	*world = (struct world){
		.endpoints = {
			{ .of = &world->stated[0], .answered = true, .named = true },
			{ .of = &world->stated[1], .presence = PRESENT_PROBE_FAILS,
			    .named = true },
		},
		.stated = {
			{ .addr = addrs[0], .hostname = "db-0" },
			{ .addr = addrs[1], .zone = "a" },
		},
		.service = {
			.object = { .ns = "shop", .name = "db" }, .ports = port_table,
			.port_count = 1,
		},
	};
	world->entry = (struct roster_entry){
		.references = 1, .generation = 1, .service = &world->service, .headless = true,
		.families = { ADDR_IP4, ADDR_NONE }, .family_count = 1,
		.cluster_ips = { addrs[0] }, .cluster_ip_count = 1,
		.external_ips = addrs, .external_ip_count = 1,
		.groups = group_table, .group_count = 1,
		.endpoints = world->endpoints, .endpoint_count = 2, .ready_count = 1,
		.answered_count = 1,
	};
}

#define DIFFERS(field, value) do { \
	fill(&b); \
	b.field = (value); \
	ck_assert_msg(!roster_entry_equal(&a.entry, &b.entry), #field); \
} while (0)

START_TEST(everything_but_references_and_generation_makes_a_difference)
{
	static const struct roster_group_port other_ports[] = {
		{ .service_port = 0, .port = 8081, .name = "http" },
	};
	static const struct roster_group other_groups[] = { { other_ports, 1 } };
	static struct service_port other_port_table[] = {
		{ .name = "http", .protocol = PROTOCOL_TCP, .port = 81 },
	};
	struct world a;
	struct world b;

	fill(&a);
	fill(&b);
	b.entry.references = 7;
	b.entry.generation = 9;
	ck_assert(roster_entry_equal(&a.entry, &b.entry));
	DIFFERS(service.object.ns, "x");
	DIFFERS(service.object.name, "x");
	DIFFERS(entry.type, SERVICE_NODE_PORT);
	DIFFERS(entry.headless, false);
	DIFFERS(entry.pending, true);
	DIFFERS(entry.publish_not_ready, true);
	DIFFERS(entry.panic, true);
	DIFFERS(entry.has_selector, true);
	DIFFERS(entry.families[0], ADDR_IP6);
	DIFFERS(entry.family_count, 0);
	DIFFERS(entry.cluster_ips[0], addrs[1]);
	DIFFERS(entry.cluster_ip_count, 0);
	DIFFERS(entry.external_ip_count, 2);
	DIFFERS(service.external_name, "x");
	DIFFERS(service.ports, other_port_table);
	DIFFERS(service.port_count, 0);
	DIFFERS(entry.node_ports, node_port_table);
	DIFFERS(entry.groups, other_groups);
	DIFFERS(entry.endpoint_count, 1);
	DIFFERS(entry.ready_count, 0);
	DIFFERS(entry.answered_count, 0);
	DIFFERS(stated[0].addr, addrs[1]);
	DIFFERS(endpoints[0].presence, PRESENT_NOT_READY);
	DIFFERS(endpoints[0].answered, false);
	DIFFERS(endpoints[0].terminating, true);
	DIFFERS(endpoints[1].group, 1);
	DIFFERS(endpoints[0].named, false);
	DIFFERS(stated[0].hostname, NULL);
	DIFFERS(stated[1].hostname, "db-1");
	DIFFERS(stated[0].pod_name, "x");
	DIFFERS(stated[0].node_name, "x");
	DIFFERS(stated[1].zone, "b");
}
END_TEST

START_TEST(the_last_reference_frees)
{
	struct service *service = calloc(1, sizeof(*service));
	struct roster_entry *entry = calloc(1, sizeof(*entry));

	service->object.references = 1;
	entry->service = service;
	entry->references = 1;
	ck_assert_ptr_eq(roster_entry_ref(entry), entry);
	ck_assert_uint_eq(entry->references, 2);
	roster_entry_unref(entry);
	ck_assert_uint_eq(entry->references, 1);
	roster_entry_unref(entry);
	roster_entry_unref(NULL);
	ck_assert_ptr_null(roster_entry_ref(NULL));
}
END_TEST

START_TEST(each_presence_has_words_of_its_own)
{
	for (int i = PRESENT_READY; i <= PRESENT_DRAINED; i++)
		for (int j = PRESENT_READY; j < i; j++)
			ck_assert_str_ne(presence_text((enum presence)i),
			    presence_text((enum presence)j));
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("roster");
	TCase *tc = tcase_create("roster");

	tcase_add_test(tc, everything_but_references_and_generation_makes_a_difference);
	tcase_add_test(tc, the_last_reference_frees);
	tcase_add_test(tc, each_presence_has_words_of_its_own);
	suite_add_tcase(s, tc);
	return s;
}
