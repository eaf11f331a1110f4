/* test_write_delete.c - objects are deleted one by one, by selector, and with their Namespace. */
#include <string.h>

#include "tests/ops/write_world.h"
#include "tests/suite.h"

#define JSON "application/json"
#define SERVICES "/api/v1/namespaces/shop/services"

static void
create(const char *path, const char *name, const char *label)
{
	char what[200], body[300];

	snprintf(what, sizeof(what), "POST %s", path);
	snprintf(body, sizeof(body), "{\"metadata\":{\"name\":\"%s\",\"labels\":{\"app\":\"%s\"}}}", name, label);
	json_decref(write_world_ask(what, JSON, body, 201));
}

START_TEST(one_is_deleted_and_the_answer_names_it)
{
	json_t *status, *details;

	create(SERVICES, "web", "a");
	status = write_world_ask("DELETE " SERVICES "/web", JSON, "{\"propagationPolicy\":\"Background\"}", 200);
	details = json_object_get(status, "details");
	ck_assert_str_eq(json_string_value(json_object_get(status, "status")), "Success");
	ck_assert_str_eq(json_string_value(json_object_get(details, "name")), "web");
	ck_assert_str_eq(json_string_value(json_object_get(details, "kind")), "services");
	ck_assert_ptr_ne(json_object_get(details, "uid"), NULL);
	ck_assert_ptr_null(write_world_kept("services", "shop", "web"));
	json_decref(status);
	create("/api/v1/namespaces/shop/pods", "p", "a");
	status = write_world_ask("DELETE /api/v1/namespaces/shop/pods/p", JSON, "", 200);
	ck_assert_str_eq(json_string_value(json_object_get(status, "kind")), "Pod");
	json_decref(status);
}
END_TEST

START_TEST(preconditions_hold)
{
	const char *said;

	create(SERVICES, "web", "a");
	said = write_world_says("DELETE " SERVICES "/web", JSON, "{\"preconditions\":{\"uid\":\"x\"}}", 409);
	ck_assert_ptr_ne(strstr(said, "Precondition failed: UID in precondition: x, UID in object meta: "), NULL);
	said = write_world_says("DELETE " SERVICES "/web", JSON, "{\"preconditions\":{\"resourceVersion\":\"1\"}}", 409);
	ck_assert_ptr_ne(strstr(said, "ResourceVersion in precondition: 1"), NULL);
	ck_assert_ptr_ne(write_world_kept("services", "shop", "web"), NULL);
}
END_TEST

START_TEST(those_that_a_selector_matches_are_deleted)
{
	create(SERVICES, "a1", "a");
	create(SERVICES, "a2", "a");
	create(SERVICES, "b1", "b");
	json_decref(write_world_ask("DELETE " SERVICES "?labelSelector=app%3Da", JSON, "", 200));
	ck_assert_ptr_null(write_world_kept("services", "shop", "a1"));
	ck_assert_ptr_null(write_world_kept("services", "shop", "a2"));
	ck_assert_ptr_ne(write_world_kept("services", "shop", "b1"), NULL);
	json_decref(write_world_ask("DELETE " SERVICES, JSON, "", 200));
	ck_assert_ptr_null(write_world_kept("services", "shop", "b1"));
}
END_TEST

START_TEST(a_namespace_goes_with_what_was_written_in_it)
{
	json_t *object;

	create("/api/v1/namespaces", "shop", "x");
	create(SERVICES, "web", "a");
	create("/api/v1/namespaces/shop/pods", "p", "a");
	create("/api/v1/namespaces/other/services", "web", "a");
	object = write_world_ask("DELETE /api/v1/namespaces/shop", JSON, "", 200);
	ck_assert_str_eq(json_string_value(json_object_get(object, "kind")), "Namespace");
	json_decref(object);
	ck_assert_ptr_null(write_world_kept("namespaces", "", "shop"));
	ck_assert_ptr_null(write_world_kept("services", "shop", "web"));
	ck_assert_ptr_null(write_world_kept("pods", "shop", "p"));
	ck_assert_ptr_ne(write_world_kept("services", "other", "web"), NULL);
}
END_TEST

START_TEST(a_namespace_that_files_put_something_in_stays_with_all_of_it)
{
	create("/api/v1/namespaces", "shop", "x");
	create(SERVICES, "web", "a");
	write_world_state(API_PODS, "shop", "p", "{\"metadata\":{\"name\":\"p\"}}");
	ck_assert_str_eq(write_world_says("DELETE /api/v1/namespaces/shop", JSON, "", 409),
	    "nothing was deleted: pods \"p\" is managed by zones/a.yaml:7; change that file");
	ck_assert_ptr_ne(write_world_kept("services", "shop", "web"), NULL);
}
END_TEST

START_TEST(reviews_say_what_there_is)
{
	static const struct { const char *resource, *verb; bool allowed; } cases[] = {
		{ "services", "create", true }, { "services", "get", true }, { "deployments", "get", false },
		{ "events", "create", false }, { "*", "*", true },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char body[200];
		json_t *review;

		snprintf(body, sizeof(body), "{\"spec\":{\"resourceAttributes\":{\"resource\":\"%s\",\"verb\":\"%s\"}}}",
		    cases[i].resource, cases[i].verb);
		review = write_world_ask("POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews", JSON, body, 201);
		ck_assert_msg(json_is_true(json_object_get(json_object_get(review, "status"), "allowed")) ==
		    cases[i].allowed, "%s", body);
		json_decref(review);
	}
	json_decref(write_world_ask("POST /apis/authorization.k8s.io/v1/selfsubjectrulesreviews", JSON, "{}", 201));
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("write_delete");
	TCase *tc = tcase_create("write_delete");

	tcase_add_checked_fixture(tc, write_world_start, write_world_stop);
	tcase_add_test(tc, one_is_deleted_and_the_answer_names_it);
	tcase_add_test(tc, preconditions_hold);
	tcase_add_test(tc, those_that_a_selector_matches_are_deleted);
	tcase_add_test(tc, a_namespace_goes_with_what_was_written_in_it);
	tcase_add_test(tc, a_namespace_that_files_put_something_in_stays_with_all_of_it);
	tcase_add_test(tc, reviews_say_what_there_is);
	suite_add_tcase(s, tc);
	return s;
}
