/* test_name_set.c - names go in and out, whatever lies where in the table. */
#include "ops/name_set.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/suite.h"

#define COUNT 3000

START_TEST(what_was_added_is_in_until_it_is_removed)
{
	static bool in[COUNT];
	struct name_set set;
	unsigned state = 1;
	size_t count = 0;
	char name[16];

	name_set_init(&set);
	ck_assert(!name_set_has(&set, "ns", "x"));
	ck_assert(!name_set_remove(&set, "ns", "x"));
	for (int round = 0; round < 40000; round++) {
		state = state * 1103515245u + 12345u;
		size_t i = state / 65536 % COUNT;

		snprintf(name, sizeof(name), "n%zu", i);
		ck_assert(name_set_has(&set, "ns", name) == in[i]);
		if (state >> 31) {
			ck_assert_int_eq(name_set_add(&set, "ns", name), 0);
			count += !in[i];
			in[i] = true;
		} else {
			ck_assert(name_set_remove(&set, "ns", name) == in[i]);
			count -= in[i];
			in[i] = false;
		}
		ck_assert_uint_eq(set.count, count);
	}
	for (size_t i = 0; i < COUNT; i++) {
		snprintf(name, sizeof(name), "n%zu", i);
		ck_assert(name_set_has(&set, "ns", name) == in[i]);
		ck_assert(!name_set_has(&set, "other", name));
	}
	name_set_release(&set);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("name_set");
	TCase *tc = tcase_create("name_set");

	tcase_add_test(tc, what_was_added_is_in_until_it_is_removed);
	suite_add_tcase(s, tc);
	return s;
}
