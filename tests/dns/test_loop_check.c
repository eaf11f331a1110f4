/* test_loop_check.c - an upstream that leads back here is found by a name that nobody else knows. */
#include "dns/loop_check.h"

#include <string.h>

#include "dns/flight.h"
#include "dns/upstream.h"
#include "dns/wire.h"
#include "tests/dns/air.h"
#include "tests/suite.h"

static struct air air;
static struct loop_check *check;

static void
set_up(void)
{
	air_begin(&air, 2, FORWARD_SEQUENTIAL);
	check = loop_check_new(air.flights);
	ck_assert_ptr_nonnull(check);
	for (unsigned i = 0; i < 2; i++) {
		atomic_store(&air.upstreams[i]->used, true);
		ck_assert_int_eq(loop_check_begin(check, air.upstreams[i]), 0);
	}
}

static void
tear_down(void)
{
	air_end(&air);
	loop_check_free(check);
}

START_TEST(each_upstream_is_asked_for_a_name_of_its_own)
{
	ck_assert_uint_eq(air.ask_count, 2);
	ck_assert_uint_eq(air.asks[0].upstream, 0);
	ck_assert_uint_eq(air.asks[1].upstream, 1);
	ck_assert_uint_eq(air.asks[0].asked.type, DNS_TYPE_HINFO);
	ck_assert_uint_eq(air.asks[0].asked.name_len, 35);
	ck_assert_int_ne(memcmp(air.asks[0].asked.name, air.asks[1].asked.name, 35), 0);
}
END_TEST

START_TEST(one_whose_question_comes_back_is_marked)
{
	struct asked asked = air.asks[1].asked;

	/* Whatever bits came with it. */
	asked.dnssec_ok = true;
	ck_assert(loop_check_meets(check, &asked));
	ck_assert(atomic_load(&air.upstreams[1]->looping));
	ck_assert(!atomic_load(&air.upstreams[0]->looping));
	/* It is asked anew when the settings change. */
	air_reply(&air, 1, PARCEL_REFUSED);
	ck_assert_int_eq(loop_check_begin(check, air.upstreams[1]), 0);
	ck_assert(!atomic_load(&air.upstreams[1]->looping));
	ck_assert_uint_eq(air.ask_count, 3);
}
END_TEST

START_TEST(other_names_and_types_are_clients_questions)
{
	struct asked asked = air.asks[0].asked;

	asked.type = DNS_TYPE_A;
	ck_assert(!loop_check_meets(check, &asked));
	asked.type = DNS_TYPE_HINFO;
	asked.name[5] ^= 1;
	ck_assert(!loop_check_meets(check, &asked));
}
END_TEST

START_TEST(only_those_without_an_answer_are_asked_again)
{
	air_answer(&air, 0, 0);
	loop_check_again(check);
	ck_assert_uint_eq(air.ask_count, 2);
	air_reply(&air, 1, PARCEL_SERVFAIL);
	loop_check_again(check);
	ck_assert_uint_eq(air.ask_count, 3);
	ck_assert_uint_eq(air.asks[2].upstream, 1);
	air_reply(&air, 2, PARCEL_SERVFAIL);
	atomic_store(&air.upstreams[1]->used, false);
	loop_check_again(check);
	ck_assert_uint_eq(air.ask_count, 3);
}
END_TEST

Suite *
suite(void)
{
	Suite *all = suite_create("loop_check");
	TCase *tests = tcase_create("loop_check");

	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, each_upstream_is_asked_for_a_name_of_its_own);
	tcase_add_test(tests, one_whose_question_comes_back_is_marked);
	tcase_add_test(tests, other_names_and_types_are_clients_questions);
	tcase_add_test(tests, only_those_without_an_answer_are_asked_again);
	suite_add_tcase(all, tests);
	return all;
}
