/* test_verified.c - a Pod's addresses as names, while any Pod of the namespace has them. */
#include "dns/verified.h"

#include "base/addr.h"
#include "base/arena.h"
#include "base/err.h"
#include "dns/changes.h"
#include "dns/dns_settings.h"
#include "dns/domain.h"
#include "dns/entry.h"
#include "dns/index.h"
#include "dns/name.h"
#include "dns/spaces.h"
#include "dns/wire.h"
#include "tests/scarce.h"
#include "tests/suite.h"

static struct dns_settings settings;
static struct arena *arena;
static struct domain domain;
static struct ledger ledger;
static struct spaces *spaces;
static struct verified *verified;

static void
set_up(void)
{
	settings = (struct dns_settings){ .cluster_domain = "z", .ttl_s = 7,
	    .pods = POD_NAMES_VERIFIED };
	arena = arena_new(0);
	ck_assert_int_eq(domain_init(&domain, &settings, arena), 0);
	ledger = (struct ledger){ .index = index_new() };
	spaces = spaces_new(&domain, &ledger);
	verified = verified_new(&domain, spaces, &ledger);
	ck_assert_ptr_nonnull(verified);
}

static void
tear_down(void)
{
	verified_free(verified);
	spaces_free(spaces);
	index_free(ledger.index);
	arena_free(arena);
}

/* NULL: no address.  Allocates nothing itself, as Check's assertions would. */
static int
set(const char *ns, const char *pod, const char *first, const char *second)
{
	struct addr addrs[2] = { { .family = 0 } };
	size_t count = 0;

	if ((first != NULL && addr_parse(first, &addrs[count++]) != 0) ||
	    (second != NULL && addr_parse(second, &addrs[count++]) != 0))
		return ERR_SYNTAX;
	return verified_set(verified, ns, pod, addrs, count);
}

static const struct entry *
find(const char *text)
{
	uint8_t name[DNS_NAME_MAX];
	size_t len;

	ck_assert_int_eq(name_from_text(text, name, &len), 0);
	return index_get(ledger.index, name);
}

START_TEST(each_address_of_a_pod_is_a_name_that_answers_it)
{
	static const uint8_t octets[] = { 10, 0, 0, 1 };
	struct entry_record record = { .type = DNS_TYPE_A, .ttl_s = 7, .rdata = octets,
	    .rdata_len = 4 };
	struct entry_spec spec = { .name = (const uint8_t *)"\x08" "10-0-0-1\4shop\3pod\1z",
	    .zone = (const uint8_t *)"\1z", .records = &record, .record_count = 1 };
	struct entry *expected;

	ck_assert_int_eq(set("shop", "web-1", "10.0.0.1", "fd00::1"), 0);
	ck_assert_int_eq(entry_build(&spec, &expected), 0);
	ck_assert(entry_equal(find("10-0-0-1.shop.pod.z"), expected));
	entry_free(expected);
	ck_assert_ptr_nonnull(find("fd00--1.shop.pod.z"));
	ck_assert_ptr_nonnull(find("shop.pod.z"));
	ck_assert_ptr_null(find("10-0-0-2.shop.pod.z"));
	ck_assert(ledger.visible);
}
END_TEST

START_TEST(an_address_that_ends_in_colons_has_both_spellings_and_loses_both)
{
	ck_assert_int_eq(set("shop", "web-1", "fd00::", NULL), 0);
	ck_assert_ptr_nonnull(find("fd00--.shop.pod.z"));
	ck_assert_ptr_nonnull(find("fd00--0.shop.pod.z"));
	ck_assert_int_eq(set("shop", "web-1", NULL, NULL), 0);
	ck_assert_uint_eq(index_count(ledger.index), 0);
}
END_TEST

START_TEST(a_shared_address_stays_until_its_last_pod_is_gone)
{
	ck_assert_int_eq(set("shop", "a", "10.0.0.1", NULL), 0);
	ck_assert_int_eq(set("shop", "b", "10.0.0.1", "10.0.0.2"), 0);
	/* The same address in another namespace is another name. */
	ck_assert_int_eq(set("bank", "a", "10.0.0.1", NULL), 0);
	ck_assert_int_eq(set("shop", "a", NULL, NULL), 0);
	ck_assert_ptr_nonnull(find("10-0-0-1.shop.pod.z"));
	ck_assert_int_eq(set("shop", "b", "10.0.0.2", NULL), 0);
	ck_assert_ptr_null(find("10-0-0-1.shop.pod.z"));
	ck_assert_ptr_nonnull(find("10-0-0-2.shop.pod.z"));
	ck_assert_ptr_nonnull(find("10-0-0-1.bank.pod.z"));
	ck_assert_int_eq(set("shop", "b", NULL, NULL), 0);
	ck_assert_ptr_null(find("shop.pod.z"));
	ck_assert_int_eq(set("bank", "a", NULL, NULL), 0);
	ck_assert_uint_eq(index_count(ledger.index), 0);
}
END_TEST

