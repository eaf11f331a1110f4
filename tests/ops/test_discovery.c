/* test_discovery.c - clients find out what there is, in either form. */
#include <string.h>

#include "base/err.h"
#include "ops/api_target.h"
#include "ops/discovery.h"
#include "tests/suite.h"

static json_t *
read_at(const char *path, const char *accept, const char **type)
{
	json_t *document = NULL;

	ck_assert_msg(discovery_read(path, accept, &document, type) == 0, "%s", path);
	return document;
}

static void
says(const char *path, const char *text)
{
	const char *type;
	json_t *document = read_at(path, NULL, &type);
	char *found = json_dumps(document, JSON_COMPACT);

	ck_assert_str_eq(type, "application/json");
	ck_assert_msg(strstr(found, text) != NULL, "%s: %s", path, found);
	free(found);
	json_decref(document);
}

START_TEST(plain_discovery_names_versions_groups_and_resources)
{
	says("/api", "{\"kind\":\"APIVersions\",\"versions\":[\"v1\"],");
	says("/apis", "{\"name\":\"discovery.k8s.io\",\"versions\":[{\"groupVersion\":"
	    "\"discovery.k8s.io/v1\",\"version\":\"v1\"},{\"groupVersion\":"
	    "\"discovery.k8s.io/v1beta1\",\"version\":\"v1beta1\"}],\"preferredVersion\":"
	    "{\"groupVersion\":\"discovery.k8s.io/v1\",\"version\":\"v1\"}}");
	says("/api/v1", "\"groupVersion\":\"v1\",\"resources\":[{\"name\":\"endpoints\","
	    "\"singularName\":\"endpoints\",\"namespaced\":true,\"kind\":\"Endpoints\",\"verbs\":"
	    "[\"create\",\"delete\",\"deletecollection\",\"get\",\"list\",\"patch\",\"update\","
	    "\"watch\"],\"shortNames\":[\"ep\"]}");
	says("/api/v1", "\"shortNames\":[\"svc\"],\"categories\":[\"all\"]}");
	says("/api/v1", "{\"name\":\"pods/status\",\"singularName\":\"\",\"namespaced\":true,"
	    "\"kind\":\"Pod\",\"verbs\":[\"get\",\"patch\",\"update\"]}");
	says("/apis/networking.k8s.io", "\"kind\":\"APIGroup\"");
	says("/apis/networking.k8s.io/v1", "\"shortNames\":[\"ing\"]");
	says("/apis/discovery.k8s.io/v1beta1", "\"groupVersion\":\"discovery.k8s.io/v1beta1\"");
	says("/apis/authorization.k8s.io/v1", "\"name\":\"selfsubjectaccessreviews\"");
}
END_TEST

START_TEST(the_version_is_one_that_clients_can_read_and_names_us)
{
	says("/version", "\"major\":\"1\",\"minor\":\"33\",\"gitVersion\":\"v1.33.0+rollcall.");
}
END_TEST

START_TEST(other_paths_are_no_documents)
{
	static const char *const paths[] = { "/api/v2", "/api/v1/services", "/apis/apps",
		"/apis/apps/v1", "/apis/networking.k8s.io/v2", "/apis/discovery.k8s.io/v1/x",
		"/apis//v1", "/version/x" };
	const char *type;
	json_t *document;

	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++)
		ck_assert_msg(discovery_read(paths[i], NULL, &document, &type) == ERR_NOTFOUND,
		    "%s", paths[i]);
}
END_TEST

static size_t
resources_in(const json_t *list)
{
	const json_t *items = json_object_get(list, "items");
	size_t found = 0;

	for (size_t i = 0; i < json_array_size(items); i++) {
		const json_t *versions = json_object_get(json_array_get(items, i), "versions");

		for (size_t j = 0; j < json_array_size(versions); j++)
			found += json_array_size(json_object_get(json_array_get(versions, j),
			    "resources"));
	}
	return found;
}

/* As kubectl 1.27 to 1.33 ask. */
#define WANTED(version) "application/json;g=apidiscovery.k8s.io;v=" version \
	";as=APIGroupDiscoveryList"

START_TEST(aggregated_discovery_has_all_of_it_in_two_documents)
{
	const char *type;
	json_t *core = read_at("/api", WANTED("v2") "," WANTED("v2beta1") ",application/json",
	    &type);
	json_t *groups;
	size_t count;

	ck_assert_str_eq(type, WANTED("v2"));
	ck_assert_str_eq(json_string_value(json_object_get(core, "apiVersion")),
	    "apidiscovery.k8s.io/v2");
	groups = read_at("/apis", WANTED("v2beta1") ",application/json", &type);
	ck_assert_str_eq(type, WANTED("v2beta1"));
	ck_assert_str_eq(json_string_value(json_object_get(groups, "kind")),
	    "APIGroupDiscoveryList");
	api_resources(&count);
	/* EndpointSlices are there in two versions. */
	ck_assert_uint_eq(resources_in(core) + resources_in(groups), count + 1);
	json_decref(core);
	json_decref(groups);
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("discovery");
	TCase *all = tcase_create("all");

	tcase_add_test(all, plain_discovery_names_versions_groups_and_resources);
	tcase_add_test(all, the_version_is_one_that_clients_can_read_and_names_us);
	tcase_add_test(all, other_paths_are_no_documents);
	tcase_add_test(all, aggregated_discovery_has_all_of_it_in_two_documents);
	suite_add_tcase(suite, all);
	return suite;
}
