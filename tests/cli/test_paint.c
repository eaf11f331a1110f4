/* test_paint.c - colours for people at a terminal. */
#include "cli/paint.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "tests/suite.h"

/* A terminal of our own; the caller closes both ends. */
static int
open_terminal(int *other)
{
	int fd = posix_openpt(O_RDWR | O_NOCTTY);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(grantpt(fd), 0);
	ck_assert_int_eq(unlockpt(fd), 0);
	*other = open(ptsname(fd), O_RDWR | O_NOCTTY);
	ck_assert_int_ge(*other, 0);
	return fd;
}

START_TEST(colours_are_for_terminals_that_do_not_refuse_them)
{
	int terminal, end = open_terminal(&terminal), pipe_ends[2];

	ck_assert_int_eq(pipe(pipe_ends), 0);
	ck_assert_int_eq(setenv("TERM", "xterm", 1), 0);
	ck_assert_int_eq(unsetenv("NO_COLOR"), 0);
	ck_assert(paint_wanted(NULL, terminal));
	ck_assert(paint_wanted("auto", terminal));
	ck_assert(!paint_wanted("never", terminal));
	ck_assert(!paint_wanted("auto", pipe_ends[1]));
	ck_assert(paint_wanted("always", pipe_ends[1]));
	ck_assert_int_eq(setenv("NO_COLOR", "", 1), 0);
	ck_assert(paint_wanted(NULL, terminal));
	ck_assert_int_eq(setenv("NO_COLOR", "1", 1), 0);
	ck_assert(!paint_wanted(NULL, terminal));
	ck_assert_int_eq(unsetenv("NO_COLOR"), 0);
	ck_assert_int_eq(setenv("TERM", "dumb", 1), 0);
	ck_assert(!paint_wanted(NULL, terminal));
	ck_assert_int_eq(unsetenv("TERM"), 0);
	ck_assert(!paint_wanted(NULL, terminal));
	(void)close(terminal);
	(void)close(end);
	(void)close(pipe_ends[0]);
	(void)close(pipe_ends[1]);
}
END_TEST

START_TEST(the_size_is_the_terminals_and_a_pipe_has_none)
{
	struct winsize size = { .ws_col = 41, .ws_row = 7 };
	int terminal, end = open_terminal(&terminal), pipe_ends[2];

	ck_assert_int_eq(pipe(pipe_ends), 0);
	ck_assert_int_eq(ioctl(end, TIOCSWINSZ, &size), 0);
	ck_assert_uint_eq(paint_width(terminal), 41);
	ck_assert_uint_eq(paint_height(terminal), 7);
	ck_assert_uint_eq(paint_width(pipe_ends[1]), 0);
	ck_assert_uint_eq(paint_height(pipe_ends[1]), 0);
	(void)close(terminal);
	(void)close(end);
	(void)close(pipe_ends[0]);
	(void)close(pipe_ends[1]);
}
END_TEST

START_TEST(plain_output_has_no_escape)
{
	for (int i = PAINT_PLAIN; i <= PAINT_DIM; i++) {
		ck_assert_str_eq(paint(false, (enum paint)i), "");
		ck_assert_int_eq(paint(true, (enum paint)i)[0], '\033');
	}
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("paint");
	TCase *tcase = tcase_create("paint");

	tcase_add_test(tcase, colours_are_for_terminals_that_do_not_refuse_them);
	tcase_add_test(tcase, the_size_is_the_terminals_and_a_pipe_has_none);
	tcase_add_test(tcase, plain_output_has_no_escape);
	suite_add_tcase(suite, tcase);
	return suite;
}
