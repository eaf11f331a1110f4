/* bench_records.c - the benchmark's world for unbound and dnsmasq, and as control commands. */
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>

#include "tests/bench/bench_base.h"
#include "tests/bench/bench_formats.h"

#define SOA "ns.dns." PLAN_DOMAIN ". hostmaster." PLAN_DOMAIN ". %" PRIu64 " 7200 1800 86400 %d"

static void
unbound_address(FILE *file, const char *name, const char *address)
{
	fprintf(file, "local-data: \"%s %d IN A %s\"\n", name, PLAN_TTL, address);
}

static void
unbound_pointer(FILE *file, const char *name, const char *address)
{
	fprintf(file, "local-data-ptr: \"%s %d %s\"\n", address, PLAN_TTL, name);
}

static void
unbound_server(FILE *file, const char *owner, unsigned weight, int port, const char *target)
{
	fprintf(file, "local-data: \"%s %d IN SRV 0 %u %d %s\"\n", owner, PLAN_TTL, weight, port,
	    target);
}

/* The full name of a Service, and below it. */
static struct plan_text
full_name(const struct bench_service *service)
{
	struct plan_text out;

	(void)snprintf(out.text, sizeof(out.text), "%.31s.ns-%u.svc." PLAN_DOMAIN, service->name,
	    service->space);
	return out;
}

static void
unbound_service(FILE *file, const struct bench_service *service)
{
	struct plan_text name = full_name(service);
	char owner[160];

	(void)snprintf(owner, sizeof(owner), "_http._tcp.%s", name.text);
	if (!service->headless) {
		unbound_address(file, name.text, plan_dotted(service->address).text);
		unbound_pointer(file, name.text, plan_dotted(service->address).text);
		unbound_server(file, owner, plan_weight(service), PLAN_PORT, name.text);
	}
	for (uint32_t j = 0; j < service->endpoint_count; j++) {
		struct plan_text address = plan_dotted(plan_endpoint(service, j));
		char target[160];

		(void)snprintf(target, sizeof(target), "%s.%s",
		    plan_endpoint_label(service, j).text, name.text);
		unbound_address(file, target, address.text);
		unbound_pointer(file, target, address.text);
		if (!service->headless)
			continue;
		unbound_address(file, name.text, address.text);
		unbound_server(file, owner, plan_weight(service), PLAN_TARGET_PORT, target);
	}
}

void
formats_unbound(const struct bench_plan *plan, const char *folder)
{
	FILE *file = bench_create(folder, "unbound.conf");
	static const char *const zones[] = { PLAN_DOMAIN, "10.in-addr.arpa" };
	struct bench_service service;

	for (size_t i = 0; i < 2; i++)
		fprintf(file, "local-zone: \"%s.\" static\n"
		    "local-data: \"%s. %d IN SOA " SOA "\"\n"
		    "local-data: \"%s. %d IN NS ns.dns." PLAN_DOMAIN ".\"\n", zones[i], zones[i],
		    PLAN_TTL, plan->serial, PLAN_TTL, zones[i], PLAN_TTL);
	for (uint32_t i = 0; i < plan_count(plan); i++) {
		plan_service(plan, i, &service);
		unbound_service(file, &service);
	}
	bench_close(file);
}

/* A hosts file: what dnsmasq reads again on SIGHUP; records of its settings it reads once. */
static void
dnsmasq_hosts(const struct bench_plan *plan, const char *folder)
{
	FILE *file = bench_create(folder, "hosts");
	struct bench_service service;

	for (uint32_t i = 0; i < plan_count(plan); i++) {
		plan_service(plan, i, &service);
		struct plan_text name = full_name(&service);

		if (!service.headless)
			fprintf(file, "%s %s\n", plan_dotted(service.address).text, name.text);
		for (uint32_t j = 0; j < service.endpoint_count; j++)
			fprintf(file, "%s %s.%s%s%s\n",
			    plan_dotted(plan_endpoint(&service, j)).text,
			    plan_endpoint_label(&service, j).text, name.text,
			    service.headless ? " " : "", service.headless ? name.text : "");
	}
	bench_close(file);
}

static void
dnsmasq_servers(const struct bench_plan *plan, FILE *file)
{
	struct bench_service service;

	for (uint32_t i = 0; i < plan_count(plan); i++) {
		plan_service(plan, i, &service);
		struct plan_text name = full_name(&service);

		if (!service.headless)
			fprintf(file, "srv-host=_http._tcp.%s,%s,%d,0,%u\n", name.text, name.text,
			    PLAN_PORT, plan_weight(&service));
		for (uint32_t j = 0; service.headless && j < service.endpoint_count; j++)
			fprintf(file, "srv-host=_http._tcp.%s,%s.%s,%d,0,%u\n", name.text,
			    plan_endpoint_label(&service, j).text, name.text, PLAN_TARGET_PORT,
			    plan_weight(&service));
	}
}

void
formats_dnsmasq(const struct bench_plan *plan, const char *folder, bool srv)
{
	FILE *file = bench_create(folder, "dnsmasq.conf");
	char path[PATH_MAX];

	if (realpath(folder, path) == NULL)
		bench_die(folder);
	fprintf(file, "no-resolv\nno-hosts\naddn-hosts=%s/hosts\nlocal=/" PLAN_DOMAIN "/\n"
	    "local=/10.in-addr.arpa/\nlocal-ttl=%d\nneg-ttl=%d\n", path, PLAN_TTL, PLAN_TTL);
	if (srv)
		dnsmasq_servers(plan, file);
	bench_close(file);
	dnsmasq_hosts(plan, folder);
}

/* The ClusterIPs' A records: one transaction of knotc, one command of unbound-control a line. */
void
formats_control(const struct bench_plan *plan, const char *folder)
{
	FILE *knot = bench_create(folder, "knotc");
	FILE *unbound = bench_create(folder, "unbound-control");
	struct bench_service service;

	fputs("zone-begin " PLAN_DOMAIN "\n", knot);
	for (uint32_t i = 0; i < plan->changed && i < plan->services; i++) {
		plan_service(plan, i, &service);
		struct plan_text name = full_name(&service);
		struct plan_text address = plan_dotted(service.address);

		fprintf(knot, "zone-unset " PLAN_DOMAIN " %s. A\n"
		    "zone-set " PLAN_DOMAIN " %s. %d A %s\n", name.text, name.text, PLAN_TTL,
		    address.text);
		/* Takes the old address out: there is no command for one record. */
		fprintf(unbound, "local_data_remove %s\nlocal_data %s %d IN A %s\n", name.text,
		    name.text, PLAN_TTL, address.text);
	}
	fputs("zone-commit " PLAN_DOMAIN "\n", knot);
	bench_close(knot);
	bench_close(unbound);
}
