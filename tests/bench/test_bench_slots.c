/* test_bench_slots.c - a reply finds its query, and one that comes too late finds none. */
#include "tests/bench/bench_slots.h"
#include "tests/suite.h"

START_TEST(a_reply_finds_the_query_of_its_id_once)
{
	struct bench_slots slots;
	uint16_t ids[5];

	bench_slots_init(&slots, 5);
	for (uint32_t i = 0; i < 5; i++)
		ids[i] = bench_slots_take(&slots, i, i)->id;
	ck_assert(bench_slots_full(&slots));
	for (uint32_t i = 0; i < 5; i++) {
		struct bench_slot *slot = bench_slots_find(&slots, ids[i]);

		ck_assert_ptr_nonnull(slot);
		ck_assert_uint_eq(slot->step, i);
		bench_slots_give(&slots, slot);
		ck_assert_ptr_null(bench_slots_find(&slots, ids[i]));
	}
	ck_assert_uint_eq(slots.free_count, 5);
	bench_slots_release(&slots);
}
END_TEST

START_TEST(what_is_too_old_is_given_up_and_its_late_reply_is_nobodys)
{
	struct bench_slots slots;
	uint16_t old, young;

	bench_slots_init(&slots, 2);
	old = bench_slots_take(&slots, 0, 100)->id;
	young = bench_slots_take(&slots, 1, 200)->id;
	ck_assert_uint_eq(bench_slots_expire(&slots, 200), 1);
	ck_assert_uint_ne(bench_slots_take(&slots, 2, 300)->id, old);
	ck_assert_ptr_null(bench_slots_find(&slots, old));
	ck_assert_ptr_nonnull(bench_slots_find(&slots, young));
	bench_slots_release(&slots);
}
END_TEST

START_TEST(ids_of_slots_that_do_not_exist_are_nobodys)
{
	struct bench_slots slots;

	bench_slots_init(&slots, 3);
	for (uint32_t i = 0; i < 3; i++)
		(void)bench_slots_take(&slots, i, 0);
	for (unsigned id = 3; id < 65536; id += 4)
		ck_assert_ptr_null(bench_slots_find(&slots, (uint16_t)id));
	bench_slots_release(&slots);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("bench_slots");
	TCase *t = tcase_create("bench_slots");

	tcase_add_test(t, a_reply_finds_the_query_of_its_id_once);
	tcase_add_test(t, what_is_too_old_is_given_up_and_its_late_reply_is_nobodys);
	tcase_add_test(t, ids_of_slots_that_do_not_exist_are_nobodys);
	suite_add_tcase(s, t);
	return s;
}
