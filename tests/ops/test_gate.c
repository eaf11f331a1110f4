/* test_gate.c - who is let in with what, and what of that may write. */
#include "ops/gate.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/suite.h"

static struct gate *gate;
static const char *const names[] = { "friend.example" };

static void
setup(void)
{
	gate = gate_new();
	ck_assert_ptr_nonnull(gate);
	gate_set_hosts(gate, names, 1);
	gate_set_token(gate, "0123456789abcdef");
}

static void
teardown(void)
{
	gate_free(gate);
}

/* The status, or 0; plus 1000 for who may write. */
static int
ask(enum door_kind door, bool is_peer, const char *line, const char *fields)
{
	struct request_head head;
	struct gate_verdict verdict;
	const char *why;
	char text[1024];

	snprintf(text, sizeof(text), "%s HTTP/1.1\r\n%s\r\n", line, fields);
	ck_assert_msg(request_head_read(text, strlen(text), &head, &why) == 0, "%s", text);
	gate_ask(gate, door, is_peer, &head, &verdict);
	ck_assert(verdict.code == 0 || verdict.why != NULL);
	return verdict.code + (verdict.is_writer ? 1000 : 0);
}

START_TEST(hosts_are_ours)
{
	static const struct { const char *host; int code; } cases[] = {
		{ "127.0.0.1", 0 }, { "127.0.0.1:8053", 0 }, { "[::1]:8053", 0 }, { "[::1]", 0 },
		{ "192.0.2.77", 0 }, { "localhost", 0 }, { "LocalHost:1", 0 }, { "localhost.", 0 },
		{ "friend.example", 0 }, { "FRIEND.example:443", 0 },
		{ "evil.example", 421 }, { "localhost.evil.example", 421 }, { "127.0.0.1.evil", 421 },
		{ "xfriend.example", 421 }, { "", 421 }, { ":80", 421 }, { "[::1", 421 }, { ".", 421 },
		{ "[::1]evil.example", 421 }, { "[::1].evil:80", 421 }, { "localhost:80@evil", 421 },
		{ "127.0.0.1:x", 421 }, { "localhost:80:evil", 421 }, { "localhost:", 0 },
	};
	char fields[512], own[256] = "";

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(fields, sizeof(fields), "Host: %s\r\n", cases[i].host);
		ck_assert_msg(ask(DOOR_PLAIN, false, "GET /x", fields) == cases[i].code, "%s",
		    cases[i].host);
		ck_assert_int_eq(ask(DOOR_LOCAL, true, "GET /x", fields), 1000);
	}
	ck_assert_int_eq(gethostname(own, sizeof(own) - 1), 0);
	snprintf(fields, sizeof(fields), "Host: %s\r\n", own);
	ck_assert_int_eq(ask(DOOR_PLAIN, false, "GET /x", fields), 0);
	ck_assert_int_eq(ask(DOOR_PLAIN, false, "GET http://evil.example/x", fields), 421);
}
END_TEST

#define ME "Host: localhost:80\r\n"

START_TEST(pages_of_others_are_refused)
{
	static const struct { const char *line; const char *fields; int code; } cases[] = {
		{ "GET /x", ME "Origin: http://localhost:80\r\n", 0 },
		{ "GET /x", ME "Origin: http://LOCALHOST:80\r\n", 0 },
		{ "GET /x", ME "Origin: http://localhost\r\n", 403 },
		{ "GET /x", ME "Origin: https://localhost:80\r\n", 403 },
		{ "GET /x", ME "Origin: http://localhost:8\r\n", 403 },
		{ "GET /x", ME "Origin: null\r\n", 403 }, { "GET /x", ME "Origin: \r\n", 403 },
		{ "GET /x", ME "Sec-Fetch-Site: same-origin\r\n", 0 },
		{ "GET /x", ME "Sec-Fetch-Site: none\r\n", 0 },
		{ "GET /x", ME "Sec-Fetch-Site: same-site\r\n", 403 },
		{ "GET /x", ME "Sec-Fetch-Site: cross-site\r\n", 403 },
		{ "GET /", ME "Sec-Fetch-Site: cross-site\r\n", 0 },
		{ "HEAD /?x=y", ME "Sec-Fetch-Site: cross-site\r\n", 0 },
		{ "GET /badge/shop/web.svg", ME "Sec-Fetch-Site: cross-site\r\n", 0 },
		{ "GET /badge/", ME "Sec-Fetch-Site: cross-site\r\n", 403 },
		{ "POST /", ME "Sec-Fetch-Site: cross-site\r\n", 403 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ck_assert_msg(ask(DOOR_PLAIN, false, cases[i].line, cases[i].fields) ==
		    cases[i].code, "%s %s", cases[i].line, cases[i].fields);
	}
	ck_assert_int_eq(ask(DOOR_TLS, false, "GET /x", ME "Origin: https://localhost:80\r\n"), 0);
}
END_TEST

START_TEST(the_token_writes_over_tls_alone)
{
	static const struct { const char *value; int code; } cases[] = {
		{ "Bearer 0123456789abcdef", 1000 }, { "bearer 0123456789abcdef", 1000 },
		{ "Bearer 0123456789abcdeF", 401 }, { "Bearer 0123456789abcde", 401 },
		{ "Bearer 0123456789abcdef0", 401 }, { "Bearer  0123456789abcdef", 401 },
		{ "Bearer", 401 }, { "Bearer ", 401 }, { "Basic 0123456789abcdef", 401 }, { "", 401 },
	};
	char fields[256];

	ck_assert_int_eq(ask(DOOR_TLS, false, "GET /x", ME), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(fields, sizeof(fields), ME "Authorization: %s\r\n", cases[i].value);
		ck_assert_msg(ask(DOOR_TLS, false, "GET /x", fields) == cases[i].code, "%s",
		    cases[i].value);
		ck_assert_int_eq(ask(DOOR_PLAIN, false, "GET /x", fields), 0);
	}
	gate_set_token(gate, NULL);
	ck_assert_int_eq(ask(DOOR_TLS, false, "GET /x", ME "Authorization: Bearer \r\n"), 401);
	ck_assert_int_eq(ask(DOOR_TLS, false, "GET /x",
	    ME "Authorization: Bearer 0123456789abcdef\r\n"), 401);
}
END_TEST

START_TEST(the_socket_is_for_its_peers)
{
	const char *why = NULL;

	ck_assert_int_eq(ask(DOOR_LOCAL, true, "POST /x", ME), 1000);
	ck_assert_int_eq(ask(DOOR_LOCAL, false, "GET /x", ME), 403);
	ck_assert_int_eq(gate_refuse_write(DOOR_PLAIN, &why), 403);
	ck_assert_ptr_nonnull(strstr(why, "http.socket"));
	ck_assert_int_eq(gate_refuse_write(DOOR_TLS, &why), 401);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("gate");
	TCase *tc = tcase_create("gate");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, hosts_are_ours);
	tcase_add_test(tc, pages_of_others_are_refused);
	tcase_add_test(tc, the_token_writes_over_tls_alone);
	tcase_add_test(tc, the_socket_is_for_its_peers);
	suite_add_tcase(s, tc);
	return s;
}
