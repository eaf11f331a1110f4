/* bench_slots.c - the queries of one socket that are waiting for their replies. */
#include "tests/bench/bench_slots.h"

#include <stdlib.h>

#include "tests/bench/bench_base.h"

void
bench_slots_init(struct bench_slots *slots, unsigned count)
{
	unsigned room = 1;

	while (room < count)
		room *= 2;
	slots->count = slots->free_count = count;
	slots->mask = (uint16_t)(room - 1);
	slots->free = bench_alloc(count, sizeof(*slots->free));
	slots->slots = bench_alloc(room, sizeof(*slots->slots));
	for (unsigned i = 0; i < room; i++)
		slots->slots[i].id = (uint16_t)i;
	for (unsigned i = 0; i < count; i++)
		slots->free[i] = (uint16_t)(count - 1 - i);
}

void
bench_slots_release(struct bench_slots *slots)
{
	free(slots->free);
	free(slots->slots);
}

struct bench_slot *
bench_slots_take(struct bench_slots *slots, uint32_t step, uint64_t since_ns)
{
	struct bench_slot *slot = &slots->slots[slots->free[--slots->free_count]];

	slot->id = (uint16_t)(slot->id + slots->mask + 1);
	slot->step = step;
	slot->since_ns = since_ns;
	slot->waiting = true;
	return slot;
}

struct bench_slot *
bench_slots_find(struct bench_slots *slots, uint16_t id)
{
	struct bench_slot *slot = &slots->slots[id & slots->mask];

	return slot->waiting && slot->id == id ? slot : NULL;
}

void
bench_slots_give(struct bench_slots *slots, struct bench_slot *slot)
{
	slot->waiting = false;
	slots->free[slots->free_count++] = slot->id & slots->mask;
}

unsigned
bench_slots_expire(struct bench_slots *slots, uint64_t before_ns)
{
	unsigned expired = 0;

	for (unsigned i = 0; i < slots->count; i++) {
		struct bench_slot *slot = &slots->slots[i];

		if (!slot->waiting || slot->since_ns >= before_ns)
			continue;
		bench_slots_give(slots, slot);
		expired++;
	}
	return expired;
}
