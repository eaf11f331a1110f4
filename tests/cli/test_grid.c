/* test_grid.c - rows of cells in columns, padded as kubectl pads them. */
#include "cli/grid.h"

#include <stdlib.h>
#include <string.h>

#include "tests/suite.h"

static void
add(struct grid *grid, const char *const *cells)
{
	grid_row(grid);
	for (; *cells != NULL; cells++)
		grid_cell(grid, *cells);
}
#define ADD(grid, ...) add((grid), (const char *const[]){ __VA_ARGS__, NULL })

/* Print into a text that the caller frees. */
static char *
print(struct grid *grid, size_t width, bool colour)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	ck_assert_ptr_nonnull(out);
	ck_assert_int_eq(grid_print(grid, out, width, colour), 0);
	ck_assert_int_eq(fclose(out), 0);
	return text;
}

#define PRINTS(grid, width, colour, expected) do { \
	char *text_ = print((grid), (width), (colour)); \
	ck_assert_str_eq(text_, (expected)); \
	free(text_); \
} while (0)

START_TEST(columns_are_as_wide_as_their_widest_cell_and_three)
{
	struct grid *grid = grid_new();

	ADD(grid, "NAME", "T", "AGE");
	ADD(grid, "a-long-name", "x", "3s");
	ADD(grid, "\xc3\xa4", "", "");
	PRINTS(grid, 0, false,
	    "NAME          T     AGE\n"
	    "a-long-name   x     3s\n"
	    "\xc3\xa4                   \n");
	grid_free(grid);
}
END_TEST

START_TEST(what_comes_later_stays_below_its_headings)
{
	struct grid *grid = grid_new();

	ADD(grid, "NAME", "AGE");
	ADD(grid, "a-long-name", "1s");
	free(print(grid, 0, false));
	ck_assert_uint_eq(grid_count(grid), 0);
	ADD(grid, "b", "2s");
	PRINTS(grid, 0, false, "b             2s\n");
	ADD(grid, "an-even-longer-name", "2s");
	PRINTS(grid, 0, false, "an-even-longer-name   2s\n");
	grid_free(grid);
}
END_TEST

START_TEST(a_cell_is_one_line_and_commands_no_terminal)
{
	struct grid *grid = grid_new();

	ADD(grid, "a\nb", "\033[31mred", "x");
	PRINTS(grid, 0, false, "a...   \\x1b[31mred   x\n");
	grid_free(grid);
}
END_TEST

START_TEST(lines_are_cut_at_the_width)
{
	struct grid *grid = grid_new();

	ADD(grid, "name", "value", "more");
	PRINTS(grid, 9, false, "name   va\n");
	ADD(grid, "name", "value", "more");
	PRINTS(grid, 4, false, "name\n");
	grid_free(grid);
}
END_TEST

START_TEST(colours_tell_states_and_change_no_width)
{
	struct grid *grid = grid_new();

	ADD(grid, "NAME", "READY", "STATUS");
	grid_set_heading(grid);
	ADD(grid, "a", "1/1", "Running");
	ADD(grid, "b", "0/1", "x");
	PRINTS(grid, 0, true,
	    "\033[1mNAME\033[0m   \033[1mREADY\033[0m   \033[1mSTATUS\033[0m\n"
	    "a      \033[32m1/1\033[0m     \033[32mRunning\033[0m\n"
	    "b      \033[31m0/1\033[0m     x\n");
	grid_free(grid);
}
END_TEST

START_TEST(rows_are_sorted_below_the_headings_numbers_as_numbers)
{
	struct grid *grid = grid_new();

	ADD(grid, "NAME", "N");
	grid_set_heading(grid);
	ADD(grid, "a", "10");
	ADD(grid, "b", "9");
	ADD(grid, "c", "10");
	ck_assert_int_eq(grid_sort(grid, 1), 0);
	PRINTS(grid, 0, false, "NAME   N\nb      9\na      10\nc      10\n");
	/* Ages as they are shown have no order; times have. */
	ADD(grid, "NAME", "AGE");
	grid_set_heading(grid);
	ADD(grid, "young", "3s");
	grid_key(grid, "2026-11-22T01:43:59Z");
	ADD(grid, "old", "2d");
	grid_key(grid, "2026-11-20T01:43:59Z");
	ck_assert_int_eq(grid_sort(grid, GRID_BY_KEY), 0);
	PRINTS(grid, 0, false, "NAME    AGE\nold     2d\nyoung   3s\n");
	grid_free(grid);
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("grid");
	TCase *tcase = tcase_create("grid");

	tcase_add_test(tcase, columns_are_as_wide_as_their_widest_cell_and_three);
	tcase_add_test(tcase, what_comes_later_stays_below_its_headings);
	tcase_add_test(tcase, a_cell_is_one_line_and_commands_no_terminal);
	tcase_add_test(tcase, lines_are_cut_at_the_width);
	tcase_add_test(tcase, colours_tell_states_and_change_no_width);
	tcase_add_test(tcase, rows_are_sorted_below_the_headings_numbers_as_numbers);
	suite_add_tcase(suite, tcase);
	return suite;
}
