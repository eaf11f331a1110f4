/* scarce.h - memory that runs out when a test says so; link with --wrap=malloc,calloc,realloc. */
#ifndef ROLLCALL_TESTS_DNS_SCARCE_H
#define ROLLCALL_TESTS_DNS_SCARCE_H
#include <stdbool.h>
#include <stddef.h>

/* The n-th allocation from now on fails, from 1; 0: none does.  All after it succeed again. */
void scarce_fail_at(size_t n);
/* All fail from now on, or none does. */
void scarce_fail_all(bool all);
/* Has one failed since scarce_fail_at()?  None will from now on. */
bool scarce_failed(void);
#endif
