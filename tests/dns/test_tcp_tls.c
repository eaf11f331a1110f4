/* test_tcp_tls.c - streams through TLS: all that plain ones can, and handshakes that go wrong. */
#include <openssl/ssl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "dns/tcp.h"
#include "dns/wire.h"
#include "net/tls_server.h"
#include "tests/dns/tcp_help.h"
#include "tests/net/certificates.h"
#include "tests/suite.h"

static struct tls_server *tls;
static SSL_CTX *clients;

static void
set_up(void)
{
	char folder[] = "/tmp/tcp_tlsXXXXXX", certificate[64], key[64], why[300];

	signal(SIGPIPE, SIG_IGN);
	tcp_help_setup();
	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(certificate, sizeof(certificate), "%s/one.pem", folder);
	snprintf(key, sizeof(key), "%s/one.key", folder);
	certificates_write("one.example", certificate, key);
	ck_assert_int_eq(tls_server_new(certificate, key, "dot", why, sizeof(why), &tls), 0);
	unlink(certificate);
	unlink(key);
	rmdir(folder);
	clients = SSL_CTX_new(TLS_client_method());
	tcp_help_use_tls(tls);
}

static void
tear_down(void)
{
	tcp_help_teardown();
	tls_server_free(tls);
	SSL_CTX_free(clients);
}

/* A client whose handshake is through. */
static SSL *
secure(void)
{
	SSL *session = SSL_new(clients);

	SSL_set_fd(session, client());
	ck_assert_int_eq(SSL_connect(session), 1);
	return session;
}

static void
hang_up(SSL *session)
{
	int fd = SSL_get_fd(session);

	SSL_free(session);
	close(fd);
}

static void
say(SSL *session, uint16_t id, uint32_t reply_len)
{
	uint8_t query[64];
	size_t len = make_query(query, id, reply_len);

	ck_assert_int_eq(SSL_write(session, query, (int)len), (int)len);
}

static bool
hear_octets(SSL *session, uint8_t *buf, size_t len)
{
	for (size_t at = 0; at < len;) {
		int n = SSL_read(session, buf + at, (int)(len - at));

		if (n <= 0)
			return false;
		at += (size_t)n;
	}
	return true;
}

/* The id of the next reply; -1: the connection is closed. */
static int
hear(SSL *session, size_t len)
{
	static uint8_t buf[65537];

	if (!hear_octets(session, buf, 2))
		return -1;
	ck_assert_uint_eq(wire_get_u16(buf), len);
	ck_assert(hear_octets(session, buf, len));
	return wire_get_u16(buf);
}

START_TEST(queries_are_answered_in_any_order)
{
	SSL *session;

	start(10, 10000, 2000, NULL);
	session = secure();
	say(session, 1, LATE | LATE_HELD);
	say(session, 2, 60);
	ck_assert_int_eq(hear(session, 60), 2);
	release();
	ck_assert_int_eq(hear(session, LATE_LEN), 1);
	hang_up(session);
}
END_TEST

/* One record holds more than is read at once: the socket tells nothing of the rest. */
START_TEST(many_queries_in_one_record_are_all_answered)
{
	uint8_t octets[16000];
	size_t len = 0;
	SSL *session;
	int count = 0;

	start(10, 10000, 2000, NULL);
	session = secure();
	while (len + 64 < sizeof(octets))
		len += make_query(octets + len, (uint16_t)count++, 50);
	ck_assert_int_eq(SSL_write(session, octets, (int)len), (int)len);
	for (int i = 0; i < count; i++)
		ck_assert_int_eq(hear(session, 50), i);
	hang_up(session);
}
END_TEST

START_TEST(large_replies_come_whole_to_a_slow_reader)
{
	SSL *session;

	start(10, 10000, 2000, NULL);
	session = secure();
	for (uint16_t i = 0; i < 100; i++)
		say(session, i, 65535);
	for (int i = 0; i < 100; i++) {
		if (i % 20 == 0)
			poll(NULL, 0, 10);
		ck_assert_int_eq(hear(session, 65535), i);
	}
	hang_up(session);
}
END_TEST

START_TEST(a_series_comes_through_tls)
{
	SSL *session;

	start(10, 10000, 2000, NULL);
	session = secure();
	say(session, 1, SERIES | 2000);
	for (int i = 0; i < 2000; i++)
		ck_assert_int_eq(hear(session, SERIES_LEN), i);
	hang_up(session);
}
END_TEST

