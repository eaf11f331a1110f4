/* local_socket.c - a Unix socket for those on this host who may: made, guarded, removed. */
#include "net/local_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/err.h"

#define FOLDER_MODE 0750
#define SOCKET_MODE 0660

struct local_socket {
	char *path;
	int fd;                         /* -1: taken */
	gid_t gid;                      /* the socket's */
	/* what we made there: open, so that nothing else gets its inode's number; -1: nothing */
	int made;
};

static int
make_folder(const struct local_socket_settings *settings, int *folder)
{
	char path[sizeof(((struct sockaddr_un *)0)->sun_path)];
	char *slash;

	(void)memcpy(path, settings->path, strlen(settings->path) + 1);
	slash = strrchr(path, '/');
	if (slash == NULL)
		return ERR_INVALID;
	*(slash == path ? slash + 1 : slash) = '\0';
	/* Made by us just now, so it is ours to give. */
	if (mkdir(path, FOLDER_MODE) == 0) {
		if (settings->give && lchown(path, settings->uid, settings->gid) != 0)
			return ERR_SYSTEM;
	} else if (errno != EEXIST) {
		return ERR_SYSTEM;
	}
	*folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return *folder < 0 ? ERR_SYSTEM : 0;
}

/* Does nobody listen there any more? */
static bool
is_dead(const struct sockaddr_un *at)
{
	struct stat status;
	int fd, error;

	if (lstat(at->sun_path, &status) != 0 || !S_ISSOCK(status.st_mode))
		return false;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return false;
	error = connect(fd, (const struct sockaddr *)at, sizeof(*at)) == 0 ? 0 : errno;
	(void)close(fd);
	return error == ECONNREFUSED;
}

static int
bind_path(int fd, const struct sockaddr_un *at)
{
	/* Linux gives the path this mode, so that there is no moment in which others come in. */
	if (fchmod(fd, S_IRUSR | S_IWUSR) != 0)
		return ERR_SYSTEM;
	if (bind(fd, (const struct sockaddr *)at, sizeof(*at)) == 0)
		return 0;
	if (errno != EADDRINUSE)
		return ERR_SYSTEM;
	if (!is_dead(at))
		return ERR_EXISTS;
	if (unlink(at->sun_path) != 0 || bind(fd, (const struct sockaddr *)at, sizeof(*at)) != 0)
		return ERR_SYSTEM;
	return 0;
}

static int
guard(struct local_socket *socket, const struct local_socket_settings *settings)
{
	struct stat status;

	socket->made = open(socket->path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (socket->made < 0)
		return ERR_SYSTEM;
	if (settings->give && lchown(socket->path, settings->uid, settings->gid) != 0)
		return ERR_SYSTEM;
	if (chmod(socket->path, SOCKET_MODE) != 0 || fstat(socket->made, &status) != 0)
		return ERR_SYSTEM;
	socket->gid = status.st_gid;
	return listen(socket->fd, SOMAXCONN) == 0 ? 0 : ERR_SYSTEM;
}

/* Two who start at once take turns, so that neither removes what the other has just made. */
static int
listen_there(struct local_socket *socket, const struct local_socket_settings *settings,
    const struct sockaddr_un *at)
{
	int folder = -1;
	int err = make_folder(settings, &folder);

	if (err != 0)
		return err;
	(void)flock(folder, LOCK_EX | LOCK_NB);
	err = bind_path(socket->fd, at);
	if (err == 0)
		err = guard(socket, settings);
	int saved = errno;
	(void)close(folder);
	errno = saved;
	return err;
}

int
local_socket_open(const struct local_socket_settings *settings, struct local_socket **out)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	struct local_socket *made;
	int err = ERR_NOMEM, saved;

	if (strlen(settings->path) >= sizeof(at.sun_path))
		return ERR_LIMIT;
	(void)memcpy(at.sun_path, settings->path, strlen(settings->path));
	made = calloc(1, sizeof(*made));
	if (made == NULL)
		return ERR_NOMEM;
	made->fd = made->made = -1;
	made->path = strdup(settings->path);
	if (made->path == NULL)
		goto out;
	err = ERR_SYSTEM;
	made->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (made->fd < 0)
		goto out;
	err = listen_there(made, settings, &at);
	if (err != 0)
		goto out;
	*out = made;
	return 0;
out:
	saved = errno;
	local_socket_close(made);
	errno = saved;
	return err;
}

/* Is what is at the path what we have made? */
static bool
is_ours(const struct local_socket *socket)
{
	struct stat made, there;

	return socket->made >= 0 && fstat(socket->made, &made) == 0 &&
	    lstat(socket->path, &there) == 0 && made.st_dev == there.st_dev &&
	    made.st_ino == there.st_ino;
}

void
local_socket_close(struct local_socket *socket)
{
	if (socket == NULL)
		return;
	if (socket->fd >= 0)
		(void)close(socket->fd);
	if (is_ours(socket))
		(void)unlink(socket->path);
	if (socket->made >= 0)
		(void)close(socket->made);
	free(socket->path);
	free(socket);
}

int
local_socket_take(struct local_socket *socket)
{
	int fd = socket->fd;

	socket->fd = -1;
	return fd;
}

const char *
local_socket_path(const struct local_socket *socket)
{
	return socket->path;
}

static bool
has_group(int fd, gid_t gid)
{
	gid_t some[64], *groups = some;
	socklen_t len = sizeof(some);
	bool found = false;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &len) != 0) {
		/* ERANGE: `len` is what they need; the kernel knows 65,536 at most. */
		if (errno != ERANGE || (groups = malloc(len)) == NULL)
			return false;
		if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &len) != 0)
			len = 0;
	}
	for (size_t i = 0; i < len / sizeof(*groups) && !found; i++)
		found = groups[i] == gid;
	if (groups != some)
		free(groups);
	return found;
}

bool
local_socket_admits(const struct local_socket *socket, int fd)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) != 0 || len != sizeof(peer))
		return false;
	return peer.uid == 0 || peer.uid == geteuid() || peer.gid == socket->gid ||
	    has_group(fd, socket->gid);
}
