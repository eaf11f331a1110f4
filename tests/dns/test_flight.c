/* test_flight.c - questions under way: asked once, hedged, tried elsewhere, answered in time. */
#include "dns/flight.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "dns/upstream.h"
#include "dns/wire.h"
#include "tests/dns/air.h"
#include "tests/suite.h"

static struct air air;
static struct air_waiter one, two, three;

static void
tear_down(void)
{
	air_end(&air);
}

static void
check_answered(const struct air_waiter *waiter)
{
	ck_assert_uint_eq(waiter->told, 1);
	ck_assert(waiter->answered);
	ck_assert(!waiter->stale);
}

static void
check_failed(const struct air_waiter *waiter, uint16_t ede, const char *text)
{
	ck_assert_uint_eq(waiter->told, 1);
	ck_assert(!waiter->answered);
	ck_assert_uint_eq(waiter->rcode, DNS_SERVFAIL);
	ck_assert_str_eq(waiter->text, text);
	ck_assert_uint_eq(waiter->ede, ede);
}

START_TEST(a_thousand_who_ask_the_same_are_one_question)
{
	static struct air_waiter many[99];

	air_begin(&air, 1, FORWARD_RANDOM);
	for (unsigned i = 0; i < 99; i++)
		air_question(&air, &many[i], "cold.example");
	ck_assert_uint_eq(air.ask_count, 1);
	air_answer(&air, 0, 5);
	for (unsigned i = 0; i < 99; i++)
		check_answered(&many[i]);
	ck_assert_uint_eq(air.kept, 1);
	ck_assert_uint_eq(air.finished, 99);
	ck_assert_uint_eq(flights_counts(air.flights)->coalesced, 98);
}
END_TEST

START_TEST(other_names_types_and_bits_are_other_questions)
{
	air_begin(&air, 1, FORWARD_RANDOM);
	two.waiter.asked.dnssec_ok = true;
	three.waiter.asked.checking_disabled = true;
	air_question(&air, &one, "a.example");
	air_question(&air, &two, "a.example");
	air_question(&air, &three, "a.example");
	ck_assert_uint_eq(air.ask_count, 3);
	ck_assert(air.asks[1].asked.dnssec_ok && !air.asks[2].asked.dnssec_ok);
}
END_TEST

static const struct {
	enum parcel_verdict verdict;
	const char *text;
} errors[] = {
	{ PARCEL_SERVFAIL, "answered SERVFAIL" }, { PARCEL_REFUSED, "answered REFUSED" },
	{ PARCEL_OTHER, "answered with an error" }, { PARCEL_LAME, "does not resolve for us" },
	{ PARCEL_BROKEN, "sent a malformed reply" },
};

START_TEST(an_error_is_tried_elsewhere_at_once_and_told_when_all_have_it)
{
	char text[300];

	air_begin(&air, 2, FORWARD_SEQUENTIAL);
	air_question(&air, &one, "a.example");
	air_question(&air, &two, "b.example");
	air_reply(&air, 0, errors[_i].verdict);
	ck_assert_uint_eq(air.ask_count, 3);
	ck_assert_uint_eq(air.asks[2].upstream, 1);
	air_answer(&air, 2, 5);
	check_answered(&one);
	air_reply(&air, 1, errors[_i].verdict);
	air_reply(&air, 3, errors[_i].verdict);
	snprintf(text, sizeof(text), "192.0.2.1:53 %s; 192.0.2.2:53 %s", errors[_i].text, errors[_i].text);
	check_failed(&two, 22, text);
	ck_assert_uint_eq(air.kept_failures, 1);
}
END_TEST

START_TEST(a_silent_upstream_is_hedged_and_the_first_answer_wins)
{
	air_begin(&air, 2, FORWARD_SEQUENTIAL);
	air_question(&air, &one, "a.example");
	air_pass(&air, UPSTREAM_UNKNOWN_MS - 1);
	ck_assert_uint_eq(air.ask_count, 1);
	air_pass(&air, 1);
	ck_assert_uint_eq(air.ask_count, 2);
	ck_assert_uint_eq(air.asks[1].upstream, 1);
	ck_assert_uint_eq(flights_counts(air.flights)->hedged, 1);
	air_answer(&air, 0, 5);
	check_answered(&one);
	ck_assert(air.asks[1].abandoned);
}
END_TEST

static const struct {
	unsigned us, ms;
} habits[] = { { 200, 10 }, { 30000, 32 }, { 3000000, 1000 } };

