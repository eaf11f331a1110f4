/* test_exec_run.c - many commands at once, cancelling, and what is left after hundreds. */
#include "probe/exec_run.h"

#include <unistd.h>

#include "tests/probe/crew.h"
#include "tests/suite.h"

START_TEST(hundreds_at_once_all_end_with_their_own_outcome)
{
	enum { MANY = 300 };
	static struct outcome outcomes[MANY];
	struct crew *crew = crew_new();

	for (int i = 0; i < MANY; i++)
		crew_start(crew, i % 3 == 0 ? "exit 0" : i % 3 == 1 ? "echo no; exit 7" : "kill -9 $$", 20000,
		    &outcomes[i]);
	for (int i = 0; i < MANY; i++) {
		crew_wait(crew, &outcomes[i]);
		ck_assert_int_eq(outcomes[i].code, i % 3 == 0 ? OUTCOME_PASS :
		    i % 3 == 1 ? OUTCOME_EXIT_NONZERO : OUTCOME_EXEC_SIGNAL);
		ck_assert_int_eq(outcomes[i].value, i % 3 == 0 ? 0 : i % 3 == 1 ? 7 : 9);
		ck_assert_str_eq(outcomes[i].detail, i % 3 == 1 ? "no" : "");
	}
	crew_free(crew);
}
END_TEST

START_TEST(none_of_many_at_once_is_ended_before_its_time)
{
	enum { MANY = 48, TIMEOUT_MS = 150 };
	static struct outcome outcomes[MANY];
	struct crew *crew = crew_new();

	for (int i = 0; i < MANY; i++)
		crew_start(crew, "sleep MARK", TIMEOUT_MS, &outcomes[i]);
	for (int i = 0; i < MANY; i++) {
		crew_wait(crew, &outcomes[i]);
		ck_assert_int_eq(outcomes[i].code, OUTCOME_EXEC_TIMEOUT);
		ck_assert_uint_ge(outcomes[i].took_us, TIMEOUT_MS * 1000);
	}
	crew_free(crew);
}
END_TEST

START_TEST(a_cancelled_command_is_killed_and_never_heard_of)
{
	struct crew *crew = crew_new();
	struct outcome cancelled, other;
	struct helper_run *run = crew_start(crew, "sleep MARK", 60000, &cancelled);

	crew_start(crew, "sleep MARK", 700, &other);
	crew_wait_marked(crew, 4);
	helper_cancel(run);
	helper_cancel(NULL);
	crew_wait_marked(crew, 2);
	ck_assert(!crew_ended(&other));
	crew_wait(crew, &other);
	ck_assert_int_eq(other.code, OUTCOME_EXEC_TIMEOUT);
	crew_sh_passes(crew, "exit 0");
	ck_assert(!crew_ended(&cancelled));
	crew_free(crew);
}
END_TEST

START_TEST(nothing_is_left_after_five_hundred)
{
	static const char *const scripts[] = {
		"exit 0", "echo out; exit 1", "sleep MARK & exit 0", "(setsid sleep MARK &) ; exit 0",
		"kill -STOP $$",
	};
	struct crew *crew = crew_new();
	static struct outcome outcomes[500];

	crew_sh_passes(crew, "exit 0");
	crew_wait_children(crew, 0);
	pid_t pid = crew_pid();
	size_t files = crew_files(pid), own = crew_files(getpid());

	for (int i = 0; i < 500; i++) {
		crew_start(crew, scripts[i % 5], i % 5 == 4 ? 50 : 20000, &outcomes[i]);
		if (i >= 50)
			crew_wait(crew, &outcomes[i - 50]);
	}
	for (int i = 450; i < 500; i++)
		crew_wait(crew, &outcomes[i]);
	crew_wait_marked(crew, 0);
	crew_wait_children(crew, 0);
	ck_assert_int_eq(crew_pid(), pid);
	ck_assert_uint_eq(crew_files(pid), files);
	ck_assert_uint_eq(crew_files(getpid()), own);
	crew_free(crew);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("exec_run");
	TCase *tc = tcase_create("exec_run");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, hundreds_at_once_all_end_with_their_own_outcome);
	tcase_add_test(tc, none_of_many_at_once_is_ended_before_its_time);
	tcase_add_test(tc, a_cancelled_command_is_killed_and_never_heard_of);
	tcase_add_test(tc, nothing_is_left_after_five_hundred);
	suite_add_tcase(s, tc);
	return s;
}
