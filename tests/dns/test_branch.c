/* test_branch.c - reverse zones, and what stands between them and addresses. */
#include "dns/branch.h"

#include "dns/changes.h"
#include "dns/dns_settings.h"
#include "dns/index.h"
#include "dns/name.h"
#include "dns/reverse.h"
#include "tests/suite.h"

static const char *const zones[] = { "10.in-addr.arpa", "1.0.10.in-addr.arpa", "fd00::/8",
    "10.in-addr.arpa" };

static struct ledger ledger;

static struct branches *
start(void)
{
	static struct dns_settings settings;

	settings = (struct dns_settings){ .reverse_zones = zones, .reverse_zone_count = 4 };
	ledger = (struct ledger){ .index = index_new() };
	return branches_new(&settings, &ledger);
}

static struct cidr
leaf(const char *text)
{
	struct addr addr;

	ck_assert_int_eq(addr_parse(text, &addr), 0);
	return reverse_prefix(&addr, reverse_bits(addr.family));
}

static bool
exists(const char *text)
{
	uint8_t name[DNS_NAME_MAX];
	size_t len;

	ck_assert_int_eq(name_from_text(text, name, &len), 0);
	return index_get(ledger.index, name) != NULL;
}

START_TEST(the_most_specific_zone_is_found)
{
	static const struct {
		const char *addr, *zone;
	} rows[] = {
		{ "10.0.0.1", "10.0.0.0/8" }, { "10.0.1.1", "10.0.1.0/24" }, { "fd12::1",
		    "fd00::/8" },
		{ "11.0.0.1", NULL }, { "fe80::1", NULL },
	};
	struct branches *branches = start();

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct cidr address = leaf(rows[i].addr);
		const struct cidr *zone = branches_zone(branches, &address);
		char text[CIDR_TEXT_SIZE];

		ck_assert_int_eq(zone == NULL, rows[i].zone == NULL);
		if (zone != NULL)
			ck_assert_str_eq(cidr_text(zone, text), rows[i].zone);
	}
	branches_free(branches);
	index_free(ledger.index);
}
END_TEST

START_TEST(branches_appear_and_vanish_with_what_is_on_them)
{
	struct branches *branches = start();
	struct cidr a = leaf("10.2.3.4"), b = leaf("10.2.3.5");

	/* a zone within a zone is held by what is between */
	ck_assert(exists("10.in-addr.arpa") && exists("0.10.in-addr.arpa") &&
	    exists("1.0.10.in-addr.arpa"));
	ck_assert(!exists("in-addr.arpa") && !exists("2.10.in-addr.arpa"));
	size_t before = branches_count(branches), names = index_count(ledger.index);
	ck_assert_int_eq(branches_hold(branches, &a), 0);
	ck_assert_int_eq(branches_hold(branches, &b), 0);
	ck_assert_uint_eq(branches_count(branches), before + 2);
	ck_assert(exists("2.10.in-addr.arpa") && exists("3.2.10.in-addr.arpa"));
	branches_release(branches, &a);
	ck_assert(exists("3.2.10.in-addr.arpa"));
	branches_release(branches, &b);
	ck_assert_uint_eq(branches_count(branches), before);
	ck_assert_uint_eq(index_count(ledger.index), names);
	branches_free(branches);
	index_free(ledger.index);
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("branch");
	TCase *tcase = tcase_create("branch");

	suite_add_tcase(suite, tcase);
	tcase_add_test(tcase, the_most_specific_zone_is_found);
	tcase_add_test(tcase, branches_appear_and_vanish_with_what_is_on_them);
	return suite;
}
