/* test_apex.c - the names that are always there, and who the zone's name servers are. */
#include "dns/apex.h"

#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "dns/changes.h"
#include "dns/dns_settings.h"
#include "dns/domain.h"
#include "dns/entry.h"
#include "dns/index.h"
#include "dns/wire.h"
#include "tests/scarce.h"
#include "tests/suite.h"

#define NAME(text) ((const uint8_t *)(text))
#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

/* The other family first: what is answered is grouped all the same. */
static const struct addr ns_addresses[] = {
	{ ADDR_IP6, { 0xfd, [15] = 9 } }, { ADDR_IP4, { 192, 0, 2, 1 } },
	{ ADDR_IP4, { 192, 0, 2, 2 } },
};
static const struct dns_settings settings = { .cluster_domain = "z", .ttl_s = 7,
	.ttl_cluster_ip_s = 5, .ttl_headless_s = 6, .ttl_negative_s = 4,
	.ns_addresses = ns_addresses, .ns_address_count = 3 };
static const struct dns_settings nowhere = { .cluster_domain = "z", .ttl_s = 7 };

static struct arena *arena;
static struct domain domain;
static struct ledger ledger;

static void
set_up(void)
{
	arena = arena_new(0);
	ck_assert_int_eq(domain_init(&domain, &settings, arena), 0);
	ledger = (struct ledger){ .index = index_new() };
}

static void
tear_down(void)
{
	index_free(ledger.index);
	arena_free(arena);
}

#define OWN_ADDRESSES(of) \
	{ .owner = (of), .type = DNS_TYPE_A, .ttl_s = 7, .rdata = ns_addresses[1].octets, .rdata_len = 4 }, \
	{ .owner = (of), .type = DNS_TYPE_A, .ttl_s = 7, .rdata = ns_addresses[2].octets, .rdata_len = 4 }, \
	{ .owner = (of), .type = DNS_TYPE_AAAA, .ttl_s = 7, .rdata = ns_addresses[0].octets, .rdata_len = 16 }
#define NS(target, len) \
	{ .type = DNS_TYPE_NS, .ttl_s = 7, .rdata = NAME(target), .rdata_len = (len) }

/* What stands at the name answers exactly this. */
static void
check_entry(const char *name, const struct entry_record *records, size_t count,
    const struct entry_record *additional, size_t additional_count)
{
	struct entry_spec spec = { .kind = ENTRY_NAME, .name = NAME(name), .zone = NAME("\1z"),
	    .records = records, .record_count = count, .additional = additional,
	    .additional_count = additional_count };
	const struct entry *found = index_get(ledger.index, NAME(name));
	struct entry *expected;

	ck_assert_int_eq(entry_build(&spec, &expected), 0);
	ck_assert_msg(found != NULL && entry_equal(found, expected), "%s", name + 1);
	entry_free(expected);
}

START_TEST(six_names_are_always_there)
{
	static const struct entry_record version = { .type = DNS_TYPE_TXT, .ttl_s = 28800,
	    .rdata = NAME("\5" "1.1.0"), .rdata_len = 6 };
	static const struct entry_record servers[] = { NS("\2ns\3dns\1z", 10) };
	static const struct entry_record glue[] = { OWN_ADDRESSES(NAME("\2ns\3dns\1z")) };
	static const struct entry_record own[] = { OWN_ADDRESSES(NULL) };

	ck_assert_int_eq(apex_put_fixed(&domain, &ledger), 0);
	ck_assert_uint_eq(index_count(ledger.index), 6);
	check_entry("\1z", servers, 1, glue, COUNT(glue));
	check_entry("\3svc\1z", NULL, 0, NULL, 0);
	check_entry("\3pod\1z", NULL, 0, NULL, 0);
	check_entry("\3dns\1z", NULL, 0, NULL, 0);
	check_entry("\13dns-version\1z", &version, 1, NULL, 0);
	check_entry("\2ns\3dns\1z", own, COUNT(own), NULL, 0);
}
END_TEST

START_TEST(without_addresses_the_name_server_is_a_name_all_the_same)
{
	static const struct entry_record servers[] = { NS("\2ns\3dns\1z", 10) };

	domain.settings = &nowhere;
	ck_assert_int_eq(apex_put_fixed(&domain, &ledger), 0);
	check_entry("\1z", servers, 1, NULL, 0);
	check_entry("\2ns\3dns\1z", NULL, 0, NULL, 0);
}
END_TEST

#define GLUE(of, kind, data, len) \
	{ .owner = NAME(of), .type = (kind), .ttl_s = 5, .rdata = NAME(data), .rdata_len = (len) }
#define A_DNS "\1a\3svc\1z"
#define B_DNS "\1b\3svc\1z"

