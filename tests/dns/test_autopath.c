/* test_autopath.c - a walk along a search list in one query: where it begins, stops, and ends. */
#include "dns/autopath.h"

#include <stdio.h>
#include <string.h>

#include "dns/parcel.h"
#include "dns/tenants.h"
#include "tests/dns/errands.h"
#include "tests/dns/said.h"
#include "tests/dns/sample.h"
#include "tests/suite.h"

#define SVC "svc.cluster.local"
#define OUR_SOA "NS cluster.local. 5 IN SOA ns.dns.cluster.local. " \
	"hostmaster.cluster.local. 1 7200 1800 86400 5\n"
#define SOA_OF(zone) "NS " zone ". 40 SOA ns." zone ". admin." zone ". 1 7200 900 86400 60\n"
#define MISSING "NXDOMAIN\n" SOA_OF("com")
#define STEPS_MAX 4

static struct autopath autopath;
static struct autopath_network networks[2];
static _Atomic uint64_t helped;

static const struct sample_name more[] = {
	{ .name = "db.store." SVC, .zone = ZONE, .records = { "5 A 10.96.0.9" } },
	{ .name = "store." SVC, .zone = ZONE },
	{ .name = SVC, .zone = ZONE },
	{ .name = "db.shop.pod." ZONE, .zone = ZONE, .records = { "5 A 10.96.0.8" } },
};

static void
start(void)
{
	static const uint8_t *const search[] = { (const uint8_t *)"\4corp\3com",
		(const uint8_t *)"\3lab\4corp\3com" };

	errands_start();
	for (size_t i = 0; i < sizeof(more) / sizeof(more[0]); i++)
		sample_put(asking->index, &more[i]);
	ck_assert_int_eq(cidr_parse("127.0.0.0/8", &networks[0].network), 0);
	memcpy(networks[0].ns, "\4shop", 5);
	ck_assert_int_eq(cidr_parse("127.9.0.0/16", &networks[1].network), 0);
	memcpy(networks[1].ns, "\5store", 6);
	helped = 0;
	autopath = (struct autopath){ .pods = true, .networks = networks, .network_count = 2,
		.search = search, .search_count = 2, .helped = &helped };
	asking->settings.autopath = &autopath;
}

/* What others say in turn to what they are asked; NULL: they are asked no more. */
struct step {
	const char *asked;
	const char *said;
};