START_TEST(patience_is_what_the_upstream_usually_takes_within_bounds)
{
	unsigned waited = 0;

	air_begin(&air, 2, FORWARD_SEQUENTIAL);
	air_teach(&air, 0, habits[_i].us);
	air_question(&air, &one, "a.example");
	while (air.ask_count == 1 && waited < 2000) {
		air_pass(&air, 1);
		waited++;
	}
	ck_assert_uint_ge(waited, habits[_i].ms);
	ck_assert_uint_le(waited, habits[_i].ms + habits[_i].ms / 4);
}
END_TEST

START_TEST(three_tries_are_all_and_the_end_comes_in_time)
{
	air_begin(&air, 5, FORWARD_SEQUENTIAL);
	air_question(&air, &one, "a.example");
	air_pass(&air, FLIGHT_MS - 1);
	ck_assert_uint_eq(air.ask_count, FLIGHT_TRIES);
	ck_assert_uint_eq(one.told, 0);
	air_pass(&air, 1);
	check_failed(&one, 22,
	    "192.0.2.1:53 timed out; 192.0.2.2:53 timed out; 192.0.2.3:53 timed out");
	for (unsigned i = 0; i < 3; i++)
		ck_assert(air.asks[i].abandoned);
	ck_assert_uint_eq(flights_next_ms(air.flights), UINT64_MAX);
}
END_TEST

START_TEST(time_in_the_queue_counts)
{
	air_begin(&air, 1, FORWARD_RANDOM);
	one.waiter.since_ms = clock_now_ms(air.clock) - 4000;
	air_question(&air, &one, "a.example");
	air_pass(&air, 500);
	ck_assert_uint_eq(one.told, 1);
}
END_TEST

START_TEST(a_lone_upstream_is_asked_again_for_lost_packets_but_not_after_an_error)
{
	air_begin(&air, 1, FORWARD_RANDOM);
	air_teach(&air, 0, 100);
	air_question(&air, &one, "a.example");
	air_pass(&air, UPSTREAM_UNKNOWN_MS - 1);
	ck_assert_uint_eq(air.ask_count, 1);
	air_pass(&air, 2000);
	ck_assert_uint_eq(air.ask_count, 3);
	air_answer(&air, 2, 5);
	check_answered(&one);
	air_question(&air, &two, "b.example");
	air_reply(&air, 3, PARCEL_SERVFAIL);
	check_failed(&two, 22, "192.0.2.1:53 answered SERVFAIL");
}
END_TEST

START_TEST(an_error_leaves_the_slow_one_its_time)
{
	air_begin(&air, 2, FORWARD_SEQUENTIAL);
	air_question(&air, &one, "a.example");
	air_pass(&air, UPSTREAM_UNKNOWN_MS);
	air_reply(&air, 1, PARCEL_SERVFAIL);
	ck_assert_uint_eq(one.told, 0);
	ck_assert_uint_eq(air.ask_count, 2);
	air_pass(&air, 500);
	air_answer(&air, 0, 5);
	check_answered(&one);
}
END_TEST

START_TEST(what_cannot_be_asked_is_skipped_and_named)
{
	air_begin(&air, 3, FORWARD_SEQUENTIAL);
	air.refuses[0] = TRY_UNREACHABLE;
	air_question(&air, &one, "a.example");
	ck_assert_uint_eq(air.asks[0].upstream, 1);
	air_answer(&air, 0, 5);
	check_answered(&one);
	air.refuses[1] = TRY_UNREACHABLE;
	air_question(&air, &two, "b.example");
	air_failure(&air, 1, TRY_REFUSED_CONNECTION);
	check_failed(&two, 23, "192.0.2.2:53 is unreachable; 192.0.2.3:53 refused the connection; "
	    "192.0.2.1:53 is unreachable");
	ck_assert_uint_eq(two.told, 1);
}
END_TEST

START_TEST(without_an_upstream_the_answer_says_why)
{
	air_begin(&air, 0, FORWARD_RANDOM);
	air_question(&air, &one, "a.example");
	check_failed(&one, 23, "x names nobody");
	ck_assert_uint_eq(air.kept_failures, 0);
}
END_TEST

