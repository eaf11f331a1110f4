/* exposition.c - metrics as Prometheus reads them: text format 0.0.4. */
#include "ops/exposition.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/latency.h"
#include "base/strbuf.h"
#include "ops/health.h"

/* Bounds of a histogram, in powers of two of a microsecond. */
#define BOUND_FIRST 4
#define BOUND_LAST 23
#define EXACT_MAX 9007199254740992.0    /* 2^53: whole numbers up to here are exact */

static size_t
family_len(const char *name)
{
	return strcspn(name, "{");
}

static bool
same_family(const struct health_metric *a, const struct health_metric *b)
{
	size_t len = family_len(a->name);

	return len == family_len(b->name) && memcmp(a->name, b->name, len) == 0;
}

/* In HELP only the backslash and the end of the line are escaped. */
static void
add_help(struct strbuf *text, const char *help)
{
	for (; *help != '\0'; help++) {
		if (*help == '\\')
			strbuf_add(text, "\\\\");
		else if (*help == '\n')
			strbuf_add(text, "\\n");
		else
			strbuf_add_n(text, help, 1);
	}
}

static void
add_value(struct strbuf *text, double value)
{
	if (isnan(value))
		strbuf_add(text, "NaN");
	else if (isinf(value))
		strbuf_add(text, value > 0 ? "+Inf" : "-Inf");
	else if (fabs(value) <= EXACT_MAX && value == (double)(int64_t)value)
		strbuf_addf(text, "%.0f", value);
	else
		strbuf_addf(text, "%.15g", value);
}

static void
add_head(struct strbuf *text, const char *name, const char *help, const char *type)
{
	int len = (int)family_len(name);

	strbuf_addf(text, "# HELP %.*s ", len, name);
	add_help(text, help);
	strbuf_addf(text, "\n# TYPE %.*s %s\n", len, name, type);
}

void
exposition_add(struct strbuf *text, const struct health_metric *metric,
    const struct health_metric *before, double value)
{
	if (before == NULL || !same_family(metric, before))
		add_head(text, metric->name, metric->help, metric->type);
	strbuf_addf(text, "%s ", metric->name);
	add_value(text, value);
	strbuf_add(text, "\n");
}

void
exposition_add_histogram(struct strbuf *text, const struct health_histogram *histogram,
    const struct latency *durations)
{
	const char *name = histogram->name;
	unsigned long long total = durations->total;

	add_head(text, name, histogram->help, "histogram");
	for (unsigned power = BOUND_FIRST; power <= BOUND_LAST; power++)
		strbuf_addf(text, "%s_bucket{le=\"%.15g\"} %llu\n", name, ldexp(1, (int)power) / 1e6,
		    (unsigned long long)latency_below(durations, power));
	strbuf_addf(text, "%s_bucket{le=\"+Inf\"} %llu\n", name, total);
	strbuf_addf(text, "%s_sum %.15g\n", name, (double)durations->sum_us / 1e6);
	strbuf_addf(text, "%s_count %llu\n", name, total);
}
