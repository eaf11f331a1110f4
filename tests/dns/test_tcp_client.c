/* test_tcp_client.c - what one TCP client may do: talk, be slow, be silent, be greedy. */
#include <errno.h>
#include <malloc.h>
#include <poll.h>
#include <sched.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/latency.h"
#include "dns/tcp.h"
#include "tests/dns/tcp_help.h"
#include "tests/suite.h"

START_TEST(length_and_reply_come_in_one_write)
{
	uint8_t buf[256];
	int fd;

	start(10, 10000, 2000, NULL);
	fd = client();
	ask(fd, 4711, 100);
	/* One recv takes what one write has put there. */
	ck_assert_int_eq(recv(fd, buf, sizeof(buf), 0), 102);
	ck_assert_uint_eq(buf[1], 100);
	close(fd);
}
END_TEST

START_TEST(pipelined_queries_are_all_answered)
{
	uint8_t buf[300 * 64];
	size_t len = 0;
	struct dns_counts counts;
	struct latency durations = { .total = 0 };
	int fd;

	start(10, 10000, 2000, NULL);
	fd = client();
	for (uint16_t i = 0; i < 300; i++)
		len += make_query(buf + len, i, i % 10 == 0 ? 0 : 50);
	put(fd, buf, len);
	for (int i = 0; i < 300; i++)
		if (i % 10 != 0)
			ck_assert_int_eq(reply(fd, 50), i);
	tcp_server_counts(tcp_help_server(), &counts);
	ck_assert_uint_eq(counts.queries, 300);
	ck_assert_uint_eq(counts.replies, 270);
	ck_assert_uint_eq(counts.rcode[0], 270);
	ck_assert_uint_eq(counts.dropped, 30);
	/* The last note comes after the last reply; the test's time limit ends this. */
	while (durations.total != 300) {
		durations = (struct latency){ .total = 0 };
		sched_yield();
		tcp_server_durations(tcp_help_server(), &durations);
	}
	close(fd);
}
END_TEST

START_TEST(a_query_may_come_octet_by_octet)
{
	uint8_t query[64];
	size_t len = make_query(query, 7, 40);
	int fd;

	start(10, 10000, 5000, NULL);
	fd = client();
	for (size_t i = 0; i < len; i++) {
		put(fd, query + i, 1);
		poll(NULL, 0, 1);
	}
	ck_assert_int_eq(reply(fd, 40), 7);
	close(fd);
}
END_TEST

START_TEST(the_largest_messages_pass)
{
	static uint8_t query[65537];
	int fd;

	start(10, 10000, 5000, NULL);
	fd = client();
	make_query(query, 8, 65535);
	query[0] = query[1] = 0xff;
	put(fd, query, sizeof(query));
	put(fd, query, sizeof(query));
	ck_assert_int_eq(reply(fd, 65535), 8);
	ck_assert_int_eq(reply(fd, 65535), 8);
	close(fd);
}
END_TEST

START_TEST(what_is_shorter_than_a_header_ends_the_connection)
{
	uint8_t buf[64] = { 0, 5, 1, 2, 3, 4, 5 };
	size_t len = 7;
	int fd;

	start(10, 10000, 5000, NULL);
	fd = client();
	len += make_query(buf + len, 1, 20);
	ask(fd, 9, 30);
	put(fd, buf, len);
	ck_assert_int_eq(reply(fd, 30), 9);
	ck_assert_int_eq(reply(fd, 20), -1);
	close(fd);
}
END_TEST

START_TEST(a_half_closed_client_gets_all_its_replies)
{
	int fd;

	start(10, 10000, 5000, NULL);
	fd = client();
	for (uint16_t i = 0; i < 50; i++)
		ask(fd, i, 60000);
	shutdown(fd, SHUT_WR);
	for (int i = 0; i < 50; i++)
		ck_assert_int_eq(reply(fd, 60000), i);
	ck_assert_int_eq(reply(fd, 60000), -1);
	ck_assert_uint_eq(clients_become(0), 0);
	close(fd);
}
END_TEST

START_TEST(an_idle_client_is_closed_in_time)
{
	uint64_t before;
	int fd;

	start(10, 300, 2000, NULL);
	fd = client();
	/* The server's time begins when it reads, which may be long before its reply is read here. */
	before = now_ms();
	ask(fd, 1, 20);
	ck_assert_int_eq(reply(fd, 20), 1);
	ck_assert_int_eq(reply(fd, 20), -1);
	ck_assert_uint_ge(now_ms() - before, 290);
	ck_assert_uint_lt(now_ms() - before, 1900);
	close(fd);
}
END_TEST

START_TEST(a_client_that_says_nothing_is_closed_sooner)
{
	uint64_t before;
	int fd;

	start(10, 60000, 200, NULL);
	before = now_ms();
	fd = client();
	ck_assert_int_eq(reply(fd, 20), -1);
	ck_assert_uint_ge(now_ms() - before, 190);
	close(fd);
}
END_TEST

START_TEST(dripping_a_message_does_not_gain_time)
{
	uint8_t query[64];
	uint64_t before;
	int fd, dripped = 0;

	start(10, 60000, 300, NULL);
	fd = client();
	ask(fd, 1, 20);
	ck_assert_int_eq(reply(fd, 20), 1);
	make_query(query, 2, 20);
	before = now_ms();
	while (dripped < QUERY_LEN && send(fd, query + dripped, 1, MSG_NOSIGNAL) == 1) {
		struct pollfd closed = { fd, POLLIN, 0 };

		dripped++;
		if (poll(&closed, 1, 100) > 0)
			break;
	}
	ck_assert_int_eq(reply(fd, 20), -1);
	ck_assert_int_lt(dripped, 10);
	ck_assert_uint_ge(now_ms() - before, 290);
	close(fd);
}
END_TEST

