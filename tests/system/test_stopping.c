/* test_stopping.c - what the service manager is told, and what clients see of a stop under load. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "tests/suite.h"
#include "tests/system/daemon_run.h"

#define NAME "web.shop.svc.cluster.local"
#define MANIFEST \
	"apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: shop}\n" \
	"spec: {clusterIP: 10.96.0.77, ports: [{port: 80}]}\n"
#define BOTTOM_MS 2500          /* 2 s, and what a busy machine needs to tell us */

static struct daemon_run run;
static int manager = -1;        /* $NOTIFY_SOCKET */

static void
set_up(void)
{
	daemon_run_begin(&run);
	daemon_run_put(&run, "web.yaml", MANIFEST);
}

static void
tear_down(void)
{
	if (manager >= 0)
		close(manager);
	manager = -1;
	daemon_run_end(&run);
}

/* ---- the service manager ---- */

static void
be_service_manager(void)
{
	struct sockaddr_un where = { .sun_family = AF_UNIX };

	snprintf(where.sun_path, sizeof(where.sun_path), "%s/notify", run.folder);
	manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	ck_assert_int_ge(manager, 0);
	ck_assert_int_eq(bind(manager, (struct sockaddr *)&where, sizeof(where)), 0);
	setenv("NOTIFY_SOCKET", where.sun_path, 1);
	unsetenv("WATCHDOG_PID");
	setenv("WATCHDOG_USEC", "30000000", 1);
}

/* The next message, heartbeats aside unless one is wanted; "" after 5 s. */
static const char *
told(bool heartbeat)
{
	static char text[256];
	struct pollfd ready = { .fd = manager, .events = POLLIN };
	uint64_t until_ms = daemon_run_now_ms() + 5000, now_ms;

	while ((now_ms = daemon_run_now_ms()) < until_ms && poll(&ready, 1, (int)(until_ms - now_ms)) > 0) {
		ssize_t len = recv(manager, text, sizeof(text) - 1, 0);

		ck_assert_int_gt(len, 0);
		text[len] = '\0';
		if (heartbeat == (strcmp(text, "WATCHDOG=1") == 0))
			return text;
	}
	return "";
}

START_TEST(the_service_manager_is_told_when_we_answer_live_reload_and_stop)
{
	be_service_manager();
	daemon_run_start(&run);
	ck_assert_str_eq(told(false), "READY=1");
	for (int i = 0; i < 2; i++)
		ck_assert_str_eq(told(true), "WATCHDOG=1");
	ck_assert_int_eq(kill(run.pid, SIGHUP), 0);
	ck_assert_int_eq(strncmp(told(false), "RELOADING=1", 11), 0);
	ck_assert_str_eq(told(false), "READY=1");
	ck_assert_int_eq(kill(run.pid, SIGTERM), 0);
	ck_assert_str_eq(told(false), "STOPPING=1");
	ck_assert_int_eq(daemon_run_wait(&run, BOTTOM_MS), 0);
}
END_TEST

/* The heartbeat comes from the loop that does the work: when that hangs, it has to end. */
START_TEST(no_heartbeat_comes_from_a_loop_that_hangs)
{
	struct pollfd ready;
	char text[64];

	be_service_manager();
	daemon_run_start(&run);
	ck_assert_str_eq(told(true), "WATCHDOG=1");
	ck_assert_int_eq(kill(run.pid, SIGSTOP), 0);
	while (recv(manager, text, sizeof(text), MSG_DONTWAIT) > 0)
		;
	ready = (struct pollfd){ .fd = manager, .events = POLLIN };
	ck_assert_int_eq(poll(&ready, 1, 1500), 0);
	ck_assert_int_eq(kill(run.pid, SIGCONT), 0);
	ck_assert_str_eq(told(true), "WATCHDOG=1");
}
END_TEST

/* ---- clients ---- */

static bool
read_exactly(int fd, uint8_t *data, size_t len, size_t *got)
{
	for (*got = 0; *got < len;) {
		ssize_t n = recv(fd, data + *got, len - *got, 0);

		if (n <= 0)
			return false;
		*got += (size_t)n;
	}
	return true;
}

