/* scarce.c - memory that runs out when a test says so. */
#include "tests/scarce.h"

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
char *__real_strdup(const char *text);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
char *__wrap_strdup(const char *text);

static size_t left;             /* allocations until one fails; 0: none does */
static bool failed, all_fail, on, held;

void
scarce_fail_at(size_t n)
{
	left = n;
	failed = on = false;
}

void
scarce_fail_from(size_t n)
{
	scarce_fail_at(n);
	on = n > 0;
}

void
scarce_fail_all(bool all)
{
	all_fail = all;
}

void
scarce_hold(void)
{
	held = true;
}

void
scarce_go(void)
{
	held = false;
}

bool
scarce_failed(void)
{
	left = 0;
	on = false;
	return failed;
}

static bool
fails(void)
{
	if (held)
		return false;
	if (all_fail || (failed && on))
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

char *
__wrap_strdup(const char *text)
{
	return fails() ? NULL : __real_strdup(text);
}
