/* test_emit_yaml.c - a JSON value as YAML, as kubectl writes it, and back. */
#include "cli/emit_yaml.h"

#include <string.h>

#include "base/diag.h"
#include "base/strbuf.h"
#include "cli/manifest_json.h"
#include "tests/suite.h"

static json_t *
load(const char *text)
{
	json_t *json = json_loads(text, JSON_DECODE_ANY, NULL);

	ck_assert_msg(json != NULL, "%s", text);
	return json;
}

START_TEST(yaml_has_kubectls_order_and_shape)
{
	json_t *json = load("{\"spec\": {\"ports\": [{\"port\": 80, \"name\": \"http\"}], \"a\": []},"
	    "\"kind\": \"Service\", \"metadata\": {\"labels\": {}, \"creationTimestamp\": null}}");
	struct strbuf out = STRBUF_INIT;

	ck_assert_int_eq(emit_yaml(&out, json), 0);
	ck_assert_str_eq(out.text,
	    "kind: Service\n"
	    "metadata:\n"
	    "  creationTimestamp: null\n"
	    "  labels: {}\n"
	    "spec:\n"
	    "  a: []\n"
	    "  ports:\n"
	    "  - name: http\n"
	    "    port: 80\n");
	strbuf_release(&out);
	json_decref(json);
}
END_TEST

START_TEST(texts_that_look_like_something_else_are_quoted)
{
	static const struct {
		const char *text;       /* JSON */
		const char *yaml;
	} cases[] = {
		{ "\"web\"", "web\n" }, { "\"10.96.0.1\"", "10.96.0.1\n" }, { "\"80\"", "\"80\"\n" },
		{ "\"1.5\"", "\"1.5\"\n" }, { "\"true\"", "\"true\"\n" }, { "\"yes\"", "\"yes\"\n" },
		{ "\"Off\"", "\"Off\"\n" }, { "\"null\"", "\"null\"\n" }, { "\"~\"", "\"~\"\n" },
		{ "\"\"", "\"\"\n" }, { "\"0x1f\"", "\"0x1f\"\n" }, { "\"1e3\"", "\"1e3\"\n" },
		{ "\"1_000\"", "\"1_000\"\n" }, { "\"12:30\"", "\"12:30\"\n" },
		{ "\"2026-01-02T03:04:05Z\"", "\"2026-01-02T03:04:05Z\"\n" },
		{ "\"30000-32767\"", "30000-32767\n" }, { "\"a: b\"", "'a: b'\n" },
		{ "\"*\"", "'*'\n" }, { "\"# no\"", "'# no'\n" }, { "\"2001:db8::1\"", "2001:db8::1\n" },
		{ "80", "80\n" }, { "true", "true\n" }, { "null", "null\n" }, { "0.5", "0.5\n" },
		{ "\"a\\nb\\n\"", "|\n  a\n  b\n" }, { "\"a\\nb\"", "|-\n  a\n  b\n" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *json = load(cases[i].text);
		struct strbuf out = STRBUF_INIT;

		ck_assert_int_eq(emit_yaml(&out, json), 0);
		ck_assert_msg(strcmp(out.text, cases[i].yaml) == 0, "%s: %s", cases[i].text, out.text);
		strbuf_release(&out);
		json_decref(json);
	}
}
END_TEST

START_TEST(what_is_written_reads_back_as_the_same)
{
	json_t *json = load("{\"a\": [1, -2, 2.5, true, null, \"x\", \"1\", \"no\", \"a\\tb\\u0001\","
	    " \"  two  blanks \", \"line\\n\\n  more\\n\", \"\\u00e4\\ud83d\\ude00\", \"0o17\","
	    " \"+1\", \".5\", \"=\", \"<<\", \"-\", \"? x\", \"1e\", \"2026-01-02\"],"
	    " \"y\": {\"true\": {}, \"80\": []}}");
	struct manifest_objects objects = { 0 };
	struct strbuf out = STRBUF_INIT;
	struct diag *diag = diag_new();

	ck_assert_int_eq(emit_yaml(&out, json), 0);
	ck_assert_msg(manifest_json_text("x", out.text, out.len, &objects, diag) == 0, "%s", out.text);
	ck_assert_uint_eq(objects.count, 1);
	ck_assert_msg(json_equal(objects.items[0].json, json), "%s", out.text);
	manifest_objects_release(&objects);
	strbuf_release(&out);
	diag_free(diag);
	json_decref(json);
}
END_TEST

START_TEST(json_is_written_as_kubectl_writes_it)
{
	json_t *json = load("{\"b\": [], \"a\": {\"x\": \"<none> & co\", \"e\": {}}}");
	struct strbuf out = STRBUF_INIT;

	ck_assert_int_eq(emit_json(&out, json), 0);
	ck_assert_str_eq(out.text,
	    "{\n"
	    "    \"a\": {\n"
	    "        \"e\": {},\n"
	    "        \"x\": \"\\u003cnone\\u003e \\u0026 co\"\n"
	    "    },\n"
	    "    \"b\": []\n"
	    "}\n");
	strbuf_release(&out);
	json_decref(json);
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("emit_yaml");
	TCase *tcase = tcase_create("emit_yaml");

	tcase_add_test(tcase, yaml_has_kubectls_order_and_shape);
	tcase_add_test(tcase, texts_that_look_like_something_else_are_quoted);
	tcase_add_test(tcase, what_is_written_reads_back_as_the_same);
	tcase_add_test(tcase, json_is_written_as_kubectl_writes_it);
	suite_add_tcase(suite, tcase);
	return suite;
}
