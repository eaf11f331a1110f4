/* test_schedule.c - timelines: outcomes on a turned clock against starts and verdicts. */
#include "probe/schedule.h"

#include <string.h>

#include "model/history.h"
#include "tests/probe/stage.h"
#include "tests/suite.h"

#define WEB "pod/default/web"
#define READY WEB "/main/readiness"
#define ALIVE WEB "/main/liveness"
#define BEGUN WEB "/main/startup"

static void
set_one(struct stage *stage, const struct probe_spec *spec)
{
	struct target target = stage_target(spec, READY, PROBE_READINESS, 1);

	stage_set(stage, WEB, &target, 1);
}

struct timeline {
	uint32_t success, failure;
	const char *script;     /* outcomes of the attempts */
	const char *verdicts;   /* after each: the letter where one is told, else '.' */
};

static void
follow(const struct timeline *line)
{
	struct stage *stage = stage_new(10);
	struct probe_spec spec = stage_spec();

	spec.success_threshold = line->success;
	spec.failure_threshold = line->failure;
	stage->scripts[1] = line->script;
	set_one(stage, &spec);
	for (size_t i = 0; line->verdicts[i] != '\0'; i++) {
		while (stage->starts <= i)
			stage_until(stage, stage->now_ms + 100);
		stage_until(stage, stage->now_ms + 100);
		const char *equals = strchr(stage->log, '=');
		char told = equals == NULL ? '.' : equals[1] == 'p' ? 'P' : equals[1] == 'f' ? 'F' : 'u';

		ck_assert_msg(told == line->verdicts[i], "%s: attempt %zu of %s told %c, not %c",
		    line->verdicts, i + 1, line->script, told, line->verdicts[i]);
		stage_expect(stage, stage->log);
	}
	stage_free(stage);
}

