/* scarce.h - memory that runs out when a test says so; link with $(SCARCE_FLAGS). */
#ifndef ROLLCALL_TESTS_SCARCE_H
#define ROLLCALL_TESTS_SCARCE_H
#include <stdbool.h>
#include <stddef.h>

/* The n-th allocation from now on fails, from 1; 0: none does.  All after it succeed again. */
void scarce_fail_at(size_t n);
/* The n-th and all after it fail; 0: none does. */
void scarce_fail_from(size_t n);
/* All fail from now on, or none does. */
void scarce_fail_all(bool all);
/* Between hold and go allocations succeed and do not count: Check allocates, too. */
void scarce_hold(void);
void scarce_go(void);
/* Has one failed since scarce_fail_at() or scarce_fail_from()?  None will from now on. */
bool scarce_failed(void);
#endif
