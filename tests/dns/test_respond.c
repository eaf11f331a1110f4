/* test_respond.c - what is at a name is answered: own sets, chains, ANY, the apex. */
#include "dns/respond.h"

#include <stdio.h>
#include <string.h>

#include "dns/index.h"
#include "tests/dns/asking.h"
#include "tests/dns/sample.h"
#include "tests/suite.h"

#define ZONE "cluster.local"
#define IN_SVC "shop.svc.cluster.local"
#define SOA "NS cluster.local. 5 IN SOA ns.dns.cluster.local. " \
	"hostmaster.cluster.local. 1 7200 1800 86400 5\n"

static const struct sample_name world[] = {
	{ .name = IN_SVC, .zone = ZONE },
	{ .name = "web." IN_SVC, .zone = ZONE, .records = { "5 A 10.96.0.1", "5 AAAA fd00::1",
	    "5 SRV 0 100 80 web." IN_SVC "." },
	  .additional = { "web." IN_SVC ". 5 A 10.96.0.1", "web." IN_SVC ". 5 AAAA fd00::1" } },
	{ .name = "many." IN_SVC, .zone = ZONE, .records = { "7 A 10.0.0.1", "7 A 10.0.0.2",
	  "7 A 10.0.0.3" } },
	{ .name = "alias." IN_SVC, .zone = ZONE, .records = { "5 CNAME web." IN_SVC "." } },
	{ .name = "second." IN_SVC, .zone = ZONE, .records = { "5 CNAME alias." IN_SVC "." } },
	{ .name = "away." IN_SVC, .zone = ZONE, .records = { "5 CNAME db.example.com." } },
	{ .name = "gone." IN_SVC, .zone = ZONE, .records = { "5 CNAME nobody." IN_SVC "." } },
	{ .name = "self." IN_SVC, .zone = ZONE, .records = { "5 CNAME self." IN_SVC "." } },
	{ .name = "ring1." IN_SVC, .zone = ZONE, .records = { "5 CNAME ring2." IN_SVC "." } },
	{ .name = "ring2." IN_SVC, .zone = ZONE, .records = { "5 CNAME ring1." IN_SVC "." } },
	{ .name = "dns-version." ZONE, .zone = ZONE, .records = { "28800 TXT \"1.1.0\"" } },
	{ .name = ZONE, .zone = ZONE, .records = { "5 NS ns.dns." ZONE "." },
	  .additional = { "ns.dns." ZONE ". 5 A 192.0.2.53" } },
	{ .name = "1.0.0.10.in-addr.arpa", .zone = "in-addr.arpa", .records = { "5 PTR web."
	  IN_SVC "." } },
	{ .name = "to-rev." IN_SVC, .zone = ZONE, .records = { "5 CNAME 9.in-addr.arpa." } },
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
	{ "web." IN_SVC " A", "NOERROR aa\nAN web." IN_SVC ". 5 IN A 10.96.0.1\n" },
	{ "web." IN_SVC " AAAA rd", "NOERROR aa rd\nAN web." IN_SVC ". 5 IN AAAA fd00::1\n" },
	{ "web." IN_SVC " SRV", "NOERROR aa\nAN web." IN_SVC ". 5 IN SRV 0 100 80 web." IN_SVC ".\n"
	  "AR web." IN_SVC ". 5 IN A 10.96.0.1\nAR web." IN_SVC ". 5 IN AAAA fd00::1\n" },
	{ "web." IN_SVC " MX", "NOERROR aa\n" SOA },
	{ "web." IN_SVC " TYPE65280", "NOERROR aa\n" SOA },
	{ "web." IN_SVC " ANY", "NOERROR aa\nAN web." IN_SVC ". 5 IN HINFO \"RFC8482\" \"\"\n" },
	{ IN_SVC " ANY", "NOERROR aa\n" SOA },
	{ "alias." IN_SVC " ANY", "NOERROR aa\nAN alias." IN_SVC ". 5 IN CNAME web." IN_SVC ".\n" },
	{ "alias." IN_SVC " CNAME", "NOERROR aa\nAN alias." IN_SVC ". 5 IN CNAME web."
	  IN_SVC ".\n" },
	{ "alias." IN_SVC " A", "NOERROR aa\nAN alias." IN_SVC ". 5 IN CNAME web." IN_SVC ".\n"
	  "AN web." IN_SVC ". 5 IN A 10.96.0.1\n" },
	{ "second." IN_SVC " AAAA", "NOERROR aa\nAN second." IN_SVC ". 5 IN CNAME alias."
	  IN_SVC ".\n"
	  "AN alias." IN_SVC ". 5 IN CNAME web." IN_SVC ".\nAN web."
	  IN_SVC ". 5 IN AAAA fd00::1\n" },
	{ "alias." IN_SVC " SRV", "NOERROR aa\nAN alias." IN_SVC ". 5 IN CNAME web." IN_SVC ".\n"
	  "AN web." IN_SVC ". 5 IN SRV 0 100 80 web." IN_SVC ".\n"
	  "AR web." IN_SVC ". 5 IN A 10.96.0.1\nAR web." IN_SVC ". 5 IN AAAA fd00::1\n" },
	{ "alias." IN_SVC " TXT", "NOERROR aa\nAN alias." IN_SVC ". 5 IN CNAME web." IN_SVC ".\n"
	  SOA },
	{ "away." IN_SVC " A", "NOERROR aa\nAN away." IN_SVC ". 5 IN CNAME db.example.com.\n" },
	{ "gone." IN_SVC " A", "NXDOMAIN aa\nAN gone." IN_SVC ". 5 IN CNAME nobody." IN_SVC ".\n"
	  SOA },
	{ "self." IN_SVC " A", "NOERROR aa\nAN self." IN_SVC ". 5 IN CNAME self." IN_SVC ".\n" },
	{ "ring1." IN_SVC " A", "NOERROR aa\nAN ring1." IN_SVC ". 5 IN CNAME ring2." IN_SVC ".\n"
	  "AN ring2." IN_SVC ". 5 IN CNAME ring1." IN_SVC ".\n" },
	{ "dns-version." ZONE " TXT", "NOERROR aa\nAN dns-version."
	  ZONE ". 28800 IN TXT \"1.1.0\"\n" },
	{ "dns-version." ZONE " A", "NOERROR aa\n" SOA },
	{ ZONE " SOA", "NOERROR aa\nAN" "" " cluster.local. 5 IN SOA ns.dns.cluster.local. "
	  "hostmaster.cluster.local. 1 7200 1800 86400 5\n" },
	{ ZONE " NS", "NOERROR aa\nAN " ZONE ". 5 IN NS ns.dns." ZONE ".\nAR ns.dns."
	  ZONE ". 5 IN A 192.0.2.53\n" },
	{ ZONE " ANY", "NOERROR aa\nAN " ZONE ". 5 IN HINFO \"RFC8482\" \"\"\n" },
	{ ZONE " A", "NOERROR aa\n" SOA },
	{ "web." IN_SVC " SOA", "NOERROR aa\n" SOA },
	{ "1.0.0.10.in-addr.arpa PTR", "NOERROR aa\nAN 1.0.0.10.in-addr.arpa. 5 IN PTR web."
	  IN_SVC ".\n" },
	{ "in-addr.arpa SOA", "NOERROR aa\nAN in-addr.arpa. 5 IN SOA ns.dns.cluster.local. "
	  "hostmaster.cluster.local. 1 7200 1800 86400 5\n" },
	{ "to-rev." IN_SVC " PTR", "NXDOMAIN aa\nAN to-rev." IN_SVC ". 5 IN CNAME 9.in-addr.arpa.\n"
	  "NS in-addr.arpa. 5 IN SOA ns.dns.cluster.local. "
	  "hostmaster.cluster.local. 1 7200 1800 86400 5\n" },
};

