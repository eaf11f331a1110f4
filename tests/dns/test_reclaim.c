/* test_reclaim.c - nothing is freed while a reader may look, everything is freed after. */
#include "dns/reclaim.h"

#include <sched.h>
#include <stdlib.h>
#include <time.h>
#include <urcu/urcu-qsbr.h>

#include "tests/suite.h"

/* Bounded waiting for the freeing thread. */
static bool
becomes_empty(const struct reclaim *reclaim)
{
	for (int i = 0; i < 5000 && reclaim_waiting(reclaim) > 0; i++)
		nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
	return reclaim_waiting(reclaim) == 0;
}

START_TEST(pieces_wait_for_the_reader)
{
	struct reclaim *reclaim = reclaim_new();

	urcu_qsbr_register_thread();
	reclaim_add(reclaim, malloc(100), 100);
	reclaim_add(reclaim, malloc(50), 50);
	ck_assert_uint_eq(reclaim_waiting(reclaim), 150);
	reclaim_flush(reclaim);
	for (int i = 0; i < 100; i++)
		sched_yield();
	ck_assert_uint_eq(reclaim_waiting(reclaim), 150);
	reclaim_add(reclaim, malloc(1), 1);
	reclaim_flush(reclaim);
	urcu_qsbr_thread_offline();
	ck_assert(becomes_empty(reclaim));
	urcu_qsbr_unregister_thread();
	reclaim_free(reclaim);
}
END_TEST

START_TEST(the_end_frees_what_was_never_handed_over)
{
	struct reclaim *reclaim = reclaim_new();

	reclaim_flush(reclaim);
	reclaim_add(reclaim, malloc(10), 10);
	reclaim_free(reclaim);
	reclaim_free(NULL);
}
END_TEST

START_TEST(many_batches_are_all_freed)
{
	struct reclaim *reclaim = reclaim_new();

	for (int i = 0; i < 20000; i++) {
		reclaim_add(reclaim, malloc(16), 16);
		if (i % 10 == 0)
			reclaim_flush(reclaim);
	}
	reclaim_flush(reclaim);
	ck_assert(becomes_empty(reclaim));
	reclaim_free(reclaim);
}
END_TEST

Suite *
suite(void)
{
	Suite *reclaim = suite_create("reclaim");
	TCase *tests = tcase_create("reclaim");

	tcase_add_test(tests, pieces_wait_for_the_reader);
	tcase_add_test(tests, the_end_frees_what_was_never_handed_over);
	tcase_add_test(tests, many_batches_are_all_freed);
	suite_add_tcase(reclaim, tests);
	return reclaim;
}
