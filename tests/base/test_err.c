/* test_err.c - each error code has a text of its own. */
#include "base/err.h"
#include "tests/suite.h"

START_TEST(every_code_has_its_own_text)
{
	for (int err = ERR_GONE; err <= 0; err++) {
		ck_assert_str_ne(err_text(err), "unknown error");
		for (int other = ERR_GONE; other < err; other++)
			ck_assert_str_ne(err_text(err), err_text(other));
	}
}
END_TEST

START_TEST(a_foreign_code_still_has_a_text)
{
	ck_assert_str_eq(err_text(-12345), "unknown error");
	ck_assert_str_eq(err_text(7), "unknown error");
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("err");
	TCase *tc = tcase_create("err");

	tcase_add_test(tc, every_code_has_its_own_text);
	tcase_add_test(tc, a_foreign_code_still_has_a_text);
	suite_add_tcase(s, tc);
	return s;
}
