/* latency.c - a histogram of durations, coarse by a sixteenth, small and constant in size. */
#include "base/latency.h"

#define FINE 4U                 /* 2^4 steps for each doubling */

/* 0 to 15, then sixteen steps for each doubling. */
static unsigned
step_of(uint64_t us)
{
	unsigned top, step;

	if (us >> FINE == 0)
		return (unsigned)us;
	top = 63U - (unsigned)__builtin_clzll(us);
	/* The leading bit counts for the first of its steps. */
	step = ((top - FINE) << FINE) + (unsigned)(us >> (top - FINE));
	return step < LATENCY_STEPS ? step : LATENCY_STEPS - 1;
}

/* The largest duration of a step. */
static uint64_t
end_of_step(unsigned step)
{
	unsigned shift;

	if (step >> FINE == 0)
		return step;
	shift = (step >> FINE) - 1;
	return ((((uint64_t)1 << FINE) + step % (1U << FINE) + 1) << shift) - 1;
}

/* Only the owner writes: a plain addition, but one that others may look at. */
static void
add(_Atomic uint64_t *cell, uint64_t by)
{
	atomic_store_explicit(cell, atomic_load_explicit(cell, memory_order_relaxed) + by,
	    memory_order_relaxed);
}

static uint64_t
look(const _Atomic uint64_t *cell)
{
	return atomic_load_explicit(cell, memory_order_relaxed);
}

static void
raise_worst(struct latency *latency, uint64_t us)
{
	if (us > look(&latency->worst_us))
		atomic_store_explicit(&latency->worst_us, us, memory_order_relaxed);
}

void
latency_note_many(struct latency *latency, uint64_t us, uint64_t count)
{
	add(&latency->counts[step_of(us)], count);
	add(&latency->total, count);
	add(&latency->sum_us, us * count);
	raise_worst(latency, us);
}

void
latency_note(struct latency *latency, uint64_t us)
{
	latency_note_many(latency, us, 1);
}

void
latency_add(struct latency *sum, const struct latency *latency)
{
	/* The total is that of the counts seen here, also while a note is under way. */
	for (unsigned step = 0; step < LATENCY_STEPS; step++) {
		uint64_t count = look(&latency->counts[step]);

		add(&sum->counts[step], count);
		add(&sum->total, count);
	}
	add(&sum->sum_us, look(&latency->sum_us));
	raise_worst(sum, look(&latency->worst_us));
}

uint64_t
latency_quantile_us(const struct latency *latency, double percent)
{
	uint64_t total = look(&latency->total);
	uint64_t worst_us = look(&latency->worst_us);
	double wanted = (double)total * percent / 100.0;
	uint64_t seen = 0;

	for (unsigned step = 0; step < LATENCY_STEPS && total > 0; step++) {
		seen += look(&latency->counts[step]);
		if (seen > 0 && (double)seen >= wanted) {
			uint64_t end = end_of_step(step);

			return end < worst_us ? end : worst_us;
		}
	}
	return worst_us;
}

uint64_t
latency_below(const struct latency *latency, unsigned power)
{
	uint64_t seen = 0;

	for (unsigned step = 0; step < LATENCY_STEPS && end_of_step(step) >> power == 0; step++)
		seen += look(&latency->counts[step]);
	return seen;
}
