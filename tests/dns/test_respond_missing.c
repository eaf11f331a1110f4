/* test_respond_missing.c - what is not there, not ours, not loaded, or made on the spot. */
#include "dns/respond.h"

#include <stdio.h>
#include <string.h>

#include "dns/index.h"
#include "tests/dns/asking.h"
#include "tests/dns/sample.h"
#include "tests/suite.h"

#define ZONE "cluster.local"
#define IN_SVC "shop.svc.cluster.local"
#define SOA_OF(zone) "NS " zone ". 5 IN SOA ns.dns.cluster.local. " \
	"hostmaster.cluster.local. 1 7200 1800 86400 5\n"
#define SOA SOA_OF("cluster.local")

static const struct sample_name world[] = {
	{ .name = IN_SVC, .zone = ZONE },
	{ .name = "web." IN_SVC, .zone = ZONE, .records = { "5 A 10.96.0.1" } },
	{ .name = "empty." IN_SVC, .zone = ZONE, .kind = ENTRY_EMPTY_HEADLESS,
	  .ede = "0 of 3 endpoints ready" },
	{ .name = "alias." IN_SVC, .zone = ZONE, .records = { "5 CNAME empty." IN_SVC "." } },
	{ .name = "pods." IN_SVC, .zone = ZONE, .records = { "5 CNAME 10-1-2-3.shop.pod."
	  ZONE "." } },
	{ .name = "rev." IN_SVC, .zone = ZONE, .records = { "5 CNAME 1.in-addr.arpa." } },
	{ .name = "shop.pod." ZONE, .zone = ZONE, .kind = ENTRY_POD_NAMESPACE },
	{ .name = "db." IN_SVC, .zone = ZONE, .records = { "5 A 10.0.0.1", "5 A 10.0.0.2",
	  "5 SRV 0 50 1 a.db." IN_SVC "." },
	  .additional = { "a.db." IN_SVC ". 5 A 10.0.0.1" } },
	{ .name = "pin._zone.db." IN_SVC, .zone = ZONE, .kind = ENTRY_ZONE_PIN },
	{ .name = "prefer._zone.db." IN_SVC, .zone = ZONE, .kind = ENTRY_ZONE_PREFER },
	{ .name = "eu.pin._zone.db." IN_SVC, .zone = ZONE, .records = { "5 A 10.0.0.1" } },
};

static struct asking *asking;

static void
start(void)
{
	asking = asking_new();
	sample_put_zone(asking->index, "in-addr.arpa", 5);
	sample_put_zone(asking->index, "10.in-addr.arpa", 5);
	for (size_t i = 0; i < sizeof(world) / sizeof(world[0]); i++)
		sample_put(asking->index, &world[i]);
}

static void
end(void)
{
	asking_free(asking);
}

#define POD(name) name ".shop.pod.cluster.local"

