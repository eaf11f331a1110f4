/* helper_process.h - the exec helper as a process, for helper.c.  Thread: control. */
#ifndef ROLLCALL_PROBE_HELPER_PROCESS_H
#define ROLLCALL_PROBE_HELPER_PROCESS_H
#include <stdbool.h>
#include <sys/types.h>

#include "probe/helper.h"

struct helper_process {
	char *program;
	char *at;               /* the path to connect to; NULL: we start the program */
	bool has_user;          /* it is to become `uid` */
	uid_t uid;
	gid_t gid;
	bool as_user;           /* the last one started has become it: we were root then */
	pid_t pid;              /* -1: none */
	int pidfd;              /* readable once it has ended; -1: it is not our child */
	int socket;             /* -1: not to be spoken to */
};

/* Nothing runs yet.  0, ERR_NOTFOUND (no such user), ERR_SYSTEM, ERR_NOMEM; release anyway. */
int helper_process_init(struct helper_process *process, const struct helper_settings *settings);
void helper_process_release(struct helper_process *process);

/* 0, or ERR_SYSTEM with errno. */
int helper_process_start(struct helper_process *process);
/* Make it end, now; its pidfd says when it has. */
void helper_process_end(const struct helper_process *process);
/* Forget it, closing what we hold of it. */
void helper_process_let_go(struct helper_process *process);
/* Let it end all it runs and itself; false if after so many ms it had to be killed. */
bool helper_process_stop(struct helper_process *process, int ms);
#endif
