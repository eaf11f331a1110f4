/* test_notify.c - systemd hears how we are, over a socket with a path or an abstract name. */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/notify.h"
#include "tests/daemon/scratch.h"
#include "tests/suite.h"

static struct scratch scratch;

static void
set_up(void)
{
	scratch_make(&scratch);
}

static void
tear_down(void)
{
	scratch_remove(&scratch);
}

static void
heard(const char *name)
{
	struct sockaddr_un where = { .sun_family = AF_UNIX };
	struct timeval patience = { .tv_sec = 5 };
	size_t len = strlen(name);
	char buf[64];
	ssize_t got;
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	memcpy(where.sun_path, name, len);
	if (name[0] == '@')
		where.sun_path[0] = '\0';
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&where,
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)), 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	setenv("NOTIFY_SOCKET", name, 1);
	notify_send("READY=1");
	got = recv(fd, buf, sizeof(buf), 0);
	ck_assert_int_eq(got, 7);
	ck_assert_mem_eq(buf, "READY=1", 7);
	close(fd);
}

START_TEST(a_socket_with_a_path_is_told)
{
	char name[300];

	snprintf(name, sizeof(name), "%s/notify", scratch.path);
	heard(name);
}
END_TEST

START_TEST(a_socket_with_an_abstract_name_is_told)
{
	char name[64];

	snprintf(name, sizeof(name), "@rollcall-test-%ld", (long)getpid());
	heard(name);
}
END_TEST

START_TEST(without_a_socket_nothing_happens)
{
	unsetenv("NOTIFY_SOCKET");
	notify_send("READY=1");
	setenv("NOTIFY_SOCKET", "", 1);
	notify_send("READY=1");
	setenv("NOTIFY_SOCKET", "relative", 1);
	notify_send("READY=1");
}
END_TEST

START_TEST(the_watchdog_is_ours_or_none)
{
	char pid[32];

	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
	ck_assert_uint_eq(notify_watchdog_ms(), 0);
	setenv("WATCHDOG_USEC", "30000000", 1);
	ck_assert_uint_eq(notify_watchdog_ms(), 30000);
	setenv("WATCHDOG_PID", "1", 1);
	ck_assert_uint_eq(notify_watchdog_ms(), 0);
	snprintf(pid, sizeof(pid), "%ld", (long)getpid());
	setenv("WATCHDOG_PID", pid, 1);
	ck_assert_uint_eq(notify_watchdog_ms(), 30000);
	setenv("WATCHDOG_USEC", "soon", 1);
	ck_assert_uint_eq(notify_watchdog_ms(), 0);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("notify");
	TCase *t = tcase_create("notify");

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, a_socket_with_a_path_is_told);
	tcase_add_test(t, a_socket_with_an_abstract_name_is_told);
	tcase_add_test(t, without_a_socket_nothing_happens);
	tcase_add_test(t, the_watchdog_is_ours_or_none);
	suite_add_tcase(s, t);
	return s;
}
