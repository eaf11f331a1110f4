/* test_exec_output.c - the first line, however the octets come. */
#include "probe/exec_output.h"

#include <string.h>

#include "tests/suite.h"

START_TEST(the_first_line_that_is_not_blank_is_kept)
{
	static const struct { const char *in, *line; } cases[] = {
		{ "", "" }, { "\n\n", "" }, { "one", "one" }, { "one\ntwo\n", "one" },
		{ "\r\n \t\n  one two \r\nthree", "one two" }, { "   ", "" }, { " \n\n x\n", "x" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct exec_output whole = {0}, parts = {0};
		size_t len = strlen(cases[i].in);

		exec_output_add(&whole, cases[i].in, len);
		for (size_t k = 0; k < len; k++)
			exec_output_add(&parts, cases[i].in + k, 1);
		ck_assert_str_eq(exec_output_line(&whole), cases[i].line);
		ck_assert_str_eq(exec_output_line(&parts), cases[i].line);
	}
}
END_TEST

START_TEST(only_the_first_ten_kib_count)
{
	struct exec_output output = {0};
	static char blank[EXEC_OUTPUT_KEPT];

	memset(blank, '\n', sizeof(blank));
	exec_output_add(&output, blank, sizeof(blank) - 1);
	exec_output_add(&output, "xy", 2);
	ck_assert_str_eq(exec_output_line(&output), "x");
}
END_TEST

START_TEST(a_long_line_is_cut_and_a_nul_does_not_end_it)
{
	struct exec_output output = {0};
	char data[300];

	memset(data, 'a', sizeof(data));
	data[1] = '\0';
	exec_output_add(&output, data, sizeof(data));
	const char *line = exec_output_line(&output);

	ck_assert_uint_eq(strlen(line), OUTCOME_DETAIL_SIZE - 1);
	ck_assert_int_eq(line[1], '?');
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("exec_output");
	TCase *tc = tcase_create("exec_output");

	tcase_add_test(tc, the_first_line_that_is_not_blank_is_kept);
	tcase_add_test(tc, only_the_first_ten_kib_count);
	tcase_add_test(tc, a_long_line_is_cut_and_a_nul_does_not_end_it);
	suite_add_tcase(s, tc);
	return s;
}
