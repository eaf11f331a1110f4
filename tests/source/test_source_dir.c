/* test_source_dir.c - folders and files of manifests, watched. */
#include "source/source_dir.h"

#include <event2/event.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/err.h"
#include "base/strbuf.h"
#include "model/object.h"
#include "tests/suite.h"

#define NAMESPACE "apiVersion: v1\nkind: Namespace\nmetadata: {name: %s}\n"

/* A folder of its own for each test, and everything that the source told. */
struct bench {
	char folder[32];
	struct event_base *loop;
	struct clock *clock;
	struct source_dir *source;
	unsigned refusals;      /* files that are not taken for want of memory before one is */
	struct strbuf told;     /* "a.yaml: x y;" for objects, "a.yaml! text;" for a broken file, "end;" */
	unsigned batches;
};

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

static int
on_file(void *arg, const char *path, struct object_list *objects, struct diag *diag)
{
	struct bench *bench = arg;

	strbuf_addf(&bench->told, diag == NULL ? "(%s):" : "%s:", base_name(path));
	for (size_t i = 0; i < objects->count; i++) {
		strbuf_addf(&bench->told, " %s", objects->items[i]->name);
		object_unref(objects->items[i]);
	}
	objects->count = 0;
	if (bench->refusals > 0) {
		bench->refusals--;
		strbuf_add(&bench->told, " refused;");
		return ERR_NOMEM;
	}
	strbuf_add(&bench->told, ";");
	return 0;
}

static void
on_broken(void *arg, const char *path, struct diag *diag)
{
	struct bench *bench = arg;

	strbuf_addf(&bench->told, "%s! %s;", base_name(path), diag_at(diag, 0)->text);
}

static void
on_batch_end(void *arg)
{
	struct bench *bench = arg;

	bench->batches++;
	strbuf_add(&bench->told, "end;");
}

static void
bench_path(const struct bench *bench, const char *name, char path[128])
{
	(void)snprintf(path, 128, "%s/%s", bench->folder, name);
}

/* As an editor does: a new file under another name, then a rename over the old one. */
static void
put(const struct bench *bench, const char *name, const char *text)
{
	char path[128], fresh[128];

	bench_path(bench, name, path);
	bench_path(bench, ".fresh", fresh);
	FILE *file = fopen(fresh, "w");
	ck_assert_ptr_nonnull(file);
	ck_assert_int_ge(fputs(text, file), 0);
	ck_assert_int_eq(fclose(file), 0);
	ck_assert_int_eq(rename(fresh, path), 0);
}

static void
put_namespace(const struct bench *bench, const char *name, const char *namespace)
{
	char text[128];

	(void)snprintf(text, sizeof(text), NAMESPACE, namespace);
	put(bench, name, text);
}

static void
start(struct bench *bench, bool watched)
{
	static const struct source_dir_ops ops = {
		.file = on_file,
		.broken = on_broken,
		.batch_end = on_batch_end,
	};
	static const char *path;
	struct source_dir_settings settings = {
		.paths = &path,
		.path_count = 1,
		.exec_enabled = true,
	};

	path = bench->folder;
	bench->loop = watched ? event_base_new() : NULL;
	bench->clock = watched ? clock_new_system() : clock_new_manual(1000, 0);
	bench->source = source_dir_new(bench->loop, bench->clock, &settings, &ops, bench);
	ck_assert_ptr_nonnull(bench->source);
}

static void
bench_begin(struct bench *bench)
{
	*bench = (struct bench){ .folder = "/tmp/rollcall-test-XXXXXX", .told = STRBUF_INIT };
	ck_assert_ptr_nonnull(mkdtemp(bench->folder));
}

static void
bench_end(struct bench *bench)
{
	char command[64];

	source_dir_free(bench->source);
	clock_free(bench->clock);
	if (bench->loop != NULL)
		event_base_free(bench->loop);
	strbuf_release(&bench->told);
	(void)snprintf(command, sizeof(command), "rm -rf %s", bench->folder);
	ck_assert_int_eq(system(command), 0);
}

/* Load and compare what was told with what was expected. */
static void
load_tells(struct bench *bench, const char *expected)
{
	strbuf_clear(&bench->told);
	ck_assert_int_eq(source_dir_load(bench->source), 0);
	ck_assert_str_eq(bench->told.text, expected);
}

