/* test_overview.c - what /readyz waits for, and that each metric shows its own figure. */
#include "daemon/overview.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/latency.h"
#include "base/strbuf.h"
#include "daemon/context.h"
#include "dns/cache.h"
#include "dns/index.h"
#include "dns/parcel.h"
#include "ops/health.h"
#include "tests/daemon/played.h"
#include "tests/dns/said.h"
#include "tests/suite.h"

#define POD(name, ip)                                                                              \
	"apiVersion: v1\nkind: Pod\nmetadata: {name: " name ", namespace: shop}\n"                 \
	"spec: {containers: [{name: c, image: x, readinessProbe: {tcpSocket: {port: 80}, "         \
	"periodSeconds: 1, failureThreshold: 1}}]}\nstatus: {phase: Running, podIP: " ip "}\n---\n"
#define SERVICE "apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: shop}\n" \
	"spec: {ports: [{port: 80}]}\n---\n"
#define ENDPOINTS "apiVersion: v1\nkind: Endpoints\nmetadata: {name: web, namespace: shop}\n" \
	"subsets: [{addresses: [{ip: 10.9.0.1}]}]\n---\n"

static struct health_settings settings;
static struct generation generation;
static struct rollcall rollcall;
static struct played *played;

static void
set_up(void)
{
	played = played_new("10.96.0.0/24");
	generation = (struct generation){ .index = played->index, .answers = &generation };
	rollcall = (struct rollcall){ .now = &generation };
	settings = (struct health_settings){ .arg = NULL };
	overview_fill(&rollcall, &settings);
}

static void
tear_down(void)
{
	played_free(played);
}

/* What the check misses; "": nothing. */
static const char *
missing(const char *name)
{
	static char why[128];

	for (size_t i = 0; i < settings.check_count; i++) {
		struct strbuf text = STRBUF_INIT;

		if (strcmp(settings.checks[i].name, name) != 0)
			continue;
		bool ok = settings.checks[i].ok(settings.arg, &text);

		snprintf(why, sizeof(why), "%s", ok ? "" : text.len > 0 ? text.text : "not ok");
		strbuf_release(&text);
		return why;
	}
	ck_abort_msg("no check %s", name);
}

static double
value(const char *name)
{
	for (size_t i = 0; i < settings.metric_count; i++)
		if (strcmp(settings.metrics[i].name, name) == 0)
			return settings.metrics[i].value(settings.arg);
	ck_abort_msg("no metric %s", name);
}

START_TEST(readiness_waits_for_manifests_first_results_and_dns)
{
	ck_assert_str_eq(missing("load"), "manifests are being read");
	ck_assert_str_eq(missing("probes"), "not ok");
	ck_assert_str_eq(missing("dns"), "not answering yet");
	rollcall.loaded = true;
	rollcall.world = played->world;
	played_file(played, "a.yaml", POD("a", "10.8.0.1") POD("b", "10.8.0.2"));
	played_turn(played, 2000);
	ck_assert_str_eq(missing("load"), "");
	ck_assert_str_eq(missing("probes"), "2 targets have no first result");
	ck_assert_uint_eq(played_end(played, "10.8.0.1", OUTCOME_PASS), 1);
	ck_assert_str_eq(missing("probes"), "1 targets have no first result");
	ck_assert_uint_eq(played_end(played, "10.8.0.2", OUTCOME_CONNECT_REFUSED), 1);
	ck_assert_str_eq(missing("probes"), "");
	rollcall.serving = true;
	ck_assert_str_eq(missing("dns"), "");
}
END_TEST

START_TEST(once_ready_new_targets_do_not_make_it_unready)
{
	rollcall.world = played->world;
	rollcall.serving = true;
	played_file(played, "a.yaml", POD("a", "10.8.0.1"));
	ck_assert_str_eq(missing("probes"), "");
}
END_TEST

