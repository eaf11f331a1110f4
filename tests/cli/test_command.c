/* test_command.c - find the command that was asked for and run it. */
#include "cli/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "tests/suite.h"

#define SERVICE "apiVersion: v1\nkind: Service\nmetadata: {name: web}\n"

/* Run rollcall with these words; its output goes to `said`, which the caller frees. */
static int
run(char **said, const char *const *words)
{
	char *argv[16], *copies[16];
	int argc = 0, given, code, out = dup(STDOUT_FILENO), err = dup(STDERR_FILENO);
	FILE *file = tmpfile();
	off_t len;

	ck_assert_ptr_nonnull(file);
	for (; words[argc] != NULL; argc++)
		copies[argc] = argv[argc] = strdup(words[argc]);
	argv[argc] = NULL;
	given = argc;
	(void)fflush(NULL);
	ck_assert_int_ge(dup2(fileno(file), STDOUT_FILENO), 0);
	ck_assert_int_ge(dup2(fileno(file), STDERR_FILENO), 0);
	code = command_main(argc, argv);
	(void)fflush(NULL);
	ck_assert_int_ge(dup2(out, STDOUT_FILENO), 0);
	ck_assert_int_ge(dup2(err, STDERR_FILENO), 0);
	len = lseek(fileno(file), 0, SEEK_END);
	*said = calloc(1, (size_t)len + 1);
	ck_assert_int_eq(pread(fileno(file), *said, (size_t)len, 0), len);
	for (int i = 0; i < given; i++)
		free(copies[i]);        /* argv itself was put in order */
	(void)fclose(file);
	(void)close(out);
	(void)close(err);
	return code;
}
#define RUN(said, ...) run((said), (const char *const[]){ "rollcall", __VA_ARGS__, NULL })

/* Run it, expect this exit code, and this text in what it says. */
#define RUN_SAYS(code, text, ...) do { \
	char *said_; \
	ck_assert_int_eq(RUN(&said_, __VA_ARGS__), (code)); \
	ck_assert_msg(strstr(said_, (text)) != NULL, "said: %s", said_); \
	free(said_); \
} while (0)

/* A manifest in a file of its own. */
static void
write_manifest(char path[64], const char *text)
{
	strcpy(path, "/tmp/rollcall-test-XXXXXX.yaml");
	int fd = mkstemps(path, 5);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	ck_assert_int_eq(close(fd), 0);
}

START_TEST(a_command_is_found_by_its_name_and_a_slip_by_its_likeness)
{
	const char *closest = NULL;

	ck_assert_ptr_eq(command_find("lint", &closest), &cmd_lint);
	ck_assert_ptr_null(command_find("lnit", &closest));
	ck_assert_str_eq(closest, "lint");
	ck_assert_ptr_null(command_find("serve", &closest));
	ck_assert_ptr_null(closest);
}
END_TEST

START_TEST(wrong_words_are_a_usage_error_and_help_is_none)
{
	char *said;

	RUN_SAYS(EX_USAGE, "there is no command \"lnit\"; did you mean \"lint\"?", "lnit");
	ck_assert_int_eq(run(&said, (const char *const[]){ "rollcall", NULL }), EX_USAGE);
	free(said);
	RUN_SAYS(EX_USAGE, "which files or folders?\nTry rollcall lint --help.\n", "lint");
	RUN_SAYS(EX_OK, "--service-cidr CIDR", "lint", "--help");
	RUN_SAYS(EX_OK, "--service-cidr CIDR", "help", "lint");
	RUN_SAYS(EX_USAGE, "rollcall lint: there is no option --strcit; did you mean --strict?",
	    "lint", "--strcit");
	RUN_SAYS(EX_USAGE, "there is no option --server", "lint", "--server", "x", "y");
	RUN_SAYS(EX_USAGE, "10.96.0.1/12 is not a network", "lint", "--service-cidr", "10.96.0.1/12", "x");
	RUN_SAYS(EX_USAGE, "9-1 is not a range", "lint", "--service-node-port-range", "9-1", "x");
	RUN_SAYS(EX_OK, "say what is wrong with manifests", "help");
	RUN_SAYS(EX_OK, "rollcall ", "version");
}
END_TEST

