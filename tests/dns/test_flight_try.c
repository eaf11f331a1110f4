/* test_flight_try.c - one upstream asked: EDNS, TCP, letters, stale answers, and who is asked first. */
#include <string.h>

#include "base/clock.h"
#include "dns/flight.h"
#include "dns/upstream.h"
#include "dns/wire.h"
#include "tests/dns/air.h"
#include "tests/suite.h"

static struct air air;
static struct air_waiter one, two, three, four;

static void
tear_down(void)
{
	air_end(&air);
}

static const enum parcel_verdict no_edns[] = { PARCEL_FORMERR, PARCEL_NOTIMP, PARCEL_BADVERS };

START_TEST(an_upstream_that_knows_no_edns_is_asked_without_for_a_minute)
{
	air_begin(&air, 2, FORWARD_SEQUENTIAL);
	air_question(&air, &one, "a.example");
	air_reply(&air, 0, no_edns[_i]);
	ck_assert_uint_eq(air.ask_count, 2);
	ck_assert_uint_eq(air.asks[1].upstream, 0);
	ck_assert_uint_eq(air.asks[1].how, ASK_PLAIN);
	air_answer(&air, 1, 5);
	ck_assert(one.answered);
	ck_assert_uint_eq(flights_counts(air.flights)->plain, 1);
	air_question(&air, &two, "b.example");
	ck_assert_uint_eq(air.asks[2].how, ASK_PLAIN);
	air_answer(&air, 2, 5);
	air_pass(&air, FLIGHT_PLAIN_MS);
	air_question(&air, &three, "c.example");
	ck_assert_uint_eq(air.asks[3].how, 0);
}
END_TEST

START_TEST(an_upstream_that_fails_without_edns_too_is_left_for_another)
{
	air_begin(&air, 2, FORWARD_SEQUENTIAL);
	air_question(&air, &one, "a.example");
	air_reply(&air, 0, PARCEL_FORMERR);
	air_reply(&air, 1, PARCEL_FORMERR);
	ck_assert_uint_eq(air.asks[2].upstream, 1);
	ck_assert_uint_eq(air.asks[2].how, 0);
	air_answer(&air, 2, 5);
	ck_assert(one.answered);
}
END_TEST

static const struct {
	enum parcel_verdict verdict;
	const char *text;
} over_tcp[] = {
	{ PARCEL_TRUNCATED, "192.0.2.1:53 truncated its reply over TCP" },
	{ PARCEL_WRONG_CASE, "192.0.2.1:53 sent a malformed reply" },
};

START_TEST(what_udp_cannot_say_is_asked_over_tcp_of_the_same_upstream)
{
	air_begin(&air, 1, FORWARD_SEQUENTIAL);
	air_question(&air, &one, "a.example");
	air_question(&air, &two, "b.example");
	air_reply(&air, 0, over_tcp[_i].verdict);
	ck_assert_uint_eq(air.asks[2].how, ASK_TCP);
	air_answer(&air, 2, 5);
	ck_assert(one.answered);
	air_reply(&air, 1, over_tcp[_i].verdict);
	air_reply(&air, 3, over_tcp[_i].verdict);
	ck_assert_str_eq(two.text, over_tcp[_i].text);
	ck_assert_uint_eq(flights_counts(air.flights)->tcp, 2);
}
END_TEST

static const enum try_ending closings[] = { TRY_CLOSED, TRY_UNREACHABLE };

START_TEST(a_closed_connection_is_opened_once_more)
{
	air_begin(&air, 1, FORWARD_SEQUENTIAL);
	air_question(&air, &one, "a.example");
	air_reply(&air, 0, PARCEL_TRUNCATED);
	air_failure(&air, 1, closings[_i]);
	ck_assert_uint_eq(air.ask_count, 3);
	ck_assert_uint_eq(air.asks[2].how, ASK_TCP);
	air_answer(&air, 2, 5);
	ck_assert(one.answered);
	air_question(&air, &two, "b.example");
	air_reply(&air, 3, PARCEL_TRUNCATED);
	air_failure(&air, 4, closings[_i]);
	air_failure(&air, 5, closings[_i]);
	ck_assert_uint_eq(two.rcode, DNS_SERVFAIL);
	ck_assert_uint_eq(two.ede, 23);
	ck_assert_uint_eq(air.ask_count, 6);
}
END_TEST

START_TEST(a_lone_upstream_that_is_silent_is_asked_in_other_ways)
{
	air_begin(&air, 1, FORWARD_SEQUENTIAL);
	air_question(&air, &one, "a.example");
	air_pass(&air, 2000);
	ck_assert_uint_eq(air.ask_count, 3);
	ck_assert_uint_eq(air.asks[0].how, 0);
	ck_assert_uint_eq(air.asks[1].how, ASK_PLAIN);
	ck_assert_uint_eq(air.asks[2].how, ASK_TCP);
	air_answer(&air, 1, 5);
	ck_assert(one.answered);
	/* So it knows no EDNS, for a minute. */
	air_question(&air, &two, "b.example");
	ck_assert_uint_eq(air.asks[3].how, ASK_PLAIN);
}
END_TEST

