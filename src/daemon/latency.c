/* latency.c - a histogram of durations, coarse by a fifth, small and constant in size. */
#include "daemon/latency.h"

/* 0, 1, 2, 3, then four steps for each doubling. */
static unsigned
step_of(uint64_t us)
{
	unsigned top, step;

	if (us < 4)
		return (unsigned)us;
	top = 63U - (unsigned)__builtin_clzll(us);
	step = (top - 1) * 4 + (unsigned)(us >> (top - 2) & 3);
	return step < LATENCY_STEPS ? step : LATENCY_STEPS - 1;
}

/* The largest duration of a step. */
static uint64_t
end_of_step(unsigned step)
{
	unsigned top;

	if (step < 4)
		return step;
	top = step / 4 + 1;
	return (((uint64_t)4 + step % 4 + 1) << (top - 2)) - 1;
}

void
latency_note(struct latency *latency, uint64_t us)
{
	latency->counts[step_of(us)]++;
	latency->total++;
	if (us > latency->worst_us)
		latency->worst_us = us;
}

uint64_t
latency_quantile_us(const struct latency *latency, double percent)
{
	double wanted = (double)latency->total * percent / 100.0;
	uint64_t seen = 0;

	for (unsigned step = 0; step < LATENCY_STEPS && latency->total > 0; step++) {
		seen += latency->counts[step];
		if (seen > 0 && (double)seen >= wanted) {
			uint64_t end = end_of_step(step);

			return end < latency->worst_us ? end : latency->worst_us;
		}
	}
	return latency->worst_us;
}
