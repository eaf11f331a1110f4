/* test_lint_files.c - manifests read as the daemon would, and all that is wrong with them said. */
#include "source/lint_files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/addr.h"
#include "base/diag.h"
#include "model/allot.h"
#include "tests/suite.h"

#define SERVICE "apiVersion: v1\nkind: Service\nmetadata: {name: %s}\n"

static char folder[32];
static struct cidr cidr;
static struct allot_settings ranges;
static struct lint_result result;
static char said[4096];

static void
put(const char *name, const char *text, const char *service)
{
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	fprintf(file, SERVICE, service);
	fputs(text, file);
	ck_assert_int_eq(fclose(file), 0);
}

static void
setup(void)
{
	strcpy(folder, "/tmp/lint_files.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	ck_assert_int_eq(cidr_parse("10.96.0.0/12", &cidr), 0);
	ranges = (struct allot_settings){ .service_cidrs = &cidr, .service_cidr_count = 1,
		.node_port_first = 30000, .node_port_last = 32767 };
	said[0] = '\0';
}

static void
teardown(void)
{
	static const char *const names[] = { "a.yaml", "b.yaml", "c.yaml" };
	char path[64];

	for (size_t i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		(void)unlink(path);
	}
	ck_assert_int_eq(rmdir(folder), 0);
}

/* All lines, without the folder's name. */
static void
on_found(void *arg, const struct diag *diag)
{
	const struct diag_entry *entry;
	char line[1024];

	(void)arg;
	for (size_t i = 0; (entry = diag_at(diag, i)) != NULL; i++) {
		diag_format(entry, line, sizeof(line));
		ck_assert_uint_lt(strlen(said) + strlen(line) + 2, sizeof(said));
		strcat(said, strncmp(line, folder, strlen(folder)) == 0 ? line + strlen(folder) + 1 : line);
		strcat(said, "\n");
	}
}

static void
run(void)
{
	const char *const paths[] = { folder };
	const struct lint_files lint = { .paths = paths, .path_count = 1, .exec_enabled = true,
		.ranges = &ranges, .found = on_found };

	ck_assert_int_eq(lint_files(&lint, &result), 0);
}

START_TEST(sound_manifests_are_counted_and_nothing_is_said)
{
	put("a.yaml", "spec: {type: ExternalName, externalName: example.com}\n", "web");
	run();
	ck_assert_str_eq(said, "");
	ck_assert_str_eq(result.summary,
	    "1 Service, 0 Pods, 0 EndpointSlices, 0 Endpoints: 0 errors, 0 warnings");
}
END_TEST

START_TEST(each_file_is_told_of_then_what_objects_say_about_each_other)
{
	put("a.yaml", "spec: {ports: [{port: 80000}]}\n", "a");
	put("b.yaml", "spec: {selector: {app: web}, ports: [{port: 80}], color: red}\n", "b");
	put("c.yaml", "spec: {type: ExternalName, externalName: example.com}\n", "b");
	run();
	ck_assert_ptr_nonnull(strstr(said, "a.yaml:4:23: error: Service default/a: spec.ports[0].port 80000"));
	ck_assert_ptr_nonnull(strstr(said, "b.yaml:4:51: warning: Service default/b: spec.color"));
	ck_assert_msg(strstr(said, "c.yaml:1:1: error: Service default/b: is already stated at") != NULL, "%s", said);
	ck_assert_ptr_nonnull(strstr(said, "b.yaml:1:1: warning: Service default/b: spec.selector matches no Pod"));
	ck_assert_uint_eq(result.errors, 2);
	ck_assert_uint_eq(result.warnings, 2);
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("lint_files");
	TCase *tcase = tcase_create("lint_files");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, sound_manifests_are_counted_and_nothing_is_said);
	tcase_add_test(tcase, each_file_is_told_of_then_what_objects_say_about_each_other);
	suite_add_tcase(suite, tcase);
	return suite;
}