/* Run the loop until all of `expected` was told, at most 5 s. */
static void
events_tell(struct bench *bench, const char *expected)
{
	struct timeval tick = { 0, 5000 };

	for (int i = 0; i < 1000 && strstr(bench->told.text, expected) == NULL; i++) {
		ck_assert_int_eq(event_base_loopexit(bench->loop, &tick), 0);
		ck_assert_int_ge(event_base_dispatch(bench->loop), 0);
	}
	ck_assert_msg(strstr(bench->told.text, expected) != NULL, "told: %s", bench->told.text);
	strbuf_clear(&bench->told);
}

/* A source that has read one file. */
static void
begin_with_one(struct bench *bench, bool watch)
{
	bench_begin(bench);
	put_namespace(bench, "a.yaml", "one");
	start(bench, watch);
	load_tells(bench, "a.yaml: one;end;");
}

START_TEST(files_are_read_in_byte_order_and_others_are_left_alone)
{
	struct bench bench;

	bench_begin(&bench);
	put_namespace(&bench, "b.yaml", "two");
	put_namespace(&bench, "a.yml", "one");
	put(&bench, "c.json", "{\"apiVersion\":\"v1\",\"kind\":\"Namespace\",\"metadata\":{\"name\":\"three\"}}");
	put_namespace(&bench, "d.yaml~", "backup");
	put_namespace(&bench, ".hidden.yaml", "hidden");
	put_namespace(&bench, "notes.txt", "text");
	start(&bench, false);
	load_tells(&bench, "a.yml: one;b.yaml: two;c.json: three;end;");
	ck_assert_uint_eq(source_dir_file_count(bench.source), 3);
	bench_end(&bench);
}
END_TEST

START_TEST(an_unchanged_file_is_not_told_again)
{
	struct bench bench;

	begin_with_one(&bench, false);
	put_namespace(&bench, "a.yaml", "one");
	load_tells(&bench, "end;");
	put_namespace(&bench, "a.yaml", "two");
	load_tells(&bench, "a.yaml: two;end;");
	bench_end(&bench);
}
END_TEST

START_TEST(a_broken_file_is_said_once_and_heals)
{
	struct bench bench;

	begin_with_one(&bench, false);
	put(&bench, "a.yaml", "kind: [\n");
	strbuf_clear(&bench.told);
	ck_assert_int_eq(source_dir_load(bench.source), 0);
	ck_assert_msg(strncmp(bench.told.text, "a.yaml! ", 8) == 0, "told: %s", bench.told.text);
	ck_assert_uint_eq(source_dir_broken_count(bench.source), 1);
	load_tells(&bench, "end;");
	put_namespace(&bench, "a.yaml", "one");
	load_tells(&bench, "a.yaml: one;end;");
	ck_assert_uint_eq(source_dir_broken_count(bench.source), 0);
	bench_end(&bench);
}
END_TEST

START_TEST(what_is_no_file_gets_one_clear_line_and_never_hangs)
{
	struct bench bench;
	char path[128], other[128];

	bench_begin(&bench);
	bench_path(&bench, "dir.yaml", path);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	bench_path(&bench, "fifo.yaml", path);
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	bench_path(&bench, "link.yaml", path);
	ck_assert_int_eq(symlink("nowhere", path), 0);
	bench_path(&bench, "loop.yaml", path);
	bench_path(&bench, "loop.yaml", other);
	ck_assert_int_eq(symlink(other, path), 0);
	bench_path(&bench, "null.yaml", path);
	ck_assert_int_eq(symlink("/dev/zero", path), 0);
	start(&bench, false);
	load_tells(&bench,
	    "dir.yaml! is a folder, not a manifest;fifo.yaml! is a FIFO, not a manifest;"
	    "link.yaml! is a link that leads nowhere;loop.yaml! is a link that leads in a circle;"
	    "null.yaml! is a device, not a manifest;end;");
	load_tells(&bench, "end;");
	ck_assert_uint_eq(source_dir_broken_count(bench.source), 5);
	bench_end(&bench);
}
END_TEST

START_TEST(an_unreadable_file_is_said_once)
{
	struct bench bench;
	char path[128];

	if (geteuid() == 0)
		return;                 /* root reads everything */
	bench_begin(&bench);
	put_namespace(&bench, "a.yaml", "one");
	bench_path(&bench, "a.yaml", path);
	ck_assert_int_eq(chmod(path, 0), 0);
	start(&bench, false);
	load_tells(&bench, "a.yaml! cannot be opened: Permission denied;end;");
	load_tells(&bench, "end;");
	bench_end(&bench);
}
END_TEST

