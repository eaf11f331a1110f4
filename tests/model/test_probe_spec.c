/* test_probe_spec.c - equality and copies of probe specs. */
#include "model/probe_spec.h"

#include <string.h>

#include "tests/suite.h"

static struct http_header headers[] = { { "Host", "shop" }, { "X-A", "1" } };
static const char *command[] = { "/bin/sh", "-c", "true" };

static struct probe_spec
sample(void)
{
	return (struct probe_spec){
		.engine = ENGINE_HTTP, .initial_delay_ms = 1, .period_ms = 10000, .timeout_ms = 1000,
		.success_threshold = 1, .failure_threshold = 3, .port = { 0, "http" },
		.host = "192.0.2.1", .path = "/healthz", .headers = headers, .header_count = 2,
		.command = command, .command_count = 3, .grpc_service = "",
		.dns_name = "a.example", .dns_type = 1,
	};
}

START_TEST(a_copy_equals_its_original_and_shares_nothing_with_it)
{
	struct probe_spec spec = sample();
	struct probe_spec *copy = probe_spec_clone(&spec);

	ck_assert_ptr_nonnull(copy);
	ck_assert(probe_spec_equal(&spec, copy));
	ck_assert_ptr_ne(copy->headers, spec.headers);
	ck_assert_ptr_ne(copy->headers[1].value, spec.headers[1].value);
	ck_assert_str_eq(copy->headers[1].value, "1");
	ck_assert_ptr_ne(copy->command, spec.command);
	ck_assert_str_eq(copy->command[2], "true");
	ck_assert_ptr_ne(copy->dns_name, spec.dns_name);
	ck_assert_ptr_ne(copy->path, spec.path);
	probe_spec_free(copy);
}
END_TEST

START_TEST(what_is_not_stated_stays_so_in_the_copy)
{
	struct probe_spec spec = { .engine = ENGINE_TCP, .port = { 80, NULL } };
	struct probe_spec *copy = probe_spec_clone(&spec);

	ck_assert(probe_spec_equal(&spec, copy));
	ck_assert_ptr_null(copy->host);
	ck_assert_ptr_null(copy->headers);
	ck_assert_ptr_null(copy->command);
	ck_assert_ptr_null(copy->port.name);
	probe_spec_free(copy);
	probe_spec_free(NULL);
}
END_TEST

#define DIFFERS(field, value) do { \
	struct probe_spec other = sample(); \
	other.field = (value); \
	ck_assert_msg(!probe_spec_equal(&spec, &other), #field); \
} while (0)

START_TEST(every_field_makes_a_difference)
{
	struct probe_spec spec = sample();
	struct http_header other_headers[] = { { "Host", "shop" }, { "X-A", "2" } };
	const char *other_command[] = { "/bin/sh", "-c", "false" };

	DIFFERS(engine, ENGINE_TCP);
	DIFFERS(initial_delay_ms, 2);
	DIFFERS(period_ms, 1);
	DIFFERS(timeout_ms, 2);
	DIFFERS(success_threshold, 2);
	DIFFERS(failure_threshold, 2);
	DIFFERS(port.number, 2);
	DIFFERS(port.name, "https");
	DIFFERS(port.name, NULL);
	DIFFERS(host, NULL);
	DIFFERS(https, true);
	DIFFERS(tls_verify, true);
	DIFFERS(path, "/");
	DIFFERS(headers, other_headers);
	DIFFERS(header_count, 1);
	DIFFERS(command, other_command);
	DIFFERS(command_count, 2);
	DIFFERS(dns_name, "b.example");
	DIFFERS(dns_type, 28);
	DIFFERS(grpc_service, "x");
}
END_TEST

START_TEST(engines_and_kinds_are_named_as_in_manifests)
{
	ck_assert_str_eq(probe_engine_text(ENGINE_HTTP), "httpGet");
	ck_assert_str_eq(probe_engine_text(ENGINE_TCP), "tcpSocket");
	ck_assert_str_eq(probe_engine_text(ENGINE_EXEC), "exec");
	ck_assert_str_eq(probe_engine_text(ENGINE_GRPC), "grpc");
	ck_assert_str_eq(probe_engine_text(ENGINE_DNS), "dns");
	ck_assert_str_eq(probe_kind_text(PROBE_STARTUP), "startup");
	ck_assert_str_eq(probe_kind_text(PROBE_READINESS), "readiness");
	ck_assert_str_eq(probe_kind_text(PROBE_LIVENESS), "liveness");
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("probe_spec");
	TCase *tc = tcase_create("probe_spec");

	tcase_add_test(tc, a_copy_equals_its_original_and_shares_nothing_with_it);
	tcase_add_test(tc, what_is_not_stated_stays_so_in_the_copy);
	tcase_add_test(tc, every_field_makes_a_difference);
	tcase_add_test(tc, engines_and_kinds_are_named_as_in_manifests);
	suite_add_tcase(s, tc);
	return s;
}
