/* exposition.h - metrics as Prometheus reads them: text format 0.0.4.  Thread: any; pure. */
#ifndef ROLLCALL_OPS_EXPOSITION_H
#define ROLLCALL_OPS_EXPOSITION_H
struct health_histogram;
struct health_metric;
struct health_sizes;
struct latency;
struct strbuf;

/*
 * One sample; before the first of a family its HELP and TYPE.  A name may carry labels in
 * braces; the samples of a family stand together.  `before`: the metric that was added last,
 * NULL at first.
 */
void exposition_add(struct strbuf *text, const struct health_metric *metric,
    const struct health_metric *before, double value);

/*
 * A histogram in seconds: how many took less than 16 us, 32 us and so on up to 9 minutes, all, and
 * their sum.  Labels and `before` as above.
 */
void exposition_add_histogram(struct strbuf *text, const struct health_histogram *histogram,
    const struct health_histogram *before, const struct latency *durations);

/* A histogram of sizes with bounds of its own; the rest as above. */
void exposition_add_sizes(struct strbuf *text, const struct health_histogram *histogram,
    const struct health_histogram *before, const struct health_sizes *sizes);
#endif
