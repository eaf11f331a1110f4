/*
 * bench_soak.c - does a daemon under queries, probes and reloads grow?  A scaled run of a day.
 *
 *	bench_soak [OPTION]... ROLLCALLD BENCH_FLOOD
 *
 * Files of manifests are rewritten all the time, some by an event, all with a SIGHUP between; their Services
 * come and go under the same names in turn (--fresh: under names never seen before, whose addresses are held
 * for an hour).  Targets on 127/8 change with each attempt, queries run at a steady rate.  Each second memory,
 * descriptors, threads and children are looked at; what counts is the slope of the last half.  Last of all
 * everything is exchanged by one reload, and the memory before, at the worst and afterwards is told.
 */
#include <dirent.h>
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
#include "tests/bench/bench_daemon.h"
#include "tests/bench/flips_targets.h"

#define SERVICES_A_FILE 100
#define SAMPLES_MAX 100000U

struct sample {
	double rss_kb;
	unsigned files, threads, children;
};

struct bench {
	uint64_t seconds, services, endpoints, probed, period, rate, rewrites, cpu;
	int fresh;
	const char *program, *flood;
	struct bench_daemon daemon;
	struct flips_targets *targets;
	pid_t flood_pid;
	uint64_t rewritten, reloads;
	struct sample *samples;
	unsigned count;
};

/* ---- the world ---- */

static unsigned
file_count(const struct bench *bench)
{
	return (unsigned)(bench->services + SERVICES_A_FILE - 1) / SERVICES_A_FILE;
}

/* All files in turn, each time the next edition; the first one is there at the start. */
static unsigned
edition_of(const struct bench *bench, uint64_t rewrite)
{
	return (unsigned)(rewrite / file_count(bench)) + 1;
}

/* Of an even edition or an odd one; of any edition a different name with --fresh. */
static void
write_service(const struct bench *bench, FILE *file, unsigned i, unsigned edition)
{
	unsigned ns = i % 100, name = bench->fresh ? edition : edition % 2;

	fprintf(file, "---\napiVersion: v1\nkind: Service\nmetadata: {name: s%u-%u, namespace: n%u}\n"
	    "spec: {%sports: [{name: http, port: 80}]}\n---\napiVersion: discovery.k8s.io/v1\n"
	    "kind: EndpointSlice\nmetadata: {name: s%u-%u, namespace: n%u, "
	    "labels: {kubernetes.io/service-name: s%u-%u}}\naddressType: IPv4\n"
	    "ports: [{name: http, port: 8080}]\nendpoints:\n", i, name, ns,
	    i % 10 == 0 ? "clusterIP: None, " : "", i, name, ns, i, name);
	for (unsigned k = 0; k < bench->endpoints; k++) {
		unsigned at = (i * (unsigned)bench->endpoints + k + edition * 977) % 15000000;

		fprintf(file, "- {addresses: [10.%u.%u.%u]}\n", at / 62500, at / 250 % 250,
		    at % 250 + 1);
	}
}

/* Written beside and moved over it, as careful editors do. */
static void
write_file(const struct bench *bench, unsigned f, unsigned edition)
{
	char beside[128], path[128], name[64];
	FILE *file;

	(void)snprintf(name, sizeof(name), "zones/.f%u", f);
	file = bench_create(bench->daemon.folder, name);
	for (unsigned i = f * SERVICES_A_FILE;
	    i < (f + 1) * SERVICES_A_FILE && i < bench->services; i++)
		write_service(bench, file, i, edition);
	bench_close(file);
	(void)snprintf(beside, sizeof(beside), "%s/%s", bench->daemon.folder, name);
	(void)snprintf(path, sizeof(path), "%s/zones/f%u.yaml", bench->daemon.folder, f);
	if (rename(beside, path) != 0)
		bench_die(path);
}

static void
write_probed(const struct bench *bench)
{
	FILE *file = bench_create(bench->daemon.folder, "zones/probed.yaml");
	uint16_t port = flips_targets_http(bench->targets);
	char addr[16];

	for (unsigned i = 0; i < bench->probed; i++)
		fprintf(file, "---\napiVersion: v1\nkind: Service\nmetadata:\n  name: c%u\n"
		    "  namespace: n%u\n  annotations:\n    rollcall/period-ms: \"%" PRIu64 "\"\n"
		    "    rollcall/readiness-probe: '{httpGet: {port: %u}, failureThreshold: 1}'\n"
		    "spec: {clusterIP: None, ports: [{name: http, port: 80}]}\n"
		    "---\napiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\n"
		    "metadata: {name: c%u, namespace: n%u, labels: {kubernetes.io/service-name: c%u}}\n"
		    "addressType: IPv4\nports: [{name: http, port: %u}]\n"
		    "endpoints: [{addresses: [%s]}]\n", i, i % 100, bench->period, port, i, i % 100,
		    i, port, flips_targets_addr(bench->targets, i, 0, addr));
	bench_close(file);
	file = bench_create(bench->daemon.folder, "queries");
	/* Apex and misses: they stay as they are whatever comes and goes. */
	fprintf(file, "kubernetes.default.svc.cluster.local. A 3 0\nsvc.cluster.local. A 0 0\n"
	    "no.such.name.n1.svc.cluster.local. AAAA 3 0\n");
	bench_close(file);
}

