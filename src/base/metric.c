/* metric.c - the counters and gauges of the control thread. */
#include "base/metric.h"

#include <stdbool.h>

#define COUNTER(id, text, about) [METRIC_##id] = { "rollcall_" text, "counter", about }
#define GAUGE(id, text, about) [METRIC_##id] = { "rollcall_" text, "gauge", about }

static const struct metric_info table[] = {
	COUNTER(MANIFEST_ERRORS, "manifest_errors_total", "Errors found in manifests."),
	COUNTER(MANIFEST_WARNINGS, "manifest_warnings_total", "Warnings about manifests."),
	GAUGE(FILES_BROKEN, "files_broken", "Files that serve their last good objects."),
	GAUGE(FILES, "files", "Manifest files read."),
	COUNTER(RELOADS, "reloads_total", "Times that manifests were read again."),
	COUNTER(RELOAD_FAILURES, "reload_failures_total", "Reloads that were given up."),
	COUNTER(WATCH_FAILURES, "watch_failures_total", "Folders that could not be watched."),
	COUNTER(WATCH_OVERFLOWS, "watch_overflows_total", "Times that the kernel dropped file events."),
	GAUGE(SERVICES, "services", "Services known."),
	GAUGE(ENDPOINTS, "endpoints", "Endpoints known."),
	GAUGE(ENDPOINTS_READY, "endpoints_ready", "Endpoints that are ready."),
	GAUGE(PROBE_TARGETS, "probe_targets", "Targets that are probed."),
	COUNTER(PROBE_ATTEMPTS, "probe_attempts_total", "Probe attempts that ended."),
	COUNTER(PROBE_FAILURES, "probe_failures_total", "Probe attempts that the target failed."),
	COUNTER(PROBE_FAULTS, "probe_faults_total", "Probe attempts that failed for a reason of our own."),
	COUNTER(PROBE_LATENESS, "probe_lateness_seconds_total", "Sum of how late attempts began."),
	GAUGE(PROBE_LATENESS_MAX, "probe_lateness_max_seconds", "The latest that an attempt began."),
	COUNTER(VERDICT_CHANGES, "verdict_changes_total", "Times that an endpoint's readiness changed."),
	GAUGE(PANIC_SERVICES, "panic_services", "Services that answer all endpoints, too few being ready."),
	COUNTER(REFRESHES, "refreshes_total", "Services whose answers were built again."),
	COUNTER(NOMEM, "out_of_memory_total", "Pieces of work dropped for want of memory."),
	COUNTER(STATE_WRITES, "state_writes_total", "Times that the state file was written."),
	COUNTER(STATE_WRITE_ERRORS, "state_write_errors_total", "Failed writes of the state file."),
	COUNTER(HELPER_RESTARTS, "helper_restarts_total", "Times that the exec helper was started again."),
};

_Static_assert(sizeof(table) / sizeof(table[0]) == METRIC_COUNT, "a metric has no line in the table");

const struct metric_info *
metric_info(enum metric metric)
{
	return &table[metric];
}

static bool
is_counter(enum metric metric)
{
	return table[metric].type[0] == 'c';
}

void
metric_add(struct metrics *metrics, enum metric metric, double n)
{
	if (metrics == NULL || (n < 0 && is_counter(metric)))
		return;
	metrics->values[metric] += n;
}

void
metric_count(struct metrics *metrics, enum metric metric)
{
	metric_add(metrics, metric, 1);
}

void
metric_set(struct metrics *metrics, enum metric metric, double value)
{
	if (metrics == NULL || is_counter(metric))
		return;
	metrics->values[metric] = value;
}

void
metric_raise(struct metrics *metrics, enum metric metric, double value)
{
	if (metrics != NULL && value > metrics->values[metric])
		metric_set(metrics, metric, value);
}

double
metric_value(const struct metrics *metrics, enum metric metric)
{
	return metrics->values[metric];
}
