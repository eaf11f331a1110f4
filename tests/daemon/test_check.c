/* test_check.c - rollcalld --check: errors and counts told, and the exit code for them. */
#include "daemon/check.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "tests/daemon/outfit.h"
#include "tests/suite.h"

#define SERVICE(name, more) "apiVersion: v1\nkind: Service\nmetadata: {name: " name ", namespace: shop}\n" \
	"spec: {ports: [{port: 80}]" more "}\n---\n"

static struct outfit outfit;
static char *said;              /* all that was written to both outputs */

static void
set_up(void)
{
	outfit_start(&outfit, "serviceCIDRs: [10.96.0.0/24]\n");
}

static void
tear_down(void)
{
	free(said);
	outfit_stop(&outfit);
}

static int
check_all(void)
{
	int out = dup(STDOUT_FILENO), err = dup(STDERR_FILENO);
	int file = openat(outfit.scratch.fd, "said", O_CREAT | O_WRONLY | O_TRUNC | O_APPEND, 0600);
	size_t len;

	fflush(stdout);
	ck_assert(out >= 0 && err >= 0 && file >= 0);
	dup2(file, STDOUT_FILENO);
	dup2(file, STDERR_FILENO);
	int status = check_manifests(outfit.rollcall.now->config);

	fflush(stdout);
	dup2(out, STDOUT_FILENO);
	dup2(err, STDERR_FILENO);
	close(out);
	close(err);
	close(file);
	char *text = (char *)scratch_read(&outfit.scratch, "said", &len);

	said = calloc(1, len + 1);
	memcpy(said, text, len);
	free(text);
	return status;
}

START_TEST(good_manifests_are_counted_and_zero)
{
	outfit_manifest(&outfit, "a.yaml", SERVICE("a", "") SERVICE("b", ", clusterIP: 10.96.0.77"));
	outfit_manifest(&outfit, "b.yaml", "apiVersion: v1\nkind: Endpoints\n"
	    "metadata: {name: a, namespace: shop}\nsubsets: [{addresses: [{ip: 10.8.0.1}]}]\n");
	ck_assert_int_eq(check_all(), 0);
	ck_assert_msg(strstr(said, "2 Services, 0 Pods, 0 EndpointSlices, 1 Endpoints: 0 errors") !=
	    NULL, "%s", said);
}
END_TEST

START_TEST(every_error_of_every_file_is_told_and_is_bad_data)
{
	outfit_manifest(&outfit, "a.yaml", SERVICE("a", ", type: Nodeport"));
	outfit_manifest(&outfit, "b.yaml", "kind: [");
	outfit_manifest(&outfit, "c.yaml", SERVICE("c", ""));
	ck_assert_int_eq(check_all(), EX_DATAERR);
	ck_assert_msg(strstr(said, "a.yaml:4") != NULL, "%s", said);
	ck_assert_msg(strstr(said, "b.yaml:") != NULL, "%s", said);
	ck_assert_msg(strstr(said, ": 2 errors") != NULL, "%s", said);
}
END_TEST

START_TEST(what_only_shows_between_objects_is_an_error_too)
{
	outfit_manifest(&outfit, "a.yaml", SERVICE("a", ", clusterIP: 10.96.0.77"));
	outfit_manifest(&outfit, "b.yaml", SERVICE("b", ", clusterIP: 10.96.0.77"));
	ck_assert_int_eq(check_all(), EX_DATAERR);
	ck_assert_msg(strstr(said, "10.96.0.77") != NULL, "%s", said);
}
END_TEST

START_TEST(warnings_alone_are_no_error)
{
	outfit_manifest(&outfit, "a.yaml", SERVICE("a", ", selector: {app: nobody}"));
	ck_assert_int_eq(check_all(), 0);
	ck_assert_msg(strstr(said, "warning: ") != NULL, "%s", said);
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("check");
	TCase *tcase = tcase_create("check");

	suite_add_tcase(suite, tcase);
	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, good_manifests_are_counted_and_zero);
	tcase_add_test(tcase, every_error_of_every_file_is_told_and_is_bad_data);
	tcase_add_test(tcase, what_only_shows_between_objects_is_an_error_too);
	tcase_add_test(tcase, warnings_alone_are_no_error);
	return suite;
}
