/* suite.h - what each unit test file gives to the one main() in suite.c. */
#ifndef ROLLCALL_TESTS_SUITE_H
#define ROLLCALL_TESTS_SUITE_H
#include <check.h>

/* The tests of one source file, named after its stem. */
Suite *suite(void);
#endif
