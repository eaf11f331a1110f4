/*
 * helper.h - the small process that spawns exec probes (PROBES.md 10.7), seen from the daemon.
 * Thread: control.
 *
 * helper_start() is called first thing in main, before threads and before privileges are
 * dropped.  The daemon talks to it over a socket pair; when it dies it is started anew (no fork
 * of the serving process: posix_spawn of our own binary), at most once a second; attempts in
 * flight end as OUTCOME_FAULT_HELPER, and one error line says so.  A daemon that has given up
 * root meanwhile can only start it as its own user.
 */
#ifndef ROLLCALL_PROBE_HELPER_H
#define ROLLCALL_PROBE_HELPER_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/outcome.h"

struct event_base;
struct helper;
struct helper_run;

struct helper_settings {
	const char *program;    /* our own binary: "/proc/self/exe" */
	const char *user;       /* whom to become when started as root; NULL or "": stay */
	/*
	 * A helper that a service manager starts for whoever connects to this path
	 * (SOCK_SEQPACKET), as the user and in the cage of its own unit: so we need no privilege
	 * to be somebody else.  NULL or "": start one ourselves.
	 */
	const char *socket;
};

/*
 * Spawn the helper, or connect to it; one that cannot be reached yet is no error, and tried again
 * once a second.  0, ERR_SYSTEM, ERR_NOTFOUND (no such user), ERR_NOMEM.
 */
int helper_start(const struct helper_settings *settings, struct helper **out);
/* Hook it to the loop; call once the loop exists. */
int helper_attach(struct helper *helper, struct event_base *loop);
/*
 * Kill every probe it runs, then it; reaped before this returns; no `done` runs, and not from
 * within one.
 */
void helper_stop(struct helper *helper);

/*
 * In main, first of all: is this process the helper (argv[1] is HELPER_ARGUMENT)?  Then return
 * helper_main(), which does not come back (helper_child.c).  Its socket is HELPER_SOCKET.
 */
#define HELPER_ARGUMENT "--exec-helper"
#define HELPER_SOCKET 3
int helper_main(int argc, char **argv);

/* One command to run.  Copied into the message. */
struct helper_command {
	const char *const *argv;
	size_t argc;
	const char *pod_name, *pod_namespace, *pod_ip;
	uint16_t endpoint_port; /* 0: none */
	uint64_t timeout_ms;
};
typedef void helper_done_fn(void *arg, const struct outcome *outcome);

/*
 * `done` runs once from the loop unless cancelled.  NULL: no memory or a message that is too
 * long.
 */
struct helper_run *helper_run(struct helper *helper, const struct helper_command *command,
    helper_done_fn *done, void *arg);
void helper_cancel(struct helper_run *run);
#endif
