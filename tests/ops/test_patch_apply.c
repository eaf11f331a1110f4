/* test_patch_apply.c - server-side apply: who owns what, who may change it, what goes. */
#include <jansson.h>
#include <string.h>

#include "base/err.h"
#include "ops/patch_apply.h"
#include "ops/patch_bounds.h"
#include "tests/suite.h"

#define HEAD "\"apiVersion\":\"v1\",\"kind\":\"Service\",\"metadata\":{\"name\":\"web\""

static const struct patch_manager alice = { .name = "alice", .now = "2026-01-01T00:00:00Z" };
static const struct patch_manager bob = { .name = "bob", .now = "2026-01-02T00:00:00Z" };

static json_t *
load(const char *text)
{
	json_error_t error;
	json_t *value = json_loads(text, JSON_DECODE_ANY, &error);

	ck_assert_msg(value != NULL, "%s: %s", text, error.text);
	return value;
}

/* What `live`, which goes, becomes. */
static json_t *
apply(json_t *live, const char *text, const struct patch_manager *manager)
{
	json_t *wanted = load(text), *causes = NULL, *out = NULL;
	struct patch_why why = { "" };

	ck_assert_msg(patch_apply("Service", live, wanted, manager, &why, &causes, &out) == 0, "%s: %s",
	    text, why.text);
	json_decref(wanted);
	json_decref(live);
	return out;
}

static void
is_spec(json_t *object, const char *text)
{
	json_t *spec = load(text);
	char *found = json_dumps(json_object_get(object, "spec"), JSON_COMPACT | JSON_ENCODE_ANY);

	ck_assert_msg(json_equal(json_object_get(object, "spec"), spec), "%s, not %s", found, text);
	free(found);
	json_decref(spec);
}

static void
is_owner(json_t *object, size_t i, const char *name, const char *operation, const char *fields)
{
	json_t *owners = json_object_get(json_object_get(object, "metadata"), "managedFields");
	json_t *entry = json_array_get(owners, i), *wanted = load(fields);
	char *found = json_dumps(json_object_get(entry, "fieldsV1"), JSON_COMPACT | JSON_ENCODE_ANY);

	ck_assert_ptr_ne(entry, NULL);
	ck_assert_str_eq(json_string_value(json_object_get(entry, "manager")), name);
	ck_assert_str_eq(json_string_value(json_object_get(entry, "operation")), operation);
	ck_assert_msg(json_equal(json_object_get(entry, "fieldsV1"), wanted), "%s, not %s", found, fields);
	free(found);
	json_decref(wanted);
}

static void
refused(json_t *live, const char *text, const struct patch_manager *manager, const char *sentence,
    const char *causes_text)
{
	json_t *wanted = load(text), *causes = NULL, *out = NULL, *expected = load(causes_text);
	struct patch_why why = { "" };

	ck_assert_int_eq(patch_apply("Service", live, wanted, manager, &why, &causes, &out), ERR_EXISTS);
	ck_assert_str_eq(why.text, sentence);
	ck_assert(json_equal(causes, expected));
	json_decref(causes);
	json_decref(expected);
	json_decref(wanted);
}

START_TEST(the_first_apply_owns_what_it_states)
{
	json_t *object = apply(NULL, "{" HEAD ",\"labels\":{\"a\":\"1\"}},\"spec\":{\"selector\":{\"x\":\"y\"},"
	    "\"ports\":[{\"port\":80,\"name\":\"http\"}]}}", &alice);

	is_spec(object, "{\"selector\":{\"x\":\"y\"},\"ports\":[{\"port\":80,\"name\":\"http\"}]}");
	is_owner(object, 0, "alice", "Apply", "{\"f:metadata\":{\"f:labels\":{\"f:a\":{}}},\"f:spec\":{"
	    "\"f:selector\":{},\"f:ports\":{\"k:{\\\"port\\\":80,\\\"protocol\\\":\\\"TCP\\\"}\":"
	    "{\".\":{},\"f:port\":{},\"f:name\":{}}}}}");
	json_decref(object);
}
END_TEST

