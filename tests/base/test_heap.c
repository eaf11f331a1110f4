/* test_heap.c - threads share what is free, and the kernel gets back what nobody needs. */
#include "base/heap.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/suite.h"

#ifdef __GLIBC__
#include <malloc.h>

#define THREADS 8

static pthread_barrier_t all_are_there;

static void *
need_memory(void *arg)
{
	void *piece;

	(void)arg;
	pthread_barrier_wait(&all_are_there);
	piece = malloc(1000);
	pthread_barrier_wait(&all_are_there);
	free(piece);
	return NULL;
}

START_TEST(many_threads_have_two_heaps)
{
	pthread_t threads[THREADS];
	char *text = NULL;
	size_t len = 0;
	unsigned heaps = 0;
	FILE *file;

	heap_prepare();
	pthread_barrier_init(&all_are_there, NULL, THREADS);
	for (unsigned i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, need_memory, NULL), 0);
	for (unsigned i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	pthread_barrier_destroy(&all_are_there);
	file = open_memstream(&text, &len);
	ck_assert_int_eq(malloc_info(0, file), 0);
	fclose(file);
	for (const char *at = text; (at = strstr(at, "<heap nr=")) != NULL; at++)
		heaps++;
	ck_assert_uint_ge(heaps, 1);
	ck_assert_uint_le(heaps, 2);
	free(text);
}
END_TEST
#endif

START_TEST(trimming_a_heap_of_nothing_is_harmless)
{
	heap_trim();
	heap_trim();
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("heap");
	TCase *tc = tcase_create("heap");

#ifdef __GLIBC__
	tcase_add_test(tc, many_threads_have_two_heaps);
#endif
	tcase_add_test(tc, trimming_a_heap_of_nothing_is_harmless);
	suite_add_tcase(s, tc);
	return s;
}
