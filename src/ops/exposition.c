/* exposition.c - metrics as Prometheus reads them: text format 0.0.4. */
#include "ops/exposition.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/latency.h"
#include "base/strbuf.h"
#include "ops/health.h"

/* Bounds of a histogram, in powers of two of a microsecond. */
#define BOUND_FIRST 4
#define BOUND_LAST 29
#define EXACT_MAX 9007199254740992.0    /* 2^53: whole numbers up to here are exact */

static size_t
family_len(const char *name)
{
	return strcspn(name, "{");
}

static bool
same_family(const char *a, const char *b)
{
	size_t len = family_len(a);

	return len == family_len(b) && memcmp(a, b, len) == 0;
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
	if (before == NULL || !same_family(metric->name, before->name))
		add_head(text, metric->name, metric->help, metric->type);
	strbuf_addf(text, "%s ", metric->name);
	add_value(text, value);
	strbuf_add(text, "\n");
}

/* NAME_SUFFIX{LABELS MORE}, where either or both may be missing. */
static void
add_series(struct strbuf *text, const char *name, const char *suffix, const char *more)
{
	int len = (int)family_len(name);
	/* Labels without the braces. */
	int inside = name[len] == '\0' ? 0 : (int)strlen(name) - len - 2;

	strbuf_addf(text, "%.*s%s", len, name, suffix);
	if (inside > 0 || *more != '\0')
		strbuf_addf(text, "{%.*s%s%s}", inside, inside > 0 ? name + len + 1 : "",
		    inside > 0 && *more != '\0' ? "," : "", more);
}

/* What ends each histogram. */
static void
add_end(struct strbuf *text, const char *name, unsigned long long total, double sum)
{
	add_series(text, name, "_bucket", "le=\"+Inf\"");
	strbuf_addf(text, " %llu\n", total);
	add_series(text, name, "_sum", "");
	strbuf_addf(text, " %.15g\n", sum);
	add_series(text, name, "_count", "");
	strbuf_addf(text, " %llu\n", total);
}

void
exposition_add_histogram(struct strbuf *text, const struct health_histogram *histogram,
    const struct health_histogram *before, const struct latency *durations)
{
	const char *name = histogram->name;
	unsigned long long total = durations->total;

	if (before == NULL || !same_family(name, before->name))
		add_head(text, name, histogram->help, "histogram");
	for (unsigned power = BOUND_FIRST; power <= BOUND_LAST; power++) {
		char bound[32];

		(void)snprintf(bound, sizeof(bound), "le=\"%.15g\"", ldexp(1, (int)power) / 1e6);
		add_series(text, name, "_bucket", bound);
		strbuf_addf(text, " %llu\n", (unsigned long long)latency_below(durations, power));
	}
	add_end(text, name, total, (double)durations->sum_us / 1e6);
}

void
exposition_add_sizes(struct strbuf *text, const struct health_histogram *histogram,
    const struct health_histogram *before, const struct health_sizes *sizes)
{
	const char *name = histogram->name;
	unsigned long long total = 0;

	if (before == NULL || !same_family(name, before->name))
		add_head(text, name, histogram->help, "histogram");
	for (size_t i = 0; i < sizes->count; i++) {
		char bound[32];

		total += sizes->counts[i];
		(void)snprintf(bound, sizeof(bound), "le=\"%u\"", sizes->limits[i]);
		add_series(text, name, "_bucket", bound);
		strbuf_addf(text, " %llu\n", total);
	}
	add_end(text, name, total, (double)sizes->sum);
}
