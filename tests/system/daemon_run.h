/* daemon_run.h - the real daemon as a child of a test, on ports of the kernel's choice. */
#ifndef TESTS_SYSTEM_DAEMON_RUN_H
#define TESTS_SYSTEM_DAEMON_RUN_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct daemon_run {
	char folder[40];        /* ours; the manifests lie in folder/zones */
	pid_t pid;              /* 0: not running */
	uint16_t port;          /* of 127.0.0.1, UDP and TCP */
};

/* A folder of our own; the daemon's end and the folder's are daemon_run_end(). */
void daemon_run_begin(struct daemon_run *run);
void daemon_run_end(struct daemon_run *run);

/* Start $ROLLCALLD (src/rollcalld) with our environment, and wait at most 10 s until its log says that it answers. */
void daemon_run_start(struct daemon_run *run);
/* Wait for its end after a signal: its exit code, -1 where it died otherwise or is still there after limit_ms. */
int daemon_run_wait(struct daemon_run *run, unsigned limit_ms);

/* Write a file below folder/zones. */
void daemon_run_put(const struct daemon_run *run, const char *name, const char *text);

/* A connected UDP (SOCK_DGRAM) or TCP (SOCK_STREAM) socket to the daemon with a time limit of 2 s. */
int daemon_run_connect(const struct daemon_run *run, int type);

/* An A query for a name without a trailing dot; its length. */
size_t daemon_run_query(const char *name, uint16_t id, uint8_t query[512]);

/* The last octets of the A records of a reply, sorted, as text: "1 2"; the records' owners are pointers. */
void daemon_run_hosts(const uint8_t *reply, size_t len, char text[256]);
uint64_t daemon_run_now_ms(void);
#endif
