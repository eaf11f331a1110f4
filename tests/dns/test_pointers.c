/* test_pointers.c - what an address answers in reverse when several Services speak of it. */
#include "dns/pointers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "base/arena.h"
#include "base/strbuf.h"
#include "dns/branch.h"
#include "dns/changes.h"
#include "dns/entry.h"
#include "dns/name.h"
#include "dns/respond.h"
#include "dns/reverse.h"
#include "dns/schema.h"
#include "model/roster.h"
#include "tests/dns/ask.h"
#include "tests/dns/footing.h"
#include "tests/dns/roster_text.h"
#include "tests/scarce.h"
#include "tests/suite.h"

#define OWNERS 40

static const char *const zones[] = { "in-addr.arpa", "192.0.2.1/32" };
static const uint8_t soa[] = "\1n\0\1h\0\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\1";

static struct footing footing;
static struct ledger ledger;
static struct branches *branches;
static struct pointers *pointers;
static struct pointer_owner *owners[OWNERS];
static struct responder responder;

static int
put_zone(void *arg, const uint8_t *zone)
{
	return index_set_zone(arg, zone, soa, sizeof(soa) - 1, 5);
}

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
	ck_assert_int_eq(branches_each_zone(branches, put_zone, ledger.index), 0);
	responder = (struct responder){ .index = ledger.index, .settings = &footing.settings,
	    .answering = true };
	for (size_t i = 0; i < OWNERS; i++)
		owners[i] = calloc(1, sizeof(*owners[i]));
}

static void
tear_down(void)
{
	pointers_free(pointers);
	branches_free(branches);
	for (size_t i = 0; i < OWNERS; i++) {
		roster_entry_unref(owners[i]->entry);
		index_keep(ledger.index, &owners[i]->piece);
	}
	index_free(ledger.index);
	footing_stop(&footing);
}

/* The Service's own entry, found through its cell. */
static void
put_own(struct pointer_owner *owner)
{
	struct schema schema;
	struct entry *entry;

	ck_assert_int_eq(schema_build(&footing.domain, owner->entry, footing.arena, &schema), 0);
	struct entry_spec spec = { .name = schema.own->name, .zone = footing.domain.zone,
	    .records = schema.own->records, .record_count = schema.own->record_count,
	    .members = schema.members, .member_count = schema.member_count,
	    .member_ttl_s = schema.member_ttl_s };
	ck_assert_int_eq(entry_build(&spec, &entry), 0);
	ck_assert_int_eq(index_put_cell(ledger.index, entry, &owner->cell), 0);
}

static void
remove_own(struct pointer_owner *owner)
{
	const struct entry *entry = atomic_load(&owner->cell.entry);

	if (entry != NULL)
		index_remove_cell(ledger.index, entry_name(entry), &owner->cell);
}

/* Service number i is what the text says; NULL: it is gone.  Returns the entry it had. */
static struct roster_entry *
prepare(size_t i, const char *text)
{
	struct pointer_owner *owner = owners[i];
	struct roster_entry *old = owner->entry;

	owner->entry = text == NULL ? NULL : roster_text(text);
	if (text == NULL)
		remove_own(owner);
	else
		put_own(owner);
	ck_assert_int_eq(pointers_reserve(pointers, old, owner->entry), 0);
	return old;
}

static void
change(size_t i, const char *text)
{
	struct roster_entry *old = prepare(i, text);

	pointers_change(pointers, old, owners[i]->entry, owners[i]);
	roster_entry_unref(old);
}

static const uint8_t *
reverse_of(const char *text, uint8_t name[DNS_NAME_MAX])
{
	struct addr addr;

	ck_assert_int_eq(addr_parse(text, &addr), 0);
	struct cidr leaf = reverse_prefix(&addr, reverse_bits(addr.family));

	reverse_name(&leaf, name);
	return name;
}

/*
 * The PTR answers of an address, in order ("web.shop.svc.z/5 ..."); "": the name is empty; NULL: no
 * such name.
 */
