/* test_shape.c - what a reader accepts decides what it gets. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "ops/api_target.h"
#include "ops/shape.h"
#include "tests/suite.h"

#define TABLE "application/json;as=Table;v=v1;g=meta.k8s.io"
#define TABLE_BETA "application/json;as=Table;v=v1beta1;g=meta.k8s.io"
#define PARTIAL "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io"

static const struct {
	const char *accept;
	int err;
	const char *type;
} cases[] = {
	{ NULL, 0, "application/json" }, { "", 0, "application/json" },
	{ "*/*", 0, "application/json" }, { "application/*;q=0.5", 0, "application/json" },
	{ "Application/JSON", 0, "application/json" },
	{ "application/json, */*", 0, "application/json" },
	{ "application/json;stream=watch", 0, "application/json" },
	{ "application/vnd.kubernetes.protobuf, application/json", 0, "application/json" },
	{ "application/vnd.kubernetes.protobuf", ERR_NOTFOUND, NULL },
	{ "application/yaml,text/html", ERR_NOTFOUND, NULL }, { ",", ERR_NOTFOUND, NULL },
	/* kubectl get, new and old */
	{ TABLE "," TABLE_BETA ",application/json", 0, TABLE },
	{ TABLE_BETA ", application/json", 0, TABLE_BETA },
	{ "application/json; as=Table; g=meta.k8s.io; v=v1", 0, TABLE },
	{ "application/json;as=Table;v=v2;g=meta.k8s.io,application/json", 0, "application/json" },
	{ "application/json;as=Table;v=v2;g=meta.k8s.io", ERR_NOTFOUND, NULL },
	{ "application/json;as=Tables;v=v1;g=meta.k8s.io", ERR_NOTFOUND, NULL },
	{ PARTIAL, 0, PARTIAL },
	{ "application/vnd.kubernetes.protobuf;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,"
	    "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io", 0, PARTIAL },
};

START_TEST(the_first_acceptable_form_is_taken)
{
	struct shape shape;

	ck_assert_int_eq(shape_read(cases[_i].accept, NULL, &shape), cases[_i].err);
	if (cases[_i].err == 0)
		ck_assert_str_eq(shape.type, cases[_i].type);
}
END_TEST

START_TEST(an_object_goes_with_its_row_as_far_as_wanted)
{
	static const struct { const char *include; const char *row; } wanted[] = {
		{ NULL, "{\"cells\":[\"shop\",\"\",\"<unknown>\"],\"object\":{\"kind\":"
		    "\"PartialObjectMetadata\",\"apiVersion\":\"meta.k8s.io/v1\",\"metadata\":"
		    "{\"name\":\"shop\"}}}" },
		{ "Object", "{\"cells\":[\"shop\",\"\",\"<unknown>\"],\"object\":{\"metadata\":"
		    "{\"name\":\"shop\"}}}" },
		{ "None", "{\"cells\":[\"shop\",\"\",\"<unknown>\"]}" },
	};
	struct api_target target = { .resource = api_resource_of(API_NAMESPACES), .version = "v1" };
	struct shape shape;

	for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted); i++) {
		json_t *row;
		char *text;

		ck_assert_int_eq(shape_read(TABLE, wanted[i].include, &shape), 0);
		row = shape_item(&shape, &target, json_pack("{s:{s:s}}", "metadata", "name", "shop"),
		    0);
		text = json_dumps(row, JSON_COMPACT);
		ck_assert_str_eq(text, wanted[i].row);
		free(text);
		json_decref(row);
	}
	ck_assert_int_eq(shape_read(TABLE, "Most", &shape), ERR_INVALID);
}
END_TEST

START_TEST(a_watch_sends_the_columns_once)
{
	struct api_target target = { .resource = api_resource_of(API_NAMESPACES), .version = "v1" };
	struct shape shape;

	ck_assert_int_eq(shape_read(TABLE, NULL, &shape), 0);
	for (int headers = 0; headers < 2; headers++) {
		json_t *table = shape_object(&shape, &target, json_pack("{s:{s:s, s:s}}",
		    "metadata", "name", "shop", "resourceVersion", "7"), 0, headers);

		ck_assert_uint_eq(json_array_size(json_object_get(table, "columnDefinitions")),
		    headers ? 3 : 0);
		ck_assert_str_eq(json_string_value(json_object_get(json_object_get(table,
		    "metadata"), "resourceVersion")), "7");
		json_decref(table);
	}
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("shape");
	TCase *all = tcase_create("all");

	tcase_add_loop_test(all, the_first_acceptable_form_is_taken, 0,
	    (int)(sizeof(cases) / sizeof(*cases)));
	tcase_add_test(all, an_object_goes_with_its_row_as_far_as_wanted);
	tcase_add_test(all, a_watch_sends_the_columns_once);
	suite_add_tcase(suite, all);
	return suite;
}
