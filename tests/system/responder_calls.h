/* responder_calls.h - what responder threads call, counted by an object that is preloaded. */
#ifndef TESTS_SYSTEM_RESPONDER_CALLS_H
#define TESTS_SYSTEM_RESPONDER_CALLS_H
#include <stdint.h>

#define RESPONDER_CALLS_FILE "RESPONDER_CALLS_FILE"     /* in the environment: what is mapped */

/* Shared by the daemon and the test. */
struct responder_calls {
	uint64_t received;      /* datagrams */
	uint64_t allocations;   /* malloc, calloc, realloc, aligned_alloc, posix_memalign, mmap */
	uint64_t frees;
	uint64_t locks;         /* mutexes, reader-writer locks, condition variables */
	uint64_t syscalls;      /* by syscall(2): futexes of liburcu above all */
	uint64_t writes;        /* log lines */
	uint64_t spoil;         /* not 0: allocate, lock and free at each receipt, to see it counted */
};
#endif
