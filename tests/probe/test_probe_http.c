/* test_probe_http.c - the status alone passes, redirects stay at home, each end has its name. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/probe/http_peer.h"
#include "tests/suite.h"

#define EMPTY "Content-Length: 0\r\n\r\n"

static struct attempt attempt;
static struct http_peer peer;
static const struct http_peer_reply fine[] = { { NULL, "HTTP/1.1 200 OK\r\n" EMPTY, THEN_CLOSE } };

static void
setup(void)
{
	attempt_open(&attempt, ENGINE_HTTP, 0);
	attempt.spec.path = "/healthz";
}

static void
teardown(void)
{
	attempt_close(&attempt);
}

static const struct {
	const char *text;
	enum http_peer_then then;
	enum outcome_code code;
	int value;
	const char *detail;
} endings[] = {
	{ "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", THEN_CLOSE, OUTCOME_PASS, 0, NULL },
	{ "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", THEN_KEEP, OUTCOME_PASS, 0, NULL },
	{ "HTTP/1.0 200 OK\r\n\r\nuntil the end", THEN_CLOSE, OUTCOME_PASS, 0, NULL },
	{ "HTTP/1.1 299 Fine\r\n" EMPTY, THEN_CLOSE, OUTCOME_PASS, 0, NULL },
	{ "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n" EMPTY, THEN_CLOSE, OUTCOME_PASS, 0,
	    NULL },
	{ "HTTP/1.1 199 Odd\r\n\r\n", THEN_CLOSE, OUTCOME_CLOSED, 0, "within the headers" },
	{ "HTTP/1.1 101 Switching Protocols\r\n\r\n", THEN_KEEP, OUTCOME_HTTP_STATUS, 101, NULL },
	{ "HTTP/1.1 300 Choices\r\n" EMPTY, THEN_CLOSE, OUTCOME_PASS_REDIRECT, 300, NULL },
	{ "HTTP/1.1 302 Found\r\n" EMPTY, THEN_CLOSE, OUTCOME_PASS_REDIRECT, 302, NULL },
	{ "HTTP/1.1 304 Not Modified\r\n\r\n", THEN_KEEP, OUTCOME_PASS_REDIRECT, 304, NULL },
	{ "HTTP/1.1 399 Odd\r\n" EMPTY, THEN_CLOSE, OUTCOME_PASS_REDIRECT, 399, NULL },
	{ "HTTP/1.1 400 Bad Request\r\n" EMPTY, THEN_CLOSE, OUTCOME_HTTP_STATUS, 400, NULL },
	{ "HTTP/1.1 503 No\r\nContent-Length: 99\r\n\r\nnever whole", THEN_KEEP,
	    OUTCOME_HTTP_STATUS, 503, NULL },
	{ "", THEN_CLOSE, OUTCOME_CLOSED, 0, "before a reply" },
	{ "HTTP/1.1 200 OK\r\nConte", THEN_CLOSE, OUTCOME_CLOSED, 0, "within the headers" },
	{ "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nok", THEN_CLOSE, OUTCOME_BODY_SHORT, 0,
	    NULL },
	{ "", THEN_RESET, OUTCOME_RESET, 0, NULL },
	{ "SSH-2.0-OpenSSH_9.2\r\n", THEN_KEEP, OUTCOME_HTTP_MALFORMED, 0, "not HTTP" },
	{ "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", THEN_KEEP, OUTCOME_HTTP_MALFORMED, 0,
	    "Content-Length" },
	{ "HTTP/1.1 200 OK\r\n\r\n", THEN_FLOOD, OUTCOME_PASS, 0, NULL },
	{ "HTTP/1.1 200 OK\r\nContent-Length: 9999999\r\n\r\n", THEN_FLOOD, OUTCOME_PASS, 0, NULL },
	{ "HTTP/1.1 302 F\r\nLocation: http://[bad/\r\n" EMPTY, THEN_CLOSE,
	    OUTCOME_HTTP_REDIRECT_BAD, 302, NULL },
	{ "HTTP/1.1 302 F\r\nLocation: ftp://127.0.0.1/\r\n" EMPTY, THEN_CLOSE,
	    OUTCOME_HTTP_REDIRECT_BAD, 302, NULL },
	{ "HTTP/1.1 302 F\r\nLocation: /healthz\r\n" EMPTY, THEN_CLOSE, OUTCOME_HTTP_REDIRECT_LOOP,
	    302, NULL },
	{ "HTTP/1.1 302 F\r\nLocation: http://169.254.169.254/\r\n" EMPTY, THEN_CLOSE,
	    OUTCOME_PASS_REDIRECT, 302, "169.254.169.254" },
};

START_TEST(each_ending_is_named)
{
	const struct http_peer_reply replies[] = { { NULL, endings[_i].text, endings[_i].then } };

	http_peer_open(&peer, &attempt, replies, NULL);
	attempt_expect(&attempt, endings[_i].code, endings[_i].detail);
	ck_assert_int_eq(attempt.outcome.value, endings[_i].value);
	/* None of them waits for the deadline, nor reads on for long. */
	ck_assert_uint_lt(attempt.outcome.took_us, 1000000);
	ck_assert_uint_lt(peer.flooded, 64 * 65536);
	http_peer_close(&peer);
}
END_TEST

