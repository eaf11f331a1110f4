/* bench_peers.h - a process that is probed: HTTP, TCP, and a port that never answers. */
#ifndef ROLLCALL_TESTS_BENCH_BENCH_PEERS_H
#define ROLLCALL_TESTS_BENCH_BENCH_PEERS_H
#include <stdint.h>
#include <sys/types.h>

/* All listen on 0.0.0.0, so that each of 127/8 is a target of its own. */
struct bench_peers {
	pid_t pid;
	uint16_t http;          /* answers 200 and closes first */
	uint16_t tcp;           /* accepts and closes */
	uint16_t dead;          /* its queue is full: connects time out */
};

/* Fork it, on that CPU (-1: any).  Ends the program when something is missing. */
void bench_peers_start(struct bench_peers *peers, int cpu);
void bench_peers_stop(struct bench_peers *peers);
#endif
