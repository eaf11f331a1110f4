/* bench_base.h - what every benchmark needs: an end, a CPU, a time, arguments, files. */
#ifndef ROLLCALL_TESTS_BENCH_BENCH_BASE_H
#define ROLLCALL_TESTS_BENCH_BENCH_BASE_H
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* End the program: with errno, without. */
void bench_die(const char *what) __attribute__((noreturn));
void bench_fail(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

/* Keep this process on a CPU; -1: leave it. */
void bench_pin(int cpu);

/* CLOCK_MONOTONIC; the CPU time of this process. */
uint64_t bench_now_ns(void);
uint64_t bench_used_ns(void);

/* calloc that ends the program. */
void *bench_alloc(size_t count, size_t size);

/* A file of that folder, written anew; bench_close sees that all of it was written. */
FILE *bench_create(const char *folder, const char *name);
void bench_close(FILE *file);

/*
 * Arguments are tables: a number is stored in *number, a text in *text, and an option with
 * neither a value nor a text is a switch that sets *on.  Ends the program with the table as its
 * usage.
 */
struct bench_option {
	const char *name;       /* without the dashes; NULL ends the table */
	const char *help;
	uint64_t *number;
	const char **text;
	int *on;
};
/* Takes out the options; what is left are `count` words, argv[1] to argv[count]. */
void bench_options(int argc, char **argv, const struct bench_option *options, const char *words,
    int count);
#endif