START_TEST(a_deleted_file_takes_its_objects_after_a_rest)
{
	struct bench bench;
	char path[128];

	bench_begin(&bench);
	put_namespace(&bench, "a.yaml", "one");
	put_namespace(&bench, "b.yaml", "two");
	start(&bench, false);
	load_tells(&bench, "a.yaml: one;b.yaml: two;end;");
	bench_path(&bench, "a.yaml", path);
	ck_assert_int_eq(unlink(path), 0);
	load_tells(&bench, "end;");
	clock_turn_ms(bench.clock, 99);
	load_tells(&bench, "end;");
	clock_turn_ms(bench.clock, 1);
	load_tells(&bench, "a.yaml:;end;");
	bench_end(&bench);
}
END_TEST

START_TEST(a_folder_that_is_gone_keeps_its_objects_until_it_is_back)
{
	struct bench bench;
	char away[64];
	const char *paths[2] = { "/nonexistent", bench.folder };
	struct source_dir_settings settings = { .paths = paths, .path_count = 2, .exec_enabled = true };

	begin_with_one(&bench, false);
	(void)snprintf(away, sizeof(away), "%s-away", bench.folder);
	ck_assert_int_eq(rename(bench.folder, away), 0);
	strbuf_clear(&bench.told);
	ck_assert_int_eq(source_dir_load(bench.source), 0);
	clock_turn_ms(bench.clock, 3600000);
	ck_assert_int_eq(source_dir_load(bench.source), 0);
	ck_assert_ptr_null(strstr(bench.told.text, "a.yaml:"));
	/* Another, empty folder in its place is an unmounted disk, not a wish. */
	ck_assert_int_eq(mkdir(bench.folder, 0700), 0);
	strbuf_clear(&bench.told);
	ck_assert_int_eq(source_dir_load(bench.source), 0);
	ck_assert_ptr_null(strstr(bench.told.text, "a.yaml:"));
	/* Nor is it a wish while the settings are read again. */
	ck_assert_int_eq(source_dir_set(bench.source, &settings), 0);
	ck_assert_int_eq(source_dir_load(bench.source), 0);
	ck_assert_int_eq(rmdir(bench.folder), 0);
	/* Nor is a link whose other end is not there. */
	ck_assert_int_eq(symlink("/nonexistent", bench.folder), 0);
	ck_assert_int_eq(source_dir_load(bench.source), 0);
	clock_turn_ms(bench.clock, 1000);
	ck_assert_int_eq(source_dir_load(bench.source), 0);
	ck_assert_int_eq(unlink(bench.folder), 0);
	ck_assert_int_eq(source_dir_set(bench.source, &settings), 0);
	ck_assert_int_eq(source_dir_load(bench.source), 0);
	ck_assert_ptr_null(strstr(bench.told.text, "a.yaml:"));
	ck_assert_int_eq(rename(away, bench.folder), 0);
	load_tells(&bench, "end;");
	ck_assert_uint_eq(source_dir_file_count(bench.source), 1);
	bench_end(&bench);
}
END_TEST

START_TEST(a_file_that_others_may_write_is_not_trusted_with_commands)
{
	struct bench bench;
	char path[128];

	bench_begin(&bench);
	put(&bench, "a.yaml",
	    "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\n"
	    "spec: {containers: [{name: c, image: i, readinessProbe: {exec: {command: [x]}}}]}\n");
	bench_path(&bench, "a.yaml", path);
	ck_assert_int_eq(chmod(path, 0644), 0);
	start(&bench, false);
	load_tells(&bench, "a.yaml: p;end;");
	ck_assert_int_eq(chmod(path, 0666), 0);
	strbuf_clear(&bench.told);
	ck_assert_int_eq(source_dir_load(bench.source), 0);
	ck_assert_msg(strncmp(bench.told.text, "a.yaml! ", 8) == 0, "told: %s", bench.told.text);
	bench_end(&bench);
}
END_TEST

