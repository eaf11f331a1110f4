/*
 * bench_flips.c - what queries cost beside probes and changes, and how soon a changed verdict is answered.
 *
 *	bench_flips [OPTION]... ROLLCALLD BENCH_FLOOD
 *
 * Two daemons serve the same world of many Services on one CPU: in the one the endpoints of some Services
 * are probed, in the other nobody is.  In turns the same steady load of queries runs against each, the
 * other one stopped.  Meanwhile the probed endpoints (this program, on 127/8) change with every attempt,
 * so that the changes a second are Services * endpoints / period; with --steady none changes.
 */
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/bench/bench_base.h"
#include "tests/bench/bench_cost.h"
#include "tests/bench/bench_daemon.h"
#include "tests/bench/flips_targets.h"

#define SERVICES_A_FILE 1000
#define QUERIES 20000
#define ROUNDS_MAX 64
#define COUNTS 6               /* that the daemon keeps and we read */

struct settings {
	uint64_t services, probed, endpoints, period, rate, percent, rounds, seconds, cpu, own_cpu;
	int steady, again;
	const char *program, *flood;
};

/* What one turn gave. */
struct turn {
	double qps, p50_us, p99_us, lost, wrong, cpu;
};

struct bench {
	struct settings set;
	struct flips_targets *targets;
	struct bench_daemon quiet, probed;
	char queries[64];
	struct turn turns[2][ROUNDS_MAX];       /* quiet, probed */
	struct latency took;
	uint64_t flips, overtaken, missed;
	double counts[COUNTS];
};

/* ---- the world ---- */

static void
write_plain(const struct bench *bench, FILE *file, unsigned i)
{
	fprintf(file, "---\napiVersion: v1\nkind: Service\nmetadata: {name: p%u, namespace: n%u}\n"
	    "spec: {ports: [{name: http, port: 80}]}\n---\napiVersion: discovery.k8s.io/v1\n"
	    "kind: EndpointSlice\nmetadata: {name: p%u, namespace: n%u, "
	    "labels: {kubernetes.io/service-name: p%u}}\naddressType: IPv4\n"
	    "ports: [{name: http, port: 8080}]\nendpoints:\n", i, i % 100, i, i % 100, i);
	for (unsigned k = 0; k < bench->set.endpoints && k < 10; k++) {
		unsigned at = i * 10 + k;

		fprintf(file, "- {addresses: [10.%u.%u.%u]}\n", 128 + at / 62500, at / 250 % 250,
		    at % 250 + 1);
	}
}

static void
write_probed(const struct bench *bench, FILE *file, unsigned i, bool probe)
{
	bool tcp = bench->set.steady && i % 2 == 1;
	uint16_t port = tcp ? flips_targets_tcp(bench->targets) : flips_targets_http(bench->targets);
	char addr[16];

	fprintf(file, "---\napiVersion: v1\nkind: Service\nmetadata:\n  name: c%u\n  namespace: n%u\n",
	    i, i % 100);
	if (probe)
		fprintf(file, "  annotations:\n    rollcall/period-ms: \"%" PRIu64 "\"\n"
		    "    rollcall/readiness-probe: '{%s: {port: %u}, failureThreshold: 1}'\n",
		    bench->set.period, tcp ? "tcpSocket" : "httpGet", port);
	fprintf(file, "spec: {clusterIP: None, ports: [{name: http, port: 80}]}\n");
	for (unsigned k = 0; k < bench->set.endpoints; k++) {
		if (k % 1000 == 0)
			fprintf(file, "---\napiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\n"
			    "metadata: {name: c%u-%u, namespace: n%u, "
			    "labels: {kubernetes.io/service-name: c%u}}\naddressType: IPv4\n"
			    "ports: [{name: http, port: %u}]\nendpoints:\n", i, k, i % 100, i, port);
		fprintf(file, "- {addresses: [%s]}\n",
		    flips_targets_addr(bench->targets, i, k, addr));
	}
}

