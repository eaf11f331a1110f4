/*
 * handed.h - sockets that a service manager opened for us (sd_listen_fds(3), without its library).
 * Thread: the only one, before all others.
 */
#ifndef ROLLCALL_NET_HANDED_H
#define ROLLCALL_NET_HANDED_H
#include <stdbool.h>
#include <stddef.h>

#include "base/addr.h"

struct handed_socket {
	int fd;                 /* -1: taken over by somebody */
	bool stream;            /* TCP that listens; else UDP */
	char *name;             /* FileDescriptorName=; "unknown" where there is none */
	struct addr_port at;
};

struct handed {
	struct handed_socket *sockets;  /* in the order given */
	size_t count;
};

/*
 * Take over what $LISTEN_FDS says, from `first` on, if $LISTEN_PID is us: close-on-exec, and the variables are
 * removed, so that no child takes them for its own.  Nothing given: none, and 0.  A socket that is
 * neither UDP nor listening TCP over IP is said, and ERR_INVALID; ERR_NOMEM.
 */
#define HANDED_FIRST 3          /* SD_LISTEN_FDS_START */
int handed_take(int first, struct handed *handed);
/* Close those that nobody took over, and free. */
void handed_release(struct handed *handed);
#endif
