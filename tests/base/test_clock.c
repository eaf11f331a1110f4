/* test_clock.c - a manual clock moves only by hand, the system's never back. */
#include <time.h>

#include "base/clock.h"
#include "tests/suite.h"

START_TEST(a_manual_clock_stands_until_turned)
{
	struct clock *clock = clock_new_manual(5000, 1700000000);

	ck_assert_uint_eq(clock_now_ms(clock), 5000);
	ck_assert_uint_eq(clock_now_us(clock), 5000000);
	ck_assert_uint_eq(clock_unix_s(clock), 1700000000);
	clock_turn_ms(clock, 1500);
	ck_assert_uint_eq(clock_now_ms(clock), 6500);
	ck_assert_uint_eq(clock_unix_s(clock), 1700000001);
	ck_assert_uint_eq(clock_unix_ms(clock), 1700000001500);
	clock_free(clock);
}
END_TEST

START_TEST(setting_the_date_lets_no_time_pass)
{
	struct clock *clock = clock_new_manual(5000, 1700000000);

	clock_set_unix_s(clock, 1600000000);
	ck_assert_uint_eq(clock_unix_s(clock), 1600000000);
	ck_assert_uint_eq(clock_now_ms(clock), 5000);
	clock_free(clock);
}
END_TEST

START_TEST(the_system_clock_agrees_with_the_system)
{
	struct clock *clock = clock_new_system();
	uint64_t before = (uint64_t)time(NULL), now = clock_unix_s(clock);

	/* time(2) may lag behind clock_gettime(2) by a tick. */
	ck_assert_uint_ge(now, before);
	ck_assert_uint_le(now, (uint64_t)time(NULL) + 1);
	clock_free(clock);
}
END_TEST

START_TEST(the_system_clock_never_goes_back)
{
	struct clock *clock = clock_new_system();
	uint64_t last = clock_now_us(clock);

	ck_assert_uint_gt(last, 0);
	for (int i = 0; i < 10000; i++) {
		uint64_t now = clock_now_us(clock);

		ck_assert_uint_ge(now, last);
		last = now;
	}
	clock_free(clock);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("clock");
	TCase *tc = tcase_create("clock");

	tcase_add_test(tc, a_manual_clock_stands_until_turned);
	tcase_add_test(tc, setting_the_date_lets_no_time_pass);
	tcase_add_test(tc, the_system_clock_agrees_with_the_system);
	tcase_add_test(tc, the_system_clock_never_goes_back);
	suite_add_tcase(s, tc);
	return s;
}
