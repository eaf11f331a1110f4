/* health.c - what /healthz, /livez, /readyz[?verbose] and /metrics say. */
#include "ops/health.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/latency.h"
#include "base/strbuf.h"
#include "ops/exposition.h"
#include "ops/httpd.h"
#include "ops/status.h"
#include "ops/visit.h"

#define TEXT_PLAIN "text/plain; charset=utf-8"
#define TEXT_METRICS "text/plain; version=0.0.4; charset=utf-8"

struct health {
	struct health_settings settings;
	bool stopping;
};

struct reply {
	int status;
	const char *type;
	struct strbuf body;
};

static void
reply_alive(const struct health *health, bool verbose, struct reply *reply)
{
	(void)health;
	(void)verbose;
	strbuf_add(&reply->body, "ok");
}

/* As the Kubernetes API server says it: "[+]name ok", "[-]name failed: why". */
static void
reply_ready(const struct health *health, bool verbose, struct reply *reply)
{
	struct strbuf lines = STRBUF_INIT;
	bool ready = true;

	if (health->stopping) {
		reply->status = 503;
		strbuf_add(&reply->body, "shutting down\n");
		return;
	}
	for (size_t i = 0; i < health->settings.check_count; i++) {
		const struct health_check *check = &health->settings.checks[i];
		struct strbuf why = STRBUF_INIT;
		bool ok = check->ok(health->settings.arg, &why);

		strbuf_addf(&lines, ok ? "[+]%s ok%s%s\n" : "[-]%s failed%s%s\n", check->name,
		    !ok && why.len > 0 ? ": " : "", ok ? "" : why.text);
		strbuf_release(&why);
		ready = ready && ok;
	}
	if (!ready)
		reply->status = 503;
	if (ready && !verbose)
		strbuf_add(&reply->body, "ok");
	else
		strbuf_addf(&reply->body, "%sreadyz check %s\n", lines.text,
		    ready ? "passed" : "failed");
	/* What could not be said in full must not pass for the whole. */
	if (lines.err != 0)
		reply->body.err = lines.err;
	strbuf_release(&lines);
}

/* A family under way. */
struct health_sampler {
	const struct health_family *family;
	struct strbuf *body;
	bool begun;                     /* its HELP and TYPE are there */
};

/* NAME{LABELS}; without labels the name alone. */
static void
add_name(struct strbuf *name, const struct health_family *family, const char *labels)
{
	strbuf_addf(name, *labels != '\0' ? "%s{%s}" : "%s%s", family->name, labels);
}

void
health_say(struct health_sampler *sampler, const char *labels, double value)
{
	const struct health_family *family = sampler->family;
	struct strbuf name = STRBUF_INIT;
	struct health_metric before = { .name = family->name };

	add_name(&name, family, labels);
	struct health_metric metric = { .name = name.text, .type = family->type,
		.help = family->help };

	if (name.err == 0)
		exposition_add(sampler->body, &metric, sampler->begun ? &before : NULL, value);
	else
		sampler->body->err = name.err;
	sampler->begun = true;
	strbuf_release(&name);
}

void
health_say_durations(struct health_sampler *sampler, const char *labels,
    const struct latency *durations)
{
	const struct health_family *family = sampler->family;
	struct strbuf name = STRBUF_INIT;
	struct health_histogram before = { .name = family->name };

	add_name(&name, family, labels);
	struct health_histogram histogram = { .name = name.text, .help = family->help };

	if (name.err == 0)
		exposition_add_histogram(sampler->body, &histogram,
		    sampler->begun ? &before : NULL, durations);
	else
		sampler->body->err = name.err;
	sampler->begun = true;
	strbuf_release(&name);
}

void
health_say_sizes(struct health_sampler *sampler, const char *labels,
    const struct health_sizes *sizes)
{
	const struct health_family *family = sampler->family;
	struct strbuf name = STRBUF_INIT;
	struct health_histogram before = { .name = family->name };

	add_name(&name, family, labels);
	struct health_histogram histogram = { .name = name.text, .help = family->help };

	if (name.err == 0)
		exposition_add_sizes(sampler->body, &histogram, sampler->begun ? &before : NULL,
		    sizes);
	else
		sampler->body->err = name.err;
	sampler->begun = true;
	strbuf_release(&name);
}

static void
add_families(const struct health *health, struct strbuf *body)
{
	for (size_t t = 0; t < HEALTH_FAMILY_TABLES; t++) {
		for (size_t i = 0; i < health->settings.families[t].count; i++) {
			struct health_sampler sampler = { .body = body,
				.family = &health->settings.families[t].items[i] };

			sampler.family->samples(health->settings.arg, &sampler);
		}
	}
}

static void
reply_metrics(const struct health *health, bool verbose, struct reply *reply)
{
	const struct health_metric *before = NULL;

	(void)verbose;
	reply->type = TEXT_METRICS;
	for (size_t i = 0; i < health->settings.metric_count; i++) {
		const struct health_metric *metric = &health->settings.metrics[i];

		exposition_add(&reply->body, metric, before, metric->value(health->settings.arg));
		before = metric;
	}
	for (size_t i = 0; i < health->settings.histogram_count; i++) {
		const struct health_histogram *histogram = &health->settings.histograms[i];
		struct latency sum = { .total = 0 };

		histogram->durations(health->settings.arg, &sum);
		exposition_add_histogram(&reply->body, histogram,
		    i > 0 ? histogram - 1 : NULL, &sum);
	}
	add_families(health, &reply->body);
}

static const struct page {
	const char *path;
	void (*reply)(const struct health *health, bool verbose, struct reply *reply);
} pages[] = {
	{ "/healthz", reply_alive },
	{ "/livez", reply_alive },
	{ "/metrics", reply_metrics },
	{ "/readyz", reply_ready },
};

static void
on_visit(void *arg, struct visit *visit)
{
	const struct health *health = arg;
	struct reply reply = { .status = 200, .type = TEXT_PLAIN, .body = STRBUF_INIT };
	const struct page *page = NULL;

	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++)
		if (strcmp(visit_path(visit), pages[i].path) == 0)
			page = &pages[i];
	if (page == NULL) {
		status_say(visit, 404, "the server could not find the requested resource");
		return;
	}
	page->reply(health, visit_query(visit, "verbose") != NULL, &reply);
	if (reply.body.err == 0)
		visit_reply(visit, reply.status, reply.type, reply.body.text, reply.body.len);
	else
		status_say(visit, 500, "no memory");
	strbuf_release(&reply.body);
}

int
health_start(struct httpd *httpd, const struct health_settings *settings, struct health **out)
{
	struct health *health = calloc(1, sizeof(*health));
	int err = 0;

	if (health == NULL)
		return ERR_NOMEM;
	health->settings = *settings;
	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]) && err == 0; i++)
		err = httpd_route_page(httpd, pages[i].path, on_visit, health);
	if (err != 0) {
		free(health);
		return err;
	}
	*out = health;
	return 0;
}

void
health_stop(struct health *health)
{
	free(health);
}

void
health_set_stopping(struct health *health)
{
	health->stopping = true;
}
