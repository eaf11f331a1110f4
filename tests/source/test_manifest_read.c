/* test_manifest_read.c - one manifest from its path to its objects. */
#include "source/manifest_read.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/err.h"
#include "model/object.h"
#include "tests/suite.h"

static char path[40];

static void
set_up(void)
{
	(void)snprintf(path, sizeof(path), "/tmp/rollcall-test-XXXXXX");

	int fd = mkstemp(path);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(close(fd), 0);
}

static void
tear_down(void)
{
	(void)unlink(path);
}

static void
put(const char *text)
{
	FILE *file = fopen(path, "w");

	ck_assert_ptr_nonnull(file);
	ck_assert_int_ge(fputs(text, file), 0);
	ck_assert_int_eq(fclose(file), 0);
}

static struct manifest_read *
read_it(const struct manifest_read *before, const atomic_bool *stop)
{
	struct manifest_read *read = manifest_read_new(path);

	if (before != NULL) {
		read->known = true;
		read->known_digest = before->digest;
	}
	manifest_read_run(read, NULL, stop);
	return read;
}

START_TEST(objects_come_with_what_was_said_of_them)
{
	put("apiVersion: v1\nkind: Namespace\nmetadata: {name: one, nam: two}\n");

	struct manifest_read *read = read_it(NULL, NULL);

	ck_assert_int_eq(read->err, 0);
	ck_assert_int_eq(read->decode_err, 0);
	ck_assert(!read->same);
	ck_assert_uint_eq(read->list.count, 1);
	ck_assert_str_eq(read->list.items[0]->name, "one");
	ck_assert_uint_eq(diag_count(read->diag, SEVERITY_WARNING), 1);
	manifest_read_free(read);
	manifest_read_free(NULL);
}
END_TEST

START_TEST(octets_that_are_known_are_not_decoded_again)
{
	put("apiVersion: v1\nkind: Namespace\nmetadata: {name: one}\n");

	struct manifest_read *first = read_it(NULL, NULL), *second = read_it(first, NULL);

	ck_assert(second->same);
	ck_assert_uint_eq(second->list.count, 0);
	manifest_read_free(second);
	/* Who may write to it is part of what it states. */
	ck_assert_int_eq(chmod(path, 0666), 0);
	second = read_it(first, NULL);
	ck_assert(!second->same);
	ck_assert_uint_eq(second->list.count, 1);
	manifest_read_free(second);
	manifest_read_free(first);
}
END_TEST

START_TEST(what_cannot_be_read_is_said)
{
	ck_assert_int_eq(unlink(path), 0);

	struct manifest_read *read = read_it(NULL, NULL);

	ck_assert_int_eq(read->err, ERR_NOTFOUND);
	manifest_read_free(read);
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	read = read_it(NULL, NULL);
	ck_assert_int_eq(read->err, ERR_INVALID);
	ck_assert_str_eq(diag_at(read->diag, 0)->text, "is a FIFO, not a manifest");
	manifest_read_free(read);
}
END_TEST

START_TEST(a_stop_ends_the_decoding)
{
	const atomic_bool stop = true;

	put("apiVersion: v1\nkind: Namespace\nmetadata: {name: one}\n");

	struct manifest_read *read = read_it(NULL, &stop);

	ck_assert_int_eq(read->decode_err, ERR_CLOSED);
	ck_assert_uint_eq(read->list.count, 0);
	manifest_read_free(read);
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("manifest_read");
	TCase *tcase = tcase_create("manifest_read");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, objects_come_with_what_was_said_of_them);
	tcase_add_test(tcase, octets_that_are_known_are_not_decoded_again);
	tcase_add_test(tcase, what_cannot_be_read_is_said);
	tcase_add_test(tcase, a_stop_ends_the_decoding);
	suite_add_tcase(suite, tcase);
	return suite;
}
