/* test_strbuf.c - texts grow, and the first error sticks. */
#include <stdint.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/strbuf.h"
#include "tests/suite.h"

START_TEST(pieces_are_joined)
{
	struct strbuf buf = STRBUF_INIT;

	ck_assert_str_eq(buf.text, "");
	strbuf_add(&buf, "a");
	strbuf_add_n(&buf, "bcd", 2);
	strbuf_addf(&buf, "-%d-%s", 42, "x");
	strbuf_add(&buf, "");
	strbuf_addf(&buf, "%s", "");
	ck_assert_str_eq(buf.text, "abc-42-x");
	ck_assert_uint_eq(buf.len, 8);
	strbuf_release(&buf);
	ck_assert_str_eq(buf.text, "");
}
END_TEST

START_TEST(a_long_text_keeps_its_start)
{
	struct strbuf buf = STRBUF_INIT;

	for (int i = 0; i < 10000; i++)
		strbuf_addf(&buf, "%04d", i);
	ck_assert_uint_eq(buf.len, 40000);
	ck_assert_mem_eq(buf.text, "000000010002", 12);
	ck_assert_str_eq(buf.text + 39996, "9999");
	strbuf_release(&buf);
}
END_TEST

START_TEST(an_error_sticks_until_cleared)
{
	struct strbuf buf = STRBUF_INIT;

	strbuf_add(&buf, "kept");
	buf.err = ERR_NOMEM;
	strbuf_add(&buf, "lost");
	strbuf_addf(&buf, "%d", 1);
	ck_assert_str_eq(buf.text, "kept");
	ck_assert_ptr_null(strbuf_take(&buf));
	ck_assert_int_eq(buf.err, 0);
	strbuf_add(&buf, "again");
	strbuf_clear(&buf);
	ck_assert_str_eq(buf.text, "");
	ck_assert_uint_eq(buf.len, 0);
	strbuf_release(&buf);
}
END_TEST

START_TEST(a_size_that_overflows_is_an_error)
{
	struct strbuf buf = STRBUF_INIT;

	strbuf_add(&buf, "x");
	strbuf_add_n(&buf, "y", SIZE_MAX - 1);
	ck_assert_int_eq(buf.err, ERR_NOMEM);
	ck_assert_str_eq(buf.text, "x");
	strbuf_release(&buf);
}
END_TEST

START_TEST(taken_text_belongs_to_the_caller)
{
	struct strbuf buf = STRBUF_INIT;
	char *empty = strbuf_take(&buf);

	ck_assert_str_eq(empty, "");
	free(empty);
	strbuf_add(&buf, "mine");
	char *text = strbuf_take(&buf);
	strbuf_add(&buf, "other");
	ck_assert_str_eq(text, "mine");
	ck_assert_str_eq(buf.text, "other");
	free(text);
	strbuf_release(&buf);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("strbuf");
	TCase *tc = tcase_create("strbuf");

	tcase_add_test(tc, pieces_are_joined);
	tcase_add_test(tc, a_long_text_keeps_its_start);
	tcase_add_test(tc, an_error_sticks_until_cleared);
	tcase_add_test(tc, a_size_that_overflows_is_an_error);
	tcase_add_test(tc, taken_text_belongs_to_the_caller);
	suite_add_tcase(s, tc);
	return s;
}
