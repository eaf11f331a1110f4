/* host_metrics.c - what is counted of endpoints, probes, and the process itself. */
#include <config.h>

#include "daemon/host_metrics.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "daemon/context.h"
#include "daemon/world.h"

#define LABELS_SIZE 96

static void
build(void *arg, struct health_sampler *sampler)
{
	(void)arg;
	health_say(sampler, "version=\"" PACKAGE_VERSION "\",compiler=\"" __VERSION__ "\"", 1);
}

/* ---- endpoints ---- */

static void
endpoints(void *arg, struct health_sampler *sampler)
{
	const struct rollcall *rollcall = arg;
	struct world_counts counts = { .targets = 0 };

	if (rollcall->world != NULL)
		world_counts(rollcall->world, &counts);
	const struct refresh_counts *sums = &counts.refresh;

	health_say(sampler, "state=\"ready\"", (double)sums->endpoints_ready);
	health_say(sampler, "state=\"not_ready\"",
	    (double)(sums->endpoints - sums->endpoints_ready));
	health_say(sampler, "state=\"answered\"", (double)sums->endpoints_answered);
}

/* ---- probes ---- */

static const char *const kinds[PROBE_KIND_COUNT] = {
	[PROBE_STARTUP] = "Startup", [PROBE_READINESS] = "Readiness", [PROBE_LIVENESS] = "Liveness",
};
static const char *const results[3] = {
	[OUTCOME_CLASS_PASS] = "successful", [OUTCOME_CLASS_FAIL] = "failed",
	[OUTCOME_CLASS_FAULT] = "unknown",
};

static void
probes(void *arg, struct health_sampler *sampler)
{
	const struct rollcall *rollcall = arg;
	char labels[LABELS_SIZE];

	for (unsigned engine = 0; rollcall->world != NULL && engine < ENGINES; engine++) {
		const struct attempts *attempts = world_attempts(rollcall->world, engine);

		for (unsigned i = 0; i < PROBE_KIND_COUNT * 3; i++) {
			uint64_t ended = attempts->ended[i / 3][i % 3];

			if (ended == 0)
				continue;
			snprintf(labels, sizeof(labels),
			    "probe_type=\"%s\",engine=\"%s\",result=\"%s\"", kinds[i / 3],
			    probe_engine_text(engine), results[i % 3]);
			health_say(sampler, labels, (double)ended);
		}
	}
}

static void
probe_durations(void *arg, struct health_sampler *sampler)
{
	const struct rollcall *rollcall = arg;
	char labels[LABELS_SIZE];

	for (unsigned engine = 0; rollcall->world != NULL && engine < ENGINES; engine++) {
		const struct attempts *attempts = world_attempts(rollcall->world, engine);

		if (attempts->took.total == 0)
			continue;
		snprintf(labels, sizeof(labels), "engine=\"%s\"", probe_engine_text(engine));
		health_say_durations(sampler, labels, &attempts->took);
	}
}

/* ---- the loop and reloads ---- */

static void
reloads(void *arg, struct health_sampler *sampler)
{
	const struct rollcall *rollcall = arg;

	health_say(sampler, "result=\"good\"", (double)rollcall->reloads);
	health_say(sampler, "result=\"failed\"", (double)rollcall->reloads_failed);
}

static void
lateness(void *arg, struct health_sampler *sampler)
{
	const struct rollcall *rollcall = arg;

	health_say_durations(sampler, "", &rollcall->loop_late);
}

/* ---- the process: names and units as all clients of Prometheus have them ---- */

static void
cpu(void *arg, struct health_sampler *sampler)
{
	struct rusage usage;

	(void)arg;
	if (getrusage(RUSAGE_SELF, &usage) != 0)
		return;
	health_say(sampler, "", (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
	    (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6);
}

/* proc(5): statm, in pages: all of it, what is resident. */
static void
say_pages(struct health_sampler *sampler, unsigned field)
{
	uintmax_t pages[2];
	FILE *file = fopen("/proc/self/statm", "re");

	if (file == NULL)
		return;
	if (fscanf(file, "%ju %ju", &pages[0], &pages[1]) == 2)
		health_say(sampler, "", (double)pages[field] * (double)sysconf(_SC_PAGESIZE));
	(void)fclose(file);
}

static void
virtual_memory(void *arg, struct health_sampler *sampler)
{
	(void)arg;
	say_pages(sampler, 0);
}

static void
resident_memory(void *arg, struct health_sampler *sampler)
{
	(void)arg;
	say_pages(sampler, 1);
}

static void
open_files(void *arg, struct health_sampler *sampler)
{
	DIR *folder = opendir("/proc/self/fd");
	size_t count = 0;

	(void)arg;
	if (folder == NULL)
		return;
	while (readdir(folder) != NULL)
		count++;
	(void)closedir(folder);
	/* Without ".", ".." and the folder's own. */
	health_say(sampler, "", (double)(count - 3));
}

static void
most_files(void *arg, struct health_sampler *sampler)
{
	struct rlimit limit;

	(void)arg;
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0)
		health_say(sampler, "", (double)limit.rlim_cur);
}

static void
start_time(void *arg, struct health_sampler *sampler)
{
	const struct rollcall *rollcall = arg;
	uint64_t ran_ms = clock_now_ms(rollcall->clock) - rollcall->started_ms;

	health_say(sampler, "", (double)(clock_unix_ms(rollcall->clock) - ran_ms) / 1000);
}

const struct health_family host_metrics[] = {
	{ "rollcall_build_info", "gauge", "1, with what was built", build },
	{ "rollcall_endpoints", "gauge",
	    "Endpoints of all Services: ready, not ready, and those that DNS answers", endpoints },
	{ "rollcall_prober_probe_total", "counter", "Attempts of probes that have ended", probes },
	{ "rollcall_prober_probe_duration_seconds", "histogram",
	    "How long attempts took that passed or failed", probe_durations },
	{ "rollcall_reloads_total", "counter", "Reloads of the settings (SIGHUP)", reloads },
	{ "rollcall_loop_late_seconds", "histogram",
	    "How late the control loop was, once a second", lateness },
	{ "process_cpu_seconds_total", "counter", "CPU time of this process", cpu },
	{ "process_resident_memory_bytes", "gauge", "Memory that is resident", resident_memory },
	{ "process_virtual_memory_bytes", "gauge", "Addresses in use", virtual_memory },
	{ "process_open_fds", "gauge", "Open descriptors", open_files },
	{ "process_max_fds", "gauge", "Descriptors there may be", most_files },
	{ "process_start_time_seconds", "gauge", "Since 1970, when this process began", start_time },
};
const size_t host_metric_count = sizeof(host_metrics) / sizeof(host_metrics[0]);