START_TEST(services_that_serve_are_named_once_each_with_all_their_addresses)
{
	struct entry_record given[] = {
		GLUE(B_DNS, DNS_TYPE_A, "\12\0\0\2", 4), GLUE(A_DNS, DNS_TYPE_AAAA, "\375ipv6-of-sixteen", 16),
		GLUE(A_DNS, DNS_TYPE_A, "\12\0\0\3", 4), GLUE(B_DNS, DNS_TYPE_A, "\12\0\0\2", 4),
		GLUE(A_DNS, DNS_TYPE_A, "\12\0\0\1", 4),
	};
	static const struct entry_record servers[] = { NS(A_DNS, 9), NS(B_DNS, 9) };
	static const struct entry_record additional[] = {
		GLUE(A_DNS, DNS_TYPE_A, "\12\0\0\1", 4), GLUE(A_DNS, DNS_TYPE_A, "\12\0\0\3", 4),
		GLUE(A_DNS, DNS_TYPE_AAAA, "\375ipv6-of-sixteen", 16),
		GLUE(B_DNS, DNS_TYPE_A, "\12\0\0\2", 4),
	};

	ck_assert_int_eq(apex_put(&domain, &ledger, arena, given, COUNT(given)), 0);
	check_entry("\1z", servers, 2, additional, COUNT(additional));
	ck_assert(ledger.visible);
	/* They are gone: ns.dns.Z again. */
	static const struct entry_record fallback[] = { NS("\2ns\3dns\1z", 10) };
	static const struct entry_record own[] = { OWN_ADDRESSES(NAME("\2ns\3dns\1z")) };

	ck_assert_int_eq(apex_put(&domain, &ledger, arena, given, 0), 0);
	check_entry("\1z", fallback, 1, own, COUNT(own));
}
END_TEST

START_TEST(the_soa_ends_in_the_ttl_of_negative_answers)
{
	static const uint8_t expected[] = "\2ns\3dns\1z\0\12hostmaster\1z\0"
	    "\x65\x43\x21\x0f" "\0\0\x1c\x20" "\0\0\x07\x08" "\0\1\x51\x80" "\0\0\0\4";
	const uint8_t *soa;
	uint16_t len;

	ck_assert_int_eq(apex_soa(&domain, 0x6543210f, arena, &soa, &len), 0);
	ck_assert_uint_eq(len, sizeof(expected) - 1);
	ck_assert_mem_eq(soa, expected, len);
}
END_TEST

START_TEST(without_memory_the_apex_stays_as_it_was)
{
	struct entry_record given[] = { GLUE(B_DNS, DNS_TYPE_A, "\12\0\0\2", 4),
	    GLUE(A_DNS, DNS_TYPE_A, "\12\0\0\1", 4) };
	bool failed = true;
	size_t failures = 0;

	for (size_t n = 1; failed; n++) {
		struct arena *scratch = arena_new(16);

		ck_assert_int_eq(apex_put(&domain, &ledger, scratch, NULL, 0), 0);
		const struct entry *before = index_get(ledger.index, NAME("\1z"));
		scarce_fail_at(n);
		int err = apex_put(&domain, &ledger, scratch, given, 2);

		/* Some are done without: letting the old entry go then waits for the readers. */
		failed = scarce_failed();
		ck_assert(err == 0 || (failed && err == ERR_NOMEM));
		ck_assert((index_get(ledger.index, NAME("\1z")) == before) == (err != 0));
		failures += err != 0;
		arena_free(scratch);
		ck_assert_uint_lt(n, 100);
	}
	ck_assert_uint_gt(failures, 2);
}
END_TEST

START_TEST(each_allocation_that_fails_is_said_by_the_fixed_names)
{
	bool failed = true;
	size_t n;

	for (n = 1; failed; n++) {
		scarce_fail_at(n);
		int err = apex_put_fixed(&domain, &ledger);

		failed = scarce_failed();
		ck_assert_int_eq(err, failed ? ERR_NOMEM : 0);
		ck_assert_uint_lt(n, 200);
	}
	ck_assert_uint_gt(n, 7);
	ck_assert_uint_eq(index_count(ledger.index), 6);
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("apex");
	TCase *tcase = tcase_create("apex");

	suite_add_tcase(suite, tcase);
	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, six_names_are_always_there);
	tcase_add_test(tcase, without_addresses_the_name_server_is_a_name_all_the_same);
	tcase_add_test(tcase, services_that_serve_are_named_once_each_with_all_their_addresses);
	tcase_add_test(tcase, the_soa_ends_in_the_ttl_of_negative_answers);
	tcase_add_test(tcase, without_memory_the_apex_stays_as_it_was);
	tcase_add_test(tcase, each_allocation_that_fails_is_said_by_the_fixed_names);
	return suite;
}
