/*
 * bench_stated.c - what answers cost beside zones out of files: instructions, and nanoseconds.
 *
 *     bench_stated [NAMES [LOCAL [ROUNDS]]]    (default: 10000 names of each kind, 0 further zones, 31)
 *
 * One thread asks in random order, in batches of 32 as a responder has them, and answers in memory:
 * names of the cluster, names of a zone file, missing ones of both, and ones that a wildcard has.
 * The kinds take turns; printed are medians a query.  Instructions are counted where the kernel
 * lets us (perf_event_open), else 0.
 */
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/strbuf.h"
#include "dns/content.h"
#include "dns/dns_settings.h"
#include "dns/entry.h"
#include "dns/index.h"
#include "dns/name.h"
#include "dns/query.h"
#include "dns/respond.h"
#include "dns/wire.h"
#include "dns/zone_build.h"
#include "dns/zone_set.h"

#define BATCH 32
#define BUFFER 4096
#define ROUNDS_MAX 101
#define QUERIES 65536

static const struct {
	const char *name;
	const char *format;     /* of a question; %u: one of the names */
	const char *type;
	unsigned rcode;
} kinds[] = {
	{ "cluster name", "s-%u.shop.svc.cluster.local", "A", DNS_NOERROR },
	{ "zone name", "h-%u.big.example", "A", DNS_NOERROR },
	{ "cluster missing", "no-%u.shop.svc.cluster.local", "A", DNS_NXDOMAIN },
	{ "zone missing", "no-%u.big.example", "A", DNS_NXDOMAIN },
	{ "wildcard", "x-%u.wild.big.example", "A", DNS_NOERROR },
	{ "not ours", "www-%u.elsewhere.example", "A", DNS_REFUSED },
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

struct bench {
	struct dns_settings dns;
	struct zone_set_settings settings;
	struct index *index;
	struct zone_set *set;
	struct responder responder;
	uint8_t (*queries)[128];        /* of one kind after the other */
	size_t *lengths;
	unsigned names;
	int counter;
	uint64_t wrong;
};

static void
die(const char *what)
{
	fprintf(stderr, "bench_stated: %s\n", what);
	exit(1);
}

static int
open_counter(void)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_HARDWARE, .size = sizeof(attr),
		.config = PERF_COUNT_HW_INSTRUCTIONS, .exclude_kernel = 1, .exclude_hv = 1 };

	return (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0);
}

static uint64_t
instructions(const struct bench *bench)
{
	uint64_t count = 0;

	if (bench->counter >= 0 && read(bench->counter, &count, sizeof(count)) != sizeof(count))
		count = 0;
	return count;
}

static double
cpu_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* ---- the world ----------------------------------------------------------------------------- */

static void
state(struct bench *bench, enum zone_origin origin, const char *path, const char *text)
{
	struct diag *diag = diag_new();
	struct content *content = NULL;

	if (zone_build(path, text, strlen(text), NULL, diag, &content) != 0 ||
	    zone_set_take(bench->set, origin, path, 0, content, diag) != 0) {
		diag_print(diag, SEVERITY_INFO, stderr);
		die(path);
	}
	diag_free(diag);
}

static void
put_cluster_name(struct bench *bench, const char *text, const uint8_t *zone, uint32_t number)
{
	uint8_t name[DNS_NAME_MAX];
	size_t len;
	struct entry_record record = { .type = DNS_TYPE_A, .ttl_s = 5,
		.rdata = (const uint8_t *)&number, .rdata_len = 4 };
	struct entry_spec spec = { .kind = ENTRY_NAME, .name = name, .zone = zone,
		.records = &record, .record_count = 1 };
	struct entry *entry;

	if (name_from_text(text, name, &len) != 0 || entry_build(&spec, &entry) != 0 ||
	    index_put(bench->index, entry) != 0)
		die(text);
}

static void
make_cluster(struct bench *bench)
{
	static const uint8_t soa[] = "\1n\0\1h\0\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0\4\0\0\0";
	uint8_t zone[DNS_NAME_MAX];
	char text[128];
	size_t len;

	if (name_from_text("cluster.local", zone, &len) != 0 ||
	    index_set_zone(bench->index, zone, soa, sizeof(soa), 5) != 0)
		die("no zone");
	for (unsigned i = 0; i < bench->names; i++) {
		(void)snprintf(text, sizeof(text), "s-%u.shop.svc.cluster.local", i);
		put_cluster_name(bench, text, zone, i);
	}
}

static void
make_zones(struct bench *bench, unsigned locals)
{
	struct strbuf text = STRBUF_INIT;
	char path[64];
	double begun = cpu_s();

	strbuf_add(&text, "$ORIGIN big.example.\n$TTL 60\n@ SOA ns h 1 2 3 4 5\n@ NS ns\n"
	    "ns A 192.0.2.1\n*.wild A 192.0.2.2\n");
	for (unsigned i = 0; i < bench->names; i++)
		strbuf_addf(&text, "h-%u A 10.%u.%u.%u\n", i, i >> 16 & 255, i >> 8 & 255, i & 255);
	state(bench, ZONE_OF_FILE, "big.zone", text.text);
	printf("%u names of a zone taken in %.0f ms\n", bench->names, (cpu_s() - begun) * 1e3);
	strbuf_release(&text);
	for (unsigned i = 0; i < locals; i++) {
		char zone[256];

		(void)snprintf(zone, sizeof(zone), "$ORIGIN %u.%u.in-addr.arpa.\n$TTL 60\n"
		    "@ SOA ns h 1 2 3 4 5\n@ NS ns\n", i % 100 + 100, i / 100 + 100);
		(void)snprintf(path, sizeof(path), "local/%u.zone", i);
		state(bench, ZONE_LOCAL, path, zone);
	}
	if (zone_set_settle(bench->set) != 0)
		die("zones do not settle");
}

