/*
 * attempt.h - one attempt of a probe, now and from here, each step said with its time.
 * Thread: main.
 */
#ifndef ROLLCALL_CLI_ATTEMPT_H
#define ROLLCALL_CLI_ATTEMPT_H
#include <stdbool.h>

#include "model/outcome.h"

struct attempts;
struct cli;
struct probe_target;

/* `exec`: commands will be run, as ourselves.  NULL: no memory, or no helper (errno). */
struct attempts *attempts_new(bool exec);
void attempts_free(struct attempts *attempts);

/* Run one; its steps go to stdout unless `quiet`.  0, ERR_NOMEM. */
int attempts_run(struct attempts *attempts, const struct probe_target *target, bool quiet,
    struct outcome *outcome);
#endif
