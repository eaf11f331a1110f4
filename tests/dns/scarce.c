/* scarce.c - memory that runs out when a test says so. */
#include "tests/dns/scarce.h"

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);

static size_t left;             /* allocations until one fails; 0: none does */
static bool failed, all_fail;

void
scarce_fail_at(size_t n)
{
	left = n;
	failed = false;
}

void
scarce_fail_all(bool all)
{
	all_fail = all;
}

bool
scarce_failed(void)
{
	left = 0;
	return failed;
}

static bool
fails(void)
{
	if (all_fail)
		return true;
	if (left == 0 || --left > 0)
		return false;
	return failed = true;
}

void *
__wrap_malloc(size_t size)
{
	return fails() ? NULL : __real_malloc(size);
}

void *
__wrap_calloc(size_t count, size_t size)
{
	return fails() ? NULL : __real_calloc(count, size);
}

void *
__wrap_realloc(void *old, size_t size)
{
	return fails() ? NULL : __real_realloc(old, size);
}
