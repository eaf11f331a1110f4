/* test_zone_table.c - the longest zone above a name is found, and its SOA is ready. */
#include "dns/zone_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dns/name.h"
#include "tests/dns/sample.h"
#include "tests/suite.h"

/* ns.dns.cluster.local, hostmaster.cluster.local, five numbers. */
static const uint8_t soa[] = "\2ns\3dns\7cluster\5local\0" "\12hostmaster\7cluster\5local\0"
    /* the last octet of minimum is the NUL */
    "\0\0\0\1\0\0\x1c\x20\0\0\7\x08\0\1\x51\x80\0\0\0";

static struct zone *
make(const char *name)
{
	uint8_t wire[DNS_NAME_MAX];
	struct zone *zone = zone_table_make(sample_name(name, wire), soa, sizeof(soa), 5, 0);

	ck_assert_ptr_nonnull(zone);
	return zone;
}

/* A larger table instead of `table`, which shares its zones. */
static struct zone_table *
with(struct zone_table *table, const char *name)
{
	struct zone_table *more = zone_table_with(table, make(name));

	ck_assert_ptr_nonnull(more);
	free(table);
	return more;
}

static void
release(struct zone_table *table)
{
	for (size_t i = 0; i <= table->mask; i++)
		free((void *)(uintptr_t)zone_table_slot(table, i));
	free(table);
}

static const char *const zones[] = { "cluster.local", "in-addr.arpa", "96.10.in-addr.arpa",
    "97.10.in-addr.arpa",
	"sub.cluster.local" };

static const struct {
	const char *name;
	const char *zone;       /* NULL: none */
} cases[] = {
	{ "cluster.local", "cluster.local" },
	{ "web.shop.svc.cluster.local", "cluster.local" },
	{ "a.sub.cluster.local", "sub.cluster.local" },
	{ "1.0.96.10.in-addr.arpa", "96.10.in-addr.arpa" },
	{ "1.0.97.10.in-addr.arpa", "97.10.in-addr.arpa" },
	{ "1.0.98.10.in-addr.arpa", "in-addr.arpa" },
	{ "local", NULL },
	{ "xcluster.local", NULL },
	{ ".", NULL },
	{ "example.com", NULL },
};

START_TEST(the_longest_zone_wins)
{
	struct zone_table *table = NULL;
	uint8_t name[DNS_NAME_MAX], expected[DNS_NAME_MAX];

	for (size_t i = 0; i < sizeof(zones) / sizeof(zones[0]); i++)
		table = with(table, zones[i]);
	sample_name(cases[_i].name, name);
	const struct zone *zone = zone_table_above(table, name, name_len(name));
	if (cases[_i].zone == NULL)
		ck_assert_ptr_null(zone);
	else
		ck_assert(name_equal(zone->name, sample_name(cases[_i].zone, expected)));
	release(table);
}
END_TEST

START_TEST(the_soa_points_at_the_zone_wherever_it_is_the_suffix)
{
	struct zone *zone = make("cluster.local"), *other = make("in-addr.arpa");

	ck_assert_uint_eq(zone->pointer_count, 3);
	/* owner, head, "ns.dns" + pointer, "hostmaster" + pointer, numbers */
	ck_assert_uint_eq(zone->record_len, 12 + 9 + 13 + 20);
	ck_assert_uint_eq(zone->pointers[0], 0);
	ck_assert_uint_eq(zone->pointers[1], 12 + 7);
	ck_assert_uint_eq(zone->pointers[2], 12 + 9 + 11);
	ck_assert_uint_eq(zone->record[11], 9 + 13 + 20);
	ck_assert_uint_eq(other->pointer_count, 1);
	free(zone);
	free(other);
}
END_TEST

START_TEST(replacing_and_removing_leave_the_others)
{
	struct zone_table *table = with(with(NULL, "a"), "bb");
	uint8_t name[DNS_NAME_MAX];
	const struct zone *old = zone_table_at(table, sample_name("a", name), 3);

	ck_assert(zone_table_put(table, make("a")));
	ck_assert_ptr_ne(zone_table_at(table, name, 3), old);
	free((void *)(uintptr_t)old);
	ck_assert_uint_eq(table->count, 2);
	struct zone_table *less = zone_table_without(table, sample_name("bb", name));
	free((void *)(uintptr_t)zone_table_at(table, name, 4));
	free(table);
	ck_assert_uint_eq(less->count, 1);
	ck_assert_ptr_null(zone_table_above(less, name, name_len(name)));
	ck_assert_ptr_nonnull(zone_table_above(less, sample_name("x.a", name), 5));
	release(less);
	ck_assert_ptr_null(zone_table_above(NULL, name, name_len(name)));
}
END_TEST

START_TEST(hundreds_of_zones_of_one_length_are_found)
{
	struct zone_table *table = NULL;
	uint8_t name[DNS_NAME_MAX];
	char text[32];

	for (unsigned i = 0; i < 300; i++) {
		(void)snprintf(text, sizeof(text), "%03u.in-addr.arpa", i);
		struct zone *zone = make(text);
		if (!zone_table_put(table, zone)) {
			struct zone_table *more = zone_table_with(table, zone);

			free(table);
			table = more;
		}
	}
	ck_assert_uint_eq(table->count, 300);
	for (unsigned i = 0; i < 300; i++) {
		(void)snprintf(text, sizeof(text), "9.%03u.in-addr.arpa", i);
		sample_name(text, name);
		const struct zone *zone = zone_table_above(table, name, name_len(name));
		ck_assert_ptr_nonnull(zone);
		ck_assert(name_equal(zone->name, name_parent(name)));
	}
	ck_assert_ptr_null(zone_table_above(table, sample_name("300.in-addr.arpa", name),
	    name_len(name)));
	release(table);
}
END_TEST

START_TEST(an_soa_that_is_none_is_refused)
{
	ck_assert_ptr_null(zone_table_make((const uint8_t *)"\1a", soa, sizeof(soa) - 1, 5, 0));
	ck_assert_ptr_null(zone_table_make((const uint8_t *)"\1a", soa, 10, 5, 0));
}
END_TEST

Suite *
suite(void)
{
	Suite *zone_table = suite_create("zone_table");
	TCase *tests = tcase_create("zone_table");

	tcase_add_loop_test(tests, the_longest_zone_wins, 0,
	    (int)(sizeof(cases) / sizeof(cases[0])));
	tcase_add_test(tests, the_soa_points_at_the_zone_wherever_it_is_the_suffix);
	tcase_add_test(tests, replacing_and_removing_leave_the_others);
	tcase_add_test(tests, hundreds_of_zones_of_one_length_are_found);
	tcase_add_test(tests, an_soa_that_is_none_is_refused);
	suite_add_tcase(zone_table, tests);
	return zone_table;
}
