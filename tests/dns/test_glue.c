/* test_glue.c - which Services make us the zone's name server, and with which addresses. */
#include "dns/glue.h"

#include "base/addr.h"
#include "base/strbuf.h"
#include "dns/entry.h"
#include "dns/name.h"
#include "tests/dns/footing.h"
#include "tests/suite.h"

static const struct addr own[] = { { ADDR_IP4, { 10, 0, 0, 1 } }, { ADDR_IP6, { 0xfd, 0, [15] = 1 } } };

static const struct {
	const char *text;
	const char *glue;       /* owner type */
} rows[] = {
	{ "service kube/dns clusterip 10.96.0.10 fd00::10\nport dns udp 53\nep 10.0.0.1\nep 10.0.0.9\n",
	    "dns.kube.svc.z 1/5\ndns.kube.svc.z 28/5\n" },
	/* Somebody else's endpoint; ours that is not answered. */
	{ "service kube/dns clusterip 10.96.0.10\nport dns udp 53\nep 10.0.0.9\n", "" },
	{ "service kube/dns clusterip 10.96.0.10\nport dns udp 53\nep 10.0.0.1 out\n", "" },
	/* Another server on our host. */
	{ "service shop/web clusterip 10.96.0.11\nport http tcp 80\nep 10.0.0.1\n", "" },
	{ "service shop/web clusterip 10.96.0.11\nport http tcp 80\nport x tcp 53\nep 10.0.0.1\n",
	    "web.shop.svc.z 1/5\n" },
	/* Headless: only the endpoint name that has our address, with all its addresses. */
	{ "service kube/dns headless\nep 10.0.0.1 host=a\nep 10.0.0.7 host=a\nep 10.0.0.8 host=b\n",
	    "a.dns.kube.svc.z 1/6\na.dns.kube.svc.z 1/6\n" },
	{ "service kube/dns headless\nep fd00::1\nep 10.0.0.8\n", "fd00--1.dns.kube.svc.z 28/6\n" },
	{ "service kube/dns headless\n", "" },
};

START_TEST(one_of_our_own_addresses_among_dns_endpoints_makes_the_server)
{
	const struct entry_record *records = NULL;
	struct strbuf out = STRBUF_INIT;
	struct footing footing;
	size_t count = 99;

	footing_start(&footing);
	footing.settings.own_addresses = own;
	footing.settings.own_address_count = 2;
	ck_assert_int_eq(footing_stand(&footing, rows[_i].text), 0);
	ck_assert_int_eq(glue_build(&footing.subject, &records, &count), 0);
	for (size_t i = 0; i < count; i++) {
		char name[NAME_TEXT_SIZE];

		strbuf_addf(&out, "%s %u/%u\n", name_to_text(records[i].owner, name),
		    records[i].type, records[i].ttl_s);
	}
	ck_assert_str_eq(out.len == 0 ? "" : out.text, rows[_i].glue);
	strbuf_release(&out);
	footing_stop(&footing);
}
END_TEST

START_TEST(who_knows_no_address_of_its_own_is_nobody)
{
	const struct entry_record *records;
	struct footing footing;
	size_t count = 99;

	footing_start(&footing);
	ck_assert_int_eq(footing_stand(&footing, rows[0].text), 0);
	ck_assert_int_eq(glue_build(&footing.subject, &records, &count), 0);
	ck_assert_uint_eq(count, 0);
	footing_stop(&footing);
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("glue");
	TCase *tcase = tcase_create("glue");

	suite_add_tcase(suite, tcase);
	tcase_add_loop_test(tcase, one_of_our_own_addresses_among_dns_endpoints_makes_the_server, 0,
	    (int)(sizeof(rows) / sizeof(rows[0])));
	tcase_add_test(tcase, who_knows_no_address_of_its_own_is_nobody);
	return suite;
}