static const struct {
	const char *what;
	const char *question;
	struct step steps[STEPS_MAX + 1];
	const char *reply;
	unsigned helped;
} walks[] = {
	{ "there at once", "web." IN_SVC " A rd", { { NULL, NULL } },
	  "NOERROR aa rd ra\nAN web." IN_SVC ". 5 IN A 10.96.0.1\n", 0 },
	{ "no data at once", "web." IN_SVC " TXT rd", { { NULL, NULL } },
	  "NOERROR aa rd ra\n" OUR_SOA, 0 },
	{ "in another namespace", "db.store." IN_SVC " A rd", { { NULL, NULL } },
	  "NOERROR aa rd ra\nAN db.store." IN_SVC ". 5 IN CNAME db.store." SVC ".\n"
	  "AN db.store." SVC ". 5 IN A 10.96.0.9\n", 1 },
	{ "in capitals", "DB.Store.SHOP.svc.Cluster.local A rd edns", { { NULL, NULL } },
	  "NOERROR aa rd ra\nAN DB.Store.SHOP.svc.Cluster.local. 5 IN CNAME db.store." SVC ".\n"
	  "AN db.store." SVC ". 5 IN A 10.96.0.9\nOPT 1232\n", 1 },
	{ "no data in another namespace", "db.store." IN_SVC " AAAA rd", { { NULL, NULL } },
	  "NOERROR aa rd ra\nAN db.store." IN_SVC ". 5 IN CNAME db.store." SVC ".\n" OUR_SOA, 1 },
	{ "an empty namespace's name", "store." IN_SVC " A rd", { { NULL, NULL } },
	  "NOERROR aa rd ra\nAN store." IN_SVC ". 5 IN CNAME store." SVC ".\n" OUR_SOA, 1 },
	{ "with svc", "db.store.svc." IN_SVC " A rd", { { NULL, NULL } },
	  "NOERROR aa rd ra\nAN db.store.svc." IN_SVC ". 5 IN CNAME db.store." SVC ".\n"
	  "AN db.store." SVC ". 5 IN A 10.96.0.9\n", 1 },
	{ "out of our zones by an alias", "away.shop." IN_SVC " A rd",
	  { { "db.example.com A", "NOERROR\nAN db.example.com. 300 A 192.0.2.1\n" } },
	  "NOERROR aa rd ra\nAN away.shop." IN_SVC ". 5 IN CNAME away." IN_SVC ".\n"
	  "AN away." IN_SVC ". 5 IN CNAME db.example.com.\nAN db.example.com. 300 IN A 192.0.2.1\n",
	  1 },
	{ "the bare name", "www.example.com." IN_SVC " A rd edns",
	  { { "www.example.com.corp.com A", MISSING }, { "www.example.com.lab.corp.com A", MISSING },
	    { "www.example.com A", "NOERROR\nAN www.example.com. 300 A 192.0.2.1\n" } },
	  "NOERROR aa rd ra\nAN www.example.com." IN_SVC ". 5 IN CNAME www.example.com.\n"
	  "AN www.example.com. 300 IN A 192.0.2.1\nOPT 1232\n", 1 },
	{ "on the host's list", "intra." IN_SVC " A rd",
	  { { "intra.corp.com A", "NOERROR\nAN intra.corp.com. 300 CNAME i.corp.com.\n"
	    "AN i.corp.com. 20 A 192.0.2.1\n" } },
	  "NOERROR aa rd ra\nAN intra." IN_SVC ". 5 IN CNAME intra.corp.com.\n"
	  "AN intra.corp.com. 300 IN CNAME i.corp.com.\nAN i.corp.com. 20 IN A 192.0.2.1\n", 1 },
	{ "no data elsewhere stops it", "www.example.com." IN_SVC " AAAA rd",
	  { { "www.example.com.corp.com AAAA", MISSING },
	    { "www.example.com.lab.corp.com AAAA", "NOERROR\n" SOA_OF("corp.com") } },
	  "NOERROR aa rd ra\nAN www.example.com." IN_SVC
	  ". 5 IN CNAME www.example.com.lab.corp.com.\n"
	  "NS corp.com. 40 IN SOA ns.corp.com. admin.corp.com. 1 7200 900 86400 60\n", 1 },
	{ "all of them missing", "www.example.com." IN_SVC " A rd edns",
	  { { "www.example.com.corp.com A", MISSING }, { "www.example.com.lab.corp.com A", MISSING },
	    { "www.example.com A", MISSING } },
	  "NXDOMAIN aa rd ra\n" OUR_SOA "OPT 1232\n", 0 },
	{ "all missing, of a Service without endpoints", "empty." IN_SVC " A rd edns",
	  { { "empty.corp.com A", MISSING }, { "empty.lab.corp.com A", MISSING } },
	  "NXDOMAIN aa rd ra\n" OUR_SOA "OPT 1232 EDE 0 0 of 3 endpoints ready\n", 0 },
	{ "the same, with nobody to ask", "empty." IN_SVC " A edns", { { NULL, NULL } },
	  "NXDOMAIN aa ra\n" OUR_SOA "OPT 1232 EDE 0 0 of 3 endpoints ready\n", 0 },
	{ "an alias to a name that is missing goes on", "x.com." IN_SVC " A rd",
	  { { "x.com.corp.com A", "NXDOMAIN\nAN x.com.corp.com. 300 CNAME y.corp.com.\n"
	    SOA_OF("corp.com") }, { "x.com.lab.corp.com A",
	    "NOERROR\nAN x.com.lab.corp.com. 300 CNAME nobody." IN_SVC ".\n" },
	    { "x.com A", "NOERROR\nAN x.com. 300 A 192.0.2.1\n" } },
	  "NOERROR aa rd ra\nAN x.com." IN_SVC ". 5 IN CNAME x.com.\nAN x.com. 300 IN A 192.0.2.1\n",
	  1 },
	/* Not the first step of this client's walk. */
	{ "another namespace's list", "web.example.com.store." SVC " A rd", { { NULL, NULL } },
	  "NXDOMAIN aa rd ra\n" OUR_SOA, 0 },
	{ "the second step", "www.example.com." SVC " A rd", { { NULL, NULL } },
	  "NXDOMAIN aa rd ra\n" OUR_SOA, 0 },
	{ "no prefix", "nobody.svc." ZONE " A rd", { { NULL, NULL } },
	  "NXDOMAIN aa rd ra\n" OUR_SOA, 0 },
	{ "somebody else's name", "www.example.com A rd",
	  { { "www.example.com A", MISSING } },
	  "NXDOMAIN rd ra\nNS com. 40 IN SOA ns.com. admin.com. 1 7200 900 86400 60\n", 0 },
	{ "the alias itself", "db.store." IN_SVC " CNAME rd", { { NULL, NULL } },
	  "NXDOMAIN aa rd ra\n" OUR_SOA, 0 },
	/* What is ours is found; nobody is asked without RD. */
	{ "without RD", "www.example.com." IN_SVC " A", { { NULL, NULL } },
	  "NXDOMAIN aa ra\n" OUR_SOA, 0 },
	{ "ours, without RD", "db.store." IN_SVC " A", { { NULL, NULL } },
	  "NOERROR aa ra\nAN db.store." IN_SVC ". 5 IN CNAME db.store." SVC ".\n"
	  "AN db.store." SVC ". 5 IN A 10.96.0.9\n", 1 },
	{ "everything of it", "db.store." IN_SVC " ANY rd", { { NULL, NULL } },
	  "NOERROR aa rd ra\nAN db.store." IN_SVC ". 5 IN CNAME db.store." SVC ".\n"
	  "AN db.store." SVC ". 5 IN HINFO \"RFC8482\" \"\"\n", 1 },
};

