/* test_compose.c - what we add is lower case, but for the zone, which is as asked. */
#include "dns/compose.h"

#include <string.h>

#include "dns/index.h"
#include "dns/wire.h"
#include "tests/dns/asking.h"
#include "tests/dns/sample.h"
#include "tests/suite.h"

#define ZONE "cluster.local"
#define IN_SVC "shop.svc.cluster.local"

static const struct sample_name world[] = {
	{ .name = "web." IN_SVC, .zone = ZONE, .records = { "5 A 10.96.0.1", "5 A 10.96.0.2",
	    "5 SRV 0 100 80 web." IN_SVC "." }, .additional = { "web." IN_SVC ". 5 A 10.96.0.1" } },
	{ .name = "_http._tcp.db." IN_SVC, .zone = ZONE, .records = { "5 SRV 0 50 80 a.db."
	  IN_SVC ".",
	    "5 SRV 0 50 80 b.db." IN_SVC "." },
	  .additional = { "a.db." IN_SVC ". 5 A 10.0.0.1", "a.db." IN_SVC ". 5 AAAA fd00::1",
	    "b.db." IN_SVC ". 5 A 10.0.0.2" } },
	{ .name = "alias." IN_SVC, .zone = ZONE, .records = { "5 CNAME web." IN_SVC "." } },
	{ .name = "away." IN_SVC, .zone = ZONE, .records = { "5 CNAME db.example.local." } },
	{ .name = ZONE, .zone = ZONE, .records = { "5 NS ns.dns." ZONE "." },
	  .additional = { "ns.dns." ZONE ". 5 A 192.0.2.53" } },
	{ .name = "mail." IN_SVC, .zone = ZONE, .records = { "5 MX 10 web." IN_SVC "." } },
	{ .name = "1.in-addr.arpa", .zone = "in-addr.arpa", .records = { "5 PTR web."
	  IN_SVC "." } },
};

static struct asking *asking;

static void
start(void)
{
	asking = asking_new();
	sample_put_zone(asking->index, "in-addr.arpa", 5);
	for (size_t i = 0; i < sizeof(world) / sizeof(world[0]); i++)
		sample_put(asking->index, &world[i]);
}

static void
end(void)
{
	asking_free(asking);
}

