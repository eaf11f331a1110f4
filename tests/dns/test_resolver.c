/* test_resolver.c - bad upstreams: the right answer or a clean failure, in time, never a lie. */
#include "dns/resolver.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "dns/flight.h"
#include "dns/upstream.h"
#include "dns/wire.h"
#include "tests/dns/wired.h"
#include "tests/suite.h"

static struct wired wired;
static struct wired_reply reply;

static void
tear_down(void)
{
	wired_end(&wired);
}

/* RELIABILITY.md, 4: U1 to U10. */
static const struct {
	const char *name;
	bool answered;          /* the truth; else SERVFAIL with `text` */
	const char *text;
} lies[] = {
	{ "truth.example", true, NULL },
	{ "slow800.example", true, NULL },
	{ "wrongid-then.example", true, NULL },
	{ "wrongsrc-then.example", true, NULL },
	{ "wrongport-then.example", true, NULL },
	{ "wrongq-then.example", true, NULL },
	{ "wrongtype-then.example", true, NULL },
	{ "wrongclass-then.example", true, NULL },
	{ "noqr-then.example", true, NULL },
	{ "short-then.example", true, NULL },
	{ "empty-then.example", true, NULL },
	{ "garbage-then.example", true, NULL },
	{ "wrongcase.example", true, NULL },
	{ "storm500.example", true, NULL },
	{ "tc.example", true, NULL },
	{ "split.example", true, NULL },
	{ "noedns.example", true, NULL },
	{ "formerr.example", true, NULL },
	{ "badvers.example", true, NULL },
	{ "nora.example", true, NULL },
	{ "poison.example", true, NULL },
	{ "servfail.example", false, "answered SERVFAIL" },
	{ "refused.example", false, "answered REFUSED" },
	{ "notimp.example", false, "answered NOTIMP" },
	{ "formerrall.example", false, "answered FORMERR" },
	{ "rcode14.example", false, "answered with an error" },
	{ "tcempty.example", false, "closed the connection" },
	{ "tcreset.example", false, "closed the connection" },
	{ "lie.example", false, "sent a malformed reply" },
	{ "rdlen.example", false, "sent a malformed reply" },
};

START_TEST(each_lie_ends_in_the_truth_or_in_a_reason)
{
	wired_begin(&wired, 1, NULL);
	wired_ask(&wired, lies[_i].name, DNS_TYPE_A, &reply);
	if (lies[_i].answered) {
		ck_assert_msg(wired_is_true(&reply, lies[_i].name), "%s: %s", lies[_i].name, reply.text);
	} else {
		ck_assert_msg(!reply.answered, "%s is answered", lies[_i].name);
		ck_assert_uint_eq(reply.rcode, DNS_SERVFAIL);
		ck_assert_msg(strstr(reply.text, lies[_i].text) != NULL, "%s: %s", lies[_i].name,
		    reply.text);
	}
	ck_assert_uint_lt(reply.took_ms, 5000);
	ck_assert_ptr_null(memmem(reply.message, reply.len, "\xcb\x00\x71\x42", 4));
}
END_TEST

/* Lies that end with the client's time. */
static const char *const silences[] = { "dead.example", "tchang.example", "wrongid.example" };

START_TEST(silence_ends_within_five_seconds)
{
	wired_begin(&wired, 1, NULL);
	wired_ask(&wired, silences[_i], DNS_TYPE_A, &reply);
	ck_assert(!reply.answered);
	ck_assert_uint_eq(reply.ede, 22);
	ck_assert_ptr_nonnull(strstr(reply.text, "timed out"));
	ck_assert_uint_ge(reply.took_ms, 4000);
	ck_assert_uint_lt(reply.took_ms, 5000);
}
END_TEST

/* Of one upstream, on the way to which such packets are lost. */
static const char *const losses[] = { "ednsdrop", "tcponly" };

START_TEST(what_is_lost_without_a_word_is_asked_in_another_way)
{
	wired_begin(&wired, 1, NULL);
	/* The look for loops is over when this is. */
	wired_ask(&wired, "warm.example", DNS_TYPE_A, &reply);
	liar_set_mode(wired.liars[0], losses[_i]);
	wired_ask(&wired, "a.example", DNS_TYPE_A, &reply);
	ck_assert_msg(wired_is_true(&reply, "a.example"), "%s: %s", losses[_i], reply.text);
	ck_assert_uint_lt(reply.took_ms, 4000);
}
END_TEST

