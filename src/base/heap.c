/* heap.c - how the C library keeps memory that is free. */
#include "base/heap.h"

#include <malloc.h>

/*
 * glibc has eight arenas a processor, and hands what is freed out again in the arena it came from
 * alone (mallopt(3)).  Manifests are read by threads that live as long as one load: each load fell
 * to other arenas, and three loads of the same million endpoints came to 1.7 times the memory of
 * the first, with two arenas to 1.5 times.  Other libraries have one heap.
 */
#define ARENAS 2

void
heap_prepare(void)
{
#ifdef M_ARENA_MAX
	mallopt(M_ARENA_MAX, ARENAS);
#endif
}

void
heap_trim(void)
{
#ifdef __GLIBC__
	malloc_trim(0);
#endif
}
