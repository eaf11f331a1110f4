/* test_metric.c - counters only rise, gauges are set, all have names of their own. */
#include <stdbool.h>
#include <string.h>

#include "base/metric.h"
#include "tests/suite.h"

START_TEST(every_metric_is_named_as_prometheus_wants)
{
	for (unsigned i = 0; i < METRIC_COUNT; i++) {
		const struct metric_info *info = metric_info((enum metric)i);

		ck_assert_ptr_nonnull(info->name);
		ck_assert_int_eq(strncmp(info->name, "rollcall_", 9), 0);
		ck_assert_uint_gt(strlen(info->help), 0);

		size_t len = strlen(info->name);
		bool total = len > 6 && strcmp(info->name + len - 6, "_total") == 0;

		ck_assert_str_eq(info->type, total ? "counter" : "gauge");
		for (unsigned k = 0; k < i; k++)
			ck_assert_str_ne(info->name, metric_info((enum metric)k)->name);
	}
}
END_TEST

START_TEST(counters_only_rise)
{
	struct metrics metrics = { { 0 } };

	metric_count(&metrics, METRIC_RELOADS);
	metric_add(&metrics, METRIC_RELOADS, 4);
	metric_add(&metrics, METRIC_RELOADS, -3);
	metric_set(&metrics, METRIC_RELOADS, 1);
	ck_assert_double_eq(metric_value(&metrics, METRIC_RELOADS), 5);
	ck_assert_double_eq(metric_value(&metrics, METRIC_FILES), 0);
}
END_TEST

START_TEST(gauges_are_set_and_raised)
{
	struct metrics metrics = { { 0 } };

	metric_set(&metrics, METRIC_FILES_BROKEN, 3);
	metric_add(&metrics, METRIC_FILES_BROKEN, -1);
	ck_assert_double_eq(metric_value(&metrics, METRIC_FILES_BROKEN), 2);
	metric_raise(&metrics, METRIC_PROBE_LATENESS_MAX, 0.5);
	metric_raise(&metrics, METRIC_PROBE_LATENESS_MAX, 0.25);
	ck_assert_double_eq(metric_value(&metrics, METRIC_PROBE_LATENESS_MAX), 0.5);
}
END_TEST

START_TEST(counting_nowhere_is_allowed)
{
	metric_count(NULL, METRIC_RELOADS);
	metric_set(NULL, METRIC_FILES, 1);
	metric_raise(NULL, METRIC_FILES, 1);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("metric");
	TCase *tc = tcase_create("metric");

	tcase_add_test(tc, every_metric_is_named_as_prometheus_wants);
	tcase_add_test(tc, counters_only_rise);
	tcase_add_test(tc, gauges_are_set_and_raised);
	tcase_add_test(tc, counting_nowhere_is_allowed);
	suite_add_tcase(s, tc);
	return s;
}
