/*
 * health.h - what /healthz, /livez, /readyz[?verbose] and /metrics say.
 * Thread: control.
 */
#ifndef ROLLCALL_OPS_HEALTH_H
#define ROLLCALL_OPS_HEALTH_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct health;
struct httpd;
struct latency;
struct strbuf;

/* Handed tables; ops knows nothing of where the figures come from. */
struct health_check {
	const char *name;               /* "load", "probes", "dns" */
	/* true: fine.  Otherwise writes what is missing to `why`. */
	bool (*ok)(void *arg, struct strbuf *why);
};
struct health_metric {
	const char *name;               /* "rollcall_manifest_errors" */
	const char *type;               /* "counter", "gauge" */
	const char *help;
	double (*value)(void *arg);
};
struct health_histogram {
	const char *name;               /* "rollcall_dns_request_duration_seconds" */
	const char *help;
	/* Adds what there is to `sum`, which is empty. */
	void (*durations)(void *arg, struct latency *sum);
};
/* Samples whose labels are not known beforehand: one for each upstream. */
struct health_sampler;
struct health_family {
	const char *name;               /* "rollcall_upstream_up", no labels */
	const char *type;               /* "counter", "gauge", "histogram" */
	const char *help;
	/* Says each sample, by the one of the functions below that suits the type. */
	void (*samples)(void *arg, struct health_sampler *sampler);
};
/* `labels` as in the text format, without braces: to="192.0.2.1:53"; "": none. */
void health_say(struct health_sampler *sampler, const char *labels, double value);
void health_say_durations(struct health_sampler *sampler, const char *labels,
    const struct latency *durations);
/* How many had a size in each class; classes follow each other. */
struct health_sizes {
	const uint32_t *limits;         /* the largest size of each class */
	const uint64_t *counts;         /* ... and how many are in it, not below */
	size_t count;
	uint64_t sum;
};
void health_say_sizes(struct health_sampler *sampler, const char *labels,
    const struct health_sizes *sizes);

#define HEALTH_FAMILY_TABLES 4
struct health_settings {
	const struct health_check *checks;
	size_t check_count;
	const struct health_metric *metrics;
	size_t metric_count;
	const struct health_histogram *histograms;
	size_t histogram_count;
	/* in the order in which they are shown; unused ones are empty */
	struct {
		const struct health_family *items;
		size_t count;
	} families[HEALTH_FAMILY_TABLES];
	void *arg;
};

/* Hang the pages on the server.  ERR_EXISTS, ERR_NOMEM. */
int health_start(struct httpd *httpd, const struct health_settings *settings, struct health **out);
/* After the server: its routes lead here. */
void health_stop(struct health *health);
/* From now on /readyz is 503 "shutting down", whatever the checks say. */
void health_set_stopping(struct health *health);
#endif
