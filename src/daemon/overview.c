/* overview.c - the tables of health checks and metrics that /readyz and /metrics show. */
#include "daemon/overview.h"

#include "base/latency.h"
#include "base/strbuf.h"
#include "daemon/context.h"
#include "daemon/dns_metrics.h"
#include "daemon/forward_health.h"
#include "daemon/forwarding.h"
#include "daemon/host_metrics.h"
#include "daemon/state.h"
#include "daemon/transferring_parts.h"
#include "daemon/world.h"
#include "dns/cache.h"
#include "dns/flight.h"
#include "dns/index.h"
#include "dns/resolver.h"
#include "dns/tcp.h"
#include "dns/udp.h"
#include "dns/zone_set.h"
#include "model/object.h"
#include "model/store.h"
#include "ops/health.h"
#include "source/source_dir.h"

/* ---- checks: once ready, always ready, until we stop (DNS.md 6: latched) ---- */

static bool
check_load(void *arg, struct strbuf *why)
{
	const struct rollcall *rollcall = arg;

	if (!rollcall->loaded)
		strbuf_add(why, "manifests are being read");
	return rollcall->loaded;
}

static bool
check_probes(void *arg, struct strbuf *why)
{
	struct rollcall *rollcall = arg;
	struct world_counts counts;

	if (rollcall->serving)
		return true;
	if (rollcall->world == NULL)
		return false;
	world_counts(rollcall->world, &counts);
	strbuf_addf(why, "%zu targets have no first result", counts.targets_waiting);
	return counts.targets_waiting == 0;
}

static bool
check_dns(void *arg, struct strbuf *why)
{
	const struct rollcall *rollcall = arg;

	if (!rollcall->serving)
		strbuf_add(why, "not answering yet");
	return rollcall->serving;
}

static const struct health_check checks[] = {
	{ "load", check_load },
	{ "probes", check_probes },
	{ "dns", check_dns },
};

/* ---- metrics ---- */

static struct world_counts
counts_of(void *arg)
{
	struct rollcall *rollcall = arg;
	struct world_counts counts = { .targets = 0 };

	if (rollcall->world != NULL)
		world_counts(rollcall->world, &counts);
	return counts;
}

static struct dns_counts
dns_of(void *arg)
{
	struct dns_counts sum;

	dns_metrics_sum(arg, &sum);
	return sum;
}

static struct rrl_counts
rrl_of(void *arg)
{
	const struct rollcall *rollcall = arg;
	struct rrl_counts counts = { 0, 0 };

	if (rollcall->now->dns.rrl != NULL)
		rrl_count(rollcall->now->dns.rrl, &counts);
	return counts;
}

static struct cache_counts
cache_of(void *arg)
{
	const struct rollcall *rollcall = arg;
	struct cache_counts counts = { .octets = 0 };

	if (rollcall->cache != NULL)
		cache_count(rollcall->cache, &counts);
	return counts;
}

/* What flights counted; all zero before there is a resolver. */
static const struct flight_counts *
forward_of(void *arg)
{
	static const struct flight_counts none = { .questions = 0 };
	const struct rollcall *rollcall = arg;
	const struct resolver *resolver = forwarding_resolver(rollcall->forwarding);

	return resolver == NULL ? &none : resolver_counts(resolver);
}

static double
m_forward_pending(void *arg)
{
	const struct rollcall *rollcall = arg;
	const struct resolver *resolver = forwarding_resolver(rollcall->forwarding);

	return resolver == NULL ? 0 : resolver_pending(resolver);
}

static void
udp_durations(void *arg, struct latency *sum)
{
	const struct rollcall *rollcall = arg;

	if (rollcall->udp_started)
		udp_server_durations(rollcall->udp, sum);
}

static void
tcp_durations(void *arg, struct latency *sum)
{
	const struct rollcall *rollcall = arg;

	if (rollcall->tcp_started)
		tcp_server_durations(rollcall->tcp, sum);
}

static void
tls_durations(void *arg, struct latency *sum)
{
	const struct rollcall *rollcall = arg;

	if (rollcall->tls_started)
		tcp_server_durations(rollcall->tls, sum);
}