static void
write_world(const struct bench *bench, const struct bench_daemon *daemon, bool probe)
{
	char name[64];
	FILE *file = NULL;

	for (unsigned i = 0; i < bench->set.services; i++) {
		if (i % SERVICES_A_FILE == 0) {
			if (file != NULL)
				bench_close(file);
			(void)snprintf(name, sizeof(name), "zones/p%u.yaml", i);
			file = bench_create(daemon->folder, name);
		}
		write_plain(bench, file, i);
	}
	if (file != NULL)
		bench_close(file);
	for (unsigned i = 0; i < bench->set.probed; i++) {
		(void)snprintf(name, sizeof(name), "zones/c%u.yaml", i);
		file = bench_create(daemon->folder, name);
		write_probed(bench, file, i, probe);
		bench_close(file);
	}
}

/* ClusterIPs mostly, some AAAA without data, some names that are not there; all of them stay as they are. */
static void
write_queries(struct bench *bench)
{
	FILE *file = bench_create(bench->quiet.folder, "queries");

	(void)snprintf(bench->queries, sizeof(bench->queries), "%s/queries", bench->quiet.folder);
	for (unsigned k = 0; k < QUERIES; k++) {
		unsigned i = (unsigned)(k * 2654435761U % bench->set.services);

		if (k % 10 == 0)
			fprintf(file, "p%u.n%u.svc.cluster.local. AAAA 0 0\n", i, i % 100);
		else if (k % 10 == 1)
			fprintf(file, "p%u.n%u.svc.cluster.local. A 3 0\n", i, (i + 1) % 100);
		else
			fprintf(file, "p%u.n%u.svc.cluster.local. A 0 1\n", i, i % 100);
	}
	bench_close(file);
}

/* ---- one turn ---- */

/* The generator as a child; what it prints comes through the pipe. */
static FILE *
start_flood(const struct bench *bench, const struct bench_daemon *daemon, uint64_t rate, pid_t *pid)
{
	char server[32], rate_text[24], seconds[24];
	char *argv[] = { (char *)(uintptr_t)bench->set.flood, (char *)"--sleep", (char *)"--rate",
		rate_text, (char *)"--seconds", seconds, server, (char *)(uintptr_t)bench->queries,
		NULL };
	int ends[2];

	(void)snprintf(server, sizeof(server), "127.0.0.1:%u", daemon->port);
	(void)snprintf(rate_text, sizeof(rate_text), "%" PRIu64, rate);
	(void)snprintf(seconds, sizeof(seconds), "%" PRIu64, bench->set.seconds);
	fflush(NULL);
	if (pipe(ends) != 0 || (*pid = fork()) < 0)
		bench_die("fork");
	if (*pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		(void)setpriority(PRIO_PROCESS, 0, 0);
		(void)dup2(ends[1], STDOUT_FILENO);
		(void)close(ends[0]);
		(void)close(ends[1]);
		(void)execv(argv[0], argv);
		_exit(127);
	}
	(void)close(ends[1]);
	return fdopen(ends[0], "r");
}

/* KEY=NUMBER of the line; 0: none. */
static double
figure(const char *line, const char *key)
{
	size_t len = strlen(key);

	for (const char *at = line; (at = strstr(at, key)) != NULL; at += len)
		if ((at == line || at[-1] == ' ') && at[len] == '=')
			return strtod(at + len + 1, NULL);
	return 0;
}

/* Be the targets for a while. */
static void
pass(struct bench *bench, const struct bench_daemon *daemon, uint64_t ms)
{
	uint64_t end_ns = bench_now_ns() + ms * 1000000;

	while (bench_now_ns() < end_ns)
		flips_targets_run(bench->targets, daemon->port);
}

