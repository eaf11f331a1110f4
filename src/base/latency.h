/*
 * latency.h - a histogram of durations, coarse by a sixteenth, small and constant in size.
 * Thread: one notes, any may look.
 */
#ifndef ROLLCALL_BASE_LATENCY_H
#define ROLLCALL_BASE_LATENCY_H
#include <stdatomic.h>
#include <stdint.h>

/* Sixteen steps for each doubling, from 1 us to over an hour; zeroed is empty. */
#define LATENCY_STEPS 480
struct latency {
	_Atomic uint64_t counts[LATENCY_STEPS];
	_Atomic uint64_t total;
	_Atomic uint64_t sum_us;
	_Atomic uint64_t worst_us;
};

void latency_note(struct latency *latency, uint64_t us);
/* So many took that long, as with one note each. */
void latency_note_many(struct latency *latency, uint64_t us, uint64_t count);
/* Add what another one holds, for a sum over threads. */
void latency_add(struct latency *sum, const struct latency *latency);
/* The duration that `percent` of 100 stayed below or at, rounded up to a step; 0 while empty. */
uint64_t latency_quantile_us(const struct latency *latency, double percent);
/* How many took less than 2^power us; exact, for that is where a step ends. */
uint64_t latency_below(const struct latency *latency, unsigned power);
#endif
