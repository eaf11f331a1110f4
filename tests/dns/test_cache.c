/* test_cache.c - how long an answer is kept, what it answers, and what it gives way to. */
#include "dns/cache.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "dns/name.h"
#include "dns/parcel_layout.h"
#include "tests/dns/said.h"
#include "tests/suite.h"

#define ANSWER(ttl) "NOERROR\nAN www.example. " ttl " A 192.0.2.1\n"
#define SOA "NS example. 900 SOA ns.example. admin.example. 1 7200 900 86400 60\n"
#define ROOT_SOA "NS . 900 SOA ns.example. admin.example. 1 7200 900 86400 60\n"
#define MISSING "NXDOMAIN\n" SOA
#define DAY_S 86400

static const struct cache_settings settings = { .max_ttl_s = 3600, .max_negative_ttl_s = 1800,
	.serve_stale_s = DAY_S, .prefetch = true };
static struct cache *cache;
static struct cache_reader *reader;
static struct clock *now;

static void
setup(void)
{
	cache = cache_new(1 << 20);
	reader = cache_reader_new(cache);
	now = clock_new_manual(1000000, 0);
}

static void
teardown(void)
{
	cache_reclaim(cache);
	cache_free(cache);
	clock_free(now);
}

/* Asked so long ago, come now. */
static bool
put_after(const char *question, const char *reply, uint64_t took_ms)
{
	struct parcel *parcel = said(question, reply);
	uint64_t now_ms = clock_now_ms(now);
	bool taken = cache_put(cache, parcel, &settings, 1, now_ms - took_ms, now_ms);

	if (!taken)
		parcel_free(parcel);
	return taken;
}

static bool
put(const char *question, const char *reply)
{
	return put_after(question, reply, 10);
}

static void
failed(const char *question)
{
	struct asked asked = said_asked(question);

	cache_fail(cache, &asked, DNS_SERVFAIL, clock_now_ms(now) - 10, clock_now_ms(now));
}

/* "miss", or the state, the rcode and the first TTL: "fresh NOERROR 300". */
static const char *
find_in(const char *question, size_t zone_len)
{
	static const char *const states[] = { "miss", "fresh", "refresh", "stale", "stale-now" };
	static char text[100];
	struct asked asked = said_asked(question);
	struct cache_hit hit;
	enum cache_state state = cache_find(cache, reader, &asked, cache_begin(cache, &asked),
	    zone_len, clock_now_ms(now), &hit);

	ck_assert((state == CACHE_MISS) == (hit.parcel == NULL));
	if (state == CACHE_MISS)
		return states[state];
	bool stale = state == CACHE_STALE || state == CACHE_STALE_NOW;
	const char *said = said_text(hit.parcel, &(struct parcel_placing){ .name_at = 12,
	    .age_s = hit.age_s, .stale = stale }, 512);
	const char *end = strchr(said, '\n');
	unsigned ttl_s = 0;
	sscanf(end, "\n%*s %*s %u", &ttl_s);
	snprintf(text, sizeof(text), "%s %.*s %u", states[state], (int)(end - said), said, ttl_s);
	return text;
}

static const char *
find(const char *question)
{
	return find_in(question, 1);
}

START_TEST(an_answer_is_there_until_its_time_ends)
{
	ck_assert_str_eq(find("www.example A"), "miss");
	ck_assert(put("www.example A", ANSWER("300")));
	ck_assert_str_eq(find("www.example A"), "fresh NOERROR 300");
	clock_turn_ms(now, 999);
	ck_assert_str_eq(find("www.example A"), "fresh NOERROR 300");
	clock_turn_ms(now, 1);
	ck_assert_str_eq(find("www.example A"), "fresh NOERROR 299");
	clock_turn_ms(now, 200000);
	ck_assert_str_eq(find("www.example A"), "fresh NOERROR 99");
	clock_turn_ms(now, 99000);
	ck_assert_str_eq(find("www.example A"), "stale NOERROR 30");
}
END_TEST

START_TEST(type_and_flags_are_part_of_the_question)
{
	static const char *const others[] = { "www.example AAAA", "www.example A do",
		"www.example A cd", "www.example A do cd", "ww.example A", "a.www.example A",
		"example A", "www.example NS" };

	ck_assert(put("www.example A", ANSWER("300")));
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		ck_assert_str_eq(find(others[i]), "miss");
	ck_assert_str_eq(find("WWW.Example A"), "fresh NOERROR 300");
}
END_TEST

START_TEST(a_TTL_of_zero_is_never_kept)
{
	ck_assert(!put("www.example A", ANSWER("0")));
	ck_assert_str_eq(find("www.example A"), "miss");
}
END_TEST

