/* test_journal_sync.c - what a power cut may not take is on disk first: the order of writes, syncs and renames. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "daemon/journal.h"
#include "daemon/state.h"
#include "model/allot.h"
#include "tests/daemon/scratch.h"
#include "tests/suite.h"

/* The linker puts these in front of the kernel (--wrap). */
ssize_t __real_write(int fd, const void *data, size_t len);
int __real_fsync(int fd);
int __real_fdatasync(int fd);
int __real_renameat(int from, const char *old, int to, const char *new);
ssize_t __wrap_write(int fd, const void *data, size_t len);
int __wrap_fsync(int fd);
int __wrap_fdatasync(int fd);
int __wrap_renameat(int from, const char *old, int to, const char *new);

static struct scratch scratch;
static struct journal *journal;
static char steps[64];          /* w write, f fsync, F of the folder, d fdatasync, r rename */
static size_t step_count;
static bool watching;
static char failing;            /* this kind of step fails */

/* Note a step; true: it fails. */
static bool
step(char what)
{
	if (!watching)
		return false;
	if (step_count < sizeof(steps) - 1)
		steps[step_count++] = what;
	errno = EIO;
	return failing == what;
}

ssize_t
__wrap_write(int fd, const void *data, size_t len)
{
	return fd > 2 && step('w') ? -1 : __real_write(fd, data, len);
}

int
__wrap_fsync(int fd)
{
	return step(fd == scratch.fd ? 'F' : 'f') ? -1 : __real_fsync(fd);
}

int
__wrap_fdatasync(int fd)
{
	return step('d') ? -1 : __real_fdatasync(fd);
}

int
__wrap_renameat(int from, const char *old, int to, const char *new)
{
	return step('r') ? -1 : __real_renameat(from, old, to, new);
}

static void
watch(char fails)
{
	memset(steps, 0, sizeof(steps));
	step_count = 0;
	failing = fails;
	watching = true;
}

/* The steps since watch(). */
static const char *
seen(void)
{
	watching = false;
	return steps;
}

static int
dump(void *arg, struct journal *into)
{
	return journal_append(into, arg, strlen(arg));
}

static int
put(const char *text)
{
	return journal_append(journal, (const uint8_t *)text, strlen(text));
}

/* The last record of the file. */
static int
keep_last(void *arg, const uint8_t *record, size_t len)
{
	snprintf(arg, 16, "%.*s", (int)len, (const char *)record);
	return 0;
}

static const char *
last_record(void)
{
	static char last[16];
	struct journal_report report;

	last[0] = '\0';
	ck_assert_int_eq(journal_read(scratch.fd, "j", keep_last, last, &report), 0);
	return last;
}

static void
set_up(void)
{
	watching = false;
	scratch_make(&scratch);
	journal = journal_new(scratch.fd, "j");
	ck_assert_int_eq(journal_rewrite(journal, dump, (void *)(uintptr_t)"old"), 0);
}

static void
tear_down(void)
{
	journal_free(journal);
	scratch_remove(&scratch);
}

static int
rewrite(const char *text)
{
	return journal_rewrite(journal, dump, (void *)(uintptr_t)text);
}

START_TEST(a_snapshot_is_on_disk_before_its_name_and_the_name_before_it_counts)
{
	watch(0);
	int err = rewrite("new");

	ck_assert_str_eq(seen(), "wfrF");
	ck_assert_int_eq(err, 0);
	ck_assert_str_eq(last_record(), "new");
}
END_TEST

START_TEST(a_commit_is_synced_only_where_asked)
{
	ck_assert_int_eq(put("one"), 0);
	watch(0);
	int err = journal_commit(journal, true);

	ck_assert_str_eq(seen(), "wd");
	ck_assert_int_eq(err, 0);
	ck_assert_int_eq(put("two"), 0);
	watch(0);
	err = journal_commit(journal, false);
	ck_assert_str_eq(seen(), "w");
	ck_assert_int_eq(err, 0);
	ck_assert_str_eq(last_record(), "two");
}
END_TEST

