/* bench_daemon.h - rollcalld as the child of a benchmark: its folder, its ports, its figures. */
#ifndef ROLLCALL_TESTS_BENCH_BENCH_DAEMON_H
#define ROLLCALL_TESTS_BENCH_BENCH_DAEMON_H
#include <stdint.h>
#include <sys/types.h>

struct bench_daemon {
	char folder[40];        /* manifests lie in folder/zones */
	pid_t pid;              /* 0: not running */
	uint16_t port;          /* DNS on 127.0.0.1, UDP and TCP */
	uint16_t http;
};

/* A folder of its own; bench_daemon_end() stops what runs and removes the folder. */
void bench_daemon_begin(struct bench_daemon *daemon);
void bench_daemon_end(struct bench_daemon *daemon);

/* Start it with one responder on that CPU (-1: any), on ports found free.  It dies with us. */
void bench_daemon_start(struct bench_daemon *daemon, const char *program, int cpu);
/* Ask it to stop and wait for its end; its folder stays for another start. */
void bench_daemon_stop(struct bench_daemon *daemon);
/* Until /readyz says so; ends the program after so many seconds. */
void bench_daemon_await(const struct bench_daemon *daemon, unsigned seconds);

/* All of /metrics; NULL: no answer.  The caller frees it. */
char *bench_daemon_metrics(const struct bench_daemon *daemon);
/* A sample of it by its whole name, labels too; NAN: none. */
double bench_metric(const char *metrics, const char *name);
#endif
