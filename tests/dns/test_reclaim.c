/* test_reclaim.c - nothing is freed while a reader may look, everything is freed after. */
#include "dns/reclaim.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
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

/* Sanitizers keep what is freed to themselves, to find who uses it. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#endif
#if !defined(SANITIZED) && defined(__GLIBC__)
#define PIECES 16000
#define PIECE_SIZE 4096

static size_t
resident(void)
{
	unsigned long pages = 0;
	FILE *file = fopen("/proc/self/statm", "r");

	ck_assert_ptr_nonnull(file);
	ck_assert_int_eq(fscanf(file, "%*u %lu", &pages), 1);
	fclose(file);
	return pages * (size_t)sysconf(_SC_PAGESIZE);
}

START_TEST(much_that_was_freed_is_given_back_to_the_kernel_once_it_is_quiet)
{
	struct reclaim *reclaim = reclaim_new();
	void **pieces = calloc(2 * PIECES, sizeof(*pieces));
	size_t full;

	/* What is between them stays, so that nothing goes back by itself. */
	for (size_t i = 0; i < 2 * PIECES; i++) {
		pieces[i] = malloc(i % 2 == 0 ? PIECE_SIZE * 2 : 64);
		memset(pieces[i], 1, 64);
		if (i % 2 == 0)
			memset(pieces[i], 1, (size_t)PIECE_SIZE * 2);
	}
	full = resident();
	for (size_t i = 0; i < 2 * PIECES; i += 2)
		reclaim_add(reclaim, pieces[i], (size_t)PIECE_SIZE * 2);
	reclaim_flush(reclaim);
	for (int i = 0; i < 10000 && resident() > full / 2 + full / 4; i++)
		nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
	ck_assert_uint_le(resident(), full / 2 + full / 4);
	reclaim_free(reclaim);
	for (size_t i = 1; i < 2 * PIECES; i += 2)
		free(pieces[i]);
	free(pieces);
}
END_TEST
#endif

Suite *
suite(void)
{
	Suite *reclaim = suite_create("reclaim");
	TCase *tests = tcase_create("reclaim");

	tcase_add_test(tests, pieces_wait_for_the_reader);
	tcase_add_test(tests, the_end_frees_what_was_never_handed_over);
	tcase_add_test(tests, many_batches_are_all_freed);
#ifdef PIECES
	tcase_add_test(tests, much_that_was_freed_is_given_back_to_the_kernel_once_it_is_quiet);
#endif
	tcase_set_timeout(tests, 30);
	suite_add_tcase(reclaim, tests);
	return reclaim;
}
