/* test_schedule_load.c - thousands of targets: spread, table full, suspend, memory. */
#include "probe/schedule.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/probe/stage.h"
#include "tests/suite.h"

#define MANY 10000

/* One Pod each, as from a Deployment. */
static void
set_many(struct stage *stage, const struct probe_spec *spec, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		char owner[64], id[128], pod[48];

		snprintf(pod, sizeof(pod), "web-7d4b9c6f5-%05u", i);
		snprintf(owner, sizeof(owner), "pod/default/%s", pod);
		snprintf(id, sizeof(id), "%s/main/readiness", owner);
		struct target target = stage_target(spec, id, PROBE_READINESS, 80);

		target.pod_name = pod;
		stage_set(stage, owner, &target, 1);
	}
}

/* The most starts in any `width` ms of [from, from + length). */
static unsigned
most_in_bucket(const struct stage *stage, uint64_t from, uint64_t length, uint64_t width)
{
	unsigned *buckets = calloc(length / width + 1, sizeof(*buckets));
	unsigned most = 0;

	for (size_t i = 0; i < stage->starts; i++) {
		uint64_t at = stage->start_ms[i];

		if (at < from || at >= from + length)
			continue;
		unsigned *bucket = &buckets[(at - from) / width];

		if (++*bucket > most)
			most = *bucket;
	}
	free(buckets);
	return most;
}

static struct stage *
stage_of(unsigned count, const struct probe_spec *spec, size_t room)
{
	struct stage *stage = stage_new(4096);

	stage->quiet = true;
	stage->start_ms = calloc(room, sizeof(*stage->start_ms));
	stage->start_room = room;
	set_many(stage, spec, count);
	return stage;
}

static struct stage *
stage_of_many(const struct probe_spec *spec, size_t room)
{
	return stage_of(MANY, spec, room);
}

static void
stage_of_many_free(struct stage *stage)
{
	free(stage->start_ms);
	stage_free(stage);
}

START_TEST(many_that_appear_together_start_spread_over_a_second)
{
	struct probe_spec spec = stage_spec();
	struct stage *stage = stage_of_many(&spec, 2 * MANY);

	stage_until(stage, 999);
	ck_assert_uint_eq(stage->starts, MANY);
	/* 100 are expected in 10 ms; six standard deviations more is 160. */
	ck_assert_uint_lt(most_in_bucket(stage, 0, 1000, 10), 160);
	stage_of_many_free(stage);
}
END_TEST

START_TEST(more_than_can_start_in_a_second_begin_at_their_beats)
{
	struct probe_spec spec = stage_spec();
	struct stage *stage = stage_of(5 * MANY, &spec, 50 * MANY);
	unsigned steady = 5 * MANY / 10;

	stage_until(stage, 999);
	ck_assert_uint_eq(stage->starts, MANY);
	/* The last are those whose beat fell into the first second: a period and a second later. */
	stage_until(stage, 11000 + 500);
	ck_assert_uint_eq(schedule_waiting(stage->schedule), 0);
	stage_until(stage, 40000);
	ck_assert_uint_lt(most_in_bucket(stage, 0, 1000, 10), 160);
	ck_assert_uint_lt(most_in_bucket(stage, 1000, 39000, 1000), steady + steady / 4);
	stage_of_many_free(stage);
}
END_TEST

START_TEST(after_a_burst_few_that_appear_are_started_at_once)
{
	struct probe_spec spec = stage_spec();
	struct stage *stage = stage_of(2 * MANY, &spec, 20 * MANY);
	struct target target = stage_target(&spec, "pod/default/late/main/readiness",
	    PROBE_READINESS, 80);
	size_t before;

	stage_until(stage, 12000);
	before = stage->starts;
	stage_set(stage, "pod/default/late", &target, 1);
	stage_until(stage, 12010);
	ck_assert_uint_gt(stage->starts, before);
	ck_assert_uint_eq(schedule_waiting(stage->schedule), 0);
	stage_of_many_free(stage);
}
END_TEST

