/* test_bench_plan.c - the benchmark's world is one world, whichever way it is walked. */
#include "tests/bench/bench_plan.h"
#include "tests/suite.h"

START_TEST(parts_hold_each_service_once_in_order_of_namespace)
{
	struct bench_plan plan = plan_default();
	unsigned found = 0;

	plan.services = 1003;
	plan.headless = 97;
	plan.namespaces = 10;
	for (uint32_t part = 0; part < 7; part++) {
		struct bench_service service, same;
		uint32_t space = 0;

		for (uint32_t at = 0; plan_walk(&plan, part, 7, &at, &service); found++) {
			plan_service(&plan, service.number + (service.headless ? 1003 : 0), &same);
			ck_assert_mem_eq(&service, &same, sizeof(same));
			ck_assert_uint_lt(service.space, 10);
			ck_assert(service.headless || service.space >= space);
			space = service.space;
		}
	}
	ck_assert_uint_eq(found, 1100);
}
END_TEST

START_TEST(a_changed_service_has_no_address_of_the_old_or_new_world)
{
	struct bench_plan plan = plan_default(), changed = plan;
	struct bench_service before, after, last;

	changed.changed = 10001;
	for (uint32_t i = 0; i <= 10000; i += 10000) {
		plan_service(&plan, i, &before);
		plan_service(&changed, i, &after);
		plan_service(&plan, plan_count(&plan) - 1, &last);
		ck_assert(after.changed && !before.changed);
		ck_assert(before.headless || before.address != after.address);
		ck_assert_uint_gt(plan_endpoint(&after, 0), plan_endpoint(&last, 9));
		ck_assert_str_eq(before.name, after.name);
	}
	plan_service(&changed, 10001, &after);
	ck_assert(!after.changed);
}
END_TEST

START_TEST(addresses_are_written_as_each_format_wants_them)
{
	struct bench_plan plan = plan_default();
	struct bench_service service;

	ck_assert_str_eq(plan_dotted(0x0A0102FF).text, "10.1.2.255");
	ck_assert_str_eq(plan_dashed(0x0A0102FF).text, "10-1-2-255");
	ck_assert_str_eq(plan_reversed(0x0A0102FF).text, "255.2.1.10");
	plan.endpoints = 3;
	plan_service(&plan, 1, &service);
	ck_assert_str_eq(plan_dotted(service.address).text, "10.96.1.1");
	ck_assert_str_eq(plan_endpoint_label(&service, 2).text, "10-128-0-5");
	ck_assert_uint_eq(plan_weight(&service), 100);
	plan_service(&plan, 10000, &service);
	ck_assert_str_eq(plan_endpoint_label(&service, 2).text, "hl-10000-2");
	ck_assert_str_eq(plan_dotted(plan_endpoint(&service, 0)).text, "10.128.117.48");
	ck_assert_uint_eq(plan_weight(&service), 10);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("bench_plan");
	TCase *t = tcase_create("bench_plan");

	tcase_add_test(t, parts_hold_each_service_once_in_order_of_namespace);
	tcase_add_test(t, a_changed_service_has_no_address_of_the_old_or_new_world);
	tcase_add_test(t, addresses_are_written_as_each_format_wants_them);
	suite_add_tcase(s, t);
	return s;
}
