/*
 * bench_change.c - changes a second through store, membership and index, without sockets.
 *
 * A world of many Services is loaded from generated manifests; then verdicts flip one endpoint after
 * the other over some of the Services, and each batch of flips is published.  All in one thread and one
 * process: CPU a change is what the daemon's control thread pays, the probe aside.  In the end the
 * answers of the changed Services are asked for and counted.
 */
#include <arpa/inet.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/log.h"
#include "base/strbuf.h"
#include "daemon/world.h"
#include "dns/dns_settings.h"
#include "dns/index.h"
#include "dns/respond.h"
#include "model/store.h"
#include "source/decode.h"
#include "tests/bench/bench_base.h"
#include "tests/bench/bench_peers.h"

#define SERVICES_A_FILE 200
#define ENDPOINTS_A_SLICE 1000

struct bench {
	unsigned services, endpoints, changing, seconds;
	bool headless;
	struct clock *clock;
	struct dns_settings dns;
	struct index *index;
	struct world *world;
	bool *ready;                    /* changing x endpoints */
	uint64_t random;
};

/* ---- the world ---- */

static struct probe *
start(void *arg, const struct probe_target *target, probe_done_fn *done, void *done_arg)
{
	(void)target, (void)done, (void)done_arg;
	return arg;             /* never ends */
}

static void
cancel(void *arg, struct probe *probe)
{
	(void)arg, (void)probe;
}

static uint64_t
next_random(void *arg)
{
	return ((struct bench *)arg)->random += 0x9e3779b97f4a7c15ULL;
}

static const struct world_ops ops = { .start = start, .cancel = cancel, .random = next_random };

static void
open_world(struct bench *bench)
{
	static struct cidr cidr;
	struct world_settings settings = { .dns = &bench->dns,
		.schedule = { .max_concurrent = 4096 },
		.allot = { .service_cidrs = &cidr, .service_cidr_count = 1,
		    .node_port_first = 30000, .node_port_last = 32767, .hold_ms = 3600000 } };

	if (cidr_parse("10.96.0.0/12", &cidr) != 0)
		bench_die("cidr");
	bench->dns = (struct dns_settings){ .cluster_domain = "cluster.local", .ttl_s = 5,
		.ttl_cluster_ip_s = 5, .ttl_headless_s = 5, .ttl_negative_s = 5, .udp_size = 1232 };
	settings.clock = bench->clock = clock_new_system();
	settings.index = bench->index = index_new();
	bench->world = world_new(&settings, &ops, bench);
	bench->ready = calloc((size_t)bench->changing * bench->endpoints, sizeof(bool));
	if (bench->world == NULL || bench->ready == NULL)
		bench_die("memory");
}

/* Each endpoint has an address of loopback of its own: 127.64.0.0 and up. */
static const char *
endpoint_addr(const struct bench *bench, unsigned service, unsigned endpoint, char text[16])
{
	struct in_addr in = {
		.s_addr = htonl(0x7f400000U + service * bench->endpoints + endpoint + 1) };

	snprintf(text, 16, "%s", inet_ntoa(in));
	return text;
}

static void
add_service(const struct bench *bench, struct strbuf *yaml, unsigned i)
{
	static const char probe[] = ", annotations: {rollcall/readiness-probe: "
	    "'{tcpSocket: {port: http}, periodSeconds: 3600, initialDelaySeconds: 3600}'}";
	char addr[16];

	strbuf_addf(yaml, "---\napiVersion: v1\nkind: Service\nmetadata: {name: s%u, "
	    "namespace: n%u%s}\nspec: {%sports: [{name: http, port: 80}]}\n", i, i % 100,
	    i < bench->changing ? probe : "", bench->headless ? "clusterIP: None, " : "");
	for (unsigned k = 0; k < bench->endpoints; k++) {
		if (k % ENDPOINTS_A_SLICE == 0)
			strbuf_addf(yaml, "\n---\napiVersion: discovery.k8s.io/v1\n"
			    "kind: EndpointSlice\nmetadata: {name: s%u-%u, namespace: n%u, "
			    "labels: {kubernetes.io/service-name: s%u}}\naddressType: IPv4\n"
			    "ports: [{name: http, port: 8080}]\nendpoints:\n", i, k, i % 100, i);
		strbuf_addf(yaml, "- {addresses: [%s]}\n", endpoint_addr(bench, i, k, addr));
	}
}

static void
load_file(struct bench *bench, unsigned first)
{
	struct decode_settings settings = { .trusted = true };
	struct object_list list = { .items = NULL };
	struct strbuf yaml = STRBUF_INIT;
	struct diag *diag = diag_new();
	char name[32];

	for (unsigned i = first; i < first + SERVICES_A_FILE && i < bench->services; i++)
		add_service(bench, &yaml, i);
	snprintf(name, sizeof(name), "%u.yaml", first);
	if (decode_text(name, yaml.text, yaml.len, &settings, &list, diag) != 0 ||
	    world_replace_file(bench->world, name, clock_now_us(bench->clock), list.items,
	    list.count, diag) != 0 || diag_count(diag, SEVERITY_ERROR) > 0) {
		diag_log(diag);
		bench_die("manifests");
	}
	list.count = 0;
	object_list_release(&list);
	diag_free(diag);
	strbuf_release(&yaml);
}

/* ---- changes ---- */

