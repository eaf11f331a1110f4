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

#define STEPS 17
#define WORDS (1U << STEPS)
#define PART 6                  /* letters */
#define STATES (1U << 20)       /* low bits, which only depend on low bits */

/* 32-bit FNV-1a, which anybody can compute. */
static uint32_t
fnv(uint32_t state, const char *part)
{
	for (int i = 0; i < PART; i++)
		state = (state ^ (unsigned char)part[i]) * 16777619u;
	return state % STATES;
}

static void
write_part(char part[PART], unsigned number)
{
	number *= 2654435761u;          /* all letters differ between neighbours */
	for (int i = 0; i < PART; i++, number /= 26)
		part[i] = (char)('a' + number % 26);
}

/* Two parts that lead from one state to the same next one, which is returned. */
static uint32_t
find_parts(uint32_t state, char parts[2][PART])
{
	uint16_t *met = calloc(STATES, sizeof(*met));
	uint32_t next;

	ck_assert_ptr_nonnull(met);
	for (uint16_t number = 1;; number++) {
		ck_assert_uint_ne(number, 0);
		write_part(parts[1], number);
		next = fnv(state, parts[1]);
		if (met[next] != 0)
			break;
		met[next] = number;
	}
	write_part(parts[0], met[next]);
	free(met);
	return next;
}

/* Each choice at each step ends in the same state (Joux, multicollisions). */
START_TEST(words_made_to_fall_together_do_not)
{
	static char texts[WORDS][STEPS * PART + 1];
	static const char *words[WORDS];
	char parts[STEPS][2][PART];
	uint32_t state = 2166136261u;

	for (int step = 0; step < STEPS; step++)
		state = find_parts(state, parts[step]);
	for (unsigned i = 0; i < WORDS; i++) {
		for (int step = 0; step < STEPS; step++)
			memcpy(texts[i] + step * PART, parts[step][i >> step & 1], PART);
		words[i] = texts[i];
	}

	struct tree tree = { .name = "tree", .words = words, .word_count = WORDS };
	struct tree *copy = compact_copy(&tree_table, &tree);

	ck_assert_ptr_nonnull(copy);
	for (unsigned i = 0; i < WORDS; i++)
		ck_assert(strcmp(copy->words[i], texts[i]) == 0);
	free(copy);
}
END_TEST

struct counted {
	const char **words;
	uint8_t count8;
	const char **more_words;
	uint16_t count16;
	uint16_t other;                 /* no part of the number before it */
	const char **most_words;
	uint32_t count32;
	uint32_t another;
};
static const struct compact_field counted_fields[] = {
	{ COMPACT_ITEMS(counted, words, count8, &compact_texts) },
	{ COMPACT_ITEMS(counted, more_words, count16, &compact_texts) },
	{ COMPACT_ITEMS(counted, most_words, count32, &compact_texts) },
};
static const struct compact_table counted_table = { COMPACT_TABLE(counted_fields, counted) };

START_TEST(a_number_of_items_may_have_any_width)
{
	const char *words[] = { "x", "yy", "zzz" };
	struct counted counted = { words, 1, words, 2, 0xffff, words, 3, 0xffffffff };
	struct counted *copy = compact_copy(&counted_table, &counted);

	ck_assert_ptr_nonnull(copy);
	ck_assert_str_eq(copy->words[0], "x");
	ck_assert_str_eq(copy->more_words[1], "yy");
	ck_assert_str_eq(copy->most_words[2], "zzz");
	free(copy);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("compact");
	TCase *tc = tcase_create("compact");

	/* 2^33 comparisons would take minutes, and without them it is a fraction of a second. */
	tcase_set_timeout(tc, 20);
	tcase_add_test(tc, all_that_is_pointed_to_is_copied);
	tcase_add_test(tc, words_made_to_fall_together_do_not);
	tcase_add_test(tc, a_number_of_items_may_have_any_width);
	suite_add_tcase(s, tc);
	return s;
}
