/* test_cache_put.c - the cache stays within its octets, and what nobody needs goes first. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dns/cache.h"
#include "dns/cache_parts.h"
#include "dns/name.h"
#include "tests/dns/said.h"
#include "tests/scarce.h"
#include "tests/suite.h"

#define SIZE (1 << 20)

static const struct cache_settings settings = { .max_ttl_s = 3600, .max_negative_ttl_s = 1800,
	.serve_stale_s = 86400 };
static struct cache *cache;
static struct cache_reader *reader;
static uint64_t now_ms = 1000000;

static void
setup(void)
{
	cache = cache_new(SIZE);
	reader = cache_reader_new(cache);
}

static void
teardown(void)
{
	cache_free(cache);
}

static void
put(uint32_t n, const char *zone, bool missing)
{
	struct asked asked;
	struct parcel *parcel = said_number(n, zone, missing, &asked);

	if (!cache_put(cache, parcel, &settings, 1, now_ms, now_ms))
		parcel_free(parcel);
	cache_reclaim(cache);
}

static void
put_text(const char *question, const char *reply)
{
	ck_assert(cache_put(cache, said(question, reply), &settings, 1, now_ms, now_ms));
}

static bool
finds_asked(const struct asked *asked)
{
	struct cache_hit hit;

	return cache_find(cache, reader, asked, cache_begin(cache, asked), 1, now_ms, &hit) ==
	    CACHE_FRESH;
}

static bool
finds(uint32_t n, const char *zone)
{
	struct asked asked;
	char text[300];

	snprintf(text, sizeof(text), "n%u.%s A", n, zone);
	asked = said_asked(text);
	return finds_asked(&asked);
}

static struct cache_counts
counts(void)
{
	struct cache_counts now;

	cache_count(cache, &now);
	return now;
}

START_TEST(never_takes_more_octets_than_it_may)
{
	for (uint32_t n = 0; n < 20000; n++) {
		put(n, n % 3 == 0 ? "a.rather.long.name.that.takes.more.octets.example" : "example",
		    n % 5 == 0);
		ck_assert_uint_le(counts().octets, SIZE);
	}
	ck_assert_uint_ge(counts().octets, SIZE * 8 / 10);
	ck_assert_uint_gt(counts().evictions, 5000);
}
END_TEST

START_TEST(missing_names_cannot_push_out_answers)
{
	for (uint32_t n = 0; n < 2000; n++)
		put(n, "example", false);
	for (uint32_t n = 0; n < 50000; n++)
		put(n, "random.example", true);
	for (uint32_t n = 0; n < 2000; n++)
		ck_assert_msg(finds(n, "example"), "n%u is gone", n);
	ck_assert_uint_le(cache_get(&cache->negative_octets), SIZE / 4);
	ck_assert_uint_le(counts().octets, SIZE);
	ck_assert_uint_eq(counts().entries, 2000);
	/* The last that came is there. */
	ck_assert(finds(49999, "random.example"));
}
END_TEST

START_TEST(what_is_asked_for_stays)
{
	for (uint32_t n = 0; n < 500; n++)
		put(n, "example", false);
	/* Five times what there is room for, of names that nobody asks for again. */
	for (uint32_t n = 0; n < 40000; n++) {
		put(n, "once.example", false);
		if (n % 4 == 0)
			ck_assert_msg(finds(n / 4 % 500, "example"), "n%u is gone", n / 4 % 500);
	}
}
END_TEST

START_TEST(what_has_ended_has_no_second_chance)
{
	for (uint32_t n = 0; n < 3000; n++) {
		put(n, "old.example", false);
		ck_assert(finds(n, "old.example"));
	}
	now_ms += 3600 * 1000;
	for (uint32_t n = 0; n < 6000; n++) {
		put(n, "example", false);
		ck_assert(finds(n, "example"));
	}
	ck_assert_uint_lt(counts().entries, 7000);
	/* But for the few that found both of their buckets full. */
	ck_assert_uint_le(counts().evictions, 60);
	unsigned found = 0;
	for (uint32_t n = 0; n < 6000; n++)
		found += finds(n, "example");
	ck_assert_uint_eq(found, 6000 - counts().evictions);
}
END_TEST

START_TEST(tidying_finds_what_is_of_no_use_any_more)
{
	for (uint32_t n = 0; n < 1000; n++)
		put(n, "example", n % 2 == 0);
	now_ms += 3600 * 1000;
	for (unsigned i = 0; i < 300; i++)
		cache_tidy(cache, now_ms);
	/* Answers may still stand in for a failing upstream. */
	ck_assert_uint_eq(counts().negative_entries, 0);
	ck_assert_uint_eq(counts().entries, 500);
	now_ms += 86400 * 1000;
	for (unsigned i = 0; i < 300; i++)
		cache_tidy(cache, now_ms);
	ck_assert_uint_eq(counts().entries, 0);
	ck_assert_uint_eq(counts().octets, cache_table_size(cache_table(cache)));
	ck_assert_uint_eq(counts().evictions, 0);
}
END_TEST