static const struct {
	const char *question;
	const char *reply;
} cases[] = {
	{ "nobody." IN_SVC " A", "NXDOMAIN aa\n" SOA },
	{ "nobody." IN_SVC " TYPE65280", "NXDOMAIN aa\n" SOA },
	{ "nobody." IN_SVC " ANY", "NXDOMAIN aa\n" SOA },
	{ "a.web." IN_SVC " A", "NXDOMAIN aa\n" SOA },
	{ IN_SVC " A", "NOERROR aa\n" SOA },
	{ "web." IN_SVC " AAAA", "NOERROR aa\n" SOA },
	{ "5.10.in-addr.arpa PTR", "NXDOMAIN aa\n" SOA_OF("10.in-addr.arpa") },
	{ "5.11.in-addr.arpa PTR", "NXDOMAIN aa\n" SOA_OF("in-addr.arpa") },
	{ "example.com A", "REFUSED\n" },
	{ ". NS", "REFUSED\n" },
	{ "local A", "REFUSED\n" },
	{ "xcluster.local A edns", "REFUSED\nOPT 1232\n" },
	{ "empty." IN_SVC " A", "NXDOMAIN aa\n" SOA },
	{ "empty." IN_SVC " MX edns", "NXDOMAIN aa\n"
	  SOA "OPT 1232 EDE 0 0 of 3 endpoints ready\n" },
	{ "EMPTY." IN_SVC " A do", "NXDOMAIN aa\n"
	  SOA "OPT 1232 do EDE 0 0 of 3 endpoints ready\n" },
	{ "alias." IN_SVC " A edns", "NXDOMAIN aa\nAN alias." IN_SVC ". 5 IN CNAME empty."
	  IN_SVC ".\n" SOA
	  "OPT 1232 EDE 0 0 of 3 endpoints ready\n" },
	{ POD("10-1-2-3") " A", "NOERROR aa\nAN " POD("10-1-2-3") ". 5 IN A 10.1.2.3\n" },
	{ POD("10-1-2-3") " AAAA", "NOERROR aa\n" SOA },
	{ POD("fd00--1") " AAAA", "NOERROR aa\nAN " POD("fd00--1") ". 5 IN AAAA fd00::1\n" },
	{ POD("fd00--1") " A", "NOERROR aa\n" SOA },
	{ POD("web") " A", "NXDOMAIN aa\n" SOA },
	{ POD("x.10-1-2-3") " A", "NXDOMAIN aa\n" SOA },
	{ "shop.pod." ZONE " A", "NOERROR aa\n" SOA },
	{ "10-1-2-3.other.pod." ZONE " A", "NXDOMAIN aa\n" SOA },
	{ "pods." IN_SVC " A", "NOERROR aa\nAN pods." IN_SVC ". 5 IN CNAME " POD("10-1-2-3") ".\n"
	  "AN " POD("10-1-2-3") ". 5 IN A 10.1.2.3\n" },
	{ "pods." IN_SVC " AAAA", "NOERROR aa\nAN pods." IN_SVC ". 5 IN CNAME "
	  POD("10-1-2-3") ".\n" SOA },
	{ "eu.pin._zone.db." IN_SVC " A", "NOERROR aa\nAN eu.pin._zone.db."
	  IN_SVC ". 5 IN A 10.0.0.1\n" },
	{ "us.pin._zone.db." IN_SVC " A", "NOERROR aa\n" SOA },
	{ "a.b.c.pin._zone.db." IN_SVC " A", "NOERROR aa\n" SOA },
	{ "pin._zone.db." IN_SVC " A", "NOERROR aa\n" SOA },
	{ "us.prefer._zone.db." IN_SVC " A", "NOERROR aa\nAN us.prefer._zone.db."
	  IN_SVC ". 5 IN A 10.0.0.1\n"
	  "AN us.prefer._zone.db." IN_SVC ". 5 IN A 10.0.0.2\n" },
	{ "a.b.prefer._zone.db." IN_SVC " SRV", "NOERROR aa\n"
	  "AN a.b.prefer._zone.db." IN_SVC ". 5 IN SRV 0 50 1 a.db." IN_SVC ".\nAR a.db."
	  IN_SVC ". 5 IN A 10.0.0.1\n" },
	{ "us.prefer._zone.db." IN_SVC " TXT", "NOERROR aa\n" SOA },
	{ "us.other._zone.db." IN_SVC " A", "NXDOMAIN aa\n" SOA },
};

START_TEST(each_missing_thing_is_missing_in_its_own_way)
{
	asking_expect(asking, cases[_i].question, cases[_i].reply);
}
END_TEST

/* Before everything is loaded nobody may learn that a name does not exist (DNS.md 6). */
START_TEST(until_loaded_missing_names_fail_and_present_ones_answer)
{
	static const char *const fallthrough[] = { "*" };

	asking->responder.answering = false;
	asking->settings.fallthrough = fallthrough;
	asking->settings.fallthrough_count = 1;
	asking_expect(asking, "nobody." IN_SVC " A", "SERVFAIL aa\n" SOA);
	asking_expect(asking, "empty." IN_SVC " A edns", "SERVFAIL aa\n" SOA "OPT 1232\n");
	asking_expect(asking, "web." IN_SVC " A", "NOERROR aa\nAN web."
	    IN_SVC ". 5 IN A 10.96.0.1\n");
	asking_expect(asking, "web." IN_SVC " MX", "NOERROR aa\n" SOA);
	asking_expect(asking, "example.com A", "REFUSED\n");
}
END_TEST

