/*
 * bench_cache.c - what an answer out of the cache costs beside one of a cluster name.
 *
 *     bench_cache [ENTRIES [ROUNDS]]      (default: 10000 names of each kind, 31 rounds)
 *
 * One thread asks names in random order, in batches of 32 as a responder has them, and answers in
 * memory, without sockets: cluster names, cached names, and the steps of the latter alone.  The
 * kinds take turns; printed are medians of CPU time a query, and the ratio of the rates.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "dns/cache.h"
#include "dns/dns_settings.h"
#include "dns/entry.h"
#include "dns/errand.h"
#include "dns/forward.h"
#include "dns/index.h"
#include "dns/name.h"
#include "dns/parcel.h"
#include "dns/query.h"
#include "dns/respond.h"
#include "dns/wire.h"

#define ZONE "cluster.local"
#define BATCH 32
#define WAITING 8
#define BUFFER 4096
#define QUERIES (1 << 16)
#define ROUNDS_MAX 101

enum kind { CLUSTER, CACHED, FIND, WRITE, KINDS };
static const char *const kind_names[KINDS] = { "cluster name", "cached name", "cache_find",
	"parcel_write" };

struct bench {
	struct responder responder;
	struct cache *cache;
	struct cache_reader *reader;
	struct clock *clock;
	uint8_t (*queries)[128];        /* of cluster names, then of cached ones */
	size_t *lengths;
	struct asked *asked;            /* of the cached ones */
	uint32_t *order;
	uint64_t wrong;
};

static double
cpu_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void
must(bool good, const char *what)
{
	if (!good) {
		fprintf(stderr, "bench_cache: %s failed\n", what);
		exit(EXIT_FAILURE);
	}
}

static void *
room(size_t count, size_t size)
{
	void *room = calloc(count, size);

	must(room != NULL, "calloc");
	return room;
}

static size_t
make_name(uint32_t n, const char *zone, uint8_t name[DNS_NAME_MAX])
{
	char text[100];
	size_t len;

	snprintf(text, sizeof(text), "web-%u.%s", n, zone);
	must(name_from_text(text, name, &len) == 0, "name_from_text");
	return len;
}

static void
make_query(struct bench *bench, size_t at, const uint8_t *name, size_t len)
{
	struct wire_writer writer;

	wire_writer_init(&writer, bench->queries[at], sizeof(bench->queries[at]));
	wire_write_octets(&writer, "\x12\x34\1\0\0\1\0\0\0\0\0\0", DNS_HEADER_LEN);
	wire_write_octets(&writer, name, len);
	wire_write_octets(&writer, "\0\1\0\1", 4);
	must(writer.err == 0, "make_query");
	bench->lengths[at] = writer.len;
}

