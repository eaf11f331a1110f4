/* test_api_target.c - paths mean what they mean to an API server. */
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "ops/api_target.h"
#include "tests/suite.h"

static const struct {
	const char *path;
	enum visit_method method;
	bool watch;
	int err;
	const char *said;       /* verb resource version ns name, status */
} cases[] = {
	{ "/api/v1/services", VISIT_GET, false, 0, "list services v1 - -" },
	{ "/api/v1/services/", VISIT_GET, false, 0, "list services v1 - -" },
	{ "/api/v1/services", VISIT_HEAD, false, 0, "list services v1 - -" },
	{ "/api/v1/services", VISIT_GET, true, 0, "watch services v1 - -" },
	{ "/api/v1/namespaces/shop/services", VISIT_GET, false, 0, "list services v1 shop -" },
	{ "/api/v1/namespaces/shop/services/web", VISIT_GET, false, 0, "get services v1 shop web" },
	/* one object is watched by its collection */
	{ "/api/v1/namespaces/shop/services/web", VISIT_GET, true, 0, "get services v1 shop web" },
	{ "/api/v1/namespaces/shop/services/web/status", VISIT_PATCH, false, 0,
	    "patch services v1 shop web status" },
	{ "/api/v1/namespaces/shop/services", VISIT_POST, false, 0, "create services v1 shop -" },
	{ "/api/v1/namespaces/shop/services/web", VISIT_PUT, false, 0,
	    "update services v1 shop web" },
	{ "/api/v1/namespaces/shop/services/web", VISIT_DELETE, false, 0,
	    "delete services v1 shop web" },
	{ "/api/v1/namespaces/shop/services", VISIT_DELETE, false, 0,
	    "deletecollection services v1 shop -" },
	{ "/api/v1/namespaces", VISIT_GET, false, 0, "list namespaces v1 - -" },
	{ "/api/v1/namespaces/shop", VISIT_GET, false, 0, "get namespaces v1 - shop" },
	{ "/api/v1/namespaces/shop/status", VISIT_GET, false, 0, "get namespaces v1 - shop status" },
	{ "/api/v1/namespaces", VISIT_POST, false, 0, "create namespaces v1 - -" },
	{ "/apis/discovery.k8s.io/v1/endpointslices", VISIT_GET, false, 0,
	    "list endpointslices v1 - -" },
	{ "/apis/discovery.k8s.io/v1beta1/namespaces/shop/endpointslices", VISIT_GET, false, 0,
	    "list endpointslices v1beta1 shop -" },
	{ "/apis/networking.k8s.io/v1/namespaces/shop/ingresses/a.b", VISIT_GET, false, 0,
	    "get ingresses v1 shop a.b" },
	{ "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", VISIT_POST, false, 0,
	    "create selfsubjectaccessreviews v1 - -" },
	/* paths of nothing */
	{ "/api", VISIT_GET, false, ERR_NOTFOUND, NULL },
	{ "/api/v1", VISIT_GET, false, ERR_NOTFOUND, NULL },
	{ "/api/v2/services", VISIT_GET, false, ERR_NOTFOUND, NULL },
	{ "/api/v1/nodes", VISIT_GET, false, ERR_NOTFOUND, NULL },
	{ "/api/v1/services/web", VISIT_GET, false, ERR_NOTFOUND, NULL },
	{ "/api/v1/namespaces/shop/nodes", VISIT_GET, false, ERR_NOTFOUND, NULL },
	{ "/api/v1/namespaces/shop/namespaces", VISIT_GET, false, ERR_NOTFOUND, NULL },
	{ "/api/v1/namespaces/shop/pods/web/log", VISIT_GET, false, ERR_NOTFOUND, NULL },
	{ "/api/v1/namespaces/shop/endpoints/web/status", VISIT_GET, false, ERR_NOTFOUND, NULL },
	{ "/api/v1/namespaces/shop/services/web/status/x", VISIT_GET, false, ERR_NOTFOUND, NULL },
	{ "/apis/discovery.k8s.io/v1", VISIT_GET, false, ERR_NOTFOUND, NULL },
	{ "/apis/discovery.k8s.io/v1/services", VISIT_GET, false, ERR_NOTFOUND, NULL },
	{ "/apis/discovery.k8s.io/v2/endpointslices", VISIT_GET, false, ERR_NOTFOUND, NULL },
	{ "/apis/networking.k8s.io/v1beta1/ingresses", VISIT_GET, false, ERR_NOTFOUND, NULL },
	{ "/apis", VISIT_GET, false, ERR_NOTFOUND, NULL },
	{ "/api/v1//services", VISIT_GET, false, ERR_NOTFOUND, NULL },
	{ "/api/v1/a/b/c/d/e/f/g/h/i", VISIT_GET, false, ERR_NOTFOUND, NULL },
	{ "", VISIT_GET, false, ERR_NOTFOUND, NULL },
	/* verbs that are not served */
	{ "/api/v1/services", VISIT_POST, false, ERR_DENIED, NULL },
	{ "/api/v1/services", VISIT_DELETE, false, ERR_DENIED, NULL },
	{ "/api/v1/namespaces", VISIT_DELETE, false, ERR_DENIED, NULL },
	{ "/api/v1/namespaces/shop/services", VISIT_PUT, false, ERR_DENIED, NULL },
	{ "/api/v1/namespaces/shop/services/web", VISIT_POST, false, ERR_DENIED, NULL },
	{ "/api/v1/namespaces/shop/services/web", VISIT_OPTIONS, false, ERR_DENIED, NULL },
	{ "/api/v1/namespaces/shop/services/web", VISIT_OTHER, false, ERR_DENIED, NULL },
	{ "/api/v1/namespaces/shop/services/web/status", VISIT_DELETE, false, ERR_DENIED, NULL },
	{ "/api/v1/namespaces/shop/events", VISIT_POST, false, ERR_DENIED, NULL },
	{ "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", VISIT_GET, false, ERR_DENIED,
	    NULL },
};

