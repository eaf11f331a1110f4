/* test_rrl.c - how many replies a network gets over UDP, and what the others are told. */
#include "dns/rrl.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "dns/cookie.h"
#include "tests/dns/asking.h"
#include "tests/suite.h"

#define SECOND 1000000u

static const struct rrl_settings usual = { .answers_per_s = 5, .errors_per_s = 2, .slip = 2,
    .window_s = 15, .table_size = 1024, .ip4_bits = 24, .ip6_bits = 56 };

static struct rrl *rrl;
static uint64_t now_us = 7 * SECOND;

static void
make(const struct rrl_settings *settings)
{
	ck_assert_int_eq(rrl_new(settings, NULL, &rrl), 0);
}

static enum rrl_verdict
judge(const char *client, bool error)
{
	struct addr addr;

	ck_assert_int_eq(addr_parse(client, &addr), 0);
	return rrl_judge(rrl, &addr, error, now_us);
}

/* How many of `count` replies pass. */
static unsigned
passes(const char *client, bool error, unsigned count)
{
	unsigned passed = 0;

	for (unsigned i = 0; i < count; i++)
		passed += judge(client, error) == RRL_PASS;
	return passed;
}

START_TEST(a_network_gets_its_rate_at_once_and_then_evenly)
{
	make(&usual);
	ck_assert_uint_eq(passes("192.0.2.1", false, 5), 5);
	now_us += SECOND / 5;
	ck_assert_uint_eq(passes("192.0.2.1", false, 1), 1);
	now_us += SECOND;
	ck_assert_uint_eq(passes("192.0.2.1", false, 5), 5);
	ck_assert_uint_eq(passes("192.0.2.1", false, 1), 0);
	rrl_free(rrl);
}
END_TEST

START_TEST(networks_that_are_exempt_are_never_held_back)
{
	struct rrl_settings settings = usual;
	struct cidr exempt[2];

	ck_assert_int_eq(cidr_parse("192.0.2.0/25", &exempt[0]), 0);
	ck_assert_int_eq(cidr_parse("2001:db8::/32", &exempt[1]), 0);
	settings.exempt = exempt;
	settings.exempt_count = 2;
	make(&settings);
	ck_assert_uint_eq(passes("192.0.2.1", false, 100), 100);
	ck_assert_uint_eq(passes("2001:db8::1", true, 100), 100);
	/* They take nothing from their neighbours, either. */
	ck_assert_uint_eq(passes("192.0.2.129", false, 100), 5);
	ck_assert_uint_eq(passes("2001:db9::1", false, 100), 5);
	rrl_free(rrl);
}
END_TEST

static const struct {
	const char *one;
	const char *other;
	bool same;
} networks[] = {
	{ "192.0.2.1", "192.0.2.255", true },
	{ "192.0.2.1", "192.0.3.1", false },
	{ "2001:db8:0:1200::1", "2001:db8:0:12ff:ffff::", true },
	{ "2001:db8:0:1200::1", "2001:db8:0:1300::1", false },
	{ "192.0.2.1", "c000:201::", false },
};

START_TEST(who_shares_a_network_shares_its_bucket)
{
	make(&usual);
	(void)passes(networks[_i].one, false, 5);
	ck_assert_uint_eq(passes(networks[_i].other, false, 5), networks[_i].same ? 0 : 5);
	rrl_free(rrl);
}
END_TEST

static const struct {
	uint8_t bits;
	const char *other;
	bool same;
} widths[] = {
	{ 32, "192.0.2.2", false }, { 31, "192.0.2.0", true }, { 25, "192.0.2.127", true },
	{ 25, "192.0.2.128", false }, { 1, "255.0.0.0", true }, { 1, "127.0.0.0", false },
};

START_TEST(a_network_has_the_bits_that_are_set)
{
	struct rrl_settings settings = usual;

	settings.ip4_bits = widths[_i].bits;
	make(&settings);
	(void)passes("192.0.2.1", false, 5);
	ck_assert_uint_eq(passes(widths[_i].other, false, 5), widths[_i].same ? 0 : 5);
	rrl_free(rrl);
}
END_TEST

START_TEST(errors_have_a_bucket_of_their_own)
{
	make(&usual);
	ck_assert_uint_eq(passes("192.0.2.1", true, 10), 2);
	ck_assert_uint_eq(passes("192.0.2.1", false, 10), 5);
	rrl_free(rrl);
}
END_TEST

/* A flood of 1,000 a second for a minute gets nothing after its first second's worth. */
START_TEST(who_goes_on_is_held_back_until_the_window_has_passed)
{
	unsigned passed = 0;

	make(&usual);
	for (unsigned i = 0; i < 60000; i++, now_us += SECOND / 1000)
		passed += judge("192.0.2.1", false) == RRL_PASS;
	/* What comes in while the debt grows: five at once, one each 200 ms, for less than 100 ms. */
	ck_assert_uint_le(passed, 6);
	now_us += 14 * SECOND;
	ck_assert_uint_eq(passes("192.0.2.1", false, 1), 0);
	now_us += 17 * SECOND;
	ck_assert_uint_eq(passes("192.0.2.1", false, 10), 5);
	rrl_free(rrl);
}
END_TEST