START_TEST(the_tenth_redirect_is_refused)
{
	static const struct http_peer_reply replies[] =
	    { { NULL, "HTTP/1.1 307 T\r\nLocation: /healthz\r\n" EMPTY, THEN_CLOSE } };

	http_peer_open(&peer, &attempt, replies, NULL);
	attempt_expect(&attempt, OUTCOME_HTTP_REDIRECT_LOOP, NULL);
	ck_assert_uint_eq(peer.requests, 10);
	http_peer_close(&peer);
}
END_TEST

START_TEST(redirects_at_home_are_followed)
{
	static const struct http_peer_reply replies[] = {
		{ "/healthz", "HTTP/1.1 301 M\r\nLocation: sub/../two?x=1#f\r\n" EMPTY,
		    THEN_CLOSE },
		{ "/two?x=1", "HTTP/1.1 308 M\r\nLocation: http://127.0.0.1:%u/three\r\n" EMPTY,
		    THEN_KEEP },
		{ "/three", "HTTP/1.1 200 OK\r\n" EMPTY, THEN_CLOSE },
		{ NULL, "HTTP/1.1 404 No\r\n" EMPTY, THEN_CLOSE },
	};

	http_peer_open(&peer, &attempt, replies, NULL);
	attempt_expect(&attempt, OUTCOME_PASS, NULL);
	ck_assert_uint_eq(peer.requests, 3);
	http_peer_close(&peer);
}
END_TEST

static const struct {
	const char *location;
	bool kept;
} host_cases[] = {
	{ "/two", true },
	{ "//127.0.0.1:%u/two", true },
	{ "http://127.0.0.1:%u/two", false },
};

START_TEST(a_host_header_is_kept_over_relative_redirects_only)
{
	struct http_header header = { "Host", "web.test" };
	char moved[256];
	const struct http_peer_reply replies[] = {
		{ "/healthz", moved, THEN_CLOSE },
		{ NULL, "HTTP/1.1 200 OK\r\n" EMPTY, THEN_CLOSE },
	};

	snprintf(moved, sizeof(moved), "HTTP/1.1 302 F\r\nLocation: %s\r\n" EMPTY,
	    host_cases[_i].location);
	attempt.spec.headers = &header;
	attempt.spec.header_count = 1;
	http_peer_open(&peer, &attempt, replies, NULL);
	attempt_expect(&attempt, OUTCOME_PASS, NULL);
	ck_assert_int_eq(strstr(peer.request, "Host: web.test\r\n") != NULL, host_cases[_i].kept);
	http_peer_close(&peer);
}
END_TEST

START_TEST(a_redirect_to_the_host_headers_name_is_not_followed)
{
	static const struct http_peer_reply replies[] =
	    { { NULL, "HTTP/1.1 302 F\r\nLocation: http://web.test/\r\n" EMPTY, THEN_CLOSE } };
	struct http_header header = { "Host", "web.test" };

	attempt.spec.headers = &header;
	attempt.spec.header_count = 1;
	http_peer_open(&peer, &attempt, replies, NULL);
	attempt_expect(&attempt, OUTCOME_PASS_REDIRECT, "web.test");
	ck_assert_uint_eq(peer.requests, 1);
	http_peer_close(&peer);
}
END_TEST

static const struct {
	const char *text;
	enum outcome_code code;
} stalls[] = {
	{ "", OUTCOME_HEADERS_TIMEOUT },
	{ "HTTP/1.1 200 OK\r\nA: ", OUTCOME_HEADERS_TIMEOUT },
	{ "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok", OUTCOME_BODY_TIMEOUT },
	{ "HTTP/1.1 200 OK\r\n\r\nuntil the end", OUTCOME_BODY_TIMEOUT },
};

