/* test_grpc_health.c - health messages are read octet for octet, and nothing else is one. */
#include <string.h>

#include "base/err.h"
#include "probe/grpc_health.h"
#include "tests/suite.h"

#define BYTES(text) text, sizeof(text) - 1

static const struct {
	const char *service;
	const char *octets;
	size_t len;
} requests[] = {
	{ "", BYTES("\0\0\0\0\0") },
	{ "a.B", BYTES("\0\0\0\0\5\x0a\3a.B") },
};

START_TEST(a_request_names_the_service)
{
	struct strbuf out = STRBUF_INIT;

	grpc_health_add_request(&out, requests[_i].service);
	ck_assert_uint_eq(out.len, requests[_i].len);
	ck_assert_mem_eq(out.text, requests[_i].octets, out.len);
	strbuf_release(&out);
}
END_TEST

START_TEST(a_long_service_has_a_long_length)
{
	struct strbuf out = STRBUF_INIT;
	char service[301] = "";

	memset(service, 's', sizeof(service) - 1);
	grpc_health_add_request(&out, service);
	ck_assert_uint_eq(out.len, 5 + 3 + 300);
	ck_assert_mem_eq(out.text, "\0\0\0\1\x2f\x0a\xac\x02s", 9);
	strbuf_release(&out);
}
END_TEST

static const struct {
	const char *octets;
	size_t len;
	int err;
	int status;
} responses[] = {
	{ BYTES("\0\0\0\0\2\x08\1"), 0, GRPC_SERVING },
	{ BYTES("\0\0\0\0\2\x08\2"), 0, GRPC_NOT_SERVING },
	{ BYTES("\0\0\0\0\0"), 0, GRPC_UNKNOWN },
	{ BYTES("\0\0\0\0\3\x08\x81\0"), 0, GRPC_SERVING },
	{ BYTES("\0\0\0\0\2\x08\x63"), 0, 99 },
	{ BYTES("\0\0\0\0\4\x08\2\x08\1"), 0, GRPC_SERVING },   /* the last one counts */
	{ BYTES("\0\0\0\0\x14\x12\2xy\x19" "12345678" "\x25" "1234" "\x08\1"), 0, GRPC_SERVING },
	{ BYTES(""), ERR_SYNTAX, -1 },
	{ BYTES("\0\0\0\0"), ERR_SYNTAX, -1 },
	{ BYTES("\1\0\0\0\2\x08\1"), ERR_SYNTAX, -1 },
	{ BYTES("\0\0\0\0\3\x08\1"), ERR_SYNTAX, -1 },
	{ BYTES("\0\0\0\0\1\x08\1"), ERR_SYNTAX, -1 },
	{ BYTES("\0\xff\xff\xff\xff\x08\1"), ERR_SYNTAX, -1 },
	{ BYTES("\0\0\0\0\1\x08"), ERR_SYNTAX, -1 },
	{ BYTES("\0\0\0\0\3\x12\xff\1"), ERR_SYNTAX, -1 },
	{ BYTES("\0\0\0\0\2\x0b\1"), ERR_SYNTAX, -1 },
	{ BYTES("\0\0\0\0\x0b\x08\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80"), ERR_SYNTAX, -1 },
	{ BYTES("\0\0\0\0\6\x08\xff\xff\xff\xff\x0f"), ERR_SYNTAX, -1 },
};

START_TEST(a_response_is_read_or_refused)
{
	int status = -1;

	ck_assert_int_eq(grpc_health_read_response(responses[_i].octets, responses[_i].len,
	    &status), responses[_i].err);
	ck_assert_int_eq(status, responses[_i].status);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("grpc_health");
	TCase *tc = tcase_create("grpc_health");

	tcase_add_loop_test(tc, a_request_names_the_service, 0,
	    sizeof(requests) / sizeof(requests[0]));
	tcase_add_test(tc, a_long_service_has_a_long_length);
	tcase_add_loop_test(tc, a_response_is_read_or_refused, 0,
	    sizeof(responses) / sizeof(responses[0]));
	suite_add_tcase(s, tc);
	return s;
}
