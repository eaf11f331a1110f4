/* bench_cost.h - what a process and its children have used: CPU time, memory. */
#ifndef ROLLCALL_TESTS_BENCH_BENCH_COST_H
#define ROLLCALL_TESTS_BENCH_BENCH_COST_H
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct bench_cost {
	uint64_t cpu_ns;        /* of its threads that live; of those whose name matches */
	uint64_t pss_kb;
	uint64_t rss_kb;
};

/*
 * Read /proc: schedstat of each thread, in nanoseconds, but up to a tick behind for one that is
 * running. `threads` is a pattern as of a shell; NULL: all.  The memory, of smaps_rollup, only
 * with `memory`: it stops a large process for milliseconds.  What cannot be read counts as 0.
 */
void bench_cost_read(pid_t pid, const char *threads, bool memory, struct bench_cost *cost);
#endif
