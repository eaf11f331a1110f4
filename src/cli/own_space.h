/*
 * own_space.h - files of the host as one process sees them: a mount namespace of its own, where
 * other files lie over /etc/resolv.conf and its kind.  Thread: main, of a process with one thread.
 */
#ifndef ROLLCALL_CLI_OWN_SPACE_H
#define ROLLCALL_CLI_OWN_SPACE_H

struct strbuf;

/*
 * From now on this process, and what it starts, has mounts of its own; who is not root gets a user
 * namespace with them, in which he stays who he is.  ERR_DENIED: the kernel does not let us;
 * ERR_SYSTEM.  `problem` gets the sentence.
 */
int own_space_enter(struct strbuf *problem);

/*
 * In there: `path` reads as `text`.  A path that is not there is ERR_NOTFOUND.  ERR_SYSTEM, with a
 * sentence.
 */
int own_space_cover(const char *path, const char *text, struct strbuf *problem);
/* The same with an existing file, as /dev/null. */
int own_space_cover_with(const char *path, const char *with);
#endif
