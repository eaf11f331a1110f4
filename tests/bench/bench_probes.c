/* bench_probes.c - HTTP and TCP probes a second on one loop: lateness, CPU, memory. */
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <event2/event.h>

#include "base/clock.h"
#include "probe/schedule.h"
#include "tests/bench/bench_base.h"
#include "tests/bench/bench_peers.h"

struct bench {
	unsigned targets, period_ms, seconds, dead_percent;
	bool pin;
	struct event_base *loop;
	struct clock *clock;
	struct prober *prober;
	struct schedule *schedule;
	struct event *due, *tick;
	struct bench_peers peers;
	unsigned ticks;
	uint64_t codes[OUTCOME_FAULT_BUSY + 1];
	uint64_t took_us, ended;
	struct schedule_lateness total;
};

static uint64_t
now(void *arg)
{
	return clock_now_ms(((struct bench *)arg)->clock);
}

static void
arm(struct bench *bench, uint64_t due_ms)
{
	uint64_t now_ms = now(bench);
	uint64_t wait_ms = due_ms > now_ms ? due_ms - now_ms : 0;
	struct timeval in = { (time_t)(wait_ms / 1000), (suseconds_t)(wait_ms % 1000 * 1000) };

	if (due_ms != UINT64_MAX)
		event_add(bench->due, &in);
}

static void
on_due(evutil_socket_t fd, short what, void *arg)
{
	struct bench *bench = arg;

	(void)fd;
	(void)what;
	arm(bench, schedule_run(bench->schedule, now(bench)));
}

static void
wake(void *arg, uint64_t due_ms)
{
	arm(arg, due_ms);
}

static struct probe *
start(void *arg, const struct probe_target *target, probe_done_fn *done, void *done_arg)
{
	return probe_start(((struct bench *)arg)->prober, target, done, done_arg);
}

static void
cancel(void *arg, struct probe *probe)
{
	(void)arg;
	probe_cancel(probe);
}

static void
verdict(void *arg, const struct schedule_report *report)
{
	(void)arg;
	(void)report;
}

static void
ended(void *arg, const struct schedule_report *report)
{
	struct bench *bench = arg;

	bench->codes[report->outcome->code]++;
	bench->took_us += report->outcome->took_us;
	bench->ended++;
}

static void
add_lateness(struct schedule_lateness *total, const struct schedule_lateness *more)
{
	total->starts += more->starts;
	total->late_50ms += more->late_50ms;
	total->overdue += more->overdue;
	total->delayed_full += more->delayed_full;
	total->faults += more->faults;
	if (more->worst_ms > total->worst_ms)
		total->worst_ms = more->worst_ms;
}

/* The first two seconds, with many first attempts in one of them, are shown but not summed. */
static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct bench *bench = arg;
	struct schedule_lateness second;

	(void)fd;
	(void)what;
	schedule_take_lateness(bench->schedule, &second);
	printf("second %3u: %6ju starts, %5ju over 50 ms late, worst %4ju ms, %zu in flight\n",
	    bench->ticks, (uintmax_t)second.starts, (uintmax_t)second.late_50ms,
	    (uintmax_t)second.worst_ms, schedule_in_flight(bench->schedule));
	if (bench->ticks >= 2)
		add_lateness(&bench->total, &second);
	if (++bench->ticks >= bench->seconds + 2)
		event_base_loopbreak(bench->loop);
}

/* An address of 127/8 of its own for each target, so that no port runs out. */
static void
set_target(struct bench *bench, unsigned i)
{
	struct probe_spec spec = { .engine = i % 2 == 0 ? ENGINE_HTTP : ENGINE_TCP,
		.period_ms = bench->period_ms, .timeout_ms = 1000, .success_threshold = 1,
		.failure_threshold = 3, .path = "/healthz", .grpc_service = "" };
	char owner[64], id[96], pod[32];
	struct target target = { .id = id, .kind = PROBE_READINESS, .spec = &spec,
		.addr = { .family = ADDR_IP4, .octets = { 127, (uint8_t)(1 + (i >> 16)),
		    (uint8_t)(i >> 8), (uint8_t)i } },
		.ns = "default", .pod_name = pod, .container = "main" };

	snprintf(pod, sizeof(pod), "web-7d4b9c6f5-%05u", i);
	snprintf(owner, sizeof(owner), "pod/default/%s", pod);
	snprintf(id, sizeof(id), "%s/main/readiness", owner);
	target.port = i % 100 < bench->dead_percent ? bench->peers.dead :
	    spec.engine == ENGINE_HTTP ? bench->peers.http : bench->peers.tcp;
	if (schedule_set(bench->schedule, owner, &target, 1, NULL, NULL, now(bench)) != 0)
		bench_die("schedule_set");
}

static size_t
allocated(void)
{
	struct mallinfo2 info = mallinfo2();

	return info.uordblks + info.hblkhd;
}

