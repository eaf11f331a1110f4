/* test_allot_usage.c - how full the pools of addresses and ports are. */
#include <string.h>

#include "base/diag.h"
#include "model/allot.h"
#include "tests/model/build.h"
#include "tests/suite.h"

START_TEST(pools_count_what_is_given_and_what_is_held)
{
	struct cidr services[2], balancers;
	struct allot_settings settings = { .service_cidrs = services, .service_cidr_count = 2,
		.load_balancer_cidrs = &balancers, .load_balancer_cidr_count = 1,
		.node_port_first = 30000, .node_port_last = 30009, .hold_ms = 1000 };
	struct service *web = build_service("shop", "web", "app=web");
	struct allot_pool pools[ALLOT_POOLS_MAX];
	const struct allotment *given;
	struct diag *diag = diag_new();
	struct allot *allot;

	ck_assert_int_eq(cidr_parse("10.96.0.0/24", &services[0]), 0);
	ck_assert_int_eq(cidr_parse("fd00::/120", &services[1]), 0);
	ck_assert_int_eq(cidr_parse("192.0.2.0/28", &balancers), 0);
	allot = allot_new(&settings);
	web->type = SERVICE_LOAD_BALANCER;
	web->allocate_node_ports = true;
	build_port(web, "http", PROTOCOL_TCP, 80, 8080, NULL);
	ck_assert_int_eq(allot_reserve(allot, web, diag), 0);
	ck_assert_int_eq(allot_assign(allot, web, 1, diag, &given), 0);
	ck_assert_uint_eq(allot_pools(allot, pools), 4);
	ck_assert_str_eq(pools[0].range, "10.96.0.0/24");
	ck_assert_uint_eq(pools[0].size, 253);
	ck_assert_uint_eq(pools[0].taken, 1);
	ck_assert_uint_eq(pools[1].taken, 0);
	ck_assert_int_eq(pools[2].kind, POOL_BALANCERS);
	ck_assert_uint_eq(pools[2].size, 16);
	ck_assert_uint_eq(pools[2].taken, 1);
	ck_assert_str_eq(pools[3].range, "30000-30009");
	ck_assert_uint_eq(pools[3].size, 10);
	ck_assert_uint_eq(pools[3].taken, 1);
	allot_remove(allot, "shop", "web", 0);
	(void)allot_pools(allot, pools);
	ck_assert_uint_eq(pools[0].taken, 1);
	allot_expire(allot, 5000);
	(void)allot_pools(allot, pools);
	ck_assert_uint_eq(pools[0].taken, 0);
	ck_assert_uint_eq(pools[2].taken, 0);
	ck_assert_uint_eq(pools[3].taken, 0);
	allot_free(allot);
	object_unref(&web->object);
	diag_free(diag);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("allot_usage");
	TCase *tc = tcase_create("allot_usage");

	tcase_add_test(tc, pools_count_what_is_given_and_what_is_held);
	suite_add_tcase(s, tc);
	return s;
}
