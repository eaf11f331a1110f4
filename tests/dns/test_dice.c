/* test_dice.c - random bits: all values come, evenly, and are not given twice. */
#include "dns/dice.h"

#include <string.h>

#include "tests/suite.h"

START_TEST(each_number_below_the_limit_is_as_likely)
{
	static struct dice dice;
	unsigned counts[48] = { 0 };
	double chi = 0;

	for (unsigned i = 0; i < 48000; i++)
		counts[dice_below(&dice, 48)]++;
	for (unsigned i = 0; i < 48; i++)
		chi += ((double)counts[i] - 1000) * ((double)counts[i] - 1000) / 1000;
	/* 47 degrees of freedom: once in a million runs above 111. */
	ck_assert_double_lt(chi, 111);
	ck_assert_uint_eq(dice_below(&dice, 1), 0);
}
END_TEST

START_TEST(what_was_given_is_not_given_again_nor_kept)
{
	static struct dice dice;
	uint64_t last = dice_u64(&dice);
	size_t differ = 0;

	for (unsigned i = 0; i < 2000; i++) {
		uint64_t next = dice_u64(&dice);

		differ += next != last;
		last = next;
	}
	ck_assert_uint_eq(differ, 2000);
	for (size_t i = 0; i < DICE_BATCH - dice.left; i++)
		ck_assert_uint_eq(dice.octets[i], 0);
}
END_TEST

Suite *
suite(void)
{
	Suite *all = suite_create("dice");
	TCase *tests = tcase_create("dice");

	tcase_add_test(tests, each_number_below_the_limit_is_as_likely);
	tcase_add_test(tests, what_was_given_is_not_given_again_nor_kept);
	suite_add_tcase(all, tests);
	return all;
}
