/* bench_mix.c - what clients ask in the benchmark's world, and what is right. */
#include <inttypes.h>

#include "dns/wire.h"
#include "tests/bench/bench_base.h"
#include "tests/bench/bench_formats.h"
#include "tests/bench/bench_query.h"

/* The file is written a line at a time; a step never needs more than these. */
struct mix {
	const struct bench_plan *plan;
	FILE *file;
	uint64_t seed;
};

static uint32_t
below(struct mix *mix, uint64_t limit)
{
	return (uint32_t)((query_random(&mix->seed) >> 33) % limit);
}

/* Any Service of that kind; of the other kind in a world without. */
static void
any_service(struct mix *mix, bool headless, struct bench_service *service)
{
	const struct bench_plan *plan = mix->plan;

	if (plan->headless == 0 || plan->pods == 0)
		headless = false;
	if (plan->services == 0)
		headless = true;
	plan_service(plan, headless ? (uint32_t)plan->services + below(mix, plan->headless) :
	    below(mix, plan->services), service);
}

static uint64_t
digest_address(uint32_t address)
{
	const uint8_t octets[] = { (uint8_t)(address >> 24), (uint8_t)(address >> 16),
		(uint8_t)(address >> 8), (uint8_t)address };

	return query_digest(DNS_TYPE_A, octets, sizeof(octets));
}

static void
step_address(struct mix *mix, bool headless)
{
	struct bench_service service;
	uint64_t digest = 0;

	any_service(mix, headless, &service);
	for (uint32_t j = 0; service.headless && j < service.endpoint_count; j++)
		digest += digest_address(plan_endpoint(&service, j));
	if (!service.headless)
		digest = digest_address(service.address);
	fprintf(mix->file, "%s.ns-%u.svc." PLAN_DOMAIN " A 0 %u %" PRIx64 "\n", service.name,
	    service.space, service.headless ? service.endpoint_count : 1, digest);
}

static void
step_no_data(struct mix *mix)
{
	struct bench_service service;

	any_service(mix, false, &service);
	fprintf(mix->file, "%s.ns-%u.svc." PLAN_DOMAIN " AAAA 0 0\n", service.name, service.space);
}

/*
 * What `ndots:5` and the search list of a Pod make of an outside name, and of another
 * namespace's Service.
 */
static void
step_missing(struct mix *mix)
{
	static const char *const tails[] = { ".svc." PLAN_DOMAIN, "." PLAN_DOMAIN };
	struct bench_service service;
	uint32_t space = below(mix, mix->plan->namespaces);
	uint32_t host = below(mix, 1000);
	uint32_t kind = below(mix, 4);

	any_service(mix, false, &service);
	if (kind == 0)
		fprintf(mix->file, "%s.ns-%u.ns-%u.svc." PLAN_DOMAIN " A 3 0\n", service.name,
		    service.space, space);
	else if (kind == 1)
		fprintf(mix->file, "api-%u.example.com.ns-%u.svc." PLAN_DOMAIN " A 3 0\n", host,
		    space);
	else
		fprintf(mix->file, "api-%u.example.com%s A 3 0\n", host, tails[kind - 2]);
}

/*
 * Of ClusterIP Services: with ten endpoints the answer would not fit into 512 octets, and what
 * is measured is how servers truncate.
 */
static void
step_server(struct mix *mix)
{
	struct bench_service service;
	char target[96];

	any_service(mix, false, &service);
	if (service.headless) {
		step_address(mix, true);
		return;
	}
	(void)snprintf(target, sizeof(target), "%s.ns-%u.svc." PLAN_DOMAIN, service.name,
	    service.space);
	fprintf(mix->file, "_http._tcp.%s SRV 0 1 %" PRIx64 "\n", target,
	    query_digest_srv(plan_weight(&service), PLAN_PORT, target));
}

/* 70 % ClusterIP A, 10 % AAAA without data, 10 % missing names, 5 % headless A, 5 % SRV. */
void
formats_queries(const struct bench_plan *plan, const char *folder, uint64_t steps, uint64_t seed,
    bool srv)
{
	struct mix mix = { .plan = plan, .file = bench_create(folder, "queries"),
		.seed = seed * 0x9E3779B97F4A7C15ULL + 1 };

	for (uint64_t i = 0; i < steps; i++) {
		uint32_t kind = below(&mix, 100);

		if (kind < 70)
			step_address(&mix, false);
		else if (kind < 80)
			step_no_data(&mix);
		else if (kind < 90)
			step_missing(&mix);
		else if (kind < 95 || !srv)
			step_address(&mix, kind < 95);
		else
			step_server(&mix);
	}
	bench_close(mix.file);
}
