/* test_compact.c - copies of structs in one piece of memory. */
#include "model/compact.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "tests/suite.h"

struct leaf {
	const char *text;
	uint64_t number;
};
struct tree {
	const char *name;
	struct leaf *leaves;
	size_t leaf_count;
	struct leaf *one;
	struct addr *addrs;
	size_t addr_count;
	const char **words;
	size_t word_count;
	struct tree *below;
};

static const struct compact_field leaf_fields[] = { { COMPACT_TEXT(leaf, text) } };
static const struct compact_table leaf_table = { COMPACT_TABLE(leaf_fields, leaf) };
static const struct compact_table tree_table;
static const struct compact_field tree_fields[] = {
	{ COMPACT_TEXT(tree, name) },
	{ COMPACT_ITEMS(tree, leaves, leaf_count, &leaf_table) },
	{ COMPACT_ITEM(tree, one, &leaf_table) },
	{ COMPACT_ITEMS(tree, addrs, addr_count, &compact_addrs) },
	{ COMPACT_ITEMS(tree, words, word_count, &compact_texts) },
	{ COMPACT_ITEM(tree, below, &tree_table) },
};
static const struct compact_table tree_table = { COMPACT_TABLE(tree_fields, tree) };

START_TEST(all_that_is_pointed_to_is_copied)
{
	struct leaf leaves[] = { { "a", 1 }, { NULL, 2 }, { "b", 3 } };
	struct addr addrs[] = { { ADDR_IP4, { 1 } }, { ADDR_IP6, { 2 } }, { ADDR_IP4, { 3 } } };
	const char *words[] = { "x", "yy", "" };
	struct tree below = { .name = "below", .words = words, .word_count = 1, .leaves = leaves };
	struct tree tree = { .name = "tree", .leaves = leaves, .leaf_count = 3, .one = &leaves[2],
		.addrs = addrs, .addr_count = 3, .words = words, .word_count = 3, .below = &below };
	struct tree *copy = compact_copy(&tree_table, &tree);

	ck_assert_ptr_nonnull(copy);
	ck_assert_uint_eq((uintptr_t)copy->leaves % sizeof(void *), 0);
	ck_assert_uint_eq((uintptr_t)copy->below % sizeof(void *), 0);
	memset(leaves, 0, sizeof(leaves));
	ck_assert_str_eq(copy->name, "tree");
	ck_assert_str_eq(copy->leaves[0].text, "a");
	ck_assert_ptr_null(copy->leaves[1].text);
	ck_assert_uint_eq(copy->leaves[1].number, 2);
	ck_assert_str_eq(copy->one->text, "b");
	ck_assert_ptr_eq(copy->one->text, copy->leaves[2].text);
	ck_assert_int_eq(memcmp(copy->addrs, addrs, sizeof(addrs)), 0);
	ck_assert_str_eq(copy->words[1], "yy");
	ck_assert_str_eq(copy->words[2], "");
	ck_assert_str_eq(copy->below->name, "below");
	ck_assert_ptr_eq(copy->below->words[0], copy->words[0]);
	ck_assert_ptr_null(copy->below->leaves);
	ck_assert_ptr_null(copy->below->below);
	free(copy);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("compact");
	TCase *tc = tcase_create("compact");

	tcase_add_test(tc, all_that_is_pointed_to_is_copied);
	suite_add_tcase(s, tc);
	return s;
}
