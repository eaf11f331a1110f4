/*
 * clock.h - what time it is: the system's, or one that a test turns by hand.  Thread: any
 * (reading).
 */
#ifndef ROLLCALL_BASE_CLOCK_H
#define ROLLCALL_BASE_CLOCK_H
#include <stdint.h>

struct clock;

/*
 * CLOCK_BOOTTIME for durations (it goes on in suspend and never jumps), CLOCK_REALTIME for
 * dates.
 */
struct clock *clock_new_system(void);
/* Stands still until turned. */
struct clock *clock_new_manual(uint64_t now_ms, uint64_t unix_s);
void clock_free(struct clock *clock);

/* Milliseconds, microseconds since some moment before the start; never go back. */
uint64_t clock_now_ms(const struct clock *clock);
uint64_t clock_now_us(const struct clock *clock);
/* Seconds, milliseconds since 1970; for logs, serials and certificates only. */
uint64_t clock_unix_s(const struct clock *clock);
uint64_t clock_unix_ms(const struct clock *clock);

/* Manual clocks only: time passes; somebody sets the date without time passing. */
void clock_turn_ms(struct clock *clock, uint64_t ms);
void clock_set_unix_s(struct clock *clock, uint64_t unix_s);
#endif