START_TEST(one_that_knows_edns_has_lost_a_packet)
{
	air_begin(&air, 1, FORWARD_SEQUENTIAL);
	air_question(&air, &one, "a.example");
	air_answer(&air, 0, 5);
	air_pass(&air, 1);
	air_question(&air, &two, "b.example");
	air_pass(&air, UPSTREAM_UNKNOWN_MS);
	air_answer(&air, 2, 5);
	ck_assert(two.answered);
	/* Signatures are not given up for that. */
	three.waiter.asked.dnssec_ok = true;
	air_question(&air, &three, "c.example");
	air_pass(&air, 2000);
	ck_assert_uint_eq(air.asks[3].how, 0);
	ck_assert_uint_eq(air.asks[4].how, 0);
	ck_assert_uint_eq(air.asks[5].how, ASK_TCP);
}
END_TEST

START_TEST(a_slow_name_is_asked_again_as_before)
{
	air_begin(&air, 1, FORWARD_SEQUENTIAL);
	air_question(&air, &one, "slow.example");
	air_pass(&air, 100);
	air_question(&air, &two, "fast.example");
	air_answer(&air, 1, 5);
	air_pass(&air, 2000);
	ck_assert_uint_eq(air.ask_count, 4);
	ck_assert_uint_eq(air.asks[2].how, 0);
	ck_assert_uint_eq(air.asks[3].how, 0);
}
END_TEST

START_TEST(a_late_reply_to_an_older_question_is_no_sign_of_life)
{
	air_begin(&air, 1, FORWARD_SEQUENTIAL);
	air_question(&air, &one, "slow.example");
	air_pass(&air, 100);
	air_question(&air, &two, "lost.example");
	air_pass(&air, 100);
	air_answer(&air, 0, 5);
	air_pass(&air, 1500);
	ck_assert_uint_eq(air.asks[air.ask_count - 1].how, ASK_TCP);
}
END_TEST

START_TEST(that_we_could_not_ask_is_not_remembered)
{
	air_begin(&air, 1, FORWARD_SEQUENTIAL);
	air.refuses[0] = TRY_NO_ROOM;
	air_question(&air, &one, "a.example");
	ck_assert_uint_eq(one.rcode, DNS_SERVFAIL);
	ck_assert_uint_eq(air.kept_failures, 0);
	air.refuses[0] = TRY_UNREACHABLE;
	air_question(&air, &two, "a.example");
	ck_assert_uint_eq(air.kept_failures, 1);
}
END_TEST

START_TEST(what_is_stale_is_given_when_nothing_came_for_a_while)
{
	air_begin(&air, 1, FORWARD_RANDOM);
	air.held = HELD_STALE;
	air_question(&air, &one, "a.example");
	air_pass(&air, FLIGHT_STALE_MS - 1);
	ck_assert_uint_eq(one.told, 0);
	air_pass(&air, 1);
	ck_assert(one.answered && one.stale);
	/* Who comes now need not wait, and the upstream may still answer. */
	air_question(&air, &two, "a.example");
	ck_assert(two.answered && two.stale);
	air_answer(&air, 0, 5);
	ck_assert_uint_eq(air.kept, 1);
	ck_assert_uint_eq(one.told, 1);
	ck_assert_uint_eq(flights_counts(air.flights)->stale, 2);
	ck_assert_uint_eq(air.stale, 2);
}
END_TEST

START_TEST(what_is_stale_is_given_at_once_when_all_have_failed)
{
	air_begin(&air, 1, FORWARD_RANDOM);
	air.held = HELD_STALE;
	air_question(&air, &one, "a.example");
	air_reply(&air, 0, PARCEL_SERVFAIL);
	ck_assert(one.answered && one.stale);
	ck_assert_uint_eq(air.kept_failures, 1);
	/* And nobody is asked again until the cache says so. */
	air_question(&air, &two, "a.example");
	ck_assert(two.answered && two.stale);
	ck_assert_uint_eq(air.ask_count, 1);
}
END_TEST

START_TEST(an_answer_in_time_is_better_than_a_stale_one)
{
	air_begin(&air, 1, FORWARD_RANDOM);
	air.held = HELD_STALE;
	air_question(&air, &one, "a.example");
	air_pass(&air, 1500);
	air_answer(&air, air.ask_count - 1, 5);
	ck_assert(one.answered && !one.stale);
}
END_TEST

