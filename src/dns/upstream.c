/* upstream.c - one server we ask: what it has done for us lately, and whether to ask it first. */
#include "dns/upstream.h"

#include <stdlib.h>
#include <string.h>

#define PATIENCE_MIN_MS 10
#define PATIENCE_MAX_MS 1000
/* Between two trials of one that does not answer: doubles from the first to the second. */
#define SUSPECT_MIN_MS 1000
#define SUSPECT_MAX_MS 10000
/* So many replies are remembered, the older half with half its weight. */
#define SAMPLES_MAX 512
/* Enough to tell one slow reply from a habit. */
#define SAMPLES_MIN 20
#define SAMPLES_EACH 16

struct upstream *
upstream_new(const struct addr_port *address)
{
	struct upstream *upstream = calloc(1, sizeof(*upstream));

	if (upstream == NULL)
		return NULL;
	upstream->address = *address;
	addr_port_text(address, upstream->text);
	atomic_init(&upstream->healthy, true);
	return upstream;
}

void
upstream_free(struct upstream *upstream)
{
	free(upstream);
}

/* Four steps to a doubling: the place of the highest bit and the two below it. */
static unsigned
step_of(uint64_t us)
{
	uint64_t units = us / 16;       /* 64 us is 4 */
	unsigned power, step;

	if (units < 4)
		return 0;
	power = 63 - (unsigned)__builtin_clzll(units);
	step = (power - 2) * 4 + (unsigned)(units >> (power - 2) & 3);
	return step < UPSTREAM_STEPS ? step : UPSTREAM_STEPS - 1;
}

/* Where the step ends. */
static uint64_t
step_end_us(unsigned step)
{
	return ((uint64_t)(4 + step % 4 + 1) << step / 4) * 16;
}

static void
find_p95(struct upstream *upstream)
{
	unsigned total = 0, above = 0;
	unsigned step = UPSTREAM_STEPS;

	for (unsigned i = 0; i < UPSTREAM_STEPS; i++)
		total += upstream->steps[i];
	while (step > 0 && above * 20 <= total)
		above += upstream->steps[--step];
	atomic_store_explicit(
	    &upstream->p95_us, (uint32_t)step_end_us(step), memory_order_relaxed);
}

void
upstream_note_reply(struct upstream *upstream, uint64_t now_us, uint64_t took_us)
{
	upstream->heard_us = now_us;
	if (now_us - took_us > upstream->served_us)
		upstream->served_us = now_us - took_us;
	upstream->losses = 0;
	upstream->suspect_until_ms = 0;
	latency_note(&upstream->latency, took_us);
	upstream->steps[step_of(took_us)]++;
	upstream->samples++;
	if (upstream->samples >= SAMPLES_MAX) {
		upstream->samples = 0;
		for (unsigned i = 0; i < UPSTREAM_STEPS; i++) {
			upstream->steps[i] = (uint16_t)(upstream->steps[i] / 2);
			upstream->samples += upstream->steps[i];
		}
	}
	if (upstream->samples >= SAMPLES_MIN && upstream->samples % SAMPLES_EACH == 0)
		find_p95(upstream);
}

static uint64_t
suspect_ms(const struct upstream *upstream)
{
	unsigned doublings = upstream->losses > 4 ? 4 : upstream->losses - 1;
	uint64_t ms = (uint64_t)SUSPECT_MIN_MS << doublings;

	return ms < SUSPECT_MAX_MS ? ms : SUSPECT_MAX_MS;
}

void
upstream_note_loss(struct upstream *upstream, uint64_t now_ms, uint64_t sent_us)
{
	/* It answered others since: a packet was lost, or that name is slow. */
	if (upstream->heard_us > sent_us)
		return;
	/* Questions that were under way together are one loss. */
	if (now_ms < upstream->suspect_until_ms)
		return;
	upstream->losses++;
	upstream->suspect_until_ms = now_ms + suspect_ms(upstream);
}

bool
upstream_is_good(const struct upstream *upstream, uint64_t now_ms)
{
	return atomic_load_explicit(&upstream->healthy, memory_order_relaxed) &&
	    !atomic_load_explicit(&upstream->looping, memory_order_relaxed) &&
	    now_ms >= upstream->suspect_until_ms;
}

void
upstream_note_trial(struct upstream *upstream, uint64_t now_ms)
{
	if (upstream->losses > 0 && now_ms >= upstream->suspect_until_ms)
		upstream->suspect_until_ms = now_ms + suspect_ms(upstream);
}

uint64_t
upstream_patience_ms(const struct upstream *upstream)
{
	uint64_t us = atomic_load_explicit(&upstream->p95_us, memory_order_relaxed);
	uint64_t ms = (us + 999) / 1000;

	if (us == 0)
		return UPSTREAM_UNKNOWN_MS;
	if (ms < PATIENCE_MIN_MS)
		return PATIENCE_MIN_MS;
	return ms < PATIENCE_MAX_MS ? ms : PATIENCE_MAX_MS;
}