static void
flood(struct bench *bench, const struct bench_daemon *daemon, uint64_t rate, struct turn *turn)
{
	char line[1024] = "";
	struct bench_cost before, after;
	uint64_t began_ns = bench_now_ns();
	pid_t pid;
	FILE *out = start_flood(bench, daemon, rate, &pid);
	int status;

	bench_cost_read(daemon->pid, NULL, false, &before);
	while (waitpid(pid, &status, WNOHANG) == 0)
		flips_targets_run(bench->targets, daemon->port);
	bench_cost_read(daemon->pid, NULL, false, &after);
	if (out == NULL || fgets(line, sizeof(line), out) == NULL)
		bench_fail("bench_flood said nothing");
	(void)fclose(out);
	*turn = (struct turn){ .qps = figure(line, "qps"), .p50_us = figure(line, "p50_us"),
		.p99_us = figure(line, "p99_us"), .lost = figure(line, "lost"),
		.wrong = figure(line, "wrong"),
		.cpu = (double)(after.cpu_ns - before.cpu_ns) / (double)(bench_now_ns() - began_ns) };
}

static void
print_turn(const char *who, const struct turn *turn)
{
	printf("  %-6s %8.0f q/s, p50 %5.0f us, p99 %6.0f us, lost %.0f, wrong %.0f, CPU %3.0f %%\n",
	    who, turn->qps, turn->p50_us, turn->p99_us, turn->lost, turn->wrong, 100 * turn->cpu);
}

static void
add_figures(struct bench *bench)
{
	struct flips_figures figures;

	flips_targets_take(bench->targets, &figures);
	latency_add(&bench->took, &figures.took);
	bench->flips += figures.flips;
	bench->overtaken += figures.overtaken;
	bench->missed += figures.missed;
}

static void
round_of_two(struct bench *bench, unsigned i, uint64_t rate)
{
	(void)kill(bench->probed.pid, SIGSTOP);
	flood(bench, &bench->quiet, rate, &bench->turns[0][i]);
	(void)kill(bench->quiet.pid, SIGSTOP);
	(void)kill(bench->probed.pid, SIGCONT);
	/* What was slept through is spread anew over the next period. */
	pass(bench, &bench->probed, bench->set.period + 500);
	flips_targets_flip(bench->targets, !bench->set.steady);
	flood(bench, &bench->probed, rate, &bench->turns[1][i]);
	flips_targets_flip(bench->targets, false);
	while (flips_targets_watched(bench->targets) > 0)
		pass(bench, &bench->probed, 5);
	(void)kill(bench->quiet.pid, SIGCONT);
	add_figures(bench);
	printf("round %u\n", i + 1);
	print_turn("quiet", &bench->turns[0][i]);
	print_turn("probed", &bench->turns[1][i]);
}

/* ---- what came of it ---- */

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double
median_ratio(const struct bench *bench, double (*value)(const struct turn *))
{
	double ratios[ROUNDS_MAX];

	for (unsigned i = 0; i < bench->set.rounds; i++)
		ratios[i] = value(&bench->turns[1][i]) / value(&bench->turns[0][i]);
	qsort(ratios, bench->set.rounds, sizeof(ratios[0]), compare);
	return ratios[bench->set.rounds / 2];
}

static double
qps_of(const struct turn *turn)
{
	return turn->qps;
}

static double
p99_of(const struct turn *turn)
{
	return turn->p99_us;
}

/* Of the daemon that probes, since the last call. */
static void
read_daemon(struct bench *bench, double now[COUNTS])
{
	static const char *const names[COUNTS] = {
		"rollcall_dns_programming_duration_seconds_count{cause=\"verdict\"}",
		"rollcall_dns_programming_duration_seconds_sum{cause=\"verdict\"}",
		"rollcall_dns_programming_duration_seconds_bucket{cause=\"verdict\",le=\"0.001024\"}",
		"rollcall_dns_programming_duration_seconds_bucket{cause=\"verdict\",le=\"0.002048\"}",
		"rollcall_probe_starts_total", "rollcall_probe_starts_late_total",
	};
	char *metrics = bench_daemon_metrics(&bench->probed);

	for (int i = 0; i < COUNTS; i++) {
		double value = bench_metric(metrics, names[i]);

		now[i] = value - bench->counts[i];
		bench->counts[i] = value;
	}
	free(metrics);
}

