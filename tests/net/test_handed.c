/* test_handed.c - sockets of a service manager are taken over once, by whom they are for. */
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h"
#include "net/handed.h"
#include "net/sock.h"
#include "tests/suite.h"

/* Out of the way of those that Check has for itself. */
#define FIRST 200

static uint16_t
place(int at, const char *where, bool stream)
{
	struct addr_port addr_port;
	int fd;

	ck_assert_int_eq(addr_port_parse(where, &addr_port), 0);
	ck_assert_int_eq(stream ? sock_listen_tcp(&addr_port, 0, 1, &fd) :
	    sock_bind_udp(&addr_port, 0, 0, &fd), 0);
	ck_assert_int_eq(sock_bound(fd, &addr_port), 0);
	if (fd != at) {
		ck_assert_int_eq(dup2(fd, at), at);
		close(fd);
	}
	return addr_port.port;
}

static void
announce(const char *count, const char *names)
{
	char pid[32];

	snprintf(pid, sizeof(pid), "%ld", (long)getpid());
	setenv("LISTEN_PID", pid, 1);
	setenv("LISTEN_FDS", count, 1);
	if (names != NULL)
		setenv("LISTEN_FDNAMES", names, 1);
	else
		unsetenv("LISTEN_FDNAMES");
}

START_TEST(udp_and_tcp_are_told_apart_and_named)
{
	struct handed handed;
	uint16_t tcp = place(FIRST + 1, "127.0.0.1:0", true), udp = place(FIRST, "127.0.0.1:0", false);

	fcntl(FIRST, F_SETFL, O_NONBLOCK);
	announce("2", "dns:");
	ck_assert_int_eq(handed_take(FIRST, &handed), 0);
	ck_assert_uint_eq(handed.count, 2);
	ck_assert(!handed.sockets[0].stream && handed.sockets[1].stream);
	ck_assert_str_eq(handed.sockets[0].name, "dns");
	ck_assert_str_eq(handed.sockets[1].name, "unknown");
	ck_assert_uint_eq(handed.sockets[0].at.port, udp);
	ck_assert_uint_eq(handed.sockets[1].at.port, tcp);
	/* Responders wait in their calls, the stream thread in its loop; no child has either. */
	ck_assert_int_eq(fcntl(FIRST, F_GETFL) & O_NONBLOCK, 0);
	ck_assert_int_ne(fcntl(FIRST + 1, F_GETFL) & O_NONBLOCK, 0);
	ck_assert_int_eq(fcntl(FIRST, F_GETFD) & fcntl(FIRST + 1, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	ck_assert(getenv("LISTEN_PID") == NULL && getenv("LISTEN_FDS") == NULL &&
	    getenv("LISTEN_FDNAMES") == NULL);
	handed.sockets[0].fd = -1;
	handed_release(&handed);
	ck_assert_int_ge(fcntl(FIRST, F_GETFD), 0);
	ck_assert_int_eq(fcntl(FIRST + 1, F_GETFD), -1);
}
END_TEST

START_TEST(nothing_or_what_is_not_ours_is_none)
{
	static const struct { const char *pid, *fds; } cases[] = {
		{ NULL, NULL }, { NULL, "1" }, { "1", "1" }, { "x", "1" }, { "", "1" },
	};
	struct handed handed;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		unsetenv("LISTEN_PID");
		unsetenv("LISTEN_FDS");
		if (cases[i].pid != NULL)
			setenv("LISTEN_PID", cases[i].pid, 1);
		if (cases[i].fds != NULL)
			setenv("LISTEN_FDS", cases[i].fds, 1);
		ck_assert_int_eq(handed_take(FIRST, &handed), 0);
		ck_assert_uint_eq(handed.count, 0);
		handed_release(&handed);
	}
	announce("many", NULL);
	ck_assert_int_eq(handed_take(FIRST, &handed), 0);
	ck_assert_uint_eq(handed.count, 0);
}
END_TEST

START_TEST(what_nobody_can_serve_is_refused)
{
	struct handed handed;
	int pair[2];

	close(FIRST);
	announce("1", "dns");
	ck_assert_int_eq(handed_take(FIRST, &handed), ERR_INVALID);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair), 0);
	dup2(pair[1], FIRST);
	announce("1", "dns");
	ck_assert_int_eq(handed_take(FIRST, &handed), ERR_INVALID);
	/* Bound, but not listening: a connection of Accept=yes looks like this, too. */
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	dup2(fd, FIRST);
	announce("1", "dns");
	ck_assert_int_eq(handed_take(FIRST, &handed), ERR_INVALID);
}
END_TEST

START_TEST(a_wildcard_of_both_families_is_refused)
{
	struct handed handed;
	struct addr_port any;
	struct sockaddr_storage storage;
	int fd = socket(AF_INET6, SOCK_DGRAM, 0), off = 0;

	if (fd < 0)
		return;
	addr_port_parse("[::]:0", &any);
	setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
	socklen_t len = sock_from_addr(&any, &storage);

	if (bind(fd, (struct sockaddr *)&storage, len) != 0)
		return;
	dup2(fd, FIRST);
	announce("1", "dns");
	ck_assert_int_eq(handed_take(FIRST, &handed), ERR_INVALID);
	place(FIRST, "[::]:0", false);
	announce("1", "dns");
	ck_assert_int_eq(handed_take(FIRST, &handed), 0);
	handed_release(&handed);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("handed");
	TCase *tc = tcase_create("handed");

	tcase_add_test(tc, udp_and_tcp_are_told_apart_and_named);
	tcase_add_test(tc, nothing_or_what_is_not_ours_is_none);
	tcase_add_test(tc, what_nobody_can_serve_is_refused);
	tcase_add_test(tc, a_wildcard_of_both_families_is_refused);
	suite_add_tcase(s, tc);
	return s;
}