START_TEST(an_older_question_does_not_renew_an_answer)
{
	ck_assert(put_after("www.example A", ANSWER("300"), 100));
	clock_turn_ms(now, 4000);
	ck_assert(!put_after("www.example A", ANSWER("3000"), 4200));
	ck_assert_str_eq(find("www.example A"), "fresh NOERROR 296");
	ck_assert(put_after("www.example A", ANSWER("3000"), 10));
	ck_assert_str_eq(find("www.example A"), "fresh NOERROR 3000");
}
END_TEST

START_TEST(a_negative_answer_ends_when_it_ends)
{
	ck_assert(put("www.example MX", "NOERROR\n" SOA));
	ck_assert(put("no.example A", MISSING));
	ck_assert_str_eq(find("www.example MX"), "fresh NOERROR 60");
	clock_turn_ms(now, 59000);
	ck_assert_str_eq(find("www.example MX"), "fresh NOERROR 1");
	ck_assert_str_eq(find("no.example A"), "fresh NXDOMAIN 1");
	clock_turn_ms(now, 1000);
	ck_assert_str_eq(find("www.example MX"), "miss");
	ck_assert_str_eq(find("no.example A"), "miss");
}
END_TEST

START_TEST(no_data_of_one_type_says_nothing_of_others)
{
	ck_assert(put("www.example MX", "NOERROR\n" SOA));
	ck_assert_str_eq(find("www.example A"), "miss");
	ck_assert_str_eq(find("a.www.example MX"), "miss");
}
END_TEST

START_TEST(a_missing_name_is_missing_for_all_types_and_below)
{
	ck_assert(put("no.example A", MISSING));
	ck_assert_str_eq(find("no.example A"), "fresh NXDOMAIN 60");
	ck_assert_str_eq(find("no.example AAAA"), "fresh NXDOMAIN 60");
	ck_assert_str_eq(find("a.b.no.example SRV"), "fresh NXDOMAIN 60");
	ck_assert_str_eq(find("1.2.3.4.5.6.7.8.9.10.no.example SRV"), "fresh NXDOMAIN 60");
	ck_assert_str_eq(find("example A"), "miss");
	ck_assert_str_eq(find("ono.example A"), "miss");
	ck_assert_str_eq(find("no.example A do"), "miss");
	clock_turn_ms(now, 60000);
	ck_assert_str_eq(find("a.b.no.example SRV"), "miss");
}
END_TEST

START_TEST(only_what_has_a_SOA_cuts)
{
	ck_assert(put("no.example A", "NXDOMAIN\n"));
	ck_assert(put("alias.example A",
	    "NXDOMAIN\nAN alias.example. 60 CNAME no.test.\n" ROOT_SOA));
	ck_assert_str_eq(find("no.example A"), "fresh NXDOMAIN 0");
	ck_assert_str_eq(find("no.example AAAA"), "miss");
	ck_assert_str_eq(find("a.no.example A"), "miss");
	ck_assert_str_eq(find("alias.example A"), "fresh NXDOMAIN 60");
	ck_assert_str_eq(find("a.alias.example A"), "miss");
	ck_assert_str_eq(find("no.test A"), "miss");
	clock_turn_ms(now, 5000);
	ck_assert_str_eq(find("no.example A"), "miss");
}
END_TEST

START_TEST(a_cut_ends_at_the_zone_of_other_upstreams)
{
	ck_assert(put("corp A", "NXDOMAIN\n" ROOT_SOA));
	ck_assert_str_eq(find_in("db.eu.corp A", 1), "fresh NXDOMAIN 60");
	/* "eu.corp" is forwarded elsewhere: nobody there said that it is missing. */
	ck_assert_str_eq(find_in("db.eu.corp A", sizeof("\2eu\4corp")), "miss");
	ck_assert_str_eq(find_in("db.eu.corp A", sizeof("\4corp")), "fresh NXDOMAIN 60");
}
END_TEST

START_TEST(the_root_can_be_missing_nothing)
{
	ck_assert(put("a A", "NXDOMAIN\n" ROOT_SOA));
	ck_assert_str_eq(find(". NS"), "miss");
	ck_assert_str_eq(find("b.a A"), "fresh NXDOMAIN 60");
}
END_TEST

START_TEST(a_name_that_appears_is_missing_no_more)
{
	ck_assert(put("example A", "NXDOMAIN\n" ROOT_SOA));
	ck_assert(put("www.example A do", "NXDOMAIN\n" ROOT_SOA));
	clock_turn_ms(now, 1000);
	ck_assert(put("www.example A", ANSWER("300")));
	ck_assert_str_eq(find("www.example AAAA"), "miss");
	ck_assert_str_eq(find("example A"), "miss");
	ck_assert_str_eq(find("www.example AAAA do"), "miss");
}
END_TEST