START_TEST(an_answer_that_may_not_be_kept_is_shared_by_those_who_asked)
{
	air_begin(&air, 1, FORWARD_RANDOM);
	air_question(&air, &one, "a.example");
	air_question(&air, &two, "a.example");
	air_answer(&air, 0, 0);
	check_answered(&one);
	check_answered(&two);
	ck_assert_uint_eq(air.kept, 0);
	air_question(&air, &three, "a.example");
	ck_assert_uint_eq(air.ask_count, 2);
}
END_TEST

START_TEST(the_oldest_are_told_when_too_many_wait)
{
	static struct air_waiter many[60], same[60];

	air_begin(&air, 1, FORWARD_RANDOM);
	for (unsigned i = 0; i < 60; i++) {
		char name[32];

		snprintf(name, sizeof(name), "n%u.example", i);
		air_question(&air, &many[i], name);
	}
	for (unsigned i = 0; i < 41; i++)
		air_question(&air, &same[i], "n59.example");
	check_failed(&many[0], 0, "too many questions wait for upstreams");
	ck_assert_uint_eq(many[1].told, 0);
	ck_assert_uint_eq(flights_counts(air.flights)->evicted, 1);
}
END_TEST

START_TEST(a_zone_that_is_no_more_forwarded_is_refused)
{
	air_begin(&air, 1, FORWARD_RANDOM);
	flights_set_routes(air.flights, NULL);
	air_question(&air, &one, "a.example");
	ck_assert_uint_eq(one.rcode, DNS_REFUSED);
}
END_TEST

START_TEST(what_is_under_way_goes_on_when_the_upstreams_change)
{
	air_begin(&air, 1, FORWARD_RANDOM);
	air_question(&air, &one, "a.example");
	air_route(&air, 2, FORWARD_SEQUENTIAL);
	air_answer(&air, 0, 5);
	check_answered(&one);
	/* But not for others, now or later: who says it is not asked any more. */
	ck_assert_uint_eq(air.kept, 0);
}
END_TEST

START_TEST(who_comes_after_a_change_asks_the_new_upstreams)
{
	air_begin(&air, 1, FORWARD_RANDOM);
	air_question(&air, &one, "a.example");
	air_route(&air, 1, FORWARD_SEQUENTIAL);
	air_question(&air, &two, "a.example");
	ck_assert_uint_eq(air.ask_count, 2);
	air_reply(&air, 0, PARCEL_SERVFAIL);
	ck_assert_uint_eq(one.rcode, DNS_SERVFAIL);
	ck_assert_uint_eq(two.told, 0);
	ck_assert_uint_eq(air.kept_failures, 0);
	air_answer(&air, 1, 5);
	check_answered(&two);
	ck_assert_uint_eq(air.kept, 1);
}
END_TEST

Suite *
suite(void)
{
	Suite *all = suite_create("flight");
	TCase *tests = tcase_create("flight");

	tcase_add_checked_fixture(tests, NULL, tear_down);
	tcase_add_test(tests, a_thousand_who_ask_the_same_are_one_question);
	tcase_add_test(tests, other_names_types_and_bits_are_other_questions);
	tcase_add_loop_test(tests, an_error_is_tried_elsewhere_at_once_and_told_when_all_have_it, 0,
	    (int)(sizeof(errors) / sizeof(errors[0])));
	tcase_add_test(tests, a_silent_upstream_is_hedged_and_the_first_answer_wins);
	tcase_add_loop_test(tests, patience_is_what_the_upstream_usually_takes_within_bounds, 0,
	    (int)(sizeof(habits) / sizeof(habits[0])));
	tcase_add_test(tests, three_tries_are_all_and_the_end_comes_in_time);
	tcase_add_test(tests, time_in_the_queue_counts);
	tcase_add_test(tests, a_lone_upstream_is_asked_again_for_lost_packets_but_not_after_an_error);
	tcase_add_test(tests, an_error_leaves_the_slow_one_its_time);
	tcase_add_test(tests, what_cannot_be_asked_is_skipped_and_named);
	tcase_add_test(tests, without_an_upstream_the_answer_says_why);
	tcase_add_test(tests, an_answer_that_may_not_be_kept_is_shared_by_those_who_asked);
	tcase_add_test(tests, the_oldest_are_told_when_too_many_wait);
	tcase_add_test(tests, a_zone_that_is_no_more_forwarded_is_refused);
	tcase_add_test(tests, what_is_under_way_goes_on_when_the_upstreams_change);
	tcase_add_test(tests, who_comes_after_a_change_asks_the_new_upstreams);
	suite_add_tcase(all, tests);
	return all;
}
