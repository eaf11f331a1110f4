/* test_errand.c - what is not ours becomes an errand, for those who may send us, and its end is a reply. */
#include "dns/errand.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "dns/respond.h"
#include "dns/rrl.h"
#include "tests/dns/errands.h"
#include "tests/dns/sample.h"
#include "tests/suite.h"

static const struct {
	const char *question;
	const char *asked;              /* NULL: answered here */
	unsigned hops;
} errands[] = {
	{ "www.example.com A rd", "www.example.com", 0 },
	{ "WWW.eXample.com AAAA rd", "www.example.com", 0 },
	{ "com SOA rd edns", "com", 0 },
	{ "www.example.com A rd tcp do cd", "www.example.com", 0 },
	{ "4.3.2.1.in-addr.arpa PTR rd", "4.3.2.1.in-addr.arpa", 0 },
	{ "away." IN_SVC " A rd", "db.example.com", 1 },
	{ "AWAY." IN_SVC " TXT rd", "db.example.com", 1 },
	{ "away." IN_SVC " MX rd", "db.example.com", 1 },
	{ "away." IN_SVC " SRV rd edns", "db.example.com", 1 },
	{ "away." IN_SVC " TYPE65 rd", "db.example.com", 1 },
	{ "alias." IN_SVC " A rd", "db.example.com", 2 },
	{ "lost." IN_SVC " PTR rd", "9.9.in-addr.arpa", 1 },
	{ "away." IN_SVC " CNAME rd", NULL, 0 },        /* that we know */
	{ "away." IN_SVC " ANY rd", NULL, 0 },
	{ "unasked." IN_SVC " A rd", NULL, 0 },         /* nobody to be asked */
	{ "web." IN_SVC " A rd", NULL, 0 },
	{ "web." IN_SVC " TXT rd", NULL, 0 },           /* NODATA never falls through */
	{ "in-addr.arpa A rd", NULL, 0 },
	{ "nobody." IN_SVC " A rd", NULL, 0 },          /* does not fall through */
	{ "empty." IN_SVC " A rd", NULL, 0 },
	{ "example.org A rd", NULL, 0 },                /* nobody to be asked */
	{ "www.example.com ANY rd", NULL, 0 },          /* RFC 8482 */
	{ "www.example.com A", NULL, 0 },               /* without RD */
	{ "away." IN_SVC " A", NULL, 0 },
	{ "4.3.2.1.in-addr.arpa PTR", NULL, 0 },
	{ "www.example.com AXFR rd", NULL, 0 },
	{ "www.example.com A rd class=3", NULL, 0 },
};

START_TEST(what_lies_elsewhere_becomes_an_errand)
{
	const char *question = errands[_i].question;
	uint8_t name[DNS_NAME_MAX];
	bool sent = send_on(question);

	ck_assert_msg(sent == (errands[_i].asked != NULL), "%s", question);
	if (!sent)
		return;
	const uint8_t *asked = sample_name(errands[_i].asked, name);
	size_t len = strlen((const char *)asked) + 1;
	ck_assert_uint_eq(errand.asked.name_len, len);
	ck_assert_mem_eq(errand.asked.name, asked, len);
	ck_assert_uint_eq(errand.asked.type, errand.query.type);
	ck_assert(errand.asked.dnssec_ok == (strstr(question, " do") != NULL));
	ck_assert(errand.asked.checking_disabled == (strstr(question, " cd") != NULL));
	ck_assert_uint_eq(errand.transport,
	    strstr(question, " tcp") != NULL ? TRANSPORT_TCP : TRANSPORT_UDP);
	ck_assert_uint_eq(errand.hops, errands[_i].hops);
	ck_assert_uint_eq(errand.answers, errands[_i].hops);
	ck_assert(errand.authoritative == (errands[_i].hops > 0));
	if (errands[_i].hops == 0)
		ck_assert_uint_eq(errand.name_at, DNS_HEADER_LEN);
	else    /* the target of the last CNAME, which ends the reply so far */
		ck_assert_uint_eq(errand.name_at + len, errand.len);
}
END_TEST

START_TEST(a_cname_out_of_our_zones_is_all_we_say_where_nobody_asks)
{
	asking_expect(asking, "away." IN_SVC " A rd", "NOERROR aa rd ra\nAN away."
	    IN_SVC ". 5 IN CNAME db.example.com.\n");
	asking_expect(asking, "example.com A rd", "REFUSED rd ra\n");
	asking->settings.forward = NULL;
	ck_assert(!send_on("away." IN_SVC " A rd"));
	ck_assert(!send_on("example.com A rd"));
	ck_assert_uint_eq(rcode(), DNS_REFUSED);
}
END_TEST

