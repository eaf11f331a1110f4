/* test_errand_answer.c - what an upstream said becomes the end of a reply, behind what we said ourselves. */
#include <stdio.h>
#include <string.h>

#include "dns/forward.h"
#include "dns/parcel.h"
#include "tests/dns/errands.h"
#include "tests/dns/said.h"
#include "tests/dns/sample.h"
#include "tests/suite.h"

#define SOA "example.com. 30 IN SOA ns.example.com. admin.example.com. 1 7200 900 86400 60\n"
#define OUR_SOA "NS cluster.local. 5 IN SOA ns.dns.cluster.local. " \
	"hostmaster.cluster.local. 1 7200 1800 86400 5\n"

/* Finish the errand with this reply of an upstream to what is asked; false: it is wanted anew. */
static bool
finish(const char *asked, const char *reply, uint32_t age_s, bool stale)
{
	struct parcel *parcel = said(asked, reply);
	struct asked same;

	parcel_asked(parcel, &same);
	ck_assert(asked_equal(&same, &errand.asked));
	asking->len = errand_answer(&asking->responder, &errand, parcel, age_s, stale, asking->buf,
	    errand.transport == TRANSPORT_TCP ? 65535 : 4096);
	parcel_free(parcel);
	ck_assert(errand.wanted == (asking->len == 0));
	return !errand.wanted;
}

static const struct {
	const char *question;
	const char *asked;              /* of the upstream */
	const char *said;
	const char *reply;
} answers[] = {
	{ "www.example.com A rd", "www.example.com A",
	  "NOERROR aa\nAN www.example.com. 300 A 192.0.2.1\n",
	  "NOERROR rd ra\nAN www.example.com. 290 IN A 192.0.2.1\n" },
	{ "wWw.example.com A rd edns cd", "www.example.com A cd",
	  "NOERROR\nAN www.example.com. 300 A 192.0.2.1\n",
	  "NOERROR rd ra cd\nAN wWw.example.com. 290 IN A 192.0.2.1\nOPT 1232\n" },
	{ "no.example.com A rd", "no.example.com A",
	  "NXDOMAIN\nNS example.com. 40 SOA ns.example.com. admin.example.com. 1 7200 900 86400 60\n",
	  "NXDOMAIN rd ra\nNS " SOA },
	/* AD only for who asks for it (RFC 6840, 5.7). */
	{ "www.example.com A rd", "www.example.com A",
	  "NOERROR ad\nAN www.example.com. 10 A 192.0.2.1\n",
	  "NOERROR rd ra\nAN www.example.com. 0 IN A 192.0.2.1\n" },
	{ "www.example.com A rd ad", "www.example.com A",
	  "NOERROR ad\nAN www.example.com. 10 A 192.0.2.1\n",
	  "NOERROR rd ra ad\nAN www.example.com. 0 IN A 192.0.2.1\n" },
	{ "www.example.com A rd do", "www.example.com A do",
	  "NOERROR ad\nAN www.example.com. 10 A 192.0.2.1\n",
	  "NOERROR rd ra ad\nAN www.example.com. 0 IN A 192.0.2.1\nOPT 1232 do\n" },
	/* Behind a CNAME of ours. */
	{ "away." IN_SVC " A rd ad", "db.example.com A",
	  "NOERROR ad\nAN db.example.com. 300 A 192.0.2.1\n",
	  "NOERROR aa rd ra\nAN away." IN_SVC ". 5 IN CNAME db.example.com.\n"
	  "AN db.example.com. 290 IN A 192.0.2.1\n" },
	{ "ALIAS." IN_SVC " TXT rd edns", "db.example.com TXT",
	  "NOERROR\nAN db.example.com. 300 CNAME other.example.com.\n"
	  "AN other.example.com. 20 TXT \"x\"\n",
	  "NOERROR aa rd ra\nAN ALIAS." IN_SVC ". 5 IN CNAME away." IN_SVC ".\n"
	  "AN away." IN_SVC ". 5 IN CNAME db.example.com.\n"
	  "AN db.example.com. 290 IN CNAME other.example.com.\n"
	  "AN other.example.com. 10 IN TXT \"x\"\nOPT 1232\n" },
	/* The rcode of the last name (RFC 6604, 3). */
	{ "away." IN_SVC " MX rd", "db.example.com MX",
	  "NXDOMAIN\nNS example.com. 40 SOA ns.example.com. admin.example.com. 1 7200 900 86400 60\n",
	  "NXDOMAIN aa rd ra\nAN away." IN_SVC ". 5 IN CNAME db.example.com.\nNS " SOA },
	{ "away." IN_SVC " AAAA rd", "db.example.com AAAA",
	  "NOERROR\nNS example.com. 40 SOA ns.example.com. admin.example.com. 1 7200 900 86400 60\n",
	  "NOERROR aa rd ra\nAN away." IN_SVC ". 5 IN CNAME db.example.com.\nNS " SOA },
	/* An upstream's CNAME to us: what it says of us is not believed. */
	{ "www.example.com A rd ad", "www.example.com A",
	  "NOERROR ad\nAN www.example.com. 300 CNAME Web." IN_SVC ".\n"
	  "AN web." IN_SVC ". 300 A 192.0.2.66\n",
	  "NOERROR rd ra\nAN www.example.com. 290 IN CNAME Web." IN_SVC ".\n"
	  "AN Web." IN_SVC ". 5 IN A 10.96.0.1\n" },
	{ "WWW.example.com A rd", "www.example.com A",
	  "NOERROR\nAN www.example.com. 300 CNAME nobody." IN_SVC ".\n",
	  "NXDOMAIN rd ra\nAN WWW.example.com. 290 IN CNAME nobody." IN_SVC ".\n" OUR_SOA },
	{ "www.example.com AAAA rd", "www.example.com AAAA",
	  "NOERROR\nAN www.example.com. 300 CNAME web." IN_SVC ".\n",
	  "NOERROR rd ra\nAN www.example.com. 290 IN CNAME web." IN_SVC ".\n" OUR_SOA },
	{ "www.example.com A rd edns", "www.example.com A",
	  "NOERROR\nAN www.example.com. 300 CNAME empty." IN_SVC ".\n",
	  "NXDOMAIN rd ra\nAN www.example.com. 290 IN CNAME empty." IN_SVC ".\n" OUR_SOA
	  "OPT 1232 EDE 0 0 of 3 endpoints ready\n" },
	{ "away." IN_SVC " A rd", "db.example.com A",
	  "NOERROR\nAN db.example.com. 300 CNAME web." IN_SVC ".\n",
	  "NOERROR aa rd ra\nAN away." IN_SVC ". 5 IN CNAME db.example.com.\n"
	  "AN db.example.com. 290 IN CNAME web." IN_SVC ".\nAN web." IN_SVC ". 5 IN A 10.96.0.1\n" },
	/* A chain to nobody whom we could ask. */
	{ "www.example.com A rd", "www.example.com A",
	  "NOERROR\nAN www.example.com. 300 CNAME www.example.org.\n",
	  "NOERROR rd ra\nAN www.example.com. 290 IN CNAME www.example.org.\n" },
};

