/* test_arena.c - arena memory is zero, aligned, apart, and counted. */
#include <stdalign.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "tests/suite.h"

START_TEST(pieces_are_zero_aligned_and_do_not_overlap)
{
	struct arena *arena = arena_new(64);
	unsigned char *pieces[400];

	for (size_t i = 0; i < 400; i++) {
		size_t size = i * 7 % 300;

		pieces[i] = arena_alloc(arena, size);
		ck_assert_ptr_nonnull(pieces[i]);
		ck_assert_uint_eq((uintptr_t)pieces[i] % alignof(max_align_t), 0);
		for (size_t k = 0; k < size; k++)
			ck_assert_uint_eq(pieces[i][k], 0);
		memset(pieces[i], (int)(i % 255) + 1, size);
	}
	for (size_t i = 0; i < 400; i++)
		for (size_t k = 0; k < i * 7 % 300; k++)
			ck_assert_uint_eq(pieces[i][k], i % 255 + 1);
	arena_free(arena);
}
END_TEST

START_TEST(a_big_piece_leaves_the_current_block_in_use)
{
	struct arena *arena = arena_new(4096);

	ck_assert_ptr_nonnull(arena_alloc(arena, 16));
	memset(arena_alloc(arena, 5 << 20), 1, 5 << 20);
	size_t before = arena_size(arena);
	ck_assert_uint_gt(before, 5 << 20);
	ck_assert_ptr_nonnull(arena_alloc(arena, 1024));
	ck_assert_uint_eq(arena_size(arena), before);
	arena_free(arena);
}
END_TEST

START_TEST(what_is_taken_back_is_handed_out_again_as_zeros)
{
	struct arena *arena = arena_new(256);
	size_t size = 0;

	for (size_t round = 0; round < 20; round++) {
		for (size_t i = 0; i < 100; i++) {
			unsigned char *piece = arena_alloc(arena, 50);

			ck_assert_ptr_nonnull(piece);
			for (size_t k = 0; k < 50; k++)
				ck_assert_uint_eq(piece[k], 0);
			memset(piece, 0xff, 50);
		}
		/* Wide enough after some rounds. */
		if (round > 5)
			ck_assert_uint_eq(arena_size(arena), size);
		arena_reset(arena);
		size = arena_size(arena);
	}
	arena_free(arena);
}
END_TEST

START_TEST(a_big_piece_is_not_kept)
{
	struct arena *arena = arena_new(0);

	arena_reset(arena);
	ck_assert_ptr_nonnull(arena_alloc(arena, 5 << 20));
	ck_assert_ptr_nonnull(arena_alloc(arena, 10));
	arena_reset(arena);
	ck_assert_uint_lt(arena_size(arena), 1 << 20);
	arena_free(arena);
}
END_TEST

START_TEST(small_pieces_cost_little_more_than_themselves)
{
	struct arena *arena = arena_new(0);

	for (size_t i = 0; i < 65536; i++)
		ck_assert_ptr_nonnull(arena_alloc(arena, 64));
	ck_assert_uint_lt(arena_size(arena), 65536 * 64 + (2 << 20));
	arena_free(arena);
}
END_TEST

START_TEST(what_just_overflows_the_first_block_costs_one_more_of_its_size)
{
	struct arena *arena = arena_new(512);

	for (size_t i = 0; i < 33; i++)
		ck_assert_ptr_nonnull(arena_alloc(arena, 16));
	ck_assert_uint_lt(arena_size(arena), 2 * 512 + 128);
	arena_free(arena);
}
END_TEST

START_TEST(copies_are_equal_and_texts_end)
{
	struct arena *arena = arena_new(0);
	char octets[] = { 'a', 0, 'b' };

	ck_assert_str_eq(arena_text(arena, "web"), "web");
	ck_assert_str_eq(arena_text_n(arena, "website", 3), "web");
	ck_assert_str_eq(arena_text(arena, ""), "");
	ck_assert_mem_eq(arena_copy(arena, octets, 3), octets, 3);
	ck_assert_ptr_null(arena_text(arena, NULL));
	ck_assert_ptr_null(arena_copy(arena, NULL, 3));
	arena_free(arena);
}
END_TEST

START_TEST(sizes_that_overflow_are_refused)
{
	struct arena *arena = arena_new(0);

	ck_assert_ptr_null(arena_alloc(arena, SIZE_MAX));
	ck_assert_ptr_null(arena_array(arena, SIZE_MAX / 2, 3));
	ck_assert_ptr_null(arena_text_n(arena, "x", SIZE_MAX));
	ck_assert_ptr_nonnull(arena_array(arena, 3, 5));
	arena_free(arena);
	arena_free(NULL);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("arena");
	TCase *tc = tcase_create("arena");

	tcase_add_test(tc, pieces_are_zero_aligned_and_do_not_overlap);
	tcase_add_test(tc, a_big_piece_leaves_the_current_block_in_use);
	tcase_add_test(tc, small_pieces_cost_little_more_than_themselves);
	tcase_add_test(tc, what_just_overflows_the_first_block_costs_one_more_of_its_size);
	tcase_add_test(tc, what_is_taken_back_is_handed_out_again_as_zeros);
	tcase_add_test(tc, a_big_piece_is_not_kept);
	tcase_add_test(tc, copies_are_equal_and_texts_end);
	tcase_add_test(tc, sizes_that_overflow_are_refused);
	suite_add_tcase(s, tc);
	return s;
}
