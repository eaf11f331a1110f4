/* test_source_scan.c - what a look at folders of manifests finds, and what it makes of it. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/strbuf.h"
#include "tests/source/folder.h"
#include "tests/source/opened.h"
#include "tests/suite.h"

START_TEST(files_are_read_in_byte_order_and_others_are_left_alone)
{
	struct bench bench;

	folder_begin(&bench);
	folder_put_namespace(&bench, "b.yaml", "two");
	folder_put_namespace(&bench, "a.yml", "one");
	folder_put(&bench, "c.json", "{\"apiVersion\":\"v1\",\"kind\":\"Namespace\",\"metadata\":{\"name\":\"three\"}}");
	folder_put_namespace(&bench, "d.yaml~", "backup");
	folder_put_namespace(&bench, ".hidden.yaml", "hidden");
	folder_put_namespace(&bench, "notes.txt", "text");
	folder_start(&bench, false);
	folder_load_tells(&bench, "a.yml: one;b.yaml: two;c.json: three;end;");
	ck_assert_uint_eq(source_dir_file_count(bench.source), 3);
	folder_end(&bench);
}
END_TEST

START_TEST(an_unchanged_file_is_not_told_again)
{
	struct bench bench;

	folder_begin_with_one(&bench, false);
	folder_put_namespace(&bench, "a.yaml", "one");
	folder_load_tells(&bench, "end;");
	folder_put_namespace(&bench, "a.yaml", "two");
	folder_load_tells(&bench, "a.yaml: two;end;");
	folder_end(&bench);
}
END_TEST

START_TEST(of_files_that_nobody_wrote_to_none_is_opened)
{
	struct strbuf names = STRBUF_INIT;
	struct bench bench;
	char path[128];

	folder_begin(&bench);
	folder_put_namespace(&bench, "a.yaml", "one");
	folder_put_namespace(&bench, "b.yaml", "two");
	folder_put_namespace(&bench, "c.yaml", "three");
	folder_path(&bench, "c.yaml", path);
	opened_let_age(path);
	folder_start(&bench, false);
	folder_load_tells(&bench, "a.yaml: one;b.yaml: two;c.yaml: three;end;");
	folder_put_namespace(&bench, "b.yaml", "other");

	int fd = opened_watch(bench.folder);

	folder_load_tells(&bench, "b.yaml: other;end;");
	opened_end(fd, &names);
	ck_assert_str_eq(names.text, "b.yaml;");
	strbuf_release(&names);
	folder_end(&bench);
}
END_TEST

START_TEST(a_broken_file_is_said_once_and_heals)
{
	struct bench bench;

	folder_begin_with_one(&bench, false);
	folder_put(&bench, "a.yaml", "kind: [\n");
	strbuf_clear(&bench.told);
	folder_load(&bench);
	ck_assert_msg(strncmp(bench.told.text, "a.yaml! ", 8) == 0, "told: %s", bench.told.text);
	ck_assert_uint_eq(source_dir_broken_count(bench.source), 1);
	folder_load_tells(&bench, "end;");
	folder_put_namespace(&bench, "a.yaml", "one");
	folder_load_tells(&bench, "a.yaml: one;end;");
	ck_assert_uint_eq(source_dir_broken_count(bench.source), 0);
	folder_end(&bench);
}
END_TEST

START_TEST(what_is_no_file_gets_one_clear_line_and_never_hangs)
{
	struct bench bench;
	char path[128], other[128];

	folder_begin(&bench);
	folder_path(&bench, "dir.yaml", path);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	folder_path(&bench, "fifo.yaml", path);
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	folder_path(&bench, "link.yaml", path);
	ck_assert_int_eq(symlink("nowhere", path), 0);
	folder_path(&bench, "loop.yaml", path);
	folder_path(&bench, "loop.yaml", other);
	ck_assert_int_eq(symlink(other, path), 0);
	folder_path(&bench, "null.yaml", path);
	ck_assert_int_eq(symlink("/dev/zero", path), 0);
	folder_start(&bench, false);
	folder_load_tells(&bench,
	    "dir.yaml! is a folder, not a manifest;fifo.yaml! is a FIFO, not a manifest;"
	    "link.yaml! is a link that leads nowhere;loop.yaml! is a link that leads in a circle;"
	    "null.yaml! is a device, not a manifest;end;");
	folder_load_tells(&bench, "end;");
	ck_assert_uint_eq(source_dir_broken_count(bench.source), 5);
	folder_end(&bench);
}
END_TEST

START_TEST(an_unreadable_file_is_said_once)
{
	struct bench bench;
	char path[128];

	if (geteuid() == 0)
		return;                 /* root reads everything */
	folder_begin(&bench);
	folder_put_namespace(&bench, "a.yaml", "one");
	folder_path(&bench, "a.yaml", path);
	ck_assert_int_eq(chmod(path, 0), 0);
	folder_start(&bench, false);
	folder_load_tells(&bench, "a.yaml! cannot be opened: Permission denied;end;");
	folder_load_tells(&bench, "end;");
	folder_end(&bench);
}
END_TEST

