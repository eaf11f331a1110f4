/* test_api.c - gets, lists and errors over HTTP are what an API server answers. */
#include <event2/event.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "ops/httpd.h"
#include "tests/ops/api_world.h"
#include "tests/ops/http_client.h"
#include "tests/suite.h"

static struct api_world world;

static void
setup(void)
{
	api_world_start(&world, NULL);
	api_world_put(&world, API_SERVICES, "shop", "web");
	api_world_put(&world, API_SERVICES, "shop", "db-1");
	api_world_put(&world, API_SERVICES, "infra", "dns");
	api_world_put(&world, API_NAMESPACES, "", "shop");
	api_world_put(&world, API_ENDPOINTS, "shop", "web");
	api_world_put(&world, API_ENDPOINT_SLICES, "shop", "web-abc");
}

static void
teardown(void)
{
	api_world_stop(&world);
}

static const char *
text_at(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static const char *
list_names(const char *what)
{
	json_t *list = api_world_json(&world, what, "", 200);
	const char *names = api_world_names(list);

	json_decref(list);
	return names;
}

static void
fails(const char *what, int status, const char *message)
{
	json_t *object = api_world_json(&world, what, "", status);

	ck_assert_str_eq(text_at(object, "kind"), "Status");
	ck_assert_msg(strcmp(text_at(object, "message"), message) == 0, "%s: %s", what,
	    text_at(object, "message"));
	json_decref(object);
}

START_TEST(an_object_is_read_by_its_name)
{
	json_t *object = api_world_json(&world, "GET /api/v1/namespaces/shop/services/web", "",
	    200);

	ck_assert_str_eq(text_at(object, "kind"), "Service");
	ck_assert_str_eq(text_at(json_object_get(object, "metadata"), "name"), "web");
	json_decref(object);
	object = api_world_json(&world, "GET /api/v1/namespaces/shop", "", 200);
	ck_assert_str_eq(text_at(object, "kind"), "Namespace");
	json_decref(object);
}
END_TEST

START_TEST(what_is_not_there_is_said_in_the_api_servers_words)
{
	fails("GET /api/v1/namespaces/shop/services/nobody", 404, "services \"nobody\" not found");
	fails("GET /apis/discovery.k8s.io/v1/namespaces/shop/endpointslices/nobody", 404,
	    "endpointslices.discovery.k8s.io \"nobody\" not found");
	fails("GET /api/v1/nodes", 404, "the server could not find the requested resource");
	fails("GET /apis/apps/v1/deployments", 404,
	    "the server could not find the requested resource");
}
END_TEST

START_TEST(a_list_is_of_one_namespace_or_all_and_in_order)
{
	ck_assert_str_eq(list_names("GET /api/v1/services"), "infra/dns shop/db-1 shop/web");
	ck_assert_str_eq(list_names("GET /api/v1/namespaces/shop/services"), "shop/db-1 shop/web");
	ck_assert_str_eq(list_names("GET /api/v1/namespaces/nobody/services"), "");
	ck_assert_str_eq(list_names("GET /api/v1/pods"), "");
}
END_TEST

START_TEST(a_list_says_its_kind_and_version_once)
{
	json_t *list = api_world_json(&world, "GET /api/v1/services", "", 200);
	char version[24];

	snprintf(version, sizeof(version), "%" PRIu64, ledger_version(world.ledger));
	ck_assert_str_eq(text_at(list, "kind"), "ServiceList");
	ck_assert_str_eq(text_at(list, "apiVersion"), "v1");
	ck_assert_str_eq(text_at(json_object_get(list, "metadata"), "resourceVersion"), version);
	ck_assert_ptr_null(json_object_get(json_array_get(json_object_get(list, "items"), 0),
	    "kind"));
	json_decref(list);
	list = api_world_json(&world, "GET /apis/discovery.k8s.io/v1beta1/endpointslices", "", 200);
	ck_assert_str_eq(text_at(list, "kind"), "EndpointSliceList");
	ck_assert_str_eq(text_at(list, "apiVersion"), "discovery.k8s.io/v1beta1");
	json_decref(list);
}
END_TEST

START_TEST(selectors_choose)
{
	ck_assert_str_eq(list_names("GET /api/v1/services?labelSelector=app%3Ddb"), "shop/db-1");
	ck_assert_str_eq(list_names("GET /api/v1/services?labelSelector=app+notin+(db)"),
	    "infra/dns shop/web");
	ck_assert_str_eq(list_names("GET /api/v1/services?fieldSelector=metadata.name%3Dweb"),
	    "shop/web");
	ck_assert_str_eq(list_names("GET /api/v1/services?fieldSelector=spec.type%3DNodePort"), "");
	ck_assert_str_eq(list_names("GET /api/v1/services?fieldSelector=spec.type%3DClusterIP"
	    "&labelSelector=app%3Dweb"), "shop/web");
	fails("GET /api/v1/services?fieldSelector=spec.color%3Dred", 400,
	    "field label not supported: spec.color");
	fails("GET /api/v1/services?labelSelector=%3D", 400,
	    "unable to parse requirement: key: Invalid value: \"\": must be a label key");
}
END_TEST

START_TEST(a_list_comes_in_parts_of_the_size_asked_for)
{
	char what[200] = "GET /api/v1/services?limit=2";
	json_t *list = api_world_json(&world, what, "", 200);
	const char *version = text_at(json_object_get(list, "metadata"), "resourceVersion");
	json_t *rest;

	ck_assert_str_eq(api_world_names(list), "infra/dns shop/db-1");
	snprintf(what, sizeof(what), "GET /api/v1/services?limit=2&continue=%s",
	    text_at(json_object_get(list, "metadata"), "continue"));
	/* What comes and goes meanwhile neither hides nor repeats others. */
	ledger_remove(world.ledger, API_SERVICES, "shop", "db-1");
	rest = api_world_json(&world, what, "", 200);
	ck_assert_str_eq(api_world_names(rest), "shop/web");
	ck_assert_ptr_null(json_object_get(json_object_get(rest, "metadata"), "continue"));
	/* A watch from the first part's version tells what the parts may have missed. */
	ck_assert_str_eq(text_at(json_object_get(rest, "metadata"), "resourceVersion"), version);
	json_decref(list);
	json_decref(rest);
	list = api_world_json(&world, "GET /api/v1/services?limit=2", "", 200);
	ck_assert_ptr_null(json_object_get(json_object_get(list, "metadata"), "continue"));
	json_decref(list);
}
END_TEST

START_TEST(wrong_limits_and_continues_are_refused)
{
	static const char *const wrong[] = { "x", "v1_", "v1_1", "v1_1_shop", "v1_x_shop_web",
		"v1_99999999999999999999_shop_web", "v1_9999999999999999_shop_web" };
	char what[100];

	fails("GET /api/v1/services?limit=-1", 400, "limit: must be a number that is not negative");
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		snprintf(what, sizeof(what), "GET /api/v1/services?continue=%s", wrong[i]);
		fails(what, 400, "continue key is not valid: it must be what a list gave");
	}
}
END_TEST