static double
objects_of(void *arg, enum object_kind kind)
{
	const struct rollcall *rollcall = arg;

	return rollcall->world == NULL ? 0 :
	    (double)store_count(world_store(rollcall->world), kind);
}

#define METRIC(name, expression) static double name(void *arg) { return (double)(expression); }
METRIC(m_services, objects_of(arg, KIND_SERVICE))
METRIC(m_pods, objects_of(arg, KIND_POD))
METRIC(m_slices, objects_of(arg, KIND_ENDPOINT_SLICE) + objects_of(arg, KIND_ENDPOINTS))
METRIC(m_ingresses, objects_of(arg, KIND_INGRESS))
METRIC(m_pending, counts_of(arg).refresh.pending)
METRIC(m_panicking, counts_of(arg).refresh.panicking)
METRIC(m_published, counts_of(arg).refresh.published)
METRIC(m_targets, counts_of(arg).targets)
METRIC(m_waiting, counts_of(arg).targets_waiting)
METRIC(m_in_flight, counts_of(arg).in_flight)
METRIC(m_pass, counts_of(arg).attempts[OUTCOME_CLASS_PASS])
METRIC(m_fail, counts_of(arg).attempts[OUTCOME_CLASS_FAIL])
METRIC(m_fault, counts_of(arg).attempts[OUTCOME_CLASS_FAULT])
METRIC(m_verdicts, counts_of(arg).verdict_changes)
METRIC(m_starts, counts_of(arg).starts)
METRIC(m_late, counts_of(arg).late_starts)
METRIC(m_late_worst, (double)counts_of(arg).late_worst_ms / 1e3)
METRIC(m_delayed, counts_of(arg).delayed_starts)
METRIC(m_serial, counts_of(arg).serial)
METRIC(m_left_out, counts_of(arg).records_left_out)
METRIC(m_queries, dns_of(arg).queries)
METRIC(m_replies, dns_of(arg).replies)
METRIC(m_truncated, dns_of(arg).truncated)
METRIC(m_dropped, dns_of(arg).dropped)
METRIC(m_thinned, dns_of(arg).thinned)
METRIC(m_rrl_slipped, rrl_of(arg).slipped)
METRIC(m_rrl_dropped, rrl_of(arg).dropped)
METRIC(m_autopath, ((const struct rollcall *)arg)->now->autopath_helped)
#define FORWARDED(member) atomic_load_explicit(&forward_of(arg)->member, memory_order_relaxed)
METRIC(m_forward_requests, FORWARDED(questions))
METRIC(m_forward_coalesced, FORWARDED(coalesced))
METRIC(m_forward_tries, FORWARDED(tries))
METRIC(m_forward_hedged, FORWARDED(hedged))
METRIC(m_forward_retried, FORWARDED(retried))
METRIC(m_forward_plain, FORWARDED(plain))
METRIC(m_forward_tcp, FORWARDED(tcp))
METRIC(m_forward_failed, FORWARDED(failed))
METRIC(m_forward_evicted, FORWARDED(evicted))
METRIC(m_forward_under_way, FORWARDED(under_way))
METRIC(m_cache_octets, cache_of(arg).octets)
METRIC(m_cache_entries, cache_of(arg).entries)
METRIC(m_cache_negative_entries, cache_of(arg).negative_entries)
METRIC(m_cache_hits, cache_of(arg).hits)
METRIC(m_cache_negative_hits, cache_of(arg).negative_hits)
METRIC(m_cache_misses, cache_of(arg).misses)
METRIC(m_cache_stale, cache_of(arg).stale)
METRIC(m_cache_prefetches, cache_of(arg).prefetches)
METRIC(m_cache_evictions, cache_of(arg).evictions)

static struct outgoing_counts
transfers_of(void *arg)
{
	const struct rollcall *rollcall = arg;
	struct outgoing_counts counts = { .whole = 0 };

	if (rollcall->transferring != NULL)
		outgoing_counts(rollcall->transferring->outgoing, &counts);
	return counts;
}

