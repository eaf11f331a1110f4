/*
 * wheel.h - many short timers of a millisecond's step, set and cleared in constant time.  Thread:
 * the owner's; pure: it is told what time it is.
 *
 * Each flight has one and moves it a few times in its life; a heap's levels would be most of what a
 * question costs us beside the system calls.
 */
#ifndef ROLLCALL_DNS_WHEEL_H
#define ROLLCALL_DNS_WHEEL_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct wheel;

/* Zeroed is not set. */
struct wheel_node {
	struct wheel_node *next;
	struct wheel_node **at;         /* what points here; NULL: not set */
	uint64_t due_ms;
};

#define WHEEL_SPAN_MS 8192

/* NULL: no memory. */
struct wheel *wheel_new(uint64_t now_ms);
void wheel_free(struct wheel *wheel);

/* Due then, instead of when it was before.  What is past is due at once; what is WHEEL_SPAN_MS or
 * more away is due somewhat before that. */
void wheel_set(struct wheel *wheel, struct wheel_node *node, uint64_t due_ms);
void wheel_clear(struct wheel *wheel, struct wheel_node *node);

/* One that is due by now, cleared; NULL: none is left.  Time never goes back. */
struct wheel_node *wheel_due(struct wheel *wheel, uint64_t now_ms);
/* When the next one is due; UINT64_MAX: none is set. */
uint64_t wheel_next_ms(const struct wheel *wheel);
#endif