START_TEST(what_falls_through_is_refused_without_a_forwarder)
{
	static const char *const fallthrough[] = { "in-addr.arpa", "lost.svc." ZONE };

	asking->settings.fallthrough = fallthrough;
	asking->settings.fallthrough_count = 2;
	asking_expect(asking, "5.11.in-addr.arpa PTR", "REFUSED\n");
	asking_expect(asking, "5.10.IN-ADDR.arpa PTR", "REFUSED\n");
	asking_expect(asking, "in-addr.arpa A", "NOERROR aa\n" SOA_OF("in-addr.arpa"));
	asking_expect(asking, "web.lost.svc." ZONE " A", "REFUSED\n");
	asking_expect(asking, "nobody." IN_SVC " A", "NXDOMAIN aa\n" SOA);
	asking_expect(asking, "rev." IN_SVC " PTR", "NOERROR aa\nAN rev."
	    IN_SVC ". 5 IN CNAME 1.in-addr.arpa.\n");
}
END_TEST

static const struct {
	const char *client;
	bool allowed;
} clients[] = {
	{ "127.0.0.1", true }, { "10.1.2.3", true }, { "fd00::1", true }, { "192.0.2.1", false },
	{ "2001:db8::1", false }, { "::1", false },
};

START_TEST(only_those_who_may_ask_are_answered)
{
	struct cidr allowed[3];

	ck_assert_int_eq(cidr_parse("127.0.0.0/8", &allowed[0]), 0);
	ck_assert_int_eq(cidr_parse("10.0.0.0/8", &allowed[1]), 0);
	ck_assert_int_eq(cidr_parse("fc00::/7", &allowed[2]), 0);
	asking->settings.allow_from = allowed;
	asking->settings.allow_from_count = 3;
	ck_assert_int_eq(addr_parse(clients[_i].client, &asking->client), 0);
	asking_expect(asking, "nobody." IN_SVC " A edns",
	    clients[_i].allowed ? "NXDOMAIN aa\n" SOA "OPT 1232\n" : "REFUSED\nOPT 1232 EDE 18\n");
}
END_TEST

START_TEST(who_asked_before_opens_no_door)
{
	size_t count = sizeof(clients) / sizeof(clients[0]);
	struct cidr allowed[3];

	ck_assert_int_eq(cidr_parse("127.0.0.0/8", &allowed[0]), 0);
	ck_assert_int_eq(cidr_parse("10.0.0.0/8", &allowed[1]), 0);
	ck_assert_int_eq(cidr_parse("fc00::/7", &allowed[2]), 0);
	asking->settings.allow_from = allowed;
	asking->settings.allow_from_count = 3;
	for (size_t i = 0; i < count * count; i++) {
		for (int turn = 0; turn < 2; turn++) {
			size_t at = turn == 0 ? i / count : i % count;

			ck_assert_int_eq(addr_parse(clients[at].client, &asking->client), 0);
			asking_expect(asking, "nobody." IN_SVC " A",
			    clients[at].allowed ? "NXDOMAIN aa\n" SOA : "REFUSED\n");
		}
	}
	/* The network of the last one allowed is no longer in the list. */
	ck_assert_int_eq(addr_parse("fd00::1", &asking->client), 0);
	asking_expect(asking, "nobody." IN_SVC " A", "NXDOMAIN aa\n" SOA);
	asking->settings.allow_from_count = 2;
	asking_expect(asking, "nobody." IN_SVC " A", "REFUSED\n");
}
END_TEST

START_TEST(a_zone_that_is_gone_refuses_what_is_left_of_it)
{
	uint8_t name[DNS_NAME_MAX];

	index_remove_zone(asking->index, sample_name(ZONE, name));
	asking_expect(asking, "web." IN_SVC " A", "REFUSED\n");
	asking_expect(asking, "nobody." IN_SVC " A", "REFUSED\n");
}
END_TEST

Suite *
suite(void)
{
	Suite *respond_suite = suite_create("respond_missing");
	TCase *tests = tcase_create("respond_missing");

	tcase_add_checked_fixture(tests, start, end);
	tcase_add_loop_test(tests, each_missing_thing_is_missing_in_its_own_way, 0,
	    (int)(sizeof(cases) / sizeof(cases[0])));
	tcase_add_test(tests, until_loaded_missing_names_fail_and_present_ones_answer);
	tcase_add_test(tests, what_falls_through_is_refused_without_a_forwarder);
	tcase_add_loop_test(tests, only_those_who_may_ask_are_answered, 0,
	    (int)(sizeof(clients) / sizeof(clients[0])));
	tcase_add_test(tests, who_asked_before_opens_no_door);
	tcase_add_test(tests, a_zone_that_is_gone_refuses_what_is_left_of_it);
	suite_add_tcase(respond_suite, tests);
	return respond_suite;
}