static const struct {
	uint32_t slip;
	unsigned slipped;
} slips[] = { { 0, 0 }, { 1, 60 }, { 2, 30 }, { 3, 20 }, { 10, 6 } };

START_TEST(each_so_many_th_reply_slips)
{
	struct rrl_settings settings = usual;
	struct rrl_counts counts;
	struct rrl *next;
	unsigned slipped = 0;

	settings.slip = slips[_i].slip;
	make(&settings);
	(void)passes("192.0.2.1", false, 5);
	for (unsigned i = 0; i < 60; i++)
		slipped += judge("192.0.2.1", false) == RRL_SLIP;
	ck_assert_uint_eq(slipped, slips[_i].slipped);
	/* The next table counts on. */
	ck_assert_int_eq(rrl_new(&settings, rrl, &next), 0);
	rrl_count(next, &counts);
	ck_assert_uint_eq(counts.slipped, slips[_i].slipped);
	ck_assert_uint_eq(counts.dropped, 60 - slips[_i].slipped);
	rrl_free(next);
	rrl_free(rrl);
}
END_TEST

/* Many networks in a table of eight: the flood's bucket is none of those that give way. */
START_TEST(a_full_table_forgets_who_asks_least)
{
	struct rrl_settings settings = usual;
	unsigned passed = 0;

	settings.table_size = 8;
	make(&settings);
	for (unsigned i = 0; i < 20; i++)
		(void)judge("192.0.2.1", false);
	for (unsigned i = 0; i < 10000; i++) {
		char text[ADDR_TEXT_SIZE];

		snprintf(text, sizeof(text), "10.%u.%u.1", i >> 8, i & 255);
		now_us += 100;
		passed += judge("192.0.2.1", false) == RRL_PASS;
		(void)judge(text, false);
	}
	ck_assert_uint_le(passed, 1);
	rrl_free(rrl);
}
END_TEST

/* Lines on stderr that hold `text`. */
static unsigned
count_lines(FILE *file, const char *text)
{
	unsigned count = 0;
	char line[400];

	rewind(file);
	while (fgets(line, sizeof(line), file) != NULL)
		count += strstr(line, text) != NULL;
	return count;
}

START_TEST(a_network_is_told_of_once_while_it_lasts)
{
	FILE *said = tmpfile();

	ck_assert_int_ge(dup2(fileno(said), 2), 0);
	make(&usual);
	for (unsigned i = 0; i < 10000; i++, now_us += SECOND / 100)
		(void)judge(i % 2 == 0 ? "192.0.2.1" : "2001:db8::1", false);
	ck_assert_uint_eq(count_lines(said, "192.0.2.0/24 gets more"), 1);
	ck_assert_uint_eq(count_lines(said, "2001:db8::/56 gets more"), 1);
	now_us += 60 * SECOND;
	(void)passes("192.0.2.1", false, 10);
	ck_assert_uint_eq(count_lines(said, "192.0.2.0/24 gets more"), 2);
	rrl_free(rrl);
	fclose(said);
}
END_TEST

static _Atomic unsigned passed_together;

static void *
judge_many(void *arg)
{
	(void)arg;
	for (unsigned i = 0; i < 20000; i++)
		if (judge("192.0.2.1", i % 2 == 0) == RRL_PASS)
			passed_together++;
	return NULL;
}

START_TEST(threads_share_a_network_and_its_rate)
{
	pthread_t threads[4];
	struct rrl_counts counts;

	make(&usual);
	for (unsigned i = 0; i < 4; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, judge_many, NULL), 0);
	for (unsigned i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	/* Who loses every exchange lets one reply through: none is waited for. */
	ck_assert_uint_ge(passed_together, 7);
	ck_assert_uint_le(passed_together, 14);
	rrl_count(rrl, &counts);
	ck_assert_uint_eq(counts.slipped + counts.dropped + passed_together, 80000);
	rrl_free(rrl);
}
END_TEST

/* ---- replies ---- */

#define ZONE "cluster.local"
#define SLIPPED "NOERROR tc rd\nOPT 1232\n"

