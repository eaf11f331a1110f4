/* wheel.c - many short timers of a millisecond's step, set and cleared in constant time. */
#include "dns/wheel.h"

#include <stdlib.h>

#define WORDS (WHEEL_SPAN_MS / 64)

struct wheel {
	uint64_t now_ms;                /* all slots before it are empty */
	uint64_t used[WORDS];           /* bit n: slot n is not empty */
	struct wheel_node *slots[WHEEL_SPAN_MS];
};

struct wheel *
wheel_new(uint64_t now_ms)
{
	struct wheel *wheel = calloc(1, sizeof(*wheel));

	if (wheel != NULL)
		wheel->now_ms = now_ms;
	return wheel;
}

void
wheel_free(struct wheel *wheel)
{
	free(wheel);
}

static size_t
slot_of(uint64_t due_ms)
{
	return (size_t)(due_ms % WHEEL_SPAN_MS);
}

void
wheel_clear(struct wheel *wheel, struct wheel_node *node)
{
	size_t slot = slot_of(node->due_ms);

	if (node->at == NULL)
		return;
	*node->at = node->next;
	if (node->next != NULL)
		node->next->at = node->at;
	node->at = NULL;
	if (wheel->slots[slot] == NULL)
		wheel->used[slot / 64] &= ~(1ULL << slot % 64);
}

void
wheel_set(struct wheel *wheel, struct wheel_node *node, uint64_t due_ms)
{
	struct wheel_node **head;
	size_t slot;

	wheel_clear(wheel, node);
	if (due_ms < wheel->now_ms)
		due_ms = wheel->now_ms;
	if (due_ms >= wheel->now_ms + WHEEL_SPAN_MS)
		due_ms = wheel->now_ms + WHEEL_SPAN_MS - 1;
	slot = slot_of(due_ms);
	head = &wheel->slots[slot];
	node->due_ms = due_ms;
	node->next = *head;
	node->at = head;
	if (*head != NULL)
		(*head)->at = &node->next;
	*head = node;
	wheel->used[slot / 64] |= 1ULL << slot % 64;
}

uint64_t
wheel_next_ms(const struct wheel *wheel)
{
	size_t first = slot_of(wheel->now_ms);

	/* Once around, the first word twice: its bits before `first` are the last. */
	for (size_t i = 0; i <= WORDS; i++) {
		size_t word = (first / 64 + i) % WORDS;
		uint64_t bits = wheel->used[word];
		size_t slot;

		if (i == 0)
			bits &= UINT64_MAX << first % 64;
		if (bits == 0)
			continue;
		slot = word * 64 + (size_t)__builtin_ctzll(bits);
		return wheel->now_ms + (slot + WHEEL_SPAN_MS - first) % WHEEL_SPAN_MS;
	}
	return UINT64_MAX;
}

struct wheel_node *
wheel_due(struct wheel *wheel, uint64_t now_ms)
{
	uint64_t next_ms = wheel_next_ms(wheel);
	struct wheel_node *node;

	if (next_ms > now_ms) {
		if (now_ms > wheel->now_ms)
			wheel->now_ms = now_ms;
		return NULL;
	}
	wheel->now_ms = next_ms;
	node = wheel->slots[slot_of(next_ms)];
	wheel_clear(wheel, node);
	return node;
}
