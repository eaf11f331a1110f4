/* test_member.c - endpoint names. */
#include "dns/member.h"

#include "base/addr.h"
#include "dns/dns_settings.h"
#include "model/roster.h"
#include "tests/suite.h"

START_TEST(an_endpoint_is_named_by_host_then_pod_then_address)
{
	static const struct {
		const char *addr, *host, *pod;
		bool pod_names;
		const char *label;
	} rows[] = {
		{ "10.0.0.1", NULL, NULL, false, "10-0-0-1" },
		{ "10.0.0.1", "db-0", "pod", true, "db-0" },
		{ "10.0.0.1", NULL, "pod", false, "10-0-0-1" },
		{ "10.0.0.1", NULL, "pod", true, "pod" },
		{ "10.0.0.1", "", "", true, "10-0-0-1" },
		{ "10.0.0.1", NULL, "a.b", true, "10-0-0-1" },
		{ "10.0.0.1", NULL,
		    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", true,
		    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" },
		{ "10.0.0.1", NULL,
		    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", true,
		    "10-0-0-1" },
		{ "2001:db8::", NULL, NULL, false, "2001-db8--0" },
		{ "2001:0DB8:0::1", NULL, NULL, false, "2001-db8--1" },
		{ "::1", NULL, NULL, false, "0--1" },
		{ "::", NULL, NULL, false, "0--0" },
		{ "1:2:3:4:5:6:7:8", NULL, NULL, false, "1-2-3-4-5-6-7-8" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct dns_settings settings = { .endpoint_pod_names = rows[i].pod_names };
		struct endpoint stated = { .hostname = rows[i].host, .pod_name = rows[i].pod };
		struct roster_endpoint endpoint = { .of = &stated, .named = true };
		char buf[MEMBER_LABEL_SIZE];

		ck_assert_int_eq(addr_parse(rows[i].addr, &stated.addr), 0);
		ck_assert_str_eq(member_label(&settings, &endpoint, buf), rows[i].label);
	}
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("member");
	TCase *tcase = tcase_create("member");

	suite_add_tcase(suite, tcase);
	tcase_add_test(tcase, an_endpoint_is_named_by_host_then_pod_then_address);
	return suite;
}