/* Ask over TCP, eight at a time, until the daemon hangs up; returns what was answered. */
static unsigned
ask_over_tcp(int fd)
{
	uint8_t asked[8 * 514], reply[2 + 512];
	unsigned answered = 0;
	size_t used = 0, got;

	for (uint16_t i = 0; i < 8; i++) {
		size_t len = daemon_run_query(NAME, i, asked + used + 2);

		asked[used] = (uint8_t)(len >> 8);
		asked[used + 1] = (uint8_t)len;
		used += len + 2;
	}
	while (send(fd, asked, used, MSG_NOSIGNAL) == (ssize_t)used) {
		for (int i = 0; i < 8; i++) {
			if (!read_exactly(fd, reply, 2, &got)) {
				ck_assert_msg(got == 0, "half a length");
				return answered;
			}
			size_t len = (size_t)reply[0] << 8 | reply[1];

			ck_assert_uint_le(len, 512);
			ck_assert_msg(read_exactly(fd, reply + 2, len, &got), "a reply cut short at %zu of %zu",
			    got, len);
			ck_assert_uint_eq(reply[2 + 3] & 15, 0);
			answered++;
		}
	}
	return answered;
}

/* One query after the other: none may be lost before the socket is closed (the kernel then says so). */
static unsigned
ask_over_udp(int fd)
{
	uint8_t asked[512], reply[512];
	size_t len = daemon_run_query(NAME, 7, asked);
	unsigned answered = 0;

	for (;;) {
		if (send(fd, asked, len, MSG_NOSIGNAL) < 0 || recv(fd, reply, sizeof(reply), 0) < 0) {
			/* The one that met the closing socket gets no answer of either kind: a time-out. */
			ck_assert_msg(errno == ECONNREFUSED || errno == EAGAIN, "%s", strerror(errno));
			return answered;
		}
		ck_assert_uint_eq(reply[3] & 15, 0);
		answered++;
	}
}

/* A client in a process of its own tells how many answers it had. */
static int
start_client(int type)
{
	int ends[2];

	ck_assert_int_eq(pipe(ends), 0);
	if (fork() == 0) {
		int fd = daemon_run_connect(&run, type);
		unsigned answered = type == SOCK_STREAM ? ask_over_tcp(fd) : ask_over_udp(fd);

		_exit(write(ends[1], &answered, sizeof(answered)) == sizeof(answered) ? 0 : 1);
	}
	close(ends[1]);
	return ends[0];
}

START_TEST(a_stop_under_load_is_quick_and_cuts_no_reply)
{
	static const struct timespec while_loaded = { .tv_nsec = 300000000 };
	int clients[4];
	uint64_t asked_ms;

	daemon_run_start(&run);
	for (int i = 0; i < 4; i++)
		clients[i] = start_client(i < 2 ? SOCK_STREAM : SOCK_DGRAM);
	nanosleep(&while_loaded, NULL);
	asked_ms = daemon_run_now_ms();
	ck_assert_int_eq(kill(run.pid, SIGTERM), 0);
	ck_assert_int_eq(daemon_run_wait(&run, BOTTOM_MS), 0);
	ck_assert_uint_le(daemon_run_now_ms() - asked_ms, BOTTOM_MS);
	for (int i = 0; i < 4; i++) {
		unsigned answered = 0;

		ck_assert_int_eq(read(clients[i], &answered, sizeof(answered)), sizeof(answered));
		ck_assert_uint_gt(answered, 10);
		close(clients[i]);
	}
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("stopping");
	TCase *t = tcase_create("stopping");

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, the_service_manager_is_told_when_we_answer_live_reload_and_stop);
	tcase_add_test(t, no_heartbeat_comes_from_a_loop_that_hangs);
	tcase_add_test(t, a_stop_under_load_is_quick_and_cuts_no_reply);
	suite_add_tcase(s, t);
	return s;
}
