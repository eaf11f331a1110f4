/* test_subject.c - which Services DNS knows, under which name, with which endpoints. */
#include "dns/subject.h"

#include "base/addr.h"
#include "base/err.h"
#include "dns/name.h"
#include "model/roster.h"
#include "tests/dns/footing.h"
#include "tests/suite.h"

#define L63 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const char *const only_shop[] = { "shop" };

START_TEST(dns_knows_what_has_an_address_and_may_be_seen)
{
	static const struct {
		const char *text;
		bool ignore_empty;
		int err;
	} rows[] = {
		{ "service shop/web clusterip 10.96.0.1\n", false, 0 },
		{ "service shop/web clusterip 10.96.0.1\npending\n", false, ERR_NOTFOUND },
		{ "service dark/web clusterip 10.96.0.1\n", false, ERR_NOTFOUND },
		{ "service shop/web clusterip 10.96.0.1\n", true, ERR_NOTFOUND },
		{ "service shop/web clusterip 10.96.0.1\nep 10.0.0.1 out\n", true, ERR_NOTFOUND },
		{ "service shop/web clusterip 10.96.0.1\nep 10.0.0.1\n", true, 0 },
		/* The option is about ClusterIPs only. */
		{ "service shop/web headless\n", true, 0 },
		{ "service shop/web external a.example\n", true, 0 },
		{ "service shop/" L63 "a headless\n", false, ERR_NOTFOUND },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct footing footing;

		footing_start(&footing);
		footing.settings.namespaces = only_shop;
		footing.settings.namespace_count = 1;
		footing.settings.ignore_empty_service = rows[i].ignore_empty;
		ck_assert_msg(footing_stand(&footing, rows[i].text) == rows[i].err, "%s",
		    rows[i].text);
		footing_stop(&footing);
	}
}
END_TEST

START_TEST(no_service_at_all_is_not_found)
{
	struct footing footing;

	footing_start(&footing);
	ck_assert_int_eq(subject_init(&footing.subject, &footing.domain, NULL, NULL,
	    footing.arena), ERR_NOTFOUND);
	footing_stop(&footing);
}
END_TEST

START_TEST(a_service_is_named_below_its_namespace_and_has_its_kinds_ttl)
{
	char text[NAME_TEXT_SIZE];
	struct footing footing;

	footing_start(&footing);
	ck_assert_int_eq(footing_stand(&footing, "service shop/web clusterip 10.96.0.1\n"), 0);
	ck_assert_str_eq(name_to_text(footing.subject.service, text), "web.shop.svc.z");
	ck_assert_uint_eq(footing.subject.ttl_s, 5);
	ck_assert_int_eq(footing_stand(&footing, "service shop/db headless\n"), 0);
	ck_assert_str_eq(name_to_text(footing.subject.service, text), "db.shop.svc.z");
	ck_assert_uint_eq(footing.subject.ttl_s, 6);
	footing_stop(&footing);
}
END_TEST

START_TEST(members_are_the_answered_endpoints_or_those_of_the_one_address)
{
	struct footing footing;
	struct addr only;

	footing_start(&footing);
	ck_assert_int_eq(footing_stand(&footing, "service shop/db headless\n"
	    "ep 10.0.0.1\nep 10.0.0.2 out\nep 10.0.0.3\n"), 0);
	ck_assert_uint_eq(footing.subject.members.count, 2);
	ck_assert_int_eq(addr_parse("10.0.0.3", &only), 0);
	ck_assert_int_eq(subject_init(&footing.subject, &footing.domain, footing.entry, &only,
	    footing.arena), 0);
	ck_assert_uint_eq(footing.subject.members.count, 1);
	ck_assert_int_eq(addr_compare(&footing.subject.members.items[0].endpoint->of->addr, &only), 0);
	/* An ExternalName has none, whatever is stated beside it. */
	ck_assert_int_eq(footing_stand(&footing, "service shop/out external a.example\n"
	    "ep 10.0.0.1\n"), 0);
	ck_assert_uint_eq(footing.subject.members.count, 0);
	footing_stop(&footing);
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("subject");
	TCase *tcase = tcase_create("subject");

	suite_add_tcase(suite, tcase);
	tcase_add_test(tcase, dns_knows_what_has_an_address_and_may_be_seen);
	tcase_add_test(tcase, no_service_at_all_is_not_found);
	tcase_add_test(tcase, a_service_is_named_below_its_namespace_and_has_its_kinds_ttl);
	tcase_add_test(tcase, members_are_the_answered_endpoints_or_those_of_the_one_address);
	return suite;
}
