/* test_patch_merge.c - merge patches do what RFC 7386 says. */
#include <jansson.h>

#include "base/err.h"
#include "ops/patch_bounds.h"
#include "ops/patch_merge.h"
#include "tests/suite.h"

static json_t *
load(const char *text)
{
	json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);

	ck_assert_msg(value != NULL, "%s", text);
	return value;
}

START_TEST(the_examples_of_the_standard_hold)
{
	/* RFC 7386, appendix A. */
	static const struct { const char *target, *patch, *result; } cases[] = {
		{ "{\"a\":\"b\"}", "{\"a\":\"c\"}", "{\"a\":\"c\"}" },
		{ "{\"a\":\"b\"}", "{\"b\":\"c\"}", "{\"a\":\"b\",\"b\":\"c\"}" },
		{ "{\"a\":\"b\"}", "{\"a\":null}", "{}" },
		{ "{\"a\":\"b\",\"b\":\"c\"}", "{\"a\":null}", "{\"b\":\"c\"}" },
		{ "{\"a\":[\"b\"]}", "{\"a\":\"c\"}", "{\"a\":\"c\"}" },
		{ "{\"a\":\"c\"}", "{\"a\":[\"b\"]}", "{\"a\":[\"b\"]}" },
		{ "{\"a\":{\"b\":\"c\"}}", "{\"a\":{\"b\":\"d\",\"c\":null}}", "{\"a\":{\"b\":\"d\"}}" },
		{ "{\"a\":[{\"b\":\"c\"}]}", "{\"a\":[1]}", "{\"a\":[1]}" },
		{ "[\"a\",\"b\"]", "[\"c\",\"d\"]", "[\"c\",\"d\"]" },
		{ "{\"a\":\"b\"}", "[\"c\"]", "[\"c\"]" },
		{ "{\"a\":\"foo\"}", "null", "null" },
		{ "{\"a\":\"foo\"}", "\"bar\"", "\"bar\"" },
		{ "{\"e\":null}", "{\"a\":1}", "{\"e\":null,\"a\":1}" },
		{ "[1,2]", "{\"a\":\"b\",\"c\":null}", "{\"a\":\"b\"}" },
		{ "{}", "{\"a\":{\"bb\":{\"ccc\":null}}}", "{\"a\":{\"bb\":{}}}" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *target = load(cases[i].target), *before = load(cases[i].target);
		json_t *patch = load(cases[i].patch), *result = load(cases[i].result);
		struct patch_why why;
		json_t *out;

		ck_assert_int_eq(patch_merge(target, patch, &why, &out), 0);
		ck_assert_msg(json_equal(out, result), "%s", cases[i].patch);
		ck_assert_msg(json_equal(target, before), "the target of %s", cases[i].patch);
		json_decref(out);
		json_decref(result);
		json_decref(patch);
		json_decref(before);
		json_decref(target);
	}
}
END_TEST

START_TEST(a_deep_patch_is_refused)
{
	json_t *patch = json_object(), *target = json_object();
	struct patch_why why;
	json_t *out;

	for (int i = 0; i < PATCH_DEPTH_MAX; i++)
		patch = json_pack("{s:o}", "a", patch);
	ck_assert_int_eq(patch_merge(target, patch, &why, &out), ERR_LIMIT);
	ck_assert_str_eq(why.text, "is nested deeper than 64 levels");
	json_decref(patch);
	json_decref(target);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("patch_merge");
	TCase *tc = tcase_create("patch_merge");

	tcase_add_test(tc, the_examples_of_the_standard_hold);
	tcase_add_test(tc, a_deep_patch_is_refused);
	suite_add_tcase(s, tc);
	return s;
}
