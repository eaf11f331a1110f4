/* test_health.c - the health pages over a real socket. */
#include <event2/event.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/err.h"
#include "base/latency.h"
#include "base/strbuf.h"
#include "ops/health.h"
#include "ops/httpd.h"
#include "tests/ops/http_client.h"
#include "tests/suite.h"

static struct event_base *loop;
static struct httpd *httpd;
static struct health *health;
static bool loaded;
static bool probed;
static char got[65536];

static bool
check_load(void *arg, struct strbuf *why)
{
	ck_assert_ptr_eq(arg, &loaded);
	(void)why;
	return loaded;
}

static bool
check_probes(void *arg, struct strbuf *why)
{
	(void)arg;
	if (!probed)
		strbuf_add(why, "2 of 3 targets have no result yet");
	return probed;
}

static double
value_seven(void *arg)
{
	ck_assert_ptr_eq(arg, &loaded);
	return 7;
}

static const struct health_check checks[] = { { "load", check_load }, { "probes", check_probes } };
static const struct health_metric metrics[] = {
	{ "rollcall_reloads_total", "counter", "Reloads.", value_seven },
};

static void
say_two(void *arg, struct health_sampler *sampler)
{
	ck_assert_ptr_eq(arg, &loaded);
	health_say(sampler, "to=\"192.0.2.1:53\"", 1);
	health_say(sampler, "to=\"[2001:db8::1]:53\"", 0);
}

static void
say_durations(void *arg, struct health_sampler *sampler)
{
	struct latency took = { .total = 0 };

	(void)arg;
	latency_note(&took, 20);
	health_say_durations(sampler, "to=\"a\"", &took);
	health_say_durations(sampler, "to=\"b\"", &took);
}

static void
say_nothing(void *arg, struct health_sampler *sampler)
{
	(void)arg, (void)sampler;
}

static const struct health_family families[] = {
	{ "rollcall_upstream_up", "gauge", "Is it?", say_two },
	{ "rollcall_nothing", "gauge", "Not there.", say_nothing },
	{ "rollcall_took_seconds", "histogram", "How long.", say_durations },
};

static void
setup(void)
{
	struct addr_port at;
	struct health_settings settings = {
		.checks = checks, .check_count = 2, .metrics = metrics, .metric_count = 1,
		.families = { { families, 3 } }, .arg = &loaded,
	};

	loaded = probed = true;
	loop = event_base_new();
	ck_assert_int_eq(addr_port_parse("127.0.0.1:0", &at), 0);
	ck_assert_int_eq(httpd_new(loop, &httpd), 0);
	ck_assert_int_eq(httpd_listen(httpd, &at), 0);
	ck_assert_uint_ne(httpd_bound(httpd)->port, 0);
	ck_assert_int_eq(health_start(httpd, &settings, &health), 0);
}

static void
teardown(void)
{
	httpd_free(httpd);
	health_stop(health);
	event_base_free(loop);
}

