/* test_watch.c - changes in folders and files are told, whatever happens to the folders. */
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "net/watch.h"
#include "tests/suite.h"

#define WAIT_S 10

static struct event_base *loop;
static struct watch *watch;
static char old_dir[4096];
static char dir[64];

/* What was told, one "EVENT PATH NAME" a line. */
static char told[2048];
static unsigned told_count;
static const char *remove_on_change;

static void
on_event(void *arg, enum watch_event event, const char *path, const char *name)
{
	static const char *const names[] = { "changed", "overflow", "lost" };
	size_t len = strlen(told);

	(void)arg;
	told_count++;
	if (len > sizeof(told) / 2) {   /* a flood: the newest matter */
		len = 0;
		told[0] = '\0';
	}
	snprintf(told + len, sizeof(told) - len, "%s %s %s\n", names[event], path == NULL ? "-" : path,
	    name == NULL ? "-" : name);
	if (remove_on_change != NULL)
		watch_remove(watch, remove_on_change);
}

static void
setup(void)
{
	strcpy(dir, "/tmp/test_watch.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_ptr_nonnull(getcwd(old_dir, sizeof(old_dir)));
	ck_assert_int_eq(chdir(dir), 0);
	loop = event_base_new();
	told[0] = '\0';
	told_count = 0;
	ck_assert_int_eq(watch_new(loop, on_event, NULL, &watch), 0);
}

static void
teardown(void)
{
	char command[128];

	watch_free(watch);
	event_base_free(loop);
	ck_assert_int_eq(chdir(old_dir), 0);
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	ck_assert_int_eq(system(command), 0);
}

static void
put(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	fclose(file);
}

/* Run the loop until `line` has been told; then forget what was told. */
static void
expect(const char *line)
{
	time_t end = time(NULL) + WAIT_S;
	struct timeval tick = { 0, 50000 };

	while (strstr(told, line) == NULL && time(NULL) < end) {
		event_base_loopexit(loop, &tick);
		event_base_dispatch(loop);
	}
	ck_assert_msg(strstr(told, line) != NULL, "waited for \"%s\", was told:\n%s", line, told);
	told[0] = '\0';
}

/* What is in the queue now is all there is: nothing of it may be told. */
static void
expect_nothing(void)
{
	told[0] = '\0';
	event_base_loop(loop, EVLOOP_NONBLOCK);
	ck_assert_str_eq(told, "");
}

START_TEST(writing_renaming_and_removing_in_a_folder_are_told)
{
	mkdir("zones", 0755);
	ck_assert_int_eq(watch_folder(watch, "zones"), 0);
	put("zones/a.yaml", "x");
	expect("changed zones a.yaml\n");
	rename("zones/a.yaml", "zones/b.yaml");
	expect("changed zones b.yaml\n");
	chmod("zones/b.yaml", 0600);
	expect("changed zones b.yaml\n");
	unlink("zones/b.yaml");
	expect("changed zones b.yaml\n");
	ck_assert_int_eq(symlink("nowhere", "zones/..data"), 0);
	expect("changed zones ..data\n");
}
END_TEST

START_TEST(a_file_is_told_when_it_is_replaced_and_others_are_not)
{
	put("web.yaml", "1");
	ck_assert_int_eq(watch_file(watch, "web.yaml"), 0);
	put("other.yaml", "1");
	expect_nothing();
	put("web.yaml~", "2");
	rename("web.yaml~", "web.yaml");
	expect("changed web.yaml web.yaml\n");
	unlink("web.yaml");
	expect("changed web.yaml web.yaml\n");
	put("web.yaml", "3");
	expect("changed web.yaml web.yaml\n");
}
END_TEST

START_TEST(a_link_swap_under_a_file_is_told)
{
	mkdir("map", 0755);
	mkdir("map/..1", 0755);
	mkdir("map/..2", 0755);
	put("map/..1/web.yaml", "1");
	put("map/..2/web.yaml", "2");
	ck_assert_int_eq(symlink("..1", "map/..data"), 0);
	ck_assert_int_eq(symlink("..data/web.yaml", "map/web.yaml"), 0);
	ck_assert_int_eq(watch_file(watch, "map/web.yaml"), 0);
	ck_assert_int_eq(symlink("..2", "map/..data_tmp"), 0);
	rename("map/..data_tmp", "map/..data");
	expect("changed map/web.yaml ..data\n");
}
END_TEST

START_TEST(adding_a_link_again_follows_where_it_leads_now)
{
	mkdir("one", 0755);
	mkdir("two", 0755);
	ck_assert_int_eq(symlink("one", "link"), 0);
	ck_assert_int_eq(watch_folder(watch, "link"), 0);
	unlink("link");
	ck_assert_int_eq(symlink("two", "link"), 0);
	ck_assert_int_eq(watch_folder(watch, "link"), 0);
	ck_assert_uint_eq(watch_count(watch), 1);
	expect("changed link -\n");    /* the exchange itself */
	put("one/a.yaml", "x");
	expect_nothing();
	put("two/a.yaml", "x");
	expect("changed link a.yaml\n");
}
END_TEST

/* As releases are put in place: a link of the path is exchanged, by a rename or in two steps. */
START_TEST(an_exchanged_link_is_told_and_followed)
{
	static const char *const paths[] = { "now", "now/zones", "./now//zones" };
	const char *path = paths[_i];
	char line[64];

	mkdir("one", 0755);
	mkdir("one/zones", 0755);
	mkdir("two", 0755);
	mkdir("two/zones", 0755);
	ck_assert_int_eq(symlink("one", "now"), 0);
	ck_assert_int_eq(watch_folder(watch, path), 0);
	ck_assert_int_eq(symlink("two", "next"), 0);
	ck_assert_int_eq(rename("next", "now"), 0);
	snprintf(line, sizeof(line), "changed %s -\n", path);
	expect(line);
	put(_i == 0 ? "two/a" : "two/zones/a", "");
	snprintf(line, sizeof(line), "changed %s a\n", path);
	expect(line);
	expect_nothing();
	put(_i == 0 ? "one/b" : "one/zones/b", "");
	put("unrelated", "");
	expect_nothing();
	/* Gone for a while, and leading nowhere. */
	ck_assert_int_eq(unlink("now"), 0);
	snprintf(line, sizeof(line), "changed %s -\n", path);
	expect(line);
	ck_assert_int_eq(symlink("nowhere", "now"), 0);
	expect_nothing();
	ck_assert_int_eq(unlink("now"), 0);
	ck_assert_int_eq(symlink("one", "now"), 0);
	expect(line);
	put(_i == 0 ? "one/c" : "one/zones/c", "");
	snprintf(line, sizeof(line), "changed %s c\n", path);
	expect(line);
}
END_TEST

START_TEST(a_missing_folder_is_waited_for)
{
	ck_assert_int_eq(watch_folder(watch, "a/b/zones"), 0);
	mkdir("a", 0755);
	event_base_loop(loop, EVLOOP_NONBLOCK);
	ck_assert_str_eq(told, "");
	mkdir("a/b", 0755);
	mkdir("a/b/zones", 0755);
	put("a/b/zones/early.yaml", "x");
	expect("changed a/b/zones -\n");
	put("a/b/zones/late.yaml", "x");
	expect("changed a/b/zones late.yaml\n");
}
END_TEST

START_TEST(a_file_in_the_place_of_a_missing_folder_is_told)
{
	ck_assert_int_eq(watch_folder(watch, "a/hosts"), 0);
	mkdir("a", 0755);
	event_base_loop(loop, EVLOOP_NONBLOCK);
	ck_assert_str_eq(told, "");
	put("a/hosts", "x");
	expect("changed a/hosts -\n");
}
END_TEST

START_TEST(a_folder_that_goes_is_told_and_waited_for)
{
	mkdir("zones", 0755);
	ck_assert_int_eq(watch_folder(watch, "zones"), 0);
	rmdir("zones");
	expect("changed zones -\n");
	mkdir("zones", 0755);
	expect("changed zones -\n");
	put("zones/a.yaml", "x");
	expect("changed zones a.yaml\n");
}
END_TEST

START_TEST(a_folder_that_is_moved_away_is_not_followed)
{
	mkdir("zones", 0755);
	ck_assert_int_eq(watch_folder(watch, "zones"), 0);
	rename("zones", "elsewhere");
	expect("changed zones -\n");
	put("elsewhere/a.yaml", "x");
	expect_nothing();
	mkdir("zones", 0755);
	expect("changed zones -\n");
}
END_TEST

START_TEST(two_paths_of_one_folder_are_both_told)
{
	mkdir("zones", 0755);
	ck_assert_int_eq(watch_folder(watch, "zones"), 0);
	ck_assert_int_eq(watch_file(watch, "zones/web.yaml"), 0);
	put("zones/web.yaml", "x");
	expect("changed zones web.yaml\nchanged zones/web.yaml web.yaml\n");
	watch_remove(watch, "zones");
	put("zones/web.yaml", "y");
	expect("changed zones/web.yaml web.yaml\n");
	ck_assert_uint_eq(watch_count(watch), 1);
}
END_TEST

START_TEST(removing_while_being_told_is_allowed)
{
	mkdir("zones", 0755);
	ck_assert_int_eq(watch_folder(watch, "zones"), 0);
	ck_assert_int_eq(watch_file(watch, "zones/web.yaml"), 0);
	remove_on_change = "zones/web.yaml";
	put("zones/web.yaml", "x");
	expect("changed zones web.yaml\n");
	ck_assert_uint_eq(watch_count(watch), 1);
	remove_on_change = "zones";
	put("zones/web.yaml", "y");
	expect("changed zones web.yaml\n");
	remove_on_change = NULL;
	put("zones/web.yaml", "z");
	expect_nothing();
	ck_assert_uint_eq(watch_count(watch), 0);
}
END_TEST

/* The limit of the queue; 0: unknown, or too large to be filled in a test. */
static unsigned
queue_limit(void)
{
	FILE *file = fopen("/proc/sys/fs/inotify/max_queued_events", "r");
	unsigned limit = 0;

	if (file == NULL)
		return 0;
	if (fscanf(file, "%u", &limit) != 1 || limit > 100000)
		limit = 0;
	fclose(file);
	return limit;
}

START_TEST(an_overflow_of_the_queue_is_told)
{
	unsigned limit = queue_limit();

	if (limit == 0)
		return;
	mkdir("zones", 0755);
	put("zones/a", "x");
	ck_assert_int_eq(watch_folder(watch, "zones"), 0);
	for (unsigned i = 0; i < limit / 4 + 100; i++) {
		rename("zones/a", "zones/b");
		rename("zones/b", "zones/a");
	}
	expect("overflow - -\n");
	ck_assert_uint_ge(told_count, limit);
	put("zones/after", "x");
	expect("changed zones after\n");
}
END_TEST

START_TEST(no_instance_left_is_an_error_of_its_own)
{
	struct rlimit limit;
	struct watch *other = NULL;

	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = 3;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	ck_assert_int_eq(watch_new(loop, on_event, NULL, &other), ERR_FULL);
	ck_assert_ptr_null(other);
	limit.rlim_cur = limit.rlim_max;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
}
END_TEST

/* In a user namespace of its own a process may lower its limit of watches; false: not allowed here. */
static bool
allow_watches(const char *count)
{
	int fd = open("/proc/sys/user/max_inotify_watches", O_WRONLY);

	if (fd < 0)
		return false;

	bool good = write(fd, count, strlen(count)) == (ssize_t)strlen(count);

	close(fd);
	return good;
}

START_TEST(no_watch_left_is_an_error_of_its_own)
{
	if (unshare(CLONE_NEWUSER) != 0 || !allow_watches("1"))
		return;

	struct watch *limited;

	mkdir("one", 0755);
	mkdir("two", 0755);
	ck_assert_int_eq(watch_new(loop, on_event, NULL, &limited), 0);
	ck_assert_int_eq(watch_folder(limited, "one"), 0);
	ck_assert_int_eq(watch_folder(limited, "two"), ERR_FULL);
	ck_assert_int_eq(errno, ENOSPC);
	ck_assert_uint_eq(watch_count(limited), 1);
	/* A watched folder that goes needs a watch on its parent, which the other instance may not take. */
	ck_assert_int_eq(allow_watches("0"), true);
	rmdir("one");
	expect("lost one -\n");
	ck_assert_int_eq(allow_watches("5"), true);
	mkdir("one", 0755);
	ck_assert_int_eq(watch_folder(limited, "one"), 0);
	put("one/a", "x");
	expect("changed one a\n");
	watch_free(limited);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("watch");
	TCase *tc = tcase_create("watch");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, writing_renaming_and_removing_in_a_folder_are_told);
	tcase_add_test(tc, a_file_is_told_when_it_is_replaced_and_others_are_not);
	tcase_add_test(tc, a_link_swap_under_a_file_is_told);
	tcase_add_test(tc, adding_a_link_again_follows_where_it_leads_now);
	tcase_add_loop_test(tc, an_exchanged_link_is_told_and_followed, 0, 3);
	tcase_add_test(tc, a_missing_folder_is_waited_for);
	tcase_add_test(tc, a_file_in_the_place_of_a_missing_folder_is_told);
	tcase_add_test(tc, a_folder_that_goes_is_told_and_waited_for);
	tcase_add_test(tc, a_folder_that_is_moved_away_is_not_followed);
	tcase_add_test(tc, two_paths_of_one_folder_are_both_told);
	tcase_add_test(tc, removing_while_being_told_is_allowed);
	tcase_add_test(tc, an_overflow_of_the_queue_is_told);
	tcase_add_test(tc, no_instance_left_is_an_error_of_its_own);
	tcase_add_test(tc, no_watch_left_is_an_error_of_its_own);
	suite_add_tcase(s, tc);
	return s;
}
