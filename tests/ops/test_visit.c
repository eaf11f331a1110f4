/* test_visit.c - requests taken apart, replies whole and in pieces, clients that go away. */
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ops/httpd.h"
#include "ops/status.h"
#include "ops/visit.h"
#include "tests/ops/http_client.h"
#include "tests/suite.h"

static struct event_base *loop;
static struct httpd *httpd;
static char got[4 << 20];
static struct visit *held;
static size_t pieces;
static size_t most_waiting;
static int gone;

static void
echo(void *arg, struct visit *visit)
{
	char text[512];

	snprintf(text, sizeof(text), "%s %d %s %s %s", (const char *)arg, (int)visit_method(visit),
	    visit_path(visit), visit_query(visit, "a") == NULL ? "-" : visit_query(visit, "a"),
	    visit_header(visit, "X-Word") == NULL ? "-" : visit_header(visit, "X-Word"));
	visit_set_header(visit, "X-Answer", "yes");
	visit_reply(visit, 200, "text/plain", text, strlen(text));
}

static void
on_gone(void *arg)
{
	ck_assert_ptr_eq(arg, &gone);
	gone++;
	held = NULL;
}

static void
hold(void *arg, struct visit *visit)
{
	(void)arg;
	held = visit;
	visit_set_flow(visit, NULL, on_gone, &gone);
}

static void
give_pieces(void *arg)
{
	static char piece[10000];

	(void)arg;
	memset(piece, 'p', sizeof(piece));
	while (pieces > 0) {
		pieces--;
		if (!visit_more(held, piece, sizeof(piece))) {
			if (visit_waiting(held) > most_waiting)
				most_waiting = visit_waiting(held);
			return;
		}
	}
	visit_end(held);
	held = NULL;
}

static void
in_pieces(void *arg, struct visit *visit)
{
	hold(arg, visit);
	visit_set_flow(visit, give_pieces, on_gone, &gone);
	visit_begin(visit, 200, "text/plain");
	give_pieces(&gone);
}

static void
setup(void)
{
	struct addr_port at;

	held = NULL;
	gone = 0;
	loop = event_base_new();
	ck_assert_int_eq(addr_port_parse("127.0.0.1:0", &at), 0);
	ck_assert_int_eq(httpd_new(loop, &httpd), 0);
	ck_assert_int_eq(httpd_listen(httpd, &at), 0);
	ck_assert_int_eq(httpd_route(httpd, "/echo", echo, "echo"), 0);
	ck_assert_int_eq(httpd_route(httpd, "/echo/deeper", echo, "deeper"), 0);
	ck_assert_int_eq(httpd_route(httpd, "/hold", hold, NULL), 0);
	ck_assert_int_eq(httpd_route(httpd, "/pieces", in_pieces, NULL), 0);
}

static void
teardown(void)
{
	httpd_free(httpd);
	event_base_free(loop);
}