START_TEST(what_came_while_the_question_was_queued_is_not_asked_again)
{
	air_begin(&air, 1, FORWARD_RANDOM);
	air.held = HELD_GOOD;
	air_question(&air, &one, "a.example");
	ck_assert(one.answered && !one.stale);
	air.held = HELD_FAILED;
	air_question(&air, &two, "a.example");
	ck_assert_uint_eq(two.rcode, DNS_SERVFAIL);
	ck_assert_uint_eq(air.ask_count, 0);
	/* Unless it is to be renewed. */
	air.held = HELD_GOOD;
	three.waiter.refresh = true;
	air_question(&air, &three, "a.example");
	ck_assert_uint_eq(air.ask_count, 1);
}
END_TEST

START_TEST(one_that_lost_a_question_is_not_the_first_until_its_next_trial)
{
	air_begin(&air, 2, FORWARD_SEQUENTIAL);
	air_question(&air, &one, "a.example");
	air_pass(&air, UPSTREAM_UNKNOWN_MS);
	air_answer(&air, 1, 5);
	ck_assert(one.answered);
	air_pass(&air, 1);
	air_question(&air, &two, "b.example");
	ck_assert_uint_eq(air.asks[2].upstream, 1);
	air_answer(&air, 2, 5);
	ck_assert_uint_eq(atomic_load(&air.upstreams[0]->silent), 1);
	/* After a second one question tries it, others do not. */
	air_pass(&air, 1000);
	air_question(&air, &three, "c.example");
	air_question(&air, &four, "d.example");
	ck_assert_uint_eq(air.asks[3].upstream, 0);
	ck_assert_uint_eq(air.asks[4].upstream, 1);
	upstream_note_reply(air.upstreams[0], clock_now_us(air.clock), 100);
	air_answer(&air, 3, 5);
	one = (struct air_waiter){ 0 };
	air_question(&air, &one, "e.example");
	ck_assert_uint_eq(air.asks[5].upstream, 0);
}
END_TEST

START_TEST(the_unhealthy_are_skipped_unless_all_are)
{
	air_begin(&air, 2, FORWARD_SEQUENTIAL);
	atomic_store(&air.upstreams[0]->healthy, false);
	air_question(&air, &one, "a.example");
	ck_assert_uint_eq(air.asks[0].upstream, 1);
	atomic_store(&air.upstreams[1]->healthy, false);
	air_question(&air, &two, "b.example");
	ck_assert_uint_eq(air.asks[1].upstream, 0);
	air_reply(&air, 1, PARCEL_SERVFAIL);
	ck_assert_uint_eq(air.asks[2].upstream, 1);
	air_answer(&air, 2, 5);
	ck_assert(two.answered);
}
END_TEST

START_TEST(one_that_leads_back_here_is_never_asked)
{
	air_begin(&air, 2, FORWARD_SEQUENTIAL);
	atomic_store(&air.upstreams[0]->looping, true);
	air_question(&air, &one, "a.example");
	ck_assert_uint_eq(air.asks[0].upstream, 1);
	air_reply(&air, 0, PARCEL_SERVFAIL);
	ck_assert_uint_eq(one.told, 1);
	atomic_store(&air.upstreams[1]->looping, true);
	air_question(&air, &two, "b.example");
	ck_assert_str_eq(two.text, "192.0.2.1:53 leads back here");
}
END_TEST

Suite *
suite(void)
{
	Suite *all = suite_create("flight_try");
	TCase *tests = tcase_create("flight_try");

	tcase_add_checked_fixture(tests, NULL, tear_down);
	tcase_add_loop_test(tests, an_upstream_that_knows_no_edns_is_asked_without_for_a_minute, 0, 3);
	tcase_add_test(tests, an_upstream_that_fails_without_edns_too_is_left_for_another);
	tcase_add_loop_test(tests, what_udp_cannot_say_is_asked_over_tcp_of_the_same_upstream, 0, 2);
	tcase_add_loop_test(tests, a_closed_connection_is_opened_once_more, 0, 2);
	tcase_add_test(tests, a_lone_upstream_that_is_silent_is_asked_in_other_ways);
	tcase_add_test(tests, one_that_knows_edns_has_lost_a_packet);
	tcase_add_test(tests, a_slow_name_is_asked_again_as_before);
	tcase_add_test(tests, a_late_reply_to_an_older_question_is_no_sign_of_life);
	tcase_add_test(tests, that_we_could_not_ask_is_not_remembered);
	tcase_add_test(tests, what_is_stale_is_given_when_nothing_came_for_a_while);
	tcase_add_test(tests, what_is_stale_is_given_at_once_when_all_have_failed);
	tcase_add_test(tests, an_answer_in_time_is_better_than_a_stale_one);
	tcase_add_test(tests, what_came_while_the_question_was_queued_is_not_asked_again);
	tcase_add_test(tests, one_that_lost_a_question_is_not_the_first_until_its_next_trial);
	tcase_add_test(tests, the_unhealthy_are_skipped_unless_all_are);
	tcase_add_test(tests, one_that_leads_back_here_is_never_asked);
	suite_add_tcase(all, tests);
	return all;
}
