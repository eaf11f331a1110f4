/* test_cache_zones.c - a zone that comes or goes takes with it what others said of its names. */
#include "dns/cache_zones.h"

#include <string.h>

#include "dns/cache.h"
#include "dns/forward.h"
#include "dns/name.h"
#include "dns/parcel.h"
#include "tests/dns/said.h"
#include "tests/suite.h"

static struct forward *
table(const char *const *names, size_t count)
{
	static struct forward_zone zones[4];
	struct forward *forward;
	size_t len;

	for (size_t i = 0; i < count; i++) {
		memset(&zones[i], 0, sizeof(zones[i]));
		ck_assert_int_eq(name_from_text(names[i], zones[i].name, &len), 0);
		zones[i].name_len = (uint8_t)len;
		zones[i].upstream_count = 1;
	}
	ck_assert_int_eq(forward_new(zones, count, &forward), 0);
	return forward;
}

static const struct {
	const char *before[3], *after[3];
	unsigned left;          /* of a.example, b.corp.example, c.eu.corp.example, missing corp */
} changes[] = {
	{ { "." }, { "." }, 4 },
	{ { ".", "corp.example" }, { "corp.example", "." }, 4 },
	{ { "." }, { ".", "corp.example" }, 2 },
	{ { ".", "corp.example" }, { "." }, 2 },
	{ { ".", "corp.example" }, { ".", "corp.example", "eu.corp.example" }, 3 },
	{ { "." }, { "corp.example" }, 0 },
	{ { NULL }, { "." }, 0 },
	{ { "." }, { ".", "corp" }, 3 },
};

START_TEST(what_others_said_of_a_zone_goes)
{
	static const struct cache_settings settings = { .max_ttl_s = 3600 };
	static const char *const zones[] = { "example", "corp.example", "eu.corp.example" };
	struct cache *cache = cache_new(1 << 20);
	struct cache_counts counts;
	struct asked asked;
	size_t before = 0, after = 0;

	for (uint32_t n = 0; n < 3; n++)
		ck_assert(cache_put(cache, said_number(n, zones[n], false, &asked), &settings, 1, 0,
		    1000));
	ck_assert(cache_put(cache, said("corp A", "NXDOMAIN\nNS . 900 SOA a. b. 1 2 3 4 60\n"),
	    &settings, 1, 0, 1000));
	while (before < 3 && changes[_i].before[before] != NULL)
		before++;
	while (after < 3 && changes[_i].after[after] != NULL)
		after++;
	struct forward *old = before == 0 ? NULL : table(changes[_i].before, before);
	struct forward *new = table(changes[_i].after, after);
	ck_assert_uint_eq(cache_zones_changed(cache, old, new), 4 - changes[_i].left);
	cache_count(cache, &counts);
	ck_assert_uint_eq(counts.entries + counts.negative_entries, changes[_i].left);
	forward_free(old);
	forward_free(new);
	cache_free(cache);
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("cache_zones");
	TCase *tests = tcase_create("cache_zones");

	tcase_add_loop_test(tests, what_others_said_of_a_zone_goes, 0,
	    sizeof(changes) / sizeof(changes[0]));
	suite_add_tcase(suite, tests);
	return suite;
}
