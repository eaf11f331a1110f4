/* test_image.c - what of a manifest is kept to be shown. */
#include "source/image.h"

#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/squeeze.h"
#include "base/strbuf.h"
#include "model/object.h"
#include "source/decode.h"
#include "source/decode_kinds.h"
#include "source/doc.h"
#include "tests/suite.h"

static void
check(const struct field_table *table, const char *yaml, const char *json)
{
	struct arena *arena = arena_new(0);
	struct strbuf out = STRBUF_INIT;
	const struct doc_node *root;

	ck_assert_int_eq(doc_read("f", yaml, strlen(yaml), arena, NULL, &root), 0);
	image_write(table, root, &out);
	ck_assert_int_eq(out.err, 0);
	ck_assert_str_eq(out.text, json);
	strbuf_release(&out);
	arena_free(arena);
}

START_TEST(all_that_is_known_is_kept)
{
	check(&decode_service_table,
	    "apiVersion: v1\n"
	    "kind: Service\n"
	    "metadata: {name: web, namespace: shop, labels: {a: \"1\"}, annotations: {note: \"a \\\"b\\\"\\n\"}}\n"
	    "spec: {ports: [{port: 80, targetPort: http}], publishNotReadyAddresses: true}\n",
	    "{\"metadata\":{\"labels\":{\"a\":\"1\"},\"annotations\":{\"note\":\"a \\\"b\\\"\\n\"}},"
	    "\"spec\":{\"ports\":[{\"port\":80,\"targetPort\":\"http\"}],"
	    "\"publishNotReadyAddresses\":true}}");
}
END_TEST

START_TEST(what_no_table_knows_is_left_out)
{
	check(&decode_service_table,
	    "{kind: Service, metadata: {name: web, colour: red}, bogus: 1, "
	    "spec: {selectr: {a: b}, ports: [{port: 80, colour: blue}]}}",
	    "{\"metadata\":{},\"spec\":{\"ports\":[{\"port\":80}]}}");
}
END_TEST

START_TEST(what_the_server_says_itself_is_left_out)
{
	check(&decode_service_table,
	    "{metadata: {name: web, uid: abc, resourceVersion: \"7\", selfLink: /x, "
	    "creationTimestamp: 2024-05-01T10:00:00Z, managedFields: [{manager: kubectl}], "
	    "finalizers: [x/y]}, spec: {type: null}}",
	    "{\"metadata\":{\"managedFields\":[{\"manager\":\"kubectl\"}],\"finalizers\":[\"x/y\"]},\"spec\":{}}");
}
END_TEST

START_TEST(fields_that_are_not_used_are_kept_as_they_are)
{
	check(&decode_pod_table,
	    "{metadata: {name: web}, spec: {containers: [{name: a, env: [{name: X, value: \"1\"}], "
	    "readinessProbe: {httpGet: {port: 80, colour: red}, periodSeconds: 5}}], "
	    "volumes: [{name: d, emptyDir: {}}]}}",
	    "{\"metadata\":{},\"spec\":{\"containers\":[{\"name\":\"a\","
	    "\"env\":[{\"name\":\"X\",\"value\":\"1\"}],"
	    "\"readinessProbe\":{\"httpGet\":{\"port\":80},\"periodSeconds\":5}}],"
	    "\"volumes\":[{\"name\":\"d\",\"emptyDir\":{}}]}}");
}
END_TEST

START_TEST(numbers_and_odd_characters_are_json)
{
	check(&decode_pod_table,
	    "{metadata: {name: a, annotations: {x: \"tab\\t\\x01\\u00e9\"}}, "
	    "spec: {priority: 0x10, overhead: {a: 1.5, b: .inf, c: 99999999999999999999}}}",
	    "{\"metadata\":{\"annotations\":{\"x\":\"tab\\t\\u0001\xc3\xa9\"}},"
	    "\"spec\":{\"priority\":16,\"overhead\":{\"a\":1.5,\"b\":\".inf\",\"c\":1e+20}}}");
}
END_TEST

