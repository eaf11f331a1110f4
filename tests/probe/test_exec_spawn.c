/* test_exec_spawn.c - what a command sees of the world, and what it does not. */
#include "probe/exec_spawn.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/probe/crew.h"
#include "tests/suite.h"

START_TEST(the_environment_is_exactly_five_names)
{
	struct crew *crew = crew_new();

	setenv("ROLLCALL_SECRET", "leaks", 1);
	/* The shell's own copy, before it adds to it. */
	crew_sh_passes(crew, "[ \"$(tr '\\0' '|' < /proc/$$/environ)\" = "
	    "'PATH=" EXEC_PATH "|POD_NAME=web-0|POD_NAMESPACE=shop|POD_IP=10.0.0.1|ENDPOINT_PORT=8080|' ]");
	crew_free(crew);
}
END_TEST

START_TEST(only_three_descriptors_are_open)
{
	/* Of ours, not even those without close-on-exec. */
	int leak = dup(STDERR_FILENO);
	struct crew *crew = crew_new();

	ck_assert_int_ge(leak, 0);
	crew_sh_passes(crew, "i=3; while [ $i -lt 256 ]; do [ ! -e /proc/$$/fd/$i ] || exit 1; "
	    "i=$((i + 1)); done");
	crew_sh_passes(crew, "[ $(readlink /proc/$$/fd/0) = /dev/null ]");
	crew_sh_passes(crew, "a=$(readlink /proc/$$/fd/1) b=$(readlink /proc/$$/fd/2); "
	    "case $a in pipe:*) [ $a = $b ];; *) exit 1; esac");
	close(leak);
	crew_free(crew);
}
END_TEST

START_TEST(it_leads_a_session_of_its_own_with_no_signal_blocked)
{
	struct crew *crew = crew_new();

	crew_sh_passes(crew, "set -- $(cat /proc/$$/stat); [ $5 = $$ ] && [ $6 = $$ ] && [ $7 = 0 ]");
	/* In the shell's place: a shell that waits for a child may block signals itself. */
	crew_sh_passes(crew, "exec grep -q '^SigBlk:[[:space:]]0*$' /proc/self/status");
	crew_sh_passes(crew, "exec grep -q '^SigIgn:[[:space:]]0*$' /proc/self/status");
	crew_free(crew);
}
END_TEST

START_TEST(limits_umask_and_folder_are_set)
{
	struct crew *crew = crew_new();

	crew_sh_passes(crew, "[ $(ulimit -n) = 256 ]");
	crew_sh_passes(crew, "[ $(ulimit -c) = 0 ]");
	crew_sh_passes(crew, "[ $(ulimit -t) = 60 ]");
	crew_sh_passes(crew, "[ $(ulimit -f) != unlimited ]");
	crew_sh_passes(crew, "[ $(umask) = 0077 ]");
	crew_sh_passes(crew, "[ $(pwd) = / ]");
	char script[64];

	errno = 0;
	snprintf(script, sizeof(script), "[ $(nice) = %d ]", nice(0) + 5 > 19 ? 19 : nice(0) + 5);
	crew_sh_passes(crew, script);
	crew_free(crew);
}
END_TEST

START_TEST(no_privilege_is_kept_or_gained)
{
	struct crew *crew = crew_new();

	crew_sh_passes(crew, "grep -q '^NoNewPrivs:[[:space:]]1$' /proc/$$/status");
	if (geteuid() != 0) {
		fprintf(stderr, "skipped the change of user: needs root\n");
		crew_free(crew);
		return;
	}
	crew_sh_passes(crew, "[ \"$(id -u) $(id -ru) $(id -G)\" = '65534 65534 65534' ]");
	crew_sh_passes(crew, "grep -q '^CapEff:[[:space:]]0*$' /proc/$$/status");
	/* A program that is set-uid root gives nothing. */
	char command[256], tool[128];

	snprintf(tool, sizeof(tool), "%s/id", crew->folder);
	snprintf(command, sizeof(command), "cp /usr/bin/id %s", tool);
	ck_assert_int_eq(system(command), 0);
	ck_assert_int_eq(chmod(tool, 04755), 0);
	crew_sh_passes(crew, "[ -u DIR/id ] && [ $(DIR/id -u) = 65534 ]");
	crew_free(crew);
}
END_TEST

/*
 * The soft limit of the helper; its own user may always do that, root without CAP_SYS_RESOURCE
 * not.
 */
static void
limit_helper(__rlimit_resource_t resource, rlim_t soft)
{
	pid_t helper = crew_pid(), child = fork();
	struct rlimit limit;
	int status = -1;

	ck_assert_int_ge(child, 0);
	if (child == 0) {
		if (geteuid() == 0 && (setresgid(65534, 65534, 65534) != 0 ||
		    setresuid(65534, 65534, 65534) != 0))
			_exit(1);
		if (prlimit(helper, resource, NULL, &limit) != 0)
			_exit(2);
		limit.rlim_cur = soft == RLIM_INFINITY ? limit.rlim_max : soft;
		_exit(prlimit(helper, resource, &limit, NULL) == 0 ? 0 : 3);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(WEXITSTATUS(status), 0);
}

/* Take a resource from the helper itself, which is then what fails: not the target. */
START_TEST(what_we_lack_ourselves_is_a_fault)
{
	static const struct { __rlimit_resource_t resource; enum outcome_code code; } cases[] = {
		{ RLIMIT_NPROC, OUTCOME_FAULT_FORK },
		{ RLIMIT_NOFILE, OUTCOME_FAULT_FILES },
	};
	struct crew *crew = crew_new();

	crew_sh_passes(crew, "exit 0");
	for (size_t i = 0; i < 2; i++) {
		limit_helper(cases[i].resource, 0);
		struct outcome outcome = crew_sh(crew, "exit 0", 10000);

		ck_assert_str_eq(outcome_word(outcome.code), outcome_word(cases[i].code));
		ck_assert_int_eq(outcome_class(outcome.code), OUTCOME_CLASS_FAULT);
		limit_helper(cases[i].resource, RLIM_INFINITY);
		crew_sh_passes(crew, "exit 0");
	}
	crew_free(crew);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("exec_spawn");
	TCase *tc = tcase_create("exec_spawn");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, the_environment_is_exactly_five_names);
	tcase_add_test(tc, only_three_descriptors_are_open);
	tcase_add_test(tc, it_leads_a_session_of_its_own_with_no_signal_blocked);
	tcase_add_test(tc, limits_umask_and_folder_are_set);
	tcase_add_test(tc, no_privilege_is_kept_or_gained);
	tcase_add_test(tc, what_we_lack_ourselves_is_a_fault);
	suite_add_tcase(s, tc);
	return s;
}
