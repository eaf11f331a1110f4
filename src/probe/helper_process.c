/* helper_process.c - the exec helper as a process: whose it is, its start, its end. */
#include "probe/helper_process.h"

#include <errno.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"

/*
 * Own process group, so that Ctrl-C is the daemon's to answer; no environment, since commands
 * get none.
 */
static int
spawn_program(const struct helper_process *process, int socket, pid_t *pid)
{
	char uid[24], gid[24];
	char *argv[] = { process->program, (char *)HELPER_ARGUMENT, uid, gid, NULL };
	char *environment[] = { NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none, all;

	snprintf(uid, sizeof(uid), "%ju", (uintmax_t)process->uid);
	snprintf(gid, sizeof(gid), "%ju", (uintmax_t)process->gid);
	if (!process->as_user)
		argv[2] = NULL;
	sigemptyset(&none);
	sigfillset(&all);
	if (posix_spawn_file_actions_init(&actions) != 0)
		return ENOMEM;
	int error = posix_spawnattr_init(&attributes);
	if (error == 0) {
		posix_spawnattr_setflags(&attributes,
		    POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
		posix_spawnattr_setpgroup(&attributes, 0);
		posix_spawnattr_setsigmask(&attributes, &none);
		posix_spawnattr_setsigdefault(&attributes, &all);
		error = posix_spawn_file_actions_adddup2(&actions, socket, HELPER_SOCKET);
		if (error == 0)
			error = posix_spawn(pid, process->program, &actions, &attributes, argv,
			    environment);
		posix_spawnattr_destroy(&attributes);
	}
	posix_spawn_file_actions_destroy(&actions);
	return error;
}

static void
close_if_open(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* Whoever accepts has the end that a helper of our own would have as its socket. */
static int
connect_to(struct helper_process *process)
{
	struct sockaddr_un where = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	memcpy(where.sun_path, process->at, strlen(process->at));
	if (fd >= 0 && connect(fd, (struct sockaddr *)&where, sizeof(where)) == 0) {
		process->socket = fd;
		return 0;
	}
	int error = errno;

	close_if_open(&fd);
	errno = error;
	return ERR_SYSTEM;
}

int
helper_process_start(struct helper_process *process)
{
	int ends[2];
	pid_t pid;

	if (process->at != NULL)
		return connect_to(process);
	process->as_user = process->has_user && geteuid() == 0;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
		return ERR_SYSTEM;
	int error = spawn_program(process, ends[1], &pid);

	close(ends[1]);
	if (error == 0) {
		process->pidfd = pidfd_open(pid, 0);
		if (process->pidfd >= 0) {
			process->pid = pid;
			process->socket = ends[0];
			return 0;
		}
		error = errno;
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	close(ends[0]);
	errno = error;
	return ERR_SYSTEM;
}

static int
look_up_user(const char *user, struct helper_process *process)
{
	if (user == NULL || user[0] == '\0')
		return 0;
	errno = 0;
	const struct passwd *entry = getpwnam(user);

	if (entry == NULL)
		return errno == 0 || errno == ENOENT ? ERR_NOTFOUND : ERR_SYSTEM;
	process->has_user = true;
	process->uid = entry->pw_uid;
	process->gid = entry->pw_gid;
	return 0;
}

int
helper_process_init(struct helper_process *process, const struct helper_settings *settings)
{
	int err;

	*process = (struct helper_process){ .pid = -1, .pidfd = -1, .socket = -1 };
	if (settings->socket != NULL && settings->socket[0] != '\0') {
		if (strlen(settings->socket) >= sizeof(((struct sockaddr_un *)NULL)->sun_path))
			return ERR_LIMIT;
		process->at = strdup(settings->socket);
		return process->at == NULL ? ERR_NOMEM : 0;
	}
	err = look_up_user(settings->user, process);
	if (err != 0)
		return err;
	process->program = strdup(settings->program);
	return process->program == NULL ? ERR_NOMEM : 0;
}

void
helper_process_release(struct helper_process *process)
{
	helper_process_let_go(process);
	free(process->program);
	free(process->at);
}

void
helper_process_end(const struct helper_process *process)
{
	if (process->pid > 0)
		kill(process->pid, SIGKILL);
	/* Where the daemon may not kill it any more, it ends because nobody speaks to it. */
	if (process->socket >= 0)
		shutdown(process->socket, SHUT_RDWR);
}

void
helper_process_let_go(struct helper_process *process)
{
	close_if_open(&process->socket);
	close_if_open(&process->pidfd);
	process->pid = -1;
}

/* True when it has ended; false after that long. */
static bool
wait_for_end(const struct helper_process *process, int ms)
{
	struct pollfd end = { .fd = process->pidfd, .events = POLLIN };
	int got;

	do
		got = poll(&end, 1, ms);
	while (got < 0 && errno == EINTR);
	return got > 0;
}

bool
helper_process_stop(struct helper_process *process, int ms)
{
	bool stopped = true;

	close_if_open(&process->socket);
	if (process->pid > 0 && !wait_for_end(process, ms)) {
		stopped = false;
		kill(process->pid, SIGKILL);
		wait_for_end(process, ms);
	}
	if (process->pid > 0)
		waitpid(process->pid, NULL, WNOHANG);
	helper_process_let_go(process);
	return stopped;
}