START_TEST(a_parcel_larger_than_a_quarter_is_not_kept)
{
	static char reply[100000];
	int at = snprintf(reply, sizeof(reply), "NOERROR\n");
	struct cache *small = cache_new(16384);

	for (unsigned i = 0; i < 400; i++)
		at += snprintf(reply + at, sizeof(reply) - (size_t)at,
		    "AN www.example. 300 A 192.0.%u.%u\n", i / 256, i % 256);
	struct parcel *parcel = said("www.example A", reply);
	ck_assert(!cache_put(small, parcel, &settings, 1, now_ms, now_ms));
	ck_assert(cache_put(cache, parcel, &settings, 1, now_ms, now_ms));
	cache_free(small);
}
END_TEST

START_TEST(without_a_size_nothing_is_kept)
{
	struct cache *none = cache_new(0);
	struct asked asked;
	struct parcel *parcel = said_number(1, "example", false, &asked);

	ck_assert(!cache_put(none, parcel, &settings, 1, now_ms, now_ms));
	parcel_free(parcel);
	cache_fail(none, &asked, DNS_SERVFAIL, now_ms, now_ms);
	cache_free(none);
}
END_TEST

static size_t
flush(const char *text, bool below)
{
	uint8_t name[DNS_NAME_MAX];
	size_t len;

	ck_assert_int_eq(name_from_text(text, name, &len), 0);
	return cache_flush(cache, name, len, below);
}

START_TEST(a_name_can_be_forgotten_alone_or_with_all_below)
{
	put_text("example A", "NOERROR\nAN example. 300 A 192.0.2.1\n");
	put_text("example MX", "NOERROR\nAN example. 300 MX 1 a.example.\n");
	for (uint32_t n = 0; n < 10; n++)
		put(n, "example", n % 2 == 0);
	put(1, "bexample", false);
	ck_assert_uint_eq(flush("n1.example", false), 1);
	ck_assert(!finds(1, "example"));
	ck_assert_uint_eq(flush("example", false), 2);
	ck_assert(finds(2, "example"));
	ck_assert_uint_eq(flush("example", true), 9);
	ck_assert(!finds(2, "example"));
	ck_assert(!finds(3, "example"));
	ck_assert(finds(1, "bexample"));
	ck_assert_uint_eq(flush(".", true), 1);
	ck_assert_uint_eq(counts().entries + counts().negative_entries, 0);
}
END_TEST

START_TEST(a_forgotten_name_is_not_missing_because_of_one_above)
{
	put(1, "example", true);
	ck_assert(finds(7, "n1.example"));
	ck_assert_uint_eq(flush("n7.n1.example", false), 0);
	ck_assert(!finds(7, "n1.example"));
}
END_TEST

static bool
is_corp(void *arg, const uint8_t *name, size_t len)
{
	(void)arg;
	return len >= 6 && memcmp(name + len - 6, "\4corp", 6) == 0;
}

START_TEST(answers_that_lead_to_what_has_become_ours_go)
{
	put_text("a.example A", "NOERROR\nAN a.example. 300 CNAME Www.Corp.\n"
	    "AN www.corp. 300 A 192.0.2.1\n");
	put_text("b.example A", "NOERROR\nAN b.example. 300 CNAME c.example.\n"
	    "AN c.example. 300 A 192.0.2.1\n");
	put_text("c.example A", "NOERROR\nAN c.example. 300 A 192.0.2.1\n");
	ck_assert_uint_eq(cache_forget_ours(cache, is_corp, NULL), 1);
	ck_assert_uint_eq(cache_forget_ours(cache, is_corp, NULL), 0);
}
END_TEST

START_TEST(entries_can_be_looked_at)
{
	struct cache_seen seen;
	size_t at = 0;

	put_text("www.example AAAA do", "NOERROR\nAN www.example. 300 AAAA 2001:db8::1\n");
	struct asked asked = said_asked("www.example AAAA do");
	ck_assert(finds_asked(&asked));
	ck_assert(finds_asked(&asked));
	now_ms += 100000;
	ck_assert(cache_next(cache, now_ms, &at, &seen));
	ck_assert(asked_equal(&seen.asked, &asked));
	ck_assert_uint_eq(seen.left_s, 200);
	ck_assert_uint_eq(seen.hits, 2);
	ck_assert_uint_gt(seen.octets, 100);
	ck_assert(!seen.stale && !seen.all_types && seen.rcode == DNS_NOERROR);
	ck_assert(!cache_next(cache, now_ms, &at, &seen));
	now_ms += 1000000;
	at = 0;
	ck_assert(cache_next(cache, now_ms, &at, &seen));
	ck_assert(seen.stale);
	ck_assert_uint_eq(seen.left_s, 86400 - 800);
	put(1, "example", true);
	flush("www.example", false);
	at = 0;
	ck_assert(cache_next(cache, now_ms, &at, &seen));
	ck_assert(seen.all_types && seen.rcode == DNS_NXDOMAIN);
}
END_TEST

