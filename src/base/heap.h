/* heap.h - how the C library keeps memory that is free.  Thread: any. */
#ifndef ROLLCALL_BASE_HEAP_H
#define ROLLCALL_BASE_HEAP_H

/* Before the first thread: what one thread has freed serves the others, too. */
void heap_prepare(void);

/*
 * Give the kernel back what is free.  It takes tens of milliseconds of a heap of a few hundred MB,
 * in which whoever asks for memory may have to wait: not for a thread that others wait for.
 */
void heap_trim(void);
#endif