/* ---- looking ---- */

static unsigned
entries(const struct bench *bench, const char *what)
{
	char path[64];
	unsigned count = 0;
	DIR *dir;

	(void)snprintf(path, sizeof(path), "/proc/%d/%s", (int)bench->daemon.pid, what);
	dir = opendir(path);
	while (dir != NULL && readdir(dir) != NULL)
		count++;
	if (dir != NULL)
		(void)closedir(dir);
	return count > 2 ? count - 2 : 0;
}

/* A line "KEY: NUMBER kB" of /proc/PID/status; words of a file without lines are counted. */
static double
status_kb(const struct bench *bench, const char *key)
{
	char path[64], line[256];
	double value = 0;
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/%d/status", (int)bench->daemon.pid);
	file = fopen(path, "r");
	while (file != NULL && fgets(line, sizeof(line), file) != NULL)
		if (strncmp(line, key, strlen(key)) == 0)
			value = strtod(line + strlen(key) + 1, NULL);
	if (file != NULL)
		(void)fclose(file);
	return value;
}

static unsigned
children(const struct bench *bench)
{
	char path[96], word[32];
	unsigned count = 0;
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)bench->daemon.pid,
	    (int)bench->daemon.pid);
	file = fopen(path, "r");
	while (file != NULL && fscanf(file, "%31s", word) == 1)
		count++;
	if (file != NULL)
		(void)fclose(file);
	return count;
}

static void
look(struct bench *bench)
{
	if (bench->count < SAMPLES_MAX)
		bench->samples[bench->count++] = (struct sample){
			.rss_kb = status_kb(bench, "VmRSS:"), .files = entries(bench, "fd"),
			.threads = entries(bench, "task"), .children = children(bench) };
}

/* Least squares over [from, count): KiB in all of that time. */
static double
growth_kb(const struct bench *bench, unsigned from)
{
	double n = bench->count - from, x = 0, y = 0, xx = 0, xy = 0;

	for (unsigned i = from; i < bench->count; i++) {
		x += i;
		y += bench->samples[i].rss_kb;
		xx += (double)i * i;
		xy += (double)i * bench->samples[i].rss_kb;
	}
	return n < 2 ? 0 : (n * xy - x * y) / (n * xx - x * x) * n;
}

/* ---- running ---- */

static void
start_flood(struct bench *bench)
{
	char server[32], rate[24], seconds[24], queries[64];
	char *argv[] = { (char *)(uintptr_t)bench->flood, (char *)"--sleep", (char *)"--rate", rate,
		(char *)"--seconds", seconds, server, queries, NULL };

	(void)snprintf(server, sizeof(server), "127.0.0.1:%u", bench->daemon.port);
	(void)snprintf(rate, sizeof(rate), "%" PRIu64, bench->rate);
	(void)snprintf(seconds, sizeof(seconds), "%" PRIu64, bench->seconds);
	(void)snprintf(queries, sizeof(queries), "%s/queries", bench->daemon.folder);
	fflush(NULL);
	bench->flood_pid = fork();
	if (bench->flood_pid < 0)
		bench_die("fork");
	if (bench->flood_pid > 0)
		return;
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)execv(argv[0], argv);
	_exit(127);
}

static void
pass_ms(struct bench *bench, uint64_t ms)
{
	uint64_t end_ns = bench_now_ns() + ms * 1000000;

	while (bench_now_ns() < end_ns)
		flips_targets_run(bench->targets, bench->daemon.port);
}

/* Rewrites spread over a second, and a reload in its middle. */
static void
one_second(struct bench *bench)
{
	uint64_t end_ns = bench_now_ns() + 1000000000U;

	for (unsigned i = 0; i < bench->rewrites; i++) {
		write_file(bench, (unsigned)(bench->rewritten % file_count(bench)),
		    edition_of(bench, bench->rewritten));
		bench->rewritten++;
		if (i == bench->rewrites / 2) {
			(void)kill(bench->daemon.pid, SIGHUP);
			bench->reloads++;
		}
		pass_ms(bench, 900 / bench->rewrites);
	}
	while (bench_now_ns() < end_ns)
		pass_ms(bench, 5);
	look(bench);
}

static void
print_samples(const struct bench *bench)
{
	for (unsigned k = 0; k <= 10; k++) {
		unsigned i = (bench->count - 1) * k / 10;
		const struct sample *sample = &bench->samples[i];

		printf("second %5u: RSS %8.0f KiB, %u files, %u threads, %u children\n", i + 1,
		    sample->rss_kb, sample->files, sample->threads, sample->children);
	}
}