/* The octets of a client's first flight, and of its second. */
static size_t
flights(uint8_t *octets, size_t size)
{
	SSL *session = SSL_new(clients);
	int fd = client();
	BIO *in = BIO_new(BIO_s_mem()), *out = BIO_new(BIO_s_mem());
	size_t len = 0;

	SSL_set_bio(session, in, out);
	SSL_set_connect_state(session);
	while (SSL_do_handshake(session) != 1) {
		uint8_t answer[4096];
		int n = BIO_read(out, octets + len, (int)(size - len));

		if (n > 0) {
			put(fd, octets + len, (size_t)n);
			len += (size_t)n;
		}
		ssize_t got = recv(fd, answer, sizeof(answer), 0);
		ck_assert_int_gt(got, 0);
		BIO_write(in, answer, (int)got);
	}
	int n = BIO_read(out, octets + len, (int)(size - len));
	len += n > 0 ? (size_t)n : 0;
	SSL_free(session);
	close(fd);
	return len;
}

/*
 * The second flight of another connection is garbage to this one, which is what it has to be: every
 * place at which a handshake can break is tried.
 */
START_TEST(a_handshake_may_break_at_each_octet)
{
	uint8_t octets[4096];
	SSL *session;
	size_t len;

	start(2000, 10000, 2000, NULL);
	len = flights(octets, sizeof(octets));
	ck_assert_uint_gt(len, 200);
	for (size_t i = 0; i < len; i++) {
		int fd = client();

		put(fd, octets, i);
		close(fd);
	}
	session = secure();
	say(session, 1, 60);
	ck_assert_int_eq(hear(session, 60), 1);
	hang_up(session);
	ck_assert_uint_eq(clients_become(0), 0);
}
END_TEST

START_TEST(who_does_not_speak_tls_is_let_go)
{
	uint8_t octet;
	SSL *session;
	int fd;

	start(10, 10000, 2000, NULL);
	fd = client();
	ask(fd, 1, 60);
	while (recv(fd, &octet, 1, 0) > 0)
		continue;
	close(fd);
	session = secure();
	say(session, 1, 60);
	ck_assert_int_eq(hear(session, 60), 1);
	hang_up(session);
}
END_TEST

START_TEST(who_does_not_finish_a_handshake_is_let_go_in_time)
{
	uint64_t began = now_ms();
	uint8_t octet;
	int fd;

	start(10, 10000, 300, NULL);
	fd = client();
	/* The head of a record, and nothing more. */
	put(fd, "\x16\x03\x01\x02\x00\x01", 6);
	ck_assert_int_le(recv(fd, &octet, 1, 0), 0);
	ck_assert_uint_ge(now_ms() - began, 290);
	ck_assert_uint_lt(now_ms() - began, 5000);
	close(fd);
}
END_TEST

START_TEST(an_idle_session_ends_with_a_farewell)
{
	uint8_t octet;
	SSL *session;

	start(10, 200, 2000, NULL);
	session = secure();
	say(session, 1, 60);
	ck_assert_int_eq(hear(session, 60), 1);
	ck_assert_int_le(SSL_read(session, &octet, 1), 0);
	ck_assert_int_ne(SSL_get_shutdown(session) & SSL_RECEIVED_SHUTDOWN, 0);
	hang_up(session);
}
END_TEST

START_TEST(to_stop_is_to_answer_what_is_in)
{
	SSL *session;

	start(10, 10000, 2000, NULL);
	session = secure();
	say(session, 1, LATE | 100);
	say(session, 2, 60);
	ck_assert_int_eq(hear(session, 60), 2);
	stop(10000);
	ck_assert_int_eq(hear(session, LATE_LEN), 1);
	ck_assert_int_eq(hear(session, 0), -1);
	hang_up(session);
}
END_TEST

Suite *
suite(void)
{
	Suite *secured = suite_create("tcp_tls");
	TCase *tests = tcase_create("tcp_tls");

	tcase_set_timeout(tests, 60);
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, queries_are_answered_in_any_order);
	tcase_add_test(tests, many_queries_in_one_record_are_all_answered);
	tcase_add_test(tests, large_replies_come_whole_to_a_slow_reader);
	tcase_add_test(tests, a_series_comes_through_tls);
	tcase_add_test(tests, a_handshake_may_break_at_each_octet);
	tcase_add_test(tests, who_does_not_speak_tls_is_let_go);
	tcase_add_test(tests, who_does_not_finish_a_handshake_is_let_go_in_time);
	tcase_add_test(tests, an_idle_session_ends_with_a_farewell);
	tcase_add_test(tests, to_stop_is_to_answer_what_is_in);
	suite_add_tcase(secured, tests);
	return secured;
}