START_TEST(versions_that_are_not_kept_are_refused)
{
	uint64_t version = ledger_version(world.ledger);
	char what[120];
	char message[120];

	ck_assert_str_eq(list_names("GET /api/v1/services?resourceVersion=0"),
	    "infra/dns shop/db-1 shop/web");
	snprintf(what, sizeof(what), "GET /api/v1/services?resourceVersion=%" PRIu64
	    "&resourceVersionMatch=Exact", version);
	ck_assert_str_eq(list_names(what), "infra/dns shop/db-1 shop/web");
	snprintf(what, sizeof(what), "GET /api/v1/services?resourceVersion=%" PRIu64
	    "&resourceVersionMatch=Exact", version - 1);
	fails(what, 410, "The resourceVersion for the provided list is too old.");
	snprintf(what, sizeof(what), "GET /api/v1/services?resourceVersion=%" PRIu64, version + 1);
	snprintf(message, sizeof(message), "Too large resource version: %" PRIu64 ", current: %"
	    PRIu64, version + 1, version);
	fails(what, 504, message);
	fails("GET /api/v1/services?resourceVersion=x", 400,
	    "resourceVersion: must be a number that a list or a watch gave");
}
END_TEST

START_TEST(a_table_has_a_row_for_each)
{
	static const char accept[] =
	    "Accept: application/json;as=Table;v=v1;g=meta.k8s.io,application/json\r\n";
	json_t *table = api_world_json(&world, "GET /api/v1/namespaces/shop/services", accept, 200);
	char *rows = json_dumps(json_object_get(table, "rows"), JSON_COMPACT);

	ck_assert_str_eq(text_at(table, "kind"), "Table");
	ck_assert_uint_eq(json_array_size(json_object_get(table, "columnDefinitions")), 7);
	ck_assert_ptr_nonnull(strstr(rows, "{\"cells\":[\"db-1\",\"ClusterIP\",\"10.0.0.1\","
	    "\"<none>\",\"80/TCP\",\"43m\",\"<none>\"],\"object\":{\"kind\":"
	    "\"PartialObjectMetadata\",\"apiVersion\":\"meta.k8s.io/v1\",\"metadata\":{"));
	free(rows);
	json_decref(table);
	table = api_world_json(&world, "GET /api/v1/namespaces/shop/services/web", accept, 200);
	ck_assert_uint_eq(json_array_size(json_object_get(table, "rows")), 1);
	json_decref(table);
	fails("GET /api/v1/services?includeObject=All", 400,
	    "unrecognized includeObject value: must be Object, Metadata or None");
}
END_TEST

