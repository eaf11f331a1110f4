/* test_kinds.c - the kinds of objects, the names they are called by, and words that select some. */
#include "cli/kinds.h"

#include <stdint.h>
#include <string.h>
#include <sysexits.h>

#include "cli/cli.h"
#include "cli/selection.h"
#include "tests/suite.h"

START_TEST(a_kind_answers_to_all_its_names)
{
	static const struct {
		const char *name;
		const char *kind;       /* NULL: none */
		const char *closest;
	} cases[] = {
		{ "svc", "Service", NULL }, { "service", "Service", NULL },
		{ "Services", "Service", NULL }, { "ep", "Endpoints", NULL },
		{ "endpoints", "Endpoints", NULL }, { "po", "Pod", NULL }, { "ns", "Namespace", NULL },
		{ "ing", "Ingress", NULL }, { "ev", "Event", NULL },
		{ "endpointslice", "EndpointSlice", NULL },
		{ "endpointslices.discovery.k8s.io", "EndpointSlice", NULL },
		{ "endpointslices.v1.discovery.k8s.io", "EndpointSlice", NULL },
		{ "endpointslices.v1beta1.discovery.k8s.io", "EndpointSlice", NULL },
		{ "services.v1.", "Service", NULL }, { "services.apps", NULL, NULL },
		{ "servics", NULL, "services" }, { "endpoint", NULL, "endpoints" },
		{ "deployments", NULL, NULL }, { "", NULL, NULL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *closest = NULL;
		const struct kind *kind = kind_find(cases[i].name, &closest);

		ck_assert_msg((kind == NULL) == (cases[i].kind == NULL), "%s", cases[i].name);
		if (kind != NULL)
			ck_assert_str_eq(kind->kind, cases[i].kind);
		if (cases[i].closest != NULL)
			ck_assert_str_eq(closest, cases[i].closest);
	}
}
END_TEST

START_TEST(a_manifest_names_its_kind_by_group_and_kind)
{
	ck_assert_str_eq(kind_of_manifest("v1", "Service")->plural, "services");
	ck_assert_str_eq(kind_of_manifest("discovery.k8s.io/v1beta1", "EndpointSlice")->plural,
	    "endpointslices");
	ck_assert_str_eq(kind_of_manifest("networking.k8s.io/v1", "Ingress")->plural, "ingresses");
	ck_assert_ptr_null(kind_of_manifest("v1", "EndpointSlice"));
	ck_assert_ptr_null(kind_of_manifest("discovery.k8s.io", "EndpointSlice"));
	ck_assert_ptr_null(kind_of_manifest("apps/v1", "Service"));
	ck_assert_ptr_null(kind_of_manifest("", ""));
}
END_TEST

START_TEST(paths_are_those_of_the_api_and_escaped)
{
	static const struct {
		const char *kind;
		const char *namespace;
		const char *name;
		const char *path;
	} cases[] = {
		{ "svc", "shop", "web", "/api/v1/namespaces/shop/services/web" },
		{ "svc", NULL, NULL, "/api/v1/services" },
		{ "ns", "shop", "a b", "/api/v1/namespaces/a%20b" },
		{ "ing", "../x", NULL, "/apis/networking.k8s.io/v1/namespaces/..%2Fx/ingresses" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct strbuf path = STRBUF_INIT;
		const char *closest;

		kind_path(&path, kind_find(cases[i].kind, &closest), cases[i].namespace,
		    cases[i].name);
		ck_assert_str_eq(path.text, cases[i].path);
		strbuf_release(&path);
	}
}
END_TEST

/* What the words select: "services/web,pods" and so on. */
static int
select_words(const char *const *words, char *out, bool *many)
{
	struct cli cli = { .command = "get" };
	struct selection selection = { 0 };
	char *copies[8];
	size_t count = 0;
	int code;

	for (; words[count] != NULL; count++)
		copies[count] = (char *)(uintptr_t)words[count];
	code = selection_read(&cli, copies, count, &selection);
	out[0] = '\0';
	for (size_t i = 0; code == 0 && i < selection.count; i++) {
		strcat(out, i > 0 ? " " : "");
		strcat(out, selection.items[i].kind->plural);
		if (selection.items[i].name != NULL) {
			strcat(out, "/");
			strcat(out, selection.items[i].name);
		}
	}
	*many = selection.many_kinds;
	selection_release(&selection);
	return code;
}
#define SELECT(...) select_words((const char *const[]){ __VA_ARGS__, NULL }, out, &many)

START_TEST(words_select_kinds_and_objects)
{
	char out[256];
	bool many;

	ck_assert_int_eq(SELECT("svc"), 0);
	ck_assert_str_eq(out, "services");
	ck_assert(!many);
	ck_assert_int_eq(SELECT("svc", "web", "db"), 0);
	ck_assert_str_eq(out, "services/web services/db");
	ck_assert(!many);
	ck_assert_int_eq(SELECT("svc,ep"), 0);
	ck_assert_str_eq(out, "services endpoints");
	ck_assert(many);
	ck_assert_int_eq(SELECT("svc,ep", "web"), 0);
	ck_assert_str_eq(out, "services/web endpoints/web");
	ck_assert_int_eq(SELECT("svc/web", "pod/web-1"), 0);
	ck_assert_str_eq(out, "services/web pods/web-1");
	ck_assert_int_eq(SELECT("all"), 0);
	ck_assert_str_eq(out, "pods services");
	ck_assert_int_eq(SELECT("svcs"), EX_USAGE);
	ck_assert_int_eq(SELECT("svc/web", "db"), EX_USAGE);
	ck_assert_int_eq(SELECT("svc/"), EX_USAGE);
	ck_assert_int_eq(SELECT("svc/a/b"), EX_USAGE);
	ck_assert_int_eq(SELECT("deploy/x"), EX_USAGE);
	/* Not the collection, and nothing below an object. */
	ck_assert_int_eq(SELECT("svc", ""), EX_USAGE);
	ck_assert_int_eq(SELECT("svc", "web", ""), EX_USAGE);
	ck_assert_int_eq(SELECT("svc", ".."), EX_USAGE);
	ck_assert_int_eq(SELECT("svc/."), EX_USAGE);
	ck_assert_int_eq(SELECT("ns", "shop/services"), EX_USAGE);
	ck_assert_int_eq(SELECT("ns", "shop%2fservices"), EX_USAGE);
	ck_assert_int_eq(select_words((const char *const[]){ NULL }, out, &many), EX_USAGE);
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("kinds");
	TCase *tcase = tcase_create("kinds");

	tcase_add_test(tcase, a_kind_answers_to_all_its_names);
	tcase_add_test(tcase, a_manifest_names_its_kind_by_group_and_kind);
	tcase_add_test(tcase, paths_are_those_of_the_api_and_escaped);
	tcase_add_test(tcase, words_select_kinds_and_objects);
	suite_add_tcase(suite, tcase);
	return suite;
}
