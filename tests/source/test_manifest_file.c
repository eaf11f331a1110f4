/* test_manifest_file.c - read one manifest from disk, whatever it turns out to be. */
#include "source/manifest_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/err.h"
#include "tests/suite.h"

static char folder[32];

static void
make_folder(void)
{
	strcpy(folder, "/tmp/rollcall-test-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void
remove_folder(void)
{
	char command[64];

	(void)snprintf(command, sizeof(command), "rm -rf %s", folder);
	ck_assert_int_eq(system(command), 0);
}

static const char *
path_of(const char *name)
{
	static char path[96];

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static void
write_file(const char *name, const void *text, size_t len)
{
	FILE *file = fopen(path_of(name), "w");

	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(text, 1, len, file), len);
	ck_assert_int_eq(fclose(file), 0);
}

START_TEST(only_names_of_manifests_are_served)
{
	static const struct {
		const char *name;
		bool served;
	} names[] = {
		{ "web.yaml", true }, { "web.yml", true }, { "web.json", true }, { "a.b.yaml", true },
		{ ".web.yaml", false }, { "web.yaml~", false }, { "web.yaml.bak", false },
		{ "..data", false }, { "yaml", false }, { ".yaml", false }, { "", false },
		{ "WEB.YAML", false },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		ck_assert_msg(manifest_file_is_name(names[i].name) == names[i].served, "%s", names[i].name);
}
END_TEST

START_TEST(octets_come_as_they_are_with_nul_and_end)
{
	struct manifest_file file;

	write_file("a.yaml", "a\0b\n", 4);
	ck_assert_int_eq(manifest_file_read(path_of("a.yaml"), &file, NULL), 0);
	ck_assert_uint_eq(file.len, 4);
	ck_assert_mem_eq(file.text, "a\0b\n\0", 5);
	manifest_file_release(&file);
}
END_TEST

START_TEST(a_name_that_is_not_there_is_not_found_and_nothing_is_said)
{
	struct diag *diag = diag_new();
	struct manifest_file file;

	ck_assert_int_eq(manifest_file_read(path_of("none.yaml"), &file, diag), ERR_NOTFOUND);
	ck_assert_uint_eq(diag_count(diag, SEVERITY_ERROR), 0);
	diag_free(diag);
}
END_TEST

START_TEST(a_file_that_is_too_large_is_refused_without_reading_it)
{
	struct diag *diag = diag_new();
	struct manifest_file file;

	write_file("big.yaml", "", 0);
	ck_assert_int_eq(truncate(path_of("big.yaml"), (off_t)MANIFEST_FILE_MAX + 1), 0);
	ck_assert_int_eq(manifest_file_read(path_of("big.yaml"), &file, diag), ERR_LIMIT);
	ck_assert_str_eq(diag_at(diag, 0)->text, "is larger than 256 MiB");
	diag_free(diag);
}
END_TEST

START_TEST(a_file_that_others_may_write_is_not_trusted)
{
	static const struct {
		mode_t mode;
		bool trusted;
	} modes[] = { { 0600, true }, { 0644, true }, { 0664, false }, { 0646, false } };
	struct manifest_file file;

	write_file("a.yaml", "a", 1);
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		ck_assert_int_eq(chmod(path_of("a.yaml"), modes[i].mode), 0);
		ck_assert_int_eq(manifest_file_read(path_of("a.yaml"), &file, NULL), 0);
		ck_assert_msg(file.trusted == modes[i].trusted, "mode %o", modes[i].mode);
		manifest_file_release(&file);
	}
}
END_TEST

START_TEST(a_file_of_somebody_else_is_not_trusted)
{
	struct manifest_file file;

	if (geteuid() != 0)
		return;                 /* only root can give files away */
	write_file("a.yaml", "a", 1);
	ck_assert_int_eq(chown(path_of("a.yaml"), 65534, 65534), 0);
	ck_assert_int_eq(manifest_file_read(path_of("a.yaml"), &file, NULL), 0);
	ck_assert(!file.trusted);
	manifest_file_release(&file);
}
END_TEST

START_TEST(a_write_changes_the_stamp)
{
	struct manifest_stamp before, after;

	write_file("a.yaml", "a", 1);
	ck_assert(manifest_file_stamp(path_of("a.yaml"), &before));
	ck_assert(manifest_file_stamp(path_of("a.yaml"), &after));
	ck_assert(manifest_stamp_equal(&before, &after));
	write_file("a.yaml", "ab", 2);
	ck_assert(manifest_file_stamp(path_of("a.yaml"), &after));
	ck_assert(!manifest_stamp_equal(&before, &after));
	ck_assert(!manifest_file_stamp(path_of("none.yaml"), &after));
}
END_TEST

START_TEST(a_stamp_is_trusted_only_once_the_clock_has_gone_on)
{
	struct manifest_stamp stamp;

	write_file("a.yaml", "a", 1);
	ck_assert(manifest_file_stamp(path_of("a.yaml"), &stamp));
	stamp.ctime_ns += 10000000000;
	ck_assert(manifest_file_is_fresh(&stamp));
	stamp.ctime_ns -= 3600000000000;
	ck_assert(!manifest_file_is_fresh(&stamp));
}
END_TEST

START_TEST(a_folder_is_listed_in_byte_order)
{
	char **paths = NULL;
	size_t count = 0;

	write_file("b.yaml", "", 0);
	write_file("B.yaml", "", 0);
	write_file("a.json", "", 0);
	write_file("a.txt", "", 0);
	ck_assert_int_eq(manifest_file_list(folder, &paths, &count), 0);
	ck_assert_uint_eq(count, 3);
	ck_assert_str_eq(paths[0], path_of("B.yaml"));
	ck_assert_str_eq(paths[1], path_of("a.json"));
	ck_assert_str_eq(paths[2], path_of("b.yaml"));
	manifest_file_list_free(paths, count);
	ck_assert_int_eq(manifest_file_list(path_of("none"), &paths, &count), ERR_SYSTEM);
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("manifest_file");
	TCase *tcase = tcase_create("manifest_file");

	tcase_add_checked_fixture(tcase, make_folder, remove_folder);
	tcase_add_test(tcase, only_names_of_manifests_are_served);
	tcase_add_test(tcase, octets_come_as_they_are_with_nul_and_end);
	tcase_add_test(tcase, a_name_that_is_not_there_is_not_found_and_nothing_is_said);
	tcase_add_test(tcase, a_file_that_is_too_large_is_refused_without_reading_it);
	tcase_add_test(tcase, a_file_that_others_may_write_is_not_trusted);
	tcase_add_test(tcase, a_file_of_somebody_else_is_not_trusted);
	tcase_add_test(tcase, a_write_changes_the_stamp);
	tcase_add_test(tcase, a_stamp_is_trusted_only_once_the_clock_has_gone_on);
	tcase_add_test(tcase, a_folder_is_listed_in_byte_order);
	suite_add_tcase(suite, tcase);
	return suite;
}
