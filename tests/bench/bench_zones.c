/* bench_zones.c - the benchmark's world as master files, for knot, nsd, gdnsd and CoreDNS. */
#include <inttypes.h>

#include "tests/bench/bench_base.h"
#include "tests/bench/bench_formats.h"

#define REVERSE "10.in-addr.arpa"

/* A negative answer lives as long as the smaller of the SOA's TTL and its minimum (RFC 2308, 5). */
static void
begin_zone(FILE *file, const struct bench_plan *plan, const char *zone)
{
	fprintf(file, "$TTL %d\n$ORIGIN %s.\n"
	    "@ SOA ns.dns." PLAN_DOMAIN ". hostmaster." PLAN_DOMAIN ". %" PRIu64
	    " 7200 1800 86400 %d\n"
	    "@ NS ns.dns." PLAN_DOMAIN ".\n", PLAN_TTL, zone, plan->serial, PLAN_TTL);
}

/*
 * The records that the Kubernetes DNS specification wants: rollcall's SRV at the bare name is an
 * addition that nobody asks for here.
 */
static void
forward_service(FILE *file, const struct bench_service *service)
{
	const char *name = service->name;

	if (!service->headless)
		fprintf(file, "%s A %s\n_http._tcp.%s SRV 0 %u %d %s\n", name,
		    plan_dotted(service->address).text, name, plan_weight(service), PLAN_PORT,
		    name);
	for (uint32_t j = 0; j < service->endpoint_count; j++) {
		struct plan_text address = plan_dotted(plan_endpoint(service, j));
		struct plan_text label = plan_endpoint_label(service, j);

		fprintf(file, "%s.%s A %s\n", label.text, name, address.text);
		if (service->headless)
			fprintf(file, "%s A %s\n_http._tcp.%s SRV 0 %u %d %s.%s\n", name,
			    address.text, name, plan_weight(service), PLAN_TARGET_PORT,
			    label.text, name);
	}
}

static void
write_forward(const struct bench_plan *plan, const char *folder)
{
	FILE *file = bench_create(folder, PLAN_DOMAIN);
	struct bench_service service;
	uint32_t space = UINT32_MAX;

	begin_zone(file, plan, PLAN_DOMAIN);
	fputs("ns.dns A 127.0.0.1\n", file);
	for (uint32_t part = 0; part < plan->namespaces; part++)
		for (uint32_t at = 0;
		    plan_walk(plan, part, (uint32_t)plan->namespaces, &at, &service);) {
			if (service.space != space)
				fprintf(file, "$ORIGIN ns-%u.svc." PLAN_DOMAIN ".\n",
				    service.space);
			space = service.space;
			forward_service(file, &service);
		}
	bench_close(file);
}

static void
reverse_service(FILE *file, const struct bench_service *service)
{
	if (!service->headless)
		fprintf(file, "%s.in-addr.arpa. PTR %s.ns-%u.svc." PLAN_DOMAIN ".\n",
		    plan_reversed(service->address).text, service->name, service->space);
	for (uint32_t j = 0; j < service->endpoint_count; j++)
		fprintf(file, "%s.in-addr.arpa. PTR %s.%s.ns-%u.svc." PLAN_DOMAIN ".\n",
		    plan_reversed(plan_endpoint(service, j)).text,
		    plan_endpoint_label(service, j).text, service->name, service->space);
}

static void
write_reverse(const struct bench_plan *plan, const char *folder)
{
	FILE *file = bench_create(folder, REVERSE);
	struct bench_service service;

	begin_zone(file, plan, REVERSE);
	for (uint32_t i = 0; i < plan_count(plan); i++) {
		plan_service(plan, i, &service);
		reverse_service(file, &service);
	}
	bench_close(file);
}

void
formats_zone(const struct bench_plan *plan, const char *folder)
{
	write_forward(plan, folder);
	write_reverse(plan, folder);
}

void
formats_corefile(const struct bench_plan *plan, const char *folder)
{
	FILE *file;

	formats_zone(plan, folder);
	file = bench_create(folder, "Corefile");
	fputs(PLAN_DOMAIN ":{$PORT} {\n\tbind 127.0.0.1\n\tfile " PLAN_DOMAIN "\n}\n"
	    REVERSE ":{$PORT} {\n\tbind 127.0.0.1\n\tfile " REVERSE "\n}\n", file);
	bench_close(file);
}