/* RFC 8482, 4.2; and no word about whether there is such a name. */
START_TEST(nobody_is_asked_for_everything)
{
	ck_assert(!send_on("WWW.example.com ANY rd"));
	ck_assert_str_eq(asking_read(asking, "WWW.example.com ANY rd"),
	    "NOERROR rd ra\nAN WWW.example.com. 5 IN HINFO \"RFC8482\" \"\"\n");
	ck_assert(!send_on("www.example.org ANY rd"));
	ck_assert_uint_eq(rcode(), DNS_REFUSED);
}
END_TEST

START_TEST(nothing_is_sent_on_until_all_is_loaded)
{
	asking->responder.answering = false;
	ck_assert(!send_on("example.com A rd"));
	ck_assert_uint_eq(rcode(), DNS_REFUSED);
	ck_assert(!send_on("4.3.2.1.in-addr.arpa PTR rd"));
	ck_assert_uint_eq(rcode(), DNS_SERVFAIL);
	ck_assert(!send_on("away." IN_SVC " A rd"));
	ck_assert_uint_eq(rcode(), DNS_NOERROR);
}
END_TEST

/* Nobody is asked for the sake of a forged address. */
START_TEST(who_is_held_back_sends_nobody)
{
	static const struct rrl_settings tight = { .answers_per_s = 1, .errors_per_s = 1,
	    .slip = 2, .window_s = 1, .table_size = 64, .ip4_bits = 24, .ip6_bits = 56 };
	struct clock *clock = clock_new_manual(1000, 1700000000);

	ck_assert_int_eq(rrl_new(&tight, NULL, &asking->settings.rrl), 0);
	asking->responder.clock = clock;
	ck_assert(send_on("away." IN_SVC " A rd"));
	/* The first of two is dropped, the other one is told to come over TCP. */
	ck_assert(!send_or_drop("away." IN_SVC " A rd"));
	ck_assert_uint_eq(asking->len, 0);
	ck_assert(!send_or_drop("example.com A rd"));
	ck_assert_str_eq(asking_read(asking, "example.com A rd"), "NOERROR tc rd ra\n");
	ck_assert(send_on("example.com A rd tcp"));
	rrl_free(asking->settings.rrl);
	clock_free(clock);
}
END_TEST

static const struct {
	const char *ours;               /* dns.allowFrom */
	const char *others;             /* dns.allowForwardFrom */
	const char *question;
	bool sent;
	unsigned rcode;
	unsigned answers;
} doors[] = {
	{ "127.0.0.0/8", "127.0.0.0/8", "example.com A rd", true, 0, 0 },
	{ "127.0.0.0/8", "10.0.0.0/8", "example.com A rd", false, DNS_REFUSED, 0 },
	{ "127.0.0.0/8", "10.0.0.0/8", "1.2.in-addr.arpa PTR rd", false, DNS_REFUSED, 0 },
	{ "127.0.0.0/8", "10.0.0.0/8", "away." IN_SVC " A rd", false, DNS_NOERROR, 1 },
	{ "127.0.0.0/8", "10.0.0.0/8", "web." IN_SVC " A rd", false, DNS_NOERROR, 1 },
	{ "10.0.0.0/8", "127.0.0.0/8", "example.com A rd", true, 0, 0 },
	{ "10.0.0.0/8", "127.0.0.0/8", "1.2.in-addr.arpa PTR rd", true, 0, 0 },
	{ "10.0.0.0/8", "127.0.0.0/8", "example.com ANY rd", false, DNS_NOERROR, 1 },
	{ "10.0.0.0/8", "127.0.0.0/8", "1.2.in-addr.arpa ANY rd", false, DNS_NOERROR, 1 },
	{ "10.0.0.0/8", "127.0.0.0/8", "web." IN_SVC " ANY rd", false, DNS_REFUSED, 0 },
	{ "127.0.0.0/8", "10.0.0.0/8", "example.com ANY rd", false, DNS_REFUSED, 0 },
	{ "10.0.0.0/8", "127.0.0.0/8", "away." IN_SVC " A rd", false, DNS_REFUSED, 0 },
	{ "10.0.0.0/8", "127.0.0.0/8", "web." IN_SVC " A rd", false, DNS_REFUSED, 0 },
	{ "10.0.0.0/8", "127.0.0.0/8", "web." IN_SVC " MX rd edns", false, DNS_REFUSED, 0 },
	{ "10.0.0.0/8", "127.0.0.0/8", "example.com AXFR rd", false, DNS_REFUSED, 0 },
	{ "10.0.0.0/8", "10.0.0.0/8", "example.com A rd", false, DNS_REFUSED, 0 },
};

