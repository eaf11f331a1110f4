/* metric.h - the counters and gauges of the control thread, and what they are called.  Thread: control. */
#ifndef ROLLCALL_BASE_METRIC_H
#define ROLLCALL_BASE_METRIC_H
#include <stddef.h>
#include <stdint.h>

/* A new one: a line here and one in the table of metric.c, which the compiler asks for. */
enum metric {
	METRIC_MANIFEST_ERRORS,         /* errors said about manifests */
	METRIC_MANIFEST_WARNINGS,
	METRIC_FILES_BROKEN,            /* files that serve their last good objects, now */
	METRIC_FILES,                   /* files read, now */
	METRIC_RELOADS,
	METRIC_RELOAD_FAILURES,
	METRIC_WATCH_FAILURES,          /* folders that could not be watched; they are polled */
	METRIC_WATCH_OVERFLOWS,
	METRIC_SERVICES,
	METRIC_ENDPOINTS,
	METRIC_ENDPOINTS_READY,
	METRIC_PROBE_TARGETS,
	METRIC_PROBE_ATTEMPTS,
	METRIC_PROBE_FAILURES,          /* the target's fault */
	METRIC_PROBE_FAULTS,            /* ours: attempts that said nothing about the target */
	METRIC_PROBE_LATENESS,          /* seconds, sum over attempts; divide by attempts */
	METRIC_PROBE_LATENESS_MAX,
	METRIC_VERDICT_CHANGES,
	METRIC_PANIC_SERVICES,
	METRIC_REFRESHES,
	METRIC_NOMEM,                   /* pieces of work dropped for want of memory */
	METRIC_STATE_WRITES,
	METRIC_STATE_WRITE_ERRORS,
	METRIC_HELPER_RESTARTS,
	METRIC_COUNT
};

struct metric_info {
	const char *name;       /* "rollcall_reloads_total" */
	const char *type;       /* "counter" or "gauge", as Prometheus says it */
	const char *help;
};

/* Owned by whoever counts; start with zeros.  A double is exact up to 2^53. */
struct metrics {
	double values[METRIC_COUNT];
};

const struct metric_info *metric_info(enum metric metric);

/* Count one, or more; on counters only upwards: a negative `n` is ignored there.  NULL metrics: nothing. */
void metric_count(struct metrics *metrics, enum metric metric);
void metric_add(struct metrics *metrics, enum metric metric, double n);
/* Gauges only; a counter is left alone. */
void metric_set(struct metrics *metrics, enum metric metric, double value);
/* Gauges that show the worst so far. */
void metric_raise(struct metrics *metrics, enum metric metric, double value);
double metric_value(const struct metrics *metrics, enum metric metric);
#endif