static void
say(const char *asked, const char *reply)
{
	struct parcel *parcel = said(asked, reply);
	struct asked same;

	parcel_asked(parcel, &same);
	ck_assert_msg(asked_equal(&same, &errand.asked), "not asked: %s", asked);
	asking->len = errand_answer(&asking->responder, &errand, parcel, 0, false, asking->buf,
	    4096);
	parcel_free(parcel);
	ck_assert(errand.wanted == (asking->len == 0));
}

static void
take(const char *question, const struct step *step, const char *reply)
{
	bool wanted = send_on(question);

	for (; wanted; step++) {
		ck_assert_msg(step->asked != NULL, "%s: more is asked", question);
		say(step->asked, step->said);
		wanted = errand.wanted;
	}
	ck_assert_msg(step->asked == NULL, "%s: %s is not asked", question, step->asked);
	const char *got = asking_read(asking, question);
	ck_assert_msg(strcmp(got, reply) == 0, "%s\nexpected:\n%sgot:\n%s", question, reply, got);
}

START_TEST(a_search_list_is_walked_in_one_query)
{
	take(walks[_i].question, walks[_i].steps, walks[_i].reply);
	ck_assert_msg(helped == walks[_i].helped, "%s", walks[_i].what);
}
END_TEST

START_TEST(a_failure_on_the_way_is_the_reply)
{
	static const char question[] = "www.example.com." IN_SVC " A rd edns";

	ck_assert(send_on(question));
	say("www.example.com.corp.com A", MISSING);
	asking->len = errand_fail(&asking->responder, &errand, DNS_SERVFAIL, 23, "late",
	    asking->buf, 4096);
	ck_assert_str_eq(asking_read(asking, question),
	    "SERVFAIL rd ra\nOPT 1232 EDE 23 late\n");
	ck_assert_uint_eq(helped, 0);
}
END_TEST

/* The next query of the same thread is no walk. */
START_TEST(an_errand_that_is_used_again_walks_no_more)
{
	struct query query;

	ck_assert(send_on("www.example.com." IN_SVC " A rd"));
	ck_assert_uint_ne(errand.walk, 0);
	errand.wanted = false;
	asking_write(asking, "www.example.com A rd");
	respond_begin(&asking->responder, asking->buf, asking->query_len, &query);
	asking->len = respond_finish(&asking->responder, TRANSPORT_UDP, &asking->client, &query,
	    asking->buf, 4096, &errand);
	ck_assert(errand.wanted);
	say("www.example.com A", MISSING);
	ck_assert_uint_eq(rcode(), DNS_NXDOMAIN);
}
END_TEST

#define FOUND "NOERROR aa ra\nAN db.store." IN_SVC ". 5 IN CNAME db.store." SVC ".\n" \
	"AN db.store." SVC ". 5 IN A 10.96.0.9\n"
#define LOST "NXDOMAIN aa ra\n" OUR_SOA