static void
print_daemon(struct bench *bench)
{
	double now[COUNTS];

	read_daemon(bench, now);
	printf("the daemon itself: %.0f changes by verdicts, %.3f %% published in less than 1 ms, "
	    "%.3f %% in less than 2 ms, mean %.0f us; %.3f %% of %.0f probes over 50 ms late\n",
	    now[0], 100 * now[2] / now[0], 100 * now[3] / now[0], 1e6 * now[1] / now[0],
	    100 * now[5] / now[4], now[4]);
}

static bool
print_result(struct bench *bench)
{
	double wrong = 0, seconds = (double)(bench->set.rounds * bench->set.seconds);

	for (unsigned i = 0; i < bench->set.rounds; i++)
		wrong += bench->turns[0][i].wrong + bench->turns[1][i].wrong;
	printf("probed beside quiet, medians: query rate %.3f, p99 %.2f\n",
	    median_ratio(bench, qps_of), median_ratio(bench, p99_of));
	if (!bench->set.steady)
		printf("%.0f changes a second; from the reply to the changed answer p50 %.3f ms, "
		    "p99 %.3f ms, worst %.1f ms; overtaken %" PRIu64 ", not seen %" PRIu64 "\n",
		    (double)bench->flips / seconds,
		    (double)latency_quantile_us(&bench->took, 50) / 1e3,
		    (double)latency_quantile_us(&bench->took, 99) / 1e3,
		    (double)bench->took.worst_us / 1e3, bench->overtaken, bench->missed);
	print_daemon(bench);
	return wrong <= 0 && bench->missed == 0 && (bench->set.steady || bench->flips > 0);
}

/* Stopped and started again: how soon it answers, by the verdicts of before, and how it begins to probe. */
static void
restart(struct bench *bench)
{
	uint64_t period_s = bench->set.period / 1000 + 2, began_ns;
	double most = 0, changed = 0, now[COUNTS];

	bench_daemon_stop(&bench->probed);
	began_ns = bench_now_ns();
	bench_daemon_start(&bench->probed, bench->set.program, (int)bench->set.cpu);
	bench_daemon_await(&bench->probed, 120);
	printf("started again: ready after %.2f s", (double)(bench_now_ns() - began_ns) / 1e9);
	memset(bench->counts, 0, sizeof(bench->counts));
	for (uint64_t i = 0; i < period_s; i++) {
		pass(bench, &bench->probed, 1000);
		read_daemon(bench, now);
		if (now[4] > most)
			most = now[4];
		changed += now[0];
	}
	printf("; in the next %" PRIu64 " s at most %.0f probes a second were begun, and %.0f answers "
	    "changed\n", period_s, most, changed);
}

/* ---- life ---- */

/* Both answer, and each target has had its first result. */
static void
start_daemons(struct bench *bench)
{
	bench_daemon_begin(&bench->quiet);
	bench_daemon_begin(&bench->probed);
	write_world(bench, &bench->quiet, false);
	write_world(bench, &bench->probed, true);
	write_queries(bench);
	bench_daemon_start(&bench->quiet, bench->set.program, (int)bench->set.cpu);
	bench_daemon_await(&bench->quiet, 120);
	bench_daemon_start(&bench->probed, bench->set.program, (int)bench->set.cpu);
	for (uint64_t end_ns = bench_now_ns() + 120000000000ULL; bench_now_ns() < end_ns;) {
		char *metrics;
		double waiting;

		pass(bench, &bench->probed, 500);
		metrics = bench_daemon_metrics(&bench->probed);
		waiting = bench_metric(metrics, "rollcall_probe_targets_waiting");
		free(metrics);
		if (waiting <= 0 && bench->set.probed > 0)
			return;
	}
	bench_fail("not all targets had a first result");
}

