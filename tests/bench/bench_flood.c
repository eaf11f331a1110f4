/*
 * bench_flood.c - loads a DNS server over UDP or TCP, checks every reply, and prints one line of
 * figures.
 *
 *	bench_flood [OPTION]... ADDRESS:PORT QUERIES
 *
 * QUERIES is what `bench_world queries` writes.  Without --rate a bounded number of queries is
 * always outstanding: the server is saturated.  With --rate queries leave at their times,
 * whether or not earlier ones were answered, and latency is measured from when a query should
 * have left.  Exits with 1 if a reply was wrong.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <sys/prctl.h>

#include "net/sock.h"
#include "tests/bench/bench_base.h"
#include "tests/bench/bench_cost.h"
#include "tests/bench/bench_flood.h"

#define MILLISECOND_NS 1000000U
#define LINKS_MAX 4096U

struct settings {
	uint64_t sockets, outstanding, tcp, burst, rate, seconds, warmup, timeout, pid, seed;
	const char *either, *threads, *cpu;
	int edns, mixed, ids, segments, spin, sleep;
};

struct window {
	uint64_t ns;
	uint64_t used_ns;       /* by us */
	struct flood_tally tally;
	struct bench_cost cost;
};

static void
measure(const struct settings *settings, const struct flood *flood, struct window *window)
{
	window->ns = bench_now_ns();
	window->used_ns = bench_used_ns();
	window->tally = flood->tally;
	if (settings->pid != 0)
		bench_cost_read((pid_t)settings->pid, settings->threads, false, &window->cost);
}

static void
print_cost(const struct settings *settings, const struct window *begin, const struct window *end,
    double answered)
{
	double cpu_us = (double)(end->cost.cpu_ns - begin->cost.cpu_ns) / 1e3;
	struct bench_cost now;

	if (settings->pid == 0)
		return;
	bench_cost_read((pid_t)settings->pid, NULL, true, &now);
	printf(" cpu_us=%.3f busy=%.3f pss_kb=%" PRIu64 " rss_kb=%" PRIu64,
	    answered > 0 ? cpu_us / answered : 0,
	    cpu_us * 1e3 / (double)(end->ns - begin->ns), now.pss_kb, now.rss_kb);
}

/* What was answered in the time; what was wrong or lost also of that which came after it. */
static void
print_figures(const struct settings *settings, const struct flood *flood,
    const struct window *begin, const struct window *end)
{
	double seconds = (double)(end->ns - begin->ns) / 1e9;
	double answered = (double)(end->tally.answered - begin->tally.answered);
	const struct flood_tally *all = &flood->tally;

	printf("qps=%.0f answered=%.0f sent=%" PRIu64 " wrong=%" PRIu64 " lost=%" PRIu64
	    " stray=%" PRIu64 " closed=%" PRIu64, answered / seconds, answered, all->sent,
	    all->wrong, all->lost, all->stray, all->closed);
	printf(" p50_us=%" PRIu64 " p99_us=%" PRIu64 " p999_us=%" PRIu64 " worst_us=%" PRIu64,
	    latency_quantile_us(&flood->latency, 50), latency_quantile_us(&flood->latency, 99),
	    latency_quantile_us(&flood->latency, 99.9), flood->latency.worst_us);
	if (flood->rate > 0)
		printf(" late_p99_us=%" PRIu64 " late_worst_us=%" PRIu64,
		    latency_quantile_us(&flood->lateness, 99), flood->lateness.worst_us);
	printf(" own_us=%.3f",
	    answered > 0 ? (double)(end->used_ns - begin->used_ns) / 1e3 / answered : 0);
	print_cost(settings, begin, end, answered);
	printf("\n");
}

static void
run(const struct settings *settings, struct flood *flood)
{
	const struct flood_transport *transport = settings->tcp > 0 ? &flood_tcp : &flood_udp;
	struct window begin, end;

	flood_open(flood, transport,
	    (unsigned)(settings->tcp > 0 ? settings->tcp : settings->sockets),
	    (unsigned)settings->outstanding);
	flood_run(flood, transport, bench_now_ns() + settings->warmup * MILLISECOND_NS);
	flood->tally = (struct flood_tally){ 0 };
	flood->latency = flood->lateness = (struct latency){ .total = 0 };
	measure(settings, flood, &begin);
	flood_run(flood, transport, begin.ns + settings->seconds * 1000U * MILLISECOND_NS);
	measure(settings, flood, &end);
	flood_drain(flood, transport);
	print_figures(settings, flood, &begin, &end);
}

