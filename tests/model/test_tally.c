/* test_tally.c - runs of outcomes, thresholds and verdicts. */
#include "model/tally.h"

#include "tests/suite.h"

/* outcomes: p pass, f fail, x fault; verdicts after each: U unknown, P pass, F fail. */
static const struct {
	const char *name;
	enum probe_kind kind;
	char restored;          /* 0: a new tally */
	uint32_t success;
	uint32_t failure;
	const char *outcomes;
	const char *verdicts;
} runs[] = {
	{ "one success is enough by default", PROBE_READINESS, 0, 1, 3, "p", "P" },
	{ "a new target is unknown until the threshold", PROBE_READINESS, 0, 1, 3, "fff", "UUF" },
	{ "a success breaks the run of failures", PROBE_READINESS, 0, 1, 3, "pffpfff", "PPPPPPF" },
	{ "two failures of three keep the endpoint", PROBE_READINESS, 0, 1, 3, "pff", "PPP" },
	{ "two successes of two bring it back", PROBE_READINESS, 0, 2, 1, "fpfpp", "FFFFP" },
	{ "two successes are needed at the start too", PROBE_READINESS, 0, 2, 3, "pp", "UP" },
	{ "faults neither count nor break the run", PROBE_READINESS, 0, 1, 3, "pfxfxxf", "PPPPPPF" },
	{ "faults alone change nothing", PROBE_READINESS, 0, 1, 1, "xxxx", "UUUU" },
	{ "liveness passes until it fails", PROBE_LIVENESS, 0, 1, 3, "ffpfff", "PPPPPF" },
	{ "startup is unknown until it passes", PROBE_STARTUP, 0, 1, 30, "fffp", "UUUP" },
	{ "a restored pass survives two failures", PROBE_READINESS, 'P', 1, 3, "fff", "PPF" },
	{ "a restored fail needs its successes", PROBE_READINESS, 'F', 2, 3, "pp", "FP" },
};

static const char letters[] = { [VERDICT_UNKNOWN] = 'U', [VERDICT_PASS] = 'P', [VERDICT_FAIL] = 'F' };

START_TEST(outcomes_add_up_to_verdicts)
{
	struct probe_spec spec = {
		.success_threshold = runs[_i].success, .failure_threshold = runs[_i].failure,
	};
	struct tally tally;

	tally_init(&tally, runs[_i].kind);
	if (runs[_i].restored != 0)
		tally_restore(&tally, runs[_i].restored == 'P' ? VERDICT_PASS : VERDICT_FAIL);
	for (size_t i = 0; runs[_i].outcomes[i] != '\0'; i++) {
		char c = runs[_i].outcomes[i];
		enum outcome_class class = c == 'p' ? OUTCOME_CLASS_PASS :
		    c == 'f' ? OUTCOME_CLASS_FAIL : OUTCOME_CLASS_FAULT;
		enum verdict before = tally.verdict;
		bool changed = tally_count(&tally, &spec, class);

		ck_assert_msg(letters[tally.verdict] == runs[_i].verdicts[i], "%s: outcome %zu: %c",
		    runs[_i].name, i, letters[tally.verdict]);
		ck_assert_int_eq(changed, before != tally.verdict);
	}
}
END_TEST

START_TEST(a_restored_verdict_is_marked_until_the_first_counted_outcome)
{
	struct probe_spec spec = { .success_threshold = 1, .failure_threshold = 3 };
	struct tally tally;

	tally_restore(&tally, VERDICT_PASS);
	ck_assert(tally.restored);
	tally_count(&tally, &spec, OUTCOME_CLASS_FAULT);
	ck_assert(tally.restored);
	tally_count(&tally, &spec, OUTCOME_CLASS_FAIL);
	ck_assert(!tally.restored);
	tally_restore(&tally, VERDICT_UNKNOWN);
	ck_assert(!tally.restored);
}
END_TEST

START_TEST(verdicts_have_words)
{
	ck_assert_str_eq(verdict_text(VERDICT_UNKNOWN), "unknown");
	ck_assert_str_eq(verdict_text(VERDICT_PASS), "pass");
	ck_assert_str_eq(verdict_text(VERDICT_FAIL), "fail");
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("tally");
	TCase *tc = tcase_create("tally");

	tcase_add_loop_test(tc, outcomes_add_up_to_verdicts, 0, sizeof(runs) / sizeof(runs[0]));
	tcase_add_test(tc, a_restored_verdict_is_marked_until_the_first_counted_outcome);
	tcase_add_test(tc, verdicts_have_words);
	suite_add_tcase(s, tc);
	return s;
}