START_TEST(changes_are_seen_as_they_happen_and_a_burst_is_one_batch)
{
	struct bench bench;
	char name[32];

	begin_with_one(&bench, true);
	strbuf_clear(&bench.told);
	bench.batches = 0;
	for (int i = 0; i < 20; i++) {
		(void)snprintf(name, sizeof(name), "x%02d.yaml", i);
		put_namespace(&bench, name, "same");
	}
	events_tell(&bench, "x19.yaml: same;end;");
	ck_assert_uint_eq(bench.batches, 1);
	put_namespace(&bench, "a.yaml", "two");
	events_tell(&bench, "a.yaml: two;end;");
	bench_end(&bench);
}
END_TEST

START_TEST(a_renamed_file_is_no_second_statement_of_its_objects)
{
	struct bench bench;
	char path[128], other[128];

	begin_with_one(&bench, true);
	bench_path(&bench, "a.yaml", path);
	bench_path(&bench, "b.yaml", other);
	ck_assert_int_eq(rename(path, other), 0);
	events_tell(&bench, "end;(b.yaml): one;a.yaml:;end;");
	bench_end(&bench);
}
END_TEST

START_TEST(a_deleted_file_is_noticed_by_itself)
{
	struct bench bench;
	char path[128];

	begin_with_one(&bench, true);
	strbuf_clear(&bench.told);
	bench_path(&bench, "a.yaml", path);
	ck_assert_int_eq(unlink(path), 0);
	events_tell(&bench, "a.yaml:;end;");
	bench_end(&bench);
}
END_TEST

START_TEST(a_file_that_was_not_taken_is_handed_over_again)
{
	struct bench bench;
	char path[128];

	bench_begin(&bench);
	put_namespace(&bench, "a.yaml", "one");
	put_namespace(&bench, "b.yaml", "two");
	start(&bench, true);
	load_tells(&bench, "a.yaml: one;b.yaml: two;end;");
	strbuf_clear(&bench.told);
	bench.refusals = 2;
	put_namespace(&bench, "a.yaml", "three");
	events_tell(&bench, "a.yaml: three refused;a.yaml: three refused;a.yaml: three;end;");
	bench.refusals = 1;
	bench_path(&bench, "b.yaml", path);
	ck_assert_int_eq(unlink(path), 0);
	events_tell(&bench, "b.yaml: refused;b.yaml:;end;");
	bench_end(&bench);
}
END_TEST

/* Nothing can be opened any more; returns what to go back to. */
static struct rlimit
take_descriptors(void)
{
	struct rlimit before, none;
	int next = dup(0);

	ck_assert_int_ge(next, 0);
	ck_assert_int_eq(close(next), 0);
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = before;
	none.rlim_cur = (rlim_t)next;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
	return before;
}

/* A single file, and a look at the whole folder. */
START_TEST(what_was_not_read_for_want_of_descriptors_is_read_soon_after)
{
	struct bench bench;
	struct rlimit before;
	struct timeval while_short = { 0, 200000 };

	begin_with_one(&bench, true);
	strbuf_clear(&bench.told);
	put_namespace(&bench, "b.yaml", "two");
	if (_i == 1)
		put(&bench, "..look-at-all", "");
	before = take_descriptors();
	ck_assert_int_eq(event_base_loopexit(bench.loop, &while_short), 0);
	ck_assert_int_ge(event_base_dispatch(bench.loop), 0);
	ck_assert_str_eq(bench.told.text, "");
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &before), 0);
	events_tell(&bench, "b.yaml: two;end;");
	ck_assert_uint_eq(source_dir_broken_count(bench.source), 0);
	bench_end(&bench);
}
END_TEST

START_TEST(more_files_than_are_noted_one_by_one_are_all_seen)
{
	struct bench bench;
	char name[32];

	bench_begin(&bench);
	start(&bench, true);
	load_tells(&bench, "end;");
	strbuf_clear(&bench.told);
	for (int i = 0; i < 200; i++) {
		(void)snprintf(name, sizeof(name), "x%03d.yaml", i);
		put_namespace(&bench, name, "same");
	}
	events_tell(&bench, "x199.yaml: same;end;");
	put_namespace(&bench, "x100.yaml", "other");
	events_tell(&bench, "x100.yaml: other;end;");
	bench_end(&bench);
}
END_TEST

/* Point the link ..data at a folder, atomically, as the kubelet does for a ConfigMap. */
static void
swap_data(const struct bench *bench, const char *to)
{
	char fresh[128], link[128];

	bench_path(bench, "..fresh", fresh);
	bench_path(bench, "..data", link);
	ck_assert_int_eq(symlink(to, fresh), 0);
	ck_assert_int_eq(rename(fresh, link), 0);
}