START_TEST(who_may_ask_for_ours_and_who_for_others_are_two_lists)
{
	struct cidr ours, others;

	ck_assert_int_eq(cidr_parse(doors[_i].ours, &ours), 0);
	ck_assert_int_eq(cidr_parse(doors[_i].others, &others), 0);
	asking->settings.allow_from = &ours;
	asking->settings.allow_forward_from = &others;
	asking->settings.allow_from_count = asking->settings.allow_forward_from_count = 1;
	ck_assert(send_on(doors[_i].question) == doors[_i].sent);
	if (doors[_i].sent)
		return;
	ck_assert_uint_eq(rcode(), doors[_i].rcode);
	ck_assert_uint_eq(wire_get_u16(asking->buf + 6), doors[_i].answers);
	ck_assert_uint_eq(wire_get_u16(asking->buf + 8), 0);
}
END_TEST

START_TEST(eight_cnames_are_enough)
{
	char name[80], record[80];

	for (int i = 0; i < 8; i++) {
		snprintf(name, sizeof(name), "c%d." IN_SVC, i);
		snprintf(record, sizeof(record), "5 CNAME c%d." IN_SVC ".", i + 1);
		sample_put(asking->index, &(struct sample_name){ .name = name, .zone = ZONE,
		    .records = { record } });
	}
	sample_put(asking->index, &(struct sample_name){ .name = "c7." IN_SVC, .zone = ZONE,
	    .records = { "5 CNAME example.com." } });
	ck_assert(!send_on("c0." IN_SVC " A rd"));
	ck_assert_uint_eq(wire_get_u16(asking->buf + 6), 8);
	ck_assert(send_on("c1." IN_SVC " A rd"));
	ck_assert_uint_eq(errand.hops, 7);
}
END_TEST

/* What the client sees of a failure. */
static const struct {
	const char *question;
	const char *text;
	const char *reply;
} failures[] = {
	{ "Example.com A rd", "127.0.0.1:53 timed out", "SERVFAIL rd ra\n" },
	{ "example.com A rd edns", "127.0.0.1:53 timed out",
	  "SERVFAIL rd ra\nOPT 1232 EDE 22 127.0.0.1:53 timed out\n" },
	{ "example.com A rd do cd ad", NULL, "SERVFAIL rd ra cd\nOPT 1232 do EDE 22\n" },
	{ "example.com A rd tcp keepalive", "late",
	  "SERVFAIL rd ra\nOPT 1232 keepalive 100 EDE 22 late\n" },
	/* The CNAME is kept out of caches. */
	{ "away." IN_SVC " A rd edns", "refused", "SERVFAIL rd ra\nOPT 1232 EDE 22 refused\n" },
};

START_TEST(a_failure_says_why)
{
	ck_assert(send_on(failures[_i].question));
	asking->len = errand_fail(&asking->responder, &errand, DNS_SERVFAIL, 22,
	    failures[_i].text, asking->buf, 4096);
	ck_assert_str_eq(asking_read(asking, failures[_i].question), failures[_i].reply);
}
END_TEST

START_TEST(a_long_reason_is_cut)
{
	char text[1000];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	ck_assert(send_on("example.com A rd edns=512"));
	asking->len = errand_fail(&asking->responder, &errand, DNS_SERVFAIL, 0, text, asking->buf,
	    4096);
	ck_assert_uint_lt(asking->len, 300);
	ck_assert_uint_gt(asking->len, 200);
}
END_TEST

Suite *
suite(void)
{
	Suite *errand_suite = suite_create("errand");
	TCase *tests = tcase_create("errand");

	tcase_add_checked_fixture(tests, errands_start, errands_end);
	tcase_add_loop_test(tests, what_lies_elsewhere_becomes_an_errand, 0,
	    (int)(sizeof(errands) / sizeof(errands[0])));
	tcase_add_test(tests, a_cname_out_of_our_zones_is_all_we_say_where_nobody_asks);
	tcase_add_test(tests, nobody_is_asked_for_everything);
	tcase_add_test(tests, nothing_is_sent_on_until_all_is_loaded);
	tcase_add_test(tests, who_is_held_back_sends_nobody);
	tcase_add_loop_test(tests, who_may_ask_for_ours_and_who_for_others_are_two_lists, 0,
	    (int)(sizeof(doors) / sizeof(doors[0])));
	tcase_add_test(tests, eight_cnames_are_enough);
	tcase_add_loop_test(tests, a_failure_says_why, 0,
	    (int)(sizeof(failures) / sizeof(failures[0])));
	tcase_add_test(tests, a_long_reason_is_cut);
	suite_add_tcase(errand_suite, tests);
	return errand_suite;
}
