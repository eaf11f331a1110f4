/* test_wheel.c - timers come due in the order of time, none early, none forgotten. */
#include "dns/wheel.h"

#include <stdlib.h>

#include "tests/suite.h"

#define MANY 5000

START_TEST(timers_come_due_at_their_time_and_in_order)
{
	static const uint64_t dues[] = { 1010, 1000, 1100, 1063, 1064, 9191, 1010 };
	struct wheel_node nodes[7] = { 0 }, *node;
	struct wheel *wheel = wheel_new(1000);
	size_t count = 0;
	uint64_t last = 0;

	for (size_t i = 0; i < 7; i++)
		wheel_set(wheel, &nodes[i], dues[i]);
	ck_assert_uint_eq(wheel_next_ms(wheel), 1000);
	ck_assert_ptr_eq(wheel_due(wheel, 1000), &nodes[1]);
	ck_assert_ptr_null(wheel_due(wheel, 1009));
	ck_assert_uint_eq(wheel_next_ms(wheel), 1010);
	while ((node = wheel_due(wheel, 1100)) != NULL) {
		ck_assert_uint_ge(node->due_ms, last);
		last = node->due_ms;
		count++;
	}
	ck_assert_uint_eq(count, 5);
	ck_assert_ptr_null(wheel_due(wheel, 9190));
	ck_assert_ptr_eq(wheel_due(wheel, 20000), &nodes[5]);
	ck_assert_uint_eq(wheel_next_ms(wheel), UINT64_MAX);
	wheel_free(wheel);
}
END_TEST

START_TEST(a_timer_is_moved_and_cleared)
{
	struct wheel *wheel = wheel_new(0);
	struct wheel_node a = { 0 }, b = { 0 }, c = { 0 };

	wheel_set(wheel, &a, 50);
	wheel_set(wheel, &b, 50);
	wheel_set(wheel, &c, 50);
	wheel_set(wheel, &b, 20);
	wheel_clear(wheel, &c);
	wheel_clear(wheel, &c);
	ck_assert_ptr_eq(wheel_due(wheel, 60), &b);
	ck_assert_ptr_eq(wheel_due(wheel, 60), &a);
	ck_assert_ptr_null(wheel_due(wheel, 60));
	/* The past is now, and the far future is as far as it goes. */
	wheel_set(wheel, &a, 10);
	ck_assert_uint_eq(wheel_next_ms(wheel), 60);
	wheel_set(wheel, &a, 1000000);
	ck_assert_uint_eq(wheel_next_ms(wheel), 60 + WHEEL_SPAN_MS - 1);
	wheel_clear(wheel, &a);
	wheel_free(wheel);
}
END_TEST

/* Against the plain truth: at each step exactly those whose time has come. */
START_TEST(random_timers_agree_with_a_list)
{
	static struct wheel_node nodes[MANY];
	static uint64_t dues[MANY];
	struct wheel *wheel = wheel_new(77);
	uint64_t now = 77;
	unsigned random = 1;

	for (unsigned round = 0; round < 300; round++) {
		for (unsigned i = 0; i < 40; i++) {
			unsigned at = (random = random * 1103515245 + 12345) / 65536 % MANY;

			dues[at] = now + (random = random * 1103515245 + 12345) / 65536 % 5000;
			wheel_set(wheel, &nodes[at], dues[at]);
		}
		now += (random = random * 1103515245 + 12345) / 65536 % 200;
		for (struct wheel_node *node; (node = wheel_due(wheel, now)) != NULL;) {
			ck_assert_uint_le(dues[node - nodes], now);
			ck_assert_uint_ne(dues[node - nodes], 0);
			dues[node - nodes] = 0;
		}
		for (unsigned i = 0; i < MANY; i++)
			ck_assert(dues[i] == 0 || dues[i] > now);
	}
	wheel_free(wheel);
}
END_TEST

Suite *
suite(void)
{
	Suite *all = suite_create("wheel");
	TCase *tests = tcase_create("wheel");

	tcase_add_test(tests, timers_come_due_at_their_time_and_in_order);
	tcase_add_test(tests, a_timer_is_moved_and_cleared);
	tcase_add_test(tests, random_timers_agree_with_a_list);
	suite_add_tcase(all, tests);
	return all;
}
