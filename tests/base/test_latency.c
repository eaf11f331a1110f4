/* test_latency.c - quantiles of the histogram are right within a sixteenth. */
#include "base/latency.h"
#include "tests/suite.h"

START_TEST(an_empty_histogram_says_zero)
{
	struct latency latency = { .total = 0 };

	ck_assert_uint_eq(latency_quantile_us(&latency, 50), 0);
	ck_assert_uint_eq(latency_quantile_us(&latency, 100), 0);
}
END_TEST

START_TEST(one_value_is_every_quantile)
{
	for (uint64_t us = 0; us < 100000; us = us * 3 / 2 + 1) {
		struct latency latency = { .total = 0 };

		latency_note(&latency, us);
		ck_assert_uint_eq(latency_quantile_us(&latency, 1), us);
		ck_assert_uint_eq(latency_quantile_us(&latency, 99), us);
	}
}
END_TEST

START_TEST(quantiles_are_never_low_and_at_most_a_sixteenth_high)
{
	struct latency latency = { .total = 0 };

	for (uint64_t us = 1; us <= 100000; us++)
		latency_note(&latency, us);
	for (unsigned percent = 1; percent <= 100; percent++) {
		uint64_t exact = percent * 1000;
		uint64_t found = latency_quantile_us(&latency, percent);

		ck_assert_uint_ge(found, exact);
		ck_assert_uint_le(found, exact + exact / 16);
	}
	ck_assert_uint_eq(latency_quantile_us(&latency, 100), 100000);
}
END_TEST

START_TEST(absurd_durations_are_counted_too)
{
	struct latency latency = { .total = 0 };

	latency_note(&latency, UINT64_MAX);
	ck_assert_uint_eq(latency.total, 1);
	ck_assert_uint_eq(latency.worst_us, UINT64_MAX);
	ck_assert_uint_gt(latency_quantile_us(&latency, 50), 3600000000ULL);
}
END_TEST

START_TEST(how_many_took_less_than_a_power_of_two_is_exact)
{
	struct latency latency = { .total = 0 };

	for (uint64_t us = 0; us < 5000; us++)
		latency_note(&latency, us);
	for (unsigned power = 0; power < 12; power++)
		ck_assert_uint_eq(latency_below(&latency, power), 1ULL << power);
	ck_assert_uint_eq(latency_below(&latency, 13), 5000);
	ck_assert_uint_eq(latency.sum_us, 5000ULL * 4999 / 2);
}
END_TEST

START_TEST(many_notes_at_once_and_sums_hold_the_same_as_single_notes)
{
	struct latency one = { .total = 0 }, many = { .total = 0 }, sum = { .total = 0 };

	for (int i = 0; i < 64; i++)
		latency_note(&one, 70);
	latency_note_many(&many, 70, 64);
	ck_assert_mem_eq(&one, &many, sizeof(one));
	latency_note(&one, 9000);
	latency_add(&sum, &one);
	latency_add(&sum, &many);
	ck_assert_uint_eq(sum.total, 129);
	ck_assert_uint_eq(sum.sum_us, 128 * 70 + 9000);
	ck_assert_uint_eq(sum.worst_us, 9000);
	ck_assert_uint_eq(latency_below(&sum, 7), 128);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("latency");
	TCase *t = tcase_create("latency");

	tcase_add_test(t, an_empty_histogram_says_zero);
	tcase_add_test(t, one_value_is_every_quantile);
	tcase_add_test(t, quantiles_are_never_low_and_at_most_a_sixteenth_high);
	tcase_add_test(t, absurd_durations_are_counted_too);
	tcase_add_test(t, how_many_took_less_than_a_power_of_two_is_exact);
	tcase_add_test(t, many_notes_at_once_and_sums_hold_the_same_as_single_notes);
	suite_add_tcase(s, t);
	return s;
}
