/* test_pointers.c - what an address answers in reverse when several Services speak of it. */
#include "dns/pointers.h"

#include <stdio.h>
#include <string.h>

#include "base/addr.h"
#include "dns/branch.h"
#include "dns/changes.h"
#include "dns/entry.h"
#include "dns/index.h"
#include "dns/name.h"
#include "dns/pointer.h"
#include "dns/reverse.h"
#include "dns/wire.h"
#include "model/roster.h"
#include "tests/dns/footing.h"
#include "tests/dns/roster_text.h"
#include "tests/scarce.h"
#include "tests/suite.h"

#define OWNERS 40

static const char *const zones[] = { "in-addr.arpa", "192.0.2.1/32" };
static const struct pointer_list nothing;

static struct footing footing;
static struct ledger ledger;
static struct branches *branches;
static struct pointers *pointers;
static struct roster_entry *entries[OWNERS];
static struct pointer_list lists[OWNERS];

static void
set_up(void)
{
	footing_start(&footing);
	footing.settings.reverse_zones = zones;
	footing.settings.reverse_zone_count = 2;
	ledger = (struct ledger){ .index = index_new() };
	branches = branches_new(&footing.settings, &ledger);
	pointers = pointers_new(&footing.domain, branches, &ledger);
	ck_assert_ptr_nonnull(pointers);
	memset(entries, 0, sizeof(entries));
	memset(lists, 0, sizeof(lists));
}

static void
tear_down(void)
{
	pointers_free(pointers);
	branches_free(branches);
	index_free(ledger.index);
	for (size_t i = 0; i < OWNERS; i++)
		roster_entry_unref(entries[i]);
	footing_stop(&footing);
}

/* Service number i is what the text says; NULL: it is gone. */
static void
change(size_t i, const char *text)
{
	struct pointer_list list = nothing;
	struct roster_entry *old = entries[i];
	struct subject subject;

	entries[i] = text == NULL ? NULL : roster_text(text);
	if (text != NULL) {
		ck_assert_int_eq(subject_init(&subject, &footing.domain, entries[i], NULL,
		    footing.arena), 0);
		ck_assert_int_eq(pointer_list_build(&subject, &list), 0);
	}
	ck_assert_int_eq(pointers_reserve(pointers, lists[i].count, list.count), 0);
	pointers_change(pointers, &lists[i], &list, &entries[i]);
	lists[i] = list;
	roster_entry_unref(old);
}

static const struct entry *
find(const char *text, uint8_t name[DNS_NAME_MAX])
{
	struct addr addr;

	ck_assert_int_eq(addr_parse(text, &addr), 0);
	struct cidr leaf = reverse_prefix(&addr, reverse_bits(addr.family));

	reverse_name(&leaf, name);
	return index_get(ledger.index, name);
}

/* The PTR answers of an address, in order ("web.shop.svc.z/5 ..."); "": the name is empty; NULL: no such name. */
static void
check_address(const char *addr, const char *expected)
{
	uint8_t name[DNS_NAME_MAX], targets[8][DNS_NAME_MAX];
	struct entry_record records[8];
	struct entry_spec spec = { .name = name, .records = records,
	    .zone = (const uint8_t *)"\7in-addr\4arpa" };
	const struct entry *found = find(addr, name);
	struct entry *built;
	char copy[512], *at = NULL;

	if (strcmp(addr, "192.0.2.1") == 0)
		spec.zone = name;
	if (expected == NULL) {
		ck_assert_msg(found == NULL, "%s is there", addr);
		return;
	}
	snprintf(copy, sizeof(copy), "%s", expected);
	for (char *word = strtok_r(copy, " ", &at); word != NULL; word = strtok_r(NULL, " ", &at)) {
		char *slash = strchr(word, '/');
		size_t len, i = spec.record_count++;

		*slash = '\0';
		ck_assert_int_eq(name_from_text(word, targets[i], &len), 0);
		records[i] = (struct entry_record){ .type = DNS_TYPE_PTR, .rdata = targets[i],
		    .ttl_s = (uint32_t)(slash[1] - '0'), .rdata_len = (uint16_t)len };
	}
	ck_assert_int_eq(entry_build(&spec, &built), 0);
	ck_assert_msg(found != NULL && entry_equal(found, built), "%s is not %s", addr, expected);
	entry_free(built);
}

START_TEST(an_address_answers_for_all_services_that_have_it_and_goes_with_the_last)
{
	size_t before = branches_count(branches);

	change(0, "service shop/a headless\nep 10.0.0.1 host=x\nep 10.0.0.2\n");
	change(1, "service shop/b headless\nep 10.0.0.1\n");
	check_address("10.0.0.1", "x.a.shop.svc.z/6 10-0-0-1.b.shop.svc.z/6");
	check_address("10.0.0.2", "10-0-0-2.a.shop.svc.z/6");
	change(0, "service shop/a headless\nep 10.0.0.2\n");
	check_address("10.0.0.1", "10-0-0-1.b.shop.svc.z/6");
	change(1, NULL);
	check_address("10.0.0.1", NULL);
	/* 10, 0.10, 0.0.10 */
	ck_assert_uint_eq(branches_count(branches), before + 3);
	change(0, NULL);
	check_address("10.0.0.2", NULL);
	ck_assert_uint_eq(branches_count(branches), before);
}
END_TEST

