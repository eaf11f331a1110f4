/* bench_exec.c - exec probes a second through the helper: CPU a run, what is left behind. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <event2/event.h>

#include "probe/helper.h"
#include "tests/bench/bench_base.h"
#include "tests/bench/bench_peers.h"

#define TICK_MS 2

struct bench {
	unsigned rate, seconds;
	bool pin;
	const char *const *argv;
	size_t argc;
	struct event_base *loop;
	struct helper *helper;
	struct event *tick;
	uint64_t began_us;
	size_t files;           /* descriptors of the helper after its first run */
	uint64_t started, ended, worst_us, took_us;
	uint64_t codes[OUTCOME_FAULT_BUSY + 1];
};

static uint64_t
now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static size_t
count_entries(const char *folder)
{
	DIR *dir = opendir(folder);
	size_t count = 0;

	while (dir != NULL && readdir(dir) != NULL)
		count++;
	if (dir != NULL)
		closedir(dir);
	return count;
}

/* Processes whose parent is `parent`, and the first of them. */
static size_t
children_of(pid_t parent, pid_t *first)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	size_t count = 0;

	while (proc != NULL && (entry = readdir(proc)) != NULL) {
		char path[300], line[512] = "";
		int of = -1;

		snprintf(path, sizeof(path), "/proc/%s/stat", entry->d_name);
		FILE *file = fopen(path, "r");

		if (file == NULL)
			continue;
		const char *got = fgets(line, sizeof(line), file);
		const char *after = got == NULL ? NULL : strrchr(line, ')');

		fclose(file);
		if (after == NULL || sscanf(after, ") %*c %d", &of) != 1 || of != parent)
			continue;
		if (count++ == 0 && first != NULL)
			*first = (pid_t)atol(entry->d_name);
	}
	if (proc != NULL)
		closedir(proc);
	return count;
}

static size_t
helper_files(void)
{
	char folder[64];
	pid_t helper = -1;

	children_of(getpid(), &helper);
	snprintf(folder, sizeof(folder), "/proc/%d/fd", (int)helper);
	return count_entries(folder);
}

static void
done(void *arg, const struct outcome *outcome)
{
	struct bench *bench = arg;

	/* Once it has answered, it has opened all it keeps. */
	if (bench->ended++ == 0)
		bench->files = helper_files();
	bench->codes[outcome->code]++;
	bench->took_us += outcome->took_us;
	if (outcome->took_us > bench->worst_us)
		bench->worst_us = outcome->took_us;
	if (bench->ended == (uint64_t)bench->rate * bench->seconds)
		event_base_loopbreak(bench->loop);
}

/* As many as should have been started by now. */
static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct bench *bench = arg;
	struct helper_command command = { .argv = bench->argv, .argc = bench->argc,
		.pod_name = "web-0", .pod_namespace = "shop", .pod_ip = "10.0.0.1",
		.endpoint_port = 8080, .timeout_ms = 5000 };
	uint64_t due = (now_us() - bench->began_us) * bench->rate / 1000000 + 1;
	uint64_t all = (uint64_t)bench->rate * bench->seconds;

	(void)fd;
	(void)what;
	while (bench->started < due && bench->started < all) {
		if (helper_run(bench->helper, &command, done, bench) == NULL)
			bench_die("helper_run");
		bench->started++;
	}
}

static double
cpu_us(int who)
{
	struct rusage usage;

	getrusage(who, &usage);
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 +
	    (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

static void
print_outcomes(const struct bench *bench)
{
	for (size_t i = 0; i < sizeof(bench->codes) / sizeof(bench->codes[0]); i++)
		if (bench->codes[i] > 0)
			printf("outcome %s: %ju\n", outcome_word((enum outcome_code)i),
			    (uintmax_t)bench->codes[i]);
}

/* Leftovers are counted half a second after the last end: the sweep has been by then. */
static size_t
print_leftovers(struct bench *bench)
{
	pid_t helper = -1;

	event_base_loopexit(bench->loop, &(struct timeval){ 0, 500000 });
	event_base_dispatch(bench->loop);
	children_of(getpid(), &helper);
	size_t left = children_of(helper, NULL);

	printf("left: %zu processes; descriptors of the helper: %zu before, %zu after\n", left,
	    bench->files, helper_files());
	return left;
}

static void
read_options(struct bench *bench, int argc, char **argv)
{
	static const char *const fallback[] = { "/bin/true" };
	int option;

	while ((option = getopt(argc, argv, "+r:s:p")) != -1) {
		if (option == 'r')
			bench->rate = (unsigned)atoi(optarg);
		else if (option == 's')
			bench->seconds = (unsigned)atoi(optarg);
		else if (option == 'p')
			bench->pin = true;
		else {
			fprintf(stderr, "usage: bench_exec [-r runs a second] [-s seconds] "
			    "[-p: pin the loop to CPU 0, helper and commands to CPU 1] "
			    "[command...]\n");
			exit(64);
		}
	}
	bench->argv = optind < argc ? (const char *const *)(argv + optind) : fallback;
	bench->argc = optind < argc ? (size_t)(argc - optind) : 1;
}

/* Fails when a run does not end or leaves something: it is also run short, to see that it works. */
int
main(int argc, char **argv)
{
	struct helper_settings settings = { .program = "/proc/self/exe",
		.user = geteuid() == 0 ? "nobody" : NULL };
	struct bench bench = { .rate = 50, .seconds = 1 };

	if (argc > 1 && strcmp(argv[1], HELPER_ARGUMENT) == 0)
		return helper_main(argc, argv);
	read_options(&bench, argc, argv);
	bench_pin(bench.pin ? 1 : -1);
	if (helper_start(&settings, &bench.helper) != 0)
		bench_die("helper_start");
	bench_pin(bench.pin ? 0 : -1);
	bench.loop = event_base_new();
	bench.tick = event_new(bench.loop, -1, EV_PERSIST, on_tick, &bench);
	if (helper_attach(bench.helper, bench.loop) != 0 || bench.tick == NULL)
		bench_die("helper_attach");
	bench.began_us = now_us();
	event_add(bench.tick, &(struct timeval){ 0, TICK_MS * 1000 });
	event_base_dispatch(bench.loop);
	double runs = (double)bench.ended;
	double seconds = (double)(now_us() - bench.began_us) / 1e6;
	double own_us = cpu_us(RUSAGE_SELF);

	event_del(bench.tick);
	printf("%.0f runs in %.2f s: %.0f a second; mean %.2f ms, worst %.2f ms\n", runs, seconds,
	    runs / seconds, (double)bench.took_us / runs / 1e3, (double)bench.worst_us / 1e3);
	print_outcomes(&bench);
	size_t left = print_leftovers(&bench);

	event_free(bench.tick);
	helper_stop(bench.helper);
	printf("CPU a run: loop %.0f us, helper and command together %.0f us\n", own_us / runs,
	    cpu_us(RUSAGE_CHILDREN) / runs);
	event_base_free(bench.loop);
	return bench.ended == (uint64_t)bench.rate * bench.seconds && left == 0 ? 0 : 1;
}
