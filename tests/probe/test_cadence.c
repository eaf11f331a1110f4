/* test_cadence.c - beats, spread, jitter and retries as numbers. */
#include "probe/cadence.h"

#include <stdio.h>

#include "tests/suite.h"

START_TEST(the_next_beat_is_half_to_one_and_a_half_periods_away)
{
	static const uint64_t periods[] = { 1, 2, 7, 50, 100, 999, 1000, 10000, 3600000 };

	for (size_t i = 0; i < sizeof(periods) / sizeof(periods[0]); i++) {
		uint64_t period = periods[i];

		for (uint64_t started = 1000000; started < 1000200; started++) {
			uint64_t next = cadence_next_ms(started * 77777, period, started, 3);

			ck_assert_uint_gt(next, started);
			ck_assert_uint_ge(2 * (next - started), period);
			ck_assert_uint_lt(next - started, period + (period + 1) / 2 + period / 20 + 1);
		}
	}
}
END_TEST

START_TEST(beats_of_one_target_are_a_period_apart)
{
	uint64_t identity = cadence_identity("pod/default/web/main/readiness");
	uint64_t at = cadence_next_ms(identity, 10000, 4711, 0);

	for (uint32_t attempt = 1; attempt < 1000; attempt++) {
		uint64_t next = cadence_next_ms(identity, 10000, at, attempt);

		ck_assert_uint_ge(next - at, 9500);
		ck_assert_uint_le(next - at, 10500);
		at = next;
	}
	/* No drift: a thousand periods are a thousand periods. */
	ck_assert_uint_le(at, 4711 + 1000 * 10000 + 15500);
	ck_assert_uint_ge(at, 4711 + 1000 * 10000 - 10000);
}
END_TEST

START_TEST(the_end_of_time_is_not_wrapped_around)
{
	ck_assert_uint_eq(cadence_next_ms(1, UINT64_MAX, UINT64_MAX - 5, 0), UINT64_MAX);
	ck_assert_uint_ge(cadence_beat_after_ms(3, 10, UINT64_MAX - 1), UINT64_MAX - 1);
}
END_TEST

START_TEST(retries_double_up_to_the_period)
{
	static const struct { uint64_t period; uint32_t faults; uint64_t wait; } cases[] = {
		{ 10000, 1, 1000 }, { 10000, 2, 2000 }, { 10000, 4, 8000 }, { 10000, 5, 10000 },
		{ 10000, UINT32_MAX, 10000 }, { 100, 1, 100 }, { 100, 9, 100 }, { 86400000, 40, 86400000 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t at = cadence_retry_ms(99, cases[i].period, 500, cases[i].faults);

		ck_assert_uint_ge(at, 500 + cases[i].wait);
		ck_assert_uint_le(at, 500 + cases[i].wait + cases[i].wait / 20);
	}
}
END_TEST

/*
 * Ids that differ in one digit fall evenly into 100 parts of the period: chi-square under its
 * 99.99 % bound.
 */
START_TEST(ids_alike_are_spread_evenly)
{
	unsigned phase[100] = {0}, spread[100] = {0};
	double chi_phase = 0, chi_spread = 0;

	for (unsigned i = 0; i < 10000; i++) {
		char id[64];

		snprintf(id, sizeof(id), "pod/default/web-%u/main/readiness", i);
		uint64_t identity = cadence_identity(id);

		phase[cadence_beat_after_ms(identity, 10000, 0) % 10000 / 100]++;
		ck_assert_uint_lt(cadence_spread_ms(identity, 10000), 1000);
		ck_assert_uint_lt(cadence_spread_ms(identity, 30), 30);
		spread[cadence_spread_ms(identity, 10000) / 10]++;
	}
	for (unsigned i = 0; i < 100; i++) {
		chi_phase += ((double)phase[i] - 100) * ((double)phase[i] - 100) / 100;
		chi_spread += ((double)spread[i] - 100) * ((double)spread[i] - 100) / 100;
	}
	ck_assert(chi_phase < 161);
	ck_assert(chi_spread < 161);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("cadence");
	TCase *tc = tcase_create("cadence");

	tcase_add_test(tc, the_next_beat_is_half_to_one_and_a_half_periods_away);
	tcase_add_test(tc, beats_of_one_target_are_a_period_apart);
	tcase_add_test(tc, the_end_of_time_is_not_wrapped_around);
	tcase_add_test(tc, retries_double_up_to_the_period);
	tcase_add_test(tc, ids_alike_are_spread_evenly);
	suite_add_tcase(s, tc);
	return s;
}
