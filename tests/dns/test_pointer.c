/* test_pointer.c - under which names the addresses of a Service are found in reverse. */
#include "dns/pointer.h"

#include "base/strbuf.h"
#include "dns/name.h"
#include "tests/dns/footing.h"
#include "tests/suite.h"

static void
check_pointers(struct footing *footing, const struct addr *only, const char *text,
    const char *expected)
{
	struct strbuf out = STRBUF_INIT;
	struct pointer_list list;

	ck_assert_int_eq(footing_stand(footing, text), 0);
	ck_assert_int_eq(subject_init(&footing->subject, &footing->domain, footing->entry, only,
	    footing->arena), 0);
	ck_assert_int_eq(pointer_list_build(&footing->subject, &list), 0);
	strbuf_add(&out, "");
	for (size_t i = 0; i < list.count; i++) {
		char addr[ADDR_TEXT_SIZE], name[NAME_TEXT_SIZE];

		strbuf_addf(&out, "%s %u %s/%u\n", addr_text(&list.items[i].addr, addr),
		    list.items[i].rank, name_to_text(list.items[i].target, name),
		    list.items[i].ttl_s);
	}
	ck_assert_str_eq(out.len == 0 ? "" : out.text, expected);
	strbuf_release(&out);
}

START_TEST(addresses_lead_to_service_host_or_endpoint_names)
{
	struct footing footing;

	footing_start(&footing);
	check_pointers(&footing, NULL, "service shop/web clusterip fd00::1 10.96.0.1\n"
	    "ep 10.0.0.1\nep 10.0.0.2 host=b\nep 10.0.0.3 out\n",
	    "10.0.0.1 3 10-0-0-1.web.shop.svc.z/6\n10.0.0.2 3 b.web.shop.svc.z/6\n"
	    "10.96.0.1 0 web.shop.svc.z/5\nfd00::1 0 web.shop.svc.z/5\n");
	check_pointers(&footing, NULL, "service shop/db headless\n"
	    "ep 10.0.0.1\nep 10.0.0.2 host=b\n",
	    "10.0.0.1 2 10-0-0-1.db.shop.svc.z/6\n10.0.0.2 1 b.db.shop.svc.z/6\n");
	check_pointers(&footing, NULL, "service shop/out external a.example\n", "");
	footing_stop(&footing);
}
END_TEST

START_TEST(an_address_in_two_groups_leads_to_its_name_once)
{
	struct footing footing;

	footing_start(&footing);
	check_pointers(&footing, NULL, "service shop/db headless\n"
	    "group a/tcp/1\nep 10.0.0.1 host=b\ngroup b/tcp/2\nep 10.0.0.1 host=b\nep 10.0.0.1 host=a\n",
	    "10.0.0.1 1 a.db.shop.svc.z/6\n10.0.0.1 1 b.db.shop.svc.z/6\n");
	footing_stop(&footing);
}
END_TEST

START_TEST(asked_about_one_address_no_other_is_listed)
{
	static const struct { const char *only, *expected; } rows[] = {
		{ "10.0.0.2", "10.0.0.2 3 b.web.shop.svc.z/6\n" },
		{ "10.96.0.1", "10.96.0.1 0 web.shop.svc.z/5\n" },
		{ "fd00::1", "fd00::1 0 web.shop.svc.z/5\n" },
		{ "10.0.0.9", "" },
	};
	struct footing footing;

	footing_start(&footing);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct addr only;

		ck_assert_int_eq(addr_parse(rows[i].only, &only), 0);
		check_pointers(&footing, &only, "service shop/web clusterip 10.96.0.1 fd00::1\n"
		    "ep 10.0.0.1\nep 10.0.0.2 host=b\n", rows[i].expected);
	}
	footing_stop(&footing);
}
END_TEST

START_TEST(order_is_by_address_then_rank_then_target)
{
	static const uint8_t a[] = "\1a", b[] = "\1b";
	const struct pointer sorted[] = {
		{ { ADDR_IP4, { 10, 0, 0, 1 } }, POINTER_CLUSTER_IP, 5, b },
		{ { ADDR_IP4, { 10, 0, 0, 1 } }, POINTER_HEADLESS, 5, a },
		{ { ADDR_IP4, { 10, 0, 0, 1 } }, POINTER_HEADLESS, 5, b },
		{ { ADDR_IP4, { 10, 0, 0, 2 } }, POINTER_CLUSTER_IP, 5, a },
		{ { ADDR_IP6, { 10 } }, POINTER_CLUSTER_IP, 5, a },
	};

	for (size_t i = 0; i < 5; i++)
		for (size_t j = 0; j < 5; j++) {
			int order = pointer_compare(&sorted[i], &sorted[j]);

			ck_assert_int_eq((order > 0) - (order < 0), (i > j) - (i < j));
		}
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("pointer");
	TCase *tcase = tcase_create("pointer");

	suite_add_tcase(suite, tcase);
	tcase_add_test(tcase, addresses_lead_to_service_host_or_endpoint_names);
	tcase_add_test(tcase, an_address_in_two_groups_leads_to_its_name_once);
	tcase_add_test(tcase, asked_about_one_address_no_other_is_listed);
	tcase_add_test(tcase, order_is_by_address_then_rank_then_target);
	return suite;
}
