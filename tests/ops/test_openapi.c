/* test_openapi.c - one set of definitions is told in three forms. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "ops/openapi.h"
#include "tests/ops/api_world.h"
#include "tests/suite.h"

#define CORE "io.k8s.api.core.v1."
#define PROTOBUF_AT "application/com.github.proto-openapi.spec.v2@v1.0+protobuf"
#define PROTOBUF_DOT "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"

static struct api_world world;
static struct openapi *openapi;

static void
setup(void)
{
	static const struct openapi_field port[] = {
		{ .name = "port", .type = OPENAPI_INTEGER, .required = true, .doc = "A number." },
		{ .name = "targetPort", .type = OPENAPI_INT_OR_TEXT },
	};
	static const struct openapi_field spec[] = {
		{ .name = "ports", .type = OPENAPI_REF, .ref = CORE "ServicePort", .list = true,
		    .merge_key = "port" },
		{ .name = "selector", .type = OPENAPI_TEXTS_BY_KEY, .doc = "Labels." },
		{ .name = "any", .type = OPENAPI_ANY },
	};
	static const struct openapi_field service[] = {
		{ .name = "spec", .type = OPENAPI_REF, .ref = CORE "ServiceSpec",
		    .doc = "What is wanted." },
	};

	openapi = openapi_new();
	ck_assert_int_eq(openapi_add(openapi, CORE "ServicePort", "A port.", port, 2), 0);
	ck_assert_int_eq(openapi_add(openapi, CORE "ServiceSpec", "Spec.", spec, 3), 0);
	ck_assert_int_eq(openapi_add(openapi, CORE "Service", "A name.", service, 1), 0);
	ck_assert_int_eq(openapi_add(openapi, CORE "Service", "Again.", service, 1), ERR_EXISTS);
	ck_assert_int_eq(openapi_set_kind(openapi, CORE "Service", API_SERVICES), 0);
	ck_assert_int_eq(openapi_finish(openapi), 0);
	api_world_start(&world, openapi);
}

static void
teardown(void)
{
	api_world_stop(&world);
	openapi_free(openapi);
}

static void
has(const char *what, const char *text)
{
	json_t *document = api_world_json(&world, what, "", 200);
	char *found = json_dumps(document, JSON_COMPACT);

	ck_assert_msg(strstr(found, text) != NULL, "%s: no %s", what, text);
	free(found);
	json_decref(document);
}

START_TEST(version_2_has_types_merge_keys_and_kinds)
{
	has("GET /openapi/v2", "\"spec\":{\"$ref\":\"#/definitions/" CORE "ServiceSpec\","
	    "\"description\":\"What is wanted.\"}");
	has("GET /openapi/v2", "\"ports\":{\"type\":\"array\",\"items\":{\"$ref\":"
	    "\"#/definitions/" CORE "ServicePort\"},\"x-kubernetes-patch-strategy\":\"merge\","
	    "\"x-kubernetes-patch-merge-key\":\"port\"}");
	has("GET /openapi/v2", "\"targetPort\":{\"type\":\"string\",\"format\":\"int-or-string\"}");
	has("GET /openapi/v2", "\"required\":[\"port\"]");
	has("GET /openapi/v2", "\"x-kubernetes-group-version-kind\":[{\"group\":\"\",\"kind\":"
	    "\"Service\",\"version\":\"v1\"}]");
	has("GET /openapi/v2", "\"/api/v1/namespaces/{namespace}/services/{name}\":{\"get\":");
}
END_TEST

START_TEST(version_3_has_an_index_of_documents_by_digest)
{
	json_t *index = api_world_json(&world, "GET /openapi/v3", "", 200);
	const char *url = json_string_value(json_object_get(json_object_get(json_object_get(index,
	    "paths"), "api/v1"), "serverRelativeURL"));
	char what[160] = "GET ";

	ck_assert_ptr_nonnull(url);
	ck_assert_int_eq(strncmp(url, "/openapi/v3/api/v1?hash=", 24), 0);
	ck_assert_uint_eq(json_object_size(json_object_get(index, "paths")), 1);
	strncat(what, url, 150);
	has(what, "\"openapi\":\"3.0.0\"");
	/* Nothing may stand beside a $ref (OpenAPI 3.0, Reference Object). */
	has(what, "\"spec\":{\"description\":\"What is wanted.\",\"allOf\":[{\"$ref\":"
	    "\"#/components/schemas/" CORE "ServiceSpec\"}]}");
	has(what, "\"items\":{\"$ref\":\"#/components/schemas/" CORE "ServicePort\"}");
	has(what, "\"name\":\"fieldValidation\"");
	json_decref(index);
}
END_TEST

