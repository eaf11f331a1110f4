/* test_probe_https.c - any certificate will do unless told to verify; each end has its name. */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "tests/probe/http_peer.h"
#include "tests/suite.h"

#define EMPTY "Content-Length: 0\r\n\r\n"
#define FAR_AWAY INT64_C(4000000000)

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

static const int64_t expiries[] = { FAR_AWAY, 1100000000 };

START_TEST(any_certificate_will_do_and_its_end_is_told)
{
	http_peer_open(&peer, &attempt, fine, http_peer_tls(expiries[_i]));
	attempt_expect(&attempt, OUTCOME_PASS, NULL);
	ck_assert_int_eq(attempt.outcome.certificate_expires_unix_s, expiries[_i]);
	ck_assert_str_eq(peer.sni, "");
	http_peer_close(&peer);
}
END_TEST

START_TEST(a_name_is_sent_as_sni)
{
	struct cidr network;

	ck_assert_int_eq(cidr_parse("127.0.0.0/8", &network), 0);
	attempt.settings.allow_hosts = &network;
	attempt.settings.allow_host_count = 1;
	attempt.spec.host = "localhost";
	http_peer_open(&peer, &attempt, fine, http_peer_tls(FAR_AWAY));
	attempt_expect(&attempt, OUTCOME_PASS, NULL);
	ck_assert_str_eq(peer.sni, "localhost");
	http_peer_close(&peer);
}
END_TEST

START_TEST(a_self_signed_certificate_is_untrusted_when_verifying)
{
	attempt.spec.tls_verify = true;
	http_peer_open(&peer, &attempt, fine, http_peer_tls(FAR_AWAY));
	attempt_expect(&attempt, OUTCOME_TLS_UNTRUSTED, "self-signed certificate");
	ck_assert_uint_eq(peer.requests, 0);
	http_peer_close(&peer);
}
END_TEST

START_TEST(a_body_is_read_through_tls)
{
	static char text[9000] = "HTTP/1.1 200 OK\r\nContent-Length: 8000\r\n\r\n";
	const struct http_peer_reply replies[] = { { NULL, text, THEN_KEEP } };

	memset(text + strlen(text), 'b', 8000);
	http_peer_open(&peer, &attempt, replies, http_peer_tls(FAR_AWAY));
	attempt_expect(&attempt, OUTCOME_PASS, NULL);
	http_peer_close(&peer);
}
END_TEST

static const struct {
	const char *text;
	enum http_peer_then then;
	enum outcome_code code;
} endings[] = {
	{ "HTTP/1.1 503 No\r\n" EMPTY, THEN_CLOSE, OUTCOME_HTTP_STATUS },
	{ "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok", THEN_CLOSE, OUTCOME_BODY_SHORT },
	{ "HTTP/1.1 200 OK\r\n\r\n", THEN_FLOOD, OUTCOME_PASS },
	{ "", THEN_CLOSE, OUTCOME_CLOSED },
};

START_TEST(endings_are_named_through_tls)
{
	const struct http_peer_reply replies[] = { { NULL, endings[_i].text, endings[_i].then } };

	http_peer_open(&peer, &attempt, replies, http_peer_tls(FAR_AWAY));
	attempt_expect(&attempt, endings[_i].code, NULL);
	http_peer_close(&peer);
}
END_TEST

START_TEST(a_handshake_that_hangs_is_a_timeout_of_tls)
{
	struct peer silent;

	peer_open(&silent, &attempt, peer_hang, NULL);
	attempt.spec.https = true;
	attempt.spec.timeout_ms = 60;
	attempt_expect(&attempt, OUTCOME_TLS_TIMEOUT, NULL);
	peer_close(&silent);
}
END_TEST

static peer_serve_fn *const enders[] = { peer_hang_up, peer_reset };
static const enum outcome_code ends[] = { OUTCOME_CLOSED, OUTCOME_RESET };

START_TEST(a_handshake_that_is_cut_off_is_named)
{
	struct peer cutter;

	peer_open(&cutter, &attempt, enders[_i], NULL);
	attempt.spec.https = true;
	enum outcome_code code = attempt_run(&attempt)->code;

	/* Closing with our hello unread resets, too. */
	ck_assert(code == ends[_i] || code == OUTCOME_RESET);
	peer_close(&cutter);
}
END_TEST

START_TEST(a_server_without_tls_is_named)
{
	struct peer plain;

	peer_open(&plain, &attempt, peer_hang, NULL);
	attempt.spec.https = true;
	attempt_start(&attempt);
	while (plain.fd_count == 0)
		event_base_loop(attempt.loop, EVLOOP_ONCE);
	ck_assert_int_eq(send(plain.fds[0], "HTTP/1.1 400 Bad Request\r\n\r\n", 28, 0), 28);
	event_base_dispatch(attempt.loop);
	ck_assert_int_eq(attempt.outcome.code, OUTCOME_TLS_FAILED);
	ck_assert_ptr_nonnull(strstr(attempt.outcome.detail, "wrong version number"));
	peer_close(&plain);
}
END_TEST

START_TEST(a_redirect_may_change_the_scheme)
{
	static const struct http_peer_reply moved[] =
	    { { NULL, "HTTP/1.1 302 F\r\nLocation: https://127.0.0.1:%u/x\r\n" EMPTY, THEN_CLOSE } };
	struct http_peer secure;

	http_peer_open(&secure, &attempt, fine, http_peer_tls(FAR_AWAY));
	http_peer_open(&peer, &attempt, moved, NULL);
	peer.other_port = secure.peer.port;
	attempt_expect(&attempt, OUTCOME_PASS, NULL);
	ck_assert_uint_eq(secure.requests, 1);
	ck_assert_ptr_nonnull(strstr(secure.request, "GET /x "));
	ck_assert_int_eq(attempt.outcome.certificate_expires_unix_s, FAR_AWAY);
	http_peer_close(&peer);
	http_peer_close(&secure);
}
END_TEST

START_TEST(a_request_larger_than_the_socket_goes_out_in_parts)
{
	struct http_header header = { "X-Large", large_value() };

	attempt.spec.headers = &header;
	attempt.spec.header_count = 1;
	attempt.spec.timeout_ms = 20000;
	http_peer_open(&peer, &attempt, fine, http_peer_tls(FAR_AWAY));
	attempt_expect(&attempt, OUTCOME_PASS, NULL);
	ck_assert_uint_gt(peer.request_len, LARGE);
	http_peer_close(&peer);
	free((char *)header.value);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("probe_https");
	TCase *tc = tcase_create("probe_https");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, any_certificate_will_do_and_its_end_is_told, 0, 2);
	tcase_add_test(tc, a_name_is_sent_as_sni);
	tcase_add_test(tc, a_self_signed_certificate_is_untrusted_when_verifying);
	tcase_add_test(tc, a_body_is_read_through_tls);
	tcase_add_loop_test(tc, endings_are_named_through_tls, 0,
	    sizeof(endings) / sizeof(endings[0]));
	tcase_add_test(tc, a_handshake_that_hangs_is_a_timeout_of_tls);
	tcase_add_loop_test(tc, a_handshake_that_is_cut_off_is_named, 0, 2);
	tcase_add_test(tc, a_server_without_tls_is_named);
	tcase_add_test(tc, a_redirect_may_change_the_scheme);
	tcase_add_test(tc, a_request_larger_than_the_socket_goes_out_in_parts);
	suite_add_tcase(s, tc);
	return s;
}
