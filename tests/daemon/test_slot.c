/* test_slot.c - Services are found again and those that wait are counted. */
#include <stdio.h>

#include "daemon/slot.h"
#include "tests/suite.h"

START_TEST(a_slot_is_made_once_and_found_again)
{
	struct slot_table table = { .first = NULL };
	struct slot *web = slot_need(&table, "shop", "web");

	ck_assert_ptr_nonnull(web);
	ck_assert_ptr_eq(slot_need(&table, "shop", "web"), web);
	ck_assert_ptr_eq(slot_find(&table, "shop", "web"), web);
	ck_assert_ptr_null(slot_find(&table, "shop", "we"));
	ck_assert_ptr_null(slot_find(&table, "sho", "pweb"));
	slot_drop(&table, web);
	ck_assert_ptr_null(slot_find(&table, "shop", "web"));
	slot_table_release(&table);
}
END_TEST

START_TEST(those_that_wait_are_counted_once_each)
{
	struct slot_table table = { .first = NULL };
	char name[16];

	for (int i = 0; i < 100; i++) {
		snprintf(name, sizeof(name), "s%d", i);
		slot_set_again(&table, slot_need(&table, "n", name), true);
		slot_set_again(&table, slot_need(&table, "n", name), true);
	}
	ck_assert_uint_eq(table.again, 100);
	slot_set_again(&table, slot_find(&table, "n", "s3"), false);
	slot_set_again(&table, slot_find(&table, "n", "s3"), false);
	ck_assert_uint_eq(table.again, 99);
	slot_drop(&table, slot_find(&table, "n", "s4"));
	ck_assert_uint_eq(table.again, 98);
	slot_table_release(&table);
	ck_assert_uint_eq(table.again, 0);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("slot");
	TCase *t = tcase_create("slot");

	tcase_add_test(t, a_slot_is_made_once_and_found_again);
	tcase_add_test(t, those_that_wait_are_counted_once_each);
	suite_add_tcase(s, t);
	return s;
}
