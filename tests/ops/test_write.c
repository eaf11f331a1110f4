/* test_write.c - create, update, patch and delete answer as an API server does. */
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "tests/ops/write_world.h"
#include "tests/suite.h"

#define JSON "application/json"
#define MERGE "application/merge-patch+json"
#define SERVICES "/api/v1/namespaces/shop/services"
#define WEB "{\"kind\":\"Service\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"web\"},\"spec\":{\"ports\":[{\"port\":80}]}}"

static void
create(const char *body)
{
	json_decref(write_world_ask("POST " SERVICES, JSON, body, 201));
}

static const char *
meta(json_t *object, const char *key)
{
	return json_string_value(json_object_get(json_object_get(object, "metadata"), key));
}

START_TEST(what_is_created_is_kept_and_answered_with_what_the_server_adds)
{
	json_t *object = write_world_ask("POST " SERVICES, JSON, WEB, 201);
	json_t *kept = write_world_kept("services", "shop", "web");

	ck_assert_str_eq(meta(object, "namespace"), "shop");
	ck_assert_ptr_ne(meta(object, "uid"), NULL);
	ck_assert_ptr_ne(meta(object, "resourceVersion"), NULL);
	ck_assert_str_eq(meta(kept, "creationTimestamp"), "1970-01-01T00:43:40Z");
	ck_assert_ptr_null(meta(kept, "resourceVersion"));
	ck_assert_ptr_null(json_object_get(kept, "status"));
	json_decref(object);
	ck_assert_str_eq(write_world_says("POST " SERVICES, JSON, WEB, 409),
	    "services \"web\" already exists");
}
END_TEST

START_TEST(a_name_can_be_made)
{
	json_t *object = write_world_ask("POST " SERVICES, JSON,
	    "{\"metadata\":{\"generateName\":\"web-\"},\"spec\":{}}", 201);

	ck_assert_int_eq(strncmp(meta(object, "name"), "web-", 4), 0);
	ck_assert_uint_eq(strlen(meta(object, "name")), 9);
	json_decref(object);
}
END_TEST

static const struct bad { const char *what, *type, *body; int status; const char *message; } bads[] = {
	{ "POST " SERVICES, JSON, "{", 400, "json parse error: " },
	{ "POST " SERVICES, JSON, "{\"a\":1,\"a\":2}", 400, "json parse error: duplicate object key" },
	{ "POST " SERVICES, JSON, "{\"a\":NaN}", 400, "json parse error: " },
	{ "POST " SERVICES, JSON, "[]", 400, "the body must be an object" },
	{ "POST " SERVICES, JSON, "", 400, "the body must be an object" },
	{ "POST " SERVICES, "text/plain", WEB, 415, "the body of the request was in an unknown format" },
	{ "POST " SERVICES, MERGE, WEB, 415, "the body of the request was in an unknown format" },
	{ "POST " SERVICES, "application/yaml", "a: [", 400, "yaml parse error: line 3: is no YAML" },
	{ "POST " SERVICES, "application/vnd.kubernetes.protobuf", "x", 400, "protobuf: the body is no" },
	{ "POST " SERVICES, JSON, "{\"kind\":\"Pod\"}", 400, "Pod is not what this resource holds: Service" },
	{ "POST " SERVICES, JSON, "{\"apiVersion\":\"v2\"}", 400, "the API version in the data (v2)" },
	{ "POST " SERVICES, JSON, "{\"spec\":{}}", 400, "resource name may not be empty" },
	{ "POST " SERVICES, JSON, "{\"metadata\":7}", 400, "metadata must be a mapping" },
	{ "POST " SERVICES, JSON, "{\"metadata\":{\"name\":\"a\",\"namespace\":\"b\"}}", 400,
	    "the namespace of the provided object (b) does not match the namespace sent on the request (shop)" },
	{ "PUT " SERVICES "/web", JSON, "{\"metadata\":{\"name\":\"a\"}}", 400,
	    "the name of the object (a) does not match the name on the URL (web)" },
	{ "PUT " SERVICES "/web", JSON, WEB, 404, "services \"web\" not found" },
	{ "PATCH " SERVICES "/web", MERGE, "{}", 404, "services \"web\" not found" },
	{ "DELETE " SERVICES "/web", JSON, "", 404, "services \"web\" not found" },
	{ "PATCH " SERVICES "/web", JSON, "{}", 415, "the body of the request was in an unknown format" },
	{ "PATCH " SERVICES "/web", "application/apply-patch+yaml", "{}", 400, "PatchOptions.meta.k8s.io" },
	{ "POST " SERVICES "?dryRun=some", JSON, WEB, 422, "dryRun: Unsupported value: \"some\"" },
	{ "POST " SERVICES "?fieldValidation=some", JSON, WEB, 422, "fieldValidation: Unsupported value" },
	{ "POST /apis/discovery.k8s.io/v1beta1/namespaces/shop/endpointslices", JSON,
	    "{\"metadata\":{\"name\":\"a\"}}", 400, "discovery.k8s.io/v1beta1 can be written as discovery.k8s.io/v1 only" },
};

