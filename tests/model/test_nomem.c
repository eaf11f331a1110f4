/*
 * test_nomem.c - the n-th allocation fails, for each n: the model says ERR_NOMEM, nothing is
 * lost, nothing half done stays.
 */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "model/allot.h"
#include "model/membership.h"
#include "model/pool_addr.h"
#include "model/roster.h"
#include "model/store.h"
#include "tests/model/build.h"
#include "tests/scarce.h"
#include "tests/suite.h"

static struct service *
web_service(void)
{
	struct service *web = build_service("shop", "web", "app=web,tier=front");

	build_port(web, "http", PROTOCOL_TCP, 80, 0, "http");
	return web;
}

static struct object *
web_pod(const char *name, const char *ip)
{
	struct pod *pod = build_pod("shop", name, "app=web,tier=front,x=y", ip);

	build_container(pod, "main", "http", 8080, "r");
	return &pod->object;
}

static struct store *
small_world(void)
{
	struct store *store = store_new();
	struct object *objects[] = {
		&web_service()->object, web_pod("p1", "10.0.0.1"), web_pod("p2", "10.0.0.2"),
		&build_slice(KIND_ENDPOINT_SLICE, "shop", "web-1", "web", "10.0.0.9")->object,
	};

	ck_assert_int_eq(store_replace_file(store, "a.yaml", objects, 4, NULL), 0);
	return store;
}

static void
take_dirty(struct store *store)
{
	const struct store_key *keys;
	const char *const *names;

	store_take_dirty_services(store, SIZE_MAX, &keys);
	store_take_dirty_pods(store, SIZE_MAX, &keys);
	store_take_dirty_namespaces(store, &names);
	ck_assert(!store_is_dirty(store));
}

START_TEST(a_load_that_runs_out_of_memory_changes_nothing)
{
	int err = ERR_NOMEM;

	for (unsigned n = 1; err != 0; n++) {
		struct store *store = small_world();
		struct object *objects[] = {
			web_pod("p3", "10.0.0.3"), web_pod("p1", "10.0.0.4"),
			&build_service("new", "db", "app=db")->object, build_namespace("empty"),
			&build_service("new", "db", "app=db")->object,
			&build_slice(KIND_ENDPOINT_SLICE, "new", "s", "unstated", "10.0.0.9")->object,
			&build_slice(KIND_ENDPOINT_SLICE, "new", "t", "db", "10.0.0.9")->object,
		};

		take_dirty(store);
		build_change(objects[1], n);
		scarce_fail_at(n);
		err = store_replace_file(store, "a.yaml", objects, 7, NULL);
		ck_assert_int_eq(err, scarce_failed() ? ERR_NOMEM : 0);
		ck_assert_uint_eq(store_count_file(store, "a.yaml"), err != 0 ? 4 : 7);
		ck_assert_int_eq(store_is_dirty(store), err == 0);
		ck_assert_int_eq(store_has_namespace(store, "new"), err == 0);
		ck_assert_int_eq(store_service(store, "shop", "web") != NULL, err != 0);
		ck_assert_int_eq(store_pod(store, "shop", "p3") != NULL, err == 0);
		store_free(store);
		ck_assert_uint_lt(n, 1000);
	}
}
END_TEST

START_TEST(an_entry_is_whole_or_not_made)
{
	struct store *store = small_world();
	struct roster_entry *entry = NULL;
	int err = ERR_NOMEM;

	for (unsigned n = 1; err != 0; n++) {
		scarce_fail_at(n);
		err = membership_build(store, store_service(store, "shop", "web"), NULL, &entry);
		ck_assert_int_eq(err, scarce_failed() ? ERR_NOMEM : 0);
		ck_assert_int_eq(entry != NULL, err == 0);
		ck_assert_uint_lt(n, 1000);
	}
	ck_assert_uint_eq(entry->endpoint_count, 3);
	roster_entry_unref(entry);
	store_free(store);
}
END_TEST

START_TEST(what_is_dirty_stays_so_until_it_can_be_told)
{
	struct store *store = small_world();
	const struct store_key *keys;
	size_t count = 0;

	for (unsigned n = 1; count == 0; n++) {
		ck_assert(store_is_dirty(store));
		scarce_fail_at(n);
		count = store_take_dirty_services(store, SIZE_MAX, &keys);
		scarce_failed();
		ck_assert_uint_lt(n, 10);
	}
	ck_assert_uint_eq(count, 1);
	ck_assert_str_eq(keys[0].name, "web");
	store_free(store);
}
END_TEST