START_TEST(a_deleted_file_takes_its_objects_after_a_rest)
{
	struct bench bench;
	char path[128];

	folder_begin(&bench);
	folder_put_namespace(&bench, "a.yaml", "one");
	folder_put_namespace(&bench, "b.yaml", "two");
	folder_start(&bench, false);
	folder_load_tells(&bench, "a.yaml: one;b.yaml: two;end;");
	folder_path(&bench, "a.yaml", path);
	ck_assert_int_eq(unlink(path), 0);
	folder_load_tells(&bench, "end;");
	clock_turn_ms(bench.clock, 99);
	folder_load_tells(&bench, "end;");
	clock_turn_ms(bench.clock, 1);
	folder_load_tells(&bench, "a.yaml:;end;");
	folder_end(&bench);
}
END_TEST

START_TEST(a_folder_that_is_gone_keeps_its_objects_until_it_is_back)
{
	struct bench bench;
	char away[64];
	const char *paths[2] = { "/nonexistent", bench.folder };
	struct source_dir_settings settings = { .paths = paths, .path_count = 2, .exec_enabled = true };

	folder_begin_with_one(&bench, false);
	(void)snprintf(away, sizeof(away), "%s-away", bench.folder);
	ck_assert_int_eq(rename(bench.folder, away), 0);
	strbuf_clear(&bench.told);
	folder_load(&bench);
	clock_turn_ms(bench.clock, 3600000);
	folder_load(&bench);
	ck_assert_ptr_null(strstr(bench.told.text, "a.yaml:"));
	/* Another, empty folder in its place is an unmounted disk, not a wish. */
	ck_assert_int_eq(mkdir(bench.folder, 0700), 0);
	strbuf_clear(&bench.told);
	folder_load(&bench);
	ck_assert_ptr_null(strstr(bench.told.text, "a.yaml:"));
	/* Nor is it a wish while the settings are read again. */
	ck_assert_int_eq(source_dir_set(bench.source, &settings), 0);
	folder_load(&bench);
	ck_assert_int_eq(rmdir(bench.folder), 0);
	/* Nor is a link whose other end is not there. */
	ck_assert_int_eq(symlink("/nonexistent", bench.folder), 0);
	folder_load(&bench);
	clock_turn_ms(bench.clock, 1000);
	folder_load(&bench);
	ck_assert_int_eq(unlink(bench.folder), 0);
	ck_assert_int_eq(source_dir_set(bench.source, &settings), 0);
	folder_load(&bench);
	ck_assert_ptr_null(strstr(bench.told.text, "a.yaml:"));
	ck_assert_int_eq(rename(away, bench.folder), 0);
	folder_load_tells(&bench, "end;");
	ck_assert_uint_eq(source_dir_file_count(bench.source), 1);
	folder_end(&bench);
}
END_TEST

START_TEST(a_file_that_others_may_write_is_not_trusted_with_commands)
{
	struct bench bench;
	char path[128];

	folder_begin(&bench);
	folder_put(&bench, "a.yaml",
	    "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\n"
	    "spec: {containers: [{name: c, image: i, readinessProbe: {exec: {command: [x]}}}]}\n");
	folder_path(&bench, "a.yaml", path);
	ck_assert_int_eq(chmod(path, 0644), 0);
	folder_start(&bench, false);
	folder_load_tells(&bench, "a.yaml: p;end;");
	ck_assert_int_eq(chmod(path, 0666), 0);
	strbuf_clear(&bench.told);
	folder_load(&bench);
	ck_assert_msg(strncmp(bench.told.text, "a.yaml! ", 8) == 0, "told: %s", bench.told.text);
	folder_end(&bench);
}
END_TEST

START_TEST(other_paths_take_the_files_of_the_old_ones_away_at_once)
{
	struct bench bench;
	char path[128];
	const char *paths[1] = { path };
	struct source_dir_settings settings = { .paths = paths, .path_count = 1, .exec_enabled = true };

	folder_begin_with_one(&bench, false);
	folder_path(&bench, "sub", path);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	folder_put_namespace(&bench, "sub/b.yaml", "two");
	ck_assert_int_eq(source_dir_set(bench.source, &settings), 0);
	folder_load_tells(&bench, "b.yaml: two;a.yaml:;end;");
	folder_end(&bench);
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("source_scan");
	TCase *tcase = tcase_create("source_scan");

	tcase_set_timeout(tcase, 20);
	tcase_add_test(tcase, files_are_read_in_byte_order_and_others_are_left_alone);
	tcase_add_test(tcase, an_unchanged_file_is_not_told_again);
	tcase_add_test(tcase, of_files_that_nobody_wrote_to_none_is_opened);
	tcase_add_test(tcase, a_broken_file_is_said_once_and_heals);
	tcase_add_test(tcase, what_is_no_file_gets_one_clear_line_and_never_hangs);
	tcase_add_test(tcase, an_unreadable_file_is_said_once);
	tcase_add_test(tcase, a_deleted_file_takes_its_objects_after_a_rest);
	tcase_add_test(tcase, a_folder_that_is_gone_keeps_its_objects_until_it_is_back);
	tcase_add_test(tcase, a_file_that_others_may_write_is_not_trusted_with_commands);
	tcase_add_test(tcase, other_paths_take_the_files_of_the_old_ones_away_at_once);
	suite_add_tcase(suite, tcase);
	return suite;
}