/* The whole reply to a request; `line` is its first line. */
static const char *
ask(const char *line)
{
	int fd = http_client_connect(httpd_bound(httpd));

	http_client_send(fd, line);
	http_client_send(fd, " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
	ck_assert(http_client_read(loop, fd, got, sizeof(got)));
	close(fd);
	return got;
}

static const char *
body(void)
{
	const char *end = strstr(got, "\r\n\r\n");

	return end == NULL ? "(no body)" : end + 4;
}

#define ck_assert_status(text, code) ck_assert_msg(strncmp(text, "HTTP/1.1 " code " ", 13) == 0, "%s", got)

START_TEST(alive_is_alive_ready_or_not)
{
	loaded = false;
	ck_assert_status(ask("GET /healthz"), "200");
	ck_assert_str_eq(body(), "ok");
	ck_assert_status(ask("GET /livez"), "200");
	health_set_stopping(health);
	ck_assert_status(ask("GET /livez?verbose"), "200");
}
END_TEST

START_TEST(ready_only_when_every_check_is)
{
	ck_assert_status(ask("GET /readyz"), "200");
	ck_assert_str_eq(body(), "ok");
	ck_assert_status(ask("GET /readyz?verbose"), "200");
	ck_assert_str_eq(body(), "[+]load ok\n[+]probes ok\nreadyz check passed\n");
	ask("GET /readyz?a=b&verbose=1");
	ck_assert_str_eq(body(), "[+]load ok\n[+]probes ok\nreadyz check passed\n");
	ask("GET /readyz?verbosely");
	ck_assert_str_eq(body(), "ok");
	probed = false;
	ck_assert_status(ask("GET /readyz"), "503");
	ck_assert_str_eq(body(),
	    "[+]load ok\n[-]probes failed: 2 of 3 targets have no result yet\nreadyz check failed\n");
	loaded = false;
	ask("GET /readyz");
	ck_assert_ptr_nonnull(strstr(body(), "[-]load failed\n"));
}
END_TEST

START_TEST(stopping_fails_readiness_at_once)
{
	health_set_stopping(health);
	ck_assert_status(ask("GET /readyz?verbose"), "503");
	ck_assert_str_eq(body(), "shutting down\n");
}
END_TEST

START_TEST(metrics_are_in_the_text_format)
{
	static const char first[] = "# HELP rollcall_reloads_total Reloads.\n"
	    "# TYPE rollcall_reloads_total counter\nrollcall_reloads_total 7\n";

	ck_assert_status(ask("GET /metrics"), "200");
	ck_assert_ptr_nonnull(strstr(got, "\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n"));
	ck_assert_int_eq(strncmp(body(), first, sizeof(first) - 1), 0);
}
END_TEST

START_TEST(families_have_one_head_and_a_sample_for_each_label)
{
	const char *body = ask("GET /metrics");

	ck_assert_ptr_nonnull(strstr(body, "# HELP rollcall_upstream_up Is it?\n"
	    "# TYPE rollcall_upstream_up gauge\n"
	    "rollcall_upstream_up{to=\"192.0.2.1:53\"} 1\n"
	    "rollcall_upstream_up{to=\"[2001:db8::1]:53\"} 0\n"
	    "# HELP rollcall_took_seconds How long.\n"
	    "# TYPE rollcall_took_seconds histogram\n"
	    "rollcall_took_seconds_bucket{to=\"a\",le=\"1.6e-05\"} 0\n"));
	ck_assert_ptr_nonnull(strstr(body, "rollcall_took_seconds_count{to=\"a\"} 1\n"
	    "rollcall_took_seconds_bucket{to=\"b\",le=\"1.6e-05\"} 0\n"));
	ck_assert_ptr_null(strstr(body, "rollcall_nothing"));
}
END_TEST

START_TEST(head_has_the_head_of_get_and_no_body)
{
	char want[64];

	ask("GET /metrics");
	snprintf(want, sizeof(want), "\r\nContent-Length: %zu\r\n", strlen(body()));
	ck_assert_ptr_nonnull(strstr(got, want));
	ck_assert_status(ask("HEAD /metrics"), "200");
	ck_assert_ptr_nonnull(strstr(got, want));
	ck_assert_str_eq(body(), "");
}
END_TEST

START_TEST(what_is_not_there_and_what_is_not_allowed_are_told)
{
	ck_assert_status(ask("GET /"), "404");
	ck_assert_status(ask("GET /healthz/x"), "404");
	ck_assert_status(ask("GET /../healthz"), "404");
	ck_assert_status(ask("POST /healthz"), "405");
	ck_assert_ptr_nonnull(strstr(got, "\r\nAllow: GET, HEAD\r\n"));
	ck_assert_status(ask("DELETE /readyz"), "405");
}
END_TEST

START_TEST(a_head_that_is_too_large_gets_nothing)
{
	static char big[16384];
	int fd = http_client_connect(httpd_bound(httpd));

	memset(big, 'a', sizeof(big) - 1);
	http_client_send(fd, "GET /healthz HTTP/1.1\r\nX: ");
	http_client_send(fd, big);
	ck_assert(http_client_read(loop, fd, got, sizeof(got)));
	ck_assert_ptr_null(strstr(got, "200 OK"));
	close(fd);
}
END_TEST

START_TEST(garbage_is_survived)
{
	static const char *const requests[] = {
		"\r\n\r\n", "GET\r\n\r\n", "GET /healthz\r\n\r\n", "\x16\x03\x01\x02\r\n\r\n",
		"GET /healthz HTTP/9.9\r\n\r\n", "GET http://[::1/ HTTP/1.1\r\n\r\n",
		"POST /healthz HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n",
		"POST /healthz HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
		"POST /healthz HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\nx",
	};

	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		int fd = http_client_connect(httpd_bound(httpd));

		http_client_send(fd, requests[i]);
		http_client_wait(loop, 5);
		close(fd);
	}
	ck_assert_status(ask("GET /healthz"), "200");
}
END_TEST

