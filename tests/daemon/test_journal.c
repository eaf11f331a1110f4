/* test_journal.c - records survive; damage costs only what it hits. */
#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/err.h"
#include "daemon/journal.h"
#include "tests/daemon/scratch.h"
#include "tests/suite.h"

#define MAX_RECORDS 64

static struct scratch scratch;

/* What a reading hands over. */
struct seen {
	char texts[MAX_RECORDS][32];
	size_t count;
};

static void
set_up(void)
{
	scratch_make(&scratch);
}

static void
tear_down(void)
{
	scratch_remove(&scratch);
}

static int
see(void *arg, const uint8_t *record, size_t len)
{
	struct seen *seen = arg;

	ck_assert_uint_lt(seen->count, MAX_RECORDS);
	ck_assert_uint_lt(len, sizeof(seen->texts[0]));
	memcpy(seen->texts[seen->count], record, len);
	seen->texts[seen->count][len] = '\0';
	seen->count++;
	return 0;
}

static void
append_numbered(struct journal *journal, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++) {
		char text[32];
		int len = snprintf(text, sizeof(text), "record %zu", i);

		ck_assert_int_eq(journal_append(journal, (const uint8_t *)text, (size_t)len), 0);
	}
}

static int
dump_four(void *arg, struct journal *journal)
{
	(void)arg;
	append_numbered(journal, 0, 4);
	return 0;
}

static int
dump_much(void *arg, struct journal *journal)
{
	(void)arg;
	append_numbered(journal, 0, 100000);
	return 0;
}

static int
dump_fails(void *arg, struct journal *journal)
{
	(void)arg;
	append_numbered(journal, 0, 1);
	return ERR_NOMEM;
}

static struct journal *
journal_of_eight(void)
{
	struct journal *journal = journal_new(scratch.fd, "j");

	ck_assert_int_eq(journal_rewrite(journal, dump_four, NULL), 0);
	append_numbered(journal, 4, 8);
	ck_assert_int_eq(journal_commit(journal, true), 0);
	return journal;
}

static void
read_back(struct seen *seen, struct journal_report *report)
{
	memset(seen, 0, sizeof(*seen));
	ck_assert_int_eq(journal_read(scratch.fd, "j", see, seen, report), 0);
	ck_assert_uint_eq(report->records, seen->count);
}

/* Each text is one that was written, in the order written, none twice. */
static void
check_order(const struct seen *seen)
{
	long last = -1;

	for (size_t i = 0; i < seen->count; i++) {
		long number;

		ck_assert_int_eq(strncmp(seen->texts[i], "record ", 7), 0);
		number = strtol(seen->texts[i] + 7, NULL, 10);
		ck_assert_int_gt(number, last);
		last = number;
	}
}

START_TEST(what_was_committed_is_read_back)
{
	struct journal *journal = journal_of_eight();
	struct journal_report report;
	struct seen seen;

	append_numbered(journal, 8, 9);
	journal_free(journal);
	read_back(&seen, &report);
	ck_assert_uint_eq(seen.count, 8);
	ck_assert_str_eq(seen.texts[7], "record 7");
	check_order(&seen);
	ck_assert(!report.missing && !report.torn && !report.cut && report.lost_octets == 0);
}
END_TEST

START_TEST(a_missing_file_is_no_damage)
{
	struct journal_report report;
	struct seen seen;

	read_back(&seen, &report);
	ck_assert(report.missing && !report.cut && !report.copied);
}
END_TEST

START_TEST(a_file_cut_at_any_octet_keeps_what_is_before_the_cut)
{
	struct journal_report report;
	struct seen seen;
	uint8_t *whole;
	size_t len, before = 0;

	journal_free(journal_of_eight());
	whole = scratch_read(&scratch, "j", &len);
	for (size_t cut = 0; cut < len; cut++) {
		scratch_write(&scratch, "j", whole, cut);
		read_back(&seen, &report);
		check_order(&seen);
		ck_assert_uint_ge(seen.count, before);
		ck_assert_uint_le(seen.count, before + 1);
		before = seen.count;
		/* Something is said, but where the cut is between two appended records. */
		if (seen.count < 4)
			ck_assert(report.cut && report.copied);
		ck_assert_uint_eq(report.lost_octets, 0);
	}
	ck_assert_uint_eq(before, 7);
	free(whole);
}
END_TEST

START_TEST(one_damaged_octet_costs_one_record)
{
	struct journal_report report;
	struct seen seen;
	uint8_t *whole;
	size_t len;

	journal_free(journal_of_eight());
	whole = scratch_read(&scratch, "j", &len);
	for (size_t at = 0; at < len; at++) {
		whole[at] ^= 0x55;
		scratch_write(&scratch, "j", whole, len);
		whole[at] ^= 0x55;
		read_back(&seen, &report);
		check_order(&seen);
		ck_assert_uint_ge(seen.count, 7);
		ck_assert(report.lost_octets > 0 || report.cut || report.torn);
	}
	free(whole);
}
END_TEST

START_TEST(a_damaged_file_is_copied_as_it_was_found)
{
	struct journal_report report;
	struct seen seen;
	uint8_t *whole, *copy;
	size_t len, copy_len;

	journal_free(journal_of_eight());
	whole = scratch_read(&scratch, "j", &len);
	whole[len / 2] ^= 1;
	scratch_write(&scratch, "j", whole, len);
	read_back(&seen, &report);
	ck_assert(report.copied);
	copy = scratch_read(&scratch, "j.bad", &copy_len);
	ck_assert_uint_eq(copy_len, len);
	ck_assert_mem_eq(copy, whole, len);
	free(whole);
	free(copy);
}
END_TEST