static struct announce_counts
notices_of(void *arg)
{
	const struct rollcall *rollcall = arg;
	struct announce_counts counts = { .sent = 0 };

	if (rollcall->transferring != NULL)
		announce_counts(rollcall->transferring->announce, &counts);
	return counts;
}

METRIC(m_transfers_whole, transfers_of(arg).whole)
METRIC(m_transfers_steps, transfers_of(arg).steps)
METRIC(m_transfers_current, transfers_of(arg).current)
METRIC(m_transfers_refused, transfers_of(arg).refused)
METRIC(m_transfers_failed, transfers_of(arg).failed)
METRIC(m_transfers_journal, transfers_of(arg).journal_octets)
METRIC(m_notify_sent, notices_of(arg).sent)
METRIC(m_notify_answered, notices_of(arg).answered)
METRIC(m_notify_failed, notices_of(arg).failed)

static double
m_clients(void *arg)
{
	const struct rollcall *rollcall = arg;

	return rollcall->tcp_started ? (double)tcp_server_clients(rollcall->tcp) : 0;
}

static double
m_errors(void *arg)
{
	const struct rollcall *rollcall = arg;

	return (double)rollcall->manifest_errors;
}

static double
m_broken(void *arg)
{
	const struct rollcall *rollcall = arg;

	return rollcall->source == NULL ? 0 : (double)source_dir_broken_count(rollcall->source);
}

static double
m_state_problem(void *arg)
{
	const struct rollcall *rollcall = arg;

	return rollcall->state != NULL && state_problem(rollcall->state) != NULL;
}

static double
m_broken_upstreams(void *arg)
{
	const struct rollcall *rollcall = arg;

	return forward_health_broken(rollcall->forward_health);
}

static double
m_loop_worst(void *arg)
{
	const struct rollcall *rollcall = arg;

	return (double)rollcall->loop_late_ms / 1e3;
}

static double
m_names(void *arg)
{
	const struct rollcall *rollcall = arg;

	return (double)index_count(rollcall->now->answers->index);
}

static double
m_zones(void *arg)
{
	const struct rollcall *rollcall = arg;

	return rollcall->zones == NULL ? 0 : (double)zone_set_zones(rollcall->zones);
}

static double
m_zone_names(void *arg)
{
	const struct rollcall *rollcall = arg;

	return rollcall->zones == NULL ? 0 : (double)zone_set_names(rollcall->zones);
}

static double
m_index_octets(void *arg)
{
	const struct rollcall *rollcall = arg;

	return (double)index_size(rollcall->now->answers->index);
}