static void
put_entry(struct index *index, const uint8_t *name, const uint8_t *zone, uint32_t n)
{
	uint8_t addr[4] = { 10, (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n };
	struct entry_record record = { NULL, DNS_TYPE_A, 5, addr, 4 };
	struct entry_spec spec = { .name = name, .zone = zone, .records = &record,
		.record_count = 1 };
	struct entry *entry;

	must(entry_build(&spec, &entry) == 0 && index_put(index, entry) == 0, "index_put");
}

static void
put_parcel(struct bench *bench, struct asked *asked, const uint8_t *name, size_t len, uint32_t n)
{
	static const struct cache_settings settings = { .max_ttl_s = 3600, .prefetch = true,
		.serve_stale_s = 86400 };
	static const struct parcel_rules rules = { .max_ttl_s = 3600, .max_negative_ttl_s = 1800 };
	struct parcel_question question = { .asked = asked, .name = asked->name, .id = 0x1234 };
	struct parcel_reading reading;
	struct wire_writer writer;
	uint8_t reply[512];

	asked->type = DNS_TYPE_A;
	asked->name_len = (uint8_t)len;
	memcpy(asked->name, name, len);
	wire_writer_init(&writer, reply, sizeof(reply));
	wire_write_octets(&writer, "\x12\x34\x81\x80\0\1\0\1\0\0\0\0", DNS_HEADER_LEN);
	wire_write_octets(&writer, name, len);
	wire_write_octets(&writer, "\0\1\0\1\xc0\x0c\0\1\0\1\0\0\x0e\x10\0\4", 16);
	wire_write_u32(&writer, n);
	must(parcel_read(&question, &rules, reply, writer.len, &reading) == PARCEL_GOOD,
	    "parcel_read");
	must(cache_put(bench->cache, reading.parcel, &settings, 1, 1, clock_now_ms(bench->clock)),
	    "cache_put");
}

static void
make_world(struct bench *bench, struct index *index, uint32_t entries)
{
	static const uint8_t soa[] = "\0\0\0\0\0\1\0\0\x1c\x20\0\0\7\x08\0\1\x51\x80\0\0\0\5";
	uint8_t zone[DNS_NAME_MAX], name[DNS_NAME_MAX];
	size_t len;

	must(name_from_text(ZONE, zone, &len) == 0, "name_from_text");
	put_entry(index, zone, zone, 0);
	must(index_set_zone(index, zone, soa, sizeof(soa) - 1, 5) == 0, "index_set_zone");
	for (uint32_t n = 0; n < entries; n++) {
		len = make_name(n, "shop.svc." ZONE, name);
		put_entry(index, name, zone, n);
		make_query(bench, n, name, len);
		len = make_name(n, "www.example.com", name);
		put_parcel(bench, &bench->asked[n], name, len, n);
		make_query(bench, (size_t)entries + n, name, len);
	}
	for (uint32_t i = 0; i < QUERIES; i++)
		bench->order[i] = (uint32_t)random() % entries;
}

/* As udp.c and courier.c do it: those of a batch whose answers lie elsewhere together. */
static void
answer_cached(struct bench *bench, struct errand *errands, uint8_t **bufs, size_t count,
    uint64_t now_ms)
{
	uint64_t begun[WAITING];

	for (size_t i = 0; i < count; i++)
		begun[i] = cache_begin(bench->cache, &errands[i].asked);
	for (size_t i = 0; i < count; i++)
		cache_fetch(bench->cache, begun[i]);
	for (size_t i = 0; i < count; i++) {
		struct cache_hit hit;

		if (cache_find(bench->cache, bench->reader, &errands[i].asked, begun[i],
		    errands[i].zone_len, now_ms, &hit) != CACHE_MISS)
			errand_answer(&bench->responder, &errands[i], hit.parcel, hit.age_s, false,
			    bufs[i], BUFFER);
		bench->wrong += bufs[i][7] != 1;
	}
}

static void
run_batch(struct bench *bench, size_t first, const uint32_t *order)
{
	static uint8_t buf[BATCH][BUFFER];
	static struct errand errands[WAITING];
	struct query query[BATCH];
	uint8_t *bufs[WAITING];
	struct addr client = { .family = ADDR_IP4, .octets = { 127, 0, 0, 1 } };
	uint64_t now_ms = clock_now_ms(bench->clock);
	size_t waiting = 0;

	for (uint32_t j = 0; j < BATCH; j++) {
		size_t at = first + order[j];

		memcpy(buf[j], bench->queries[at], bench->lengths[at]);
		respond_begin(&bench->responder, buf[j], bench->lengths[at], &query[j]);
	}
	for (uint32_t j = 0; j < BATCH; j++)
		respond_fetch(&bench->responder, &query[j]);
	for (uint32_t j = 0; j < BATCH; j++) {
		size_t len = respond_finish(&bench->responder, TRANSPORT_UDP, &client, &query[j],
		    buf[j], BUFFER, &errands[waiting]);

		if (len > 0)
			bench->wrong += buf[j][7] != 1;
		else
			bufs[waiting++] = buf[j];
		if (waiting < WAITING && j + 1 < BATCH)
			continue;
		answer_cached(bench, errands, bufs, waiting, now_ms);
		waiting = 0;
	}
}

static void
run_queries(struct bench *bench, size_t first)
{
	for (uint32_t i = 0; i < QUERIES; i += BATCH) {
		run_batch(bench, first, bench->order + i);
		index_reader_quiet();
	}
}

static void
run_find(struct bench *bench)
{
	uint64_t now_ms = clock_now_ms(bench->clock);

	for (uint32_t i = 0; i < QUERIES; i++) {
		const struct asked *asked = &bench->asked[bench->order[i]];
		struct cache_hit hit;

		bench->wrong += cache_find(bench->cache, bench->reader, asked,
		    cache_begin(bench->cache, asked), 1, now_ms, &hit) == CACHE_MISS;
	}
}

static void
run_write(struct bench *bench)
{
	static const struct parcel_placing placing = { .name_at = DNS_HEADER_LEN, .age_s = 3 };
	static uint8_t message[512];
	struct wire_writer writer;
	struct cache_hit hit;

	if (cache_look(bench->cache, &bench->asked[0], 1, clock_now_ms(bench->clock), &hit) ==
	    CACHE_MISS)
		bench->wrong++;
	for (uint32_t i = 0; i < QUERIES && hit.parcel != NULL; i++) {
		struct parcel_fit fit;

		wire_writer_init(&writer, message, sizeof(message));
		writer.len = DNS_HEADER_LEN + bench->asked[0].name_len + 4u;
		parcel_write(hit.parcel, &placing, &writer, &fit);
		bench->wrong += fit.answers != 1;
	}
}

static void
run(struct bench *bench, enum kind kind, uint32_t entries)
{
	switch (kind) {
	case CLUSTER:
		run_queries(bench, 0);
		break;
	case CACHED:
		run_queries(bench, entries);
		break;
	case FIND:
		run_find(bench);
		break;
	case WRITE:
		run_write(bench);
		break;
	case KINDS:
		break;
	}
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static void
measure(struct bench *bench, uint32_t entries, unsigned rounds)
{
	static double took[KINDS][ROUNDS_MAX];
	struct cache_counts counts;

	for (unsigned round = 0; round < rounds; round++) {
		for (int kind = 0; kind < KINDS; kind++) {
			double before = cpu_s();

			run(bench, (enum kind)kind, entries);
			took[kind][round] = (cpu_s() - before) * 1e9 / QUERIES;
		}
	}
	cache_count(bench->cache, &counts);
	printf("%u names of each kind, %.1f octets an entry, %u rounds of %d queries\n", entries,
	    (double)counts.octets / (double)counts.entries, rounds, QUERIES);
	for (int kind = 0; kind < KINDS; kind++) {
		qsort(took[kind], rounds, sizeof(double), compare);
		printf("%-14s %7.1f ns\n", kind_names[kind], took[kind][rounds / 2]);
	}
	printf("rate of cached names / of cluster names: %.2f\n",
	    took[CLUSTER][rounds / 2] / took[CACHED][rounds / 2]);
}

int
main(int argc, char **argv)
{
	uint32_t entries = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 10000;
	unsigned rounds = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 31;
	struct forward_zone zone = { .name_len = 1, .upstream_count = 1 };
	struct forward *forward;
	struct index *index = index_new();
	struct bench bench = { .cache = cache_new(256ULL * entries + (8 << 20)),
		.clock = clock_new_system() };

	must(entries > 0 && rounds > 0 && rounds <= ROUNDS_MAX, "argument");
	must(index != NULL && bench.cache != NULL && bench.clock != NULL, "start");
	must(forward_new(&zone, 1, &forward) == 0, "forward_new");
	struct dns_settings settings = { .ttl_s = 5, .udp_size = 1232, .forward = forward };
	bench.responder = (struct responder){ .index = index, .settings = &settings,
		.answering = true, .clock = bench.clock };
	bench.reader = cache_reader_new(bench.cache);
	bench.queries = room(2 * (size_t)entries, sizeof(*bench.queries));
	bench.lengths = room(2 * (size_t)entries, sizeof(*bench.lengths));
	bench.asked = room(entries, sizeof(*bench.asked));
	bench.order = room(QUERIES, sizeof(*bench.order));
	must(bench.reader != NULL, "cache_reader_new");
	index_reader_begin();
	make_world(&bench, index, entries);
	measure(&bench, entries, rounds);
	index_reader_end();
	must(bench.wrong == 0, "an answer");
	return EXIT_SUCCESS;
}
