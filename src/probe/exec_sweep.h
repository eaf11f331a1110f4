/* exec_sweep.h - kill what finished commands have left behind.  Process: the exec helper. */
#ifndef ROLLCALL_PROBE_EXEC_SWEEP_H
#define ROLLCALL_PROBE_EXEC_SWEEP_H
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * The helper is a subreaper: a process that leaves its command's session and loses its parent
 * becomes our child.  Nothing says which command it came from, so it may live until every
 * command that was running when it was first seen has ended: `podman exec` needs its detached
 * monitor as long as it runs itself. Commands are numbered in the order of their start.
 */
struct exec_sweep;

struct exec_sweep_ops {
	/* Is this the process group of a command that is running? */
	bool (*is_running)(void *arg, pid_t group);
	/*
	 * The number of the oldest command that is running (UINT64_MAX: none), and of the
	 * newest ever started.
	 */
	uint64_t (*oldest)(void *arg);
	uint64_t (*newest)(void *arg);
};

struct exec_sweep *exec_sweep_new(const struct exec_sweep_ops *ops, void *arg);
void exec_sweep_free(struct exec_sweep *sweep);

/*
 * Kill the stragglers that belong to no running command.  How many children there are beside
 * the commands.
 */
size_t exec_sweep_run(struct exec_sweep *sweep);
/* A child that is no command's leader was reaped. */
void exec_sweep_reaped(struct exec_sweep *sweep, pid_t pid);
/* Kill every child we have; how many there were. */
size_t exec_sweep_kill_all(void);
#endif