START_TEST(what_is_not_there_is_not_found)
{
	json_decref(api_world_json(&world, "GET /openapi/v3/apis/apps/v1", "", 404));
	json_decref(api_world_json(&world, "GET /openapi/v1", "", 404));
	json_decref(api_world_json(&world, "GET /openapi", "", 404));
}
END_TEST

/* The content of field `number`, the first of that number; *len is of the message, then of it. */
static const unsigned char *
field_of(const unsigned char *message, size_t *len, unsigned number)
{
	const unsigned char *end = message + *len;

	while (message < end) {
		uint64_t values[2] = { 0, 0 };          /* tag; length, or the value */

		for (int i = 0; i < 2; i++)
			for (unsigned shift = 0;; shift += 7) {
				ck_assert(message < end);
				values[i] |= (uint64_t)(*message & 0x7f) << shift;
				if ((*message++ & 0x80) == 0)
					break;
			}
		if ((values[0] & 7) == 0)
			continue;
		ck_assert_uint_eq(values[0] & 7, 2);
		ck_assert_uint_le(values[1], (uint64_t)(end - message));
		if (values[0] >> 3 == number) {
			*len = values[1];
			return message;
		}
		message += values[1];
	}
	ck_abort_msg("no field %u", number);
}

static void
is_text(const unsigned char *text, size_t len, const char *wanted)
{
	ck_assert_uint_eq(len, strlen(wanted));
	ck_assert_int_eq(memcmp(text, wanted, len), 0);
}

START_TEST(protobuf_has_gnostics_field_numbers)
{
	static const struct { unsigned path[8]; const char *text; } cases[] = {
		{ { 1 }, "2.0" },                       /* Document.swagger */
		{ { 2, 1 }, "rollcall" },               /* info.title */
		{ { 8, 2, 1 }, "/api/v1/namespaces/{namespace}/services" },
		/* paths.path.value.get.parameters.parameter.non_body_parameter.query.name */
		{ { 8, 2, 2, 2, 8, 1, 2, 3 }, NULL },
		{ { 9, 1, 1 }, CORE "ServicePort" },    /* definitions[0].name */
		{ { 9, 1, 2, 4 }, "A port." },          /* .value.description */
		{ { 9, 1, 2, 19 }, "port" },            /* .value.required */
		{ { 9, 1, 2, 22, 1 }, "object" },       /* .value.type.value */
		{ { 9, 1, 2, 25, 1, 1 }, "port" },      /* .value.properties[0].name */
		{ { 9, 1, 2, 25, 1, 2, 2 }, "int32" },  /* ... .value.format */
	};
	const char *reply = api_world_ask(&world, "GET /openapi/v2", "Accept: " PROTOBUF_AT "\r\n");
	const char *body = strstr(reply, "\r\n\r\n") + 4;
	size_t size = strtoul(strstr(reply, "Content-Length: ") + 16, NULL, 10);

	ck_assert_ptr_nonnull(strstr(reply, "Content-Type: " PROTOBUF_DOT "\r\n"));
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const unsigned char *at = (const unsigned char *)body;
		size_t len = size;

		for (size_t j = 0; j < 8 && cases[i].path[j] != 0; j++)
			at = field_of(at, &len, cases[i].path[j]);
		if (cases[i].text != NULL)
			is_text(at, len, cases[i].text);
	}
}
END_TEST

START_TEST(the_form_that_is_asked_for_first_is_sent)
{
	static const struct { const char *accept; const char *type; } cases[] = {
		{ "Accept: " PROTOBUF_DOT "\r\n", PROTOBUF_DOT },
		{ "Accept: " PROTOBUF_AT ", application/json\r\n", PROTOBUF_DOT },
		{ "Accept: application/json, " PROTOBUF_AT "\r\n", "application/json" },
		{ "Accept: */*\r\n", "application/json" }, { "", "application/json" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *reply = api_world_ask(&world, "GET /openapi/v2", cases[i].accept);
		const char *type = strstr(reply, "Content-Type: ");

		ck_assert_ptr_nonnull(type);
		ck_assert_int_eq(strncmp(type + 14, cases[i].type, strlen(cases[i].type)), 0);
	}
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("openapi");
	TCase *all = tcase_create("all");

	tcase_add_checked_fixture(all, setup, teardown);
	tcase_add_test(all, version_2_has_types_merge_keys_and_kinds);
	tcase_add_test(all, version_3_has_an_index_of_documents_by_digest);
	tcase_add_test(all, what_is_not_there_is_not_found);
	tcase_add_test(all, protobuf_has_gnostics_field_numbers);
	tcase_add_test(all, the_form_that_is_asked_for_first_is_sent);
	suite_add_tcase(suite, all);
	return suite;
}