static void
check_address(const char *addr, const char *expected)
{
	struct strbuf question = STRBUF_INIT, reply = STRBUF_INIT;
	uint8_t name[DNS_NAME_MAX];
	char text[NAME_TEXT_SIZE], copy[512], *at = NULL;

	strbuf_addf(&question, "%s PTR", name_to_text(reverse_of(addr, name), text));
	strbuf_add(&reply, expected == NULL ? "NXDOMAIN" : "NOERROR");
	snprintf(copy, sizeof(copy), "%s", expected == NULL ? "" : expected);
	for (char *word = strtok_r(copy, " ", &at); word != NULL; word = strtok_r(NULL, " ", &at))
		strbuf_addf(&reply, "%s PTR %s", strchr(reply.text, '/') == NULL ? "" : ",", word);
	ask_expect(&responder, question.text, reply.text);
	strbuf_release(&question);
	strbuf_release(&reply);
}

/* The merged entry of an address that is shared; NULL: nobody shares it. */
static const struct entry *
find(const char *addr)
{
	uint8_t name[DNS_NAME_MAX];

	return index_get(ledger.index, reverse_of(addr, name));
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
	size_t before = branches_count(branches), entries = index_count(ledger.index);

	change(0, "service shop/a headless\nep fd00::1\n");
	ck_assert_uint_eq(branches_count(branches), before);
	ck_assert_uint_eq(index_count(ledger.index), entries + 1);      /* the Service itself */
	change(0, NULL);
	ck_assert(!pointers_settle(pointers));
}
END_TEST

/* Alone with it, a Service may rename what it has: nothing is written, and no memory is taken. */
START_TEST(only_shared_addresses_have_entries_and_claims)
{
	size_t count;

	change(0, "service shop/a headless\nep 10.0.0.1\nep 10.0.0.2 host=x\n");
	count = index_count(ledger.index);
	ck_assert_ptr_null(find("10.0.0.1"));
	struct roster_entry *old = prepare(0, "service shop/a headless\nep 10.0.0.1\n"
	    "ep 10.0.0.2 host=y\n");
	scarce_fail_all(true);
	ledger.visible = false;
	pointers_change(pointers, old, owners[0]->entry, owners[0]);
	scarce_fail_all(false);
	ck_assert(!ledger.visible);
	roster_entry_unref(old);
	check_address("10.0.0.2", "y.a.shop.svc.z/6");
	/* Who joins makes it shared, and who stays behind has it alone again. */
	change(1, "service shop/b headless\nep 10.0.0.1 host=x\n");
	ck_assert_ptr_nonnull(find("10.0.0.1"));
	ck_assert_uint_eq(index_count(ledger.index), count + 2);
	check_address("10.0.0.1", "x.b.shop.svc.z/6 10-0-0-1.a.shop.svc.z/6");
	change(0, NULL);
	ck_assert_ptr_null(find("10.0.0.1"));
	check_address("10.0.0.1", "x.b.shop.svc.z/6");
	check_address("10.0.0.2", NULL);
}
END_TEST