static const struct {
	const char *question;
	const char *reply;
} cases[] = {
	{ "WEB.Shop.svc.CLUSTER.local A",
	  "NOERROR aa\nAN WEB.Shop.svc.CLUSTER.local. 5 IN A 10.96.0.1\n"
	  "AN WEB.Shop.svc.CLUSTER.local. 5 IN A 10.96.0.2\n" },
	{ "Web.shop.svc.cluster.LOCAL SRV", "NOERROR aa\n"
	  "AN Web.shop.svc.cluster.LOCAL. 5 IN SRV 0 100 80 web.shop.svc.cluster.LOCAL.\n"
	  "AR web.shop.svc.cluster.LOCAL. 5 IN A 10.96.0.1\n" },
	{ "_HTTP._tcp.DB.shop.svc.cluster.local SRV", "NOERROR aa\n"
	  "AN _HTTP._tcp.DB.shop.svc.cluster.local. 5 IN SRV 0 50 80 a.db.shop.svc.cluster.local.\n"
	  "AN _HTTP._tcp.DB.shop.svc.cluster.local. 5 IN SRV 0 50 80 b.db.shop.svc.cluster.local.\n"
	  "AR a.db.shop.svc.cluster.local. 5 IN A 10.0.0.1\n"
	  "AR a.db.shop.svc.cluster.local. 5 IN AAAA fd00::1\n"
	  "AR b.db.shop.svc.cluster.local. 5 IN A 10.0.0.2\n" },
	{ "ALIAS.SHOP.SVC.Cluster.Local A", "NOERROR aa\n"
	  "AN ALIAS.SHOP.SVC.Cluster.Local. 5 IN CNAME web.shop.svc.Cluster.Local.\n"
	  "AN web.shop.svc.Cluster.Local. 5 IN A 10.96.0.2\n"
	  "AN web.shop.svc.Cluster.Local. 5 IN A 10.96.0.1\n" },
	{ "Away.shop.svc.cluster.LOCAL A", "NOERROR aa\n"
	  "AN Away.shop.svc.cluster.LOCAL. 5 IN CNAME db.example.local.\n" },
	{ "CLUSTER.local NS", "NOERROR aa\nAN CLUSTER.local. 5 IN NS ns.dns.CLUSTER.local.\n"
	  "AR ns.dns.CLUSTER.local. 5 IN A 192.0.2.53\n" },
	{ "MAIL.shop.svc.cluster.local MX", "NOERROR aa\n"
	  "AN MAIL.shop.svc.cluster.local. 5 IN MX 10 web.shop.svc.cluster.local.\n" },
	{ "1.IN-addr.arpa PTR",
	  "NOERROR aa\nAN 1.IN-addr.arpa. 5 IN PTR web.shop.svc.cluster.local.\n" },
	{ "Nobody.Cluster.LOCAL A", "NXDOMAIN aa\nNS Cluster.LOCAL. 5 IN SOA ns.dns.Cluster.LOCAL. "
	  "hostmaster.Cluster.LOCAL. 1 7200 1800 86400 5\n" },
	{ "_http._tcp.db.shop.svc.cluster.local SRV", "NOERROR aa\n"
	  "AN _http._tcp.db.shop.svc.cluster.local. 5 IN SRV 0 50 80 a.db.shop.svc.cluster.local.\n"
	  "AN _http._tcp.db.shop.svc.cluster.local. 5 IN SRV 0 50 80 b.db.shop.svc.cluster.local.\n"
	  "AR a.db.shop.svc.cluster.local. 5 IN A 10.0.0.1\n"
	  "AR a.db.shop.svc.cluster.local. 5 IN AAAA fd00::1\n"
	  "AR b.db.shop.svc.cluster.local. 5 IN A 10.0.0.2\n" },
};

START_TEST(what_we_add_is_lower_case_but_for_the_zone)
{
	if (strstr(cases[_i].question, "ALIAS") != NULL)
		asking->responder.rotation = 0;
	asking_expect(asking, cases[_i].question, cases[_i].reply);
}
END_TEST

/* RFC 2782: the target of an SRV record is not compressed. */
START_TEST(srv_targets_go_out_in_full)
{
	static const char *const questions[] = { "web." IN_SVC " SRV", "WEB." IN_SVC " SRV" };
	static const uint8_t rdata[] = "\0\42\0\0\0\144\0\120\3web\4shop\3svc\7cluster\5local";

	for (size_t i = 0; i < 2; i++) {
		(void)asking_ask(asking, questions[i]);
		/* header, question, and 10 octets of the record before the length of its data */
		ck_assert_mem_eq(asking->buf + 12 + 28 + 4 + 10, rdata, sizeof(rdata));
	}
}
END_TEST

/* In lower case all shared labels are pointed at, which makes replies short. */
START_TEST(additional_owners_point_into_the_question)
{
	(void)asking_ask(asking, "_http._tcp.db." IN_SVC " SRV");
	size_t question = 12 + 38 + 4;
	size_t srv = 12 + 6 + 29;

	ck_assert_mem_eq(asking->buf + question + 2 * srv, "\1a\xC0\x17", 4);
	ck_assert_uint_eq(asking->len, question + 2 * srv + 2 * (4 + 10 + 4) + 4 + 10 + 16);
}
END_TEST

Suite *
suite(void)
{
	Suite *compose = suite_create("compose");
	TCase *tests = tcase_create("compose");

	tcase_add_checked_fixture(tests, start, end);
	tcase_add_loop_test(tests, what_we_add_is_lower_case_but_for_the_zone, 0,
	    (int)(sizeof(cases) / sizeof(cases[0])));
	tcase_add_test(tests, srv_targets_go_out_in_full);
	tcase_add_test(tests, additional_owners_point_into_the_question);
	suite_add_tcase(compose, tests);
	return compose;
}
