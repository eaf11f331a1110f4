/* test_decode_target.c - whom an endpoint refers to, and ports that share a name. */
#include "source/decode_target.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/err.h"
#include "base/strbuf.h"
#include "model/slice.h"
#include "source/doc.h"
#include "tests/source/source_help.h"
#include "tests/suite.h"

START_TEST(only_a_pod_of_the_same_namespace_is_meant)
{
	static const struct {
		struct stated_target target;
		const char *ns, *pod;
	} rows[] = {
		{ { "Pod", "p", "shop" }, "shop", "p" },
		{ { "Pod", "p", NULL }, "shop", "p" },
		{ { "Pod", "p", "" }, "shop", "p" },
		{ { "Pod", "p", "bank" }, "shop", NULL },
		{ { "Pod", "p", "sho" }, "shop", NULL },
		{ { "Pod", "p", "default" }, NULL, "p" },
		{ { "Pod", "p", "shop" }, NULL, NULL },
		{ { "Node", "p", "shop" }, "shop", NULL },
		{ { "pod", "p", "shop" }, "shop", NULL },
		{ { NULL, "p", "shop" }, "shop", NULL },
		{ { "Pod", NULL, "shop" }, "shop", NULL },
		{ { NULL, NULL, NULL }, "shop", NULL },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *pod = decode_target_pod(&rows[i].target, rows[i].ns);

		ck_assert_msg((pod == NULL) == (rows[i].pod == NULL), "row %zu", i);
		ck_assert(pod == NULL || strcmp(pod, rows[i].pod) == 0);
	}
}
END_TEST

/* What is said about ports of these names, which stand one a line. */
static char *
check_names(const char *const *names, size_t count)
{
	struct slice_port *ports = calloc(count + 1, sizeof(*ports));
	struct arena *arena = arena_new(0);
	struct diag *diag = diag_new();
	struct field_context context = { .arena = arena, .diag = diag };
	struct strbuf yaml = STRBUF_INIT;
	const struct doc_node *list;

	for (size_t i = 0; i < count; i++) {
		ports[i].name = names[i];
		strbuf_add(&yaml, "- x\n");
	}
	ck_assert_int_eq(doc_read("f", yaml.text, yaml.len, arena, diag, &list), 0);
	decode_target_check_names(&context, list, ".ports", ports, count);
	char *said = help_diag(diag);

	ck_assert_int_eq(context.err, 0);
	ck_assert_uint_eq(context.errors, diag_count(diag, SEVERITY_ERROR));
	strbuf_release(&yaml);
	diag_free(diag);
	arena_free(arena);
	free(ports);
	return said;
}

START_TEST(each_doubled_name_is_said_with_the_place_of_the_first)
{
	static const char *const names[] = { "a", "b", "a", "", NULL, NULL, "a", "", "c" };
	char *said = check_names(names, 9);

	ck_assert_str_eq(said,
	    "f:3:3: error: ports[2].name \"a\" is doubled; the port in line 1 has it\n"
	    "f:7:3: error: ports[6].name \"a\" is doubled; the port in line 1 has it\n"
	    "f:8:3: error: ports[7].name \"\" is doubled; the port in line 4 has it\n");
	free(said);
	said = check_names(names, 2);
	ck_assert_str_eq(said, "");
	free(said);
}
END_TEST

START_TEST(twenty_thousand_names_take_no_time)
{
	size_t count = 20000;
	char (*texts)[8] = malloc(count * sizeof(*texts));
	const char **names = malloc(count * sizeof(*names));

	for (size_t i = 0; i < count; i++) {
		snprintf(texts[i], sizeof(texts[i]), "p%zu", i);
		names[i] = texts[i];
	}
	char *said = check_names(names, count);

	ck_assert_str_eq(said, "");
	free(said);
	free(names);
	free(texts);
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("decode_target");
	TCase *tcase = tcase_create("decode_target");

	suite_add_tcase(suite, tcase);
	tcase_add_test(tcase, only_a_pod_of_the_same_namespace_is_meant);
	tcase_add_test(tcase, each_doubled_name_is_said_with_the_place_of_the_first);
	tcase_add_test(tcase, twenty_thousand_names_take_no_time);
	return suite;
}
