/*
 * schedule.h - when each target is probed, and what its outcomes add up to.  Thread: control;
 * pure: it neither sleeps nor opens sockets; `start` runs the attempts and time is handed in.
 *
 * The life of a target: schedule_set() adds it; after initialDelaySeconds (spread when many
 * appear together) its first attempt starts; outcomes go to its tally; verdict changes are told
 * at once; the next attempt is due at its phase of the period (PROBES.md 10.4).  A target never
 * has two attempts in flight.
 *
 * Startup: while a container's startup target (id pod/NS/POD/CONTAINER/startup) has not passed,
 * its readiness and liveness targets are held: not started, not waited for.  Exempt are those
 * already known to have started: with an outcome of their own, or restored as passing.  The
 * schedule finds this out by the ids; target->held is only the deriver's opinion and is not
 * read.  A startup target that has passed stops.
 */
#ifndef ROLLCALL_PROBE_SCHEDULE_H
#define ROLLCALL_PROBE_SCHEDULE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/outcome.h"
#include "model/tally.h"
#include "model/target.h"
#include "probe/probe.h"

struct history;
struct schedule;

/* What is told about a target when something worth knowing happened.  Borrowed during the call. */
struct schedule_report {
	const char *id;
	enum probe_kind kind;
	enum verdict before;
	enum verdict verdict;
	const struct outcome *outcome;  /* the attempt that decided */
	uint32_t run;                   /* length of the run: "3 of 3" */
	uint32_t threshold;
	const struct target *target;
};

struct schedule_ops {
	/* Start an attempt (probe_start) and cancel one (probe_cancel). */
	struct probe *(*start)(void *arg, const struct probe_target *target,
	    probe_done_fn *done, void *done_arg);
	void (*cancel)(void *arg, struct probe *probe);
	/*
	 * A verdict changed, or the first outcome of a target came in, or a restored verdict
	 * was confirmed. May call schedule_set(), even for this target, but not
	 * schedule_free().
	 */
	void (*verdict)(void *arg, const struct schedule_report *report);
	/*
	 * Any attempt ended, or was delayed as OUTCOME_FAULT_BUSY; for metrics and events; may
	 * be NULL.
	 */
	void (*ended)(void *arg, const struct schedule_report *report);
	/*
	 * Inside schedule_set(): the target is gone, or begins anew because its address, port
	 * or Pod is another; what it was found to be no longer holds.  May be NULL; must not
	 * call schedule_set().
	 */
	void (*forgotten)(void *arg, const char *id);
	/*
	 * Call schedule_run() at due_ms already: an attempt ended or targets were added, and
	 * what is due next is now due earlier than was last said here or returned by
	 * schedule_run().  May be NULL where the caller asks schedule_next_ms() often enough.
	 */
	void (*wake)(void *arg, uint64_t due_ms);
};

struct schedule_settings {
	uint32_t max_concurrent;        /* probes.maxConcurrent */
};

struct schedule *schedule_new(const struct schedule_settings *settings,
    const struct schedule_ops *ops, void *arg);
/* Cancels what is in flight. */
void schedule_free(struct schedule *schedule);

/*
 * The targets of `owner` ("pod/NS/NAME", "service/NS/NAME") are exactly these now; everything
 * kept is copied.  A target with the same id, spec, address, port and Pod keeps its tally,
 * phase and attempt in flight; of any other the attempt in flight is cancelled and its outcome
 * never seen.  One that differs in its spec alone keeps its verdict, as one of before a restart
 * is kept: thresholds apply from there.  count 0 removes them. An id that another owner has
 * moves to this one; of the same id twice in one call the first holds. `restored`: verdicts of
 * before a restart by id (VERDICT_UNKNOWN: none), asked for new and changed targets only; may
 * be NULL.  0 or ERR_NOMEM; then either nothing has changed or, at worst, some new ones are
 * missing.
 */
typedef enum verdict schedule_restored_fn(void *arg, const char *id);
int schedule_set(struct schedule *schedule, const char *owner, const struct target *targets,
    size_t count, schedule_restored_fn *restored, void *restored_arg, uint64_t now_ms);

/*
 * Start what is due, a bounded number at a time: the moment returned may be now.  When to call
 * again: the moment the next attempt is due (UINT64_MAX: never).  Attempts whose moment passed
 * more than a second ago (suspend, a long stall) are not started all at once but go to their
 * phase of the period that begins now.
 */
uint64_t schedule_run(struct schedule *schedule, uint64_t now_ms);
uint64_t schedule_next_ms(const struct schedule *schedule);

/* Time is known to the schedule only by these calls; `done` of an attempt asks this one. */
typedef uint64_t schedule_now_fn(void *arg);
void schedule_set_now(struct schedule *schedule, schedule_now_fn *now, void *arg);

/* Another max_concurrent; what is in flight beyond it ends in its own time. */
void schedule_set_max_concurrent(struct schedule *schedule, uint32_t max_concurrent);

/* Is there a target of this id?  Held ones and those that have stopped count. */
bool schedule_has(const struct schedule *schedule, const char *id);
/* What is known of a target; borrowed until the next call that changes anything. */
struct schedule_look {
	const struct target *target;
	const struct history *history;  /* NULL: no result so far */
	struct tally tally;
	uint64_t next_ms;               /* when it is asked next; 0: now, or not at all */
	bool in_flight;
	bool held;                      /* until its container's startup probe has passed */
};
/* False: there is no target of this id. */
bool schedule_find(const struct schedule *schedule, const char *id, struct schedule_look *look);
size_t schedule_count(const struct schedule *schedule);
size_t schedule_in_flight(const struct schedule *schedule);
/*
 * Targets that have no outcome yet and no restored verdict (held ones not counted); /readyz
 * waits for 0.
 */
size_t schedule_waiting(const struct schedule *schedule);

/*
 * Starts later than planned since the last call: count of all starts, those over 50 ms late,
 * and the worst in ms.
 */
struct schedule_lateness {
	uint64_t starts;
	uint64_t late_50ms;
	uint64_t worst_ms;
	uint64_t overdue;       /* not started but spread anew, more than a second late */
	uint64_t delayed_full;  /* delayed because max_concurrent were in flight */
	uint64_t faults;
};
void schedule_take_lateness(struct schedule *schedule, struct schedule_lateness *lateness);
#endif
