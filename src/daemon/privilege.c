/* privilege.c - give up root for good once the sockets are bound. */
#include "daemon/privilege.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/log.h"

#define FILES_MAX 1048576

int
privilege_find(const char *user, bool stated, struct privilege *privilege)
{
	struct passwd *entry;

	memset(privilege, 0, sizeof(*privilege));
	if (geteuid() != 0 || user[0] == '\0')
		return 0;
	errno = 0;
	entry = getpwnam(user);
	if (entry == NULL && !stated) {
		log_warn(
		    "there is no user %s: staying root; name one with `user:`, or say `user: \"\"`",
		    user);
		return 0;
	}
	if (entry == NULL)
		return ERR_NOTFOUND;
	privilege->change = entry->pw_uid != 0;
	privilege->uid = entry->pw_uid;
	privilege->gid = entry->pw_gid;
	return 0;
}

void
privilege_prepare_folder(const struct privilege *privilege, const char *dir)
{
	if (!privilege->change || mkdir(dir, 0750) != 0)
		return;
	/* Made by us just now, so it is ours to give. */
	if (lchown(dir, privilege->uid, privilege->gid) != 0)
		log_errno(LOG_WARN, "%s: cannot be given to uid %u", dir, (unsigned)privilege->uid);
}

int
privilege_drop(const struct privilege *privilege)
{
	if (privilege->change) {
		if (setgroups(0, NULL) != 0 ||
		    setresgid(privilege->gid, privilege->gid, privilege->gid) != 0 ||
		    setresuid(privilege->uid, privilege->uid, privilege->uid) != 0)
			return ERR_SYSTEM;
		/* A kernel or a sandbox that says yes and does nothing would leave us root. */
		if (setuid(0) == 0 || getuid() != privilege->uid || geteuid() != privilege->uid ||
		    getgid() != privilege->gid)
			return ERR_DENIED;
	}
	/* No core file and no ptrace by processes of the same user: probes' header values are in
	 * memory. */
	return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 ? 0 : ERR_SYSTEM;
}

void
privilege_raise_files(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return;
	limit.rlim_cur = limit.rlim_max < FILES_MAX ? limit.rlim_max : FILES_MAX;
	if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
		log_errno(LOG_WARN, "the limit of open files stays as it is");
}