static size_t
make_query(uint8_t query[128], const char *name, uint16_t type)
{
	static const uint8_t head[12] = { 0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0 };
	uint8_t wire[DNS_NAME_MAX];
	size_t len;

	if (name_from_text(name, wire, &len) != 0 || len > 100)
		die(name);
	memcpy(query, head, sizeof(head));
	memcpy(query + 12, wire, len);
	wire_set_u16(query + 12 + len, type);
	wire_set_u16(query + 14 + len, 1);
	return 16 + len;
}

static void
make_queries(struct bench *bench)
{
	char text[128];

	bench->queries = calloc(KINDS * QUERIES, sizeof(bench->queries[0]));
	bench->lengths = calloc(KINDS * QUERIES, sizeof(bench->lengths[0]));
	if (bench->queries == NULL || bench->lengths == NULL)
		die("no memory");
	for (size_t k = 0; k < KINDS; k++)
		for (unsigned i = 0; i < QUERIES; i++) {
			unsigned number = (unsigned)random() % bench->names;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
			(void)snprintf(text, sizeof(text), kinds[k].format, number);
#pragma GCC diagnostic pop
			bench->lengths[k * QUERIES + i] = make_query(
			    bench->queries[k * QUERIES + i], text, DNS_TYPE_A);
		}
}

/* ---- measuring ----------------------------------------------------------------------------- */

static void
answer(struct bench *bench, size_t kind)
{
	static const struct addr client = { ADDR_IP4, { 127, 0, 0, 1 } };
	static uint8_t buffers[BATCH][BUFFER];
	struct query queries[BATCH];

	for (size_t at = 0; at < QUERIES; at += BATCH) {
		size_t first = kind * QUERIES + at;

		for (size_t i = 0; i < BATCH; i++) {
			memcpy(buffers[i], bench->queries[first + i], bench->lengths[first + i]);
			respond_begin(&bench->responder, buffers[i], bench->lengths[first + i],
			    &queries[i]);
		}
		for (size_t i = 0; i < BATCH; i++)
			respond_fetch(&bench->responder, &queries[i]);
		for (size_t i = 0; i < BATCH; i++) {
			(void)respond_finish(&bench->responder, TRANSPORT_UDP, &client, &queries[i],
			    buffers[i], BUFFER, NULL);
			bench->wrong += (buffers[i][3] & 15) != kinds[kind].rcode;
		}
		index_reader_quiet();
	}
}

static int
compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void
measure(struct bench *bench, unsigned rounds)
{
	static double ns[KINDS][ROUNDS_MAX], counts[KINDS][ROUNDS_MAX];

	for (unsigned r = 0; r < rounds; r++)
		for (size_t k = 0; k < KINDS; k++) {
			uint64_t before = instructions(bench);
			double begun = cpu_s();

			answer(bench, k);
			ns[k][r] = (cpu_s() - begun) * 1e9 / QUERIES;
			counts[k][r] = (double)(instructions(bench) - before) / QUERIES;
		}
	for (size_t k = 0; k < KINDS; k++) {
		qsort(ns[k], rounds, sizeof(ns[k][0]), compare_doubles);
		qsort(counts[k], rounds, sizeof(counts[k][0]), compare_doubles);
		printf("%-16s %6.1f ns %7.1f instructions\n", kinds[k].name, ns[k][rounds / 2],
		    counts[k][rounds / 2]);
	}
}

int
main(int argc, char **argv)
{
	struct bench bench = { .names = argc > 1 ? (unsigned)atoi(argv[1]) : 10000 };
	unsigned locals = argc > 2 ? (unsigned)atoi(argv[2]) : 0;
	unsigned rounds = argc > 3 ? (unsigned)atoi(argv[3]) : 31;

	if (bench.names == 0 || rounds == 0 || rounds > ROUNDS_MAX)
		die("NAMES and ROUNDS are at least 1, ROUNDS at most 101");
	bench.dns = (struct dns_settings){ .cluster_domain = "cluster.local", .udp_size = 1232,
		.ttl_s = 5 };
	bench.settings.dns = &bench.dns;
	bench.index = index_new();
	bench.set = zone_set_new(&bench.settings, bench.index);
	bench.counter = open_counter();
	bench.responder = (struct responder){ .index = bench.index, .settings = &bench.dns,
		.answering = true };
	make_cluster(&bench);
	make_zones(&bench, locals);
	make_queries(&bench);
	index_reader_begin();
	measure(&bench, rounds);
	index_reader_end();
	if (bench.wrong > 0)
		printf("%llu answers were wrong\n", (unsigned long long)bench.wrong);
	zone_set_free(bench.set);
	index_free(bench.index);
	free(bench.queries);
	free(bench.lengths);
	return bench.wrong > 0;
}