START_TEST(a_name_that_goes_is_not_served_stale)
{
	ck_assert(put("www.example A", ANSWER("30")));
	ck_assert(put("www.example AAAA", "NOERROR\nAN www.example. 30 AAAA 2001:db8::1\n"));
	clock_turn_ms(now, 30000);
	ck_assert_str_eq(find("www.example AAAA"), "stale NOERROR 30");
	ck_assert(put("www.example A", MISSING));
	ck_assert_str_eq(find("www.example A"), "fresh NXDOMAIN 60");
	ck_assert_str_eq(find("www.example AAAA"), "fresh NXDOMAIN 60");
	clock_turn_ms(now, 60000);
	ck_assert_str_eq(find("www.example A"), "miss");
}
END_TEST

START_TEST(a_failure_is_remembered_for_five_seconds)
{
	failed("www.example A");
	ck_assert_str_eq(find("www.example A"), "fresh SERVFAIL 0");
	ck_assert_str_eq(find("www.example AAAA"), "miss");
	clock_turn_ms(now, 4999);
	ck_assert_str_eq(find("www.example A"), "fresh SERVFAIL 0");
	clock_turn_ms(now, 1);
	ck_assert_str_eq(find("www.example A"), "miss");
}
END_TEST

START_TEST(a_failure_never_hides_an_answer)
{
	ck_assert(put("www.example A", ANSWER("300")));
	ck_assert(put("no.example A", MISSING));
	clock_turn_ms(now, 1000);
	failed("www.example A");
	failed("no.example A");
	failed("no.example AAAA");
	ck_assert_str_eq(find("www.example A"), "fresh NOERROR 299");
	ck_assert_str_eq(find("no.example A"), "fresh NXDOMAIN 59");
	ck_assert_str_eq(find("no.example AAAA"), "fresh NXDOMAIN 59");
	failed("mx.example A");
	clock_turn_ms(now, 10);
	ck_assert(put("mx.example A", "NOERROR\nAN mx.example. 300 A 192.0.2.1\n"));
	ck_assert_str_eq(find("mx.example A"), "fresh NOERROR 300");
}
END_TEST

START_TEST(stale_answers_stand_in_for_a_day)
{
	ck_assert(put("www.example A", ANSWER("300")));
	clock_turn_ms(now, 300000);
	ck_assert_str_eq(find("www.example A"), "stale NOERROR 30");
	failed("www.example A");
	ck_assert_str_eq(find("www.example A"), "stale-now NOERROR 30");
	clock_turn_ms(now, CACHE_RECHECK_MS);
	ck_assert_str_eq(find("www.example A"), "stale NOERROR 30");
	clock_turn_ms(now, DAY_S * 1000ULL - CACHE_RECHECK_MS - 1);
	ck_assert_str_eq(find("www.example A"), "stale NOERROR 30");
	clock_turn_ms(now, 1);
	ck_assert_str_eq(find("www.example A"), "miss");
}
END_TEST

START_TEST(stale_answers_can_be_forbidden)
{
	static const struct cache_settings never = { .max_ttl_s = 3600 };
	struct parcel *parcel = said("www.example A", ANSWER("300"));

	ck_assert(cache_put(cache, parcel, &never, 1, 0, clock_now_ms(now)));
	for (unsigned i = 0; i < 10; i++)
		ck_assert_str_eq(find("www.example A"), "fresh NOERROR 300");
	clock_turn_ms(now, 299000);
	ck_assert_str_eq(find("www.example A"), "fresh NOERROR 1");      /* nor renewed */
	clock_turn_ms(now, 1000);
	ck_assert_str_eq(find("www.example A"), "miss");
}
END_TEST

START_TEST(a_popular_name_is_renewed_before_its_end_once)
{
	ck_assert(put("www.example A", ANSWER("300")));
	for (unsigned i = 0; i < CACHE_POPULAR; i++)
		ck_assert_str_eq(find("www.example A"), "fresh NOERROR 300");
	clock_turn_ms(now, 269999);
	ck_assert_str_eq(find("www.example A"), "fresh NOERROR 31");
	clock_turn_ms(now, 1);
	ck_assert_str_eq(find("www.example A"), "refresh NOERROR 30");
	ck_assert_str_eq(find("www.example A"), "fresh NOERROR 30");
	/* Its question failed: once more, but not for the next 30 s. */
	failed("www.example A");
	clock_turn_ms(now, 29999);
	ck_assert_str_eq(find("www.example A"), "fresh NOERROR 1");
	/* A new entry has to be popular, too. */
	ck_assert(put("www.example A", ANSWER("300")));
	clock_turn_ms(now, 280000);
	ck_assert_str_eq(find("www.example A"), "fresh NOERROR 20");
	ck_assert_str_eq(find("www.example A"), "fresh NOERROR 20");
	ck_assert_str_eq(find("www.example A"), "refresh NOERROR 20");
}
END_TEST