static void
read_options(struct settings *set, int argc, char **argv)
{
	const struct bench_option options[] = {
		{ "services", "that nobody probes", &set->services, NULL, NULL },
		{ "probed", "Services that are probed", &set->probed, NULL, NULL },
		{ "endpoints", "of each", &set->endpoints, NULL, NULL },
		{ "period", "milliseconds between attempts", &set->period, NULL, NULL },
		{ "steady", "no endpoint changes; half are probed by TCP", NULL, NULL,
		    &set->steady },
		{ "again", "start the probed one anew in the end", NULL, NULL, &set->again },
		{ "rate", "queries a second; 0: --percent of the capacity", &set->rate, NULL, NULL },
		{ "percent", "of the capacity", &set->percent, NULL, NULL },
		{ "rounds", "of two turns", &set->rounds, NULL, NULL },
		{ "seconds", "of load in a turn", &set->seconds, NULL, NULL },
		{ "cpu", "of the daemons", &set->cpu, NULL, NULL },
		{ "own-cpu", "of generator and targets", &set->own_cpu, NULL, NULL },
		{ NULL, NULL, NULL, NULL, NULL },
	};

	bench_options(argc, argv, options, "ROLLCALLD BENCH_FLOOD", 2);
	set->program = argv[1];
	set->flood = argv[2];
	if (set->rounds == 0 || set->rounds > ROUNDS_MAX || set->services == 0 || set->probed == 0 ||
	    set->endpoints == 0 || set->probed * set->endpoints > 4000000)
		bench_fail("1 to %d rounds, at least one Service of each, 4,000,000 targets at most",
		    ROUNDS_MAX);
}

static void
on_signal(int number)
{
	exit(128 + number);
}

static struct bench *bench_to_end;

static void
end_daemons(void)
{
	bench_daemon_end(&bench_to_end->quiet);
	bench_daemon_end(&bench_to_end->probed);
}

int
main(int argc, char **argv)
{
	struct bench *bench = bench_alloc(1, sizeof(*bench));
	struct settings *set = &bench->set;
	struct turn capacity;
	double first[COUNTS];
	uint64_t rate;

	*set = (struct settings){ .services = 100000, .probed = 1000, .endpoints = 10,
		.period = 10000, .percent = 80, .rounds = 4, .seconds = 10, .cpu = 0, .own_cpu = 1 };
	read_options(set, argc, argv);
	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	signal(SIGPIPE, SIG_IGN);
	bench_to_end = bench;
	atexit(end_daemons);
	bench_pin((int)set->own_cpu);
	/* Targets and the one who looks at answers must not wait for the generator. */
	(void)setpriority(PRIO_PROCESS, 0, -20);
	bench->targets = flips_targets_new((unsigned)set->probed, (unsigned)set->endpoints);
	start_daemons(bench);
	read_daemon(bench, first);
	rate = set->rate;
	if (rate == 0) {
		(void)kill(bench->probed.pid, SIGSTOP);
		flood(bench, &bench->quiet, 0, &capacity);
		(void)kill(bench->probed.pid, SIGCONT);
		rate = (uint64_t)(capacity.qps * (double)set->percent / 100);
		print_turn("full", &capacity);
	}
	printf("%" PRIu64 " + %" PRIu64 " Services, %" PRIu64 " targets every %" PRIu64 " ms, "
	    "%" PRIu64 " queries a second\n", set->services, set->probed,
	    set->probed * set->endpoints, set->period, rate);
	for (unsigned i = 0; i < set->rounds; i++)
		round_of_two(bench, i, rate);
	bool right = print_result(bench);

	if (set->again)
		restart(bench);

	flips_targets_free(bench->targets);
	return right ? 0 : 1;
}
