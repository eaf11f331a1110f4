/* test_nomem.c - the decoders when the n-th allocation fails, for every n. */
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/err.h"
#include "source/decode.h"
#include "tests/scarce.h"
#include "tests/source/source_help.h"
#include "tests/suite.h"

static const char *const files[] = { "service.yaml", "pods.json", "slices.yaml", "null-port.yaml",
    "wrong.yaml" };

START_TEST(every_failing_allocation_is_survived)
{
	const struct decode_settings settings = { .trusted = true, .exec_enabled = true };
	char path[128];
	size_t len;
	size_t n = 0;
	bool failed;

	snprintf(path, sizeof(path), "tests/fuzz/corpus/manifest/%s", files[_i]);
	char *text = help_file(path, &len);

	/* Until a round needs fewer allocations than the one that was to fail. */
	do {
		struct object_list list = { 0 };

		scarce_fail_at(++n);
		int err = decode_text("f", text, len, &settings, &list, NULL);
		failed = scarce_failed();

		ck_assert_msg(!failed || err == ERR_NOMEM, "allocation %zu: %d", n, err);
		object_list_release(&list);
	} while (failed);
	ck_assert_uint_gt(n, 10);
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
