/* test_probe_exec.c - an exec probe hands what may run to the helper and passes on its word. */
#include <string.h>

#include "probe/helper.h"
#include "tests/probe/attempt.h"
#include "tests/suite.h"

/* The helper of these tests only remembers: what it was to run, and whom to tell. */
static struct {
	struct helper_command command;
	char pod_ip[ADDR_TEXT_SIZE];
	helper_done_fn *done;
	void *arg;
	unsigned runs, cancels;
	bool out_of_memory;
} fake;

struct helper_run *
helper_run(struct helper *helper, const struct helper_command *command, helper_done_fn *done,
    void *arg)
{
	(void)helper;
	fake.command = *command;
	strcpy(fake.pod_ip, command->pod_ip);
	fake.done = done;
	fake.arg = arg;
	fake.runs++;
	return fake.out_of_memory ? NULL : (struct helper_run *)&fake;
}

void
helper_cancel(struct helper_run *run)
{
	ck_assert_ptr_eq(run, &fake);
	fake.cancels++;
}

static struct attempt attempt;

static void
setup(void)
{
	static const char *command[] = { "/usr/libexec/probes/check", "-v" };

	memset(&fake, 0, sizeof(fake));
	attempt_open(&attempt, ENGINE_EXEC, 8080);
	attempt.settings.helper = (struct helper *)&fake;
	attempt.spec.command = command;
	attempt.spec.command_count = 2;
	attempt.target.pod_name = "web-1";
	attempt.target.ns = "shop";
}

static void
teardown(void)
{
	attempt_close(&attempt);
}

START_TEST(the_command_goes_to_the_helper_with_its_environment)
{
	struct probe *probe = attempt_start(&attempt);

	ck_assert_uint_eq(fake.runs, 1);
	ck_assert_uint_eq(fake.command.argc, 2);
	ck_assert_str_eq(fake.command.argv[1], "-v");
	ck_assert_str_eq(fake.command.pod_name, "web-1");
	ck_assert_str_eq(fake.command.pod_namespace, "shop");
	ck_assert_str_eq(fake.pod_ip, "127.0.0.1");
	ck_assert_uint_eq(fake.command.endpoint_port, 8080);
	ck_assert_uint_eq(fake.command.timeout_ms, 2000);
	probe_cancel(probe);
	ck_assert_uint_eq(fake.cancels, 1);
}
END_TEST

START_TEST(a_target_without_port_is_run_all_the_same)
{
	attempt.target.port = 0;
	probe_cancel(attempt_start(&attempt));
	ck_assert_uint_eq(fake.runs, 1);
}
END_TEST

START_TEST(what_the_helper_says_is_the_outcome)
{
	struct outcome outcome = { .code = OUTCOME_EXIT_NONZERO, .value = 2, .detail = "db down" };

	attempt_start(&attempt);
	fake.done(fake.arg, &outcome);
	ck_assert_uint_eq(attempt.done, 0);
	event_base_dispatch(attempt.loop);
	ck_assert_uint_eq(attempt.done, 1);
	ck_assert_int_eq(attempt.outcome.code, OUTCOME_EXIT_NONZERO);
	ck_assert_int_eq(attempt.outcome.value, 2);
	ck_assert_str_eq(attempt.outcome.detail, "db down");
	ck_assert_uint_eq(attempt.outcome.timeout_ms, 2000);
	ck_assert_uint_eq(fake.cancels, 0);
}
END_TEST

START_TEST(a_helper_that_says_nothing_is_a_fault_of_ours)
{
	attempt.spec.timeout_ms = 1;
	attempt_expect(&attempt, OUTCOME_FAULT_LATE, NULL);
	ck_assert_uint_eq(fake.cancels, 1);
	fake.out_of_memory = true;
	attempt_expect(&attempt, OUTCOME_FAULT_MEMORY, NULL);
}
END_TEST

START_TEST(exec_is_denied_where_disabled_or_not_trusted)
{
	attempt.target.trusted = false;
	attempt_expect(&attempt, OUTCOME_EXEC_DENIED, "trusted");
	attempt.target.trusted = true;
	attempt.spec.command_count = 0;
	attempt_expect(&attempt, OUTCOME_EXEC_DENIED, "no command");
	prober_free(attempt.prober);
	attempt.prober = NULL;
	attempt.settings.helper = NULL;
	attempt_expect(&attempt, OUTCOME_EXEC_DENIED, "disabled");
	ck_assert_uint_eq(fake.runs, 0);
}
END_TEST

static const struct {
	const char *command;
	bool allowed;
} commands[] = {
	{ "/opt/probes/check", true },
	{ "/opt/probes/sub/check", true },
	{ "/srv/p/x", true },
	{ "/opt/probes", false },
	{ "/opt/probesx/check", false },
	{ "/opt/probes/../../bin/sh", false },
	{ "/opt/probes/./check", false },
	{ "/bin/sh", false },
	{ "check", false },
	{ "opt/probes/check", false },
	{ "", false },
};

START_TEST(commands_come_from_the_listed_folders_only)
{
	static const char *const folders[] = { "/opt/probes", "/srv/p//" };
	const char *command[] = { commands[_i].command };

	attempt.settings.exec_paths = folders;
	attempt.settings.exec_path_count = 2;
	attempt.spec.command = command;
	attempt.spec.command_count = 1;
	attempt.spec.timeout_ms = 1;
	enum outcome_code code = attempt_run(&attempt)->code;

	ck_assert_int_eq(code == OUTCOME_EXEC_DENIED, !commands[_i].allowed);
	ck_assert_uint_eq(fake.runs, commands[_i].allowed);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("probe_exec");
	TCase *tc = tcase_create("probe_exec");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, the_command_goes_to_the_helper_with_its_environment);
	tcase_add_test(tc, a_target_without_port_is_run_all_the_same);
	tcase_add_test(tc, what_the_helper_says_is_the_outcome);
	tcase_add_test(tc, a_helper_that_says_nothing_is_a_fault_of_ours);
	tcase_add_test(tc, exec_is_denied_where_disabled_or_not_trusted);
	tcase_add_loop_test(tc, commands_come_from_the_listed_folders_only, 0,
	    sizeof(commands) / sizeof(commands[0]));
	suite_add_tcase(s, tc);
	return s;
}