static double
published(const struct bench *bench)
{
	char *metrics = bench_daemon_metrics(&bench->daemon);
	double value = bench_metric(metrics, "rollcall_services_published_total");

	free(metrics);
	return value;
}

static void
await_published(struct bench *bench, double wanted)
{
	for (int tries = 0; published(bench) < wanted; tries++) {
		if (tries == 600)
			bench_fail("the new world is not answered after 2 minutes");
		pass_ms(bench, 200);
	}
}

/* Everything anew at once: what it takes at the worst, and what stays. */
static void
exchange_all(struct bench *bench)
{
	double before, worst, wanted;
	char path[64];
	FILE *file;

	pass_ms(bench, 1000);
	before = status_kb(bench, "VmRSS:");
	wanted = published(bench) + (double)bench->services;
	(void)kill(bench->daemon.pid, SIGSTOP);
	for (unsigned f = 0; f < file_count(bench); f++)
		write_file(bench, f, edition_of(bench, bench->rewritten) + 1);
	(void)snprintf(path, sizeof(path), "/proc/%d/clear_refs", (int)bench->daemon.pid);
	file = fopen(path, "w");
	if (file != NULL && (fputs("5", file) < 0 || fclose(file) != 0))
		bench_die(path);
	(void)kill(bench->daemon.pid, SIGCONT);
	(void)kill(bench->daemon.pid, SIGHUP);
	await_published(bench, wanted);
	worst = status_kb(bench, "VmHWM:");
	pass_ms(bench, 3000);
	printf("all %" PRIu64 " Services exchanged by one reload: RSS %.0f KiB before, %.0f at the "
	    "worst (%.2f), %.0f after 3 s (%.2f)\n", bench->services, before, worst, worst / before,
	    status_kb(bench, "VmRSS:"), status_kb(bench, "VmRSS:") / before);
}

static void
run(struct bench *bench)
{
	unsigned half;

	bench_daemon_begin(&bench->daemon);
	for (unsigned f = 0; f < file_count(bench); f++)
		write_file(bench, f, 0);
	write_probed(bench);
	bench_daemon_start(&bench->daemon, bench->program, (int)bench->cpu);
	bench_daemon_await(&bench->daemon, 120);
	flips_targets_flip(bench->targets, true);
	if (bench->seconds > 0)
		start_flood(bench);
	while (bench->count < bench->seconds)
		one_second(bench);
	if (bench->seconds > 0) {
		(void)waitpid(bench->flood_pid, NULL, 0);
		half = bench->count / 2;
		print_samples(bench);
		printf("%" PRIu64 " files rewritten, %" PRIu64 " reloads; RSS grew by %.0f KiB in the "
		    "last half (of %.0f)\n", bench->rewritten, bench->reloads,
		    growth_kb(bench, half), bench->samples[half].rss_kb);
	}
	flips_targets_flip(bench->targets, false);
	exchange_all(bench);
}

/* ---- options ---- */

static struct bench *bench_to_end;

static void
end_daemon(void)
{
	bench_daemon_end(&bench_to_end->daemon);
}

static void
on_signal(int number)
{
	exit(128 + number);
}

static void
read_options(struct bench *bench, int argc, char **argv)
{
	const struct bench_option options[] = {
		{ "seconds", "to run", &bench->seconds, NULL, NULL },
		{ "services", "that are rewritten", &bench->services, NULL, NULL },
		{ "endpoints", "of each", &bench->endpoints, NULL, NULL },
		{ "probed", "targets", &bench->probed, NULL, NULL },
		{ "period", "milliseconds between attempts", &bench->period, NULL, NULL },
		{ "rate", "queries a second", &bench->rate, NULL, NULL },
		{ "rewrites", "files a second", &bench->rewrites, NULL, NULL },
		{ "fresh", "names that were never there", NULL, NULL, &bench->fresh },
		{ "cpu", "of the daemon", &bench->cpu, NULL, NULL },
		{ NULL, NULL, NULL, NULL, NULL },
	};

	bench_options(argc, argv, options, "ROLLCALLD BENCH_FLOOD", 2);
	bench->program = argv[1];
	bench->flood = argv[2];
	if (bench->services == 0 || bench->endpoints == 0 || bench->probed == 0 ||
	    bench->rewrites == 0 || bench->seconds > SAMPLES_MAX)
		bench_fail("at least one of each, %u seconds at most", SAMPLES_MAX);
}

int
main(int argc, char **argv)
{
	struct bench *bench = bench_alloc(1, sizeof(*bench));

	*bench = (struct bench){ .seconds = 180, .services = 2000, .endpoints = 10, .probed = 500,
		.period = 500, .rate = 20000, .rewrites = 10 };
	read_options(bench, argc, argv);
	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	signal(SIGPIPE, SIG_IGN);
	bench->samples = bench_alloc(bench->seconds + 1, sizeof(*bench->samples));
	bench->targets = flips_targets_new((unsigned)bench->probed, 1);
	bench_to_end = bench;
	atexit(end_daemon);
	run(bench);
	flips_targets_free(bench->targets);
	return 0;
}
