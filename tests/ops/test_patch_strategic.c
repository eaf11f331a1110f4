/* test_patch_strategic.c - strategic merge patches do what kubectl expects of an API server. */
#include <jansson.h>
#include <string.h>

#include "base/err.h"
#include "ops/patch_bounds.h"
#include "ops/patch_strategic.h"
#include "tests/suite.h"

#define SERVICE "{\"spec\":{\"ports\":[{\"port\":80,\"name\":\"a\"},{\"port\":443,\"name\":\"b\"}]}}"
#define POD "{\"spec\":{\"containers\":[{\"name\":\"a\",\"image\":\"x\"},{\"name\":\"b\",\"image\":\"y\"}]}}"

static json_t *
load(const char *text)
{
	json_error_t error;
	json_t *value = json_loads(text, JSON_DECODE_ANY, &error);

	ck_assert_msg(value != NULL, "%s: %s", text, error.text);
	return value;
}

static const struct row { const char *kind, *target, *patch; int err; const char *result; } rows[] = {
	/* by key */
	{ "Service", SERVICE, "{\"spec\":{\"ports\":[{\"port\":443,\"name\":\"c\"}]}}", 0,
	    "{\"spec\":{\"ports\":[{\"port\":80,\"name\":\"a\"},{\"port\":443,\"name\":\"c\"}]}}" },
	{ "Service", SERVICE, "{\"spec\":{\"ports\":[{\"port\":81}]}}", 0,
	    "{\"spec\":{\"ports\":[{\"port\":80,\"name\":\"a\"},{\"port\":443,\"name\":\"b\"},{\"port\":81}]}}" },
	{ "Service", SERVICE, "{\"spec\":{\"ports\":[{\"port\":80,\"name\":null}]}}", 0,
	    "{\"spec\":{\"ports\":[{\"port\":80},{\"port\":443,\"name\":\"b\"}]}}" },
	{ "Pod", POD, "{\"spec\":{\"containers\":[{\"name\":\"b\",\"image\":\"z\"}]}}", 0,
	    "{\"spec\":{\"containers\":[{\"name\":\"a\",\"image\":\"x\"},{\"name\":\"b\",\"image\":\"z\"}]}}" },
	{ "Pod", POD, "{\"spec\":{\"containers\":[{\"name\":\"a\",\"ports\":[{\"containerPort\":1}]}]}}", 0,
	    "{\"spec\":{\"containers\":[{\"name\":\"a\",\"image\":\"x\",\"ports\":[{\"containerPort\":1}]},"
	    "{\"name\":\"b\",\"image\":\"y\"}]}}" },
	{ "Pod", "{\"spec\":{\"initContainers\":[{\"name\":\"i\",\"env\":[{\"name\":\"A\",\"value\":\"1\"}]}]}}",
	    "{\"spec\":{\"initContainers\":[{\"name\":\"i\",\"env\":[{\"name\":\"A\",\"value\":\"2\"}]}]}}", 0,
	    "{\"spec\":{\"initContainers\":[{\"name\":\"i\",\"env\":[{\"name\":\"A\",\"value\":\"2\"}]}]}}" },
	{ "Service", SERVICE, "{\"spec\":{\"ports\":[{\"name\":\"c\"}]}}", ERR_INVALID,
	    "an item of ports does not contain its merge key: port" },
	{ "Service", SERVICE, "{\"spec\":{\"ports\":[7]}}", ERR_INVALID, "an item of ports is no object" },
	/* lists without a key are a whole */
	{ "Service", "{\"spec\":{\"externalIPs\":[\"1.1.1.1\"]}}", "{\"spec\":{\"externalIPs\":[\"2.2.2.2\"]}}", 0,
	    "{\"spec\":{\"externalIPs\":[\"2.2.2.2\"]}}" },
	{ "Endpoints", "{\"subsets\":[{\"addresses\":[{\"ip\":\"1.1.1.1\"}]}]}",
	    "{\"subsets\":[{\"addresses\":[{\"ip\":\"2.2.2.2\"}]}]}", 0,
	    "{\"subsets\":[{\"addresses\":[{\"ip\":\"2.2.2.2\"}]}]}" },
	{ "Ingress", "{\"spec\":{\"rules\":[{\"host\":\"a\"}]}}", "{\"spec\":{\"rules\":[{\"host\":\"b\"}]}}", 0,
	    "{\"spec\":{\"rules\":[{\"host\":\"b\"}]}}" },
	/* orders */
	{ "Service", SERVICE, "{\"spec\":{\"ports\":[{\"port\":80,\"$patch\":\"delete\"}]}}", 0,
	    "{\"spec\":{\"ports\":[{\"port\":443,\"name\":\"b\"}]}}" },
	{ "Service", SERVICE, "{\"spec\":{\"ports\":[{\"port\":9,\"$patch\":\"delete\"}]}}", 0, SERVICE },
	{ "Service", SERVICE, "{\"spec\":{\"ports\":[{\"$patch\":\"replace\"},{\"port\":1}]}}", 0,
	    "{\"spec\":{\"ports\":[{\"port\":1}]}}" },
	{ "Service", "{\"spec\":{\"selector\":{\"a\":\"1\",\"b\":\"2\"},\"type\":\"ClusterIP\"}}",
	    "{\"spec\":{\"selector\":{\"$patch\":\"replace\",\"c\":\"3\"}}}", 0,
	    "{\"spec\":{\"selector\":{\"c\":\"3\"},\"type\":\"ClusterIP\"}}" },
	{ "Service", "{\"spec\":{\"selector\":{\"a\":\"1\"}}}", "{\"spec\":{\"selector\":{\"$patch\":\"delete\"}}}", 0,
	    "{\"spec\":{\"selector\":{}}}" },
	{ "Service", "{\"spec\":{}}", "{\"spec\":{\"$patch\":\"shred\"}}", ERR_INVALID,
	    "$patch \"shred\" is none of merge, replace, delete" },
	{ "Pod", "{\"spec\":{\"volumes\":[{\"name\":\"v\",\"emptyDir\":{}}]}}",
	    "{\"spec\":{\"volumes\":[{\"name\":\"v\",\"hostPath\":{\"path\":\"/x\"},\"$retainKeys\":[\"name\",\"hostPath\"]}]}}", 0,
	    "{\"spec\":{\"volumes\":[{\"name\":\"v\",\"hostPath\":{\"path\":\"/x\"}}]}}" },
	{ "Service", "{\"metadata\":{\"finalizers\":[\"a\",\"b\",\"c\"]}}",
	    "{\"metadata\":{\"$deleteFromPrimitiveList/finalizers\":[\"b\"],\"finalizers\":[\"d\",\"a\"]}}", 0,
	    "{\"metadata\":{\"finalizers\":[\"a\",\"c\",\"d\"]}}" },
	{ "Service", "{\"metadata\":{}}", "{\"metadata\":{\"$deleteFromPrimitiveList/finalizers\":7}}", ERR_INVALID,
	    "$deleteFromPrimitiveList/finalizers is no list" },
	{ "Service", SERVICE, "{\"spec\":{\"$setElementOrder/ports\":[{\"port\":443},{\"port\":80}],"
	    "\"ports\":[{\"port\":443,\"name\":\"c\"}]}}", 0,
	    "{\"spec\":{\"ports\":[{\"port\":443,\"name\":\"c\"},{\"port\":80,\"name\":\"a\"}]}}" },
	{ "Service", "{\"spec\":{\"ports\":[{\"port\":1},{\"port\":2},{\"port\":3}]}}",
	    "{\"spec\":{\"$setElementOrder/ports\":[{\"port\":4},{\"port\":3}],\"ports\":[{\"port\":4}]}}", 0,
	    "{\"spec\":{\"ports\":[{\"port\":4},{\"port\":1},{\"port\":2},{\"port\":3}]}}" },
	{ "Service", SERVICE, "{\"spec\":{\"$setElementOrder/externalIPs\":[\"1.1.1.1\"]}}", ERR_INVALID,
	    "$setElementOrder/externalIPs orders no list that is merged" },
	/* nulls */
	{ "Service", "{\"metadata\":{\"labels\":{\"a\":\"1\"}}}", "{\"metadata\":{\"labels\":{\"a\":null,\"b\":null}}}", 0,
	    "{\"metadata\":{\"labels\":{}}}" },
	{ "Service", "{}", "{\"metadata\":{\"annotations\":{\"a\":null,\"b\":\"c\"}}}", 0,
	    "{\"metadata\":{\"annotations\":{\"b\":\"c\"}}}" },
	{ "Service", "{}", "[]", ERR_INVALID, "must be an object" },
};