START_TEST(lint_is_content_with_a_sound_manifest)
{
	char path[64], *said;

	write_manifest(path, SERVICE "spec: {type: ExternalName, externalName: example.com}\n");
	RUN_SAYS(EX_OK, "1 Service, 0 Pods, 0 EndpointSlices, 0 Endpoints: 0 errors, 0 warnings\n",
	    "lint", "--strict", path);
	ck_assert_int_eq(RUN(&said, "lint", "--quiet", path), EX_OK);
	ck_assert_str_eq(said, "");
	free(said);
	(void)unlink(path);
}
END_TEST

START_TEST(lint_fails_on_errors_and_on_warnings_only_when_strict)
{
	char path[64];

	write_manifest(path, SERVICE "spec: {selector: {a: b}, ports: [{port: 80}]}\n");
	RUN_SAYS(EX_OK, ":1:1: warning: Service default/web: spec.selector matches no Pod", "lint", path);
	RUN_SAYS(EX_DATAERR, ": 0 errors, 1 warning\n", "lint", "-S", path);
	(void)unlink(path);
	write_manifest(path, SERVICE "spec: {ports: [{port: 80000}]}\n");
	RUN_SAYS(EX_DATAERR, ":4:23: error: Service default/web: spec.ports[0].port 80000", "lint", path);
	(void)unlink(path);
	RUN_SAYS(EX_DATAERR, "/nowhere/at/all: error: No such file or directory", "lint", "/nowhere/at/all");
}
END_TEST

START_TEST(lint_allots_from_the_ranges_it_is_given)
{
	char path[64];

	write_manifest(path, SERVICE
	    "spec: {clusterIP: 192.0.2.9, type: NodePort, selector: {a: b}, ports: [{port: 1, nodePort: 9}]}\n");
	RUN_SAYS(EX_DATAERR, "192.0.2.9", "lint", path);
	RUN_SAYS(EX_OK, "0 errors", "lint", "--service-cidr=192.0.2.0/24",
	    "--service-node-port-range=1-99", path);
	(void)unlink(path);
}
END_TEST

START_TEST(global_options_may_come_before_the_command)
{
	/* Nobody is there to be asked, which shows that the words arrived. */
	RUN_SAYS(EX_UNAVAILABLE, "rollcall get: ", "--server", "/nonexistent/api.sock", "get", "svc");
	RUN_SAYS(EX_UNAVAILABLE, "/nonexistent/api.sock", "--server=/nonexistent/api.sock", "-n",
	    "shop", "--color", "never", "get", "svc");
	RUN_SAYS(EX_UNAVAILABLE, "rollcall why: ", "-nshop", "--server=/nonexistent/api.sock", "why",
	    "web");
	RUN_SAYS(EX_OK, "usage: rollcall get", "-n", "shop", "get", "--help");
	RUN_SAYS(EX_USAGE, "there is no command \"--nonsense\"", "--nonsense", "get", "svc");
	RUN_SAYS(EX_USAGE, "there is no command \"-n\"", "-n", "shop");
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("command");
	TCase *tcase = tcase_create("command");

	tcase_add_test(tcase, a_command_is_found_by_its_name_and_a_slip_by_its_likeness);
	tcase_add_test(tcase, wrong_words_are_a_usage_error_and_help_is_none);
	tcase_add_test(tcase, lint_is_content_with_a_sound_manifest);
	tcase_add_test(tcase, lint_fails_on_errors_and_on_warnings_only_when_strict);
	tcase_add_test(tcase, lint_allots_from_the_ranges_it_is_given);
	tcase_add_test(tcase, global_options_may_come_before_the_command);
	suite_add_tcase(suite, tcase);
	return suite;
}