static void
prepare(struct settings *settings, struct flood *flood, const char *server)
{
	struct addr_port address;

	if (addr_port_parse(server, &address) != 0)
		bench_fail("%s: not an address and a port", server);
	flood->server_len = sock_from_addr(&address, &flood->server);
	/* A stalled server must be able to fall behind the pace, not the pace behind the server. */
	if (settings->outstanding == 0)
		settings->outstanding = settings->rate > 0 ? 1024 : settings->tcp > 0 ? 64 : 8;
	if (settings->outstanding > SLOTS_MAX || settings->sockets - 1 >= LINKS_MAX ||
	    settings->tcp > LINKS_MAX)
		bench_fail("1 to %u sockets with at most %u outstanding", LINKS_MAX, SLOTS_MAX);
	if (settings->burst == 0 || settings->burst > settings->outstanding)
		bench_fail("a burst is 1 to all of the queries outstanding on a socket");
	flood->burst = (unsigned)settings->burst;
	flood->rate = settings->rate;
	flood->timeout_ns = settings->timeout * MILLISECOND_NS;
	flood->ids_only = settings->ids != 0;
	flood->segments = settings->segments != 0;
	flood->spin = settings->spin != 0 || (settings->rate > 0 && settings->sleep == 0);
	bench_pin(settings->cpu == NULL ? -1 : atoi(settings->cpu));
	/* A sleep of 50 us more than was asked for is longer than most replies take. */
	(void)prctl(PR_SET_TIMERSLACK, 1UL);
}

int
main(int argc, char **argv)
{
	struct settings set = { .sockets = 16, .burst = 1, .seconds = 5, .warmup = 500, .timeout = 1000,
		.seed = 1 };
	struct flood *flood = bench_alloc(1, sizeof(*flood));
	const struct bench_option options[] = {
		{ "sockets", "UDP sockets", &set.sockets, NULL, NULL },
		{ "outstanding", "queries on each; 0: 8, TCP 64, --rate 1024",
		    &set.outstanding, NULL, NULL },
		{ "tcp", "connections; 0: UDP", &set.tcp, NULL, NULL },
		{ "burst", "queries that a socket sends at once at least", &set.burst, NULL, NULL },
		{ "rate", "queries a second; 0: as fast as answered", &set.rate, NULL, NULL },
		{ "seconds", "that are measured", &set.seconds, NULL, NULL },
		{ "warmup", "milliseconds before", &set.warmup, NULL, NULL },
		{ "timeout", "milliseconds until a query is lost", &set.timeout, NULL, NULL },
		{ "pid", "of the server; its children count too", &set.pid, NULL, NULL },
		{ "threads", "only its threads of names like this: PATTERN", NULL, &set.threads,
		    NULL },
		{ "pin", "to this CPU", NULL, &set.cpu, NULL },
		{ "either", "FILE of queries whose answers are right, too", NULL, &set.either,
		    NULL },
		{ "seed", "of the letters' cases", &set.seed, NULL, NULL },
		{ "edns", "an OPT record in each query", NULL, NULL, &set.edns },
		{ "0x20", "letters of random case", NULL, NULL, &set.mixed },
		{ "ids", "look at nothing but the id of replies", NULL, NULL, &set.ids },
		{ "segments", "send with UDP_SEGMENT", NULL, NULL, &set.segments },
		{ "spin", "never sleep; so without being told with --rate", NULL, NULL, &set.spin },
		{ "sleep", "sleep with --rate, too", NULL, NULL, &set.sleep },
		{ NULL, NULL, NULL, NULL, NULL },
	};

	bench_options(argc, argv, options, "ADDRESS:PORT QUERIES", 2);
	prepare(&set, flood, argv[1]);
	bench_steps_load(&flood->steps, argv[2], set.either,
	    (set.edns ? QUERY_EDNS : 0U) | (set.mixed ? QUERY_MIXED : 0U), set.seed);
	run(&set, flood);
	int wrong = flood->tally.wrong > 0;
	flood_close(flood);
	free(flood);
	return wrong;
}