START_TEST(what_cannot_be_meant_is_refused_in_words)
{
	for (size_t i = 0; i < sizeof(bads) / sizeof(bads[0]); i++) {
		const struct bad *bad = &bads[i];
		const char *said = write_world_says(bad->what, bad->type, bad->body, bad->status);

		ck_assert_msg(strncmp(said, bad->message, strlen(bad->message)) == 0, "%s %s: %s",
		    bad->what, bad->body, said);
	}
	ck_assert_ptr_null(write_world_kept("services", "shop", "web"));
}
END_TEST

START_TEST(an_update_of_an_old_version_is_a_conflict)
{
	json_t *first, *second;
	char body[600];

	create(WEB);
	first = write_world_ask("GET " SERVICES "/web", JSON, "", 200);
	second = write_world_ask("PATCH " SERVICES "/web", MERGE, "{\"spec\":{\"type\":\"NodePort\"}}", 200);
	ck_assert_int_eq(json_integer_value(json_object_get(json_object_get(second, "metadata"),
	    "generation")), 2);
	snprintf(body, sizeof(body), "{\"metadata\":{\"resourceVersion\":\"%s\"},\"spec\":{}}",
	    meta(first, "resourceVersion"));
	ck_assert_str_eq(write_world_says("PUT " SERVICES "/web", JSON, body, 409),
	    "Operation cannot be fulfilled on services \"web\": the object has been modified; please "
	    "apply your changes to the latest version and try again");
	snprintf(body, sizeof(body), "{\"metadata\":{\"resourceVersion\":\"%s\"},\"spec\":{}}",
	    meta(second, "resourceVersion"));
	json_decref(write_world_ask("PUT " SERVICES "/web", JSON, body, 200));
	json_decref(first);
	json_decref(second);
}
END_TEST

START_TEST(a_patch_that_changes_nothing_writes_nothing)
{
	json_t *first, *second;

	create(WEB);
	first = write_world_ask("GET " SERVICES "/web", JSON, "", 200);
	second = write_world_ask("PATCH " SERVICES "/web", MERGE, "{\"spec\":{}}", 200);
	ck_assert_str_eq(meta(first, "resourceVersion"), meta(second, "resourceVersion"));
	json_decref(first);
	json_decref(second);
}
END_TEST

START_TEST(a_dry_run_changes_nothing)
{
	json_decref(write_world_ask("POST " SERVICES "?dryRun=All", JSON, WEB, 201));
	ck_assert_ptr_null(write_world_kept("services", "shop", "web"));
	create(WEB);
	json_decref(write_world_ask("PATCH " SERVICES "/web?dryRun=All", MERGE, "{\"spec\":null}", 200));
	json_decref(write_world_ask("DELETE " SERVICES "/web?dryRun=All", JSON, "", 200));
	ck_assert_ptr_ne(json_object_get(write_world_kept("services", "shop", "web"), "spec"), NULL);
}
END_TEST