START_TEST(a_verdict_is_kept_whole_or_refused)
{
	struct store *store = small_world();
	struct verdict_state state = { .verdict = VERDICT_FAIL, .reason = "status 503" };
	int err = ERR_NOMEM;

	for (unsigned n = 1; err != 0; n++) {
		scarce_fail_at(n);
		err = store_set_verdict(store, "pod/shop/p1/main/readiness", &state);
		ck_assert_int_eq(err, scarce_failed() ? ERR_NOMEM : 0);
		ck_assert_int_eq(store_verdict(store, "pod/shop/p1/main/readiness") != NULL, err == 0);
		ck_assert_uint_lt(n, 100);
	}
	store_free(store);
}
END_TEST

static struct allot *
small_allot(void)
{
	struct cidr cidrs[2];
	struct allot_settings settings = {
		.service_cidrs = &cidrs[0], .service_cidr_count = 1, .load_balancer_cidrs = &cidrs[1],
		.load_balancer_cidr_count = 1, .node_port_first = 30000, .node_port_last = 30003,
	};

	cidr_parse("10.96.0.0/30", &cidrs[0]);
	cidr_parse("192.0.2.1/32", &cidrs[1]);
	return allot_new(&settings);
}

/*
 * The network has one address, the balancers one, the range four: what a failure kept
 * would be missed.
 */
START_TEST(a_failed_assignment_gives_everything_back)
{
	struct service *web = web_service();
	struct service *other = build_service("shop", "other", "");
	const struct allotment *given = NULL;
	int err = ERR_NOMEM;

	web->type = other->type = SERVICE_LOAD_BALANCER;
	web->ports[0].node_port = 30002;
	build_port(web, "https", PROTOCOL_TCP, 443, 0, NULL);
	for (uint16_t i = 0; i < 4; i++)
		build_port(other, "p", PROTOCOL_TCP, (uint16_t)(80 + i), 0, NULL);
	for (unsigned n = 1; err != 0; n++) {
		struct allot *allot = small_allot();

		scarce_fail_at(n);
		err = allot_reserve(allot, web, NULL);
		if (err == 0)
			err = allot_assign(allot, web, 1, NULL, &given);
		/*
		 * Without memory for its place a conflict names one place; that is no
		 * failure.
		 */
		bool failed = scarce_failed();
		ck_assert(!failed || err == ERR_NOMEM || err == 0);
		allot_remove(allot, "shop", "web", 0);
		ck_assert_int_eq(allot_reserve(allot, other, NULL), 0);
		ck_assert_int_eq(allot_assign(allot, other, 1, NULL, &given), 0);
		ck_assert_uint_eq(given->node_port_count, 4);
		ck_assert_int_eq(given->load_balancer_ip.family, ADDR_IP4);
		ck_assert_uint_eq(given->cluster_ip_count, 1);
		allot_free(allot);
		err = failed ? ERR_NOMEM : 0;
		ck_assert_uint_lt(n, 200);
	}
	object_unref(&web->object);
	object_unref(&other->object);
}
END_TEST

START_TEST(an_address_that_cannot_be_held_is_free_at_once)
{
	struct cidr cidr;
	struct pool_addr *pool;
	struct addr addr, again;
	static const char a, b;

	cidr_parse("10.0.0.0/30", &cidr);
	pool = pool_addr_new(&cidr, 1, true);
	ck_assert_int_eq(pool_addr_allot(pool, ADDR_IP4, 0, &a, &addr), 0);
	scarce_fail_at(1);
	pool_addr_release(pool, &addr, 1000);
	ck_assert(scarce_failed());
	ck_assert_int_eq(pool_addr_allot(pool, ADDR_IP4, 0, &b, &again), 0);
	ck_assert_int_eq(addr_compare(&addr, &again), 0);
	pool_addr_free(pool);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("nomem");
	TCase *tc = tcase_create("nomem");

	tcase_add_test(tc, a_load_that_runs_out_of_memory_changes_nothing);
	tcase_add_test(tc, an_entry_is_whole_or_not_made);
	tcase_add_test(tc, what_is_dirty_stays_so_until_it_can_be_told);
	tcase_add_test(tc, a_verdict_is_kept_whole_or_refused);
	tcase_add_test(tc, a_failed_assignment_gives_everything_back);
	tcase_add_test(tc, an_address_that_cannot_be_held_is_free_at_once);
	suite_add_tcase(s, tc);
	return s;
}
