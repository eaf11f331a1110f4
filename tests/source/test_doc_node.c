/* test_doc_node.c - questions to a finished tree, and what its digest counts. */
#include <string.h>

#include "base/arena.h"
#include "source/doc.h"
#include "tests/suite.h"

static struct arena *arena;

static void
set_up(void)
{
	arena = arena_new(0);
}

static void
tear_down(void)
{
	arena_free(arena);
}

static const struct doc_node *
parse(const char *text)
{
	const struct doc_node *root;

	ck_assert_msg(doc_read("f", text, strlen(text), arena, NULL, &root) == 0, "%s", text);
	return root;
}

START_TEST(a_key_is_found_by_all_of_its_octets)
{
	const struct doc_node *map = parse("{ab: 1, a: 2, \"c\\0d\": 3, c: 4}");

	ck_assert_int_eq(doc_find(map, "a")->integer, 2);
	ck_assert_int_eq(doc_find(map, "ab")->integer, 1);
	/* A key with NUL in it is another key, not a longer way to write one. */
	ck_assert_int_eq(doc_find(map, "c")->integer, 4);
	ck_assert_ptr_null(doc_find(map, "b"));
	ck_assert_ptr_null(doc_find(map, ""));
	ck_assert_str_eq(doc_find_key(map, "a")->text, "a");
	ck_assert_uint_eq(doc_find_key(map, "a")->place.column, 9);
	ck_assert_ptr_null(doc_find_key(map, "b"));
}
END_TEST

START_TEST(what_is_no_mapping_or_list_has_nothing_in_it)
{
	static const char *const others[] = { "1", "x", "null", "true", "1.5" };

	ck_assert_ptr_null(doc_find(NULL, "a"));
	ck_assert_ptr_null(doc_item(NULL, 0));
	ck_assert_ptr_null(doc_find_text(NULL, "a"));
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		ck_assert_ptr_null(doc_find(parse(others[i]), "a"));
		ck_assert_ptr_null(doc_item(parse(others[i]), 0));
	}
	ck_assert_ptr_null(doc_find(parse("[a]"), "a"));
	ck_assert_ptr_null(doc_item(parse("{a: b}"), 0));
}
END_TEST

START_TEST(items_are_counted_from_zero_and_end)
{
	const struct doc_node *list = parse("[a, b]");

	ck_assert_str_eq(doc_item(list, 0)->text, "a");
	ck_assert_str_eq(doc_item(list, 1)->text, "b");
	ck_assert_ptr_null(doc_item(list, 2));
	ck_assert_ptr_null(doc_item(parse("[]"), 0));
}
END_TEST

START_TEST(only_strings_are_texts)
{
	const struct doc_node *map = parse("{a: x, b: '1', c: 1, d: true, e: null, f: [x], g: ''}");

	ck_assert_str_eq(doc_find_text(map, "a"), "x");
	ck_assert_str_eq(doc_find_text(map, "b"), "1");
	ck_assert_str_eq(doc_find_text(map, "g"), "");
	for (const char *key = "cdef"; *key != '\0'; key++)
		ck_assert_ptr_null(doc_find_text(map, (char[]){ *key, '\0' }));
}
END_TEST

START_TEST(digests_are_equal_where_the_same_is_stated)
{
	static const struct { const char *a, *b; bool same; } rows[] = {
		{ "{a: 1, b: 2}", "{b: 2, a: 1}", true },
		{ "{a: 1}", "# why\na:   1\n", true },
		{ "{a: x}", "{a: 'x'}", true },
		{ "{a: x}", "a: |-\n  x\n", true },
		{ "[1, 2]", "- 1\n- 2\n", true },
		{ "{a: &x [1], b: *x}", "{a: [1], b: [1]}", true },
		{ "{a: 1, b: 2}", "{a: 2, b: 1}", false },
		{ "[1, 2]", "[2, 1]", false },
		{ "[[1], 2]", "[[1, 2]]", false },
		{ "[1]", "[1, 1]", false },
		{ "[]", "{}", false },
		{ "[]", "null", false },
		{ "{a: 1}", "{a: '1'}", false },
		{ "{a: true}", "{a: false}", false },
		{ "{a: 1}", "{a: -1}", false },
		{ "{a: 1.5}", "{a: 1.25}", false },
		{ "{a: ''}", "{a: null}", false },
		{ "{a: {b: c}}", "{a: {c: b}}", false },
		{ "{a: x, b: x}", "{a: y, b: y}", false },
		{ "{a: {x: 1}, b: {y: 1}}", "{a: {y: 1}, b: {x: 1}}", false },
		{ "[\"a\\0b\"]", "[\"a\\0c\"]", false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert_msg((doc_digest(parse(rows[i].a)) == doc_digest(parse(rows[i].b))) ==
		    rows[i].same, "%s, %s", rows[i].a, rows[i].b);
}
END_TEST

START_TEST(types_are_called_as_people_call_them)
{
	static const struct { const char *text, *type; } rows[] = {
		{ "null", "nothing" }, { "", "nothing" }, { "true", "true or false" },
		{ "7", "a whole number" }, { "7.5", "a number" }, { "x", "a text" },
		{ "'7'", "a text" }, { "[]", "a list" }, { "{}", "a mapping" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert_str_eq(doc_type_text(parse(rows[i].text)->type), rows[i].type);
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("doc_node");
	TCase *tcase = tcase_create("doc_node");

	suite_add_tcase(suite, tcase);
	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, a_key_is_found_by_all_of_its_octets);
	tcase_add_test(tcase, what_is_no_mapping_or_list_has_nothing_in_it);
	tcase_add_test(tcase, items_are_counted_from_zero_and_end);
	tcase_add_test(tcase, only_strings_are_texts);
	tcase_add_test(tcase, digests_are_equal_where_the_same_is_stated);
	tcase_add_test(tcase, types_are_called_as_people_call_them);
	return suite;
}
