/* test_upstream.c - how long an upstream is waited for, and when it is not asked first. */
#include "dns/upstream.h"

#include "tests/suite.h"

static struct upstream *
new_upstream(const char *text)
{
	struct addr_port address;
	struct upstream *upstream;

	ck_assert_int_eq(addr_port_parse(text, &address), 0);
	upstream = upstream_new(&address);
	ck_assert_ptr_nonnull(upstream);
	return upstream;
}

START_TEST(it_is_known_by_its_address_and_trusted_at_first)
{
	struct upstream *upstream = new_upstream("[2001:db8::1]:53");

	ck_assert_str_eq(upstream->text, "[2001:db8::1]:53");
	ck_assert(upstream_is_good(upstream, 0));
	ck_assert_uint_eq(upstream_patience_ms(upstream), UPSTREAM_UNKNOWN_MS);
	upstream_free(upstream);
	upstream_free(NULL);
}
END_TEST

/* Nineteen of twenty replies take the first time, the rest the second. */
static const struct {
	unsigned us, slow_us, least_us, most_us;
} habits[] = {
	{ 100, 100, 100, 130 }, { 1000, 9000, 1000, 1300 }, { 30000, 800000, 30000, 38000 },
	{ 10, 10, 60, 100 }, { 9000000, 9000000, 4000000, 9000000 },
};

START_TEST(the_p95_is_told_by_a_quarter_of_a_doubling)
{
	struct upstream *upstream = new_upstream("192.0.2.1:53");
	unsigned p95;

	for (unsigned i = 0; i < 4000; i++)
		upstream_note_reply(upstream, i, i % 25 == 0 ? habits[_i].slow_us : habits[_i].us);
	p95 = atomic_load(&upstream->p95_us);
	ck_assert_uint_ge(p95, habits[_i].least_us);
	ck_assert_uint_le(p95, habits[_i].most_us);
	upstream_free(upstream);
}
END_TEST

START_TEST(a_new_habit_is_learned_from_a_few_hundred_replies)
{
	struct upstream *upstream = new_upstream("192.0.2.1:53");

	for (unsigned i = 0; i < 100000; i++)
		upstream_note_reply(upstream, i, 500);
	ck_assert_uint_le(atomic_load(&upstream->p95_us), 640);
	for (unsigned i = 0; i < 200; i++)
		upstream_note_reply(upstream, i, 50000);
	ck_assert_uint_ge(atomic_load(&upstream->p95_us), 50000);
	for (unsigned i = 0; i < 3000; i++)
		upstream_note_reply(upstream, i, 500);
	ck_assert_uint_le(atomic_load(&upstream->p95_us), 640);
	upstream_free(upstream);
}
END_TEST

START_TEST(losses_are_waited_for_ever_longer_up_to_ten_seconds)
{
	static const unsigned waits[] = { 1000, 2000, 4000, 8000, 10000, 10000 };
	struct upstream *upstream = new_upstream("192.0.2.1:53");
	uint64_t now_ms = 5000;

	for (unsigned i = 0; i < 6; i++) {
		upstream_note_loss(upstream, now_ms, now_ms * 1000);
		/* Others that were under way are the same loss. */
		upstream_note_loss(upstream, now_ms + 1, now_ms * 1000);
		ck_assert(!upstream_is_good(upstream, now_ms + waits[i] - 1));
		now_ms += waits[i];
		ck_assert(upstream_is_good(upstream, now_ms));
	}
	upstream_note_trial(upstream, now_ms);
	ck_assert(!upstream_is_good(upstream, now_ms + 1));
	upstream_note_reply(upstream, now_ms * 1000, 100);
	ck_assert(upstream_is_good(upstream, now_ms + 1));
	upstream_free(upstream);
}
END_TEST

START_TEST(one_that_answered_others_since_has_lost_nothing)
{
	struct upstream *upstream = new_upstream("192.0.2.1:53");

	upstream_note_reply(upstream, 2000000, 100);
	upstream_note_loss(upstream, 2400, 1900000);
	ck_assert(upstream_is_good(upstream, 2401));
	upstream_note_loss(upstream, 2500, 2100000);
	ck_assert(!upstream_is_good(upstream, 2501));
	upstream_free(upstream);
}
END_TEST

Suite *
suite(void)
{
	Suite *all = suite_create("upstream");
	TCase *tests = tcase_create("upstream");

	tcase_add_test(tests, it_is_known_by_its_address_and_trusted_at_first);
	tcase_add_loop_test(tests, the_p95_is_told_by_a_quarter_of_a_doubling, 0,
	    (int)(sizeof(habits) / sizeof(habits[0])));
	tcase_add_test(tests, a_new_habit_is_learned_from_a_few_hundred_replies);
	tcase_add_test(tests, losses_are_waited_for_ever_longer_up_to_ten_seconds);
	tcase_add_test(tests, one_that_answered_others_since_has_lost_nothing);
	suite_add_tcase(all, tests);
	return all;
}