START_TEST(what_is_said_again_or_was_never_there_changes_nothing)
{
	ck_assert_int_eq(set("shop", "never", NULL, NULL), 0);
	ck_assert(!ledger.visible);
	ck_assert_int_eq(set("shop", "a", "10.0.0.1", NULL), 0);
	const struct entry *before = find("10-0-0-1.shop.pod.z");

	ledger.visible = false;
	ck_assert_int_eq(set("shop", "a", "10.0.0.1", NULL), 0);
	ck_assert_ptr_eq(find("10-0-0-1.shop.pod.z"), before);
	ck_assert(!ledger.visible);
}
END_TEST

START_TEST(a_pod_of_a_hidden_namespace_has_no_name)
{
	static const char *const shown[] = { "shop" };

	settings.namespaces = shown;
	settings.namespace_count = 1;
	ck_assert_int_eq(set("dark", "a", "10.0.0.1", NULL), 0);
	ck_assert_uint_eq(index_count(ledger.index), 0);
	ck_assert_int_eq(set("dark", "a", NULL, NULL), 0);
	ck_assert(!ledger.visible);
}
END_TEST

START_TEST(without_memory_a_new_pod_is_not_there_and_an_old_one_as_it_was)
{
	bool failed = true;
	size_t n, failures = 0;

	for (n = 1; failed; n++) {
		ck_assert_int_eq(set("shop", "old", "10.0.0.1", NULL), 0);
		scarce_fail_at(n);
		int err = set("shop", "old", "10.0.0.2", "10.0.0.3");

		failed = scarce_failed();
		ck_assert(err == 0 || (failed && err == ERR_NOMEM));
		ck_assert((find("10-0-0-1.shop.pod.z") != NULL) == (err != 0));
		ck_assert((find("10-0-0-2.shop.pod.z") == NULL) == (err != 0));
		ck_assert((find("10-0-0-3.shop.pod.z") == NULL) == (err != 0));
		failures += err != 0;
		ck_assert_uint_lt(n, 100);
	}
	failed = true;
	for (n = 1; failed; n++) {
		ck_assert_int_eq(set("bank", "new", NULL, NULL), 0);
		scarce_fail_at(n);
		int err = set("bank", "new", "10.0.0.4", NULL);

		failed = scarce_failed();
		ck_assert(err == 0 || (failed && err == ERR_NOMEM));
		ck_assert((find("10-0-0-4.bank.pod.z") == NULL) == (err != 0));
		ck_assert((find("bank.pod.z") == NULL) == (err != 0));
		failures += err != 0;
		ck_assert_uint_lt(n, 100);
	}
	ck_assert_uint_gt(failures, 10);
	ck_assert_int_eq(set("shop", "old", NULL, NULL), 0);
	ck_assert_int_eq(set("bank", "new", NULL, NULL), 0);
	ck_assert_uint_eq(index_count(ledger.index), 0);
}
END_TEST

START_TEST(no_memory_for_the_table_itself_is_said)
{
	scarce_fail_at(1);
	ck_assert_ptr_null(verified_new(&domain, spaces, &ledger));
	ck_assert(scarce_failed());
	verified_free(NULL);
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("verified");
	TCase *tcase = tcase_create("verified");

	suite_add_tcase(suite, tcase);
	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, each_address_of_a_pod_is_a_name_that_answers_it);
	tcase_add_test(tcase, an_address_that_ends_in_colons_has_both_spellings_and_loses_both);
	tcase_add_test(tcase, a_shared_address_stays_until_its_last_pod_is_gone);
	tcase_add_test(tcase, what_is_said_again_or_was_never_there_changes_nothing);
	tcase_add_test(tcase, a_pod_of_a_hidden_namespace_has_no_name);
	tcase_add_test(tcase, without_memory_a_new_pod_is_not_there_and_an_old_one_as_it_was);
	tcase_add_test(tcase, no_memory_for_the_table_itself_is_said);
	return suite;
}
