/* due_heap.h - a heap of moments: what is due first.  Thread: the owner's; pure. */
#ifndef ROLLCALL_PROBE_DUE_HEAP_H
#define ROLLCALL_PROBE_DUE_HEAP_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Put inside what is to be kept in a heap.  `slot` is where it stands, counted from 1; 0: in no
 * heap. The moment is kept in the heap's own array too, so that sifting touches one cache line
 * a level.
 */
struct due_node {
	uint64_t due_ms;
	size_t slot;
};

struct due_slot {
	uint64_t due_ms;
	struct due_node *node;
};

/* Zeroed to start; four children a node: 100,000 nodes are nine levels. */
struct due_heap {
	struct due_slot *slots;
	size_t count;
	size_t room;
};

void due_heap_release(struct due_heap *heap);

/* Make room for this many nodes, so that due_heap_put cannot fail.  0 or ERR_NOMEM. */
int due_heap_reserve(struct due_heap *heap, size_t count);

/* Put a node in, or move it when it is in already; there must be room. */
void due_heap_put(struct due_heap *heap, struct due_node *node, uint64_t due_ms);
/* Take it out; nothing happens when it is not in. */
void due_heap_remove(struct due_heap *heap, struct due_node *node);

/* The earliest node, NULL when empty; UINT64_MAX when empty. */
struct due_node *due_heap_first(const struct due_heap *heap);
uint64_t due_heap_first_ms(const struct due_heap *heap);
#endif
