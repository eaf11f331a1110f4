/*
 * dns_metrics.h - what is counted of queries and replies, under the names that CoreDNS made known.
 * Thread: control.
 */
#ifndef ROLLCALL_DAEMON_DNS_METRICS_H
#define ROLLCALL_DAEMON_DNS_METRICS_H
#include <stddef.h>

#include "ops/health.h"

struct dns_counts;
struct rollcall;

/* For a struct rollcall. */
extern const struct health_family dns_metrics[];
extern const size_t dns_metric_count;

/* Over all transports and addresses. */
void dns_metrics_sum(const struct rollcall *rollcall, struct dns_counts *sum);
#endif