START_TEST(the_name_of_a_cluster_ip_hides_all_others)
{
	change(0, "service shop/a headless\nep 10.96.0.1 host=x\n");
	change(1, "service shop/b clusterip 10.96.0.1\n");
	check_address("10.96.0.1", "b.shop.svc.z/5");
	change(1, NULL);
	check_address("10.96.0.1", "x.a.shop.svc.z/6");
}
END_TEST

START_TEST(nothing_is_put_where_no_zone_is_ours)
{
	size_t before = index_count(ledger.index);

	change(0, "service shop/a headless\nep fd00::1\n");
	ck_assert_uint_eq(index_count(ledger.index), before);
	ck_assert(!pointers_settle(pointers));
}
END_TEST

START_TEST(an_address_that_is_a_zone_of_its_own_keeps_its_name)
{
	size_t before = branches_count(branches);

	check_address("192.0.2.1", "");
	change(0, "service shop/a headless\nep 192.0.2.1 host=x\n");
	check_address("192.0.2.1", "x.a.shop.svc.z/6");
	change(0, NULL);
	check_address("192.0.2.1", "");
	ck_assert_uint_eq(branches_count(branches), before);
}
END_TEST

START_TEST(only_what_differs_is_worked_out_again)
{
	uint8_t name[DNS_NAME_MAX];

	change(0, "service shop/a headless\nep 10.0.0.1\nep 10.0.0.2\n");
	const struct entry *before = find("10.0.0.1", name);

	ledger.visible = false;
	change(0, "service shop/a headless\nep 10.0.0.1\nep 10.0.0.2\n");
	ck_assert(!ledger.visible);
	change(0, "service shop/a headless\nep 10.0.0.1\nep 10.0.0.2 host=x\n");
	ck_assert(ledger.visible);
	ck_assert_ptr_eq(find("10.0.0.1", name), before);
	check_address("10.0.0.2", "x.a.shop.svc.z/6");
}
END_TEST

START_TEST(an_address_of_very_many_waits_for_the_end_of_the_batch)
{
	char text[64];

	for (size_t i = 0; i < 17; i++) {
		snprintf(text, sizeof(text), "service shop/s%zu clusterip 10.96.0.%zu\nep 10.0.0.1\n",
		    i, i + 1);
		change(i, text);
	}
	ck_assert(!pointers_settle(pointers));
	/* All go but two; the first of them still in a crowd, which is settled at the end. */
	for (size_t i = 2; i < 17; i++)
		change(i, NULL);
	ck_assert(!pointers_settle(pointers));
	check_address("10.0.0.1", "10-0-0-1.s0.shop.svc.z/6 10-0-0-1.s1.shop.svc.z/6");
	check_address("10.96.0.3", NULL);
}
END_TEST

START_TEST(what_memory_did_not_suffice_for_is_owed_until_it_does)
{
	change(0, "service shop/a headless\nep 10.0.0.1 host=x\n");
	for (size_t n = 1; n <= 3; n++) {
		struct roster_entry *old = entries[0];
		struct pointer_list list;
		struct subject subject;

		entries[0] = roster_text(n % 2 == 1 ? "service shop/a headless\nep 10.0.0.1 host=y\n" :
		    "service shop/a headless\nep 10.0.0.1 host=x\n");
		ck_assert_int_eq(subject_init(&subject, &footing.domain, entries[0], NULL,
		    footing.arena), 0);
		ck_assert_int_eq(pointer_list_build(&subject, &list), 0);
		ck_assert_int_eq(pointers_reserve(pointers, 1, 1), 0);
		scarce_fail_at(n);
		pointers_change(pointers, &lists[0], &list, &entries[0]);
		ck_assert(scarce_failed());
		lists[0] = list;
		roster_entry_unref(old);
		check_address("10.0.0.1", n % 2 == 1 ? "x.a.shop.svc.z/6" : "y.a.shop.svc.z/6");
		scarce_fail_all(true);
		bool owed = pointers_settle(pointers);

		scarce_fail_all(false);
		ck_assert(owed);
		ck_assert(!pointers_settle(pointers));
		check_address("10.0.0.1", n % 2 == 1 ? "y.a.shop.svc.z/6" : "x.a.shop.svc.z/6");
	}
}
END_TEST

START_TEST(no_memory_for_the_table_itself_is_said)
{
	for (size_t n = 1; n <= 2; n++) {
		scarce_fail_at(n);
		ck_assert_ptr_null(pointers_new(&footing.domain, branches, &ledger));
		ck_assert(scarce_failed());
	}
	pointers_free(NULL);
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("pointers");
	TCase *tcase = tcase_create("pointers");

	suite_add_tcase(suite, tcase);
	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase,
	    an_address_answers_for_all_services_that_have_it_and_goes_with_the_last);
	tcase_add_test(tcase, the_name_of_a_cluster_ip_hides_all_others);
	tcase_add_test(tcase, nothing_is_put_where_no_zone_is_ours);
	tcase_add_test(tcase, an_address_that_is_a_zone_of_its_own_keeps_its_name);
	tcase_add_test(tcase, only_what_differs_is_worked_out_again);
	tcase_add_test(tcase, an_address_of_very_many_waits_for_the_end_of_the_batch);
	tcase_add_test(tcase, what_memory_did_not_suffice_for_is_owed_until_it_does);
	tcase_add_test(tcase, no_memory_for_the_table_itself_is_said);
	return suite;
}