static int
highest_fd(void)
{
	int fd = dup(0);

	close(fd);
	return fd;
}

START_TEST(requests_leave_no_descriptor_behind)
{
	int before;

	ask("GET /healthz");
	http_client_wait(loop, 300);
	before = highest_fd();
	for (int i = 0; i < 50; i++)
		ask("GET /healthz");
	http_client_wait(loop, 300);
	ck_assert_int_eq(highest_fd(), before);
}
END_TEST

START_TEST(without_descriptors_accepting_rests)
{
	struct rlimit limit, before;
	struct rusage usage;
	int fd = http_client_connect(httpd_bound(httpd));
	double cpu_s;

	getrlimit(RLIMIT_NOFILE, &before);
	limit = before;
	limit.rlim_cur = (rlim_t)highest_fd();
	setrlimit(RLIMIT_NOFILE, &limit);
	getrusage(RUSAGE_SELF, &usage);
	cpu_s = (double)usage.ru_utime.tv_sec + (double)usage.ru_utime.tv_usec / 1e6;
	http_client_wait(loop, 350);
	getrusage(RUSAGE_SELF, &usage);
	cpu_s = (double)usage.ru_utime.tv_sec + (double)usage.ru_utime.tv_usec / 1e6 - cpu_s;
	ck_assert_double_lt(cpu_s, 0.1);
	setrlimit(RLIMIT_NOFILE, &before);
	http_client_send(fd, "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
	ck_assert(http_client_read(loop, fd, got, sizeof(got)));
	ck_assert_status(got, "200");
	close(fd);
}
END_TEST

START_TEST(an_address_in_use_is_an_error)
{
	struct httpd *other = NULL;

	ck_assert_int_eq(httpd_new(loop, &other), 0);
	ck_assert_int_eq(httpd_listen(other, httpd_bound(httpd)), ERR_SYSTEM);
	httpd_free(other);
	httpd_free(NULL);
	health_stop(NULL);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("health");
	TCase *tc = tcase_create("health");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, alive_is_alive_ready_or_not);
	tcase_add_test(tc, ready_only_when_every_check_is);
	tcase_add_test(tc, stopping_fails_readiness_at_once);
	tcase_add_test(tc, metrics_are_in_the_text_format);
	tcase_add_test(tc, families_have_one_head_and_a_sample_for_each_label);
	tcase_add_test(tc, head_has_the_head_of_get_and_no_body);
	tcase_add_test(tc, what_is_not_there_and_what_is_not_allowed_are_told);
	tcase_add_test(tc, a_head_that_is_too_large_gets_nothing);
	tcase_add_test(tc, garbage_is_survived);
	tcase_add_test(tc, requests_leave_no_descriptor_behind);
	tcase_add_test(tc, without_descriptors_accepting_rests);
	tcase_add_test(tc, an_address_in_use_is_an_error);
	suite_add_tcase(s, tc);
	return s;
}
