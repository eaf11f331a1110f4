/* test_tcp.c - the stream thread: fresh clients get room, descriptors run out, it stops in order. */
#include <errno.h>
#include <linux/sockios.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "dns/tcp.h"
#include "tests/dns/tcp_help.h"
#include "tests/suite.h"

START_TEST(a_full_table_lets_fresh_clients_in)
{
	int old, first, second, fresh;

	start(3, 60000, 60000, NULL);
	old = client();
	ask(old, 1, 20);
	ck_assert_int_eq(reply(old, 20), 1);
	first = client_from("127.0.0.2:0");
	ask(first, 2, 20);
	ck_assert_int_eq(reply(first, 20), 2);
	second = client_from("127.0.0.2:0");
	ask(second, 3, 20);
	ck_assert_int_eq(reply(second, 20), 3);
	fresh = client_from("127.0.0.3:0");
	ask(fresh, 4, 20);
	ck_assert_int_eq(reply(fresh, 20), 4);
	/* 127.0.0.2 held most, and `first` of it was idle longest. */
	ck_assert_int_eq(reply(first, 20), -1);
	ask(old, 5, 20);
	ask(second, 6, 20);
	ck_assert_int_eq(reply(old, 20), 5);
	ck_assert_int_eq(reply(second, 20), 6);
	ck_assert_uint_eq(tcp_server_clients(tcp_help_server()), 3);
	close(old);
	close(first);
	close(second);
	close(fresh);
}
END_TEST

static int
highest_fd(void)
{
	int fd = dup(0);

	close(fd);
	return fd;
}

