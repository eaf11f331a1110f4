/* test_dial.c - connections are opened without waiting, and each errno has its ending. */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "probe/dial.h"
#include "tests/suite.h"

static int
listen_any(struct addr_port *to)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t len = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, len), 0);
	ck_assert_int_eq(listen(fd, 8), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&address, &len), 0);
	ck_assert_int_eq(addr_parse("127.0.0.1", &to->addr), 0);
	to->port = ntohs(address.sin_port);
	return fd;
}

START_TEST(a_listener_of_this_host_is_connected_at_once)
{
	struct addr_port to;
	int listener = listen_any(&to);
	int fd = dial_open(&to);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(dial_poll(fd, &to), 0);
	ck_assert_int_eq(dial_poll(fd, &to), 0);
	close(fd);
	close(listener);
}
END_TEST

START_TEST(a_closed_port_refuses)
{
	struct addr_port to;
	int listener = listen_any(&to);

	close(listener);
	int fd = dial_open(&to);
	int error = fd < 0 ? -fd : dial_poll(fd, &to);

	ck_assert_int_eq(error, ECONNREFUSED);
	if (fd >= 0)
		close(fd);
}
END_TEST

START_TEST(a_connection_that_was_made_and_reset_says_so)
{
	struct addr_port to;
	struct linger now = { .l_onoff = 1, .l_linger = 0 };
	int listener = listen_any(&to);
	int fd = dial_open(&to);
	int other = accept(listener, NULL, NULL);

	setsockopt(other, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(other);
	struct pollfd poll_fd = { .fd = fd, .events = POLLOUT };

	ck_assert_int_eq(poll(&poll_fd, 1, 1000), 1);
	ck_assert_int_eq(dial_poll(fd, &to), ECONNRESET);
	close(fd);
	close(listener);
}
END_TEST

static const struct {
	int error;
	enum outcome_code code;
	bool detail;
} errors[] = {
	{ EMFILE, OUTCOME_FAULT_FILES, false },
	{ ENFILE, OUTCOME_FAULT_FILES, false },
	{ ENOMEM, OUTCOME_FAULT_MEMORY, false },
	{ ENOBUFS, OUTCOME_FAULT_MEMORY, false },
	{ EADDRNOTAVAIL, OUTCOME_FAULT_ADDRESS, false },
	{ ECONNREFUSED, OUTCOME_CONNECT_REFUSED, false },
	{ ECONNRESET, OUTCOME_RESET, false },
	{ ENETUNREACH, OUTCOME_CONNECT_FAILED, true },
	{ EHOSTUNREACH, OUTCOME_CONNECT_FAILED, true },
	{ EACCES, OUTCOME_CONNECT_FAILED, true },
	{ ETIMEDOUT, OUTCOME_CONNECT_FAILED, true },
};

START_TEST(each_errno_has_its_ending)
{
	ck_assert_int_eq(dial_outcome(errors[_i].error), errors[_i].code);
	ck_assert_int_eq(dial_detail(errors[_i].error) != NULL, errors[_i].detail);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("dial");
	TCase *tc = tcase_create("dial");

	tcase_add_test(tc, a_listener_of_this_host_is_connected_at_once);
	tcase_add_test(tc, a_closed_port_refuses);
	tcase_add_test(tc, a_connection_that_was_made_and_reset_says_so);
	tcase_add_loop_test(tc, each_errno_has_its_ending, 0, sizeof(errors) / sizeof(errors[0]));
	suite_add_tcase(s, tc);
	return s;
}
