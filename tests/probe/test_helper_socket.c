/* test_helper_socket.c - an exec helper that is a unit of its own: reached, lost, reached again. */
#include "probe/helper.h"

#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <event2/event.h>

#include "base/err.h"
#include "tests/suite.h"

#define PATIENCE_S 20

/* The helper is our own binary run again, as in crew.c. */
static void __attribute__((constructor))
be_the_helper(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], HELPER_ARGUMENT) == 0)
		_exit(helper_main(argc, argv));
}

static char path[64];
static int listener = -1;
static struct event_base *loop;
static struct helper *helper;

static void
open_path(void)
{
	struct sockaddr_un where = { .sun_family = AF_UNIX };

	memcpy(where.sun_path, path, strlen(path));
	listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(bind(listener, (struct sockaddr *)&where, sizeof(where)), 0);
	ck_assert_int_eq(listen(listener, 4), 0);
}

static void
set_up(void)
{
	snprintf(path, sizeof(path), "/tmp/rollcall-exec-%d", (int)getpid());
	unlink(path);
	loop = event_base_new();
}

static void
tear_down(void)
{
	helper_stop(helper);
	event_base_free(loop);
	close(listener);
	unlink(path);
}

static void
begin(void)
{
	struct helper_settings settings = { .program = "/no/such/program", .user = "no-such-user",
		.socket = path };

	ck_assert_int_eq(helper_start(&settings, &helper), 0);
	ck_assert_int_eq(helper_attach(helper, loop), 0);
}

/* What systemd does with Accept=yes: the connection is descriptor 3 of a process of its own. */
static pid_t
accept_one(void)
{
	char *argv[] = { "/proc/self/exe", (char *)HELPER_ARGUMENT, NULL };
	char *environment[] = { NULL };
	posix_spawn_file_actions_t actions;
	pid_t pid;
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, fd, HELPER_SOCKET);
	ck_assert_int_eq(posix_spawn(&pid, argv[0], &actions, NULL, argv, environment), 0);
	posix_spawn_file_actions_destroy(&actions);
	close(fd);
	return pid;
}

static void
note(void *arg, const struct outcome *outcome)
{
	*(struct outcome *)arg = *outcome;
	event_base_loopbreak(loop);
}

static enum outcome_code
run(const char *script, pid_t to_kill)
{
	const char *argv[] = { "/bin/sh", "-c", script, NULL };
	struct helper_command command = { .argv = argv, .argc = 3, .timeout_ms = 60000 };
	struct timeval patience = { .tv_sec = PATIENCE_S };
	struct outcome outcome = { .code = OUTCOME_FAULT_HELPER };

	ck_assert_ptr_nonnull(helper_run(helper, &command, note, &outcome));
	if (to_kill > 0)
		kill(to_kill, SIGKILL);
	event_base_loopexit(loop, &patience);
	event_base_dispatch(loop);
	return outcome.code;
}

static void
on_call(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
	event_base_loopbreak(loop);
}

/* It tries once a second. */
static void
turn_until_it_calls(void)
{
	struct timeval patience = { .tv_sec = PATIENCE_S };
	struct event *calls = event_new(loop, listener, EV_READ, on_call, NULL);

	event_add(calls, &patience);
	event_base_dispatch(loop);
	event_free(calls);
}

START_TEST(commands_run_in_the_process_that_answers_at_the_path)
{
	open_path();
	begin();
	pid_t unit = accept_one();
	char script[64];
	int status;

	ck_assert_int_eq(run("exit 0", 0), OUTCOME_PASS);
	snprintf(script, sizeof(script), "test $PPID = %d", (int)unit);
	ck_assert_int_eq(run(script, 0), OUTCOME_PASS);
	ck_assert_int_eq(run("exit 3", 0), OUTCOME_EXIT_NONZERO);
	/* Who hangs up ends it, with all it runs. */
	helper_stop(helper);
	helper = NULL;
	ck_assert_int_eq(waitpid(unit, &status, 0), unit);
	ck_assert_int_eq(status, 0);
}
END_TEST

START_TEST(a_unit_that_dies_is_a_fault_and_is_called_again)
{
	open_path();
	begin();
	pid_t unit = accept_one();

	ck_assert_int_eq(run("sleep 60", unit), OUTCOME_FAULT_HELPER);
	waitpid(unit, NULL, 0);
	turn_until_it_calls();
	unit = accept_one();
	ck_assert_int_eq(run("exit 0", 0), OUTCOME_PASS);
	helper_stop(helper);
	helper = NULL;
	waitpid(unit, NULL, 0);
}
END_TEST

START_TEST(a_unit_that_comes_late_is_waited_for_and_no_reason_not_to_start)
{
	begin();
	ck_assert_int_eq(run("exit 0", 0), OUTCOME_FAULT_HELPER);
	open_path();
	turn_until_it_calls();
	pid_t unit = accept_one();

	ck_assert_int_eq(run("exit 0", 0), OUTCOME_PASS);
	helper_stop(helper);
	helper = NULL;
	waitpid(unit, NULL, 0);
}
END_TEST

START_TEST(a_path_that_no_socket_can_have_is_refused)
{
	char long_path[200];
	struct helper_settings settings = { .socket = long_path };

	memset(long_path, 'x', sizeof(long_path) - 1);
	long_path[0] = '/';
	long_path[sizeof(long_path) - 1] = '\0';
	ck_assert_int_eq(helper_start(&settings, &helper), ERR_LIMIT);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("helper_socket");
	TCase *tc = tcase_create("helper_socket");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_test(tc, commands_run_in_the_process_that_answers_at_the_path);
	tcase_add_test(tc, a_unit_that_dies_is_a_fault_and_is_called_again);
	tcase_add_test(tc, a_unit_that_comes_late_is_waited_for_and_no_reason_not_to_start);
	tcase_add_test(tc, a_path_that_no_socket_can_have_is_refused);
	suite_add_tcase(s, tc);
	return s;
}