START_TEST(a_swapped_data_link_is_one_batch_that_holds_the_whole_new_world)
{
	struct bench bench;
	char path[128];

	bench_begin(&bench);
	for (const char *const *world = (const char *const[]){ "..old", "..new", NULL }; *world != NULL; world++) {
		bench_path(&bench, *world, path);
		ck_assert_int_eq(mkdir(path, 0700), 0);
	}
	put_namespace(&bench, "..old/a.yaml", "old");
	put_namespace(&bench, "..old/b.yaml", "old");
	put_namespace(&bench, "..new/a.yaml", "new");
	put_namespace(&bench, "..new/b.yaml", "new");
	swap_data(&bench, "..old");
	bench_path(&bench, "a.yaml", path);
	ck_assert_int_eq(symlink("..data/a.yaml", path), 0);
	bench_path(&bench, "b.yaml", path);
	ck_assert_int_eq(symlink("..data/b.yaml", path), 0);
	start(&bench, true);
	load_tells(&bench, "a.yaml: old;b.yaml: old;end;");
	strbuf_clear(&bench.told);
	swap_data(&bench, "..new");
	events_tell(&bench, "a.yaml: new;b.yaml: new;end;");
	bench_end(&bench);
}
END_TEST

START_TEST(a_folder_that_comes_later_is_watched_for)
{
	struct bench bench;

	bench_begin(&bench);
	ck_assert_int_eq(rmdir(bench.folder), 0);
	start(&bench, true);
	load_tells(&bench, "end;");
	strbuf_clear(&bench.told);
	ck_assert_int_eq(mkdir(bench.folder, 0700), 0);
	put_namespace(&bench, "a.yaml", "late");
	events_tell(&bench, "a.yaml: late;end;");
	bench_end(&bench);
}
END_TEST

START_TEST(other_paths_take_the_files_of_the_old_ones_away_at_once)
{
	struct bench bench;
	char path[128];
	const char *paths[1] = { path };
	struct source_dir_settings settings = { .paths = paths, .path_count = 1, .exec_enabled = true };

	begin_with_one(&bench, false);
	bench_path(&bench, "sub", path);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	put_namespace(&bench, "sub/b.yaml", "two");
	ck_assert_int_eq(source_dir_set(bench.source, &settings), 0);
	load_tells(&bench, "b.yaml: two;a.yaml:;end;");
	bench_end(&bench);
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("source_dir");
	TCase *tcase = tcase_create("source_dir");

	tcase_set_timeout(tcase, 20);
	tcase_add_test(tcase, files_are_read_in_byte_order_and_others_are_left_alone);
	tcase_add_test(tcase, an_unchanged_file_is_not_told_again);
	tcase_add_test(tcase, a_broken_file_is_said_once_and_heals);
	tcase_add_test(tcase, what_is_no_file_gets_one_clear_line_and_never_hangs);
	tcase_add_test(tcase, an_unreadable_file_is_said_once);
	tcase_add_test(tcase, a_deleted_file_takes_its_objects_after_a_rest);
	tcase_add_test(tcase, a_folder_that_is_gone_keeps_its_objects_until_it_is_back);
	tcase_add_test(tcase, a_file_that_others_may_write_is_not_trusted_with_commands);
	tcase_add_test(tcase, changes_are_seen_as_they_happen_and_a_burst_is_one_batch);
	tcase_add_test(tcase, a_renamed_file_is_no_second_statement_of_its_objects);
	tcase_add_test(tcase, a_deleted_file_is_noticed_by_itself);
	tcase_add_test(tcase, a_file_that_was_not_taken_is_handed_over_again);
	tcase_add_loop_test(tcase, what_was_not_read_for_want_of_descriptors_is_read_soon_after, 0,
	    2);
	tcase_add_test(tcase, more_files_than_are_noted_one_by_one_are_all_seen);
	tcase_add_test(tcase, a_swapped_data_link_is_one_batch_that_holds_the_whole_new_world);
	tcase_add_test(tcase, a_folder_that_comes_later_is_watched_for);
	tcase_add_test(tcase, other_paths_take_the_files_of_the_old_ones_away_at_once);
	suite_add_tcase(suite, tcase);
	return suite;
}