START_TEST(what_a_manager_no_longer_states_goes_unless_others_own_it)
{
	json_t *object = apply(NULL, "{" HEAD ",\"labels\":{\"a\":\"1\",\"b\":\"2\"}},\"spec\":{\"ports\":["
	    "{\"port\":80},{\"port\":81}]}}", &alice);

	object = apply(object, "{" HEAD ",\"labels\":{\"b\":\"2\"}}}", &bob);
	object = apply(object, "{" HEAD "},\"spec\":{\"ports\":[{\"port\":81}]}}", &alice);
	is_spec(object, "{\"ports\":[{\"port\":81}]}");
	json_t *labels = json_object_get(json_object_get(object, "metadata"), "labels");
	ck_assert_uint_eq(json_object_size(labels), 1);
	ck_assert_ptr_ne(json_object_get(labels, "b"), NULL);
	object = apply(object, "{" HEAD "}}", &bob);
	ck_assert_ptr_eq(json_object_get(json_object_get(object, "metadata"), "labels"), NULL);
	json_decref(object);
}
END_TEST

START_TEST(who_would_change_what_another_owns_is_refused_unless_forced)
{
	struct patch_manager forced = bob;
	json_t *object = apply(NULL, "{" HEAD "},\"spec\":{\"type\":\"ClusterIP\",\"ports\":[{\"port\":80,"
	    "\"targetPort\":1}]}}", &alice);

	/* The same value is no conflict: both own it. */
	object = apply(object, "{" HEAD "},\"spec\":{\"type\":\"ClusterIP\"}}", &bob);
	refused(object, "{" HEAD "},\"spec\":{\"ports\":[{\"port\":80,\"targetPort\":2}]}}", &bob,
	    "Apply failed with 1 conflict: conflict with \"alice\" using v1: "
	    ".spec.ports[port=80,protocol=\"TCP\"].targetPort",
	    "[{\"reason\":\"FieldManagerConflict\",\"message\":\"conflict with \\\"alice\\\" using v1\","
	    "\"field\":\".spec.ports[port=80,protocol=\\\"TCP\\\"].targetPort\"}]");
	refused(object, "{" HEAD "},\"spec\":{\"type\":\"NodePort\",\"ports\":[{\"port\":80,\"targetPort\":2}]}}",
	    &bob, "Apply failed with 2 conflicts: conflicts with \"alice\" using v1:\n- .spec.type\n"
	    "- .spec.ports[port=80,protocol=\"TCP\"].targetPort",
	    "[{\"reason\":\"FieldManagerConflict\",\"message\":\"conflict with \\\"alice\\\" using v1\","
	    "\"field\":\".spec.type\"},{\"reason\":\"FieldManagerConflict\",\"message\":\"conflict with "
	    "\\\"alice\\\" using v1\",\"field\":\".spec.ports[port=80,protocol=\\\"TCP\\\"].targetPort\"}]");
	forced.force = true;
	object = apply(object, "{" HEAD "},\"spec\":{\"type\":\"NodePort\"}}", &forced);
	is_spec(object, "{\"type\":\"NodePort\",\"ports\":[{\"port\":80,\"targetPort\":1}]}");
	is_owner(object, 0, "alice", "Apply", "{\"f:spec\":{\"f:ports\":{\"k:{\\\"port\\\":80,\\\"protocol\\\":"
	    "\\\"TCP\\\"}\":{\".\":{},\"f:port\":{},\"f:targetPort\":{}}}}}");
	is_owner(object, 1, "bob", "Apply", "{\"f:spec\":{\"f:type\":{}}}");
	json_decref(object);
}
END_TEST