START_TEST(takes_another_size_at_once)
{
	for (uint32_t n = 0; n < 2000; n++)
		put(n, "example", false);
	ck_assert_int_eq(cache_resize(cache, SIZE * 4), 0);
	for (uint32_t n = 0; n < 2000; n++)
		ck_assert(finds(n, "example"));
	ck_assert_int_eq(cache_resize(cache, SIZE / 8), 0);
	ck_assert_uint_le(counts().octets, SIZE / 8);
	ck_assert_uint_gt(counts().entries, 500);
	ck_assert_int_eq(cache_resize(cache, 0), 0);
	ck_assert_uint_eq(counts().entries, 0);
	ck_assert_int_eq(cache_resize(cache, SIZE), 0);
	put(1, "example", false);
	ck_assert(finds(1, "example"));
	cache_reclaim(cache);
}
END_TEST

START_TEST(survives_the_lack_of_memory)
{
	struct asked asked = said_asked("www.example A");
	struct cache_hit hit;

	for (size_t n = 1; n <= 2; n++) {
		scarce_fail_at(n);
		ck_assert_ptr_null(cache_new(SIZE));
		ck_assert(scarce_failed());
	}
	put(1, "example", false);
	scarce_fail_at(1);
	ck_assert_int_eq(cache_resize(cache, SIZE * 2), ERR_NOMEM);
	ck_assert(scarce_failed());
	ck_assert(finds(1, "example"));
	scarce_fail_at(1);
	cache_fail(cache, &asked, DNS_SERVFAIL, now_ms, now_ms);
	ck_assert(scarce_failed());
	ck_assert_int_eq(cache_look(cache, &asked, 1, now_ms, &hit), CACHE_MISS);
	/* Nothing to remember by what is to be freed: it waits for the readers there and then. */
	scarce_fail_all(true);
	cache_flush(cache, (const uint8_t *)"", 1, true);
	scarce_fail_all(false);
	ck_assert_uint_eq(counts().entries, 0);
}
END_TEST

/* So many names whose first bucket is the same one. */
static void
find_crowd(struct asked *crowd, unsigned count)
{
	for (uint32_t n = 0, found = 0; found < count; n++) {
		struct asked *asked = &crowd[found];
		char text[40];
		size_t len;

		snprintf(text, sizeof(text), "n%u.example", n);
		*asked = (struct asked){ .type = DNS_TYPE_A };
		ck_assert_int_eq(name_from_text(text, asked->name, &len), 0);
		asked->name_len = (uint8_t)len;
		struct cache_key key = cache_key(cache, asked->name, len, asked->type, 0);
		found += (key.hash & cache_table(cache)->mask) == 0;
	}
}

static unsigned
count_kept(const struct asked *crowd, unsigned count)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < count; i++) {
		uint32_t n = (uint32_t)strtoul((const char *)crowd[i].name + 2, NULL, 10);

		put(n, "example", false);
	}
	for (unsigned i = 0; i < count; i++)
		kept += finds_asked(&crowd[i]);
	return kept;
}

/* Without the key nobody knows which names fall together. */
START_TEST(names_that_fall_together_here_do_not_elsewhere)
{
	static struct asked crowd[100];
	uint8_t key[crypto_shorthash_KEYBYTES];

	find_crowd(crowd, 100);
	struct cache *first = cache;
	cache = cache_new(SIZE);
	reader = cache_reader_new(cache);
	ck_assert_uint_eq(count_kept(crowd, 100), 100);
	memcpy(key, cache->key, sizeof(key));
	ck_assert_mem_ne(key, first->key, sizeof(key));
	unsigned buckets[100] = { 0 }, worst = 0;
	for (unsigned i = 0; i < 100; i++) {
		struct cache_key at = cache_key(cache, crowd[i].name, crowd[i].name_len,
		    crowd[i].type, 0);

		buckets[at.hash % 100]++;
	}
	for (unsigned i = 0; i < 100; i++)
		worst = buckets[i] > worst ? buckets[i] : worst;
	/* 100 balls in 100 bins: more than 9 in one has a chance below 1e-5. */
	ck_assert_uint_le(worst, 9);
	cache_free(first);
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("cache_put");
	TCase *tests = tcase_create("cache_put");

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, never_takes_more_octets_than_it_may);
	tcase_add_test(tests, missing_names_cannot_push_out_answers);
	tcase_add_test(tests, what_is_asked_for_stays);
	tcase_add_test(tests, what_has_ended_has_no_second_chance);
	tcase_add_test(tests, tidying_finds_what_is_of_no_use_any_more);
	tcase_add_test(tests, a_parcel_larger_than_a_quarter_is_not_kept);
	tcase_add_test(tests, without_a_size_nothing_is_kept);
	tcase_add_test(tests, a_name_can_be_forgotten_alone_or_with_all_below);
	tcase_add_test(tests, a_forgotten_name_is_not_missing_because_of_one_above);
	tcase_add_test(tests, answers_that_lead_to_what_has_become_ours_go);
	tcase_add_test(tests, entries_can_be_looked_at);
	tcase_add_test(tests, takes_another_size_at_once);
	tcase_add_test(tests, survives_the_lack_of_memory);
	tcase_add_test(tests, names_that_fall_together_here_do_not_elsewhere);
	suite_add_tcase(suite, tests);
	return suite;
}
