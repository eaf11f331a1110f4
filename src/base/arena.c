/* arena.c - memory for things that die together: blocks that double in size, freed as one. */
#include "base/arena.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_BLOCK 1024
#define MAX_BLOCK ((size_t)1 << 20)
#define ALIGN _Alignof(max_align_t)

struct block {
	struct block *next;
	size_t size;            /* of `data` */
	size_t used;
	_Alignas(max_align_t) unsigned char data[];
};

struct arena {
	struct block *blocks;   /* the newest first; only that one is filled */
	size_t next_size;
	size_t taken;
};

struct arena *
arena_new(size_t first)
{
	struct arena *arena = calloc(1, sizeof(*arena));

	if (arena == NULL)
		return NULL;
	arena->next_size = first == 0 ? FIRST_BLOCK : first;
	if (arena->next_size > MAX_BLOCK)
		arena->next_size = MAX_BLOCK;
	arena->taken = sizeof(*arena);
	return arena;
}

void
arena_free(struct arena *arena)
{
	if (arena == NULL)
		return;
	for (struct block *block = arena->blocks, *next; block != NULL; block = next) {
		next = block->next;
		free(block);
	}
	free(arena);
}

/*
 * The newest block that was not made for one big piece is the widest; what was used of it is zero
 * again.
 */
void
arena_reset(struct arena *arena)
{
	struct block *kept = NULL;

	for (struct block *block = arena->blocks, *next; block != NULL; block = next) {
		next = block->next;
		if (kept == NULL && block->size <= MAX_BLOCK)
			kept = block;
		else
			free(block);
	}
	arena->blocks = kept;
	arena->taken = sizeof(*arena);
	if (kept == NULL)
		return;
	memset(kept->data, 0, kept->used);
	kept->used = 0;
	kept->next = NULL;
	arena->taken += sizeof(*kept) + kept->size;
}

/* calloc: what is handed out is zero without a memset of ours. */
static struct block *
block_new(struct arena *arena, size_t size)
{
	if (size > SIZE_MAX - sizeof(struct block))
		return NULL;

	struct block *block = calloc(1, sizeof(*block) + size);

	if (block == NULL)
		return NULL;
	block->size = size;
	arena->taken += sizeof(*block) + size;
	return block;
}

/* A big piece gets a block of its own behind the current one, whose rest stays in use. */
static void *
alloc_alone(struct arena *arena, size_t size)
{
	struct block *block = block_new(arena, size);

	if (block == NULL)
		return NULL;
	block->used = size;
	if (arena->blocks == NULL) {
		arena->blocks = block;
	} else {
		block->next = arena->blocks->next;
		arena->blocks->next = block;
	}
	return block->data;
}

void *
arena_alloc(struct arena *arena, size_t size)
{
	if (size > SIZE_MAX - ALIGN)
		return NULL;
	size = size == 0 ? ALIGN : (size + ALIGN - 1) / ALIGN * ALIGN;

	struct block *block = arena->blocks;

	if (block == NULL || block->size - block->used < size) {
		if (size > arena->next_size / 2)
			return alloc_alone(arena, size);
		block = block_new(arena, arena->next_size);
		if (block == NULL)
			return NULL;
		/*
		 * The second block is as large as the first: what just overflows does not pay for
		 * a large one.
		 */
		bool grow = arena->blocks != NULL;

		block->next = arena->blocks;
		arena->blocks = block;
		if (grow && arena->next_size < MAX_BLOCK)
			arena->next_size *= 2;
		if (arena->next_size > MAX_BLOCK)
			arena->next_size = MAX_BLOCK;
	}

	void *data = block->data + block->used;

	block->used += size;
	return data;
}

void *
arena_array(struct arena *arena, size_t count, size_t size)
{
	if (size != 0 && count > SIZE_MAX / size)
		return NULL;
	return arena_alloc(arena, count * size);
}

char *
arena_text_n(struct arena *arena, const char *text, size_t len)
{
	if (text == NULL || len == SIZE_MAX)
		return NULL;

	char *copy = arena_alloc(arena, len + 1);

	if (copy != NULL)
		memcpy(copy, text, len);        /* the NUL is there already */
	return copy;
}

char *
arena_text(struct arena *arena, const char *text)
{
	return text == NULL ? NULL : arena_text_n(arena, text, strlen(text));
}

void *
arena_copy(struct arena *arena, const void *data, size_t size)
{
	if (data == NULL)
		return NULL;

	void *copy = arena_alloc(arena, size);

	if (copy != NULL)
		memcpy(copy, data, size);
	return copy;
}

size_t
arena_size(const struct arena *arena)
{
	return arena->taken;
}