START_TEST(later_attempts_are_spread_over_the_period)
{
	struct probe_spec spec = stage_spec();
	struct stage *stage = stage_of_many(&spec, 10 * MANY);

	stage_until(stage, 60000);
	ck_assert_uint_ge(stage->starts, 6 * MANY);
	/* 10 are expected in 10 ms of a 10 s period. */
	ck_assert_uint_lt(most_in_bucket(stage, 30000, 30000, 10), 32);
	struct schedule_lateness lateness;

	schedule_take_lateness(stage->schedule, &lateness);
	ck_assert_uint_eq(lateness.late_50ms, 0);
	ck_assert_uint_eq(lateness.delayed_full, 0);
	ck_assert_uint_eq(lateness.starts, stage->starts);
	stage_of_many_free(stage);
}
END_TEST

START_TEST(after_an_hour_asleep_the_overdue_are_spread_over_one_period)
{
	struct probe_spec spec = stage_spec();
	struct stage *stage = stage_of_many(&spec, 20 * MANY);

	stage_until(stage, 60000);
	size_t before = stage->starts;

	stage_jump(stage, 3660000);
	ck_assert_uint_lt(stage->starts - before, 50);
	stage_until(stage, 3670500);
	ck_assert_uint_ge(stage->starts - before, MANY);
	ck_assert_uint_lt(stage->starts - before, MANY + MANY / 10);
	ck_assert_uint_lt(most_in_bucket(stage, 3660000, 10000, 10), 32);
	struct schedule_lateness lateness;

	schedule_take_lateness(stage->schedule, &lateness);
	ck_assert_uint_ge(lateness.overdue, MANY - 100);
	ck_assert_uint_eq(lateness.late_50ms, 0);
	stage_of_many_free(stage);
}
END_TEST

static size_t most_in_flight;

static void
watch_flight(struct stage *stage, const struct probe_target *whom)
{
	(void)whom;
	if (stage->ends.count + 1 > most_in_flight)
		most_in_flight = stage->ends.count + 1;
}

START_TEST(a_full_table_delays_and_says_so_and_loses_nobody)
{
	struct stage *stage = stage_new(100);
	struct probe_spec spec = stage_spec();
	struct schedule_lateness lateness;

	stage->quiet = true;
	stage->took_ms = 500;
	stage->on_start = watch_flight;
	set_many(stage, &spec, 1000);
	stage_until(stage, 4000);
	ck_assert_uint_lt(stage->starts, 1000);
	ck_assert_uint_gt(schedule_waiting(stage->schedule), 0);
	stage_until(stage, 6000);
	ck_assert_uint_ge(stage->starts, 1000);
	ck_assert_uint_eq(most_in_flight, 100);
	schedule_take_lateness(stage->schedule, &lateness);
	ck_assert_uint_gt(lateness.delayed_full, 700);
	ck_assert_uint_eq(lateness.faults, lateness.delayed_full);
	ck_assert_uint_gt(lateness.worst_ms, 2000);
	stage_until(stage, 8000);
	ck_assert_uint_eq(schedule_waiting(stage->schedule), 0);
	stage_free(stage);
}
END_TEST

/* 2 KB is the promise; equal specs are shared, so it is far less. */
START_TEST(a_target_takes_little_memory)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	return;         /* their malloc does not say what it holds */
#else
	struct probe_spec spec = stage_spec();
	struct stage *stage = stage_new(4096);

	stage->quiet = true;
	size_t before = mallinfo2().uordblks + mallinfo2().hblkhd;

	set_many(stage, &spec, 100000);
	size_t each = (mallinfo2().uordblks + mallinfo2().hblkhd - before) / 100000;

	ck_assert_uint_gt(each, 100);
	ck_assert_uint_lt(each, 800);
	stage_free(stage);
#endif
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("schedule_load");
	TCase *tc = tcase_create("schedule_load");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, many_that_appear_together_start_spread_over_a_second);
	tcase_add_test(tc, more_than_can_start_in_a_second_begin_at_their_beats);
	tcase_add_test(tc, after_a_burst_few_that_appear_are_started_at_once);
	tcase_add_test(tc, later_attempts_are_spread_over_the_period);
	tcase_add_test(tc, after_an_hour_asleep_the_overdue_are_spread_over_one_period);
	tcase_add_test(tc, a_full_table_delays_and_says_so_and_loses_nobody);
	tcase_add_test(tc, a_target_takes_little_memory);
	suite_add_tcase(s, tc);
	return s;
}