START_TEST(names_of_metrics_follow_the_conventions_and_are_there_once)
{
	for (size_t i = 0; i < settings.metric_count; i++) {
		const struct health_metric *metric = &settings.metrics[i];
		size_t len = strcspn(metric->name, "{");
		bool total = len > 6 && memcmp(metric->name + len - 6, "_total", 6) == 0;

		ck_assert_msg(strncmp(metric->name, "rollcall_", 9) == 0, "%s", metric->name);
		ck_assert_msg(strcmp(metric->type, total ? "counter" : "gauge") == 0, "%s",
		    metric->name);
		for (size_t j = 0; j < i; j++)
			ck_assert_str_ne(metric->name, settings.metrics[j].name);
	}
	ck_assert_uint_gt(settings.metric_count, 30);
	for (size_t i = 0; i < settings.histogram_count; i++)
		ck_assert_msg(strncmp(settings.histograms[i].name, "rollcall_dns_", 13) == 0 &&
		    strstr(settings.histograms[i].name, "_seconds") != NULL, "%s",
		    settings.histograms[i].name);
}
END_TEST

START_TEST(before_anything_is_there_every_metric_but_the_index_is_zero)
{
	for (size_t i = 0; i < settings.metric_count; i++) {
		const struct health_metric *metric = &settings.metrics[i];

		if (strncmp(metric->name, "rollcall_dns_names", 18) != 0 &&
		    strncmp(metric->name, "rollcall_dns_index", 18) != 0)
			ck_assert_msg(!(fabs(metric->value(settings.arg)) > 0), "%s", metric->name);
	}
	ck_assert(value("rollcall_dns_index_bytes") > 0);
}
END_TEST

static uint64_t
durations(const char *name)
{
	for (size_t i = 0; i < settings.histogram_count; i++) {
		struct latency sum = { .total = 0 };

		if (strcmp(settings.histograms[i].name, name) != 0)
			continue;
		settings.histograms[i].durations(settings.arg, &sum);
		return sum.total;
	}
	ck_abort_msg("no histogram %s", name);
}

START_TEST(changes_by_verdicts_and_by_files_are_told_apart)
{
	static const char by_verdict[] = "rollcall_dns_programming_duration_seconds{cause=\"verdict\"}";
	static const char by_file[] = "rollcall_dns_programming_duration_seconds{cause=\"file\"}";

	ck_assert_uint_eq(durations(by_file), 0);
	rollcall.world = played->world;
	played_turn(played, 0);
	played_file(played, "a.yaml", "apiVersion: v1\nkind: Service\n"
	    "metadata: {name: web, namespace: shop}\n"
	    "spec: {clusterIP: None, selector: {app: a}, ports: [{port: 80}]}\n");
	ck_assert_uint_eq(durations(by_file), 1);
	ck_assert_uint_eq(durations(by_verdict), 0);
	played_file(played, "b.yaml", "apiVersion: v1\nkind: Pod\n"
	    "metadata: {name: a, namespace: shop, labels: {app: a}}\n"
	    "spec: {containers: [{name: c, image: x, readinessProbe: {tcpSocket: {port: 80}}}]}\n"
	    "status: {phase: Running, podIP: 10.8.0.1}\n");
	played_turn(played, 2000);
	ck_assert_uint_eq(durations(by_file), 2);
	ck_assert_uint_eq(played_end(played, "10.8.0.1", OUTCOME_PASS), 1);
	ck_assert_uint_eq(durations(by_file), 2);
	ck_assert_uint_eq(durations(by_verdict), 1);
}
END_TEST

