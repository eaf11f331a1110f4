/* test_exec_sweep.c - nothing outlives its command, but nothing dies before it either. */
#include "probe/exec_sweep.h"

#include <stdio.h>
#include <unistd.h>

#include "tests/probe/crew.h"
#include "tests/suite.h"

START_TEST(who_leaves_the_session_is_still_found)
{
	static const char *const scripts[] = {
		"(setsid sleep MARK > /dev/null 2>&1 &) ; exit 0",
		"setsid sh -c '(setsid sleep MARK &) ; (setsid sleep MARK &)' & wait; exit 0",
		"setsid sh -c 'trap \"\" TERM HUP; sleep MARK & setsid sleep MARK & wait' & exit 0",
		"sleep MARK & exit 0",
	};
	struct crew *crew = crew_new();

	for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
		crew_sh_passes(crew, scripts[i]);
		crew_wait_marked(crew, 0);
	}
	crew_wait_children(crew, 0);
	crew_free(crew);
}
END_TEST

START_TEST(many_forks_end_at_the_deadline)
{
	struct crew *crew = crew_new();
	struct outcome outcome = crew_sh(crew, "i=0; while [ $i -lt 30 ]; do "
	    "(setsid sh -c 'sleep MARK & sleep MARK & wait' &) ; sleep MARK & i=$((i + 1)); done; wait", 700);

	ck_assert_int_eq(outcome.code, OUTCOME_EXEC_TIMEOUT);
	crew_wait_marked(crew, 0);
	crew_wait_children(crew, 0);
	crew_free(crew);
}
END_TEST

/* As `podman exec` does: a detached monitor that is needed as long as the command runs. */
START_TEST(a_detached_process_lives_while_its_command_runs)
{
	struct crew *crew = crew_new();
	struct outcome waiting;

	crew_start(crew, "(setsid sh -c 'while [ ! -e DIR/go ]; do sleep 0.02; done; > DIR/done' &) ; "
	    "> DIR/detached; while [ ! -e DIR/done ]; do sleep 0.02; done; exit 0", 15000, &waiting);
	crew_sh_passes(crew, "while [ ! -e DIR/detached ]; do sleep 0.02; done");
	/* Other commands come and go, each with a sweep behind it. */
	for (int i = 0; i < 40; i++) {
		crew_sh_passes(crew, "exit 0");
		crew_turn(crew);
	}
	ck_assert(!crew_ended(&waiting));
	crew_sh_passes(crew, "> DIR/go");
	crew_wait(crew, &waiting);
	ck_assert_int_eq(waiting.code, OUTCOME_PASS);
	crew_wait_children(crew, 0);
	crew_free(crew);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("exec_sweep");
	TCase *tc = tcase_create("exec_sweep");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, who_leaves_the_session_is_still_found);
	tcase_add_test(tc, many_forks_end_at_the_deadline);
	tcase_add_test(tc, a_detached_process_lives_while_its_command_runs);
	suite_add_tcase(s, tc);
	return s;
}