START_TEST(negative_answers_are_not_renewed)
{
	ck_assert(put("www.example MX", "NOERROR\n" SOA));
	clock_turn_ms(now, 59000);
	for (unsigned i = 0; i < 10; i++)
		ck_assert_str_eq(find("www.example MX"), "fresh NOERROR 1");
}
END_TEST

START_TEST(a_look_leaves_no_trace)
{
	struct asked asked = said_asked("www.example A");
	struct cache_counts counts;
	struct cache_hit hit;

	ck_assert(put("www.example A", ANSWER("300")));
	clock_turn_ms(now, 299000);
	for (unsigned i = 0; i < 10; i++) {
		ck_assert_int_eq(cache_look(cache, &asked, 1, clock_now_ms(now), &hit),
		    CACHE_FRESH);
		ck_assert_uint_eq(hit.age_s, 299);
	}
	cache_count(cache, &counts);
	ck_assert_uint_eq(counts.hits + counts.misses + counts.prefetches, 0);
}
END_TEST

START_TEST(everything_is_counted)
{
	struct cache_counts counts;

	put("www.example A", ANSWER("300"));
	put("no.example A", MISSING);
	failed("bad.example A");
	find("www.example A");
	find("no.example MX");
	find("bad.example A");
	find("none.example A");
	find("www.example A");
	find("www.example A");
	clock_turn_ms(now, 290000);
	find("www.example A");
	clock_turn_ms(now, 20000);
	find("www.example A");
	failed("www.example A");
	find("www.example A");
	cache_note_stale(cache);
	cache_count(cache, &counts);
	ck_assert_uint_eq(counts.entries, 1);
	ck_assert_uint_eq(counts.negative_entries, 2);
	ck_assert_uint_eq(counts.hits, 4);
	ck_assert_uint_eq(counts.negative_hits, 2);
	ck_assert_uint_eq(counts.misses, 2);
	ck_assert_uint_eq(counts.prefetches, 1);
	ck_assert_uint_eq(counts.stale, 2);
	ck_assert_uint_eq(counts.evictions, 0);
}
END_TEST

/* Suspend is time that passes, too: the clock is CLOCK_BOOTTIME. */
START_TEST(what_ends_while_the_machine_sleeps_has_ended)
{
	ck_assert(put("www.example A", ANSWER("300")));
	clock_set_unix_s(now, 4000000000);
	ck_assert_str_eq(find("www.example A"), "fresh NOERROR 300");
	clock_set_unix_s(now, 0);
	ck_assert_str_eq(find("www.example A"), "fresh NOERROR 300");
	clock_turn_ms(now, 3600000);
	ck_assert_str_eq(find("www.example A"), "stale NOERROR 30");
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("cache");
	TCase *tests = tcase_create("cache");

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, an_answer_is_there_until_its_time_ends);
	tcase_add_test(tests, type_and_flags_are_part_of_the_question);
	tcase_add_test(tests, a_TTL_of_zero_is_never_kept);
	tcase_add_test(tests, an_older_question_does_not_renew_an_answer);
	tcase_add_test(tests, a_negative_answer_ends_when_it_ends);
	tcase_add_test(tests, no_data_of_one_type_says_nothing_of_others);
	tcase_add_test(tests, a_missing_name_is_missing_for_all_types_and_below);
	tcase_add_test(tests, only_what_has_a_SOA_cuts);
	tcase_add_test(tests, a_cut_ends_at_the_zone_of_other_upstreams);
	tcase_add_test(tests, the_root_can_be_missing_nothing);
	tcase_add_test(tests, a_name_that_appears_is_missing_no_more);
	tcase_add_test(tests, a_name_that_goes_is_not_served_stale);
	tcase_add_test(tests, a_failure_is_remembered_for_five_seconds);
	tcase_add_test(tests, a_failure_never_hides_an_answer);
	tcase_add_test(tests, stale_answers_stand_in_for_a_day);
	tcase_add_test(tests, stale_answers_can_be_forbidden);
	tcase_add_test(tests, a_popular_name_is_renewed_before_its_end_once);
	tcase_add_test(tests, negative_answers_are_not_renewed);
	tcase_add_test(tests, a_look_leaves_no_trace);
	tcase_add_test(tests, everything_is_counted);
	tcase_add_test(tests, what_ends_while_the_machine_sleeps_has_ended);
	suite_add_tcase(suite, tests);
	return suite;
}
