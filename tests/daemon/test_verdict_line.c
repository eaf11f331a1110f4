/* test_verdict_line.c - a change of verdict is told in one line with all that matters. */
#include <string.h>

#include "daemon/verdict_line.h"
#include "model/store.h"
#include "probe/schedule.h"
#include "tests/suite.h"

static struct target
web_target(uint16_t port)
{
	struct target target = { .id = "service/shop/web/10.8.0.7:8080",
		.ns = "shop",
		.service_name = "web",
		.port = port };

	ck_assert_int_eq(addr_parse("10.8.0.7", &target.addr), 0);
	return target;
}

static void
expect(
    const struct schedule_report *report, const struct verdict_state *before, const char *expected)
{
	char line[512];

	ck_assert_str_eq(verdict_line(report, before, line, sizeof(line)), expected);
}

START_TEST(a_failure_names_its_reason_and_run)
{
	struct target target = web_target(8080);
	struct outcome outcome = { .code = OUTCOME_CONNECT_REFUSED, .took_us = 1900 };
	struct verdict_state before = { .verdict = VERDICT_PASS };
	struct schedule_report report = { .kind = PROBE_READINESS,
		.verdict = VERDICT_FAIL,
		.run = 3,
		.threshold = 3,
		.target = &target,
		.outcome = &outcome };

	expect(&report, &before,
	    "endpoint shop/web 10.8.0.7:8080 ready -> not ready: connect refused (2 ms, 3 of 3)");
}
END_TEST

START_TEST(the_first_result_comes_from_unknown)
{
	struct target target = web_target(0);
	struct outcome outcome = { .code = OUTCOME_HTTP_STATUS, .value = 503, .took_us = 400 };
	struct schedule_report report = { .kind = PROBE_READINESS,
		.verdict = VERDICT_FAIL,
		.run = 1,
		.threshold = 3,
		.target = &target,
		.outcome = &outcome };

	expect(&report, NULL,
	    "endpoint shop/web 10.8.0.7 unknown -> not ready: status 503 (0 ms, 1 of 3)");
}
END_TEST

START_TEST(kinds_of_a_pod_and_restored_verdicts_are_told_apart)
{
	struct target target = web_target(80);
	struct outcome outcome = { .code = OUTCOME_CONNECT_REFUSED, .took_us = 500 };
	struct verdict_state before = { .verdict = VERDICT_PASS, .restored = true };
	struct schedule_report report = { .kind = PROBE_LIVENESS, .verdict = VERDICT_FAIL, .run = 1,
		.threshold = 1, .target = &target, .outcome = &outcome };

	target.service_name = NULL;
	target.pod_name = "web-1";
	expect(&report, &before,
	    "endpoint shop/web-1 10.8.0.7:80 alive (restored) -> not alive: connect refused (1 ms, 1 of 1)");
	report.kind = PROBE_STARTUP;
	expect(&report, NULL,
	    "endpoint shop/web-1 10.8.0.7:80 unknown -> not started: connect refused (1 ms, 1 of 1)");
}
END_TEST

START_TEST(a_fault_says_that_the_verdict_stays)
{
	struct target target = web_target(8080);
	struct outcome outcome = { .code = OUTCOME_FAULT_FILES };
	struct schedule_report report = { .kind = PROBE_READINESS, .verdict = VERDICT_PASS,
		.target = &target, .outcome = &outcome };
	char line[512];

	ck_assert_str_eq(verdict_line_fault(&report, line, sizeof(line)),
	    "endpoint shop/web 10.8.0.7:8080 could not be probed, stays ready: checker is out of file descriptors");
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("verdict_line");
	TCase *t = tcase_create("verdict_line");

	tcase_add_test(t, a_failure_names_its_reason_and_run);
	tcase_add_test(t, the_first_result_comes_from_unknown);
	tcase_add_test(t, kinds_of_a_pod_and_restored_verdicts_are_told_apart);
	tcase_add_test(t, a_fault_says_that_the_verdict_stays);
	suite_add_tcase(s, t);
	return s;
}