START_TEST(what_is_said_elsewhere_ends_the_reply)
{
	ck_assert(send_on(answers[_i].question));
	ck_assert(finish(answers[_i].asked, answers[_i].said, 10, false));
	ck_assert_str_eq(asking_read(asking, answers[_i].question), answers[_i].reply);
}
END_TEST

START_TEST(a_stale_answer_says_so)
{
	ck_assert(send_on("www.example.com A rd edns"));
	ck_assert(finish("www.example.com A", "NOERROR\nAN www.example.com. 300 A 192.0.2.1\n",
	    5000, true));
	ck_assert_str_eq(asking_read(asking, ""), "NOERROR rd ra\n"
	    "AN www.example.com. 30 IN A 192.0.2.1\nOPT 1232 EDE 3\n");
}
END_TEST

START_TEST(what_does_not_fit_is_truncated)
{
	char reply[4000] = "NOERROR\n";

	for (int i = 0; i < 40; i++)
		snprintf(reply + strlen(reply), sizeof(reply) - strlen(reply),
		    "AN db.example.com. 300 A 192.0.2.%d\n", i);
	ck_assert(send_on("away." IN_SVC " A rd"));
	ck_assert(finish("db.example.com A", reply, 0, false));
	ck_assert_str_eq(asking_read(asking, ""), "NOERROR aa tc rd ra\n"
	    "AN away." IN_SVC ". 5 IN CNAME db.example.com.\n");
	ck_assert(send_on("db.example.com A rd edns=4096 tcp"));
	ck_assert(finish("db.example.com A", reply, 0, false));
	ck_assert_uint_eq(wire_get_u16(asking->buf + 6), 40);
}
END_TEST

