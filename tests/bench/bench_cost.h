/* bench_cost.h - what a process and its children have used: CPU time, memory. */
#ifndef ROLLCALL_TESTS_BENCH_BENCH_COST_H
#define ROLLCALL_TESTS_BENCH_BENCH_COST_H
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct bench_cost {
	uint64_t cpu_ns;
	uint64_t pss_kb;
	uint64_t rss_kb;
};

/*
 * Exact CPU time of the process and of its children that live.  With `threads`, a pattern as of a
 * shell, that of the threads with such names alone; schedstat is up to a tick behind for one that
 * runs.  The memory, of smaps_rollup, only with `memory`: it stops a large process for
 * milliseconds.  What cannot be read counts as 0.
 */
void bench_cost_read(pid_t pid, const char *threads, bool memory, struct bench_cost *cost);
#endif
