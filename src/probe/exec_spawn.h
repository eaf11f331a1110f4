/* exec_spawn.h - start one command with nothing of ours.  Process: the exec helper. */
#ifndef ROLLCALL_PROBE_EXEC_SPAWN_H
#define ROLLCALL_PROBE_EXEC_SPAWN_H
#include <sys/types.h>

#include "probe/exec_message.h"

/* Where commands without a slash are looked for, and what they see as PATH. */
#define EXEC_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/*
 * Start a command: session and process group of its own (its number is the pid), stdin
 * /dev/null, stdout and stderr one pipe, no other descriptor, cwd /, umask 077, no signal
 * blocked or ignored, limits, a lower priority, killed when the helper dies, and an environment
 * of exactly PATH, POD_NAME, POD_NAMESPACE, POD_IP and ENDPOINT_PORT.  `null` is an open
 * /dev/null.  true: *pid runs and *output is the pipe's end, which does not block; false:
 * *outcome says why not, and nothing is left.
 */
bool exec_spawn(const struct exec_request *request, int null, pid_t *pid, int *output,
    struct outcome *outcome);
#endif