/* At first sight one that is slow with EDNS is not told from one that drops it. */
START_TEST(a_late_reply_tells_that_an_upstream_knows_edns)
{
	struct liar *liar = liar_start("127.0.0.1", 20);
	struct forward_zone zone = { .name_len = 1, .upstream_count = 1 };
	struct liar_question question;
	struct forward *forward;
	char name[32];
	bool edns = false;

	wired_begin(&wired, 0, NULL);
	liar_set_mode(liar, "ednsslow600");
	ck_assert_int_eq(addr_parse("127.0.0.1", &zone.upstreams[0].addr), 0);
	zone.upstreams[0].port = liar_port(liar);
	ck_assert_int_eq(forward_new(&zone, 1, &forward), 0);
	ck_assert_int_eq(resolver_set_forward(wired.resolver, forward), 0);
	for (unsigned i = 0; i < 10 && !edns; i++) {
		snprintf(name, sizeof(name), "n%u.example", i);
		liar_forget(liar);
		wired_ask(&wired, name, DNS_TYPE_A, &reply);
		ck_assert(wired_is_true(&reply, name));
		usleep(100000);
		edns = i > 0 && liar_asked(liar, 0, &question) && question.edns_size == 1232;
	}
	ck_assert(edns);
	liar_stop(liar);
}
END_TEST

START_TEST(a_dead_upstream_costs_the_first_asker_only)
{
	const struct flight_counts *counts;

	wired_begin(&wired, 2, NULL);
	/* The look for loops is over when this is. */
	wired_ask(&wired, "warm.example", DNS_TYPE_A, &reply);
	liar_set_mode(wired.liars[0], "dead");
	wired_ask(&wired, "a.example", DNS_TYPE_A, &reply);
	ck_assert(wired_is_true(&reply, "a.example"));
	ck_assert_uint_lt(reply.took_ms, 1500);
	wired_ask(&wired, "b.example", DNS_TYPE_A, &reply);
	ck_assert(wired_is_true(&reply, "b.example"));
	ck_assert_uint_lt(reply.took_ms, 200);
	counts = resolver_counts(wired.resolver);
	ck_assert_uint_ge(atomic_load(&counts->hedged), 1);
}
END_TEST

START_TEST(an_upstream_that_is_not_there_is_said_at_once)
{
	uint16_t port;

	wired_begin(&wired, 1, NULL);
	port = liar_port(wired.liars[0]);
	liar_stop(wired.liars[0]);
	wired.count = 0;
	wired_ask(&wired, "a.example", DNS_TYPE_A, &reply);
	ck_assert(!reply.answered);
	ck_assert_uint_eq(reply.ede, 23);
	ck_assert_ptr_nonnull(strstr(reply.text, "refused the connection"));
	ck_assert_uint_lt(reply.took_ms, 1000);
	ck_assert_uint_ne(port, 0);
}
END_TEST

START_TEST(answers_are_kept_and_asked_for_once)
{
	wired_begin(&wired, 1, NULL);
	wired_ask(&wired, "Kept.Example", DNS_TYPE_A, &reply);
	ck_assert(wired_is_true(&reply, "kept.example"));
	wired_ask(&wired, "kept.example", DNS_TYPE_A, &reply);
	ck_assert(wired_is_true(&reply, "kept.example"));
	ck_assert_uint_eq(liar_count(wired.liars[0], "kept.example"), 1);
	wired_ask(&wired, "ttl0.example", DNS_TYPE_A, &reply);
	wired_ask(&wired, "ttl0.example", DNS_TYPE_A, &reply);
	ck_assert_uint_eq(liar_count(wired.liars[0], "ttl0.example"), 2);
	/* A failure too, for a moment. */
	wired_ask(&wired, "servfail.example", DNS_TYPE_A, &reply);
	wired_ask(&wired, "servfail.example", DNS_TYPE_A, &reply);
	ck_assert_uint_eq(reply.rcode, DNS_SERVFAIL);
	ck_assert_uint_eq(liar_count(wired.liars[0], "servfail.example"), 1);
}
END_TEST

