/* test_helper.c - endings of commands and the life of the exec helper. */
#include "probe/helper.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/err.h"
#include "tests/probe/crew.h"
#include "tests/suite.h"

static void
assert_outcome(const char *what, const struct outcome *outcome, enum outcome_code code, int value,
    const char *detail)
{
	ck_assert_msg(outcome->code == code && outcome->value == value &&
	    (detail == NULL || strcmp(outcome->detail, detail) == 0), "%s: %s, value %d, \"%s\"", what,
	    outcome_word(outcome->code), outcome->value, outcome->detail);
}

START_TEST(each_ending_has_its_name)
{
	static const struct {
		const char *script;
		uint64_t timeout_ms;
		enum outcome_code code;
		int value;
		const char *detail;
	} cases[] = {
		{ "exit 0", 10000, OUTCOME_PASS, 0, "" },
		{ "echo fine; exit 0", 10000, OUTCOME_PASS, 0, "fine" },
		{ "echo 'db down' >&2; echo more; exit 1", 10000, OUTCOME_EXIT_NONZERO, 1, "db down" },
		{ "printf '\\n \\n  late  \\n'; exit 2", 10000, OUTCOME_EXIT_NONZERO, 2, "late" },
		{ "printf 'a\\033[1mb'; exit 2", 10000, OUTCOME_EXIT_NONZERO, 2, "a?[1mb" },
		{ "exit 126", 10000, OUTCOME_EXIT_NONZERO, 126, "" },
		{ "exit 127", 10000, OUTCOME_EXIT_NONZERO, 127, "" },
		{ "kill -TERM $$", 10000, OUTCOME_EXEC_SIGNAL, SIGTERM, "" },
		{ "kill -KILL $$", 10000, OUTCOME_EXEC_SIGNAL, SIGKILL, "" },
		{ "echo wait; sleep MARK", 200, OUTCOME_EXEC_TIMEOUT, 0, NULL },
		{ "trap '' TERM HUP INT; sleep MARK", 200, OUTCOME_EXEC_TIMEOUT, 0, "" },
		{ "kill -STOP $$; sleep MARK", 200, OUTCOME_EXEC_TIMEOUT, 0, "" },
		{ "yes", 200, OUTCOME_EXEC_TIMEOUT, 0, "y" },
		{ "exec >&- 2>&-; exit 4", 10000, OUTCOME_EXIT_NONZERO, 4, "" },
		{ "exec >&- 2>&-; sleep MARK", 200, OUTCOME_EXEC_TIMEOUT, 0, "" },
		/* What stays behind with the pipe in its hands is not waited for. */
		{ "sleep MARK & exit 5", 10000, OUTCOME_EXIT_NONZERO, 5, "" },
		{ "cat; exit 6", 10000, OUTCOME_EXIT_NONZERO, 6, "" },
	};
	struct crew *crew = crew_new();

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct outcome outcome = crew_sh(crew, cases[i].script, cases[i].timeout_ms);

		assert_outcome(cases[i].script, &outcome, cases[i].code, cases[i].value, cases[i].detail);
		ck_assert_uint_eq(outcome.timeout_ms, cases[i].timeout_ms);
		ck_assert_uint_lt(outcome.took_us, 9000000);
	}
	crew_wait_marked(crew, 0);
	crew_free(crew);
}
END_TEST

START_TEST(much_output_is_read_and_thrown_away)
{
	struct crew *crew = crew_new();
	struct outcome outcome = crew_sh(crew,
	    "head -c 3000000 /dev/zero | tr '\\0' x; echo; echo second; exit 3", 10000);

	assert_outcome("3 MB", &outcome, OUTCOME_EXIT_NONZERO, 3, NULL);
	ck_assert_uint_eq(strspn(outcome.detail, "x"), OUTCOME_DETAIL_SIZE - 1);
	crew_free(crew);
}
END_TEST

static void
write_script(const char *path, const char *text, mode_t mode)
{
	int file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	ck_assert_int_ge(file, 0);
	ck_assert_int_eq((int)write(file, text, strlen(text)), (int)strlen(text));
	ck_assert_int_eq(fchmod(file, mode), 0);
	close(file);
}

