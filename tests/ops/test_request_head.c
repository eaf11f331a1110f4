/* test_request_head.c - what is one request to everybody is let in, what is not is refused. */
#include "ops/request_head.h"

#include <stdio.h>
#include <string.h>

#include "tests/suite.h"

static struct request_head head;
static const char *why;

static int
read_text(const char *text)
{
	size_t len = request_head_len(text, strlen(text));

	ck_assert_msg(len > 0, "%s", text);
	return request_head_read(text, len, &head, &why);
}

START_TEST(a_head_ends_with_an_empty_line)
{
	ck_assert_uint_eq(request_head_len("", 0), 0);
	ck_assert_uint_eq(request_head_len("GET / HTTP/1.1\r\n", 16), 0);
	ck_assert_uint_eq(request_head_len("GET / HTTP/1.1\r\n\r\nbody", 22), 18);
	ck_assert_uint_eq(request_head_len("GET / HTTP/1.1\n\nbody", 20), 0);
}
END_TEST

START_TEST(what_it_says_is_found)
{
	ck_assert_int_eq(read_text("PATCH /a%20b/c?d=e HTTP/1.1\r\nhOST: \t me:1 \r\n"
	    "Origin: http://x\r\nContent-Length: 17\r\nauthorization:Bearer t\r\n"
	    "Sec-Fetch-Site: none\r\nX-Any: \x80\xff\r\n\r\n"), 0);
	ck_assert_int_eq(head.method, VISIT_PATCH);
	ck_assert(!head.is_http10 && !head.is_chunked);
	ck_assert_int_eq(strncmp(head.path.text, "/a%20b/c", head.path.len), 0);
	ck_assert_uint_eq(head.path.len, 8);
	ck_assert(head_value_is(&head.host, "ME:1"));
	ck_assert(head_value_is(&head.origin, "http://x"));
	ck_assert(head_value_is(&head.authorization, "Bearer t"));
	ck_assert(head_value_is(&head.fetch_site, "none"));
	ck_assert_uint_eq(head.content_length, 17);
	ck_assert_int_eq(read_text("GET / HTTP/1.0\r\n\r\n"), 0);
	ck_assert(head.is_http10 && head.host.text == NULL);
	ck_assert_int_eq(read_text("GET HTTP://there:8/x HTTP/1.1\r\nHost: here\r\n\r\n"), 0);
	ck_assert(head_value_is(&head.host, "there:8"));
	ck_assert_uint_eq(head.path.len, 2);
}
END_TEST

#define OK "GET / HTTP/1.1\r\nHost: x\r\n"

START_TEST(what_can_be_read_in_two_ways_is_refused)
{
	static const struct { const char *text; int code; } cases[] = {
		{ "\r\n\r\n", 400 }, { "GET\r\n\r\n", 400 }, { "GET /\r\n\r\n", 400 },
		{ "GET / HTTP/1.1\r\n\r\n", 400 }, { "GET / HTTP/2.0\r\nHost: x\r\n\r\n", 505 },
		{ "GET / HTTP/1.12\r\nHost: x\r\n\r\n", 400 }, { "GET / http/1.1\r\nHost: x\r\n\r\n", 400 },
		{ "GET  / HTTP/1.1\r\nHost: x\r\n\r\n", 400 }, { " GET / HTTP/1.1\r\nHost: x\r\n\r\n", 400 },
		{ "GET /a b HTTP/1.1\r\nHost: x\r\n\r\n", 400 }, { "GET x HTTP/1.1\r\nHost: x\r\n\r\n", 400 },
		{ "GET http://x HTTP/1.1\r\nHost: x\r\n\r\n", 400 },
		{ "GET http:///x HTTP/1.1\r\nHost: x\r\n\r\n", 400 },
		{ "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", 400 },
		{ "get / HTTP/1.1\r\nHost: x\r\n\r\n", 405 }, { "TRACE / HTTP/1.1\r\nHost: x\r\n\r\n", 405 },
		{ "CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n", 405 },
		{ "GET / HTTP/1.1\nHost: x\r\n\r\n", 400 }, { OK "A: b\rc\r\n\r\n", 400 },
		{ OK "Host: x\r\n\r\n", 400 }, { OK " folded\r\n\r\n", 400 }, { OK "A : b\r\n\r\n", 400 },
		{ OK "A\r\n\r\n", 400 }, { OK ": b\r\n\r\n", 400 }, { OK "A: \x01\r\n\r\n", 400 },
		{ OK "Content-Length: 1\r\nContent-Length: 1\r\n\r\n", 400 },
		{ OK "Content-Length: 1, 1\r\n\r\n", 400 }, { OK "Content-Length: +1\r\n\r\n", 400 },
		{ OK "Content-Length: \r\n\r\n", 400 }, { OK "Content-Length: 1048577\r\n\r\n", 413 },
		{ OK "Content-Length: 99999999999999999999\r\n\r\n", 413 },
		{ OK "Content-Length: 1048576\r\n\r\n", 0 },
		{ OK "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n", 400 },
		{ OK "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400 },
		{ OK "Transfer-Encoding: gzip\r\n\r\n", 501 },
		{ OK "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", 400 },
		{ "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400 },
		{ OK "Transfer-Encoding: Chunked\r\n\r\n", 0 }, { OK "Expect: 100-Continue\r\n\r\n", 0 },
		{ OK "Expect: more\r\n\r\n", 417 }, { OK "Origin: a\r\nOrigin: a\r\n\r\n", 400 },
		{ OK "Authorization: a\r\nAuthorization: a\r\n\r\n", 400 }, { OK "A:\r\n\r\n", 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int code = read_text(cases[i].text);

		ck_assert_msg(code == cases[i].code, "%d: %s", code, cases[i].text);
		ck_assert((why != NULL) == (code != 0));
	}
}
END_TEST

START_TEST(fields_are_counted)
{
	char text[8192] = OK;

	for (int i = 0; i < 99; i++)
		strcat(text, "A: b\r\n");
	strcat(text, "\r\n");
	ck_assert_int_eq(read_text(text), 0);
	strcpy(text + strlen(text) - 2, "A: b\r\n\r\n");
	ck_assert_int_eq(read_text(text), 431);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("request_head");
	TCase *tc = tcase_create("request_head");

	tcase_add_test(tc, a_head_ends_with_an_empty_line);
	tcase_add_test(tc, what_it_says_is_found);
	tcase_add_test(tc, what_can_be_read_in_two_ways_is_refused);
	tcase_add_test(tc, fields_are_counted);
	suite_add_tcase(s, tc);
	return s;
}
