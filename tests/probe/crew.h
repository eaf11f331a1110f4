/* crew.h - a real exec helper (this very binary, run again) and what tests ask about its processes. */
#ifndef ROLLCALL_TESTS_PROBE_CREW_H
#define ROLLCALL_TESTS_PROBE_CREW_H
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "probe/helper.h"

#define CREW_MARK_SIZE 32

struct crew {
	struct event_base *loop;
	struct helper *helper;
	char mark[CREW_MARK_SIZE];      /* an argument of sleep(1) that is ours alone: "98765.PID" */
	char folder[64];                /* writable by all; removed with the crew */
};

/* Started as `user` where we are root. */
struct crew *crew_new(void);
void crew_free(struct crew *crew);

/*
 * Run `sh -c SCRIPT` or a command to its end.  In a script, MARK stands for the mark and DIR
 * for the folder.
 */
struct outcome crew_sh(struct crew *crew, const char *script, uint64_t timeout_ms);
struct outcome crew_run(struct crew *crew, const char *const *argv, uint64_t timeout_ms);
/* Asserts that the script passes. */
void crew_sh_passes(struct crew *crew, const char *script);

/* Start without waiting; `*outcome` gets code -1 now and the outcome at its end. */
struct helper_run *crew_start(struct crew *crew, const char *script, uint64_t timeout_ms, struct outcome *outcome);
bool crew_ended(const struct outcome *outcome);
void crew_wait(struct crew *crew, const struct outcome *outcome);
/* Turn the loop once, for at most some milliseconds. */
void crew_turn(struct crew *crew);

/*
 * The helper's process; its open descriptors; its children; processes whose command line has
 * the mark.
 */
pid_t crew_pid(void);
size_t crew_files(pid_t pid);
size_t crew_children(pid_t pid);
size_t crew_marked(const struct crew *crew);
/*
 * Turn the loop until that many are marked, or children are left; asserts that it comes to that
 * in time.
 */
void crew_wait_marked(struct crew *crew, size_t count);
void crew_wait_children(struct crew *crew, size_t count);
/* Kill all that have the mark. */
void crew_end_marked(struct crew *crew);
#endif