START_TEST(lists_are_merged_by_their_keys_and_orders_are_followed)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];
		json_t *target = load(row->target), *before = load(row->target);
		json_t *patch = load(row->patch), *asked = load(row->patch);
		struct patch_why why = { "" };
		json_t *out = NULL;
		int err = patch_strategic(row->kind, target, patch, &why, &out);

		ck_assert_msg(err == row->err, "%s: %s", row->patch, why.text);
		if (err == 0) {
			json_t *result = load(row->result);
			char *text = json_dumps(out, JSON_COMPACT);

			ck_assert_msg(json_equal(out, result), "%s: %s", row->patch, text);
			json_decref(result);
			free(text);
		} else {
			ck_assert_msg(strstr(why.text, row->result) != NULL, "%s: %s", row->patch,
			    why.text);
		}
		ck_assert_msg(json_equal(target, before), "the target of %s", row->patch);
		ck_assert_msg(json_equal(patch, asked), "the patch %s", row->patch);
		json_decref(out);
		json_decref(asked);
		json_decref(patch);
		json_decref(before);
		json_decref(target);
	}
}
END_TEST

START_TEST(long_lists_do_not_take_for_ever)
{
	json_t *items = json_array(), *target, *patch;
	struct patch_why why;
	json_t *out;

	for (int i = 0; i < 20000; i++)
		json_array_append_new(items, json_pack("{s:i}", "port", i));
	target = json_pack("{s:{s:O}}", "spec", "ports", items);
	patch = json_pack("{s:{s:o}}", "spec", "ports", items);
	ck_assert_int_eq(patch_strategic("Service", target, patch, &why, &out), ERR_LIMIT);
	ck_assert_str_eq(why.text, "its lists are too long to be merged");
	json_decref(patch);
	json_decref(target);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("patch_strategic");
	TCase *tc = tcase_create("patch_strategic");

	tcase_add_test(tc, lists_are_merged_by_their_keys_and_orders_are_followed);
	tcase_add_test(tc, long_lists_do_not_take_for_ever);
	suite_add_tcase(s, tc);
	return s;
}