START_TEST(metadata_alone_can_be_had)
{
	json_t *list = api_world_json(&world, "GET /api/v1/services?labelSelector=app%3Dweb",
	    "Accept: application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io\r\n", 200);

	ck_assert_str_eq(text_at(list, "kind"), "PartialObjectMetadataList");
	ck_assert_str_eq(api_world_names(list), "shop/web");
	ck_assert_ptr_null(json_object_get(json_array_get(json_object_get(list, "items"), 0),
	    "spec"));
	json_decref(list);
}
END_TEST

START_TEST(protobuf_is_passed_over_and_yaml_is_not_acceptable)
{
	ck_assert_ptr_nonnull(strstr(api_world_ask(&world, "GET /api/v1/services",
	    "Accept: application/vnd.kubernetes.protobuf,application/json\r\n"),
	    "Content-Type: application/json\r\n"));
	ck_assert_ptr_nonnull(strstr(api_world_ask(&world, "GET /api/v1/services",
	    "Accept: application/yaml\r\n"), " 406 "));
}
END_TEST

START_TEST(old_kinds_carry_a_warning)
{
	static const char warning[] = "Warning: 299 - \"v1 Endpoints is deprecated in v1.33+; use "
	    "discovery.k8s.io/v1 EndpointSlice\"\r\n";

	ck_assert_ptr_nonnull(strstr(api_world_ask(&world, "GET /api/v1/endpoints", ""), warning));
	ck_assert_ptr_nonnull(strstr(api_world_ask(&world,
	    "GET /api/v1/namespaces/shop/endpoints/web", ""), warning));
	ck_assert_ptr_null(strstr(api_world_ask(&world, "GET /api/v1/services", ""), "Warning:"));
}
END_TEST

START_TEST(a_document_that_the_client_has_is_not_sent_again)
{
	const char *reply = api_world_ask(&world, "GET /apis", "");
	const char *tag = strstr(reply, "ETag: ");
	char header[64];

	ck_assert_ptr_nonnull(tag);
	snprintf(header, sizeof(header), "If-None-Match: %.18s\r\n", tag + 6);
	reply = api_world_ask(&world, "GET /apis", header);
	ck_assert_ptr_nonnull(strstr(reply, " 304 "));
	ck_assert_str_eq(strstr(reply, "\r\n\r\n"), "\r\n\r\n");
	ck_assert_ptr_nonnull(strstr(api_world_ask(&world, "GET /api", header), " 200 "));
}
END_TEST

