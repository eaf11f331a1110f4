/* test_http_request.c - a probe's request is what the kubelet would send. */
#include "base/err.h"
#include "probe/http_request.h"
#include "tests/suite.h"

#define AGENT "User-Agent: kube-probe/1.34 (rollcall/1)\r\n"
#define GET "GET /healthz HTTP/1.1\r\n"
#define TAIL "Connection: close\r\n\r\n"

static const struct {
	struct http_header headers[3];
	size_t count;
	bool host_from_headers;
	const char *host;
	const char *request;            /* NULL: ERR_INVALID */
} requests[] = {
	{ { { 0 } }, 0, true, "10.8.0.7", GET "Host: 10.8.0.7:8080\r\n" AGENT "Accept: */*\r\n" TAIL },
	{ { { 0 } }, 0, true, "fd00::7", GET "Host: [fd00::7]:8080\r\n" AGENT "Accept: */*\r\n" TAIL },
	{ { { "x-probe-ID", "1" }, { "X-Probe-Id", "2" } }, 2, true, "h",
	    GET "Host: h:8080\r\n" AGENT "X-Probe-Id: 1\r\nX-Probe-Id: 2\r\nAccept: */*\r\n" TAIL },
	{ { { "host", "web.test" } }, 1, true, "h", GET "Host: web.test\r\n" AGENT "Accept: */*\r\n" TAIL },
	{ { { "host", "web.test" } }, 1, false, "h", GET "Host: h:8080\r\n" AGENT "Accept: */*\r\n" TAIL },
	{ { { "User-agent", "me" }, { "ACCEPT", "text/plain" } }, 2, true, "h",
	    GET "Host: h:8080\r\nUser-Agent: me\r\nAccept: text/plain\r\n" TAIL },
	{ { { "User-Agent", "" }, { "Accept", "" } }, 2, true, "h", GET "Host: h:8080\r\n" TAIL },
	{ { { "Connection", "keep-alive" }, { "Content-Length", "5" } }, 2, true, "h",
	    GET "Host: h:8080\r\n" AGENT "Accept: */*\r\n" TAIL },
	{ { { "X-A", "b\r\nEvil: yes" } }, 1, true, "h", NULL },
	{ { { "X-A\r\nEvil", "b" } }, 1, true, "h", NULL },
	{ { { "Host", "a\nb" } }, 1, true, "h", NULL },
	{ { { "X A", "b" } }, 1, true, "h", NULL },
	{ { { "", "b" } }, 1, true, "h", NULL },
};

START_TEST(a_request_is_what_the_kubelet_sends)
{
	struct strbuf out = STRBUF_INIT;
	int err = http_request_add(&out, &(struct http_request){
		.host = requests[_i].host,
		.port = 8080,
		.target = "/healthz",
		.headers = requests[_i].headers,
		.header_count = requests[_i].count,
		.host_from_headers = requests[_i].host_from_headers,
		.user_agent = "kube-probe/1.34 (rollcall/1)",
	});

	ck_assert_int_eq(err, requests[_i].request == NULL ? ERR_INVALID : 0);
	ck_assert_str_eq(out.text, requests[_i].request == NULL ? "" : requests[_i].request);
	strbuf_release(&out);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("http_request");
	TCase *tc = tcase_create("http_request");

	tcase_add_loop_test(tc, a_request_is_what_the_kubelet_sends, 0,
	    sizeof(requests) / sizeof(requests[0]));
	suite_add_tcase(s, tc);
	return s;
}
