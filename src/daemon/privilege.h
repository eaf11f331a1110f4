/*
 * privilege.h - give up root for good once the sockets are bound.  Thread: the only one,
 * before all others.
 */
#ifndef ROLLCALL_DAEMON_PRIVILEGE_H
#define ROLLCALL_DAEMON_PRIVILEGE_H
#include <stdbool.h>
#include <sys/types.h>

struct privilege {
	bool change;            /* started as root, and somebody else is to be become */
	uid_t uid;
	gid_t gid;
};

/*
 * Whom to become.  "" or not started as root: nobody else.  A default user that does not exist is
 * warned about and stays unchanged; one that was `stated` is ERR_NOTFOUND.
 */
int privilege_find(const char *user, bool stated, struct privilege *privilege);

/* Make the folder where it is missing, so that it belongs to whom we become.  Failing is not fatal:
 * the state says why. */
void privilege_prepare_folder(const struct privilege *privilege, const char *dir);

/* Become that user: groups, gid, uid, checked that there is no way back; and never dumpable.
 * ERR_SYSTEM (errno), ERR_DENIED. */
int privilege_drop(const struct privilege *privilege);

/* As many descriptors as the hard limit allows (RELIABILITY section 6: never unlimited, at most a
 * million). */
void privilege_raise_files(void);
#endif