#define CACHE_ENTRIES_HELP "Answers kept, and negative ones with failures"
#define CACHE_HITS_HELP "Questions answered by what is kept"
static const struct health_metric metrics[] = {
	{ "rollcall_services", "gauge", "Services stated", m_services },
	{ "rollcall_pods", "gauge", "Pods stated", m_pods },
	{ "rollcall_slices", "gauge", "EndpointSlices and Endpoints stated", m_slices },
	{ "rollcall_ingresses", "gauge", "Ingresses stated", m_ingresses },
	{ "rollcall_services_pending", "gauge", "Services that wait for an address or for the disk",
	    m_pending },
	{ "rollcall_services_panicking", "gauge", "Services below their panic threshold",
	    m_panicking },
	{ "rollcall_services_published_total", "counter", "Changes of a Service's answers",
	    m_published },
	{ "rollcall_manifest_errors_total", "counter", "Errors found in manifests", m_errors },
	{ "rollcall_manifest_files_broken", "gauge", "Files that keep their last good objects",
	    m_broken },
	{ "rollcall_state_unwritable", "gauge", "1 while the state folder cannot be written",
	    m_state_problem },
	{ "rollcall_probe_targets", "gauge", "Targets that are probed", m_targets },
	{ "rollcall_probe_targets_waiting", "gauge", "Targets without a first result", m_waiting },
	{ "rollcall_probe_attempts_in_flight", "gauge", "Attempts that run", m_in_flight },
	{ "rollcall_probe_passes_total", "counter", "Attempts that passed", m_pass },
	{ "rollcall_probe_failures_total", "counter", "Attempts that failed", m_fail },
	{ "rollcall_probe_faults_total", "counter",
	    "Attempts that the checker itself could not make", m_fault },
	{ "rollcall_probe_verdict_changes_total", "counter", "Changes of a verdict", m_verdicts },
	{ "rollcall_probe_starts_total", "counter", "Attempts started", m_starts },
	{ "rollcall_probe_starts_late_total", "counter", "Attempts started over 50 ms late",
	    m_late },
	{ "rollcall_probe_start_late_worst_seconds", "gauge", "The latest start so far",
	    m_late_worst },
	{ "rollcall_probe_starts_delayed_total", "counter",
	    "Attempts delayed by probes.maxConcurrent", m_delayed },
	{ "rollcall_soa_serial", "gauge", "Serial of the cluster's zone", m_serial },
	{ "rollcall_dns_names", "gauge", "Names in the index", m_names },
	{ "rollcall_zones", "gauge", "Zones served out of zone files, local ones aside", m_zones },
	{ "rollcall_zone_names", "gauge", "Names out of zone files, hosts and local zones",
	    m_zone_names },
	{ "rollcall_dns_records_left_out", "gauge", "Records that no DNS message could carry",
	    m_left_out },
	{ "rollcall_dns_index_bytes", "gauge", "Memory of the index", m_index_octets },
	{ "rollcall_dns_queries_total", "counter", "Queries received", m_queries },
	{ "rollcall_dns_replies_total", "counter", "Replies sent", m_replies },
	{ "rollcall_dns_truncated_total", "counter", "Replies with TC", m_truncated },
	{ "rollcall_dns_dropped_total", "counter", "Messages that got no reply", m_dropped },
	{ "rollcall_dns_clients_thinned", "gauge",
	    "Clients that send more than can be answered, of which a part is dropped", m_thinned },
	{ "rollcall_rrl_responses_slipped_total", "counter",
	    "Replies that dns.rrl made short, so that their clients come over TCP",
	    m_rrl_slipped },
	{ "rollcall_rrl_responses_exceeded_total", "counter", "Replies that dns.rrl held back",
	    m_rrl_dropped },
	{ "rollcall_autopath_success_total", "counter",
	    "Queries that dns.autopath found an answer for", m_autopath },
	{ "rollcall_forward_requests_total", "counter", "Questions that had to be asked elsewhere",
	    m_forward_requests },
	{ "rollcall_forward_coalesced_total", "counter",
	    "... of which the same one was under way already", m_forward_coalesced },
	{ "rollcall_forward_tries_total", "counter", "Questions to upstreams", m_forward_tries },
	{ "rollcall_forward_hedged_total", "counter",
	    "... because another upstream was slow", m_forward_hedged },
	{ "rollcall_forward_retried_total", "counter",
	    "... because another upstream failed", m_forward_retried },
	{ "rollcall_forward_edns_fallbacks_total", "counter",
	    "Questions asked again without EDNS", m_forward_plain },
	{ "rollcall_forward_tcp_retries_total", "counter", "Questions asked again over TCP",
	    m_forward_tcp },
	{ "rollcall_forward_failures_total", "counter",
	    "Questions for which no upstream had an answer in time", m_forward_failed },
	{ "rollcall_forward_max_concurrent_rejects_total", "counter",
	    "Names given up because too many questions waited", m_forward_evicted },
	{ "rollcall_forward_in_flight", "gauge", "Names that are being asked for",
	    m_forward_under_way },
	{ "rollcall_forward_pending", "gauge", "Questions that wait for them", m_forward_pending },
	{ "rollcall_forward_healthcheck_broken_total", "counter",
	    "Times that all upstreams of a zone were down", m_broken_upstreams },
	{ "rollcall_cache_bytes", "gauge", "Memory of what upstreams said", m_cache_octets },
	{ "rollcall_cache_entries{type=\"success\"}", "gauge", CACHE_ENTRIES_HELP,
	    m_cache_entries },
	{ "rollcall_cache_entries{type=\"denial\"}", "gauge", CACHE_ENTRIES_HELP,
	    m_cache_negative_entries },
	{ "rollcall_cache_hits_total{type=\"success\"}", "counter", CACHE_HITS_HELP,
	    m_cache_hits },
	{ "rollcall_cache_hits_total{type=\"denial\"}", "counter", CACHE_HITS_HELP,
	    m_cache_negative_hits },
	{ "rollcall_cache_misses_total", "counter", "Questions that upstreams had to be asked",
	    m_cache_misses },
	{ "rollcall_cache_served_stale_total", "counter",
	    "Answers given past their end, because upstreams failed", m_cache_stale },
	{ "rollcall_cache_prefetch_total", "counter", "Popular names renewed before their end",
	    m_cache_prefetches },
	{ "rollcall_cache_evictions_total", "counter",
	    "Entries thrown out for others before their end", m_cache_evictions },
	{ "rollcall_dns_tcp_clients", "gauge", "TCP connections", m_clients },
	{ "rollcall_transfers_whole_total", "counter", "Transfers of a whole zone",
	    m_transfers_whole },
	{ "rollcall_transfers_differences_total", "counter",
	    "Transfers of what has changed (IXFR)", m_transfers_steps },
	{ "rollcall_transfers_current_total", "counter",
	    "IXFR of secondaries that had the last serial", m_transfers_current },
	{ "rollcall_transfers_refused_total", "counter", "Zone transfers refused",
	    m_transfers_refused },
	{ "rollcall_transfers_failed_total", "counter", "Zone transfers that broke off",
	    m_transfers_failed },
	{ "rollcall_transfer_journal_bytes", "gauge", "Memory of what changed between serials",
	    m_transfers_journal },
	{ "rollcall_notify_sent_total", "counter", "NOTIFY messages sent", m_notify_sent },
	{ "rollcall_notify_answered_total", "counter", "NOTIFY messages answered",
	    m_notify_answered },
	{ "rollcall_notify_failed_total", "counter",
	    "Changes of which a secondary could not be told", m_notify_failed },
	{ "rollcall_loop_late_worst_seconds", "gauge", "The control loop's worst lateness",
	    m_loop_worst },
};

