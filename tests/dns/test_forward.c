/* test_forward.c - which zones are asked elsewhere: the longest wins. */
#include "dns/forward.h"

#include <string.h>

#include "base/err.h"
#include "dns/name.h"
#include "tests/suite.h"

static struct forward_zone
zone_of(const char *text)
{
	struct forward_zone zone = { .policy = FORWARD_RANDOM, .lack = "nothing there" };
	size_t len;

	ck_assert_int_eq(name_from_text(text, zone.name, &len), 0);
	zone.name_len = (uint8_t)len;
	return zone;
}

static struct forward *
table_of(const char *const *texts, size_t count)
{
	struct forward_zone zones[8];
	struct forward *forward = NULL;

	for (size_t i = 0; i < count; i++)
		zones[i] = zone_of(texts[i]);
	ck_assert_int_eq(forward_new(zones, count, &forward), 0);
	ck_assert_uint_eq(forward_count(forward), count);
	return forward;
}

static const char *
found(const struct forward *forward, const char *text, char buf[NAME_TEXT_SIZE])
{
	const struct forward_zone *zone;
	uint8_t name[DNS_NAME_MAX];
	size_t len;

	ck_assert_int_eq(name_from_text(text, name, &len), 0);
	zone = forward_find(forward, name, len);
	return zone == NULL ? "-" : name_to_text(zone->name, buf);
}

START_TEST(the_longest_zone_above_a_name_is_the_one_that_is_asked)
{
	static const char *const zones[] = { ".", "corp.example", "lab.corp.example", "example" };
	static const struct {
		const char *name;
		const char *zone;
	} rows[] = {
		{ "www.test", "." }, { ".", "." }, { "example", "example" }, { "a.example", "example" },
		{ "corp.example", "corp.example" }, { "a.b.corp.example", "corp.example" },
		{ "xcorp.example", "example" }, { "x.lab.corp.example", "lab.corp.example" },
		{ "example.test", "." },
	};
	struct forward *forward = table_of(zones, 4);
	char buf[NAME_TEXT_SIZE];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert_str_eq(found(forward, rows[i].name, buf), rows[i].zone);
	ck_assert_str_eq(forward_at(forward, 3)->lack, "nothing there");
	ck_assert_ptr_null(forward_at(forward, 4));
	forward_free(forward);
}
END_TEST

START_TEST(a_name_outside_all_zones_is_not_asked_elsewhere)
{
	static const char *const zones[] = { "corp.example" };
	struct forward *forward = table_of(zones, 1), *empty = table_of(zones, 0);
	char buf[NAME_TEXT_SIZE];

	ck_assert_str_eq(found(forward, "example", buf), "-");
	ck_assert_str_eq(found(forward, ".", buf), "-");
	ck_assert_str_eq(found(empty, "a.corp.example", buf), "-");
	ck_assert_str_eq(found(NULL, "a.corp.example", buf), "-");
	ck_assert_uint_eq(forward_count(NULL), 0);
	forward_free(forward);
	forward_free(empty);
	forward_free(NULL);
}
END_TEST

static bool
covers(const struct forward *forward, const char *text)
{
	uint8_t name[DNS_NAME_MAX];
	size_t len;

	ck_assert_int_eq(name_from_text(text, name, &len), 0);
	return forward_covers(forward, name, len);
}

START_TEST(an_entry_means_its_zone_and_those_above_but_the_root_means_none)
{
	static const char *const zones[] = { ".", "2.10.in-addr.arpa" };
	struct forward *forward = table_of(zones, 2);

	ck_assert(covers(forward, "10.in-addr.arpa"));
	ck_assert(covers(forward, "2.10.in-addr.arpa"));
	ck_assert(!covers(forward, "3.2.10.in-addr.arpa"));
	ck_assert(!covers(forward, "test"));
	ck_assert(covers(forward, "."));
	forward_free(forward);
}
END_TEST

START_TEST(two_entries_of_one_zone_are_refused)
{
	struct forward_zone zones[2] = { zone_of("a.example"), zone_of("a.example") };
	struct forward *forward = NULL;

	ck_assert_int_eq(forward_new(zones, 2, &forward), ERR_EXISTS);
	ck_assert_ptr_null(forward);
}
END_TEST

Suite *
suite(void)
{
	Suite *all = suite_create("forward");
	TCase *tests = tcase_create("forward");

	tcase_add_test(tests, the_longest_zone_above_a_name_is_the_one_that_is_asked);
	tcase_add_test(tests, a_name_outside_all_zones_is_not_asked_elsewhere);
	tcase_add_test(tests, an_entry_means_its_zone_and_those_above_but_the_root_means_none);
	tcase_add_test(tests, two_entries_of_one_zone_are_refused);
	suite_add_tcase(all, tests);
	return all;
}