START_TEST(objects_of_files_are_not_to_be_changed)
{
	static const char says[] = "services \"web\" is managed by zones/a.yaml:7; change that file";

	write_world_state(API_SERVICES, "shop", "web", WEB);
	ck_assert_str_eq(write_world_says("PUT " SERVICES "/web", JSON, WEB, 409), says);
	ck_assert_str_eq(write_world_says("PATCH " SERVICES "/web", MERGE, "{}", 409), says);
	ck_assert_str_eq(write_world_says("DELETE " SERVICES "/web", JSON, "", 409), says);
	ck_assert_str_eq(write_world_says("DELETE " SERVICES, JSON, "", 409),
	    "nothing was deleted: services \"web\" is managed by zones/a.yaml:7; change that file");
	ck_assert_str_eq(write_world_says("POST " SERVICES, JSON, WEB, 409), "services \"web\" already exists");
}
END_TEST

START_TEST(what_a_decoder_says_becomes_causes)
{
	json_t *status, *cause;

	write_world_mood.error = "Service shop/web: spec.ports[0].port 80 is outside 1-65535";
	status = write_world_ask("POST " SERVICES, JSON, WEB, 422);
	ck_assert_str_eq(json_string_value(json_object_get(status, "message")), "Service \"web\" is invalid: "
	    "spec.ports[0].port: Invalid value: 80: must be between 1 and 65535, inclusive");
	cause = json_array_get(json_object_get(json_object_get(status, "details"), "causes"), 0);
	ck_assert_str_eq(json_string_value(json_object_get(cause, "reason")), "FieldValueInvalid");
	ck_assert_str_eq(json_string_value(json_object_get(cause, "field")), "spec.ports[0].port");
	json_decref(status);
	write_world_mood.error = "Service shop/web: spec.ports[0].name is required with more than one port";
	ck_assert_str_eq(write_world_says("POST " SERVICES, JSON, WEB, 422), "Service \"web\" is invalid: "
	    "spec.ports[0].name: Required value: with more than one port");
	write_world_mood.error = "the object is larger than 1 MiB";
	ck_assert_str_eq(write_world_says("POST " SERVICES, JSON, WEB, 422), "Service \"web\" is invalid: "
	    ": Invalid value: the object is larger than 1 MiB");
}
END_TEST