START_TEST(a_client_that_never_reads_is_not_read_and_then_closed)
{
	struct dns_counts counts;
	int bad, good;

	start(10, 60000, 400, NULL);
	bad = client();
	good = client();
	for (int i = 0; i < 20; i++) {
		flood(bad, 2000, 60000, 0);
		ask(good, (uint16_t)i, 20);
		ck_assert_int_eq(reply(good, 20), i);
	}
	/* What the kernel's buffers hold of 60,000-octet replies is a few hundred at most, not 40,000. */
	tcp_server_counts(tcp_help_server(), &counts);
	ck_assert_uint_lt(counts.queries, 1000);
	ck_assert_uint_le(clients_become(1), 1);
	close(bad);
	close(good);
}
END_TEST

START_TEST(a_slow_reader_gets_everything_in_order)
{
	unsigned sent = 0, got = 0;
	int fd;

	start(10, 60000, 10000, NULL);
	fd = client();
	while (got < 1000) {
		sent = flood(fd, 1000, 20000, sent);
		ck_assert_int_eq(reply(fd, 20000), (int)got);
		got++;
	}
	close(fd);
}
END_TEST

START_TEST(half_sent_messages_are_held_up_to_the_cap)
{
	enum { CLIENTS = 300 };
	static uint8_t half[65000];
	static uint8_t query[2 + 50000];
	int fds[CLIENTS], last, slow;
	size_t left;

	start(1000, 60000, 30000, NULL);
	/* Somebody else is slow, but no hog. */
	slow = client_from("127.0.0.2:0");
	make_query(query, 77, 30);
	query[0] = 50000 >> 8;
	query[1] = 50000 & 0xff;
	put(slow, query, 20);
	half[0] = half[1] = 0xff;
	for (int i = 0; i < CLIENTS; i++) {
		ssize_t n;

		fds[i] = client();
		n = send(fds[i], half, sizeof(half), MSG_NOSIGNAL);
		ck_assert(n > 0 || errno == ECONNRESET || errno == EPIPE);
	}
	/* They are accepted in order: once this one is answered all of them are in. */
	last = client();
	ask(last, 1, 20);
	ck_assert_int_eq(reply(last, 20), 1);
	close(last);
	/* 16 MiB hold 258 of these, and the slow one. */
	left = clients_become(259);
	ck_assert_uint_le(left, 259);
	ck_assert_uint_ge(left, 200);
	/* The cap is reached: a hog must go for what it sends next. */
	put(slow, query + 20, 40000);
	put(slow, query + 40020, sizeof(query) - 40020);
	ck_assert_int_eq(reply(slow, 30), 77);
	close(slow);
	for (int i = 0; i < CLIENTS; i++)
		close(fds[i]);
	ck_assert_uint_eq(clients_become(0), 0);
}
END_TEST

START_TEST(an_idle_connection_costs_at_most_two_kibibytes)
{
	enum { CLIENTS = 300 };
	int fds[CLIENTS];
	struct mallinfo2 before;

	/* One arena for all threads: mallinfo2 sees the first only. */
	mallopt(M_ARENA_MAX, 1);
	start(1000, 60000, 60000, NULL);
	before = mallinfo2();
	if (before.uordblks == 0)
		return;                 /* the allocator of a sanitizer */
	for (int i = 0; i < CLIENTS; i++) {
		fds[i] = client();
		ask(fds[i], 1, 3000);
		ck_assert_int_eq(reply(fds[i], 3000), 1);
	}
	ck_assert_uint_eq(tcp_server_clients(tcp_help_server()), CLIENTS);
	ck_assert_uint_gt(mallinfo2().uordblks, before.uordblks);
	ck_assert_uint_lt((mallinfo2().uordblks - before.uordblks) / CLIENTS, 2048);
	for (int i = 0; i < CLIENTS; i++)
		close(fds[i]);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("tcp_client");
	TCase *tc = tcase_create("tcp_client");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, tcp_help_setup, tcp_help_teardown);
	tcase_add_test(tc, length_and_reply_come_in_one_write);
	tcase_add_test(tc, pipelined_queries_are_all_answered);
	tcase_add_test(tc, a_query_may_come_octet_by_octet);
	tcase_add_test(tc, the_largest_messages_pass);
	tcase_add_test(tc, what_is_shorter_than_a_header_ends_the_connection);
	tcase_add_test(tc, a_half_closed_client_gets_all_its_replies);
	tcase_add_test(tc, an_idle_client_is_closed_in_time);
	tcase_add_test(tc, a_client_that_says_nothing_is_closed_sooner);
	tcase_add_test(tc, dripping_a_message_does_not_gain_time);
	tcase_add_test(tc, a_client_that_never_reads_is_not_read_and_then_closed);
	tcase_add_test(tc, a_slow_reader_gets_everything_in_order);
	tcase_add_test(tc, half_sent_messages_are_held_up_to_the_cap);
	tcase_add_test(tc, an_idle_connection_costs_at_most_two_kibibytes);
	suite_add_tcase(s, tc);
	return s;
}