static void
flip(struct bench *bench, unsigned service, unsigned endpoint)
{
	bool *ready = &bench->ready[(size_t)service * bench->endpoints + endpoint];
	struct verdict_state state = { .reason = "" };
	char addr[16], id[96];

	*ready = !*ready;
	state.verdict = *ready ? VERDICT_PASS : VERDICT_FAIL;
	snprintf(id, sizeof(id), "service/n%u/s%u/%s:8080", service % 100, service,
	    endpoint_addr(bench, service, endpoint, addr));
	if (world_restore_verdict(bench->world, id, &state) != 0)
		bench_die("verdict");
}

static double
cpu_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

/* All changing Services one after the other, each time another endpoint of theirs. */
static void
run(struct bench *bench, unsigned batch)
{
	double began_us = cpu_us(), used_us = 0;
	uint64_t count = 0;

	for (; used_us < bench->seconds * 1e6; used_us = cpu_us() - began_us) {
		for (unsigned i = 0; i < batch; i++, count++)
			flip(bench, (unsigned)(count % bench->changing),
			    (unsigned)(count / bench->changing % bench->endpoints));
		do
			world_run(bench->world);
		while (world_is_busy(bench->world));
	}
	printf("  batches of %4u: %7.2f us a change, %7.0f changes a second\n", batch,
	    used_us / (double)count, (double)count / (used_us / 1e6));
}

/* ---- what is answered ---- */

static size_t
answers(struct bench *bench, unsigned service)
{
	static uint8_t buf[65536];
	struct responder responder = { .index = bench->index, .settings = &bench->dns,
		.answering = true };
	struct addr client = { .family = ADDR_IP4, .octets = { 127, 0, 0, 1 } };
	char labels[5][16] = { "", "", "svc", "cluster", "local" };
	size_t len = 12;

	snprintf(labels[0], sizeof(labels[0]), "s%u", service);
	snprintf(labels[1], sizeof(labels[1]), "n%u", service % 100);
	memcpy(buf, "\0\1\1\0\0\1\0\0\0\0\0\0", 12);
	for (int i = 0; i < 5; i++) {
		buf[len++] = (uint8_t)strlen(labels[i]);
		memcpy(buf + len, labels[i], strlen(labels[i]));
		len += strlen(labels[i]);
	}
	memcpy(buf + len, "\0\0\1\0\1", 5);
	len = respond(&responder, TRANSPORT_TCP, &client, buf, len + 5, sizeof(buf));
	return len < 12 ? 0 : (size_t)buf[6] << 8 | buf[7];
}

static bool
check_answers(struct bench *bench)
{
	for (unsigned i = 0; i < bench->changing; i++) {
		size_t ready = 0, found = answers(bench, i);

		for (unsigned k = 0; k < bench->endpoints; k++)
			ready += bench->ready[(size_t)i * bench->endpoints + k];
		/* TCP's 65,535 octets hold fewer than 4,096 addresses. */
		if (found != (bench->headless ? ready : 1) && ready < 4000) {
			fprintf(stderr, "service %u: %zu answers, %zu are ready\n", i, found, ready);
			return false;
		}
	}
	return true;
}

/* ---- options ---- */

static bool
measure(struct bench *bench)
{
	double began_us;
	bool right;

	open_world(bench);
	began_us = cpu_us();
	for (unsigned i = 0; i < bench->services; i += SERVICES_A_FILE)
		load_file(bench, i);
	do
		world_run(bench->world);
	while (world_is_busy(bench->world) || store_is_dirty(world_store(bench->world)));
	printf("%u %s Services of %u endpoints, %u of them changing; loaded in %.1f s of CPU, "
	    "%.0f MB allocated\n", bench->services, bench->headless ? "headless" : "ClusterIP",
	    bench->endpoints, bench->changing, (cpu_us() - began_us) / 1e6,
	    (double)(mallinfo2().uordblks + mallinfo2().hblkhd) / 1e6);
	run(bench, 1);
	run(bench, 16);
	run(bench, bench->changing);
	right = check_answers(bench);
	world_free(bench->world);
	index_free(bench->index);
	clock_free(bench->clock);
	free(bench->ready);
	return right;
}

static void
read_options(struct bench *bench, int argc, char **argv)
{
	int option;

	while ((option = getopt(argc, argv, "n:e:c:s:Hp:")) != -1) {
		if (option == 'n')
			bench->services = (unsigned)atoi(optarg);
		else if (option == 'e')
			bench->endpoints = (unsigned)atoi(optarg);
		else if (option == 'c')
			bench->changing = (unsigned)atoi(optarg);
		else if (option == 's')
			bench->seconds = (unsigned)atoi(optarg);
		else if (option == 'H')
			bench->headless = true;
		else if (option == 'p')
			bench_pin(atoi(optarg));
		else {
			fprintf(stderr, "usage: bench_change [-n Services] [-e endpoints of each] "
			    "[-c changing Services] [-s seconds of CPU a figure] [-H: headless] "
			    "[-p CPU]\n");
			exit(64);
		}
	}
	if (bench->services == 0)
		bench->services = bench->endpoints <= 10 ? 100000 : 1000000 / bench->endpoints;
	if (bench->changing > bench->services)
		bench->changing = bench->services;
}

/* Fails when an answer is not that of the last verdicts. */
int
main(int argc, char **argv)
{
	struct bench bench = { .endpoints = 10, .changing = 1000, .seconds = 2 };

	log_set_level(LOG_ERROR);
	read_options(&bench, argc, argv);
	return measure(&bench) ? 0 : 1;
}