static const char *
ask(const char *line)
{
	int fd = http_client_connect(httpd_bound(httpd));

	http_client_send(fd, line);
	http_client_send(fd, " HTTP/1.1\r\nHost: localhost\r\nX-Word: w\r\nConnection: close\r\n\r\n");
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

START_TEST(the_longest_prefix_has_the_visit)
{
	static const struct { const char *line; const char *body; } cases[] = {
		{ "GET /echo", "echo 0 /echo - w" },
		{ "GET /echo/?a=1", "echo 0 /echo/ 1 w" },
		{ "GET /echo/x%20y?b=2&a=x+%26y", "echo 0 /echo/x y x &y w" },
		{ "GET /echo/deeper?a", "deeper 0 /echo/deeper  w" },
		{ "GET /echo/deepest", "echo 0 /echo/deepest - w" },
		{ "OPTIONS /echo", "echo 6 /echo - w" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ask(cases[i].line);
		ck_assert_str_eq(body(), cases[i].body);
		ck_assert_ptr_nonnull(strstr(got, "\r\nX-Answer: yes\r\n"));
	}
	ask("GET /echoes");
	ck_assert_int_eq(strncmp(got, "HTTP/1.1 404 ", 13), 0);
}
END_TEST

START_TEST(plain_http_is_read_only_and_says_how_to_write)
{
	static const char *const methods[] = { "POST", "PUT", "PATCH", "DELETE" };

	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		char line[64];

		snprintf(line, sizeof(line), "%s /echo", methods[i]);
		ask(line);
		ck_assert_int_eq(strncmp(got, "HTTP/1.1 403 ", 13), 0);
		ck_assert_ptr_nonnull(strstr(got, "\"kind\":\"Status\""));
		ck_assert_ptr_nonnull(strstr(got, "\"reason\":\"Forbidden\""));
		ck_assert_ptr_nonnull(strstr(got, "http.socket"));
	}
}
END_TEST

START_TEST(a_connection_takes_one_request_after_the_other)
{
	int fd = http_client_connect(httpd_bound(httpd));
	const char *second;

	http_client_send(fd, "GET /echo/1 HTTP/1.1\r\nHost: localhost\r\n\r\n"
	    "GET /echo/2 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
	ck_assert(http_client_read(loop, fd, got, sizeof(got)));
	second = strstr(got, "echo 0 /echo/1 - -HTTP/1.1 200 ");
	ck_assert_ptr_nonnull(second);
	ck_assert_ptr_nonnull(strstr(second, "echo 0 /echo/2 - -"));
	close(fd);
}
END_TEST

START_TEST(a_reply_may_come_later)
{
	int fd = http_client_connect(httpd_bound(httpd));

	http_client_send(fd, "GET /hold HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
	while (held == NULL)
		http_client_wait(loop, 2);
	visit_reply(held, 200, "text/plain", "late", 4);
	ck_assert(http_client_read(loop, fd, got, sizeof(got)));
	ck_assert_str_eq(body(), "late");
	ck_assert_int_eq(gone, 0);
	close(fd);
}
END_TEST

START_TEST(pieces_wait_for_the_client)
{
	pieces = 200;
	ask("GET /pieces");
	ck_assert_ptr_nonnull(strstr(got, "\r\nTransfer-Encoding: chunked\r\n"));
	ck_assert_uint_gt(strlen(got), 2000000);
	ck_assert_str_eq(got + strlen(got) - 7, "\r\n0\r\n\r\n");
	ck_assert_uint_lt(most_waiting, 80000);
	pieces = 200;
	ask("HEAD /pieces");
	ck_assert_str_eq(body(), "");
	ck_assert_int_eq(gone, 0);
}
END_TEST

START_TEST(who_goes_in_the_middle_is_told_of)
{
	int fd = http_client_connect(httpd_bound(httpd));

	pieces = 10000;
	http_client_send(fd, "GET /pieces HTTP/1.1\r\nHost: localhost\r\n\r\n");
	while (held == NULL)
		http_client_wait(loop, 2);
	close(fd);
	for (int i = 0; i < 1000 && gone == 0; i++)
		http_client_wait(loop, 5);
	ck_assert_int_eq(gone, 1);
}
END_TEST

START_TEST(visits_under_way_end_with_the_server)
{
	int fd = http_client_connect(httpd_bound(httpd));

	http_client_send(fd, "GET /hold HTTP/1.1\r\nHost: localhost\r\n\r\n");
	while (held == NULL)
		http_client_wait(loop, 2);
	httpd_free(httpd);
	httpd = NULL;
	ck_assert_int_eq(gone, 1);
	close(fd);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("visit");
	TCase *tc = tcase_create("visit");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, the_longest_prefix_has_the_visit);
	tcase_add_test(tc, plain_http_is_read_only_and_says_how_to_write);
	tcase_add_test(tc, a_connection_takes_one_request_after_the_other);
	tcase_add_test(tc, a_reply_may_come_later);
	tcase_add_test(tc, pieces_wait_for_the_client);
	tcase_add_test(tc, who_goes_in_the_middle_is_told_of);
	tcase_add_test(tc, visits_under_way_end_with_the_server);
	suite_add_tcase(s, tc);
	return s;
}