START_TEST(what_cannot_be_started_is_told_apart)
{
	struct crew *crew = crew_new();
	char orphan[128], plain[128], odd[128];

	snprintf(orphan, sizeof(orphan), "%s/orphan", crew->folder);
	snprintf(plain, sizeof(plain), "%s/plain", crew->folder);
	snprintf(odd, sizeof(odd), "%s/odd", crew->folder);
	write_script(orphan, "#!/no/such/interpreter\n", 0755);
	write_script(plain, "#!/bin/sh\nexit 0\n", 0644);
	write_script(odd, "no program\n", 0755);
	const struct {
		const char *command;
		enum outcome_code code;
		const char *detail;
	} cases[] = {
		{ "/no/such/command", OUTCOME_EXEC_NOT_FOUND, "" },
		{ "/etc/passwd/command", OUTCOME_EXEC_NOT_FOUND, "" },
		{ "rollcall-no-such-command", OUTCOME_EXEC_NOT_FOUND, "" },
		{ "", OUTCOME_EXEC_NOT_FOUND, "" },
		{ plain, OUTCOME_EXEC_NOT_EXECUTABLE, strerror(EACCES) },
		{ crew->folder, OUTCOME_EXEC_NOT_EXECUTABLE, "is a directory" },
		{ orphan, OUTCOME_EXEC_NOT_EXECUTABLE, "its interpreter is missing" },
		{ odd, OUTCOME_EXEC_NOT_EXECUTABLE, strerror(ENOEXEC) },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *argv[] = { cases[i].command, NULL };
		struct outcome outcome = crew_run(crew, argv, 10000);

		assert_outcome(cases[i].command, &outcome, cases[i].code, 0, cases[i].detail);
	}
	crew_wait_children(crew, 0);
	crew_free(crew);
}
END_TEST

START_TEST(arguments_may_be_long_but_not_endless)
{
	struct crew *crew = crew_new();
	char *word = calloc(1, 70000);
	const char *argv[] = { "true", word, NULL };

	memset(word, 'x', 65500);
	struct outcome outcome = crew_run(crew, argv, 10000);

	assert_outcome("64 KiB", &outcome, OUTCOME_PASS, 0, "");
	memset(word, 'x', 65540);
	struct helper_command command = { .argv = argv, .argc = 2, .timeout_ms = 1000 };

	ck_assert_ptr_null(helper_run(crew->helper, &command, NULL, NULL));
	command.argc = 0;
	ck_assert_ptr_null(helper_run(crew->helper, &command, NULL, NULL));
	free(word);
	crew_free(crew);
}
END_TEST

/* Bounded: at most one restart a second, and the patience of crew_wait. */
static void
wait_until_it_works(struct crew *crew)
{
	struct outcome outcome;

	do
		outcome = crew_sh(crew, "exit 0", 10000);
	while (outcome.code == OUTCOME_FAULT_HELPER);
	assert_outcome("again", &outcome, OUTCOME_PASS, 0, "");
}

START_TEST(a_killed_helper_is_started_again_and_attempts_in_flight_are_faults)
{
	struct crew *crew = crew_new();
	size_t files = crew_files(getpid());
	struct outcome slow, other;

	crew_start(crew, "sleep MARK", 60000, &slow);
	crew_start(crew, "sleep MARK", 60000, &other);
	crew_wait_marked(crew, 4);
	ck_assert_int_eq(kill(crew_pid(), SIGKILL), 0);
	crew_wait(crew, &slow);
	crew_wait(crew, &other);
	assert_outcome("in flight", &slow, OUTCOME_FAULT_HELPER, 0, "");
	assert_outcome("in flight", &other, OUTCOME_FAULT_HELPER, 0, "");
	wait_until_it_works(crew);
	ck_assert_uint_eq(crew_files(getpid()), files);
	/* Its commands died with it; what they had started is nobody's, and is ended here. */
	crew_wait_marked(crew, 2);
	crew_end_marked(crew);
	crew_free(crew);
}
END_TEST

START_TEST(a_helper_that_does_not_answer_is_replaced)
{
	struct crew *crew = crew_new();
	struct outcome outcome;

	ck_assert_int_eq(kill(crew_pid(), SIGSTOP), 0);
	crew_start(crew, "exit 0", 100, &outcome);
	crew_wait(crew, &outcome);
	assert_outcome("stopped", &outcome, OUTCOME_FAULT_HELPER, 0, "");
	wait_until_it_works(crew);
	crew_free(crew);
}
END_TEST

