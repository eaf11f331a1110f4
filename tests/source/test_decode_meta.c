/* test_decode_meta.c - metadata, annotations and rules of names for all kinds. */
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "base/arena.h"
#include "base/diag.h"
#include "source/decode_meta.h"
#include "source/doc.h"
#include "tests/source/source_help.h"
#include "tests/suite.h"

static const struct doc_node *
root_of(const char *text, struct arena *arena)
{
	const struct doc_node *root;

	ck_assert_int_eq(doc_read("f", text, strlen(text), arena, NULL, &root), 0);
	return root;
}

START_TEST(rules_say_what_a_name_must_be)
{
	ck_assert_ptr_null(decode_rule_label("a-1"));
	ck_assert_ptr_nonnull(decode_rule_label("a.b"));
	ck_assert_ptr_null(decode_rule_subdomain("a.b"));
	ck_assert_ptr_nonnull(decode_rule_subdomain("A"));
	ck_assert_ptr_null(decode_rule_label_key("a.b/C_d"));
	ck_assert_ptr_nonnull(decode_rule_label_key("/a"));
	ck_assert_ptr_null(decode_rule_label_value(""));
	ck_assert_ptr_nonnull(decode_rule_label_value("a b"));
	ck_assert_ptr_null(decode_rule_port_name("http-2"));
	ck_assert_ptr_nonnull(decode_rule_port_name("80"));
}
END_TEST

START_TEST(annotations_are_found_and_read)
{
	struct arena *arena = arena_new(0);
	struct diag *diag = diag_new();
	struct field_context context = { .arena = arena, .diag = diag };
	const struct doc_node *root = root_of("metadata: {annotations: {n: '70', t: 'true', f: 'false', "
	    "x: 'x', big: '101', i: 5}}", arena);

	ck_assert_str_eq(decode_annotation(root, "n")->text, "70");
	ck_assert_ptr_null(decode_annotation(root, "i"));
	ck_assert_ptr_null(decode_annotation(root, "none"));
	ck_assert_uint_eq(decode_annotation_number(&context, root, "n", 0, 100, 9), 70);
	ck_assert_uint_eq(decode_annotation_number(&context, root, "none", 0, 100, 9), 9);
	ck_assert(decode_annotation_bool(&context, root, "t"));
	ck_assert(!decode_annotation_bool(&context, root, "f"));
	ck_assert(!decode_annotation_bool(&context, root, "none"));
	ck_assert_uint_eq(context.errors, 0);
	ck_assert_uint_eq(decode_annotation_number(&context, root, "big", 0, 100, 9), 9);
	ck_assert_uint_eq(decode_annotation_number(&context, root, "n", 71, 100, 9), 9);
	ck_assert(!decode_annotation_bool(&context, root, "x"));
	ck_assert_uint_eq(context.errors, 3);
	diag_free(diag);
	arena_free(arena);
}
END_TEST

START_TEST(only_our_own_annotations_are_looked_at)
{
	static const char *const known[] = { "period-ms" };
	struct arena *arena = arena_new(0);
	struct diag *diag = diag_new();
	struct field_context context = { .arena = arena, .diag = diag };
	const struct doc_node *root = root_of("metadata:\n  annotations:\n    other/perid-ms: ''\n"
	    "    rollcall/period-ms: '5'\n    rollcall/perid-ms: '5'\n    rollcall/address: x\n"
	    "    rollcall/zzzzzzz: x\n", arena);

	decode_annotations_check(&context, root, "Thing", known, 1);
	char *said = help_diag(diag);

	ck_assert_str_eq(said,
	    "f:5:5: warning: annotation rollcall/perid-ms is unknown; did you mean rollcall/period-ms?\n"
	    "f:6:5: warning: annotation rollcall/address means nothing on a Thing\n"
	    "f:7:5: warning: annotation rollcall/zzzzzzz is unknown\n");
	free(said);
	diag_free(diag);
	arena_free(arena);
}
END_TEST

static const struct {
	const char *addr;
	const char *said;
} addresses[] = {
	{ "192.0.2.1", "" },
	{ "2001:db8::1", "" },
	{ "0.0.0.0", "error: a 0.0.0.0 must not be the unspecified address\n" },
	{ "::", "error: a :: must not be the unspecified address\n" },
	{ "169.254.1.1", "error: a 169.254.1.1 must not be link-local\n" },
	{ "fe80::1", "error: a fe80::1 must not be link-local\n" },
	{ "224.0.0.5", "error: a 224.0.0.5 must not be multicast\n" },
	{ "ff02::1", "error: a ff02::1 must not be multicast\n" },
	{ "127.0.0.5", "warning: a 127.0.0.5 is a loopback address: fine on this host, but an API "
	    "server would refuse it\n" },
};

START_TEST(addresses_that_no_endpoint_can_have_are_refused)
{
	struct diag *diag = diag_new();
	struct field_context context = { .diag = diag };
	struct addr addr;

	ck_assert_int_eq(addr_parse(addresses[_i].addr, &addr), 0);
	bool good = decode_check_address(&context, NULL, ".a", &addr, true);
	char *said = help_diag(diag);

	/* At the root the dot in front of the name is left out. */
	ck_assert_str_eq(said, addresses[_i].said);
	ck_assert_int_eq(good, strncmp(said, "error", 5) != 0);
	free(said);
	diag_free(diag);
}
END_TEST

Suite *
suite(void)
{
	Suite *meta = suite_create("decode_meta");
	TCase *tcase = tcase_create("decode_meta");

	tcase_add_test(tcase, rules_say_what_a_name_must_be);
	tcase_add_test(tcase, annotations_are_found_and_read);
	tcase_add_test(tcase, only_our_own_annotations_are_looked_at);
	tcase_add_loop_test(tcase, addresses_that_no_endpoint_can_have_are_refused, 0,
	    (int)(sizeof(addresses) / sizeof(*addresses)));
	suite_add_tcase(meta, tcase);
	return meta;
}
