/* test_manifest_json.c - objects of YAML and JSON files as JSON for the server. */
#include "cli/manifest_json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "tests/suite.h"

START_TEST(documents_and_the_members_of_lists_are_objects)
{
	static const char text[] =
	    "kind: Service\nn: 80\ns: \"80\"\nb: yes\nz:\n---\n# nothing\n---\n"
	    "apiVersion: v1\nkind: List\nitems:\n- {kind: Pod, f: 1.5}\n- {kind: Namespace}\n";
	struct manifest_objects objects = { 0 };
	struct diag *diag = diag_new();
	json_t *expected = json_pack("{s:s, s:i, s:s, s:b, s:n}", "kind", "Service", "n", 80, "s",
	    "80", "b", 1, "z");

	ck_assert_int_eq(manifest_json_text("a.yaml", text, strlen(text), &objects, diag), 0);
	ck_assert_uint_eq(objects.count, 3);
	ck_assert(json_equal(objects.items[0].json, expected));
	ck_assert_str_eq(objects.items[2].file, "a.yaml");
	ck_assert_uint_eq(objects.items[1].line, 12);
	ck_assert_double_eq(json_real_value(json_object_get(objects.items[1].json, "f")), 1.5);
	json_decref(expected);
	manifest_objects_release(&objects);
	diag_free(diag);
}
END_TEST

START_TEST(what_is_no_object_is_said_with_its_place)
{
	static const struct {
		const char *text;
		const char *says;
	} cases[] = {
		{ "a: 1\n---\n- 1\n", "a list is no object" },
		{ "just words\n", "a text is no object" },
		{ "a: [\n", "" },
		{ "a: 1\na: 2\n", "" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct manifest_objects objects = { 0 };
		struct diag *diag = diag_new();

		ck_assert_int_lt(manifest_json_text("a.yaml", cases[i].text, strlen(cases[i].text),
		    &objects, diag), 0);
		ck_assert_uint_ge(diag_count(diag, SEVERITY_ERROR), 1);
		ck_assert_ptr_nonnull(strstr(diag_at(diag, 0)->text, cases[i].says));
		manifest_objects_release(&objects);
		diag_free(diag);
	}
}
END_TEST

static void
write_text(const char *folder, const char *name, const char *text)
{
	char path[128];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	(void)fclose(file);
}

START_TEST(a_folder_gives_its_manifests_in_order_and_deeper_ones_when_told)
{
	char folder[] = "/tmp/rollcall-test-XXXXXX", below[64], path[128];
	static const char *const names[] = { "b.yaml", "a.json", "c.txt", ".d.yaml", "e/f.yml" };
	struct manifest_objects objects = { 0 };
	struct diag *diag = diag_new();

	ck_assert_ptr_nonnull(mkdtemp(folder));
	(void)snprintf(below, sizeof(below), "%s/e", folder);
	ck_assert_int_eq(mkdir(below, 0700), 0);
	for (size_t i = 0; i < 5; i++)
		write_text(folder, names[i], i == 1 ? "{\"n\": 1}" : "n: 2\n");
	ck_assert_int_eq(manifest_json_read(folder, false, &objects, diag), 0);
	ck_assert_uint_eq(objects.count, 2);
	ck_assert_int_eq(json_integer_value(json_object_get(objects.items[0].json, "n")), 1);
	manifest_objects_release(&objects);
	ck_assert_int_eq(manifest_json_read(folder, true, &objects, diag), 0);
	ck_assert_uint_eq(objects.count, 3);
	manifest_objects_release(&objects);
	ck_assert_int_eq(manifest_json_read("/nowhere.yaml", false, &objects, diag), ERR_SYSTEM);
	ck_assert_str_eq(diag_at(diag, 0)->text, "No such file or directory");
	for (size_t i = 0; i < 5; i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		(void)unlink(path);
	}
	(void)rmdir(below);
	(void)rmdir(folder);
	diag_free(diag);
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("manifest_json");
	TCase *tcase = tcase_create("manifest_json");

	tcase_add_test(tcase, documents_and_the_members_of_lists_are_objects);
	tcase_add_test(tcase, what_is_no_object_is_said_with_its_place);
	tcase_add_test(tcase, a_folder_gives_its_manifests_in_order_and_deeper_ones_when_told);
	suite_add_tcase(suite, tcase);
	return suite;
}
