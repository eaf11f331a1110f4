/*
 * bench_slots.h - the queries of one socket that are waiting for their replies.
 *
 * A query's id names its slot in the low bits and how often the slot was used in the others, so
 * that a reply that comes too late is not taken for the slot's next one.
 */
#ifndef ROLLCALL_TESTS_BENCH_BENCH_SLOTS_H
#define ROLLCALL_TESTS_BENCH_BENCH_SLOTS_H
#include <stdbool.h>
#include <stdint.h>

#define SLOTS_MAX 4096U

struct bench_slot {
	uint64_t since_ns;      /* when it was sent, or should have been */
	uint32_t step;
	uint16_t id;
	bool waiting;
};

struct bench_slots {
	unsigned count;         /* that may be used */
	uint16_t mask;          /* of the slot's number in an id */
	unsigned free_count;
	uint16_t *free;
	struct bench_slot *slots;
};

/* Room for `count` queries, at most SLOTS_MAX. */
void bench_slots_init(struct bench_slots *slots, unsigned count);
void bench_slots_release(struct bench_slots *slots);

static inline bool
bench_slots_full(const struct bench_slots *slots)
{
	return slots->free_count == 0;
}

/* A slot for the next query; there must be one. */
struct bench_slot *bench_slots_take(struct bench_slots *slots, uint32_t step, uint64_t since_ns);
/* The slot that waits for a reply of this id; NULL: none does. */
struct bench_slot *bench_slots_find(struct bench_slots *slots, uint16_t id);
void bench_slots_give(struct bench_slots *slots, struct bench_slot *slot);
/* Give back all that are older; returns how many. */
unsigned bench_slots_expire(struct bench_slots *slots, uint64_t before_ns);
#endif
