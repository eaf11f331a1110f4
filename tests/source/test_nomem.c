/* test_nomem.c - the decoders when the n-th allocation fails, for every n. */
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/err.h"
#include "source/decode.h"
#include "tests/source/source_help.h"
#include "tests/suite.h"

/* The linker puts these in front of the allocator for our own archives (--wrap); libyaml keeps its own. */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *block, size_t size);

static struct {
	bool armed;
	size_t left;            /* allocations until one fails */
	size_t count;           /* since the count began */
} failure;

static bool
fails(void)
{
	failure.count++;
	if (!failure.armed || failure.left-- > 0)
		return false;
	failure.armed = false;
	return true;
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
__wrap_realloc(void *block, size_t size)
{
	return fails() ? NULL : __real_realloc(block, size);
}

static const char *const files[] = { "service.yaml", "pods.json", "slices.yaml", "null-port.yaml",
    "wrong.yaml" };

START_TEST(every_failing_allocation_is_survived)
{
	const struct decode_settings settings = { .trusted = true, .exec_enabled = true };
	char path[128];
	size_t len;
	size_t total = 0;

	snprintf(path, sizeof(path), "tests/fuzz/corpus/manifest/%s", files[_i]);
	char *text = help_file(path, &len);

	/* The first round fails nowhere and counts. */
	for (size_t n = 0; n <= total; n++) {
		struct object_list list = { 0 };

		failure.armed = n > 0;
		failure.left = n - 1;
		failure.count = 0;
		int err = decode_text("f", text, len, &settings, &list, NULL);
		bool failed = n > 0 && !failure.armed;

		failure.armed = false;
		if (n == 0)
			total = failure.count;
		else
			ck_assert_msg(failed && err == ERR_NOMEM, "allocation %zu of %zu: %d", n,
			    total, err);
		object_list_release(&list);
	}
	ck_assert_uint_gt(total, 10);
	free(text);
}
END_TEST

Suite *
suite(void)
{
	Suite *nomem = suite_create("nomem");
	TCase *tcase = tcase_create("nomem");

	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, every_failing_allocation_is_survived, 0,
	    (int)(sizeof(files) / sizeof(*files)));
	suite_add_tcase(nomem, tcase);
	return nomem;
}
