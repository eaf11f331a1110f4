/* test_cache_threads.c - readers find whole answers while the writer replaces and frees them. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "dns/cache.h"
#include "dns/index.h"
#include "dns/name.h"
#include "dns/parcel_layout.h"
#include "tests/dns/said.h"
#include "tests/suite.h"

#define NAMES 64
#define READERS 2
#define ROUNDS 120              /* of the writer */
#define MISSING 100             /* names that come and go in a round */
#define LOOKUPS_MIN 20000       /* of each reader */

static const struct cache_settings settings = { .max_ttl_s = 3600, .serve_stale_s = 86400,
	.prefetch = true };
static struct cache *cache;
static struct asked questions[NAMES];
static _Atomic uint64_t now_ms = 1000000;
static atomic_bool stopping;
static atomic_uint wrong, ready;
static _Atomic uint64_t refreshes;

/* The answer to nN is the address N, whole, with a TTL that has counted down. */
static bool
is_right(const struct cache_hit *hit, uint32_t n)
{
	const struct parcel_placing placing = { .name_at = DNS_HEADER_LEN, .age_s = hit->age_s };
	uint8_t message[512] = { 0 };
	struct wire_writer writer;
	struct parcel_fit fit;

	if (parcel_rcode(hit->parcel) == DNS_SERVFAIL)
		return true;
	wire_writer_init(&writer, message, sizeof(message));
	writer.len = DNS_HEADER_LEN + questions[n].name_len + 4u;
	size_t at = writer.len;
	parcel_write(hit->parcel, &placing, &writer, &fit);
	return fit.answers == 1 && writer.len == at + 16 && wire_get_u32(message + at + 12) == n &&
	    wire_get_u32(message + at + 6) <= 3600;
}

static void *
read_all(void *arg)
{
	struct cache_reader *reader = cache_reader_new(cache);
	uint64_t said_refresh = 0;

	(void)arg;
	index_reader_begin();
	atomic_fetch_add(&ready, 1);
	for (unsigned i = 0; i < LOOKUPS_MIN || !atomic_load(&stopping); i++) {
		struct cache_hit hit;
		const struct asked *asked = &questions[i % NAMES];
		uint64_t begun = cache_begin(cache, asked);
		cache_fetch(cache, begun);
		enum cache_state state = cache_find(cache, reader, asked, begun, 1,
		    atomic_load_explicit(&now_ms, memory_order_relaxed), &hit);

		said_refresh += state == CACHE_REFRESH;
		if (state != CACHE_MISS && !is_right(&hit, i % NAMES))
			atomic_fetch_add(&wrong, 1);
		if (i % 32 == 0)
			index_reader_quiet();
	}
	index_reader_end();
	atomic_fetch_add(&refreshes, said_refresh);
	return NULL;
}

static void
write_round(unsigned round)
{
	uint64_t ms = atomic_load(&now_ms);
	struct asked asked;

	for (uint32_t n = 0; n < NAMES; n++) {
		struct parcel *parcel = said_number(n, "example", false, &asked);

		if (!cache_put(cache, parcel, &settings, 1, ms, ms))
			parcel_free(parcel);
	}
	for (uint32_t n = 0; n < MISSING; n++) {
		struct parcel *parcel = said_number(round * MISSING + n, "missing.example", true,
		    &asked);

		if (!cache_put(cache, parcel, &settings, 1, ms, ms))
			parcel_free(parcel);
	}
	cache_fail(cache, &questions[round % NAMES], DNS_SERVFAIL, ms, ms);
	if (round % 16 == 0)
		cache_flush(cache, questions[round % NAMES].name,
		    questions[round % NAMES].name_len, false);
	if (round % 20 == 0)
		ck_assert_int_eq(cache_resize(cache, round % 40 == 0 ? 65536 : 32768), 0);
	cache_tidy(cache, ms);
	cache_reclaim(cache);
	atomic_fetch_add(&now_ms, 1000);
}

START_TEST(readers_never_see_half_an_answer)
{
	pthread_t threads[READERS];
	struct cache_counts counts;
	struct asked asked;

	cache = cache_new(65536);
	for (uint32_t n = 0; n < NAMES; n++)
		parcel_free(said_number(n, "example", false, &questions[n]));
	for (unsigned i = 0; i < READERS; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, read_all, NULL), 0);
	while (atomic_load(&ready) < READERS)
		continue;
	for (unsigned round = 0; round < ROUNDS; round++) {
		write_round(round);
		cache_count(cache, &counts);
		ck_assert_uint_le(counts.octets, 65536);
	}
	/* An answer near its end: however many see that at once, one is told to renew it. */
	struct parcel *parcel = said_number(0, "example", false, &asked);
	uint64_t ms = atomic_load(&now_ms);
	ck_assert(cache_put(cache, parcel, &settings, 1, ms, ms));
	atomic_fetch_add(&now_ms, 3500 * 1000);
	atomic_store(&stopping, true);
	for (unsigned i = 0; i < READERS; i++)
		pthread_join(threads[i], NULL);
	ck_assert_uint_eq(atomic_load(&wrong), 0);
	cache_count(cache, &counts);
	ck_assert_uint_eq(counts.prefetches, atomic_load(&refreshes));
	ck_assert_uint_gt(counts.hits, 0);
	cache_free(cache);
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("cache_threads");
	TCase *tests = tcase_create("cache_threads");

	tcase_add_test(tests, readers_never_see_half_an_answer);
	tcase_set_timeout(tests, 120);
	suite_add_tcase(suite, tests);
	return suite;
}