START_TEST(aliases_that_grow_beyond_reason_are_an_error)
{
	struct arena *arena = arena_new(0);
	struct strbuf yaml = STRBUF_INIT, out = STRBUF_INIT;
	const struct doc_node *root;

	strbuf_add(&yaml, "metadata: {name: a}\nspec:\n  volumes:\n  - &x \"");
	for (size_t i = 0; i < 50000; i++)
		strbuf_add(&yaml, "0123456789");
	strbuf_add(&yaml, "\"\n");
	for (size_t i = 0; i < 1000; i++)
		strbuf_add(&yaml, "  - *x\n");
	ck_assert_int_eq(doc_read("f", yaml.text, yaml.len, arena, NULL, &root), 0);
	image_write(&decode_pod_table, root, &out);
	ck_assert_int_eq(out.err, ERR_LIMIT);
	ck_assert_uint_le(out.len, IMAGE_MAX + 600000);
	strbuf_release(&yaml);
	strbuf_release(&out);
	arena_free(arena);
}
END_TEST

START_TEST(an_object_carries_its_image_where_somebody_looks)
{
	static const char yaml[] = "{apiVersion: v1, kind: Namespace, metadata: {name: shop, "
	    "creationTimestamp: \"2024-05-01T10:00:00Z\", labels: {team: a}}}";
	struct squeeze *squeeze = squeeze_new();
	struct decode_settings settings = { .squeeze = squeeze };
	struct object_list list = { 0 };
	const char *text;
	size_t len;

	ck_assert_int_eq(decode_text("f", yaml, strlen(yaml), &settings, &list, NULL), 0);
	ck_assert_int_eq(squeeze_unpack(squeeze, list.items[0]->image, list.items[0]->image_size,
	    &text, &len), 0);
	ck_assert_str_eq(text, "{\"metadata\":{\"labels\":{\"team\":\"a\"}}}");
	ck_assert_uint_eq(list.items[0]->created_unix_s, 1714557600);
	object_list_release(&list);
	settings.squeeze = NULL;
	ck_assert_int_eq(decode_text("f", yaml, strlen(yaml), &settings, &list, NULL), 0);
	ck_assert_ptr_null(list.items[0]->image);
	object_list_release(&list);
	squeeze_free(squeeze);
}
END_TEST

static uint64_t
digest_with(const char *annotation)
{
	const struct decode_settings settings = { .trusted = true };
	struct object_list list = { 0 };
	struct strbuf yaml = STRBUF_INIT;
	uint64_t digest;

	strbuf_addf(&yaml, "{apiVersion: v1, kind: Service, metadata: {name: web, annotations: "
	    "{note: %s}}, spec: {ports: [{port: 80}]}}", annotation);
	ck_assert_int_eq(decode_text("f", yaml.text, yaml.len, &settings, &list, NULL), 0);
	digest = list.items[0]->digest;
	object_list_release(&list);
	strbuf_release(&yaml);
	return digest;
}

START_TEST(an_annotation_alone_makes_another_object)
{
	ck_assert_uint_eq(digest_with("a"), digest_with("a"));
	ck_assert_uint_ne(digest_with("a"), digest_with("b"));
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("image");
	TCase *tcase = tcase_create("image");

	tcase_add_test(tcase, all_that_is_known_is_kept);
	tcase_add_test(tcase, what_no_table_knows_is_left_out);
	tcase_add_test(tcase, what_the_server_says_itself_is_left_out);
	tcase_add_test(tcase, fields_that_are_not_used_are_kept_as_they_are);
	tcase_add_test(tcase, numbers_and_odd_characters_are_json);
	tcase_add_test(tcase, aliases_that_grow_beyond_reason_are_an_error);
	tcase_add_test(tcase, an_object_carries_its_image_where_somebody_looks);
	tcase_add_test(tcase, an_annotation_alone_makes_another_object);
	suite_add_tcase(suite, tcase);
	return suite;
}