static const struct {
	const char *what;
	const char *words;
	const char *passed;             /* the first, which passes */
	const char *slipped;            /* the second, where each slips */
} replies[] = {
	{ "an answer", ZONE " SOA rd edns", "NOERROR aa rd", SLIPPED },
	{ "without EDNS", ZONE " SOA rd", "NOERROR aa rd", "NOERROR tc rd\n" },
	{ "no data", ZONE " TXT rd edns", "NOERROR aa rd", SLIPPED },
	{ "no such name", "x." ZONE " A rd edns", "NXDOMAIN aa rd", SLIPPED },
	{ "refused", "example.com A rd edns", "REFUSED rd", "REFUSED rd\nOPT 1232\n" },
	{ "of another class", ZONE " A class=4 rd", "REFUSED rd", "REFUSED rd\n" },
	{ "over TCP", ZONE " A tcp rd", "NOERROR aa rd", "NOERROR aa rd\nNS " ZONE
	  ". 5 IN SOA ns.dns.cluster.local. hostmaster.cluster.local. 1 7200 1800 86400 5\n" },
};

START_TEST(what_is_held_back_says_no_more_than_that_tcp_is_open)
{
	static const struct rrl_settings tight = { .answers_per_s = 1, .errors_per_s = 1, .slip = 1,
	    .window_s = 1, .table_size = 64, .ip4_bits = 24, .ip6_bits = 56 };
	struct asking *asking = asking_new();
	struct clock *clock = clock_new_manual(1000, 1700000000);

	make(&tight);
	asking->settings.rrl = rrl;
	asking->responder.clock = clock;
	const char *first = asking_ask(asking, replies[_i].words);
	ck_assert_msg(strncmp(first, replies[_i].passed, strlen(replies[_i].passed)) == 0, "%s: %s",
	    replies[_i].what, first);
	asking_expect(asking, replies[_i].words, replies[_i].slipped);
	clock_turn_ms(clock, 3000);
	first = asking_ask(asking, replies[_i].words);
	ck_assert_int_eq(strncmp(first, replies[_i].passed, strlen(replies[_i].passed)), 0);
	asking_free(asking);
	clock_free(clock);
	rrl_free(rrl);
}
END_TEST

START_TEST(who_shows_a_good_cookie_is_never_held_back)
{
	static const struct rrl_settings tight = { .answers_per_s = 1, .errors_per_s = 1, .slip = 0,
	    .window_s = 1, .table_size = 64, .ip4_bits = 24, .ip6_bits = 56 };
	struct asking *asking = asking_new();
	struct clock *clock = clock_new_manual(1000, 1700000000);
	struct cookie_jar jar;
	uint8_t cookie[EDNS_COOKIE_LEN];
	char question[200] = ZONE " SOA opt=000a0018";

	make(&tight);
	ck_assert_int_eq(cookie_fill(&jar), 0);
	(void)cookie_answer(&jar, &asking->client, 1700000000, (const uint8_t *)"01234567", 8,
	    cookie);
	for (size_t i = 0; i < sizeof(cookie); i++)
		snprintf(question + strlen(question), 3, "%02x", cookie[i]);
	asking->settings.rrl = rrl;
	asking->settings.cookies = &jar;
	asking->responder.clock = clock;
	for (unsigned i = 0; i < 10; i++)
		ck_assert_int_eq(strncmp(asking_ask(asking, question), "NOERROR aa\n", 11), 0);
	/* They cost others of the network nothing, and a cookie that is not ours is none. */
	ck_assert_str_ne(asking_ask(asking, ZONE " SOA opt=000a00083031323334353637"), "silence");
	ck_assert_str_eq(asking_ask(asking, ZONE " SOA opt=000a00083031323334353637"), "silence");
	asking_free(asking);
	clock_free(clock);
	rrl_free(rrl);
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("rrl");
	TCase *tests = tcase_create("rrl");

	tcase_add_test(tests, a_network_gets_its_rate_at_once_and_then_evenly);
	tcase_add_test(tests, networks_that_are_exempt_are_never_held_back);
	tcase_add_loop_test(tests, who_shares_a_network_shares_its_bucket, 0,
	    (int)(sizeof(networks) / sizeof(networks[0])));
	tcase_add_loop_test(tests, a_network_has_the_bits_that_are_set, 0,
	    (int)(sizeof(widths) / sizeof(widths[0])));
	tcase_add_test(tests, errors_have_a_bucket_of_their_own);
	tcase_add_test(tests, who_goes_on_is_held_back_until_the_window_has_passed);
	tcase_add_loop_test(tests, each_so_many_th_reply_slips, 0,
	    (int)(sizeof(slips) / sizeof(slips[0])));
	tcase_add_test(tests, a_full_table_forgets_who_asks_least);
	tcase_add_test(tests, a_network_is_told_of_once_while_it_lasts);
	tcase_add_test(tests, threads_share_a_network_and_its_rate);
	tcase_add_loop_test(tests, what_is_held_back_says_no_more_than_that_tcp_is_open, 0,
	    (int)(sizeof(replies) / sizeof(replies[0])));
	tcase_add_test(tests, who_shows_a_good_cookie_is_never_held_back);
	suite_add_tcase(suite, tests);
	return suite;
}
