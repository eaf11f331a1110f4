/* test_decode_namespace.c - a Namespace is its name; it lies in none. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "model/object.h"
#include "source/decode.h"
#include "tests/source/source_help.h"
#include "tests/suite.h"

#define L63 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

/* What stands in the braces, besides apiVersion and kind. */
static const struct {
	const char *body;
	const char *said;       /* a part of it; NULL: nothing */
	bool refused;
} rows[] = {
	{ "metadata: {name: shop}", NULL, false },
	{ "metadata: {name: shop, labels: {a: b}}, spec: {finalizers: [x]}, status: {phase: Active}",
	    NULL, false },
	{ "metadata: {name: " L63 "}", NULL, false },
	{ "metadata: {name: " L63 "a}", "must be a DNS label", true },
	{ "metadata: {name: Shop}", "must be a DNS label", true },
	{ "metadata: {name: a.b}", "must be a DNS label", true },
	{ "metadata: {}", "metadata.name is required", true },
	{ "spec: {}", "metadata is required", true },
	{ "metadata: {name: shop}, spce: {}", "spce is unknown; did you mean spec?", false },
	{ "metadata: {name: shop, annotations: {rollcall/panic-threshold: '50'}}",
	    "rollcall/panic-threshold", false },
};

START_TEST(a_namespace_needs_no_more_than_a_label_for_a_name)
{
	struct object_list list = { 0 };
	char text[512];
	int err;

	snprintf(text, sizeof(text), "{apiVersion: v1, kind: Namespace, %s}", rows[_i].body);
	char *said = help_decode(text, &list, &err);

	if (rows[_i].said == NULL)
		ck_assert_str_eq(said, "");
	else
		ck_assert_msg(strstr(said, rows[_i].said) != NULL, "%s\n%s", text, said);
	ck_assert_int_eq(err, rows[_i].refused ? ERR_INVALID : 0);
	ck_assert_uint_eq(list.count, rows[_i].refused ? 0 : 1);
	if (!rows[_i].refused)
		ck_assert_int_eq(list.items[0]->kind, KIND_NAMESPACE);
	object_list_release(&list);
	free(said);
}
END_TEST

START_TEST(a_namespace_lies_in_none_whatever_is_stated)
{
	struct object_list list = { 0 };
	int err;
	char *said = help_decode("{apiVersion: v1, kind: Namespace, metadata: {name: shop, "
	    "namespace: bank}}", &list, &err);

	ck_assert_int_eq(err, 0);
	ck_assert_str_eq(list.items[0]->ns, "");
	ck_assert_str_eq(list.items[0]->name, "shop");
	object_list_release(&list);
	free(said);
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("decode_namespace");
	TCase *tcase = tcase_create("decode_namespace");

	suite_add_tcase(suite, tcase);
	tcase_add_loop_test(tcase, a_namespace_needs_no_more_than_a_label_for_a_name, 0,
	    (int)(sizeof(rows) / sizeof(rows[0])));
	tcase_add_test(tcase, a_namespace_lies_in_none_whatever_is_stated);
	return suite;
}
