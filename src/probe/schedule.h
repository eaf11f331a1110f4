/*
 * schedule.h - when each target is probed, and what its outcomes add up to.  Thread: control; pure: it
 * neither sleeps nor opens sockets; `start` runs the attempts and time is handed in.
 *
 * The life of a target: schedule_set() adds it; after initialDelaySeconds (spread when many appear
 * together) its first attempt starts; outcomes go to its tally; verdict changes are told at once; the next
 * attempt is due at its phase of the period (PROBES.md 10.4).  A target never has two attempts in flight.
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
	struct probe *(*start)(void *arg, const struct probe_target *target, probe_done_fn *done, void *done_arg);
	void (*cancel)(void *arg, struct probe *probe);
	/* A verdict changed, or the first outcome of a target came in, or a restored verdict was confirmed. */
	void (*verdict)(void *arg, const struct schedule_report *report);
	/* Any attempt ended; for metrics and events; may be NULL. */
	void (*ended)(void *arg, const struct schedule_report *report);
	/*
	 * Inside schedule_set(): the target is gone, or begins anew because its spec, address or port is
	 * another; what it was found to be no longer holds.  May be NULL.
	 */
	void (*forgotten)(void *arg, const char *id);
};

struct schedule_settings {
	uint32_t max_concurrent;        /* probes.maxConcurrent */
};

struct schedule *schedule_new(const struct schedule_settings *settings, const struct schedule_ops *ops, void *arg);
/* Cancels what is in flight. */
void schedule_free(struct schedule *schedule);

/*
 * The targets of `owner` ("pod/NS/NAME", "service/NS/NAME") are exactly these now; everything kept is
 * copied.  A target with the same id, spec, address and port keeps its tally, phase and attempt in flight.
 * count 0 removes them.  `restored`: verdicts of before a restart by id (VERDICT_UNKNOWN: none); may be NULL.
 */
typedef enum verdict schedule_restored_fn(void *arg, const char *id);
int schedule_set(struct schedule *schedule, const char *owner, const struct target *targets, size_t count,
    schedule_restored_fn *restored, void *restored_arg, uint64_t now_ms);

/* Start what is due.  When to call again: the moment the next attempt is due (UINT64_MAX: never). */
uint64_t schedule_run(struct schedule *schedule, uint64_t now_ms);
uint64_t schedule_next_ms(const struct schedule *schedule);

/* Time is known to the schedule only by these calls; `done` of an attempt asks this one. */
typedef uint64_t schedule_now_fn(void *arg);
void schedule_set_now(struct schedule *schedule, schedule_now_fn *now, void *arg);

size_t schedule_count(const struct schedule *schedule);
size_t schedule_in_flight(const struct schedule *schedule);
/* Targets that have no outcome yet and no restored verdict (held ones not counted); /readyz waits for 0. */
size_t schedule_waiting(const struct schedule *schedule);

/* Starts later than planned since the last call: count of all starts, those over 50 ms late, and the worst in ms. */
struct schedule_lateness {
	uint64_t starts;
	uint64_t late_50ms;
	uint64_t worst_ms;
	uint64_t delayed_full;  /* delayed because max_concurrent were in flight */
	uint64_t faults;
};
void schedule_take_lateness(struct schedule *schedule, struct schedule_lateness *lateness);
#endif
