/* test_ordered.c - elements stay in order, whatever comes and goes. */
#include "base/ordered.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/err.h"
#include "tests/scarce.h"
#include "tests/suite.h"

#define COUNT 2003

static int
compare(const void *item, const void *key)
{
	uintptr_t a = (uintptr_t)item, b = (uintptr_t)key;

	return (a > b) - (a < b);
}

static void *
number(size_t i)
{
	return (void *)(uintptr_t)(i + 1);
}

static void
check_in_order(const struct ordered *set, size_t count)
{
	const void *at = NULL;
	const void *next;
	size_t seen = 0;

	while ((next = ordered_after(set, compare, at)) != NULL) {
		ck_assert(at == NULL || compare(at, next) < 0);
		at = next;
		seen++;
	}
	ck_assert_uint_eq(seen, count);
	ck_assert_uint_eq(set->count, count);
}

START_TEST(they_come_in_any_order_and_go_in_another)
{
	static const size_t steps[] = { 1, COUNT - 1, 7, 1009 };
	struct ordered set = { 0 };

	for (size_t way = 0; way < sizeof(steps) / sizeof(*steps); way++) {
		for (size_t i = 0; i < COUNT; i++) {
			void *item = number(i * steps[way] % COUNT);

			ck_assert_ptr_null(ordered_find(&set, compare, item));
			ck_assert_int_eq(ordered_add(&set, compare, item, item), 0);
			ck_assert_ptr_eq(ordered_find(&set, compare, item), item);
		}
		check_in_order(&set, COUNT);
		for (size_t i = 0; i < COUNT; i++) {
			void *item = number(i * 13 % COUNT);

			ck_assert_ptr_eq(ordered_remove(&set, compare, item), item);
			ck_assert_ptr_null(ordered_remove(&set, compare, item));
			if (i == COUNT / 2)
				check_in_order(&set, COUNT - i - 1);
		}
		ck_assert_uint_eq(set.page_count, 0);
	}
	ordered_release(&set);
}
END_TEST

START_TEST(what_comes_in_order_fills_its_pages)
{
	struct ordered set = { 0 };

	for (size_t i = 0; i < 1280; i++)
		ck_assert_int_eq(ordered_add(&set, compare, number(i), number(i)), 0);
	ck_assert_uint_eq(set.page_count, 10);
	ordered_release(&set);
}
END_TEST

START_TEST(without_memory_all_stays_as_before)
{
	struct ordered set = { 0 };
	size_t added = 0;

	while (added < 300) {
		scarce_fail_at(1);
		int err = ordered_add(&set, compare, number(added), number(added));
		bool failed = scarce_failed();

		ck_assert_int_eq(err, failed ? ERR_NOMEM : 0);
		check_in_order(&set, added + (err == 0));
		if (failed)
			ck_assert_int_eq(ordered_add(&set, compare, number(added), number(added)),
			    0);
		added++;
	}
	ordered_release(&set);
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("ordered");
	TCase *tcase = tcase_create("ordered");

	tcase_add_test(tcase, they_come_in_any_order_and_go_in_another);
	tcase_add_test(tcase, what_comes_in_order_fills_its_pages);
	tcase_add_test(tcase, without_memory_all_stays_as_before);
	suite_add_tcase(suite, tcase);
	return suite;
}
