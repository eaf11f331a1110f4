/*
 * proc_sockets.h - who listens at a TCP port of this host, out of /proc/net/tcp and tcp6
 * (proc_pid_net(5)).  Thread: any; pure.
 */
#ifndef ROLLCALL_CLI_PROC_SOCKETS_H
#define ROLLCALL_CLI_PROC_SOCKETS_H
#include <stdint.h>

#include "base/addr.h"

#define PROC_SOCKETS_MAX 16

/* The addresses that are listened at, each once. */
struct proc_sockets {
	struct addr addrs[PROC_SOCKETS_MAX];
	size_t count;
};

/* Add those of this port that the text of one of the files tells of. */
void proc_sockets_read(const char *text, uint16_t port, struct proc_sockets *out);
/* Is this address reached there, itself or by a wildcard? */
bool proc_sockets_reach(const struct proc_sockets *sockets, const struct addr *addr);
#endif