START_TEST(a_link_in_place_of_the_file_is_not_followed)
{
	struct journal_report report;
	struct seen seen = { .count = 0 };
	struct journal *journal = journal_new(scratch.fd, "j");
	uint8_t *target;
	size_t len;

	scratch_write(&scratch, "target", "precious", 8);
	ck_assert_int_eq(symlinkat("target", scratch.fd, "j"), 0);
	ck_assert_int_eq(symlinkat("target", scratch.fd, "j.new"), 0);
	ck_assert_int_eq(journal_read(scratch.fd, "j", see, &seen, &report), ERR_SYSTEM);
	ck_assert_int_eq(errno, ELOOP);
	ck_assert_int_eq(journal_rewrite(journal, dump_four, NULL), 0);
	target = scratch_read(&scratch, "target", &len);
	ck_assert_uint_eq(len, 8);
	free(target);
	journal_free(journal);
	read_back(&seen, &report);
	ck_assert_uint_eq(seen.count, 4);
}
END_TEST

START_TEST(a_failed_rewrite_leaves_the_old_file)
{
	struct journal *journal = journal_of_eight();
	struct journal_report report;
	struct seen seen;

	ck_assert_int_eq(journal_rewrite(journal, dump_fails, NULL), ERR_NOMEM);
	ck_assert(journal_needs_rewrite(journal));
	ck_assert_int_eq(journal_commit(journal, true), ERR_SYSTEM);
	read_back(&seen, &report);
	ck_assert_uint_eq(seen.count, 8);
	ck_assert_int_eq(journal_rewrite(journal, dump_four, NULL), 0);
	read_back(&seen, &report);
	ck_assert_uint_eq(seen.count, 4);
	journal_free(journal);
}
END_TEST

static void
limit_file_size(rlim_t octets)
{
	struct rlimit limit = { octets, RLIM_INFINITY };

	signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

START_TEST(a_full_disk_costs_nothing_that_was_there_and_heals)
{
	struct journal_report report;
	struct seen seen;
	struct journal *journal;
	uint8_t *whole;
	size_t len;

	journal = journal_of_eight();
	whole = scratch_read(&scratch, "j", &len);
	free(whole);
	for (size_t room = 0; room < 20; room++) {
		limit_file_size(len + room);
		append_numbered(journal, 8, 9);
		ck_assert_int_eq(journal_commit(journal, true), ERR_SYSTEM);
		read_back(&seen, &report);
		ck_assert_uint_eq(seen.count, 8);
		ck_assert(!report.torn && !report.cut);
		limit_file_size(RLIM_INFINITY);
		ck_assert_int_eq(journal_commit(journal, true), 0);
		read_back(&seen, &report);
		ck_assert_uint_eq(seen.count, 9);
		journal_free(journal);
		journal = journal_of_eight();
	}
	limit_file_size(100);
	ck_assert_int_eq(journal_rewrite(journal, dump_four, NULL), ERR_SYSTEM);
	read_back(&seen, &report);
	ck_assert_uint_eq(seen.count, 8);
	journal_free(journal);
}
END_TEST

START_TEST(records_that_are_empty_or_too_long_are_refused)
{
	struct journal *journal = journal_new(scratch.fd, "j");
	uint8_t *big = calloc(1, JOURNAL_RECORD_MAX + 1);

	ck_assert_int_eq(journal_append(journal, big, 0), ERR_LIMIT);
	ck_assert_int_eq(journal_append(journal, big, JOURNAL_RECORD_MAX + 1), ERR_LIMIT);
	ck_assert_int_eq(journal_append(journal, big, JOURNAL_RECORD_MAX), 0);
	free(big);
	journal_free(journal);
}
END_TEST

/* Octets that are allocated; a sanitizer's malloc does not say. */
static size_t
held(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	return 0;
#else
	return mallinfo2().uordblks + mallinfo2().hblkhd;
#endif
}

START_TEST(room_for_much_is_given_back_when_it_is_written)
{
	struct journal *journal = journal_new(scratch.fd, "j");
	size_t before = held();

	ck_assert_int_eq(journal_rewrite(journal, dump_much, NULL), 0);
	append_numbered(journal, 0, 100000);
	ck_assert_int_eq(journal_commit(journal, true), 0);
	ck_assert_uint_lt(held(), before + 65536);
	journal_free(journal);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("journal");
	TCase *t = tcase_create("journal");

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, what_was_committed_is_read_back);
	tcase_add_test(t, a_missing_file_is_no_damage);
	tcase_add_test(t, a_file_cut_at_any_octet_keeps_what_is_before_the_cut);
	tcase_add_test(t, one_damaged_octet_costs_one_record);
	tcase_add_test(t, a_damaged_file_is_copied_as_it_was_found);
	tcase_add_test(t, a_link_in_place_of_the_file_is_not_followed);
	tcase_add_test(t, a_failed_rewrite_leaves_the_old_file);
	tcase_add_test(t, a_full_disk_costs_nothing_that_was_there_and_heals);
	tcase_add_test(t, room_for_much_is_given_back_when_it_is_written);
	tcase_add_test(t, records_that_are_empty_or_too_long_are_refused);
	tcase_set_timeout(t, 30);
	suite_add_tcase(s, t);
	return s;
}