static void
add_programming(void *arg, enum programming_cause cause, struct latency *sum)
{
	const struct rollcall *rollcall = arg;

	if (rollcall->world != NULL)
		latency_add(sum, world_programming(rollcall->world, cause));
}

static void
by_verdicts(void *arg, struct latency *sum)
{
	add_programming(arg, CAUSE_VERDICT, sum);
}

static void
by_files(void *arg, struct latency *sum)
{
	add_programming(arg, CAUSE_FILE, sum);
}

#define REQUEST_HELP "From a query received to its reply sent"
#define PROGRAMMING_HELP \
	"From a verdict, or the notice of a changed file, to a Service's new answer"
static const struct health_histogram histograms[] = {
	{ "rollcall_dns_request_duration_seconds{proto=\"udp\"}", REQUEST_HELP, udp_durations },
	{ "rollcall_dns_request_duration_seconds{proto=\"tcp\"}", REQUEST_HELP, tcp_durations },
	{ "rollcall_dns_request_duration_seconds{proto=\"tls\"}", REQUEST_HELP, tls_durations },
	{ "rollcall_dns_programming_duration_seconds{cause=\"verdict\"}", PROGRAMMING_HELP,
	    by_verdicts },
	{ "rollcall_dns_programming_duration_seconds{cause=\"file\"}", PROGRAMMING_HELP, by_files },
};

void
overview_fill(struct rollcall *rollcall, struct health_settings *settings)
{
	settings->checks = checks;
	settings->check_count = sizeof(checks) / sizeof(checks[0]);
	settings->metrics = metrics;
	settings->metric_count = sizeof(metrics) / sizeof(metrics[0]);
	settings->histograms = histograms;
	settings->histogram_count = sizeof(histograms) / sizeof(histograms[0]);
	settings->families[0].items = dns_metrics;
	settings->families[0].count = dns_metric_count;
	settings->families[1].items = host_metrics;
	settings->families[1].count = host_metric_count;
	settings->families[2].items = forward_health_families;
	settings->families[2].count = forward_health_family_count;
	settings->arg = rollcall;
}