/* Two Pods and what they claim. */
static const struct {
	const char *what;
	const char *client;
	const char *pods[3];            /* "namespace/name address..." */
	const char *reply;
} clients[] = {
	{ "of a network", "127.0.0.1", { NULL }, FOUND },
	{ "of a longer network", "127.9.0.1", { NULL }, LOST },
	{ "of none", "10.0.0.1", { NULL }, LOST },
	{ "a Pod of another namespace in a network", "127.0.0.1", { "store/a 127.0.0.1" }, LOST },
	{ "a Pod", "10.0.0.1", { "shop/a 10.0.0.1" }, FOUND },
	{ "a Pod by its second address", "fd00::1", { "shop/a 10.0.0.1 fd00::1" }, FOUND },
	{ "a Pod of another namespace", "10.0.0.1", { "store/a 10.0.0.1" }, LOST },
	{ "two Pods of the namespace", "10.0.0.1", { "shop/a 10.0.0.1", "shop/b 10.0.0.1" }, FOUND },
	{ "two Pods of two", "10.0.0.1", { "shop/a 10.0.0.1", "store/a 10.0.0.1" }, LOST },
	{ "the other one goes", "10.0.0.1", { "shop/a 10.0.0.1", "store/a 10.0.0.1", "store/a" },
	  FOUND },
	{ "the Pod goes", "10.0.0.1", { "shop/a 10.0.0.1", "shop/a" }, LOST },
	{ "the Pod moves", "10.0.0.1", { "shop/a 10.0.0.1", "shop/a 10.0.0.2" }, LOST },
	{ "the address is used again", "10.0.0.1", { "store/a 10.0.0.1", "store/a",
	  "shop/b 10.0.0.1" }, FOUND },
};

static void
set_pod(struct tenants *tenants, const char *text)
{
	char copy[100];
	struct addr addrs[2];
	size_t count = 0;
	char *rest;

	snprintf(copy, sizeof(copy), "%s", text);
	const char *ns = strtok_r(copy, "/", &rest);
	const char *name = strtok_r(NULL, " ", &rest);
	for (const char *word; (word = strtok_r(NULL, " ", &rest)) != NULL;)
		ck_assert_int_eq(addr_parse(word, &addrs[count++]), 0);
	ck_assert_int_eq(tenants_set(tenants, ns, name, addrs, count), 0);
}

START_TEST(a_client_is_known_by_its_address)
{
	struct tenants *tenants = tenants_new(asking->index);

	for (size_t i = 0; i < 3 && clients[_i].pods[i] != NULL; i++)
		set_pod(tenants, clients[_i].pods[i]);
	ck_assert_int_eq(addr_parse(clients[_i].client, &asking->client), 0);
	asking_expect(asking, "db.store." IN_SVC " A", clients[_i].reply);
	/* Pods are known by setting only. */
	autopath.pods = false;
	autopath.network_count = 0;
	asking_expect(asking, "db.store." IN_SVC " A", LOST);
	/* Nor does anybody find out where they are. */
	asking_expect(asking, "10-0-0-1.\\000tenants TXT", "REFUSED ra\n");
	tenants_free(tenants);
}
END_TEST

START_TEST(who_may_not_ask_for_our_names_does_not_walk)
{
	struct cidr network;

	ck_assert_int_eq(cidr_parse("192.0.2.0/24", &network), 0);
	asking->settings.allow_from = &network;
	asking->settings.allow_from_count = 1;
	ck_assert(!send_on("www.example.com." IN_SVC " A rd"));
	ck_assert_uint_eq(rcode(), DNS_REFUSED);
	/* Who may, but not for others', is answered from ours. */
	asking->settings.allow_from_count = 0;
	asking->settings.allow_forward_from = &network;
	asking->settings.allow_forward_from_count = 1;
	ck_assert(!send_on("www.example.com." IN_SVC " A rd"));
	ck_assert_uint_eq(rcode(), DNS_NXDOMAIN);
	ck_assert(!send_on("db.store." IN_SVC " A rd"));
	ck_assert_uint_eq(rcode(), DNS_NOERROR);
}
END_TEST

/* Of 255 octets nothing longer is made. */
START_TEST(names_that_would_be_too_long_are_passed_over)
{
	static const uint8_t *const search[] = { (const uint8_t *)
		"\77aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\3com" };
	char question[400];

	autopath.search = search;
	autopath.search_count = 1;
	snprintf(question, sizeof(question), "%060d.%060d.%060d.com." IN_SVC " A rd edns=512", 1, 2,
	    3);
	ck_assert(send_on(question));
	ck_assert_uint_lt(errand.asked.name_len, 200);
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("autopath");
	TCase *tests = tcase_create("autopath");

	tcase_add_checked_fixture(tests, start, errands_end);
	tcase_add_loop_test(tests, a_search_list_is_walked_in_one_query, 0,
	    (int)(sizeof(walks) / sizeof(walks[0])));
	tcase_add_test(tests, a_failure_on_the_way_is_the_reply);
	tcase_add_test(tests, an_errand_that_is_used_again_walks_no_more);
	tcase_add_loop_test(tests, a_client_is_known_by_its_address, 0,
	    (int)(sizeof(clients) / sizeof(clients[0])));
	tcase_add_test(tests, who_may_not_ask_for_our_names_does_not_walk);
	tcase_add_test(tests, names_that_would_be_too_long_are_passed_over);
	suite_add_tcase(suite, tests);
	return suite;
}