START_TEST(a_stall_is_a_timeout_of_its_step)
{
	const struct http_peer_reply replies[] = { { NULL, stalls[_i].text, THEN_KEEP } };

	attempt.spec.timeout_ms = 80;
	http_peer_open(&peer, &attempt, replies, NULL);
	attempt_expect(&attempt, stalls[_i].code, NULL);
	ck_assert_uint_ge(attempt.outcome.took_us, 80000);
	http_peer_close(&peer);
}
END_TEST

START_TEST(connecting_in_vain_is_a_timeout_of_connecting)
{
	struct full_queue queue;

	full_queue_open(&queue);
	attempt.target.port = queue.port;
	attempt.spec.timeout_ms = 60;
	attempt_expect(&attempt, OUTCOME_CONNECT_TIMEOUT, NULL);
	full_queue_close(&queue);
}
END_TEST

START_TEST(a_closed_port_is_refused_at_once)
{
	attempt.target.port = closed_port();
	attempt_expect(&attempt, OUTCOME_CONNECT_REFUSED, NULL);
	ck_assert_uint_lt(attempt.outcome.took_us, 500000);
}
END_TEST

/* ---- an octet every few milliseconds, for ever ---- */

static void
drip(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	bufferevent_write(arg, "a", 1);
}

static struct event *dripping;

static void
serve_drips(struct peer *base, int fd)
{
	struct bufferevent *buffer = bufferevent_socket_new(base->loop, fd, BEV_OPT_CLOSE_ON_FREE);

	evutil_make_socket_nonblocking(fd);
	bufferevent_enable(buffer, EV_WRITE);
	bufferevent_write(buffer, "HTTP/1.1 200 OK\r\n", 17);
	base->buffers[base->buffer_count++] = buffer;
	dripping = event_new(base->loop, -1, EV_PERSIST, drip, buffer);
	event_add(dripping, &(struct timeval){ .tv_usec = 5000 });
}

START_TEST(a_tarpit_is_left_at_the_deadline)
{
	struct peer tarpit;

	peer_open(&tarpit, &attempt, serve_drips, NULL);
	attempt.spec.timeout_ms = 100;
	attempt_expect(&attempt, OUTCOME_HEADERS_TIMEOUT, NULL);
	ck_assert_uint_ge(attempt.outcome.took_us, 100000);
	event_free(dripping);
	peer_close(&tarpit);
}
END_TEST

START_TEST(headers_without_end_are_too_large)
{
	static char text[80000] = "HTTP/1.1 200 OK\r\n";
	const struct http_peer_reply replies[] = { { NULL, text, THEN_KEEP } };

	memset(text + strlen(text), 'a', sizeof(text) - strlen(text) - 1);
	http_peer_open(&peer, &attempt, replies, NULL);
	attempt_expect(&attempt, OUTCOME_HEADERS_TOO_LARGE, NULL);
	http_peer_close(&peer);
}
END_TEST

START_TEST(an_answer_in_the_socket_counts_even_when_the_loop_is_late)
{
	static const struct http_peer_reply replies[] =
	    { { NULL, "HTTP/1.1 200 OK\r\n" EMPTY, THEN_CLOSE } };

	clock_free(attempt.clock);
	attempt.clock = clock_new_manual(1000, 0);
	attempt.settings.clock = attempt.clock;
	attempt.spec.timeout_ms = 30;
	http_peer_open(&peer, &attempt, replies, NULL);
	attempt_start(&attempt);
	clock_turn_ms(attempt.clock, 500);
	event_base_dispatch(attempt.loop);
	ck_assert_int_eq(attempt.outcome.code, OUTCOME_PASS);
	http_peer_close(&peer);
}
END_TEST

START_TEST(a_header_that_would_split_the_request_is_not_sent)
{
	static const struct http_peer_reply replies[] =
	    { { NULL, "HTTP/1.1 200 OK\r\n" EMPTY, THEN_CLOSE } };
	struct http_header header = { "X-A", "b\r\n\r\nGET /evil HTTP/1.1" };

	attempt.spec.headers = &header;
	attempt.spec.header_count = 1;
	http_peer_open(&peer, &attempt, replies, NULL);
	attempt_expect(&attempt, OUTCOME_SEND_FAILED, "header");
	ck_assert_uint_eq(peer.requests, 0);
	http_peer_close(&peer);
}
END_TEST

