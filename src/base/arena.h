/* arena.h - memory for things that die together.  Thread: the owner's. */
#ifndef ROLLCALL_BASE_ARENA_H
#define ROLLCALL_BASE_ARENA_H
#include <stddef.h>

struct arena;

/*
 * `first` is the size of the first block in octets, 0 for a default; later blocks double up to
 * 1 MiB.
 */
struct arena *arena_new(size_t first);
void arena_free(struct arena *arena);

/*
 * Take back all that was handed out, and keep one block of at most 1 MiB for what comes next: for
 * who reads one thing after the other, an arena each would be most of the work.
 */
void arena_reset(struct arena *arena);

/* Zeroed memory aligned for any type, freed with the arena.  NULL: no memory, or size overflow. */
void *arena_alloc(struct arena *arena, size_t size);
void *arena_array(struct arena *arena, size_t count, size_t size);

/* Copies of text and octets; the text copies end in NUL.  NULL in, NULL out (or no memory). */
char *arena_text(struct arena *arena, const char *text);
char *arena_text_n(struct arena *arena, const char *text, size_t len);
void *arena_copy(struct arena *arena, const void *data, size_t size);

/* Octets taken from the system so far. */
size_t arena_size(const struct arena *arena);
#endif
