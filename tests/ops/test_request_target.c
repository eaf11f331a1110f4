/* test_request_target.c - paths and queries are decoded once, and go nowhere else. */
#include "ops/request_target.h"

#include <string.h>

#include "base/err.h"
#include "tests/suite.h"

START_TEST(paths_are_decoded_once)
{
	static const struct { const char *raw; const char *path; int err; } cases[] = {
		{ "/", "/", 0 }, { "/a/b", "/a/b", 0 }, { "/a/", "/a/", 0 }, { "/a%20b", "/a b", 0 },
		{ "/%2541", "/%41", 0 }, { "/a+b", "/a+b", 0 }, { "/a.b/..c", "/a.b/..c", 0 },
		{ "/%c3%a9", "/\xc3\xa9", 0 },
		{ "", NULL, ERR_INVALID }, { "a", NULL, ERR_INVALID }, { "/%", NULL, ERR_INVALID },
		{ "/%4", NULL, ERR_INVALID }, { "/%4g", NULL, ERR_INVALID }, { "/%00", NULL, ERR_INVALID },
		{ "/a%0d%0ab", NULL, ERR_INVALID }, { "/%7f", NULL, ERR_INVALID },
		{ "//", NULL, ERR_NOTFOUND }, { "/a//b", NULL, ERR_NOTFOUND }, { "/.", NULL, ERR_NOTFOUND },
		{ "/..", NULL, ERR_NOTFOUND }, { "/a/../b", NULL, ERR_NOTFOUND },
		{ "/a/%2e%2E/b", NULL, ERR_NOTFOUND }, { "/a/%2e/b", NULL, ERR_NOTFOUND },
		{ "/a%2f%2fb", NULL, ERR_NOTFOUND }, { "/a%2f..%2fb", NULL, ERR_NOTFOUND },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct request_target target;
		int err = request_target_parse(cases[i].raw, NULL, &target);

		ck_assert_msg(err == cases[i].err, "%s: %d", cases[i].raw, err);
		if (err != 0)
			continue;
		ck_assert_str_eq(target.path, cases[i].path);
		request_target_release(&target);
	}
}
END_TEST

START_TEST(queries_are_pairs)
{
	static const struct { const char *query; const char *key; const char *value; } cases[] = {
		{ "a=1&b=2", "a", "1" }, { "a=1&b=2", "b", "2" }, { "a=1&b=2", "c", NULL },
		{ "a", "a", "" }, { "a&b", "b", "" }, { "a=", "a", "" }, { "=x", "", "x" },
		{ "&&a=1&&", "a", "1" }, { "a=1&a=2", "a", "1" }, { "a=b=c", "a", "b=c" },
		{ "a=x+y%2Bz%26", "a", "x y+z&" }, { "a%3D=1", "a=", "1" }, { "", "a", NULL },
		{ "a/b?c=d", "a/b?c", "d" },
	};
	static const char *const wrong[] = { "a=%", "%zz=1", "a=%00", "a%0a=1" };
	struct request_target target;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *value;

		ck_assert_int_eq(request_target_parse("/", cases[i].query, &target), 0);
		value = request_target_query(&target, cases[i].key);
		ck_assert_msg(cases[i].value == NULL ? value == NULL :
		    value != NULL && strcmp(value, cases[i].value) == 0, "%s: %s", cases[i].query,
		    value);
		request_target_release(&target);
	}
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		ck_assert_int_eq(request_target_parse("/", wrong[i], &target), ERR_INVALID);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("request_target");
	TCase *tc = tcase_create("request_target");

	tcase_add_test(tc, paths_are_decoded_once);
	tcase_add_test(tc, queries_are_pairs);
	suite_add_tcase(s, tc);
	return s;
}
