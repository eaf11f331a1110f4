/* pulse.c - rates of the last minutes, a beat each second. */
#include "ops/pulse.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/latency.h"

enum { RCODE_NOERROR = 0, RCODE_SERVFAIL = 2, RCODE_NXDOMAIN = 3 };

struct pulse {
	struct pulse_beat beats[PULSE_MAX];     /* a ring */
	size_t next;
	size_t count;
	bool begun;
	uint64_t queries;
	uint64_t rcode[16];
	uint64_t steps[LATENCY_STEPS];
};

struct pulse *
pulse_new(void)
{
	return calloc(1, sizeof(struct pulse));
}

void
pulse_free(struct pulse *pulse)
{
	free(pulse);
}

/* Sums of threads that are replaced by a reload may begin anew. */
static uint64_t
grown(uint64_t now, uint64_t before)
{
	return now > before ? now - before : 0;
}

static uint32_t
per_second(uint64_t count, uint64_t span_ms)
{
	uint64_t rate = (count * 1000 + span_ms / 2) / span_ms;

	return rate < UINT32_MAX ? (uint32_t)rate : UINT32_MAX;
}

static uint32_t
fitted(uint64_t us)
{
	return us < UINT32_MAX ? (uint32_t)us : UINT32_MAX;
}

static void
rate_codes(const struct pulse *pulse, const struct pulse_sums *sums, uint64_t span_ms,
    struct pulse_beat *beat)
{
	for (size_t i = 0; i < 16; i++) {
		uint32_t rate = per_second(grown(sums->rcode[i], pulse->rcode[i]), span_ms);

		if (i == RCODE_NOERROR)
			beat->noerror = rate;
		else if (i == RCODE_NXDOMAIN)
			beat->nxdomain = rate;
		else if (i == RCODE_SERVFAIL)
			beat->servfail = rate;
		else
			beat->other += rate;
	}
}

/* What is there now and was not before, as a histogram of its own. */
static void
rate_durations(const struct pulse *pulse, const struct latency *durations,
    struct pulse_beat *beat)
{
	/* The worst of a second is not kept: what is told is the end of a step. */
	struct latency fresh = { .worst_us = UINT64_MAX };
	uint64_t total = 0;

	for (size_t i = 0; i < LATENCY_STEPS; i++) {
		uint64_t more = grown(atomic_load_explicit(&durations->counts[i],
		    memory_order_relaxed), pulse->steps[i]);

		atomic_store_explicit(&fresh.counts[i], more, memory_order_relaxed);
		total += more;
	}
	atomic_store_explicit(&fresh.total, total, memory_order_relaxed);
	if (total == 0)
		return;
	beat->p50_us = fitted(latency_quantile_us(&fresh, 50));
	beat->p99_us = fitted(latency_quantile_us(&fresh, 99));
}

static void
remember(struct pulse *pulse, const struct pulse_sums *sums)
{
	pulse->queries = sums->queries;
	memcpy(pulse->rcode, sums->rcode, sizeof(pulse->rcode));
	for (size_t i = 0; i < LATENCY_STEPS; i++)
		pulse->steps[i] = atomic_load_explicit(&sums->durations->counts[i],
		    memory_order_relaxed);
	pulse->begun = true;
}

const struct pulse_beat *
pulse_note(struct pulse *pulse, const struct pulse_sums *sums, uint64_t span_ms,
    uint64_t unix_ms)
{
	struct pulse_beat *beat = NULL;

	if (pulse->begun && span_ms > 0) {
		beat = &pulse->beats[pulse->next];
		pulse->next = (pulse->next + 1) % PULSE_MAX;
		if (pulse->count < PULSE_MAX)
			pulse->count++;
		*beat = (struct pulse_beat){ .unix_ms = unix_ms,
			.queries = per_second(grown(sums->queries, pulse->queries), span_ms) };
		rate_codes(pulse, sums, span_ms, beat);
		rate_durations(pulse, sums->durations, beat);
	}
	remember(pulse, sums);
	return beat;
}

size_t
pulse_count(const struct pulse *pulse)
{
	return pulse->count;
}

const struct pulse_beat *
pulse_at(const struct pulse *pulse, size_t i)
{
	return &pulse->beats[(pulse->next + PULSE_MAX - pulse->count + i) % PULSE_MAX];
}
