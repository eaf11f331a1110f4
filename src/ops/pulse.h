/*
 * pulse.h - rates of the last minutes, a beat each second: queries, how they ended, how long they
 * took.  Thread: control; pure.
 */
#ifndef ROLLCALL_OPS_PULSE_H
#define ROLLCALL_OPS_PULSE_H
#include <stddef.h>
#include <stdint.h>

struct latency;
struct pulse;

#define PULSE_MAX 180           /* beats kept */

/* What the cells behind /metrics hold: sums since the start, which never fall. */
struct pulse_sums {
	uint64_t queries;
	uint64_t rcode[16];
	const struct latency *durations;
};

/* A second's worth.  Rates are per second, rounded; durations are 0 without a query. */
struct pulse_beat {
	uint64_t unix_ms;               /* when it ended */
	uint32_t queries;
	uint32_t noerror;
	uint32_t nxdomain;
	uint32_t servfail;
	uint32_t other;                 /* all other codes */
	uint32_t p50_us;
	uint32_t p99_us;
};

struct pulse *pulse_new(void);          /* NULL: no memory */
void pulse_free(struct pulse *pulse);   /* NULL is allowed */

/*
 * The sums are this much, `span_ms` after the last call.  The first call only remembers them.  The
 * beat is returned, NULL for the first; it holds until the next call.
 */
const struct pulse_beat *pulse_note(struct pulse *pulse, const struct pulse_sums *sums,
    uint64_t span_ms, uint64_t unix_ms);

size_t pulse_count(const struct pulse *pulse);
/* The i-th, the oldest being 0. */
const struct pulse_beat *pulse_at(const struct pulse *pulse, size_t i);
#endif