START_TEST(other_writes_own_what_they_change)
{
	json_t *before = apply(NULL, "{" HEAD "},\"spec\":{\"type\":\"ClusterIP\",\"ports\":[{\"port\":80}]}}", &alice);
	json_t *after = json_deep_copy(before);

	json_object_set_new(json_object_get(after, "spec"), "type", json_string("NodePort"));
	ck_assert_int_eq(patch_apply_note("Service", before, after, &bob), 0);
	is_owner(after, 0, "alice", "Apply", "{\"f:spec\":{\"f:ports\":{\"k:{\\\"port\\\":80,\\\"protocol\\\":"
	    "\\\"TCP\\\"}\":{\".\":{},\"f:port\":{}}}}}");
	is_owner(after, 1, "bob", "Update", "{\"f:spec\":{\"f:type\":{}}}");
	refused(after, "{" HEAD "},\"spec\":{\"type\":\"ClusterIP\"}}", &alice,
	    "Apply failed with 1 conflict: conflict with \"bob\" using v1: .spec.type",
	    "[{\"reason\":\"FieldManagerConflict\",\"message\":\"conflict with \\\"bob\\\" using v1\","
	    "\"field\":\".spec.type\"}]");
	json_decref(before);
	json_decref(after);
}
END_TEST

START_TEST(a_write_that_removes_a_field_takes_it_from_its_owners)
{
	json_t *before = apply(NULL, "{" HEAD "},\"spec\":{\"type\":\"ClusterIP\",\"clusterIP\":\"None\"}}", &alice);
	json_t *after = json_deep_copy(before);

	json_object_del(json_object_get(after, "spec"), "type");
	ck_assert_int_eq(patch_apply_note("Service", before, after, &bob), 0);
	is_owner(after, 0, "alice", "Apply", "{\"f:spec\":{\"f:clusterIP\":{}}}");
	ck_assert_uint_eq(json_array_size(json_object_get(json_object_get(after, "metadata"),
	    "managedFields")), 1);
	json_decref(before);
	json_decref(after);
}
END_TEST

START_TEST(what_nobody_counted_belongs_to_before_first_apply)
{
	json_t *live = load("{" HEAD "},\"spec\":{\"type\":\"ClusterIP\"}}");

	refused(live, "{" HEAD "},\"spec\":{\"type\":\"NodePort\"}}", &alice,
	    "Apply failed with 1 conflict: conflict with \"before-first-apply\" using v1: .spec.type",
	    "[{\"reason\":\"FieldManagerConflict\",\"message\":\"conflict with \\\"before-first-apply\\\" using v1\","
	    "\"field\":\".spec.type\"}]");
	live = apply(live, "{" HEAD "},\"spec\":{\"type\":\"ClusterIP\"}}", &alice);
	is_owner(live, 0, "before-first-apply", "Update", "{\"f:spec\":{\"f:type\":{}}}");
	is_owner(live, 1, "alice", "Apply", "{\"f:spec\":{\"f:type\":{}}}");
	json_decref(live);
}
END_TEST

START_TEST(the_same_apply_again_changes_nothing)
{
	static const char text[] = "{" HEAD ",\"labels\":{\"a\":\"1\"}},\"spec\":{\"selector\":{\"x\":\"y\"},"
	    "\"externalIPs\":[\"1.1.1.1\"],\"ports\":[{\"port\":80},{\"port\":80,\"protocol\":\"UDP\"}]}}";
	json_t *first = apply(NULL, text, &alice);
	json_t *second = apply(json_incref(first), text, &alice);

	ck_assert(json_equal(first, second));
	json_decref(first);
	json_decref(second);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("patch_apply");
	TCase *tc = tcase_create("patch_apply");

	tcase_add_test(tc, the_first_apply_owns_what_it_states);
	tcase_add_test(tc, what_a_manager_no_longer_states_goes_unless_others_own_it);
	tcase_add_test(tc, who_would_change_what_another_owns_is_refused_unless_forced);
	tcase_add_test(tc, other_writes_own_what_they_change);
	tcase_add_test(tc, a_write_that_removes_a_field_takes_it_from_its_owners);
	tcase_add_test(tc, what_nobody_counted_belongs_to_before_first_apply);
	tcase_add_test(tc, the_same_apply_again_changes_nothing);
	suite_add_tcase(s, tc);
	return s;
}