START_TEST(the_cache_shows_its_own_figures)
{
	static const struct { const char *name; double value; } rows[] = {
		{ "rollcall_cache_entries{type=\"success\"}", 3 },
		{ "rollcall_cache_entries{type=\"denial\"}", 2 },
		{ "rollcall_cache_hits_total{type=\"success\"}", 5 },
		{ "rollcall_cache_hits_total{type=\"denial\"}", 4 },
		{ "rollcall_cache_misses_total", 6 }, { "rollcall_cache_served_stale_total", 7 },
		{ "rollcall_cache_prefetch_total", 0 }, { "rollcall_cache_evictions_total", 0 },
	};
	static const struct cache_settings keep = { .max_ttl_s = 3600 };
	struct cache *cache = cache_new(1 << 20);
	struct cache_reader *reader = cache_reader_new(cache);
	struct asked asked;
	struct cache_hit hit;

	for (uint32_t n = 0; n < 5; n++)
		ck_assert(cache_put(cache, said_number(n, "example", n >= 3, &asked), &keep, 1, 0,
		    1000));
	for (int i = 0; i < 4; i++)
		cache_find(cache, reader, &asked, cache_begin(cache, &asked), 1, 2000, &hit);
	parcel_free(said_number(0, "example", false, &asked));
	for (int i = 0; i < 5; i++)
		cache_find(cache, reader, &asked, cache_begin(cache, &asked), 1, 2000, &hit);
	parcel_free(said_number(9, "example", false, &asked));
	for (int i = 0; i < 6; i++)
		cache_find(cache, reader, &asked, cache_begin(cache, &asked), 1, 2000, &hit);
	for (int i = 0; i < 7; i++)
		cache_note_stale(cache);
	rollcall.cache = cache;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert_msg(!(fabs(value(rows[i].name) - rows[i].value) > 0), "%s is %f",
		    rows[i].name, value(rows[i].name));
	ck_assert(value("rollcall_cache_bytes") > 500);
	cache_free(cache);
}
END_TEST

START_TEST(each_metric_shows_its_own_figure)
{
	static const struct { const char *name; double value; } rows[] = {
		{ "rollcall_services", 1 }, { "rollcall_pods", 3 }, { "rollcall_slices", 1 },
		{ "rollcall_ingresses", 1 },
		{ "rollcall_probe_targets", 3 }, { "rollcall_probe_targets_waiting", 1 },
		{ "rollcall_probe_passes_total", 5 }, { "rollcall_probe_failures_total", 2 },
		{ "rollcall_probe_faults_total", 1 }, { "rollcall_probe_verdict_changes_total", 2 },
		{ "rollcall_services_pending", 0 }, { "rollcall_manifest_errors_total", 9 },
		{ "rollcall_loop_late_worst_seconds", 0.25 },
	};

	rollcall.world = played->world;
	rollcall.manifest_errors = 9;
	rollcall.loop_late_ms = 250;
	played_file(played, "a.yaml", SERVICE ENDPOINTS POD("a", "10.8.0.1") POD("b", "10.8.0.2")
	    POD("c", "10.8.0.3"));
	played_file(played, "b.yaml", "{apiVersion: networking.k8s.io/v1, kind: Ingress, "
	    "metadata: {name: way}, spec: {}}\n");
	/* a passes five times, b fails twice, c only has a fault of ours. */
	unsigned passes = 0, failures = 0, faults = 0;

	for (int i = 0; i < 600 && passes + failures + faults < 8; i++) {
		if (passes < 5)
			passes += played_end(played, "10.8.0.1", OUTCOME_PASS);
		if (failures < 2)
			failures += played_end(played, "10.8.0.2", OUTCOME_CONNECT_REFUSED);
		if (faults < 1)
			faults += played_end(played, "10.8.0.3", OUTCOME_FAULT_FILES);
		played_turn(played, 100);
	}
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert_msg(fabs(value(rows[i].name) - rows[i].value) < 1e-9, "%s is %g",
		    rows[i].name, value(rows[i].name));
	ck_assert(value("rollcall_probe_starts_total") >= 8);
	ck_assert(value("rollcall_dns_names") > 6);
	ck_assert(value("rollcall_soa_serial") > 1);
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("overview");
	TCase *tcase = tcase_create("overview");

	suite_add_tcase(suite, tcase);
	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, the_cache_shows_its_own_figures);
	tcase_add_test(tcase, readiness_waits_for_manifests_first_results_and_dns);
	tcase_add_test(tcase, once_ready_new_targets_do_not_make_it_unready);
	tcase_add_test(tcase, names_of_metrics_follow_the_conventions_and_are_there_once);
	tcase_add_test(tcase, before_anything_is_there_every_metric_but_the_index_is_zero);
	tcase_add_test(tcase, changes_by_verdicts_and_by_files_are_told_apart);
	tcase_add_test(tcase, each_metric_shows_its_own_figure);
	return suite;
}
