/* test_managed_yaml.c - what is written as YAML is read back as it was, and a person can read it. */
#include "daemon/managed_yaml.h"

#include <string.h>

#include "base/diag.h"
#include "base/err.h"
#include "base/strbuf.h"
#include "tests/suite.h"

START_TEST(an_object_looks_as_a_person_would_write_it)
{
	json_t *object = json_pack("{s:s, s:s, s:{s:s, s:{s:s}}, s:{s:[{s:i, s:s}], s:b}}",
	    "apiVersion", "v1", "kind", "Service", "metadata", "name", "web", "labels",
	    "app.kubernetes.io/name", "web", "spec", "ports", "port", 80, "name", "http",
	    "publishNotReadyAddresses", 1);
	struct strbuf text = STRBUF_INIT;

	ck_assert_int_eq(managed_yaml_write(object, &text), 0);
	ck_assert_str_eq(text.text,
	    "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\n  labels:\n"
	    "    app.kubernetes.io/name: web\nspec:\n  ports:\n  - port: 80\n    name: http\n"
	    "  publishNotReadyAddresses: true\n");
	strbuf_release(&text);
	json_decref(object);
}
END_TEST

START_TEST(every_value_comes_back_as_it_was)
{
	static const char *const cases[] = {
		"{}", "{\"a\":{}}", "{\"a\":[]}", "{\"a\":null}", "{\"a\":\"\"}", "{\"a\":\"true\"}",
		"{\"a\":\"yes\"}", "{\"a\":\"on\"}", "{\"y\":1}", "{\"a\":\"80\"}", "{\"a\":\"1e3\"}",
		"{\"a\":\"0x10\"}", "{\"a\":\"null\"}", "{\"a\":\"~\"}", "{\"a\":\"a: b\"}",
		"{\"a\":\"a #b\"}", "{\"a\":\"- a\"}", "{\"a\":\" a\"}", "{\"a\":\"a \"}",
		"{\"a\":\"*x\"}", "{\"a\":\"&x\"}", "{\"a\":\"!x\"}", "{\"a\":\"|\"}", "{\"a\":\"%x\"}",
		"{\"a\":\"@x\"}", "{\"a\":\"'\"}", "{\"a\":\"\\\"\"}", "{\"a\":\"one\\ntwo\\n\"}",
		"{\"a\":\"one\\ntwo\"}", "{\"a\":\"\\n\"}", "{\"a\":\"  one\\n two\\n\\n\\n\"}",
		"{\"a\":\"one \\n two\"}", "{\"a\":\"tab\\there\"}", "{\"a\":\"\\r\\n\"}",
		"{\"a\":\"\\u0001\\u007f\"}", "{\"a\":\"\\u00e4\\u20ac\\ud83d\\ude00\"}",
		"{\"a\":\"\\ufeff\"}", "{\"a\":\"\\u2028\"}", "{\"a\":\"---\"}", "{\"a\":\"...\"}",
		"{\"a\":\"<<\"}", "{\"<<\":\"a\"}", "{\"a\":\"=\"}", "{\"a\":9223372036854775807}",
		"{\"a\":-9223372036854775808}", "{\"a\":1.5}", "{\"a\":1e17}", "{\"a\":1e300}", "{\"a\":-0.0}",
		"{\"a\":\"2024-01-01\"}", "{\"a\":\"12:30\"}", "{\"a\":\"1_000\"}", "{\"a b\":{\"c: d\":[[],{},[1]]}}",
		"{\"a\":\"x\\u0085y\"}", "{\"\":\"a\"}", "{\"?\":\"a\"}", "{\"a\\nb\":\"c\"}",
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *object = json_loads(cases[i], 0, NULL), *back = NULL;
		struct strbuf text = STRBUF_INIT;

		ck_assert_msg(object != NULL, "%s", cases[i]);
		ck_assert_msg(managed_yaml_write(object, &text) == 0, "%s", cases[i]);
		ck_assert_msg(managed_yaml_read(text.text, text.len, NULL, &back) == 0, "%s: %s",
		    cases[i], text.text);
		ck_assert_msg(json_equal(object, back), "%s: %s", cases[i], text.text);
		json_decref(back);
		json_decref(object);
		strbuf_release(&text);
	}
}
END_TEST

START_TEST(what_json_has_not_is_refused_with_words)
{
	static const char *const cases[] = { "a: .nan\n", "a: 1\na: 2\n", "a: [", "a: 1\n---\nb: 2\n" };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct diag *diag = diag_new();
		json_t *value = NULL;

		ck_assert_msg(managed_yaml_read(cases[i], strlen(cases[i]), diag, &value) == ERR_SYNTAX,
		    "%s", cases[i]);
		ck_assert_uint_eq(diag_count(diag, SEVERITY_ERROR), 1);
		diag_free(diag);
	}
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("managed_yaml");
	TCase *tc = tcase_create("managed_yaml");

	tcase_add_test(tc, an_object_looks_as_a_person_would_write_it);
	tcase_add_test(tc, every_value_comes_back_as_it_was);
	tcase_add_test(tc, what_json_has_not_is_refused_with_words);
	suite_add_tcase(s, tc);
	return s;
}
