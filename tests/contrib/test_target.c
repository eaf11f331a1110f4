/* test_target.c - the program of targets serves what our engines ask, and fails when told to. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/probe/attempt.h"
#include "tests/suite.h"

static char folder[] = "/tmp/rollcall-target-XXXXXX";
static pid_t child;
static uint16_t ports[3];

static const struct {
	const char *name;
	enum probe_engine engine;
	enum outcome_code broken;
} kinds[] = {
	{ "web", ENGINE_HTTP, OUTCOME_HTTP_STATUS },
	{ "db", ENGINE_TCP, OUTCOME_CONNECT_REFUSED },
	{ "greeter", ENGINE_GRPC, OUTCOME_GRPC_NOT_SERVING },
};

/* Start it on ports of the kernel's choice, and read which. */
static void
setup(void)
{
	int pipes[2];
	char line[256];

	ck_assert_ptr_nonnull(mkdtemp(folder));
	ck_assert_int_eq(pipe(pipes), 0);
	child = fork();
	if (child == 0) {
		dup2(pipes[1], STDOUT_FILENO);
		close(pipes[0]);
		execl("contrib/target", "target", "--break", folder, "--http", "web=127.0.0.1:0",
		    "--tcp", "db=127.0.0.1:0", "--grpc", "greeter=127.0.0.1:0", (char *)NULL);
		_exit(127);
	}
	close(pipes[1]);
	FILE *out = fdopen(pipes[0], "r");

	while (fgets(line, sizeof(line), out) != NULL && strcmp(line, "ready\n") != 0) {
		for (int i = 0; i < 3; i++) {
			if (strncmp(line, kinds[i].name, strlen(kinds[i].name)) == 0)
				ports[i] = (uint16_t)atoi(strrchr(line, ':') + 1);
		}
	}
	ck_assert_str_eq(line, "ready\n");
	fclose(out);
}

static void
teardown(void)
{
	int status;

	kill(child, SIGTERM);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
	rmdir(folder);
}

/* Ask until the answer is `code`, which takes a look at the folder, every 20 ms; at most 10 s. */
static void
become(struct attempt *attempt, enum outcome_code code)
{
	uint64_t end_ms = clock_now_ms(attempt->clock) + 10000;

	while (attempt_run(attempt)->code != code && clock_now_ms(attempt->clock) < end_ms)
		continue;
	ck_assert_int_eq(attempt->outcome.code, code);
}

START_TEST(a_target_serves_fails_and_serves_again)
{
	struct attempt attempt;
	char path[256];

	attempt_open(&attempt, kinds[_i].engine, ports[_i]);
	attempt.spec.path = "/healthz";
	attempt_expect(&attempt, OUTCOME_PASS, NULL);
	snprintf(path, sizeof(path), "%s/%s", folder, kinds[_i].name);
	close(open(path, O_CREAT | O_WRONLY, 0600));
	become(&attempt, kinds[_i].broken);
	unlink(path);
	become(&attempt, OUTCOME_PASS);
	attempt_close(&attempt);
}
END_TEST

START_TEST(grpc_knows_the_server_and_its_name_only)
{
	struct attempt attempt;

	attempt_open(&attempt, ENGINE_GRPC, ports[2]);
	attempt.spec.grpc_service = "greeter";
	attempt_expect(&attempt, OUTCOME_PASS, NULL);
	attempt.spec.grpc_service = "other";
	attempt_expect(&attempt, OUTCOME_GRPC_STATUS, NULL);
	ck_assert_int_eq(attempt.outcome.value, 5);
	attempt_close(&attempt);
}
END_TEST

START_TEST(http_knows_its_paths_only)
{
	struct attempt attempt;

	attempt_open(&attempt, ENGINE_HTTP, ports[0]);
	attempt_expect(&attempt, OUTCOME_PASS, NULL);
	attempt.spec.path = "/elsewhere";
	attempt_expect(&attempt, OUTCOME_HTTP_STATUS, NULL);
	ck_assert_int_eq(attempt.outcome.value, 404);
	attempt_close(&attempt);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("target");
	TCase *tc = tcase_create("target");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, a_target_serves_fails_and_serves_again, 0, 3);
	tcase_add_test(tc, grpc_knows_the_server_and_its_name_only);
	tcase_add_test(tc, http_knows_its_paths_only);
	suite_add_tcase(s, tc);
	return s;
}
