/* own_space.c - files of the host as one process sees them. */
#include "cli/own_space.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/strbuf.h"

static int
write_file(const char *path, const char *text)
{
	size_t len = strlen(text);
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int err = 0;

	if (fd < 0)
		return ERR_SYSTEM;
	if (write(fd, text, len) != (ssize_t)len)
		err = ERR_SYSTEM;
	close(fd);
	return err;
}

/* user_namespaces(7): one line each, by the process itself; groups cannot be changed in there. */
static int
stay_who_we_are(uid_t uid, gid_t gid)
{
	char map[64];

	(void)write_file("/proc/self/setgroups", "deny");
	snprintf(map, sizeof(map), "%u %u 1\n", gid, gid);
	if (write_file("/proc/self/gid_map", map) != 0)
		return ERR_SYSTEM;
	snprintf(map, sizeof(map), "%u %u 1\n", uid, uid);
	return write_file("/proc/self/uid_map", map);
}

int
own_space_enter(struct strbuf *problem)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();

	/* With the privilege there is no need for another user namespace. */
	if (unshare(CLONE_NEWNS) != 0) {
		if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) {
			strbuf_addf(problem, "the kernel gives no mount namespace: %s (user namespaces "
			    "may be switched off: sysctl kernel.unprivileged_userns_clone, "
			    "user.max_user_namespaces, kernel.apparmor_restrict_unprivileged_userns)",
			    strerror(errno));
			return ERR_DENIED;
		}
		if (stay_who_we_are(uid, gid) != 0) {
			strbuf_addf(problem, "cannot stay who we are in a user namespace: %s",
			    strerror(errno));
			return ERR_DENIED;
		}
	}
	/* What is mounted here stays here. */
	if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0)
		return 0;
	strbuf_addf(problem, "cannot make mounts private: %s", strerror(errno));
	return errno == EPERM || errno == EACCES ? ERR_DENIED : ERR_SYSTEM;
}

int
own_space_cover_with(const char *path, const char *with)
{
	if (access(path, F_OK) != 0)
		return ERR_NOTFOUND;
	return mount(with, path, NULL, MS_BIND, NULL) == 0 ? 0 : ERR_SYSTEM;
}

int
own_space_cover(const char *path, const char *text, struct strbuf *problem)
{
	const char *folder = getenv("TMPDIR");
	struct strbuf name = STRBUF_INIT;
	int err, fd;

	strbuf_addf(&name, "%s/rollcall-run-XXXXXX", folder != NULL && *folder == '/' ? folder : "/tmp");
	if (name.err != 0)
		return name.err;
	fd = mkstemp(name.text);
	if (fd < 0) {
		strbuf_addf(problem, "cannot write %s: %s", name.text, strerror(errno));
		strbuf_release(&name);
		return ERR_SYSTEM;
	}
	(void)fchmod(fd, 0644);
	err = write(fd, text, strlen(text)) == (ssize_t)strlen(text) ? 0 : ERR_SYSTEM;
	close(fd);
	if (err == 0)
		err = own_space_cover_with(path, name.text);
	if (err != 0)
		strbuf_addf(problem, "cannot put another file over %s: %s", path,
		    err == ERR_NOTFOUND ? "it is not there" : strerror(errno));
	/* It lives on where it is mounted. */
	(void)unlink(name.text);
	strbuf_release(&name);
	return err;
}
