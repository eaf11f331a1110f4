/* test_source_dir.c - folders of manifests that are watched. */
#include "source/source_dir.h"

#include <event2/event.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/source/folder.h"
#include "tests/suite.h"

START_TEST(changes_are_seen_as_they_happen_and_a_burst_is_one_batch)
{
	struct bench bench;
	char name[32];

	folder_begin_with_one(&bench, true);
	strbuf_clear(&bench.told);
	bench.batches = 0;
	for (int i = 0; i < 20; i++) {
		(void)snprintf(name, sizeof(name), "x%02d.yaml", i);
		folder_put_namespace(&bench, name, "same");
	}
	folder_events_tell(&bench, "x19.yaml: same;end;");
	ck_assert_uint_eq(bench.batches, 1);
	folder_put_namespace(&bench, "a.yaml", "two");
	folder_events_tell(&bench, "a.yaml: two;end;");
	folder_end(&bench);
}
END_TEST

START_TEST(a_renamed_file_is_no_second_statement_of_its_objects)
{
	struct bench bench;
	char path[128], other[128];

	folder_begin_with_one(&bench, true);
	folder_path(&bench, "a.yaml", path);
	folder_path(&bench, "b.yaml", other);
	ck_assert_int_eq(rename(path, other), 0);
	folder_events_tell(&bench, "end;(b.yaml): one;a.yaml:;end;");
	folder_end(&bench);
}
END_TEST

START_TEST(a_deleted_file_is_noticed_by_itself)
{
	struct bench bench;
	char path[128];

	folder_begin_with_one(&bench, true);
	strbuf_clear(&bench.told);
	folder_path(&bench, "a.yaml", path);
	ck_assert_int_eq(unlink(path), 0);
	folder_events_tell(&bench, "a.yaml:;end;");
	folder_end(&bench);
}
END_TEST

START_TEST(a_file_that_was_not_taken_is_handed_over_again)
{
	struct bench bench;
	char path[128];

	folder_begin(&bench);
	folder_put_namespace(&bench, "a.yaml", "one");
	folder_put_namespace(&bench, "b.yaml", "two");
	folder_start(&bench, true);
	folder_load_tells(&bench, "a.yaml: one;b.yaml: two;end;");
	strbuf_clear(&bench.told);
	bench.refusals = 2;
	folder_put_namespace(&bench, "a.yaml", "three");
	folder_events_tell(&bench, "a.yaml: three refused;a.yaml: three refused;a.yaml: three;end;");
	bench.refusals = 1;
	folder_path(&bench, "b.yaml", path);
	ck_assert_int_eq(unlink(path), 0);
	folder_events_tell(&bench, "b.yaml: refused;b.yaml:;end;");
	folder_end(&bench);
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

	folder_begin_with_one(&bench, true);
	strbuf_clear(&bench.told);
	folder_put_namespace(&bench, "b.yaml", "two");
	if (_i == 1)
		folder_put(&bench, "..look-at-all", "");
	before = take_descriptors();
	ck_assert_int_eq(event_base_loopexit(bench.loop, &while_short), 0);
	ck_assert_int_ge(event_base_dispatch(bench.loop), 0);
	ck_assert_str_eq(bench.told.text, "");
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &before), 0);
	folder_events_tell(&bench, "b.yaml: two;end;");
	ck_assert_uint_eq(source_dir_broken_count(bench.source), 0);
	folder_end(&bench);
}
END_TEST

START_TEST(more_files_than_are_noted_one_by_one_are_all_seen)
{
	struct bench bench;
	char name[32];

	folder_begin(&bench);
	folder_start(&bench, true);
	folder_load_tells(&bench, "end;");
	strbuf_clear(&bench.told);
	for (int i = 0; i < 200; i++) {
		(void)snprintf(name, sizeof(name), "x%03d.yaml", i);
		folder_put_namespace(&bench, name, "same");
	}
	folder_events_tell(&bench, "x199.yaml: same;end;");
	folder_put_namespace(&bench, "x100.yaml", "other");
	folder_events_tell(&bench, "x100.yaml: other;end;");
	folder_end(&bench);
}
END_TEST

/* Point the link ..data at a folder, atomically, as the kubelet does for a ConfigMap. */
static void
swap_data(const struct bench *bench, const char *to)
{
	char fresh[128], link[128];

	folder_path(bench, "..fresh", fresh);
	folder_path(bench, "..data", link);
	ck_assert_int_eq(symlink(to, fresh), 0);
	ck_assert_int_eq(rename(fresh, link), 0);
}

/* As in a ConfigMap: a.yaml and b.yaml lead through ..data to ..old, and ..new is there. */
static void
begin_with_worlds(struct bench *bench)
{
	static const char *const worlds[] = { "old", "new" };
	static const char *const files[] = { "a.yaml", "b.yaml" };
	char path[128], name[32];

	folder_begin(bench);
	for (int i = 0; i < 2; i++) {
		(void)snprintf(name, sizeof(name), "..%s", worlds[i]);
		folder_path(bench, name, path);
		ck_assert_int_eq(mkdir(path, 0700), 0);
		for (int k = 0; k < 2; k++) {
			(void)snprintf(name, sizeof(name), "..%s/%s", worlds[i], files[k]);
			folder_put_namespace(bench, name, worlds[i]);
		}
	}
	swap_data(bench, "..old");
	for (int k = 0; k < 2; k++) {
		(void)snprintf(name, sizeof(name), "..data/%s", files[k]);
		folder_path(bench, files[k], path);
		ck_assert_int_eq(symlink(name, path), 0);
	}
}

