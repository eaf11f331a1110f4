/* test_array.c - arrays grow, keep what they hold, and refuse what cannot be. */
#include <stdint.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/err.h"
#include "tests/suite.h"

START_TEST(growing_keeps_the_elements)
{
	unsigned *items = NULL;
	size_t room = 0;

	for (unsigned i = 0; i < 1000; i++) {
		ck_assert_int_eq(array_reserve(&items, &room, i + 1, sizeof(*items)), 0);
		ck_assert_uint_ge(room, i + 1);
		items[i] = i;
	}
	for (unsigned i = 0; i < 1000; i++)
		ck_assert_uint_eq(items[i], i);
	free(items);
}
END_TEST

START_TEST(one_by_one_growth_rarely_reallocates)
{
	char *items = NULL;
	size_t room = 0, grown = 0;

	for (size_t i = 1; i <= 100000; i++) {
		size_t before = room;

		ck_assert_int_eq(array_reserve(&items, &room, i, 1), 0);
		grown += room != before;
	}
	ck_assert_uint_lt(grown, 40);
	free(items);
}
END_TEST

START_TEST(enough_room_changes_nothing)
{
	int *items = NULL;
	size_t room = 0;

	ck_assert_int_eq(array_reserve(&items, &room, 10, sizeof(*items)), 0);
	int *before = items;
	size_t room_before = room;
	ck_assert_int_eq(array_reserve(&items, &room, 10, sizeof(*items)), 0);
	ck_assert_ptr_eq(items, before);
	ck_assert_uint_eq(room, room_before);
	free(items);
}
END_TEST

START_TEST(a_size_that_overflows_leaves_all_as_it_was)
{
	uint64_t *items = NULL;
	size_t room = 0;

	ck_assert_int_eq(array_reserve(&items, &room, 3, sizeof(*items)), 0);
	items[2] = 77;
	size_t before = room;
	ck_assert_int_eq(array_reserve(&items, &room, SIZE_MAX / 4, sizeof(*items)), ERR_NOMEM);
	ck_assert_uint_eq(room, before);
	ck_assert_uint_eq(items[2], 77);
	free(items);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("array");
	TCase *tc = tcase_create("array");

	tcase_add_test(tc, growing_keeps_the_elements);
	tcase_add_test(tc, one_by_one_growth_rarely_reallocates);
	tcase_add_test(tc, enough_room_changes_nothing);
	tcase_add_test(tc, a_size_that_overflows_leaves_all_as_it_was);
	suite_add_tcase(s, tc);
	return s;
}
