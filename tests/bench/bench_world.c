/*
 * bench_world.c - writes the benchmark's world in the format of one server, and the load on it.
 *
 *	bench_world [OPTION]... FORMAT FOLDER
 *
 * Without options it is PERFORMANCE's world.  --changed N is the same world after N of its
 * Services have moved to other addresses; `control` then says so to Knot and unbound, and
 * --only-changed writes only those manifests that are not the same.  Queries of both worlds have
 * the same questions in the same order.
 */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/bench/bench_base.h"
#include "tests/bench/bench_formats.h"

struct settings {
	struct bench_plan plan;
	uint64_t steps;
	uint64_t seed;
	int only_changed;
	int no_srv;
};

typedef void write_fn(const struct settings *settings, const char *folder);

static void
write_rollcall(const struct settings *settings, const char *folder)
{
	formats_rollcall(&settings->plan, folder, settings->only_changed != 0);
}

static void
write_kubectl(const struct settings *settings, const char *folder)
{
	formats_kubectl(&settings->plan, folder, settings->only_changed != 0);
}

static void
write_zone(const struct settings *settings, const char *folder)
{
	formats_zone(&settings->plan, folder);
}

static void
write_corefile(const struct settings *settings, const char *folder)
{
	formats_corefile(&settings->plan, folder);
}

static void
write_unbound(const struct settings *settings, const char *folder)
{
	formats_unbound(&settings->plan, folder);
}

static void
write_dnsmasq(const struct settings *settings, const char *folder)
{
	formats_dnsmasq(&settings->plan, folder, true);
}

static void
write_dnsmasq_nosrv(const struct settings *settings, const char *folder)
{
	formats_dnsmasq(&settings->plan, folder, false);
}

static void
write_control(const struct settings *settings, const char *folder)
{
	formats_control(&settings->plan, folder);
}

static void
write_queries(const struct settings *settings, const char *folder)
{
	formats_queries(&settings->plan, folder, settings->steps, settings->seed,
	    settings->no_srv == 0);
}

static const struct {
	const char *name;
	write_fn *write;
} formats[] = {
	{ "rollcall", write_rollcall }, { "kubectl", write_kubectl }, { "zone", write_zone },
	{ "corefile", write_corefile }, { "unbound", write_unbound },
	{ "dnsmasq", write_dnsmasq }, { "dnsmasq-nosrv", write_dnsmasq_nosrv },
	{ "control", write_control }, { "queries", write_queries },
};

int
main(int argc, char **argv)
{
	struct settings settings = { .plan = plan_default(), .steps = 1000000, .seed = 1 };
	struct bench_plan *plan = &settings.plan;
	const struct bench_option options[] = {
		{ "services", "Services with a ClusterIP", &plan->services, NULL, NULL },
		{ "headless", "headless Services", &plan->headless, NULL, NULL },
		{ "pods", "endpoints of each headless Service", &plan->pods, NULL, NULL },
		{ "endpoints", "of each ClusterIP Service", &plan->endpoints, NULL, NULL },
		{ "namespaces", "that they are spread over", &plan->namespaces, NULL, NULL },
		{ "files", "of manifests", &plan->files, NULL, NULL },
		{ "changed", "Services that have moved", &plan->changed, NULL, NULL },
		{ "serial", "of the zones", &plan->serial, NULL, NULL },
		{ "words", "names of many lengths", NULL, NULL, &plan->words },
		{ "only-changed", "no manifests that stay the same", NULL, NULL,
		    &settings.only_changed },
		{ "steps", "queries", &settings.steps, NULL, NULL },
		{ "no-srv", "no queries for SRV", NULL, NULL, &settings.no_srv },
		{ "seed", "of the queries", &settings.seed, NULL, NULL },
		{ NULL, NULL, NULL, NULL, NULL },
	};

	bench_options(argc, argv, options, "FORMAT FOLDER", 2);
	plan_check(plan);
	if (mkdir(argv[2], 0777) != 0 && errno != EEXIST)
		bench_die(argv[2]);
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (strcmp(argv[1], formats[i].name) == 0) {
			formats[i].write(&settings, argv[2]);
			return 0;
		}
	bench_fail("%s: no such format", argv[1]);
}
