/* test_tcp_late.c - replies of a stream that come later than others, or one after the other. */
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "dns/tcp.h"
#include "dns/tcp_client.h"
#include "tests/dns/tcp_help.h"
#include "tests/suite.h"

static uint64_t
queries(void)
{
	struct dns_counts counts;

	tcp_server_counts(tcp_help_server(), &counts);
	return counts.queries;
}

START_TEST(answers_that_are_there_overtake_those_that_are_not)
{
	int fd;

	start(10, 10000, 2000, NULL);
	fd = client();
	ask(fd, 1, LATE | LATE_HELD);
	ask(fd, 2, 60);
	ck_assert_int_eq(reply(fd, 60), 2);
	ask(fd, 3, 70);
	ck_assert_int_eq(reply(fd, 70), 3);
	release();
	ck_assert_int_eq(reply(fd, LATE_LEN), 1);
	close(fd);
}
END_TEST

START_TEST(answers_come_in_the_order_they_are_ready)
{
	int fd;

	start(10, 10000, 2000, NULL);
	fd = client();
	ask(fd, 1, LATE | 100);
	ask(fd, 2, LATE | 50);
	ask(fd, 3, LATE | 1);
	for (int id = 3; id > 0; id--)
		ck_assert_int_eq(reply(fd, LATE_LEN), id);
	close(fd);
}
END_TEST

START_TEST(a_client_with_enough_under_way_is_not_read)
{
	bool seen[TCP_PENDING_MAX + 8] = { false };
	int fd, other;

	start(10, 10000, 2000, NULL);
	fd = client();
	other = client();
	for (uint16_t i = 0; i < TCP_PENDING_MAX + 8; i++)
		ask(fd, i, LATE | LATE_HELD);
	while (queries() < TCP_PENDING_MAX)
		poll(NULL, 0, 1);
	/* Others are served meanwhile; once they are, whatever could be read has been. */
	for (uint16_t i = 0; i < 3; i++) {
		ask(other, i, 60);
		ck_assert_int_eq(reply(other, 60), i);
	}
	ck_assert_uint_eq(queries(), TCP_PENDING_MAX + 3);
	release();
	for (int i = 0; i < TCP_PENDING_MAX + 8; i++)
		seen[reply(fd, LATE_LEN)] = true;
	for (int i = 0; i < TCP_PENDING_MAX + 8; i++)
		ck_assert(seen[i]);
	close(fd);
	close(other);
}
END_TEST

START_TEST(who_goes_away_gets_nobody_elses_answer)
{
	struct dns_counts counts;
	int fd;

	start(1, 10000, 2000, NULL);
	fd = client();
	ask(fd, 1, LATE | LATE_HELD);
	while (queries() < 1)
		poll(NULL, 0, 1);
	close(fd);
	ck_assert_uint_le(clients_become(1), 1);
	/* The next one takes his place in every table. */
	fd = client();
	ask(fd, 2, 60);
	ck_assert_int_eq(reply(fd, 60), 2);
	release();
	do {
		poll(NULL, 0, 1);
		tcp_server_counts(tcp_help_server(), &counts);
	} while (counts.dropped < 1);
	ask(fd, 3, 60);
	ck_assert_int_eq(reply(fd, 60), 3);
	close(fd);
}
END_TEST

START_TEST(to_wait_for_an_answer_is_not_to_be_idle)
{
	int fd;

	start(10, 20, 20, NULL);
	fd = client();
	ask(fd, 1, LATE | 300);
	ck_assert_int_eq(reply(fd, LATE_LEN), 1);
	/* But afterwards it is. */
	ck_assert_int_eq(reply(fd, 0), -1);
	close(fd);
}
END_TEST

START_TEST(a_half_close_waits_for_the_answer)
{
	int fd;

	start(10, 10000, 2000, NULL);
	fd = client();
	ask(fd, 1, LATE | 100);
	shutdown(fd, SHUT_WR);
	ck_assert_int_eq(reply(fd, LATE_LEN), 1);
	ck_assert_int_eq(reply(fd, 0), -1);
	close(fd);
}
END_TEST

START_TEST(to_stop_is_to_wait_for_answers_so_long)
{
	uint64_t began = now_ms();
	int fd;

	start(10, 10000, 2000, NULL);
	fd = client();
	ask(fd, 1, LATE | 200);
	while (queries() < 1)
		poll(NULL, 0, 1);
	stop(20000);
	ck_assert_uint_lt(now_ms() - began, 10000);
	ck_assert_int_eq(reply(fd, LATE_LEN), 1);
	ck_assert_int_eq(reply(fd, 0), -1);
	close(fd);
}
END_TEST

START_TEST(a_series_comes_whole_to_a_slow_reader)
{
	int fd;

	start(10, 10000, 2000, NULL);
	fd = client();
	ask(fd, 1, SERIES | 5000);
	ask(fd, 9, 60);
	for (int i = 0; i < 5000; i++) {
		if (i % 500 == 0)
			poll(NULL, 0, 5);
		ck_assert_int_eq(reply(fd, SERIES_LEN), i);
	}
	ck_assert_int_eq(reply(fd, 60), 9);
	ck_assert_uint_eq(tcp_help_series_ended(), 1);
	close(fd);
}
END_TEST

START_TEST(a_series_ends_with_its_reader)
{
	int fd;

	start(10, 10000, 2000, NULL);
	fd = client();
	ask(fd, 1, SERIES | 0xFFFF);
	ck_assert_int_eq(reply(fd, SERIES_LEN), 0);
	close(fd);
	ck_assert_uint_eq(clients_become(0), 0);
	ck_assert_uint_eq(tcp_help_series_ended(), 1);
}
END_TEST

Suite *
suite(void)
{
	Suite *late = suite_create("tcp_late");
	TCase *tests = tcase_create("tcp_late");

	tcase_set_timeout(tests, 60);
	tcase_add_checked_fixture(tests, tcp_help_setup, tcp_help_teardown);
	tcase_add_test(tests, answers_that_are_there_overtake_those_that_are_not);
	tcase_add_test(tests, answers_come_in_the_order_they_are_ready);
	tcase_add_test(tests, a_client_with_enough_under_way_is_not_read);
	tcase_add_test(tests, who_goes_away_gets_nobody_elses_answer);
	tcase_add_test(tests, to_wait_for_an_answer_is_not_to_be_idle);
	tcase_add_test(tests, a_half_close_waits_for_the_answer);
	tcase_add_test(tests, to_stop_is_to_wait_for_answers_so_long);
	tcase_add_test(tests, a_series_comes_whole_to_a_slow_reader);
	tcase_add_test(tests, a_series_ends_with_its_reader);
	suite_add_tcase(late, tests);
	return late;
}
