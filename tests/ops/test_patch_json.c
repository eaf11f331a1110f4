/* test_patch_json.c - JSON patches do what RFC 6902 says, and no more. */
#include <jansson.h>
#include <string.h>

#include "base/err.h"
#include "ops/patch_bounds.h"
#include "ops/patch_json.h"
#include "tests/suite.h"

static json_t *
load(const char *text)
{
	json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);

	ck_assert_msg(value != NULL, "%s", text);
	return value;
}

START_TEST(operations_change_the_target_one_after_the_other)
{
	/* Most are of RFC 6902, appendix A. */
	static const struct { const char *target, *patch; int err; const char *result; } cases[] = {
		{ "{\"a\":1}", "[{\"op\":\"add\",\"path\":\"/b\",\"value\":2}]", 0, "{\"a\":1,\"b\":2}" },
		{ "{\"f\":[1,2]}", "[{\"op\":\"add\",\"path\":\"/f/1\",\"value\":3}]", 0, "{\"f\":[1,3,2]}" },
		{ "{\"f\":[1]}", "[{\"op\":\"add\",\"path\":\"/f/-\",\"value\":[2]}]", 0, "{\"f\":[1,[2]]}" },
		{ "{\"f\":[1]}", "[{\"op\":\"add\",\"path\":\"/f/1\",\"value\":2}]", 0, "{\"f\":[1,2]}" },
		{ "{\"f\":[1]}", "[{\"op\":\"add\",\"path\":\"/f/2\",\"value\":2}]", ERR_INVALID, "is no place in the list" },
		{ "{\"f\":[1]}", "[{\"op\":\"add\",\"path\":\"/f/01\",\"value\":2}]", ERR_INVALID, "is no place in the list" },
		{ "{\"f\":[1]}", "[{\"op\":\"replace\",\"path\":\"/f/-\",\"value\":2}]", ERR_INVALID, "is not there to be replaced" },
		{ "{\"a\":1}", "[{\"op\":\"add\",\"path\":\"/b/c\",\"value\":2}]", ERR_INVALID, "leads nowhere" },
		{ "{\"a\":1,\"b\":2}", "[{\"op\":\"remove\",\"path\":\"/b\"}]", 0, "{\"a\":1}" },
		{ "{\"f\":[1,2,3]}", "[{\"op\":\"remove\",\"path\":\"/f/1\"}]", 0, "{\"f\":[1,3]}" },
		{ "{\"a\":1}", "[{\"op\":\"remove\",\"path\":\"/b\"}]", ERR_INVALID, "is not there to be removed" },
		{ "{\"a\":1}", "[{\"op\":\"remove\",\"path\":\"\"}]", ERR_INVALID, "is the whole object" },
		{ "{\"a\":1}", "[{\"op\":\"replace\",\"path\":\"/a\",\"value\":null}]", 0, "{\"a\":null}" },
		{ "{\"a\":1}", "[{\"op\":\"replace\",\"path\":\"\",\"value\":[7]}]", 0, "[7]" },
		{ "{\"a\":{\"b\":1},\"c\":{}}", "[{\"op\":\"move\",\"from\":\"/a/b\",\"path\":\"/c/d\"}]", 0,
		    "{\"a\":{},\"c\":{\"d\":1}}" },
		{ "{\"f\":[1,2,3]}", "[{\"op\":\"move\",\"from\":\"/f/0\",\"path\":\"/f/2\"}]", 0, "{\"f\":[2,3,1]}" },
		{ "{\"a\":{\"b\":1}}", "[{\"op\":\"move\",\"from\":\"/a\",\"path\":\"/a/b\"}]", ERR_INVALID, "lies in what is to be moved" },
		{ "{\"a\":1}", "[{\"op\":\"move\",\"from\":\"/a\",\"path\":\"/a\"}]", 0, "{\"a\":1}" },
		{ "{\"a\":{\"b\":1}}", "[{\"op\":\"copy\",\"from\":\"/a\",\"path\":\"/c\"},{\"op\":\"remove\",\"path\":\"/c/b\"}]", 0,
		    "{\"a\":{\"b\":1},\"c\":{}}" },
		{ "{\"a\":[1,\"x\"]}", "[{\"op\":\"test\",\"path\":\"/a/1\",\"value\":\"x\"}]", 0, "{\"a\":[1,\"x\"]}" },
		{ "{\"a\":1}", "[{\"op\":\"test\",\"path\":\"/a\",\"value\":\"1\"}]", ERR_INVALID, "is not what the patch expects" },
		{ "{\"a/b\":1,\"m~n\":2}", "[{\"op\":\"remove\",\"path\":\"/a~1b\"},{\"op\":\"remove\",\"path\":\"/m~0n\"}]", 0, "{}" },
		{ "{\"a\":1}", "[{\"op\":\"add\",\"path\":\"/a~2\",\"value\":1}]", ERR_SYNTAX, "is no JSON pointer" },
		{ "{\"a\":1}", "[{\"op\":\"add\",\"path\":\"a\",\"value\":1}]", ERR_SYNTAX, "is no JSON pointer" },
		{ "{\"\":1}", "[{\"op\":\"remove\",\"path\":\"/\"}]", 0, "{}" },
		{ "{\"a\":1}", "[{\"op\":\"add\",\"path\":\"/a\"}]", ERR_SYNTAX, "lacks a member" },
		{ "{\"a\":1}", "[{\"op\":\"dig\",\"path\":\"/a\"}]", ERR_SYNTAX, "\"dig\" is no operation" },
		{ "{\"a\":1}", "[7]", ERR_SYNTAX, "is no operation" },
		{ "{\"a\":1}", "{\"a\":2}", ERR_SYNTAX, "must be a list" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *target = load(cases[i].target), *before = load(cases[i].target);
		json_t *patch = load(cases[i].patch);
		struct patch_why why = { "" };
		json_t *out = NULL;

		ck_assert_msg(patch_json(target, patch, &why, &out) == cases[i].err, "%s: %s",
		    cases[i].patch, why.text);
		if (cases[i].err == 0) {
			json_t *result = load(cases[i].result);

			ck_assert_msg(json_equal(out, result), "%s", cases[i].patch);
			json_decref(result);
		} else {
			ck_assert_msg(strstr(why.text, cases[i].result) != NULL, "%s: %s",
			    cases[i].patch, why.text);
		}
		ck_assert_msg(json_equal(target, before), "the target of %s", cases[i].patch);
		json_decref(out);
		json_decref(patch);
		json_decref(before);
		json_decref(target);
	}
}
END_TEST

START_TEST(copies_of_copies_are_bounded)
{
	json_t *target = load("{\"a\":{\"b\":\"0123456789012345678901234567890123456789\"}}");
	json_t *patch = json_array();
	struct patch_why why;
	json_t *out;

	/* Each doubles what is there. */
	for (int i = 0; i < 40; i++) {
		char path[16];

		snprintf(path, sizeof(path), "/a/c%d", i);
		json_array_append_new(patch, json_pack("{s:s, s:s, s:s}", "op", "copy", "from", "/a",
		    "path", path));
	}
	ck_assert_int_eq(patch_json(target, patch, &why, &out), ERR_LIMIT);
	json_decref(patch);
	json_decref(target);
}
END_TEST

START_TEST(the_depth_is_bounded_however_it_comes_about)
{
	json_t *target = load("{\"a\":{}}");
	json_t *patch = json_array();
	char path[400] = "/a";
	struct patch_why why;
	json_t *out;

	for (int i = 0; i < 80; i++) {
		strcat(path, "/a");
		json_array_append_new(patch, json_pack("{s:s, s:s, s:{}}", "op", "add", "path",
		    path, "value"));
	}
	ck_assert_int_eq(patch_json(target, patch, &why, &out), ERR_LIMIT);
	json_decref(patch);
	json_decref(target);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("patch_json");
	TCase *tc = tcase_create("patch_json");

	tcase_add_test(tc, operations_change_the_target_one_after_the_other);
	tcase_add_test(tc, copies_of_copies_are_bounded);
	tcase_add_test(tc, the_depth_is_bounded_however_it_comes_about);
	suite_add_tcase(s, tc);
	return s;
}
