/* test_jsonpath.c - kubectl's JSONPath templates. */
#include "cli/jsonpath.h"

#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "tests/suite.h"

#define LIST \
	"{\"kind\": \"List\", \"items\": [" \
	"{\"metadata\": {\"name\": \"web\", \"labels\": {\"app\": \"web\", \"a.b/c\": \"x\"}}," \
	" \"spec\": {\"clusterIP\": \"10.96.0.1\", \"ports\": [{\"port\": 80, \"name\": \"http\"}," \
	" {\"port\": 443, \"name\": \"https\"}]}, \"ready\": true}," \
	"{\"metadata\": {\"name\": \"db\"}, \"spec\": {\"clusterIP\": \"None\"," \
	" \"ports\": [{\"port\": 5432}]}, \"ready\": false, \"none\": null}]}"

static json_t *
list(void)
{
	json_t *root = json_loads(LIST, 0, NULL);

	ck_assert_ptr_nonnull(root);
	return root;
}

START_TEST(templates_are_filled_as_kubectl_fills_them)
{
	static const struct {
		const char *template_;
		const char *text;
	} cases[] = {
		{ "{.kind}", "List" },
		{ "{$.kind}", "List" },
		{ "{@.kind}", "List" },
		{ ".kind", "List" },
		{ "kind", "List" },
		{ "{ .kind }", "List" },
		{ "a{.kind}b", "aListb" },
		{ "{.items[*].metadata.name}", "web db" },
		{ "{.items[0].metadata.name}", "web" },
		{ "{.items[-1].metadata.name}", "db" },
		{ "{.items[9].metadata.name}", "" },
		{ "{.items[0:1].metadata.name}", "web" },
		{ "{.items[:].metadata.name}", "web db" },
		{ "{.items[::2].metadata.name}", "web" },
		{ "{.items[1,0].metadata.name}", "db web" },
		{ "{.items[0]['metadata','spec']['name','clusterIP']}", "web 10.96.0.1" },
		{ "{.items[0].metadata.labels.a\\.b/c}", "x" },
		{ "{.items[0].metadata.labels['a.b/c']}", "x" },
		{ "{.items[0].metadata.labels}", "{\"a.b/c\":\"x\",\"app\":\"web\"}" },
		{ "{.items[*].ready}", "true false" },
		{ "{.items[1].none}", "" },
		{ "{.nowhere.at.all}", "" },
		{ "{..port}", "80 443 5432" },
		{ "{..ports[0].port}", "80 5432" },
		{ "{.items[?(@.metadata.name==\"db\")].spec.clusterIP}", "None" },
		{ "{.items[?(@.metadata.name!='db')].spec.clusterIP}", "10.96.0.1" },
		{ "{.items[*].spec.ports[?(@.port>400)].port}", "443 5432" },
		{ "{.items[*].spec.ports[?(@.port<=80)].port}", "80" },
		{ "{.items[*].spec.ports[?(@.port < 81)].port}", "80" },
		{ "{.items[*].spec.ports[?(@.name)].port}", "80 443" },
		{ "{.items[?(@.ready==true)].metadata.name}", "web" },
		{ "{.items[?(@.metadata.labels['app']=='web')].metadata.name}", "web" },
		{ "{.items[?(@.spec.ports[0].port==5432)].metadata.name}", "db" },
		{ "{range .items[*]}{.metadata.name}:{.spec.clusterIP}{\"\\n\"}{end}",
		  "web:10.96.0.1\ndb:None\n" },
		{ "{range .items[*]}{range .spec.ports[*]}{.port}{','}{end};{end}", "80,443,;5432,;" },
		{ "{range .items[*]}{$.kind} {end}", "List List " },
		{ "{\"\\t{}\\\\\"}", "\t{}\\" },
		{ "", "" },
	};
	json_t *root = list();

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct strbuf out = STRBUF_INIT, problem = STRBUF_INIT;

		if (cases[i].template_[0] == '\0') {
			strbuf_release(&out);
			continue;
		}
		ck_assert_msg(jsonpath_fill(cases[i].template_, root, &out, &problem) == 0, "%s: %s",
		    cases[i].template_, problem.text);
		ck_assert_msg(strcmp(out.text, cases[i].text) == 0, "%s: \"%s\"", cases[i].template_,
		    out.text);
		strbuf_release(&out);
		strbuf_release(&problem);
	}
	json_decref(root);
}
END_TEST

START_TEST(a_wrong_template_is_said_with_its_place)
{
	static const struct {
		const char *template_;
		const char *problem;
	} cases[] = {
		{ "{.items[0.metadata}", "a bracket that is not closed at \"[0.metadata\"" },
		{ "{.items[x]}", "no number, name, * or filter at \"x\"" },
		{ "{.items[?(@.a==b)]}", "no value at \"b\"" },
		{ "{range .items[*]}{.a}", "a range without its {end}" },
	};
	json_t *root = list();

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct strbuf out = STRBUF_INIT, problem = STRBUF_INIT;

		ck_assert_int_ne(jsonpath_fill(cases[i].template_, root, &out, &problem), 0);
		ck_assert_str_eq(problem.text, cases[i].problem);
		strbuf_release(&out);
		strbuf_release(&problem);
	}
	json_decref(root);
}
END_TEST

START_TEST(ranges_and_filters_in_each_other_have_an_end)
{
	struct strbuf out = STRBUF_INIT, problem = STRBUF_INIT, deep = STRBUF_INIT;
	json_t *root = list();

	for (int i = 0; i < 20; i++)
		strbuf_add(&deep, "{range $.items[*]}");
	for (int i = 0; i < 20; i++)
		strbuf_add(&deep, "{end}");
	ck_assert_int_ne(jsonpath_fill(deep.text, root, &out, &problem), 0);
	strbuf_clear(&deep);
	strbuf_add(&deep, "{.items");
	for (int i = 0; i < 200; i++)
		strbuf_add(&deep, "[?(@.spec.ports");
	ck_assert_int_ne(jsonpath_fill(deep.text, root, &out, &problem), 0);
	strbuf_release(&deep);
	strbuf_release(&out);
	strbuf_release(&problem);
	json_decref(root);
}
END_TEST

START_TEST(one_path_finds_values)
{
	static const char *const paths[] = { "{.items[*].metadata.name}", ".items[*].metadata.name",
		"items[*].metadata.name" };
	json_t *root = list();

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		struct strbuf problem = STRBUF_INIT;
		struct jsonpath_found found = { 0 };

		ck_assert_int_eq(jsonpath_find(paths[i], root, &found, &problem), 0);
		ck_assert_uint_eq(found.count, 2);
		ck_assert_str_eq(json_string_value(found.items[1]), "db");
		jsonpath_found_release(&found);
		strbuf_release(&problem);
	}
	json_decref(root);
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("jsonpath");
	TCase *tcase = tcase_create("jsonpath");

	tcase_add_test(tcase, templates_are_filled_as_kubectl_fills_them);
	tcase_add_test(tcase, a_wrong_template_is_said_with_its_place);
	tcase_add_test(tcase, ranges_and_filters_in_each_other_have_an_end);
	tcase_add_test(tcase, one_path_finds_values);
	suite_add_tcase(suite, tcase);
	return suite;
}
