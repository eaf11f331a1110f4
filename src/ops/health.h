/*
 * health.h - what /healthz, /livez, /readyz[?verbose] and /metrics say.
 * Thread: control.
 */
#ifndef ROLLCALL_OPS_HEALTH_H
#define ROLLCALL_OPS_HEALTH_H
#include <stdbool.h>
#include <stddef.h>

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
	/* Says each sample, by the one of the two functions below that suits the type. */
	void (*samples)(void *arg, struct health_sampler *sampler);
};
/* `labels` as in the text format, without braces: to="192.0.2.1:53". */
void health_say(struct health_sampler *sampler, const char *labels, double value);
void health_say_durations(struct health_sampler *sampler, const char *labels,
    const struct latency *durations);

struct health_settings {
	const struct health_check *checks;
	size_t check_count;
	const struct health_metric *metrics;
	size_t metric_count;
	const struct health_histogram *histograms;
	size_t histogram_count;
	const struct health_family *families;
	size_t family_count;
	void *arg;
};

/* Hang the pages on the server.  ERR_EXISTS, ERR_NOMEM. */
int health_start(struct httpd *httpd, const struct health_settings *settings, struct health **out);
/* After the server: its routes lead here. */
void health_stop(struct health *health);
/* From now on /readyz is 503 "shutting down", whatever the checks say. */
void health_set_stopping(struct health *health);
#endif