START_TEST(a_chain_may_leave_us_again)
{
	ck_assert(send_on("www.example.com A rd"));
	ck_assert(!finish("www.example.com A",
	    "NOERROR\nAN www.example.com. 300 CNAME away." IN_SVC ".\n", 10, false));
	ck_assert_uint_eq(errand.hops, 2);
	ck_assert(finish("db.example.com A", "NOERROR\nAN db.example.com. 300 A 192.0.2.1\n", 0,
	    false));
	ck_assert_str_eq(asking_read(asking, ""), "NOERROR rd ra\n"
	    "AN www.example.com. 290 IN CNAME away." IN_SVC ".\n"
	    "AN away." IN_SVC ". 5 IN CNAME db.example.com.\n"
	    "AN db.example.com. 300 IN A 192.0.2.1\n");
}
END_TEST

/* Some know their own zones only. */
START_TEST(a_chain_without_an_end_is_asked_on)
{
	ck_assert(send_on("www.example.com A rd"));
	ck_assert(!finish("www.example.com A",
	    "NOERROR\nAN www.example.com. 300 CNAME b.com.\n", 10, false));
	ck_assert(finish("b.com A", "NXDOMAIN\nNS com. 40 SOA ns.com. admin.com. 1 7200 900 86400 60\n",
	    10, false));
	ck_assert_str_eq(asking_read(asking, ""), "NXDOMAIN rd ra\n"
	    "AN www.example.com. 290 IN CNAME b.com.\n"
	    "NS com. 30 IN SOA ns.com. admin.com. 1 7200 900 86400 60\n");
}
END_TEST

START_TEST(eight_cnames_are_enough_whosever_they_are)
{
	int rounds = 0;

	/* www.example.com -> away -> db.example.com -> away -> ... */
	ck_assert(send_on("www.example.com A rd"));
	ck_assert(!finish("www.example.com A",
	    "NOERROR\nAN www.example.com. 300 CNAME away." IN_SVC ".\n", 0, false));
	while (!finish("db.example.com A",
	    "NOERROR\nAN db.example.com. 300 CNAME away." IN_SVC ".\n", 0, false))
		rounds++;
	ck_assert_int_eq(rounds, 2);
	ck_assert_uint_eq(wire_get_u16(asking->buf + 6), 8);
	asking_read(asking, "");
}
END_TEST

START_TEST(who_may_not_ask_for_ours_is_not_led_there)
{
	struct cidr ours;

	ck_assert_int_eq(cidr_parse("10.0.0.0/8", &ours), 0);
	asking->settings.allow_from = &ours;
	asking->settings.allow_from_count = 1;
	ck_assert(send_on("www.example.com A rd"));
	ck_assert(finish("www.example.com A",
	    "NOERROR\nAN www.example.com. 300 CNAME web." IN_SVC ".\n", 10, false));
	ck_assert_str_eq(asking_read(asking, ""), "NOERROR rd ra\n"
	    "AN www.example.com. 290 IN CNAME web." IN_SVC ".\n");
}
END_TEST

Suite *
suite(void)
{
	Suite *errand_suite = suite_create("errand_answer");
	TCase *tests = tcase_create("errand_answer");

	tcase_add_checked_fixture(tests, errands_start, errands_end);
	tcase_add_loop_test(tests, what_is_said_elsewhere_ends_the_reply, 0,
	    (int)(sizeof(answers) / sizeof(answers[0])));
	tcase_add_test(tests, a_stale_answer_says_so);
	tcase_add_test(tests, what_does_not_fit_is_truncated);
	tcase_add_test(tests, a_chain_may_leave_us_again);
	tcase_add_test(tests, a_chain_without_an_end_is_asked_on);
	tcase_add_test(tests, eight_cnames_are_enough_whosever_they_are);
	tcase_add_test(tests, who_may_not_ask_for_ours_is_not_led_there);
	suite_add_tcase(errand_suite, tests);
	return errand_suite;
}