START_TEST(several_names_of_one_service_are_merged_until_one_is_left)
{
	change(0, "service shop/a headless\nep 10.0.0.1 host=x\nep 10.0.0.1 host=y\n");
	check_address("10.0.0.1", "x.a.shop.svc.z/6 y.a.shop.svc.z/6");
	ck_assert_ptr_nonnull(find("10.0.0.1"));
	change(0, "service shop/a headless\nep 10.0.0.1 host=y\n");
	check_address("10.0.0.1", "y.a.shop.svc.z/6");
	ck_assert_ptr_null(find("10.0.0.1"));
	change(0, "service shop/a headless\nep 10.0.0.1 host=y\nep 10.0.0.1 host=x out\n");
	ck_assert_ptr_null(find("10.0.0.1"));
	change(0, "service shop/a clusterip 10.0.0.1\nep 10.0.0.1 host=y\n");
	check_address("10.0.0.1", "a.shop.svc.z/5");
	change(0, NULL);
	check_address("10.0.0.1", NULL);
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
	change(1, "service shop/b headless\nep 10.0.0.1\n");
	change(0, "service shop/a headless\nep 10.0.0.1\nep 10.0.0.2\n");
	const struct entry *before = find("10.0.0.1");

	ledger.visible = false;
	change(0, "service shop/a headless\nep 10.0.0.1\nep 10.0.0.2\n");
	ck_assert(!ledger.visible);
	change(0, "service shop/a headless\nep 10.0.0.1\nep 10.0.0.2 host=x\n");
	ck_assert_ptr_eq(find("10.0.0.1"), before);
	check_address("10.0.0.2", "x.a.shop.svc.z/6");
	change(0, "service shop/a headless\nep 10.0.0.1 host=x\nep 10.0.0.2 host=x\n");
	ck_assert(ledger.visible);
	ck_assert_ptr_ne(find("10.0.0.1"), before);
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

/*
 * One Service shares its address with another, or has it alone again, with the n-th allocation
 * failing.
 */
static bool
share_with_failure(size_t n, const char *text)
{
	struct roster_entry *old = prepare(1, text);

	scarce_fail_at(n);
	pointers_change(pointers, old, owners[1]->entry, owners[1]);
	bool failed = scarce_failed();
	scarce_fail_at(0);
	roster_entry_unref(old);
	return failed;
}

START_TEST(what_memory_did_not_suffice_for_is_owed_until_it_does)
{
	size_t n = 1;

	change(0, "service shop/a headless\nep 10.0.0.1 host=x\n");
	while (share_with_failure(n, "service shop/b headless\nep 10.0.0.1 host=y\n")) {
		check_address("10.0.0.1", "x.a.shop.svc.z/6");
		scarce_fail_all(true);
		bool owed = pointers_settle(pointers);

		scarce_fail_all(false);
		ck_assert(owed);
		ck_assert(!pointers_settle(pointers));
		check_address("10.0.0.1", "x.a.shop.svc.z/6 y.b.shop.svc.z/6");
		(void)share_with_failure(n++, NULL);
		ck_assert(!pointers_settle(pointers));
		check_address("10.0.0.1", "x.a.shop.svc.z/6");
	}
	ck_assert_uint_gt(n, 3);
}
END_TEST

/* A third Service comes before there is memory to see that the second one was the last. */
START_TEST(who_joins_an_address_that_is_owed_neither_hides_nor_outlives_it)
{
	size_t before = branches_count(branches);

	for (size_t n = 1; n <= 3; n++) {
		change(1, "service shop/b headless\nep 10.7.0.1 host=x\nep 10.7.0.1 host=y\n");
		struct roster_entry *old = prepare(1, NULL);
		scarce_fail_at(n);
		pointers_change(pointers, old, NULL, owners[1]);
		ck_assert(n > 1 || scarce_failed());
		scarce_fail_at(0);
		roster_entry_unref(old);
		change(2, "service shop/c headless\nep 10.7.0.1 host=z\n");
		check_address("10.7.0.1", "z.c.shop.svc.z/6");
		ck_assert(!pointers_settle(pointers));
		check_address("10.7.0.1", "z.c.shop.svc.z/6");
		change(2, NULL);
		check_address("10.7.0.1", NULL);
		ck_assert_uint_eq(branches_count(branches), before);
	}
}
END_TEST

/* Neither the page nor its network can be made: the address is answered when they can. */
START_TEST(an_address_waits_for_memory_for_its_page)
{
	size_t before = branches_count(branches);

	for (size_t n = 1; ; n++) {
		if (!share_with_failure(n, "service shop/b headless\nep 10.7.0.1 host=y\n"))
			break;
		ck_assert(!pointers_settle(pointers));
		check_address("10.7.0.1", "y.b.shop.svc.z/6");
		change(1, NULL);
		check_address("10.7.0.1", NULL);
		ck_assert_uint_eq(branches_count(branches), before);
	}
	check_address("10.7.0.1", "y.b.shop.svc.z/6");
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
	tcase_add_test(tcase, only_shared_addresses_have_entries_and_claims);
	tcase_add_test(tcase, several_names_of_one_service_are_merged_until_one_is_left);
	tcase_add_test(tcase, an_address_waits_for_memory_for_its_page);
	tcase_add_test(tcase, who_joins_an_address_that_is_owed_neither_hides_nor_outlives_it);
	tcase_add_test(tcase, what_memory_did_not_suffice_for_is_owed_until_it_does);
	tcase_add_test(tcase, no_memory_for_the_table_itself_is_said);
	return suite;
}