START_TEST(a_watch_tells_what_its_filter_takes_in_the_form_asked_for)
{
	static char reply[65536];
	int fd = http_client_connect(httpd_bound(world.httpd));

	http_client_send(fd, "GET /api/v1/services?watch=1&timeoutSeconds=1&labelSelector=app%3Ddb "
	    "HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
	    "Accept: application/json;as=Table;v=v1;g=meta.k8s.io\r\n\r\n");
	http_client_wait(world.loop, 50);
	clock_turn_ms(world.clock, 2000);
	ck_assert(http_client_read(world.loop, fd, reply, sizeof(reply)));
	close(fd);
	ck_assert_ptr_nonnull(strstr(reply, "{\"type\":\"ADDED\",\"object\":{\"kind\":"
	    "\"Table\""));
	ck_assert_ptr_nonnull(strstr(reply, "\"cells\":[\"db-1\""));
	ck_assert_ptr_null(strstr(reply, "\"cells\":[\"web\""));
	/* A list where a watch was not meant. */
	list_names("GET /api/v1/services?watch=false");
	fails("GET /api/v1/services?watch=1&labelSelector=%3D", 400,
	    "unable to parse requirement: key: Invalid value: \"\": must be a label key");
}
END_TEST

START_TEST(plain_tcp_writes_nothing)
{
	ck_assert_ptr_nonnull(strstr(api_world_ask(&world,
	    "DELETE /api/v1/namespaces/shop/services/web", ""), " 403 "));
	ck_assert_ptr_null(world.handed_to);
}
END_TEST

/* Enough to fill the socket many times over. */
#define MANY 20000

START_TEST(a_long_list_waits_for_a_client_that_does_not_read)
{
	int fd;
	json_t *list;

	for (int i = 0; i < MANY; i++) {
		char name[32];

		snprintf(name, sizeof(name), "svc-%05d", i);
		api_world_put(&world, API_SERVICES, "many", name);
	}
	fd = http_client_connect(httpd_bound(world.httpd));
	http_client_send(fd, "GET /api/v1/services HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
	http_client_wait(world.loop, 200);
	/* The loop is idle meanwhile, and serves others. */
	ck_assert_str_eq(list_names("GET /api/v1/namespaces/shop/services"), "shop/db-1 shop/web");
	/* It goes away in the middle of it: nothing is left behind (LeakSanitizer). */
	close(fd);
	http_client_wait(world.loop, 50);
	list = api_world_json(&world, "GET /api/v1/namespaces/many/services", "", 200);
	ck_assert_uint_eq(json_array_size(json_object_get(list, "items")), MANY);
	json_decref(list);
	/* And one is still on its way when the API ends. */
	fd = http_client_connect(httpd_bound(world.httpd));
	http_client_send(fd, "GET /api/v1/services HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
	http_client_wait(world.loop, 50);
	close(fd);
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("api");
	TCase *all = tcase_create("all");

	tcase_add_checked_fixture(all, setup, teardown);
	tcase_add_test(all, an_object_is_read_by_its_name);
	tcase_add_test(all, what_is_not_there_is_said_in_the_api_servers_words);
	tcase_add_test(all, a_list_is_of_one_namespace_or_all_and_in_order);
	tcase_add_test(all, a_list_says_its_kind_and_version_once);
	tcase_add_test(all, selectors_choose);
	tcase_add_test(all, a_list_comes_in_parts_of_the_size_asked_for);
	tcase_add_test(all, wrong_limits_and_continues_are_refused);
	tcase_add_test(all, versions_that_are_not_kept_are_refused);
	tcase_add_test(all, a_table_has_a_row_for_each);
	tcase_add_test(all, metadata_alone_can_be_had);
	tcase_add_test(all, protobuf_is_passed_over_and_yaml_is_not_acceptable);
	tcase_add_test(all, old_kinds_carry_a_warning);
	tcase_add_test(all, a_document_that_the_client_has_is_not_sent_again);
	tcase_add_test(all, a_watch_tells_what_its_filter_takes_in_the_form_asked_for);
	tcase_add_test(all, plain_tcp_writes_nothing);
	tcase_add_test(all, a_long_list_waits_for_a_client_that_does_not_read);
	suite_add_tcase(suite, all);
	return suite;
}