/* The first outcome is always told; u: told without a verdict yet. */
START_TEST(verdicts_follow_the_thresholds)
{
	static const struct timeline lines[] = {
		{ 1, 3, "PPPP", "P..." },
		{ 1, 3, "PFFFPP", "P..FP." },
		{ 1, 3, "PFFPFFF", "P.....F" },
		{ 2, 3, "PPFFFPP", "uP..F.P" },
		{ 1, 1, "FPFP", "FPFP" },
		{ 1, 3, "FFFF", "u.F." },
		{ 1, 3, "PXXXXXX", "P......" },
		{ 1, 3, "PFXFXF", "P....F" },
		{ 1, 3, "PFMFMF", "P....F" },
		{ 1, 3, "XXP", "..P" },
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		follow(&lines[i]);
}
END_TEST

START_TEST(a_target_is_probed_at_once_then_on_its_phase)
{
	struct stage *stage = stage_new(10);
	struct probe_spec spec = stage_spec();
	uint64_t starts[50];

	stage->start_ms = starts;
	stage->start_room = 50;
	stage->now_ms = 123456;
	set_one(stage, &spec);
	stage_until(stage, stage->now_ms + 480000);
	ck_assert_uint_gt(stage->starts, 45);
	ck_assert_uint_eq(starts[0], 123456);
	ck_assert_uint_ge(starts[1] - starts[0], 5000);
	ck_assert_uint_le(starts[1] - starts[0], 15500);
	uint64_t phase = starts[1] % 10000;
	bool jittered = false;

	for (size_t i = 2; i < 45; i++) {
		ck_assert_uint_ge(starts[i] - starts[i - 1], 9500);
		ck_assert_uint_le(starts[i] - starts[i - 1], 10500);
		uint64_t off = (starts[i] + 10000 - phase) % 10000;

		ck_assert(off <= 500 || off >= 9500);
		jittered = jittered || off != 0;
	}
	ck_assert(jittered);
	stage_free(stage);
}
END_TEST

START_TEST(the_initial_delay_is_exact)
{
	struct stage *stage = stage_new(10);
	struct probe_spec spec = stage_spec();

	spec.initial_delay_ms = 7000;
	stage->now_ms = 5003;
	set_one(stage, &spec);
	stage_until(stage, 12002);
	ck_assert_uint_eq(stage->starts, 0);
	stage_until(stage, 12003);
	ck_assert_uint_eq(stage->starts, 1);
	stage_free(stage);
}
END_TEST

START_TEST(faults_are_retried_soon_and_less_often_the_longer_they_last)
{
	struct stage *stage = stage_new(10);
	struct probe_spec spec = stage_spec();
	uint64_t starts[8] = {0};

	stage->start_ms = starts;
	stage->start_room = 8;
	stage->scripts[1] = "XXXXXXP";
	set_one(stage, &spec);
	stage_until(stage, 60000);
	static const uint64_t waits[] = { 1000, 2000, 4000, 8000, 10000 };

	for (size_t i = 0; i < 5; i++) {
		ck_assert_uint_ge(starts[i + 1] - starts[i], waits[i]);
		ck_assert_uint_le(starts[i + 1] - starts[i], waits[i] + waits[i] / 20 + 5);
	}
	struct schedule_lateness lateness;

	schedule_take_lateness(stage->schedule, &lateness);
	ck_assert_uint_eq(lateness.faults, 6);
	ck_assert_uint_eq(lateness.starts, stage->starts);
	stage_free(stage);
}
END_TEST

START_TEST(an_outcome_ends_a_row_of_faults)
{
	struct stage *stage = stage_new(10);
	struct probe_spec spec = stage_spec();
	uint64_t starts[6] = {0};

	stage->start_ms = starts;
	stage->start_room = 6;
	stage->scripts[1] = "XXXPXP";
	set_one(stage, &spec);
	stage_until(stage, 60000);
	/* Back on the beat, at least half a period on; then the first retry comes after a second again. */
	ck_assert_uint_ge(starts[4] - starts[3], 5000);
	ck_assert_uint_ge(starts[5] - starts[4], 1000);
	ck_assert_uint_le(starts[5] - starts[4], 1055);
	stage_free(stage);
}
END_TEST

START_TEST(a_slow_probe_is_followed_at_once_and_never_overlaps)
{
	struct stage *stage = stage_new(10);
	struct probe_spec spec = stage_spec();

	spec.period_ms = 1000;
	spec.timeout_ms = 5000;
	stage->took_ms = 5000;
	set_one(stage, &spec);
	stage_until(stage, 25001);
	ck_assert_uint_eq(stage->starts, 6);
	ck_assert_uint_eq(schedule_in_flight(stage->schedule), 1);
	stage_free(stage);
}
END_TEST

START_TEST(startup_holds_readiness_and_liveness_and_then_stops)
{
	struct stage *stage = stage_new(10);
	struct probe_spec spec = stage_spec();
	struct target targets[] = {
		stage_target(&spec, READY, PROBE_READINESS, 1),
		stage_target(&spec, ALIVE, PROBE_LIVENESS, 2),
		stage_target(&spec, BEGUN, PROBE_STARTUP, 3),
	};

	stage->scripts[3] = "FFP";
	stage_set(stage, WEB, targets, 3);
	ck_assert_uint_eq(schedule_waiting(stage->schedule), 1);
	stage_until(stage, 100);
	stage_expect(stage, "start:3 3=unknown(1/3)");
	while (stage->starts < 4)
		stage_until(stage, stage->now_ms + 1);
	stage_until(stage, stage->now_ms + 20);
	stage_expect(stage, "start:3 start:3 3=pass(1/1) start:1 start:2 1=pass(1/1) 2=pass(1/1)");
	ck_assert_uint_eq(stage->last_start_ms[1], stage->last_start_ms[3] + 5);
	ck_assert_uint_eq(stage->last_start_ms[2], stage->last_start_ms[3] + 5);
	uint64_t passed_ms = stage->last_start_ms[3];

	stage_until(stage, stage->now_ms + 100000);
	ck_assert_uint_eq(stage->last_start_ms[3], passed_ms);
	ck_assert_uint_gt(stage->last_start_ms[1], passed_ms + 80000);
	stage_free(stage);
}
END_TEST

START_TEST(another_containers_startup_holds_nothing)
{
	struct stage *stage = stage_new(10);
	struct probe_spec spec = stage_spec();
	struct target targets[] = {
		stage_target(&spec, WEB "/side/startup", PROBE_STARTUP, 3),
		stage_target(&spec, READY, PROBE_READINESS, 1),
	};

	stage->scripts[3] = "F";
	stage_set(stage, WEB, targets, 2);
	stage_until(stage, 100);
	stage_expect(stage, "start:3 start:1 3=unknown(1/3) 1=pass(1/1)");
	stage_free(stage);
}
END_TEST

START_TEST(a_startup_probe_that_comes_or_goes_settles_the_others)
{
	struct stage *stage = stage_new(10);
	struct probe_spec spec = stage_spec();
	struct target targets[] = {
		stage_target(&spec, READY, PROBE_READINESS, 1),
		stage_target(&spec, BEGUN, PROBE_STARTUP, 3),
	};

	stage->scripts[3] = "F";
	stage->took_ms = 500;
	stage_set(stage, WEB, targets, 1);
	stage_until(stage, 100);
	/* Nothing is known of it yet, so its attempt is taken back. */
	stage_set(stage, WEB, targets, 2);
	stage_until(stage, 1000);
	stage_expect(stage, "start:1 cancel:1 start:3 3=unknown(1/3)");
	stage_set(stage, WEB, targets, 1);
	stage_until(stage, 2000);
	stage_expect(stage, "forgot start:1 1=pass(1/1)");
	/* By now it is known to have started: not held again. */
	stage_set(stage, WEB, targets, 2);
	stage_until(stage, 30000);
	ck_assert_uint_gt(stage->last_start_ms[1], 15000);
	stage_free(stage);
}
END_TEST

START_TEST(a_kept_target_keeps_tally_phase_and_attempt)
{
	struct stage *plain = stage_new(10);
	struct stage *reloaded = stage_new(10);
	struct probe_spec spec = stage_spec();

	plain->scripts[1] = reloaded->scripts[1] = "PPFFFPFFPFFF";
	plain->took_ms = reloaded->took_ms = 700;
	set_one(plain, &spec);
	set_one(reloaded, &spec);
	stage_until(plain, 200000);
	for (uint64_t ms = 0; ms <= 200000; ms += 333) {
		struct probe_spec again = stage_spec();

		set_one(reloaded, &again);
		stage_until(reloaded, ms);
	}
	stage_until(reloaded, 200000);
	ck_assert_uint_eq(reloaded->cancels + reloaded->forgotten, 0);
	stage_expect(reloaded, plain->log);
	ck_assert_uint_eq(reloaded->last_start_ms[1], plain->last_start_ms[1]);
	stage_free(plain);
	stage_free(reloaded);
}
END_TEST

/* Each change makes another target of it: cancelled, forgotten, begun anew with an empty tally. */
START_TEST(a_changed_target_begins_anew_and_its_attempt_is_ignored)
{
	for (int change = 1; change < 4; change++) {
		struct stage *stage = stage_new(10);
		struct probe_spec spec = stage_spec();
		struct target target = stage_target(&spec, READY, PROBE_READINESS, 1);

		stage->took_ms = 500;
		stage->scripts[1] = "FP";
		stage->scripts[2] = "P";
		stage_set(stage, WEB, &target, 1);
		stage_until(stage, 10);
		if (change == 1)
			target.addr.octets[3] = 2;
		else if (change == 2)
			target.port = 2;
		else
			target.pod_name = "web-2";
		stage_set(stage, WEB, &target, 1);
		stage_until(stage, 1000);
		stage_expect(stage, change == 2 ? "start:1 cancel:1 forgot start:2 2=pass(1/1)" :
		    "start:1 cancel:1 forgot start:1 1=pass(1/1)");
		stage_free(stage);
	}
}
END_TEST

START_TEST(an_edit_of_a_probe_keeps_the_verdict_until_the_new_one_finds_otherwise)
{
	struct stage *stage = stage_new(10);
	struct probe_spec spec = stage_spec();
	struct target target = stage_target(&spec, READY, PROBE_READINESS, 1);

	stage->scripts[1] = "PFP";
	stage_set(stage, WEB, &target, 1);
	stage_until(stage, 100);
	stage_expect(stage, "start:1 1=pass(1/1)");
	spec.failure_threshold = 2;
	stage_set(stage, WEB, &target, 1);
	ck_assert_uint_eq(schedule_waiting(stage->schedule), 0);
	stage_until(stage, 200);
	/* Told as what it is now, a pass with a failure since. */
	stage_expect(stage, "start:1 1=pass(1/2)");
	/* Before its first outcome nothing is kept. */
	target.port = 2;
	stage->took_ms = 500;
	stage_set(stage, WEB, &target, 1);
	stage_until(stage, 300);
	spec.failure_threshold = 5;
	stage_set(stage, WEB, &target, 1);
	ck_assert_uint_eq(schedule_waiting(stage->schedule), 1);
	stage_free(stage);
}
END_TEST

START_TEST(removing_the_owner_removes_its_targets_and_attempts)
{
	struct stage *stage = stage_new(10);
	struct probe_spec spec = stage_spec();

	set_one(stage, &spec);
	stage_until(stage, 2);
	ck_assert_uint_eq(schedule_count(stage->schedule), 1);
	stage_set(stage, WEB, NULL, 0);
	stage_set(stage, "pod/default/other", NULL, 0);
	stage_until(stage, 100000);
	stage_expect(stage, "start:1 cancel:1 forgot");
	ck_assert_uint_eq(schedule_count(stage->schedule), 0);
	ck_assert_uint_eq(schedule_in_flight(stage->schedule), 0);
	ck_assert_uint_eq(schedule_waiting(stage->schedule), 0);
	ck_assert_uint_eq(schedule_next_ms(stage->schedule), UINT64_MAX);
	stage_free(stage);
}
END_TEST

static enum verdict
all_passed(void *arg, const char *id)
{
	(void)id;
	++*(unsigned *)arg;
	return VERDICT_PASS;
}

START_TEST(restored_verdicts_stand_until_the_first_outcome_and_are_then_told)
{
	struct stage *stage = stage_new(10);
	struct probe_spec spec = stage_spec();
	struct target targets[] = {
		stage_target(&spec, BEGUN, PROBE_STARTUP, 3),
		stage_target(&spec, READY, PROBE_READINESS, 1),
	};
	unsigned asked = 0;

	stage->scripts[1] = "FFFP";
	ck_assert_int_eq(schedule_set(stage->schedule, WEB, targets, 2, all_passed, &asked, 0), 0);
	ck_assert_uint_eq(asked, 2);
	ck_assert_uint_eq(schedule_waiting(stage->schedule), 0);
	stage_until(stage, 10);
	/* The restored startup probe stays done; the first failure confirms, three turn it. */
	stage_expect(stage, "start:1 1=pass(1/3)");
	stage_until(stage, 39000);
	stage_expect(stage, stage->starts == 4 ? "start:1 start:1 1=fail(3/3) start:1 1=pass(1/1)" :
	    "start:1 start:1 1=fail(3/3)");
	ck_assert_int_eq(schedule_set(stage->schedule, WEB, targets, 2, all_passed, &asked, 39000), 0);
	ck_assert_uint_eq(asked, 2);
	stage_free(stage);
}
END_TEST

static void
remove_itself(struct stage *stage, const struct schedule_report *report)
{
	stage_set(stage, WEB, NULL, 0);
	ck_assert_str_eq(report->id, READY);
	ck_assert_str_eq(report->target->pod_name, "web");
}

START_TEST(a_verdict_may_remove_its_own_target)
{
	struct stage *stage = stage_new(10);
	struct probe_spec spec = stage_spec();

	stage->on_verdict = remove_itself;
	set_one(stage, &spec);
	stage_until(stage, 100000);
	stage_expect(stage, "start:1 1=pass(1/1) forgot");
	stage_free(stage);
}
END_TEST

START_TEST(what_came_of_a_target_is_told_while_it_is_probed)
{
	struct stage *stage = stage_new(10);
	struct probe_spec spec = stage_spec();
	struct schedule_look look;

	stage->scripts[1] = "PFXF";
	ck_assert(!schedule_find(stage->schedule, READY, &look));
	set_one(stage, &spec);
	ck_assert(schedule_find(stage->schedule, READY, &look));
	ck_assert_ptr_null(look.history);
	while (stage->starts < 4)
		stage_until(stage, stage->now_ms + 100);
	stage_until(stage, stage->now_ms + 100);
	ck_assert(schedule_find(stage->schedule, READY, &look));
	ck_assert_uint_eq(history_count(look.history), 4);
	ck_assert_int_eq(history_at(look.history, 0, stage->now_ms).class, OUTCOME_CLASS_PASS);
	ck_assert_int_eq(history_at(look.history, 2, stage->now_ms).class, OUTCOME_CLASS_FAULT);
	ck_assert_uint_eq(look.tally.run, 2);
	ck_assert_uint_gt(look.next_ms, stage->now_ms);
	/* Asked otherwise, it is still the same endpoint. */
	spec.timeout_ms++;
	set_one(stage, &spec);
	ck_assert(schedule_find(stage->schedule, READY, &look));
	ck_assert_uint_eq(history_count(look.history), 4);
	stage_free(stage);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("schedule");
	TCase *tc = tcase_create("schedule");

	tcase_add_test(tc, verdicts_follow_the_thresholds);
	tcase_add_test(tc, a_target_is_probed_at_once_then_on_its_phase);
	tcase_add_test(tc, the_initial_delay_is_exact);
	tcase_add_test(tc, faults_are_retried_soon_and_less_often_the_longer_they_last);
	tcase_add_test(tc, an_outcome_ends_a_row_of_faults);
	tcase_add_test(tc, a_slow_probe_is_followed_at_once_and_never_overlaps);
	tcase_add_test(tc, startup_holds_readiness_and_liveness_and_then_stops);
	tcase_add_test(tc, another_containers_startup_holds_nothing);
	tcase_add_test(tc, a_startup_probe_that_comes_or_goes_settles_the_others);
	tcase_add_test(tc, a_kept_target_keeps_tally_phase_and_attempt);
	tcase_add_test(tc, a_changed_target_begins_anew_and_its_attempt_is_ignored);
	tcase_add_test(tc,
	    an_edit_of_a_probe_keeps_the_verdict_until_the_new_one_finds_otherwise);
	tcase_add_test(tc, removing_the_owner_removes_its_targets_and_attempts);
	tcase_add_test(tc, restored_verdicts_stand_until_the_first_outcome_and_are_then_told);
	tcase_add_test(tc, a_verdict_may_remove_its_own_target);
	tcase_add_test(tc, what_came_of_a_target_is_told_while_it_is_probed);
	suite_add_tcase(s, tc);
	return s;
}
