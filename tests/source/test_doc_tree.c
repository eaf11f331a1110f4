/* test_doc_tree.c - how nodes are built: aliases, merge keys, and the bounds of both. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/err.h"
#include "base/strbuf.h"
#include "source/doc.h"
#include "tests/source/source_help.h"
#include "tests/suite.h"

static struct arena *arena;
static struct diag *diag;

static void
set_up(void)
{
	arena = arena_new(0);
	diag = diag_new();
}

static void
tear_down(void)
{
	arena_free(arena);
	diag_free(diag);
}

static int
parse(const char *text, const struct doc_node **root)
{
	diag_clear(diag);
	return doc_read("f", text, strlen(text), arena, diag, root);
}

/* What a text is, in one line, or what is said about it. */
static const struct {
	const char *text;
	int err;
	const char *is;         /* a part of what is said where err is not 0 */
} rows[] = {
	{ "{a: &x [1], b: *x}", 0, "{a: [1], b: [1]}" },
	/* A later anchor of the same name hides the earlier one. */
	{ "[&x 1, *x, &x 2, *x]", 0, "[1, 1, 2, 2]" },
	{ "{a: *x}", ERR_SYNTAX, "f:1:5: error: alias *x has no anchor &x before it" },
	{ "&x [1, *x]", ERR_SYNTAX, "f:1:8: error: alias *x lies inside its own anchor" },
	{ "{a: &x {b: *x}}", ERR_SYNTAX, "lies inside its own anchor" },
	/* Merge keys (YAML 1.1): what is written wins, then the earlier mapping of a list. */
	{ "{<<: {a: 1, b: 2}, b: 3}", 0, "{b: 3, a: 1}" },
	{ "{b: 3, <<: {a: 1, b: 2}}", 0, "{b: 3, a: 1}" },
	{ "{<<: [{a: 1}, {a: 2, b: 3}]}", 0, "{a: 1, b: 3}" },
	{ "{\"<<\": 1}", 0, "{<<: 1}" },
	{ "{<<<: 1}", 0, "{<<<: 1}" },
	{ "{<<: {}}", 0, "{}" },
	{ "{<<: 1}", ERR_SYNTAX, "f:1:2: error: a merge key << needs a mapping or a list" },
	{ "{<<: [{a: 1}, 2]}", ERR_SYNTAX, "a merge key << needs a mapping" },
	{ "{<<: null}", ERR_SYNTAX, "a merge key << needs a mapping" },
	{ "{[a]: 1}", ERR_SYNTAX, "a key must be a text, not a list" },
	{ "{a: 1, a: 2}", ERR_SYNTAX, "key a is doubled; the first is in line 1, column 2" },
	{ "{1: a, '1': b}", ERR_SYNTAX, "key 1 is doubled" },
	{ "{a: {b: 1}, c: {b: 1}}", 0, "{a: {b: 1}, c: {b: 1}}" },
	{ "[[], {}, '', null]", 0, "[[], {}, \"\", null]" },
};

START_TEST(aliases_merge_keys_and_keys_follow_their_rules)
{
	const struct doc_node *root = NULL;
	int err = parse(rows[_i].text, &root);
	char *said = help_diag(diag);

	/* A doubled key is an error that does not stop the reading. */
	ck_assert_msg(err == rows[_i].err, "%s: %d %s", rows[_i].text, err, said);
	if (err == 0) {
		char *is = help_dump(root);

		ck_assert_str_eq(is, rows[_i].is);
		ck_assert_str_eq(said, "");
		free(is);
	} else {
		ck_assert_msg(strstr(said, rows[_i].is) != NULL, "%s: %s", rows[_i].text, said);
	}
	free(said);
}
END_TEST

/* `open` n times, "1", `close` n times. */
static char *
nested(const char *open, const char *close, size_t n)
{
	struct strbuf text = STRBUF_INIT;

	for (size_t i = 0; i < n; i++)
		strbuf_add(&text, open);
	strbuf_add(&text, "1");
	for (size_t i = 0; i < n; i++)
		strbuf_add(&text, close);
	return strbuf_take(&text);
}

