/* test_channels.c - what a forger would have to guess, measured at the upstream. */
#include "dns/channels.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "dns/resolver.h"
#include "dns/wire.h"
#include "tests/dns/wired.h"
#include "tests/suite.h"

#define QUESTIONS 10000
#define AT_A_TIME 100
#define BINS 64
/* 63 degrees of freedom: once in a million runs above. */
#define CHI_MAX 134.0

static struct wired wired;

static void
tear_down(void)
{
	wired_end(&wired);
}

static double
chi_square(const unsigned counts[BINS], unsigned total)
{
	double expected = (double)total / BINS, sum = 0;

	for (unsigned i = 0; i < BINS; i++)
		sum += (counts[i] - expected) * (counts[i] - expected) / expected;
	return sum;
}

static unsigned
count_capitals(const struct liar_question *question, unsigned *letters)
{
	unsigned capitals = 0;

	for (size_t i = 0; i < question->wire_len; i++) {
		uint8_t letter = question->wire[i];

		if (letter >= 'A' && letter <= 'Z')
			capitals++;
		if ((letter | 32) >= 'a' && (letter | 32) <= 'z')
			(*letters)++;
	}
	return capitals;
}

START_TEST(ids_ports_and_letters_are_even_and_ports_do_not_last)
{
	static unsigned per_port[65536];
	unsigned ids[BINS] = { 0 }, ports[BINS] = { 0 }, low_ids[BINS] = { 0 };
	unsigned opened = 0, most = 0, capitals = 0, letters = 0, asked = 0, same = 0, plain = 0;
	struct liar_question question, last = { 0 };

	wired_begin(&wired, 1, NULL);
	ck_assert_uint_eq(wired_load(&wired, "truth", QUESTIONS, AT_A_TIME), QUESTIONS);
	for (; liar_asked(wired.liars[0], asked, &question); asked++) {
		ids[question.id / (65536 / BINS)]++;
		low_ids[question.id % BINS]++;
		per_port[question.port]++;
		capitals += count_capitals(&question, &letters);
		same += question.wire_len == last.wire_len &&
		    memcmp(question.wire + 1, last.wire + 1, 5) == 0;
		ck_assert(question.edns_size == 1232 || question.edns_size == 0);
		plain += question.edns_size == 0;
		last = question;
	}
	/* A host that stops for half a second is a silent upstream. */
	ck_assert_uint_le(plain, AT_A_TIME);
	ck_assert_uint_ge(asked, QUESTIONS);
	for (unsigned port = 0; port < 65536; port++) {
		if (per_port[port] == 0)
			continue;
		ck_assert_uint_ge(port, CHANNEL_PORT_FIRST);
		ports[(port - CHANNEL_PORT_FIRST) * BINS / (65536 - CHANNEL_PORT_FIRST)]++;
		opened++;
		if (per_port[port] > most)
			most = per_port[port];
	}
	printf("%u questions, %u ports, at most %u from one; chi-square: ids %.1f %.1f, ports %.1f; "
	    "capitals %.3f\n", asked, opened, most, chi_square(ids, asked),
	    chi_square(low_ids, asked), chi_square(ports, opened),
	    (double)capitals / letters);
	ck_assert_double_lt(chi_square(ids, asked), CHI_MAX);
	ck_assert_double_lt(chi_square(low_ids, asked), CHI_MAX);
	ck_assert_double_lt(chi_square(ports, opened), CHI_MAX);
	ck_assert_uint_le(most, CHANNEL_QUESTIONS);
	/* Each channel opened some. */
	ck_assert_uint_ge(opened, QUESTIONS / CHANNEL_QUESTIONS);
	ck_assert_double_gt((double)capitals / letters, 0.48);
	ck_assert_double_lt((double)capitals / letters, 0.52);
	/* "truth" in the letters of the question before: once in 32. */
	ck_assert_uint_lt(same, QUESTIONS / 16);
}
END_TEST

/* How many of the questions since the last liar_forget() came from a port of the list, or of a
 * question before where it is to `learn` them. */
static unsigned
known_ports(bool known[65536], bool learn)
{
	struct liar_question question;
	unsigned count = 0;

	for (unsigned i = 0; liar_asked(wired.liars[0], i, &question); i++) {
		count += known[question.port];
		known[question.port] |= learn;
	}
	liar_forget(wired.liars[0]);
	return count;
}

START_TEST(a_port_is_not_used_for_longer_than_a_second)
{
	static bool known[65536];
	struct clock *clock = clock_new_manual(1000000, 0);
	struct wired_reply reply;
	sem_t told;

	wired_begin(&wired, 1, clock);
	sem_init(&told, 0, 0);
	/* Slow ones keep all sockets open: what comes meanwhile goes out of the same ports. */
	wired_send(&wired, "slow1500", 300, &told);
	ck_assert_uint_eq(wired_load(&wired, "truth", 100, 1), 100);
	ck_assert_uint_gt(known_ports(known, true), 100);
	/* A second later it does not. */
	clock_turn_ms(clock, CHANNEL_MS + 1);
	ck_assert_uint_eq(wired_load(&wired, "truth2", 100, 1), 100);
	ck_assert_uint_le(known_ports(known, false), 10);
	wired_ask(&wired, "last.example", DNS_TYPE_A, &reply);
	ck_assert(reply.answered);
	wired_await(&told, 300);
	sem_destroy(&told);
}
END_TEST

START_TEST(no_more_than_a_hundred_questions_leave_from_a_port)
{
	static unsigned per_port[65536];
	struct liar_question question;
	unsigned most = 0, above = 0;
	sem_t told;

	wired_begin(&wired, 1, NULL);
	sem_init(&told, 0, 0);
	/* All are out at once: nothing drains meanwhile. */
	wired_send(&wired, "slow700", 5000, &told);
	wired_await(&told, 5000);
	for (unsigned i = 0; liar_asked(wired.liars[0], i, &question); i++)
		if (++per_port[question.port] > most)
			most = per_port[question.port];
	/*
	 * A port that is closed may be drawn again: among some hundred sockets in 64,000 ports that
	 * happens to two of them in one run of fourteen, to six in one of ten thousand.
	 */
	for (unsigned port = 0; port < 65536; port++)
		above += per_port[port] > CHANNEL_QUESTIONS;
	ck_assert_uint_le(above, 2);
	ck_assert_uint_le(most, 2 * CHANNEL_QUESTIONS);
	ck_assert_uint_ge(most, CHANNEL_QUESTIONS - 5);
	sem_destroy(&told);
}
END_TEST

Suite *
suite(void)
{
	Suite *all = suite_create("channels");
	TCase *tests = tcase_create("channels");

	tcase_set_timeout(tests, 60);
	tcase_add_checked_fixture(tests, NULL, tear_down);
	tcase_add_test(tests, ids_ports_and_letters_are_even_and_ports_do_not_last);
	tcase_add_test(tests, a_port_is_not_used_for_longer_than_a_second);
	tcase_add_test(tests, no_more_than_a_hundred_questions_leave_from_a_port);
	suite_add_tcase(all, tests);
	return all;
}
