/* test_slot.c - what is known of Services lies in the store, and those that wait are counted. */
#include "daemon/slot.h"

#include <stdio.h>

#include "model/service.h"
#include "model/store.h"
#include "tests/model/build.h"
#include "tests/suite.h"

#define SERVICES 100

static struct store *store;
static const struct store_key *keys;

static void
setup(void)
{
	struct object *objects[SERVICES];
	char name[16];

	store = store_new();
	for (size_t i = 0; i < SERVICES; i++) {
		snprintf(name, sizeof(name), "s%zu", i);
		objects[i] = &build_service("shop", name, "")->object;
	}
	ck_assert_int_eq(store_replace_file(store, "a.yaml", objects, SERVICES, NULL), 0);
	ck_assert_uint_eq(store_take_dirty_services(store, SIZE_MAX, &keys), SERVICES);
}

static void
teardown(void)
{
	store_free(store);
}

START_TEST(a_slot_is_made_once_and_found_again)
{
	struct slot_table table = { .count = 0 };
	struct slot *first = slot_need(&table, &keys[0]);

	ck_assert_ptr_nonnull(first);
	ck_assert_ptr_eq(slot_need(&table, &keys[0]), first);
	ck_assert_ptr_eq(slot_of(&keys[0]), first);
	ck_assert_ptr_null(slot_of(&keys[1]));
	ck_assert_uint_eq(table.count, 1);
	slot_drop(&table, &keys[0]);
	ck_assert_ptr_null(slot_of(&keys[0]));
	ck_assert_uint_eq(table.count, 0);
}
END_TEST

START_TEST(those_that_wait_are_counted_once_each)
{
	struct slot_table table = { .count = 0 };

	for (size_t i = 0; i < SERVICES; i++) {
		slot_set_again(&table, slot_need(&table, &keys[i]), true);
		slot_set_again(&table, slot_need(&table, &keys[i]), true);
	}
	ck_assert_uint_eq(table.again, 100);
	slot_set_again(&table, slot_of(&keys[3]), false);
	slot_set_again(&table, slot_of(&keys[3]), false);
	ck_assert_uint_eq(table.again, 99);
	for (size_t i = 0; i < SERVICES; i++)
		slot_drop(&table, &keys[i]);
	ck_assert_uint_eq(table.again, 0);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("slot");
	TCase *t = tcase_create("slot");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, a_slot_is_made_once_and_found_again);
	tcase_add_test(t, those_that_wait_are_counted_once_each);
	suite_add_tcase(s, t);
	return s;
}
