/* test_read_crew.c - threads read, the loop is handed what they read in order, and nobody waits. */
#include "source/read_crew.h"

#include <errno.h>
#include <event2/event.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/log.h"
#include "base/strbuf.h"
#include "model/object.h"
#include "source/manifest_read.h"
#include "tests/suite.h"

#define NAMESPACE "apiVersion: v1\nkind: Namespace\nmetadata: {name: n%d-%d}\n---\n"

static char folder[32];
static struct event_base *loop;
static struct read_crew *crew;
static struct strbuf handed = STRBUF_INIT;
static unsigned beats, handed_count;
static bool free_at_last;
static bool nice_forbidden;
static atomic_uint nice_asked;

/* In place of libc's: a system call filter may forbid it. */
int
setpriority(__priority_which_t which, id_t who, int niceness)
{
	(void)which, (void)who;
	atomic_fetch_add(&nice_asked, niceness > 0);
	errno = EPERM;
	return nice_forbidden ? -1 : 0;
}

static void
set_up(void)
{
	strcpy(folder, "/tmp/rollcall-test-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	loop = event_base_new();
}

static void
tear_down(void)
{
	char command[64];

	read_crew_free(crew);
	event_base_free(loop);
	strbuf_release(&handed);
	(void)snprintf(command, sizeof(command), "rm -rf %s", folder);
	ck_assert_int_eq(system(command), 0);
}

static void
on_done(void *arg, struct manifest_read *read)
{
	(void)arg;
	strbuf_addf(&handed, "%s:%zu ", strrchr(read->path, '/') + 1, read->list.count);
	handed_count++;
	manifest_read_free(read);
	if (free_at_last && handed_count == 3) {
		read_crew_free(crew);
		crew = NULL;
	}
}

static void
make_crew(void)
{
	crew = read_crew_new(loop, NULL, on_done, NULL);
	ck_assert_ptr_nonnull(crew);
}

/* Ask for file number i, of so many objects. */
static void
ask(int i, int objects)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "%s/%02d", folder, i);
	FILE *file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	for (int k = 0; k < objects; k++)
		ck_assert_int_gt(fprintf(file, NAMESPACE, i, k), 0);
	ck_assert_int_eq(fclose(file), 0);

	struct manifest_read *read = manifest_read_new(path);
	read->size = (size_t)objects * 70;
	ck_assert_int_eq(read_crew_add(crew, read), 0);
}

static void
run_until(unsigned count)
{
	while (handed_count < count)
		ck_assert_int_eq(event_base_loop(loop, EVLOOP_ONCE), 0);
}

START_TEST(files_are_handed_over_in_the_order_they_were_asked_for)
{
	struct strbuf expected = STRBUF_INIT;

	make_crew();
	for (int i = 0; i < 40; i++) {
		ask(i, i % 7 == 0 ? 2000 : 1);
		strbuf_addf(&expected, "%02d:%d ", i, i % 7 == 0 ? 2000 : 1);
	}
	ck_assert_int_eq(read_crew_start(crew), 0);
	run_until(40);
	ck_assert_str_eq(handed.text, expected.text);
	strbuf_release(&expected);
}
END_TEST

static void
on_beat(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
	beats++;
}

START_TEST(the_loop_goes_on_while_a_large_file_is_read)
{
	struct timeval often = { 0, 1000 };
	struct event *beat = event_new(loop, -1, EV_PERSIST, on_beat, NULL);

	ck_assert_int_eq(event_add(beat, &often), 0);
	make_crew();
	ask(0, 50000);
	ck_assert_int_eq(read_crew_start(crew), 0);
	run_until(1);
	ck_assert_str_eq(handed.text, "00:50000 ");
	/* It takes some hundred milliseconds; one wait for it would be one beat. */
	ck_assert_uint_gt(beats, 10);
	event_free(beat);
}
END_TEST

START_TEST(a_crew_stops_in_the_middle_of_its_files)
{
	make_crew();
	for (int i = 0; i < 20; i++)
		ask(i, 5000);
	ck_assert_int_eq(read_crew_start(crew), 0);
	run_until(1);
	read_crew_free(crew);
	crew = NULL;
	ck_assert_uint_eq(handed_count, 1);
}
END_TEST

