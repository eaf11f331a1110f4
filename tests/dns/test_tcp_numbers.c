/* test_tcp_numbers.c - a number names one connection, and nobody after it. */
#include "dns/tcp_numbers.h"

#include "tests/suite.h"

#define MANY 1000

START_TEST(a_number_finds_its_owner_until_it_is_dropped)
{
	struct tcp_numbers *numbers = tcp_numbers_new();
	static uint64_t taken[MANY];
	static int owners[MANY];

	for (int i = 0; i < MANY; i++)
		taken[i] = tcp_numbers_take(numbers, &owners[i]);
	for (int i = 0; i < MANY; i += 2)
		tcp_numbers_drop(numbers, taken[i]);
	for (int i = 0; i < MANY; i++)
		ck_assert_ptr_eq(tcp_numbers_find(numbers, taken[i]),
		    i % 2 == 0 ? NULL : &owners[i]);
	ck_assert_ptr_null(tcp_numbers_find(numbers, 0));
	ck_assert_ptr_null(tcp_numbers_find(numbers, 1ULL << 32 | 0xFFFFFF));
	tcp_numbers_free(numbers);
}
END_TEST

START_TEST(who_comes_after_has_another_number)
{
	struct tcp_numbers *numbers = tcp_numbers_new();
	int one, two;
	uint64_t first = tcp_numbers_take(numbers, &one);

	tcp_numbers_drop(numbers, first);
	uint64_t second = tcp_numbers_take(numbers, &two);
	ck_assert_uint_ne(first, second);
	ck_assert_ptr_null(tcp_numbers_find(numbers, first));
	tcp_numbers_drop(numbers, first);       /* not his any more */
	ck_assert_ptr_eq(tcp_numbers_find(numbers, second), &two);
	tcp_numbers_free(numbers);
}
END_TEST

Suite *
suite(void)
{
	Suite *numbers = suite_create("tcp_numbers");
	TCase *tests = tcase_create("tcp_numbers");

	tcase_add_test(tests, a_number_finds_its_owner_until_it_is_dropped);
	tcase_add_test(tests, who_comes_after_has_another_number);
	suite_add_tcase(numbers, tests);
	return numbers;
}