START_TEST(addresses_that_cannot_be_had_are_said_as_api_servers_say_it)
{
	static const char body[] = "{\"metadata\":{\"name\":\"web\"},\"spec\":{\"clusterIP\":\"10.96.0.9\","
	    "\"ports\":[{\"port\":80,\"nodePort\":30080}]}}";
	static const struct { struct allot_refusal refusal; const char *says; } cases[] = {
		{ { ALLOT_CLUSTER_IP, 0, true, "" }, "spec.clusterIPs: Invalid value: [\"10.96.0.9\"]: failed to "
		    "allocate IP 10.96.0.9: provided IP is already allocated" },
		{ { ALLOT_CLUSTER_IP, 0, false, "" }, "spec.clusterIPs: Invalid value: [\"10.96.0.9\"]: failed to "
		    "allocate IP 10.96.0.9: the provided IP (10.96.0.9) is not in the valid range" },
		{ { ALLOT_NODE_PORT, 0, true, "30000-32767" }, "spec.ports[0].nodePort: Invalid value: 30080: "
		    "provided port is already allocated" },
		{ { ALLOT_NODE_PORT, 0, false, "30000-32767" }, "spec.ports[0].nodePort: Invalid value: 30080: "
		    "provided port is not in the valid range. The range of valid ports is 30000-32767" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		write_world_mood.refusal = &cases[i].refusal;
		ck_assert_str_eq(write_world_says("POST " SERVICES, JSON, body, 422) +
		    strlen("Service \"web\" is invalid: "), cases[i].says);
	}
}
END_TEST

START_TEST(unknown_fields_are_refused_said_or_left_out_as_asked)
{
	static const char body[] = "{\"metadata\":{\"name\":\"web\"},\"spec\":{\"selectr\":{\"a\":\"b\"}}}";

	write_world_mood.warning = "Service shop/web: spec.selectr is unknown; did you mean selector?";
	ck_assert_str_eq(write_world_says("POST " SERVICES "?fieldValidation=Strict", JSON, body, 400),
	    "Service in version \"v1\" cannot be handled as a Service: strict decoding error: unknown field "
	    "\"spec.selectr\"");
	json_decref(write_world_ask("POST " SERVICES "?fieldValidation=Ignore&dryRun=All", JSON, body, 201));
	ck_assert_ptr_null(strstr(write_world_head, "Warning:"));
	create(body);
	ck_assert_ptr_ne(strstr(write_world_head, "Warning: 299 - \"unknown field \\\"spec.selectr\\\"\""), NULL);
	ck_assert_ptr_null(json_object_get(json_object_get(write_world_kept("services", "shop", "web"), "spec"),
	    "selectr"));
}
END_TEST

START_TEST(commands_files_and_foreign_hosts_are_never_believed)
{
	static const struct { const char *body, *field; } cases[] = {
		{ "{\"metadata\":{\"name\":\"a\"},\"spec\":{\"containers\":[{\"readinessProbe\":{\"exec\":{}}}]}}",
		    "spec.containers[0].readinessProbe.exec: Forbidden: " },
		{ "{\"metadata\":{\"name\":\"a\"},\"spec\":{\"initContainers\":[{\"startupProbe\":{\"tcpSocket\":"
		    "{\"host\":\"10.0.0.1\"}}}]}}", "spec.initContainers[0].startupProbe.tcpSocket.host: Forbidden: " },
		{ "{\"metadata\":{\"name\":\"a\",\"annotations\":{\"rollcall/exec-prefix\":\"sh\"}}}",
		    "metadata.annotations[rollcall/exec-prefix]: Forbidden: " },
		{ "{\"metadata\":{\"name\":\"a\",\"annotations\":{\"rollcall/header-file-x\":\"/etc/shadow\"}}}",
		    "metadata.annotations[rollcall/header-file-x]: Forbidden: " },
		{ "{\"metadata\":{\"name\":\"a\",\"annotations\":{\"rollcall/readiness-probe\":"
		    "\"{\\\"httpGet\\\":{\\\"host\\\":\\\"h\\\"}}\"}}}",
		    "metadata.annotations[rollcall/readiness-probe].httpGet.host: Forbidden: " },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *said = write_world_says("POST /api/v1/namespaces/shop/pods", JSON, cases[i].body, 422);

		ck_assert_msg(strstr(said, cases[i].field) != NULL, "%s", said);
	}
}
END_TEST

START_TEST(changes_of_one_object_wait_for_each_other)
{
	int first, second;

	create(WEB);
	write_world_mood.slow = true;
	first = write_world_send("PATCH " SERVICES "/web", MERGE, "{\"metadata\":{\"labels\":{\"a\":\"1\"}}}");
	json_decref(write_world_ask("GET " SERVICES "/web", JSON, "", 200));
	second = write_world_send("PATCH " SERVICES "/web", MERGE, "{\"metadata\":{\"labels\":{\"b\":\"2\"}}}");
	json_decref(write_world_ask("GET " SERVICES "/web", JSON, "", 200));
	write_world_mood.slow = false;
	write_world_finish();
	json_decref(write_world_reply(first, 200));
	json_decref(write_world_reply(second, 200));
	ck_assert_uint_eq(json_object_size(json_object_get(json_object_get(write_world_kept("services", "shop",
	    "web"), "metadata"), "labels")), 2);
}
END_TEST

/* Each reads its body anew when it is woken, and only one of them can go on. */
START_TEST(who_must_wait_still_is_not_begun_anew)
{
	enum { WAITING = 20 };
	int replies[WAITING];

	create(WEB);
	write_world_mood.slow = true;
	write_world_mood.begun = 0;
	for (int i = 0; i < WAITING; i++) {
		char patch[64];

		snprintf(patch, sizeof(patch), "{\"metadata\":{\"labels\":{\"a\":\"%d\"}}}", i);
		replies[i] = write_world_send("PATCH " SERVICES "/web", MERGE, patch);
		json_decref(write_world_ask("GET " SERVICES "/web", JSON, "", 200));
	}
	for (int i = 0; i < WAITING; i++) {
		write_world_finish();
		json_decref(write_world_reply(replies[i], 200));
	}
	ck_assert_uint_le(write_world_mood.begun, 2 * WAITING);
}
END_TEST

START_TEST(a_client_that_goes_does_not_take_its_write_along)
{
	int first, second;

	write_world_mood.slow = true;
	first = write_world_send("POST " SERVICES, JSON, WEB);
	json_decref(write_world_ask("GET " SERVICES "/none", JSON, "", 404));
	/* It waits for the first, and then nobody waits for it. */
	second = write_world_send("POST " SERVICES, JSON, WEB);
	json_decref(write_world_ask("GET " SERVICES "/none", JSON, "", 404));
	close(first);
	close(second);
	json_decref(write_world_ask("GET " SERVICES "/none", JSON, "", 404));
	write_world_finish();
	ck_assert_ptr_ne(write_world_kept("services", "shop", "web"), NULL);
	ck_assert_str_eq(write_world_says("POST " SERVICES, JSON, WEB, 409), "services \"web\" already exists");
}
END_TEST

START_TEST(what_cannot_be_kept_is_said_with_its_reason)
{
	write_world_mood.put_err = ERR_FULL;
	write_world_mood.put_why = "No space left on device";
	ck_assert_str_eq(write_world_says("POST " SERVICES, JSON, WEB, 507),
	    "services \"web\": nothing was changed: No space left on device");
	write_world_mood.put_err = ERR_RANGE;
	write_world_mood.put_why = "failed to allocate a serviceIP: range is full";
	ck_assert_str_eq(write_world_says("POST " SERVICES, JSON, WEB, 500),
	    "services \"web\": nothing was changed: failed to allocate a serviceIP: range is full");
	write_world_mood.problem = "nothing can be written";
	ck_assert_str_eq(write_world_says("POST " SERVICES, JSON, WEB, 403), "nothing can be written");
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("write");
	TCase *tc = tcase_create("write");

	tcase_add_checked_fixture(tc, write_world_start, write_world_stop);
	tcase_add_test(tc, what_is_created_is_kept_and_answered_with_what_the_server_adds);
	tcase_add_test(tc, a_name_can_be_made);
	tcase_add_test(tc, what_cannot_be_meant_is_refused_in_words);
	tcase_add_test(tc, an_update_of_an_old_version_is_a_conflict);
	tcase_add_test(tc, a_patch_that_changes_nothing_writes_nothing);
	tcase_add_test(tc, a_dry_run_changes_nothing);
	tcase_add_test(tc, objects_of_files_are_not_to_be_changed);
	tcase_add_test(tc, what_a_decoder_says_becomes_causes);
	tcase_add_test(tc, addresses_that_cannot_be_had_are_said_as_api_servers_say_it);
	tcase_add_test(tc, unknown_fields_are_refused_said_or_left_out_as_asked);
	tcase_add_test(tc, commands_files_and_foreign_hosts_are_never_believed);
	tcase_add_test(tc, changes_of_one_object_wait_for_each_other);
	tcase_add_test(tc, who_must_wait_still_is_not_begun_anew);
	tcase_add_test(tc, a_client_that_goes_does_not_take_its_write_along);
	tcase_add_test(tc, what_cannot_be_kept_is_said_with_its_reason);
	suite_add_tcase(s, tc);
	return s;
}