START_TEST(no_question_is_lost_when_upstreams_change_under_load)
{
	wired_begin(&wired, 2, NULL);
	ck_assert_uint_eq(wired_load(&wired, "first", 500, 50), 500);
	ck_assert_int_eq(resolver_set_forward(wired.resolver, wired_table(&wired, 1)), 0);
	ck_assert_uint_eq(wired_load(&wired, "second", 500, 50), 500);
	ck_assert_uint_eq(resolver_pending(wired.resolver), 0);
	ck_assert_int_eq(resolver_set_forward(wired.resolver, wired_table(&wired, 0)), 0);
	wired_ask(&wired, "third.example", DNS_TYPE_A, &reply);
	ck_assert_str_eq(reply.text, "nobody is named");
	ck_assert_uint_eq(reply.ede, 23);
}
END_TEST

START_TEST(the_oldest_of_too_many_are_told_and_the_rest_in_time)
{
	const struct flight_counts *counts;
	sem_t told;

	wired_begin(&wired, 1, NULL);
	liar_set_mode(wired.liars[0], "dead");
	sem_init(&told, 0, 0);
	wired_send(&wired, "flood", RESOLVER_PENDING_MAX + 100, &told);
	wired_await(&told, 99);
	ck_assert_uint_le(resolver_pending(wired.resolver), RESOLVER_PENDING_MAX + 1);
	counts = resolver_counts(wired.resolver);
	ck_assert_uint_ge(atomic_load(&counts->evicted), 99);
	wired_await(&told, RESOLVER_PENDING_MAX + 1);
	ck_assert_uint_eq(resolver_pending(wired.resolver), 0);
	sem_destroy(&told);
	/* It is none the worse for it. */
	liar_set_mode(wired.liars[0], "");
	wired_ask(&wired, "after.example", DNS_TYPE_A, &reply);
	ck_assert(wired_is_true(&reply, "after.example"));
}
END_TEST

START_TEST(an_upstream_may_have_an_ipv6_address)
{
	struct liar *liar = liar_start("::1", 20);
	struct forward_zone zone = { .name_len = 1, .upstream_count = 1 };
	struct forward *forward;

	wired_begin(&wired, 0, NULL);
	if (liar == NULL)
		return;                 /* a host without IPv6 */
	ck_assert_int_eq(addr_parse("::1", &zone.upstreams[0].addr), 0);
	zone.upstreams[0].port = liar_port(liar);
	zone.cache.max_ttl_s = 60;
	ck_assert_int_eq(forward_new(&zone, 1, &forward), 0);
	ck_assert_int_eq(resolver_set_forward(wired.resolver, forward), 0);
	wired_ask(&wired, "six.example", DNS_TYPE_A, &reply);
	ck_assert(wired_is_true(&reply, "six.example"));
	wired_ask(&wired, "tc-six.example", DNS_TYPE_A, &reply);
	ck_assert(wired_is_true(&reply, "tc-six.example"));
	liar_stop(liar);
}
END_TEST

START_TEST(who_waits_is_told_when_the_resolver_stops)
{
	struct waiter late = { .done = NULL };

	wired_begin(&wired, 1, NULL);
	liar_set_mode(wired.liars[0], "slow300");
	ck_assert_uint_eq(wired_load(&wired, "slow", 10, 10), 10);
	resolver_stop(wired.resolver);
	ck_assert(!resolver_ask(wired.resolver, &late));
}
END_TEST

Suite *
suite(void)
{
	Suite *all = suite_create("resolver");
	TCase *tests = tcase_create("resolver");

	tcase_set_timeout(tests, 30);
	tcase_add_checked_fixture(tests, NULL, tear_down);
	tcase_add_loop_test(tests, each_lie_ends_in_the_truth_or_in_a_reason, 0,
	    (int)(sizeof(lies) / sizeof(lies[0])));
	tcase_add_loop_test(tests, silence_ends_within_five_seconds, 0, 3);
	tcase_add_loop_test(tests, what_is_lost_without_a_word_is_asked_in_another_way, 0, 2);
	tcase_add_test(tests, a_late_reply_tells_that_an_upstream_knows_edns);
	tcase_add_test(tests, a_dead_upstream_costs_the_first_asker_only);
	tcase_add_test(tests, an_upstream_that_is_not_there_is_said_at_once);
	tcase_add_test(tests, answers_are_kept_and_asked_for_once);
	tcase_add_test(tests, no_question_is_lost_when_upstreams_change_under_load);
	tcase_add_test(tests, the_oldest_of_too_many_are_told_and_the_rest_in_time);
	tcase_add_test(tests, an_upstream_may_have_an_ipv6_address);
	tcase_add_test(tests, who_waits_is_told_when_the_resolver_stops);
	suite_add_tcase(all, tests);
	return all;
}