START_TEST(each_path_and_method_is_one_verb_on_one_resource)
{
	struct api_target target;
	char said[700];

	ck_assert_int_eq(api_target_read(cases[_i].path, cases[_i].method, cases[_i].watch,
	    &target), cases[_i].err);
	if (cases[_i].err != 0)
		return;
	snprintf(said, sizeof(said), "%s %s %s %s %s%s", api_verb_text(target.verb),
	    target.resource->plural, target.version, *target.ns == '\0' ? "-" : target.ns,
	    *target.name == '\0' ? "-" : target.name, target.status ? " status" : "");
	ck_assert_str_eq(said, cases[_i].said);
}
END_TEST

START_TEST(a_name_that_is_too_long_is_no_path)
{
	struct api_target target;
	char path[400];

	snprintf(path, sizeof(path), "/api/v1/namespaces/shop/services/%0253d", 1);
	ck_assert_int_eq(api_target_read(path, VISIT_GET, false, &target), 0);
	snprintf(path, sizeof(path), "/api/v1/namespaces/shop/services/%0254d", 1);
	ck_assert_int_eq(api_target_read(path, VISIT_GET, false, &target), ERR_NOTFOUND);
}
END_TEST

START_TEST(every_kind_of_the_ledger_is_a_resource)
{
	char text[64];

	for (int kind = 0; kind < API_KIND_COUNT; kind++) {
		const struct api_resource *resource = api_resource_of((enum api_kind)kind);

		ck_assert_ptr_nonnull(resource);
		ck_assert_str_eq(resource->plural, api_kind_resource((enum api_kind)kind));
		ck_assert_str_eq(resource->object, api_kind_text((enum api_kind)kind));
	}
	api_resource_text(api_resource_of(API_SERVICES), text, sizeof(text));
	ck_assert_str_eq(text, "services");
	api_resource_text(api_resource_of(API_ENDPOINT_SLICES), text, sizeof(text));
	ck_assert_str_eq(text, "endpointslices.discovery.k8s.io");
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("api_target");
	TCase *all = tcase_create("all");

	tcase_add_loop_test(all, each_path_and_method_is_one_verb_on_one_resource, 0,
	    sizeof(cases) / sizeof(*cases));
	tcase_add_test(all, a_name_that_is_too_long_is_no_path);
	tcase_add_test(all, every_kind_of_the_ledger_is_a_resource);
	suite_add_tcase(suite, all);
	return suite;
}