START_TEST(a_name_is_looked_up_and_asked_where_allowed)
{
	static const struct http_peer_reply replies[] =
	    { { NULL, "HTTP/1.1 200 OK\r\n" EMPTY, THEN_CLOSE } };
	struct cidr networks[2];

	http_peer_open(&peer, &attempt, replies, NULL);
	attempt.spec.host = "localhost";
	ck_assert_int_eq(addr_parse("10.8.0.7", &attempt.target.addr), 0);
	attempt_expect(&attempt, OUTCOME_HOST_DENIED, "localhost");
	ck_assert_uint_eq(peer.requests, 0);
	/* Where it is ::1 as well, nobody listens there, and the next address is tried. */
	ck_assert_int_eq(cidr_parse("::1/128", &networks[0]), 0);
	ck_assert_int_eq(cidr_parse("127.0.0.0/8", &networks[1]), 0);
	attempt.settings.allow_hosts = networks;
	attempt.settings.allow_host_count = 2;
	prober_free(attempt.prober);
	attempt.prober = NULL;
	attempt_expect(&attempt, OUTCOME_PASS, NULL);
	ck_assert_ptr_nonnull(strstr(peer.request, "Host: localhost:"));
	http_peer_close(&peer);
}
END_TEST

START_TEST(the_server_closes_first)
{
	static const struct http_peer_reply replies[] =
	    { { NULL, "HTTP/1.1 200 OK\r\n" EMPTY, THEN_KEEP } };

	http_peer_open(&peer, &attempt, replies, NULL);
	attempt_expect(&attempt, OUTCOME_PASS, NULL);
	event_base_loop(attempt.loop, EVLOOP_NONBLOCK);
	/* Reported, yet our side is still open: the server has seen no end. */
	ck_assert_uint_eq(peer.peer.buffer_count, 1);
	prober_free(attempt.prober);
	attempt.prober = NULL;
	event_base_loop(attempt.loop, EVLOOP_ONCE);
	ck_assert_uint_eq(peer.peer.buffer_count, 0);
	http_peer_close(&peer);
}
END_TEST

START_TEST(a_cancelled_attempt_is_never_reported)
{
	static const struct http_peer_reply replies[] =
	    { { NULL, "HTTP/1.1 200 OK\r\n" EMPTY, THEN_CLOSE } };

	http_peer_open(&peer, &attempt, replies, NULL);
	probe_cancel(attempt_start(&attempt));
	event_base_loopexit(attempt.loop, &(struct timeval){ .tv_usec = 20000 });
	event_base_dispatch(attempt.loop);
	ck_assert_uint_eq(attempt.done, 0);
	http_peer_close(&peer);
}
END_TEST

START_TEST(a_request_larger_than_the_socket_goes_out_in_parts)
{
	struct http_header header = { "X-Large", large_value() };

	attempt.spec.headers = &header;
	attempt.spec.header_count = 1;
	attempt.spec.timeout_ms = 20000;
	http_peer_open(&peer, &attempt, fine, NULL);
	attempt_expect(&attempt, OUTCOME_PASS, NULL);
	ck_assert_uint_gt(peer.request_len, LARGE);
	http_peer_close(&peer);
	free((char *)header.value);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("probe_http");
	TCase *tc = tcase_create("probe_http");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, each_ending_is_named, 0, sizeof(endings) / sizeof(endings[0]));
	tcase_add_test(tc, the_tenth_redirect_is_refused);
	tcase_add_test(tc, redirects_at_home_are_followed);
	tcase_add_loop_test(tc, a_host_header_is_kept_over_relative_redirects_only, 0, 3);
	tcase_add_test(tc, a_redirect_to_the_host_headers_name_is_not_followed);
	tcase_add_loop_test(tc, a_stall_is_a_timeout_of_its_step, 0,
	    sizeof(stalls) / sizeof(stalls[0]));
	tcase_add_test(tc, connecting_in_vain_is_a_timeout_of_connecting);
	tcase_add_test(tc, a_closed_port_is_refused_at_once);
	tcase_add_test(tc, a_tarpit_is_left_at_the_deadline);
	tcase_add_test(tc, headers_without_end_are_too_large);
	tcase_add_test(tc, an_answer_in_the_socket_counts_even_when_the_loop_is_late);
	tcase_add_test(tc, a_header_that_would_split_the_request_is_not_sent);
	tcase_add_test(tc, a_name_is_looked_up_and_asked_where_allowed);
	tcase_add_test(tc, the_server_closes_first);
	tcase_add_test(tc, a_cancelled_attempt_is_never_reported);
	tcase_add_test(tc, a_request_larger_than_the_socket_goes_out_in_parts);
	suite_add_tcase(s, tc);
	return s;
}
