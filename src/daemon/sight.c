/* sight.c - what the page and its feeds are handed of the daemon. */
#include "daemon/sight.h"

#include "base/clock.h"
#include "base/latency.h"
#include "daemon/context.h"
#include "daemon/ledger_feed.h"
#include "daemon/world.h"
#include "dns/tcp.h"
#include "dns/udp.h"
#include "model/probe_spec.h"
#include "ops/lookout.h"
#include "probe/schedule.h"

static const struct roster_entry *
find_roster(void *arg, const char *ns, const char *name)
{
	return world_entry(((struct rollcall *)arg)->world, ns, name);
}

static bool
find_probe(void *arg, const char *target_id, struct board_probe *out)
{
	const struct rollcall *rollcall = arg;
	struct schedule_look look;
	const struct probe_spec *spec;

	if (!schedule_find(world_schedule(rollcall->world), target_id, &look))
		return false;
	spec = look.target->spec;
	*out = (struct board_probe){
		.history = look.history,
		.tally = look.tally,
		.threshold = look.tally.last_pass ? spec->success_threshold :
		    spec->failure_threshold,
		.period_ms = spec->period_ms,
		.now_ms = clock_now_ms(rollcall->clock),
		.next_ms = look.next_ms,
		.in_flight = look.in_flight,
		.held = look.held,
	};
	return true;
}

static void
add_stream_sums(const struct tcp_server *server, struct pulse_sums *sums,
    struct latency *durations)
{
	struct dns_counts counts = { .queries = 0 };

	tcp_server_counts(server, &counts);
	tcp_server_durations(server, durations);
	sums->queries += counts.queries;
	for (unsigned i = 0; i < 16; i++)
		sums->rcode[i] += counts.rcode[i];
}

static void
add_sums(void *arg, struct pulse_sums *sums, struct latency *durations)
{
	const struct rollcall *rollcall = arg;
	struct dns_counts counts = { .queries = 0 };

	if (rollcall->udp_started) {
		udp_server_counts(rollcall->udp, &counts);
		udp_server_durations(rollcall->udp, durations);
	}
	sums->queries = counts.queries;
	for (unsigned i = 0; i < 16; i++)
		sums->rcode[i] = counts.rcode[i];
	if (rollcall->tcp_started)
		add_stream_sums(rollcall->tcp, sums, durations);
	if (rollcall->tls_started)
		add_stream_sums(rollcall->tls, sums, durations);
}

static const char *
cluster_domain(void *arg)
{
	return ((const struct rollcall *)arg)->now->config->cluster_domain;
}

static const struct lookout_ops ops = { find_roster, find_probe, add_sums, cluster_domain };

int
sight_start(struct rollcall *rollcall)
{
	struct lookout_settings settings = {
		.loop = rollcall->loop, .httpd = rollcall->httpd, .clock = rollcall->clock,
		.store = world_store(rollcall->world),
		.ops = &ops, .arg = rollcall,
	};

	if (rollcall->httpd == NULL || rollcall->ledger_feed == NULL)
		return 0;
	settings.ledger = ledger_feed_ledger(rollcall->ledger_feed);
	settings.view = ledger_feed_view(rollcall->ledger_feed);
	settings.recorder = ledger_feed_recorder(rollcall->ledger_feed);
	return lookout_start(&settings, &rollcall->lookout);
}

void
sight_stop(struct rollcall *rollcall)
{
	lookout_stop(rollcall->lookout);
	rollcall->lookout = NULL;
}
