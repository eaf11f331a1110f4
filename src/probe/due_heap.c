/* due_heap.c - a heap of moments: what is due first. */
#include "probe/due_heap.h"

#include <stdlib.h>

#include "base/array.h"

#define ARITY 4

static void
place(struct due_heap *heap, size_t slot, struct due_slot what)
{
	heap->slots[slot] = what;
	what.node->slot = slot + 1;
}

static void
sift_up(struct due_heap *heap, size_t slot)
{
	struct due_slot moving = heap->slots[slot];

	while (slot > 0) {
		size_t parent = (slot - 1) / ARITY;

		if (heap->slots[parent].due_ms <= moving.due_ms)
			break;
		place(heap, slot, heap->slots[parent]);
		slot = parent;
	}
	place(heap, slot, moving);
}

static size_t
earliest_child(const struct due_heap *heap, size_t slot)
{
	size_t first = slot * ARITY + 1;
	size_t best = first;

	for (size_t i = first + 1; i < first + ARITY && i < heap->count; i++)
		if (heap->slots[i].due_ms < heap->slots[best].due_ms)
			best = i;
	return best;
}

static void
sift_down(struct due_heap *heap, size_t slot)
{
	struct due_slot moving = heap->slots[slot];

	while (slot * ARITY + 1 < heap->count) {
		size_t child = earliest_child(heap, slot);

		if (heap->slots[child].due_ms >= moving.due_ms)
			break;
		place(heap, slot, heap->slots[child]);
		slot = child;
	}
	place(heap, slot, moving);
}

void
due_heap_release(struct due_heap *heap)
{
	free(heap->slots);
	*heap = (struct due_heap){0};
}

int
due_heap_reserve(struct due_heap *heap, size_t count)
{
	return array_reserve(&heap->slots, &heap->room, count, sizeof(*heap->slots));
}

void
due_heap_put(struct due_heap *heap, struct due_node *node, uint64_t due_ms)
{
	if (node->slot == 0) {
		heap->count++;
		node->slot = heap->count;
	}
	node->due_ms = due_ms;
	size_t slot = node->slot - 1;
	heap->slots[slot] = (struct due_slot){ due_ms, node };
	sift_up(heap, slot);
	sift_down(heap, node->slot - 1);
}

void
due_heap_remove(struct due_heap *heap, struct due_node *node)
{
	if (node->slot == 0)
		return;
	size_t slot = node->slot - 1;

	node->slot = 0;
	heap->count--;
	if (slot == heap->count)
		return;
	struct due_node *last = heap->slots[heap->count].node;

	place(heap, slot, heap->slots[heap->count]);
	sift_up(heap, slot);
	sift_down(heap, last->slot - 1);
}

struct due_node *
due_heap_first(const struct due_heap *heap)
{
	return heap->count > 0 ? heap->slots[0].node : NULL;
}

uint64_t
due_heap_first_ms(const struct due_heap *heap)
{
	return heap->count > 0 ? heap->slots[0].due_ms : UINT64_MAX;
}
