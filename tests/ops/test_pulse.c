/* test_pulse.c - sums become rates, second by second. */
#include "ops/pulse.h"

#include "base/latency.h"
#include "tests/suite.h"

START_TEST(the_first_sums_are_no_beat)
{
	struct pulse *pulse = pulse_new();
	struct latency durations = { .total = 0 };
	struct pulse_sums sums = { .queries = 1000, .durations = &durations };

	ck_assert_ptr_null(pulse_note(pulse, &sums, 1000, 5000));
	ck_assert_uint_eq(pulse_count(pulse), 0);
	pulse_free(pulse);
}
END_TEST

START_TEST(a_beat_tells_what_came_since_the_last)
{
	struct pulse *pulse = pulse_new();
	struct latency durations = { .total = 0 };
	struct pulse_sums sums = { .queries = 1000, .rcode = { 900, 0, 5, 95 },
		.durations = &durations };
	const struct pulse_beat *beat;

	latency_note_many(&durations, 900000, 1000);
	pulse_note(pulse, &sums, 1000, 5000);
	sums.queries += 200;
	sums.rcode[0] += 150;
	sums.rcode[2] += 6;
	sums.rcode[3] += 40;
	sums.rcode[5] += 3;
	sums.rcode[4] += 1;
	latency_note_many(&durations, 12, 190);
	latency_note_many(&durations, 4000, 10);
	/* Two seconds have passed: a loop may be late. */
	beat = pulse_note(pulse, &sums, 2000, 7000);
	ck_assert_ptr_nonnull(beat);
	ck_assert_uint_eq(beat->unix_ms, 7000);
	ck_assert_uint_eq(beat->queries, 100);
	ck_assert_uint_eq(beat->noerror, 75);
	ck_assert_uint_eq(beat->nxdomain, 20);
	ck_assert_uint_eq(beat->servfail, 3);
	ck_assert_uint_eq(beat->other, 3);
	/* What was slow long ago is no longer seen; steps are a sixteenth wide. */
	ck_assert_uint_eq(beat->p50_us, 12);
	ck_assert_uint_ge(beat->p99_us, 4000);
	ck_assert_uint_le(beat->p99_us, 4250);
	beat = pulse_note(pulse, &sums, 1000, 8000);
	ck_assert_uint_eq(beat->queries, 0);
	ck_assert_uint_eq(beat->p99_us, 0);
	pulse_free(pulse);
}
END_TEST

START_TEST(sums_that_begin_anew_are_no_flood)
{
	struct pulse *pulse = pulse_new();
	struct latency durations = { .total = 0 }, fresh = { .total = 0 };
	struct pulse_sums sums = { .queries = 1000, .rcode = { 1000 }, .durations = &durations };

	latency_note_many(&durations, 100, 1000);
	pulse_note(pulse, &sums, 1000, 5000);
	sums = (struct pulse_sums){ .queries = 3, .rcode = { 3 }, .durations = &fresh };
	ck_assert_uint_eq(pulse_note(pulse, &sums, 1000, 6000)->queries, 0);
	pulse_free(pulse);
}
END_TEST

START_TEST(the_oldest_beats_give_way)
{
	struct pulse *pulse = pulse_new();
	struct latency durations = { .total = 0 };
	struct pulse_sums sums = { .durations = &durations };

	for (unsigned i = 0; i < PULSE_MAX + 11; i++) {
		sums.queries += i;
		pulse_note(pulse, &sums, 1000, 1000 * i);
	}
	ck_assert_uint_eq(pulse_count(pulse), PULSE_MAX);
	ck_assert_uint_eq(pulse_at(pulse, 0)->queries, 11);
	ck_assert_uint_eq(pulse_at(pulse, PULSE_MAX - 1)->queries, PULSE_MAX + 10);
	pulse_free(pulse);
}
END_TEST

Suite *
suite(void)
{
	Suite *all = suite_create("ops/pulse");
	TCase *one = tcase_create("rates");

	tcase_add_test(one, the_first_sums_are_no_beat);
	tcase_add_test(one, a_beat_tells_what_came_since_the_last);
	tcase_add_test(one, sums_that_begin_anew_are_no_flood);
	tcase_add_test(one, the_oldest_beats_give_way);
	suite_add_tcase(all, one);
	return all;
}
