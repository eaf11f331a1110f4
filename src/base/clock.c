/* clock.c - what time it is: the system's, or one that a test turns by hand. */
#include "base/clock.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

struct clock {
	bool manual;
	/* Atomic: a test turns the clock while threads of the program read it. */
	_Atomic uint64_t now_ms;
	_Atomic uint64_t unix_ms;
};

struct clock *
clock_new_system(void)
{
	return calloc(1, sizeof(struct clock));
}

struct clock *
clock_new_manual(uint64_t now_ms, uint64_t unix_s)
{
	struct clock *clock = calloc(1, sizeof(*clock));

	if (clock == NULL)
		return NULL;
	clock->manual = true;
	atomic_init(&clock->now_ms, now_ms);
	atomic_init(&clock->unix_ms, unix_s * 1000);
	return clock;
}

void
clock_free(struct clock *clock)
{
	free(clock);
}

/*
 * clock_gettime(2) cannot fail for clocks that the kernel has; BOOTTIME is there since Linux
 * 2.6.39.
 */
static uint64_t
system_us(clockid_t id)
{
	struct timespec now = { 0, 0 };

	(void)clock_gettime(id, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

uint64_t
clock_now_us(const struct clock *clock)
{
	return clock->manual ? atomic_load(&clock->now_ms) * 1000 : system_us(CLOCK_BOOTTIME);
}

uint64_t
clock_now_ms(const struct clock *clock)
{
	return clock_now_us(clock) / 1000;
}

uint64_t
clock_unix_ms(const struct clock *clock)
{
	return clock->manual ? atomic_load(&clock->unix_ms) : system_us(CLOCK_REALTIME) / 1000;
}

uint64_t
clock_unix_s(const struct clock *clock)
{
	return clock_unix_ms(clock) / 1000;
}

void
clock_turn_ms(struct clock *clock, uint64_t ms)
{
	atomic_fetch_add(&clock->now_ms, ms);
	atomic_fetch_add(&clock->unix_ms, ms);
}

void
clock_set_unix_s(struct clock *clock, uint64_t unix_s)
{
	atomic_store(&clock->unix_ms, unix_s * 1000);
}