START_TEST(sixty_four_levels_are_read_and_no_more)
{
	static const char *const shapes[][2] = { { "[", "]" }, { "{a: ", "}" } };

	for (size_t i = 0; i < 2; i++)
		for (size_t n = DOC_MAX_DEPTH - 1; n <= DOC_MAX_DEPTH + 1; n++) {
			char *text = nested(shapes[i][0], shapes[i][1], n);
			const struct doc_node *root;
			bool good = n < DOC_MAX_DEPTH;

			ck_assert_msg(parse(text, &root) == (good ? 0 : ERR_LIMIT), "%zu", n);
			ck_assert(diag_count(diag, SEVERITY_ERROR) == (good ? 0 : 1));
			if (good)
				ck_assert_uint_eq(root->height, n + 1);
			free(text);
		}
}
END_TEST

START_TEST(depth_counts_what_an_alias_stands_for)
{
	/* 40 levels, and 30 more around an alias to them: written, none is deeper than 64. */
	char *inner = nested("[", "]", 40), *outer = nested("[", "]", 30);
	struct strbuf text = STRBUF_INIT;
	const struct doc_node *root;

	*strchr(outer, '1') = 'Z';
	strbuf_addf(&text, "{a: &x %s, b: %.*s*x %s}", inner, 30, outer, outer + 31);
	ck_assert_int_eq(parse(text.text, &root), ERR_LIMIT);
	char *said = help_diag(diag);

	ck_assert_msg(strstr(said, "once aliases are followed") != NULL, "%s", said);
	free(said);
	free(inner);
	free(outer);
	strbuf_release(&text);
}
END_TEST

START_TEST(a_bomb_of_aliases_is_refused_and_a_few_are_not)
{
	struct strbuf text = STRBUF_INIT;
	const struct doc_node *root;

	/* Each line is ten of the one before: 10^2, then 10^6 nodes. */
	strbuf_add(&text, "a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n");
	for (int i = 1; i < 6; i++) {
		strbuf_addf(&text, "a%d: &a%d [", i, i);
		for (int j = 0; j < 10; j++)
			strbuf_addf(&text, "%s*a%d", j == 0 ? "" : ", ", i - 1);
		strbuf_add(&text, "]\n");
		if (i == 1) {
			ck_assert_int_eq(parse(text.text, &root), 0);
			ck_assert_uint_gt(root->weight, 110);
		}
	}
	ck_assert_int_eq(parse(text.text, &root), ERR_LIMIT);
	char *said = help_diag(diag);

	ck_assert_msg(strstr(said, "aliases blow this up") != NULL, "%s", said);
	free(said);
	strbuf_release(&text);
}
END_TEST

START_TEST(every_node_knows_where_it_stands)
{
	const struct doc_node *root;

	ck_assert_int_eq(parse("a:\n  - b: 1\n    c: [x,\n      y]\n", &root), 0);
	const struct doc_node *item = doc_item(doc_find(root, "a"), 0);
	const struct doc_node *y = doc_item(doc_find(item, "c"), 1);

	ck_assert_uint_eq(item->place.line, 2);
	ck_assert_uint_eq(item->place.column, 5);
	ck_assert_uint_eq(y->place.line, 4);
	ck_assert_uint_eq(y->place.column, 7);
	ck_assert_str_eq(y->place.file, "f");
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("doc_tree");
	TCase *tcase = tcase_create("doc_tree");

	suite_add_tcase(suite, tcase);
	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_loop_test(tcase, aliases_merge_keys_and_keys_follow_their_rules, 0,
	    (int)(sizeof(rows) / sizeof(rows[0])));
	tcase_add_test(tcase, sixty_four_levels_are_read_and_no_more);
	tcase_add_test(tcase, depth_counts_what_an_alias_stands_for);
	tcase_add_test(tcase, a_bomb_of_aliases_is_refused_and_a_few_are_not);
	tcase_add_test(tcase, every_node_knows_where_it_stands);
	return suite;
}
