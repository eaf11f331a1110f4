/*
 * latency.h - a histogram of durations, coarse by a fifth, small and constant in size.
 * Thread: the owner's.
 */
#ifndef ROLLCALL_DAEMON_LATENCY_H
#define ROLLCALL_DAEMON_LATENCY_H
#include <stdint.h>

/* Four steps for each doubling, from 1 us to over an hour; zeroed is empty. */
#define LATENCY_STEPS 128
struct latency {
	uint64_t counts[LATENCY_STEPS];
	uint64_t total;
	uint64_t worst_us;
};

void latency_note(struct latency *latency, uint64_t us);
/* The duration that `percent` of 100 stayed below or at, rounded up to a step; 0 while empty. */
uint64_t latency_quantile_us(const struct latency *latency, double percent);
#endif