START_TEST(stopping_leaves_no_process_and_no_descriptor)
{
	size_t files = crew_files(getpid());
	struct crew *crew = crew_new();
	struct outcome outcomes[3];

	crew_start(crew, "sleep MARK & sleep MARK", 60000, &outcomes[0]);
	crew_start(crew, "setsid sh -c 'sleep MARK & wait' & wait", 60000, &outcomes[1]);
	crew_start(crew, "trap '' TERM; (setsid sleep MARK &) ; kill -STOP $$", 60000, &outcomes[2]);
	/* Shells carry the mark in their scripts too: three scripts, five sleeps at the least. */
	for (size_t seen = 0; seen < 8; seen = crew_marked(crew))
		crew_turn(crew);
	crew_free(crew);        /* asserts that nothing marked is left */
	for (int i = 0; i < 3; i++)
		ck_assert(!crew_ended(&outcomes[i]));
	ck_assert_int_eq(crew_pid(), -1);
	ck_assert_uint_eq(crew_files(getpid()), files);
}
END_TEST

/* A daemon that dies without a word: its end of the socket closes, and the helper ends everything. */
START_TEST(a_killed_daemon_leaves_no_process)
{
	static const struct timespec pause = { 0, 10000000 };
	struct crew watcher = { .loop = NULL };
	pid_t daemon = fork();
	int status;

	ck_assert_int_ge(daemon, 0);
	if (daemon == 0) {
		struct crew *crew = crew_new();
		struct outcome outcome;

		crew_start(crew, "sleep MARK & (setsid sleep MARK &) ; sleep MARK", 60000, &outcome);
		crew_wait_marked(crew, 4);
		rmdir(crew->folder);
		kill(getpid(), SIGKILL);
	}
	ck_assert_int_eq(waitpid(daemon, &status, 0), daemon);
	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	snprintf(watcher.mark, sizeof(watcher.mark), "98765.%d", (int)daemon);
	for (int i = 0; i < 2000 && crew_marked(&watcher) > 0; i++)
		nanosleep(&pause, NULL);
	ck_assert_uint_eq(crew_marked(&watcher), 0);
}
END_TEST

START_TEST(an_unknown_user_is_refused)
{
	struct helper_settings settings = { .program = "/proc/self/exe", .user = "rollcall-no-such-user" };
	struct helper *helper = NULL;

	ck_assert_int_eq(helper_start(&settings, &helper), ERR_NOTFOUND);
	settings = (struct helper_settings){ .program = "/no/such/program", .user = NULL };
	ck_assert_int_eq(helper_start(&settings, &helper), ERR_SYSTEM);
	ck_assert_ptr_null(helper);
}
END_TEST

START_TEST(without_root_commands_run_as_ourselves)
{
	/* Each test is a process of its own, so root may become somebody for good. */
	if (geteuid() == 0 && (setresgid(65534, 65534, 65534) != 0 || setresuid(65534, 65534, 65534) != 0 ||
	    access("/proc/self/exe", X_OK) != 0)) {
		fprintf(stderr, "skipped: the test program cannot be reached by another user\n");
		return;
	}
	char script[128];
	struct crew *crew = crew_new();

	snprintf(script, sizeof(script), "[ $(id -u) = %u ]", (unsigned)getuid());
	crew_sh_passes(crew, script);
	crew_free(crew);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("helper");
	TCase *tc = tcase_create("helper");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, each_ending_has_its_name);
	tcase_add_test(tc, much_output_is_read_and_thrown_away);
	tcase_add_test(tc, what_cannot_be_started_is_told_apart);
	tcase_add_test(tc, arguments_may_be_long_but_not_endless);
	tcase_add_test(tc, a_killed_helper_is_started_again_and_attempts_in_flight_are_faults);
	tcase_add_test(tc, a_helper_that_does_not_answer_is_replaced);
	tcase_add_test(tc, stopping_leaves_no_process_and_no_descriptor);
	tcase_add_test(tc, a_killed_daemon_leaves_no_process);
	tcase_add_test(tc, an_unknown_user_is_refused);
	tcase_add_test(tc, without_root_commands_run_as_ourselves);
	suite_add_tcase(s, tc);
	return s;
}
