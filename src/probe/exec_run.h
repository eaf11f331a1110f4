/* exec_run.h - the commands that are running.  Process: the exec helper. */
#ifndef ROLLCALL_PROBE_EXEC_RUN_H
#define ROLLCALL_PROBE_EXEC_RUN_H
#include <stdint.h>

#include "probe/exec_message.h"

struct event_base;
struct exec_runs;

/* How a command ended; once for each that was started and not cancelled. */
typedef void exec_runs_told_fn(void *arg, uint32_t id, const struct outcome *outcome);

/*
 * The caller's process is a subreaper and has no other children.  NULL: no memory, or no
 * /dev/null.
 */
struct exec_runs *exec_runs_new(struct event_base *loop, exec_runs_told_fn *told, void *arg);
/* After exec_runs_end_all(). */
void exec_runs_free(struct exec_runs *runs);

void exec_runs_start(struct exec_runs *runs, const struct exec_request *request);
void exec_runs_cancel(struct exec_runs *runs, uint32_t id);

/* A child has ended: call at each SIGCHLD. */
void exec_runs_reap(struct exec_runs *runs);

/*
 * Kill everything that descends from us and reap until no child is left; takes two seconds at
 * most.
 */
void exec_runs_end_all(struct exec_runs *runs);
#endif
