/*
 * local_socket.h - a Unix socket for those on this host who may: made, guarded, removed.
 * Thread: the owner's.
 */
#ifndef ROLLCALL_NET_LOCAL_SOCKET_H
#define ROLLCALL_NET_LOCAL_SOCKET_H
#include <stdbool.h>
#include <sys/types.h>

struct local_socket;

struct local_socket_settings {
	const char *path;               /* absolute */
	bool give;                      /* folder (if it is made) and socket belong to these: */
	uid_t uid;
	gid_t gid;
};

/*
 * Listen at the path, not blocking, mode 0660; its folder is made (0750) where it is missing.  The
 * socket of somebody who is dead is replaced.  ERR_EXISTS: somebody alive listens there, or it is
 * no socket; ERR_LIMIT: the path is longer than a Unix socket's may be (107); ERR_SYSTEM with
 * errno; ERR_NOMEM.
 */
int local_socket_open(const struct local_socket_settings *settings, struct local_socket **out);
/* Closes the descriptor if nobody took it; removes the path if it is still ours.  NULL is
 * allowed. */
void local_socket_close(struct local_socket *socket);

/* The listening descriptor, which is the caller's from now on. */
int local_socket_take(struct local_socket *socket);
const char *local_socket_path(const struct local_socket *socket);

/*
 * May who is at the other end of this connection come in?  Root, our own user and members of the
 * socket's group may, by what the kernel noted when they connected (SO_PEERCRED, SO_PEERGROUPS).
 */
bool local_socket_admits(const struct local_socket *socket, int fd);
#endif
