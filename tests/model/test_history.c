/* test_history.c - a ring of results, and the last one's words. */
#include "model/history.h"

#include <string.h>

#include "tests/suite.h"

static struct outcome
ending(enum outcome_code code, uint32_t took_us, const char *detail)
{
	struct outcome outcome = { .code = code, .took_us = took_us, .timeout_ms = 1000 };

	outcome_set_detail(&outcome, detail);
	return outcome;
}

static void
note(struct history **history, enum outcome_code code, uint32_t took_us, uint64_t now_ms)
{
	struct outcome outcome = ending(code, took_us, "");

	ck_assert_int_eq(history_note(history, &outcome, now_ms), 0);
}

START_TEST(a_target_that_was_never_asked_has_no_results)
{
	ck_assert_uint_eq(history_count(NULL), 0);
	history_free(NULL);
}
END_TEST

START_TEST(results_come_out_oldest_first_with_their_age)
{
	struct history *history = NULL;

	note(&history, OUTCOME_PASS, 700, 1000);
	note(&history, OUTCOME_CONNECT_REFUSED, 80, 2000);
	note(&history, OUTCOME_FAULT_FILES, 0, 3050);
	ck_assert_uint_eq(history_count(history), 3);

	struct history_result first = history_at(history, 0, 4000);
	struct history_result last = history_at(history, 2, 4000);

	ck_assert_int_eq(first.class, OUTCOME_CLASS_PASS);
	ck_assert_uint_eq(first.took_us, 700);
	ck_assert_uint_eq(first.ago_ms, 3000);
	ck_assert_int_eq(history_at(history, 1, 4000).class, OUTCOME_CLASS_FAIL);
	ck_assert_int_eq(last.class, OUTCOME_CLASS_FAULT);
	ck_assert_uint_eq(last.ago_ms, 1000);
	history_free(history);
}
END_TEST

START_TEST(the_oldest_gives_way_when_the_ring_is_full)
{
	struct history *history = NULL;

	for (uint32_t i = 0; i < HISTORY_MAX + 7; i++)
		note(&history, OUTCOME_PASS, i, 1000 * (i + 1));
	ck_assert_uint_eq(history_count(history), HISTORY_MAX);
	for (uint32_t i = 0; i < HISTORY_MAX; i++)
		ck_assert_uint_eq(history_at(history, i, 100000).took_us, i + 7);
	history_free(history);
}
END_TEST

START_TEST(the_last_result_keeps_its_words)
{
	struct history *history = NULL;
	struct outcome outcome = ending(OUTCOME_EXIT_NONZERO, 2500, "db down");
	struct outcome last;
	char text[256];

	outcome.value = 2;
	ck_assert_int_eq(history_note(&history, &outcome, 1000), 0);
	history_last(history, &last);
	ck_assert_str_eq(outcome_text(&last, text, sizeof(text)), "exit 2: \"db down\"");
	ck_assert_uint_eq(last.took_us, 2500);
	note(&history, OUTCOME_HEADERS_TIMEOUT, 1000000, 2000);
	history_last(history, &last);
	ck_assert_str_eq(outcome_text(&last, text, sizeof(text)),
	    "timed out after 1000 ms while reading headers");
	ck_assert_str_eq(last.detail, "");
	history_free(history);
}
END_TEST

START_TEST(what_took_longer_than_can_be_told_is_told_as_the_most)
{
	struct history *history = NULL;

	note(&history, OUTCOME_PASS, UINT32_MAX, 1000);
	ck_assert_uint_eq(history_at(history, 0, 1000).took_us, (1U << 30) - 1);
	history_free(history);
}
END_TEST

Suite *
suite(void)
{
	Suite *all = suite_create("model/history");
	TCase *one = tcase_create("results");

	tcase_add_test(one, a_target_that_was_never_asked_has_no_results);
	tcase_add_test(one, results_come_out_oldest_first_with_their_age);
	tcase_add_test(one, the_oldest_gives_way_when_the_ring_is_full);
	tcase_add_test(one, the_last_result_keeps_its_words);
	tcase_add_test(one, what_took_longer_than_can_be_told_is_told_as_the_most);
	suite_add_tcase(all, one);
	return all;
}
