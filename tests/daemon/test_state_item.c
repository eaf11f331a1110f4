/* test_state_item.c - the latest record of a key, and whether it differs from the one before. */
#include <stdio.h>

#include "daemon/state_item.h"
#include "tests/suite.h"

static bool
put(struct state_item **items, const char *key, const char *record)
{
	bool changed;

	ck_assert_int_eq(
	    state_item_put(items, key, (const uint8_t *)record, strlen(record), &changed), 0);
	return changed;
}

START_TEST(only_a_record_that_differs_is_a_change)
{
	struct state_item *items = NULL;

	ck_assert(put(&items, "shop/web", "one"));
	ck_assert(!put(&items, "shop/web", "one"));
	ck_assert(put(&items, "shop/web", "two"));
	ck_assert(put(&items, "shop/web", "twofold"));
	ck_assert_uint_eq(HASH_COUNT(items), 1);
	state_item_find(items, "shop/web")->removed_unix_s = 7;
	ck_assert(put(&items, "shop/web", "twofold"));
	ck_assert_uint_eq(state_item_find(items, "shop/web")->removed_unix_s, 0);
	state_items_free(&items);
	ck_assert_ptr_null(items);
}
END_TEST

START_TEST(a_thousand_keys_are_found_and_dropped)
{
	struct state_item *items = NULL;
	char key[32];

	for (int i = 0; i < 1000; i++) {
		snprintf(key, sizeof(key), "ns/s%d", i);
		put(&items, key, key);
	}
	for (int i = 0; i < 1000; i += 2) {
		snprintf(key, sizeof(key), "ns/s%d", i);
		state_item_drop(&items, state_item_find(items, key));
	}
	for (int i = 0; i < 1000; i++) {
		snprintf(key, sizeof(key), "ns/s%d", i);
		ck_assert((state_item_find(items, key) != NULL) == (i % 2 == 1));
	}
	state_items_free(&items);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("state_item");
	TCase *t = tcase_create("state_item");

	tcase_add_test(t, only_a_record_that_differs_is_a_change);
	tcase_add_test(t, a_thousand_keys_are_found_and_dropped);
	suite_add_tcase(s, t);
	return s;
}