START_TEST(without_threads_all_is_handed_over_before_the_call_ends)
{
	make_crew();
	for (int i = 0; i < 5; i++)
		ask(i, 10);
	ck_assert_uint_eq(read_crew_size(crew), 5 * 700);
	read_crew_run(crew);
	ck_assert_str_eq(handed.text, "00:10 01:10 02:10 03:10 04:10 ");
}
END_TEST

/* At once, and then by threads. */
START_TEST(a_crew_that_has_read_all_can_be_asked_for_more)
{
	make_crew();
	ask(0, 1);
	ask(1, 10);
	read_crew_run(crew);
	ask(2, 2);
	ck_assert_uint_eq(read_crew_size(crew), 140);
	read_crew_run(crew);
	ask(3, 3);
	ask(4, 4);
	ck_assert_uint_eq(read_crew_size(crew), 490);
	ck_assert_int_eq(read_crew_start(crew), 0);
	run_until(5);
	ck_assert_str_eq(handed.text, "00:1 01:10 02:2 03:3 04:4 ");
}
END_TEST

START_TEST(a_crew_that_was_never_started_goes_with_what_it_was_asked_for)
{
	make_crew();
	ask(0, 1);
	read_crew_free(crew);
	crew = NULL;
	read_crew_free(NULL);
}
END_TEST

START_TEST(the_last_one_handed_over_may_end_the_crew)
{
	free_at_last = true;
	make_crew();
	for (int i = 0; i < 3; i++)
		ask(i, 1);
	ck_assert_int_eq(read_crew_start(crew), 0);
	run_until(3);
	ck_assert_ptr_null(crew);
}
END_TEST

START_TEST(what_is_read_ahead_is_bounded)
{
	make_crew();
	for (int i = 0; i < 8; i++)
		ask(i, 1);

	/* Each would fill the bound by itself: they are read one after the other, and all the same. */
	struct manifest_read *large = manifest_read_new("/nonexistent/large");
	large->size = (size_t)1 << 40;
	ck_assert_int_eq(read_crew_add(crew, large), 0);
	ask(9, 1);
	ck_assert_int_eq(read_crew_start(crew), 0);
	run_until(10);
	ck_assert_ptr_nonnull(strstr(handed.text, "07:1 large:0 09:1 "));
}
END_TEST

/* All is read, and it is said to who asks for such things. */
START_TEST(readers_are_nice_or_say_that_they_may_not_be)
{
	FILE *sink = tmpfile();
	int saved = dup(STDERR_FILENO);
	char said[1024] = "";

	ck_assert_ptr_nonnull(sink);
	nice_forbidden = _i > 0;
	log_set_level(_i == 2 ? LOG_DEBUG : LOG_INFO);
	make_crew();
	ask(0, 1);
	ck_assert_int_ge(dup2(fileno(sink), STDERR_FILENO), 0);
	ck_assert_int_eq(read_crew_start(crew), 0);
	run_until(1);
	ck_assert_int_ge(dup2(saved, STDERR_FILENO), 0);
	ck_assert_int_ge(pread(fileno(sink), said, sizeof(said) - 1, 0), 0);
	ck_assert_str_eq(handed.text, "00:1 ");
	ck_assert_uint_eq(atomic_load(&nice_asked), 1);
	ck_assert_msg((strstr(said, "nicer") != NULL) == (_i == 2), "said: %s", said);
	ck_assert_int_eq(close(saved), 0);
	ck_assert_int_eq(fclose(sink), 0);
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("read_crew");
	TCase *tcase = tcase_create("read_crew");

	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, files_are_handed_over_in_the_order_they_were_asked_for);
	tcase_add_test(tcase, the_loop_goes_on_while_a_large_file_is_read);
	tcase_add_test(tcase, a_crew_stops_in_the_middle_of_its_files);
	tcase_add_test(tcase, without_threads_all_is_handed_over_before_the_call_ends);
	tcase_add_test(tcase, a_crew_that_has_read_all_can_be_asked_for_more);
	tcase_add_test(tcase, a_crew_that_was_never_started_goes_with_what_it_was_asked_for);
	tcase_add_test(tcase, the_last_one_handed_over_may_end_the_crew);
	tcase_add_test(tcase, what_is_read_ahead_is_bounded);
	tcase_add_loop_test(tcase, readers_are_nice_or_say_that_they_may_not_be, 0, 3);
	suite_add_tcase(suite, tcase);
	return suite;
}