START_TEST(whatever_step_of_a_snapshot_fails_is_said_and_the_next_one_mends_it)
{
	static const struct { char fails; const char *steps, *left; } rows[] = {
		{ 'w', "w", "old" }, { 'f', "wf", "old" }, { 'r', "wfr", "old" },
		/* Renamed, but perhaps not for good. */
		{ 'F', "wfrF", "new" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ck_assert_int_eq(rewrite("old"), 0);
		watch(rows[i].fails);
		int err = rewrite("new");

		ck_assert_str_eq(seen(), rows[i].steps);
		ck_assert_int_eq(err, ERR_SYSTEM);
		ck_assert(journal_needs_rewrite(journal));
		ck_assert_str_eq(last_record(), rows[i].left);
		ck_assert_int_ne(journal_commit(journal, true), 0);
		ck_assert_int_eq(faccessat(scratch.fd, "j.new", F_OK, 0), -1);
	}
	ck_assert_int_eq(rewrite("new"), 0);
	ck_assert(!journal_needs_rewrite(journal));
}
END_TEST

START_TEST(after_a_sync_that_failed_the_file_is_trusted_no_more)
{
	ck_assert_int_eq(put("one"), 0);
	watch('d');
	int err = journal_commit(journal, true);

	ck_assert_str_eq(seen(), "wd");
	ck_assert_int_eq(err, ERR_SYSTEM);
	ck_assert(journal_needs_rewrite(journal));
}
END_TEST

static int
put_address(struct state *state, const char *name, uint8_t last)
{
	const struct allotment allotment = { .ns = "shop", .name = name, .cluster_ip_count = 1,
	    .cluster_ips = { { ADDR_IP4, { 10, 96, 0, last } } } };

	return state_put_allotment(state, &allotment);
}

START_TEST(the_state_syncs_once_for_many_addresses_and_not_at_all_for_none)
{
	struct clock *clock = clock_new_manual(1000, 1700000000);
	const struct state_settings settings = { .dir = scratch.path, .hold_s = 3600,
	    .clock = clock };
	struct state *state;

	ck_assert_int_eq(state_open(&settings, &state), 0);
	ck_assert_int_eq(put_address(state, "a", 1), 0);
	ck_assert_int_eq(state_sync(state), 0);
	ck_assert_int_eq(put_address(state, "b", 2), 0);
	ck_assert_int_eq(put_address(state, "c", 3), 0);
	watch(0);
	int err = state_sync(state);

	ck_assert_str_eq(seen(), "wd");
	ck_assert_int_eq(err, 0);
	watch(0);
	err = state_sync(state);
	ck_assert_str_eq(seen(), "");
	ck_assert_int_eq(err, 0);
	/* The same again is nothing new. */
	ck_assert_int_eq(put_address(state, "c", 3), 0);
	watch(0);
	err = state_sync(state);
	ck_assert_str_eq(seen(), "");
	ck_assert_int_eq(err, 0);
	ck_assert_int_eq(put_address(state, "d", 4), 0);
	watch('d');
	err = state_sync(state);
	seen();
	ck_assert_int_eq(err, ERR_SYSTEM);
	ck_assert_ptr_nonnull(state_problem(state));
	state_close(state);
	clock_free(clock);
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("journal_sync");
	TCase *tcase = tcase_create("journal_sync");

	suite_add_tcase(suite, tcase);
	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, a_snapshot_is_on_disk_before_its_name_and_the_name_before_it_counts);
	tcase_add_test(tcase, a_commit_is_synced_only_where_asked);
	tcase_add_test(tcase, whatever_step_of_a_snapshot_fails_is_said_and_the_next_one_mends_it);
	tcase_add_test(tcase, after_a_sync_that_failed_the_file_is_trusted_no_more);
	tcase_add_test(tcase, the_state_syncs_once_for_many_addresses_and_not_at_all_for_none);
	return suite;
}
