/*
 * host_metrics.h - what is counted of endpoints, probes, and the process itself, under the names that
 * kubelet and Prometheus' own clients made known.  Thread: control.
 */
#ifndef ROLLCALL_DAEMON_HOST_METRICS_H
#define ROLLCALL_DAEMON_HOST_METRICS_H
#include <stddef.h>

#include "ops/health.h"

/* For a struct rollcall. */
extern const struct health_family host_metrics[];
extern const size_t host_metric_count;
#endif
