/* test_allot_keep.c - over random loads and restarts no address moves, doubles or is lost. */
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "model/allot.h"
#include "tests/model/build.h"
#include "tests/suite.h"

#define SERVICES 60
#define CYCLES 1000

/* What a file of the state folder would say, and what each Service was first given. */
struct kept {
	bool there;
	bool on_disk;
	struct addr disk_ips[2];
	size_t disk_ip_count;
	uint16_t disk_port;
	struct addr ip;
	uint16_t port;
};

static struct kept world[SERVICES];
static struct service *services[SERVICES];
static struct allot *allot;
static uint64_t now_ms;

/* A generator of our own (SplitMix64): a run can be repeated anywhere. */
static uint64_t seed = 20;
static uint64_t
next_random(void)
{
	uint64_t z = seed += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

static size_t
index_of(const char *name)
{
	return (size_t)strtoul(name + 1, NULL, 10);
}

static struct allot *
new_allot(void)
{
	struct cidr cidr;
	struct allot_settings settings = {
		.service_cidrs = &cidr, .service_cidr_count = 1, .node_port_first = 30000,
		.node_port_last = 30099, .hold_ms = 50,
	};

	cidr_parse("10.96.0.0/25", &cidr);
	return allot_new(&settings);
}

static int
save(void *arg, const struct allotment *given)
{
	struct kept *kept = &world[index_of(given->name)];

	(void)arg;
	kept->on_disk = true;
	kept->disk_ip_count = given->cluster_ip_count;
	memcpy(kept->disk_ips, given->cluster_ips, sizeof(kept->disk_ips));
	kept->disk_port = given->node_port_count > 0 ? given->node_ports[0].node_port : 0;
	return 0;
}

static void
save_all(void)
{
	const char *const *names;
	size_t count = allot_take_removed(allot, &names);

	for (size_t i = 0; i < count; i++)
		world[index_of(strchr(names[i], '/') + 1)].on_disk = false;
	ck_assert_int_eq(allot_each_unsaved(allot, save, NULL), 0);
	allot_mark_saved(allot);
}

/* The daemon dies and starts again with what is on disk. */
static void
restart(void)
{
	struct diag *diag = diag_new();

	allot_free(allot);
	allot = new_allot();
	for (size_t i = 0; i < SERVICES; i++) {
		struct allotted_port port = { 80, PROTOCOL_TCP, world[i].disk_port };
		struct allotment from = {
			.ns = "shop", .name = services[i]->object.name,
			.families = { ADDR_IP4 }, .family_count = 1,
			.cluster_ip_count = world[i].disk_ip_count,
			.node_ports = &port, .node_port_count = world[i].disk_port != 0,
		};

		memcpy(from.cluster_ips, world[i].disk_ips, sizeof(from.cluster_ips));
		if (world[i].on_disk)
			ck_assert_int_eq(allot_restore(allot, &from, diag), 0);
	}
	ck_assert_uint_eq(diag_count(diag, SEVERITY_ERROR), 0);
	diag_free(diag);
}

/* A load: some Services appear, some go. */
static void
change(void)
{
	for (size_t i = 0; i < SERVICES; i++) {
		if (next_random() % 10 != 0)
			continue;
		if (world[i].there)
			allot_remove(allot, "shop", services[i]->object.name, now_ms);
		world[i].there = !world[i].there;
		world[i].ip.family = ADDR_NONE;
		world[i].port = 0;
	}
}

static void
check_unique(void)
{
	for (size_t i = 0; i < SERVICES; i++) {
		for (size_t j = 0; world[i].there && j < i; j++) {
			if (!world[j].there)
				continue;
			ck_assert_int_ne(addr_compare(&world[i].ip, &world[j].ip), 0);
			ck_assert_uint_ne(world[i].port, world[j].port);
		}
	}
}

static void
assign_all(void)
{
	const struct allotment *given;

	for (size_t i = 0; i < SERVICES; i++)
		if (world[i].there)
			ck_assert_int_eq(allot_reserve(allot, services[i], NULL), 0);
	for (size_t i = 0; i < SERVICES; i++) {
		if (!world[i].there)
			continue;
		ck_assert_int_eq(allot_assign(allot, services[i], next_random(), NULL, &given), 0);
		ck_assert_uint_eq(given->cluster_ip_count, 1);
		ck_assert_uint_eq(given->node_port_count, 1);
		if (world[i].ip.family == ADDR_NONE) {
			world[i].ip = given->cluster_ips[0];
			world[i].port = given->node_ports[0].node_port;
		}
		ck_assert_int_eq(addr_compare(&world[i].ip, &given->cluster_ips[0]), 0);
		ck_assert_uint_eq(world[i].port, given->node_ports[0].node_port);
	}
}

START_TEST(a_thousand_random_reloads_keep_every_address)
{
	char name[16];

	allot = new_allot();
	for (size_t i = 0; i < SERVICES; i++) {
		snprintf(name, sizeof(name), "s%zu", i);
		services[i] = build_service("shop", name, "app=x");
		services[i]->type = SERVICE_NODE_PORT;
		build_port(services[i], "http", PROTOCOL_TCP, 80, 0, NULL);
	}
	for (int cycle = 0; cycle < CYCLES; cycle++) {
		now_ms += next_random() % 40;
		allot_expire(allot, now_ms);
		change();
		assign_all();
		check_unique();
		save_all();
		if (next_random() % 8 == 0)
			restart();
	}
	for (size_t i = 0; i < SERVICES; i++)
		object_unref(&services[i]->object);
	allot_free(allot);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("allot_keep");
	TCase *tc = tcase_create("allot_keep");

	tcase_add_test(tc, a_thousand_random_reloads_keep_every_address);
	tcase_set_timeout(tc, 60);
	suite_add_tcase(s, tc);
	return s;
}
