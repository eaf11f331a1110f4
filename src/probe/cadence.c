/* cadence.c - the beat of one target: when its next attempt is due. */
#include "probe/cadence.h"

#include <string.h>

#include "base/text.h"

#define SPREAD_MAX_MS 1000
#define RETRY_FIRST_MS 1000
#define JITTER_PARTS 20         /* one twentieth: 5 % */

/* FNV's low bits are poor for ids that differ in one digit; this is the finisher of MurmurHash3. */
static uint64_t
mix(uint64_t x)
{
	x ^= x >> 33;
	x *= 0xff51afd7ed558ccdULL;
	x ^= x >> 33;
	x *= 0xc4ceb9fe1a85ec53ULL;
	x ^= x >> 33;
	return x;
}

static uint64_t
min_u64(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* Sums of moments stop at the end of time: periods and delays come from files. */
static uint64_t
add_ms(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

/* The first moment >= from that is `phase` past a multiple of the period. */
static uint64_t
beat_from(uint64_t identity, uint64_t period_ms, uint64_t from_ms)
{
	uint64_t phase = identity % period_ms;
	uint64_t into = from_ms % period_ms;

	return add_ms(from_ms, into <= phase ? phase - into : period_ms - into + phase);
}

uint64_t
cadence_identity(const char *id)
{
	return mix(text_hash(TEXT_HASH_SEED, id, strlen(id)));
}

uint64_t
cadence_spread_ms(uint64_t identity, uint64_t period_ms)
{
	/* Other bits than the phase uses, or the spread would be the phase again. */
	return mix(identity + 1) % min_u64(period_ms, SPREAD_MAX_MS);
}

uint64_t
cadence_next_ms(uint64_t identity, uint64_t period_ms, uint64_t started_ms, uint32_t attempt)
{
	uint64_t beat = beat_from(identity, period_ms, add_ms(started_ms, (period_ms + 1) / 2));
	uint64_t jitter = mix(identity ^ mix(attempt)) % (period_ms / JITTER_PARTS + 1);

	return add_ms(beat, jitter);
}

uint64_t
cadence_beat_after_ms(uint64_t identity, uint64_t period_ms, uint64_t now_ms)
{
	return beat_from(identity, period_ms, add_ms(now_ms, 1));
}

uint64_t
cadence_retry_ms(uint64_t identity, uint64_t period_ms, uint64_t now_ms, uint32_t faults)
{
	uint32_t doublings = faults > 1 ? faults - 1 : 0;
	uint64_t doubled = (uint64_t)RETRY_FIRST_MS << (doublings < 20 ? doublings : 20);
	uint64_t wait = min_u64(period_ms, doubled);
	uint64_t jitter = mix(identity ^ mix(faults)) % (wait / JITTER_PARTS + 1);

	return add_ms(now_ms, wait + jitter);
}
