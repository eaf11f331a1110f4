/*
 * bridge.h - port 53 for a daemon that listens elsewhere: datagrams and connections are carried
 * there and back.  Thread: main.
 *
 * A resolv.conf can name no port.  Only loopback is listened at.
 */
#ifndef ROLLCALL_CLI_BRIDGE_H
#define ROLLCALL_CLI_BRIDGE_H
#include <sys/types.h>

#include "base/addr.h"

struct bridge;

/*
 * Bind `port` (53; 0: the kernel's choice) over UDP and TCP at a loopback address where it is free.
 * ERR_DENIED: that needs a privilege we lack; ERR_SYSTEM with errno; ERR_NOMEM.
 */
int bridge_open(const struct addr_port *to, uint16_t port, struct bridge **out);
const struct addr_port *bridge_bound(const struct bridge *bridge);
/* Carry until the child ends; returns its status as of waitpid(2), or a negative error. */
int bridge_run(struct bridge *bridge, pid_t child, int *status);
void bridge_close(struct bridge *bridge);
#endif
