/* test_due_heap.c - nodes come out in the order of their moments, whatever was done to them. */
#include "probe/due_heap.h"

#include "tests/suite.h"

#define NODES 2000

static uint32_t
next_random(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

START_TEST(put_move_and_remove_at_random_come_out_in_order)
{
	static struct due_node nodes[NODES];
	struct due_heap heap = {0};
	uint32_t state = 42;
	size_t in = 0;
	uint64_t last = 0;

	ck_assert_int_eq(due_heap_reserve(&heap, NODES), 0);
	for (unsigned i = 0; i < 20 * NODES; i++) {
		struct due_node *node = &nodes[next_random(&state) % NODES];

		if (next_random(&state) % 3 == 0)
			due_heap_remove(&heap, node);
		else
			due_heap_put(&heap, node, next_random(&state) % 1000);
	}
	for (unsigned i = 0; i < NODES; i++)
		in += nodes[i].slot != 0;
	ck_assert_uint_eq(heap.count, in);
	ck_assert_uint_gt(in, NODES / 2);
	while (heap.count > 0) {
		struct due_node *node = due_heap_first(&heap);

		ck_assert_uint_eq(node->due_ms, due_heap_first_ms(&heap));
		ck_assert_uint_ge(node->due_ms, last);
		last = node->due_ms;
		due_heap_remove(&heap, node);
		in--;
	}
	ck_assert_uint_eq(in, 0);
	due_heap_release(&heap);
}
END_TEST

START_TEST(an_empty_heap_has_no_first)
{
	struct due_heap heap = {0};
	struct due_node node = {0};

	ck_assert_ptr_null(due_heap_first(&heap));
	ck_assert_uint_eq(due_heap_first_ms(&heap), UINT64_MAX);
	due_heap_remove(&heap, &node);
	ck_assert_uint_eq(heap.count, 0);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("due_heap");
	TCase *tc = tcase_create("due_heap");

	tcase_add_test(tc, put_move_and_remove_at_random_come_out_in_order);
	tcase_add_test(tc, an_empty_heap_has_no_first);
	suite_add_tcase(s, tc);
	return s;
}
