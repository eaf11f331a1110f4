/* cadence.h - the beat of one target: when its next attempt is due.  Thread: any; pure. */
#ifndef ROLLCALL_PROBE_CADENCE_H
#define ROLLCALL_PROBE_CADENCE_H
#include <stdint.h>

/*
 * All moments and durations in milliseconds; `identity` is the target's number, see
 * cadence_identity().
 */

/* The number by which targets are spread; the same for the same id in every run. */
uint64_t cadence_identity(const char *id);

/* How long a first attempt waits when many targets appear together: less than min(period, 1 s). */
uint64_t cadence_spread_ms(uint64_t identity, uint64_t period_ms);

/*
 * The beat that follows an attempt started at `started_ms`: the target's phase of the period,
 * at least half a period later, and at most one and a half; so the first gap may be uneven and
 * all later ones are a period.  `attempt` counts the attempts: it picks the jitter, up to 5 %
 * of the period, always later.
 */
uint64_t cadence_next_ms(uint64_t identity, uint64_t period_ms, uint64_t started_ms,
    uint32_t attempt);

/* The first beat after `now_ms`: where an attempt goes whose moment was slept through. */
uint64_t cadence_beat_after_ms(uint64_t identity, uint64_t period_ms, uint64_t now_ms);

/* After a fault of ours, the `faults`th in a row: min(period, 1 s), doubling up to the period. */
uint64_t cadence_retry_ms(uint64_t identity, uint64_t period_ms, uint64_t now_ms, uint32_t faults);
#endif