START_TEST(each_question_gets_its_answer)
{
	asking_expect(asking, cases[_i].question, cases[_i].reply);
}
END_TEST

START_TEST(each_question_gets_its_answer_over_tcp_and_with_edns)
{
	char question[300], reply[1200];

	snprintf(question, sizeof(question), "%s edns tcp", cases[_i].question);
	snprintf(reply, sizeof(reply), "%sOPT 1232\n", cases[_i].reply);
	asking_expect(asking, question, reply);
}
END_TEST

START_TEST(addresses_are_rotated_from_query_to_query)
{
	static const char *const turns[] = {
		"NOERROR aa\nAN many." IN_SVC ". 7 IN A 10.0.0.1\nAN many."
		    IN_SVC ". 7 IN A 10.0.0.2\n"
		"AN many." IN_SVC ". 7 IN A 10.0.0.3\n",
		"NOERROR aa\nAN many." IN_SVC ". 7 IN A 10.0.0.2\nAN many."
		    IN_SVC ". 7 IN A 10.0.0.3\n"
		"AN many." IN_SVC ". 7 IN A 10.0.0.1\n",
		"NOERROR aa\nAN many." IN_SVC ". 7 IN A 10.0.0.3\nAN many."
		    IN_SVC ". 7 IN A 10.0.0.1\n"
		"AN many." IN_SVC ". 7 IN A 10.0.0.2\n",
	};

	for (size_t i = 0; i < 6; i++)
		asking_expect(asking, "many." IN_SVC " A", turns[i % 3]);
}
END_TEST

/* Nine CNAMEs in a row: eight are answered. */
START_TEST(a_chain_is_followed_eight_times)
{
	char expected[4000] = "NOERROR aa\n";

	for (int i = 0; i < 9; i++) {
		char name[80], record[80], line[200];

		snprintf(name, sizeof(name), "c%d." IN_SVC, i);
		snprintf(record, sizeof(record), "5 CNAME c%d." IN_SVC ".", i + 1);
		sample_put(asking->index, &(struct sample_name){ .name = name, .zone = ZONE,
		    .records = { record } });
		snprintf(line, sizeof(line), "AN %s. 5 IN CNAME c%d." IN_SVC ".\n", name, i + 1);
		if (i < 8)
			strcat(expected, line);
	}
	asking_expect(asking, "c0." IN_SVC " A", expected);
}
END_TEST

Suite *
suite(void)
{
	Suite *respond_suite = suite_create("respond");
	TCase *tests = tcase_create("respond");
	int count = (int)(sizeof(cases) / sizeof(cases[0]));

	tcase_add_checked_fixture(tests, start, end);
	tcase_add_loop_test(tests, each_question_gets_its_answer, 0, count);
	tcase_add_loop_test(tests, each_question_gets_its_answer_over_tcp_and_with_edns, 0, count);
	tcase_add_test(tests, addresses_are_rotated_from_query_to_query);
	tcase_add_test(tests, a_chain_is_followed_eight_times);
	suite_add_tcase(respond_suite, tests);
	return respond_suite;
}