/* As the daemon's: a plain loop counts in ticks of 4 ms, and is that late. */
static struct event_base *
loop_new(void)
{
	struct event_config *config = event_config_new();
	struct event_base *loop;

	event_config_set_flag(config, EVENT_BASE_FLAG_PRECISE_TIMER | EVENT_BASE_FLAG_NOLOCK);
	loop = event_base_new_with_config(config);
	event_config_free(config);
	return loop;
}

static void
open_bench(struct bench *bench)
{
	static const struct schedule_ops ops = { .start = start, .cancel = cancel,
		.verdict = verdict, .ended = ended, .wake = wake };
	struct schedule_settings settings = { .max_concurrent = 4096 };

	bench->loop = loop_new();
	bench->clock = clock_new_system();
	bench->prober = prober_new(&(struct prober_settings){ .loop = bench->loop,
	    .clock = bench->clock, .user_agent = "kube-probe/1.34 (rollcall/bench)" });
	bench->schedule = schedule_new(&settings, &ops, bench);
	bench->due = evtimer_new(bench->loop, on_due, bench);
	bench->tick = event_new(bench->loop, -1, EV_PERSIST, on_tick, bench);
	if (bench->prober == NULL || bench->schedule == NULL || bench->due == NULL ||
	    bench->tick == NULL)
		bench_die("memory");
	schedule_set_now(bench->schedule, now, bench);
}

static void
close_bench(struct bench *bench)
{
	schedule_free(bench->schedule);
	event_free(bench->due);
	event_free(bench->tick);
	prober_free(bench->prober);
	event_base_free(bench->loop);
	clock_free(bench->clock);
	bench_peers_stop(&bench->peers);
}

static double
cpu_us(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 +
	    (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

static double
peak_rss(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (double)usage.ru_maxrss * 1024;
}

static void
print_result(const struct bench *bench, double used_us, size_t each)
{
	const struct schedule_lateness *total = &bench->total;
	double starts = total->starts == 0 ? 1 : (double)total->starts;

	printf("rate: %.0f starts a second, of which %.3f %% over 50 ms late, worst %ju ms\n",
	    starts / bench->seconds, 100 * (double)total->late_50ms / starts,
	    (uintmax_t)total->worst_ms);
	printf("delayed by a full table: %ju, overdue: %ju, faults: %ju\n",
	    (uintmax_t)total->delayed_full, (uintmax_t)total->overdue, (uintmax_t)total->faults);
	printf("CPU: %.1f us a probe, %.0f %% of one core\n", used_us / (double)bench->ended,
	    used_us / 1e4 / (bench->seconds + 2));
	printf("memory: %zu octets a target in the schedule, the whole process %.0f octets a target "
	    "at most\n", each, peak_rss() / bench->targets);
	printf("mean duration: %.0f us\n", (double)bench->took_us / (double)bench->ended);
	for (size_t i = 0; i < sizeof(bench->codes) / sizeof(bench->codes[0]); i++)
		if (bench->codes[i] > 0)
			printf("outcome %s: %ju\n", outcome_word((enum outcome_code)i),
			    (uintmax_t)bench->codes[i]);
}

static void
read_options(struct bench *bench, int argc, char **argv)
{
	int option;

	while ((option = getopt(argc, argv, "n:m:s:d:p")) != -1) {
		if (option == 'n')
			bench->targets = (unsigned)atoi(optarg);
		else if (option == 'm')
			bench->period_ms = (unsigned)atoi(optarg);
		else if (option == 's')
			bench->seconds = (unsigned)atoi(optarg);
		else if (option == 'd')
			bench->dead_percent = (unsigned)atoi(optarg);
		else if (option == 'p')
			bench->pin = true;
		else {
			fprintf(stderr, "usage: bench_probes [-n targets] [-m period in ms] "
			    "[-s seconds] [-d percent dead] [-p: pin prober to CPU 0, targets to CPU 1]\n");
			exit(64);
		}
	}
}

/* Fails when nothing passes: it is also run, short and slow, to see that it works. */
int
main(int argc, char **argv)
{
	struct bench bench = { .targets = 200, .period_ms = 1000, .seconds = 1 };

	read_options(&bench, argc, argv);
	if (bench.targets == 0 || bench.period_ms == 0)
		return 64;
	signal(SIGPIPE, SIG_IGN);
	bench_peers_start(&bench.peers, bench.pin ? 1 : -1);
	bench_pin(bench.pin ? 0 : -1);
	open_bench(&bench);
	size_t before = allocated();

	for (unsigned i = 0; i < bench.targets; i++)
		set_target(&bench, i);
	size_t each = (allocated() - before) / bench.targets;
	double began_us = cpu_us();

	event_add(bench.tick, &(struct timeval){ 1, 0 });
	event_base_dispatch(bench.loop);
	print_result(&bench, cpu_us() - began_us, each);
	bool works = bench.codes[OUTCOME_PASS] > 0;

	close_bench(&bench);
	return works ? 0 : 1;
}