static void
limit_files(int count)
{
	struct rlimit limit;

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = count == 0 ? limit.rlim_max : (rlim_t)count;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

static double
cpu_s(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
	    (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

START_TEST(without_descriptors_accepting_rests_and_goes_on_later)
{
	struct timeval patience = { 20, 0 };
	uint64_t before;
	double cpu;
	int fds[6], fd;

	start(10, 60000, 60000, NULL);
	for (int i = 0; i < 6; i++) {
		fds[i] = socket(AF_INET, SOCK_STREAM, 0);
		setsockopt(fds[i], SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	}
	limit_files(highest_fd());
	before = now_ms();
	cpu = cpu_s();
	for (int i = 0; i < 6; i++)
		connect_fd(fds[i]);
	/* Each is turned away by the reserve descriptor, 100 ms after the one before. */
	for (int i = 0; i < 6; i++)
		ck_assert_int_eq(reply(fds[i], 20), -1);
	ck_assert_uint_ge(now_ms() - before, 490);
	ck_assert_double_lt(cpu_s() - cpu, 0.1);
	limit_files(0);
	fd = client();
	ask(fd, 1, 20);
	ck_assert_int_eq(reply(fd, 20), 1);
	close(fd);
	for (int i = 0; i < 6; i++)
		close(fds[i]);
}
END_TEST

START_TEST(without_descriptors_an_idle_client_makes_room)
{
	struct timeval patience = { 20, 0 };
	int idle, fresh;

	start(10, 60000, 60000, NULL);
	idle = client();
	ask(idle, 1, 20);
	ck_assert_int_eq(reply(idle, 20), 1);
	fresh = socket(AF_INET, SOCK_STREAM, 0);
	setsockopt(fresh, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	limit_files(highest_fd());
	connect_fd(fresh);
	ask(fresh, 2, 20);
	ck_assert_int_eq(reply(fresh, 20), 2);
	ck_assert_int_eq(reply(idle, 20), -1);
	limit_files(0);
	close(idle);
	close(fresh);
}
END_TEST

START_TEST(reset_connections_leave_nothing_behind)
{
	struct linger reset = { 1, 0 };
	int before, last;

	start(100, 60000, 60000, NULL);
	before = highest_fd();
	for (int i = 0; i < 2000; i++) {
		int fd = client();

		if (i % 2 == 0)
			ask(fd, 1, 20);
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
		close(fd);
	}
	/* They are accepted in order: once this one is answered none of them is still to come. */
	last = client();
	ask(last, 1, 20);
	ck_assert_int_eq(reply(last, 20), 1);
	close(last);
	ck_assert_uint_eq(clients_become(0), 0);
	ck_assert_int_eq(highest_fd(), before);
}
END_TEST

/* Wait until the other side has everything that was sent. */
static void
settle(int fd)
{
	uint64_t end = now_ms() + 10000;
	int unsent = 1;

	while (ioctl(fd, SIOCOUTQ, &unsent) == 0 && unsent > 0 && now_ms() < end)
		poll(NULL, 0, 1);
	ck_assert_int_eq(unsent, 0);
}

/* Nobody reads while it stops: as much as the kernel takes. */
START_TEST(stopping_answers_what_has_come_in)
{
	int fd, late;

	start(10, 60000, 2000, NULL);
	fd = client();
	late = client();
	ask(fd, 1, 20);
	ck_assert_int_eq(reply(fd, 20), 1);
	for (uint16_t i = 0; i < 200; i++)
		ask(fd, i, 300);
	ask(late, 300, 20);
	settle(fd);
	settle(late);
	stop(5000);
	for (int i = 0; i < 200; i++)
		ck_assert_int_eq(reply(fd, 300), i);
	ck_assert_int_eq(reply(fd, 300), -1);
	ck_assert_int_eq(reply(late, 20), 300);
	ck_assert_int_eq(reply(late, 20), -1);
	close(fd);
	close(late);
}
END_TEST

START_TEST(stopping_waits_no_longer_than_its_grace)
{
	uint64_t before;
	int fd;

	start(10, 60000, 60000, NULL);
	fd = client();
	flood(fd, 2000, 60000, 0);
	before = now_ms();
	stop(200);
	ck_assert_uint_lt(now_ms() - before, 5000);
	close(fd);
}
END_TEST

START_TEST(new_settings_are_seen_by_the_next_query)
{
	static const int first_settings, second_settings;
	int fd;

	start(10, 60000, 2000, &first_settings);
	fd = client();
	ask(fd, 1, 20);
	ck_assert_int_eq(reply(fd, 20), 1);
	ck_assert_ptr_eq(tcp_help_settings_seen(), &first_settings);
	tcp_server_set(tcp_help_server(), (const void *)&second_settings, NULL);
	ask(fd, 2, 20);
	ck_assert_int_eq(reply(fd, 20), 2);
	ck_assert_ptr_eq(tcp_help_settings_seen(), &second_settings);
	close(fd);
}
END_TEST

START_TEST(an_address_in_use_is_named)
{
	struct addr_port listen[2];
	struct tcp_settings settings = { .listen = listen, .listen_count = 2, .max_clients = 1 };
	struct tcp_server *other = NULL;
	size_t failed = 99;

	start(10, 60000, 2000, NULL);
	ck_assert_int_eq(addr_port_parse("127.0.0.1:0", &listen[0]), 0);
	listen[1] = *tcp_help_at();
	ck_assert_int_ne(tcp_server_bind(&settings, &other, &failed), 0);
	ck_assert_int_eq(errno, EADDRINUSE);
	ck_assert_uint_eq(failed, 1);
	ck_assert_ptr_null(other);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("tcp");
	TCase *tc = tcase_create("tcp");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, tcp_help_setup, tcp_help_teardown);
	tcase_add_test(tc, a_full_table_lets_fresh_clients_in);
	tcase_add_test(tc, without_descriptors_accepting_rests_and_goes_on_later);
	tcase_add_test(tc, without_descriptors_an_idle_client_makes_room);
	tcase_add_test(tc, reset_connections_leave_nothing_behind);
	tcase_add_test(tc, stopping_answers_what_has_come_in);
	tcase_add_test(tc, stopping_waits_no_longer_than_its_grace);
	tcase_add_test(tc, new_settings_are_seen_by_the_next_query);
	tcase_add_test(tc, an_address_in_use_is_named);
	suite_add_tcase(s, tc);
	return s;
}