START_TEST(a_swapped_data_link_is_one_batch_that_holds_the_whole_new_world)
{
	struct bench bench;

	begin_with_worlds(&bench);
	folder_start(&bench, true);
	folder_load_tells(&bench, "a.yaml: old;b.yaml: old;end;");
	strbuf_clear(&bench.told);
	swap_data(&bench, "..new");
	folder_events_tell(&bench, "a.yaml: new;b.yaml: new;end;");
	folder_end(&bench);
}
END_TEST

static unsigned swaps;          /* that were made in the middle of a look at the files */
static unsigned swaps_wanted;

static void
swap_meanwhile(const struct bench *bench, const char *name)
{
	if (strcmp(name, "a.yaml") == 0 && swaps < swaps_wanted)
		swap_data(bench, ++swaps % 2 == 0 ? "..old" : "..new");
}

/* What was told of a file in the end. */
static void
expect_last(const struct bench *bench, const char *name, const char *world)
{
	const char *last = NULL;

	for (const char *at = bench->told.text; (at = strstr(at, name)) != NULL; at++)
		last = at;
	ck_assert_ptr_nonnull(last);
	ck_assert_msg(strncmp(last + strlen(name) + 2, world, strlen(world)) == 0, "told: %s",
	    bench->told.text);
}

/* More than is read without threads; the other world is small. */
static void
make_old_world_large(const struct bench *bench)
{
	static char text[65 << 10];
	int len = snprintf(text, sizeof(text),
	    "apiVersion: v1\nkind: Namespace\nmetadata: {name: old}\n#");

	memset(text + len, 'x', sizeof(text) - (size_t)len - 1);
	folder_put(bench, "..old/a.yaml", text);
}

static const struct {
	unsigned swaps;
	unsigned at_first;      /* of them, until it is given up for a rest */
	bool large;
} swap_cases[] = {
	{ 1, 1, false }, { 2, 2, false }, { 3, 3, false }, { 11, 11, false }, { 15, 11, false },
	{ 24, 11, false }, { 1, 0, true }, { 2, 0, true }, { 3, 0, true }, { 4, 0, true },
	{ 25, 0, true },
};

START_TEST(a_link_that_is_swapped_again_and_again_while_it_is_read_ends_in_one_world)
{
	const char *world = swap_cases[_i].swaps % 2 == 0 ? "old" : "new";
	struct bench bench;

	begin_with_worlds(&bench);
	if (swap_cases[_i].large)
		make_old_world_large(&bench);
	swaps = 0;
	swaps_wanted = swap_cases[_i].swaps;
	bench.meanwhile = swap_meanwhile;
	folder_start(&bench, true);
	ck_assert_int_eq(source_dir_load(bench.source), 0);
	ck_assert_uint_eq(swaps, swap_cases[_i].at_first);
	while (source_dir_is_loading(bench.source))
		ck_assert_int_eq(event_base_loop(bench.loop, EVLOOP_ONCE), 0);
	ck_assert_uint_eq(swaps, swaps_wanted);
	expect_last(&bench, "a.yaml", world);
	expect_last(&bench, "b.yaml", world);
	/* Nobody was told of a mixed world. */
	ck_assert_uint_eq(bench.batches, 1);
	folder_load_tells(&bench, "end;");
	folder_end(&bench);
}
END_TEST

START_TEST(a_folder_that_comes_later_is_watched_for)
{
	struct bench bench;

	folder_begin(&bench);
	ck_assert_int_eq(rmdir(bench.folder), 0);
	folder_start(&bench, true);
	folder_load_tells(&bench, "end;");
	strbuf_clear(&bench.told);
	ck_assert_int_eq(mkdir(bench.folder, 0700), 0);
	folder_put_namespace(&bench, "a.yaml", "late");
	folder_events_tell(&bench, "a.yaml: late;end;");
	folder_end(&bench);
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("source_dir");
	TCase *tcase = tcase_create("source_dir");

	tcase_set_timeout(tcase, 20);
	tcase_add_test(tcase, changes_are_seen_as_they_happen_and_a_burst_is_one_batch);
	tcase_add_test(tcase, a_renamed_file_is_no_second_statement_of_its_objects);
	tcase_add_test(tcase, a_deleted_file_is_noticed_by_itself);
	tcase_add_test(tcase, a_file_that_was_not_taken_is_handed_over_again);
	tcase_add_loop_test(tcase, what_was_not_read_for_want_of_descriptors_is_read_soon_after, 0,
	    2);
	tcase_add_test(tcase, more_files_than_are_noted_one_by_one_are_all_seen);
	tcase_add_test(tcase, a_swapped_data_link_is_one_batch_that_holds_the_whole_new_world);
	tcase_add_loop_test(tcase,
	    a_link_that_is_swapped_again_and_again_while_it_is_read_ends_in_one_world, 0,
	    sizeof(swap_cases) / sizeof(*swap_cases));
	tcase_add_test(tcase, a_folder_that_comes_later_is_watched_for);
	suite_add_tcase(suite, tcase);
	return suite;
}
