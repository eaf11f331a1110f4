/* test_zone_build.c - what is wrong with a zone's text is said with its line. */
#include "dns/zone_build.h"

#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/err.h"
#include "dns/content.h"
#include "tests/dns/zone_world.h"
#include "tests/suite.h"

#define HEAD "$ORIGIN a.test.\n@ 60 SOA ns h 1 2 3 4 5\n@ 60 NS ns.x.\n"

static const struct {
	const char *text;
	const char *said;       /* NULL: it is not said; "": nothing is */
	int err;
} rows[] = {
	{ HEAD "www 60 A 192.0.2.1\n", "", 0 },
	{ "", "a.zone: error: has no SOA record", ERR_INVALID },
	{ "$ORIGIN a.test.\n; nothing\n", "a.zone: error: has no SOA record", ERR_INVALID },
	{ HEAD "www 60 A 192.0.2.300\n", "a.zone:4: error: Syntax error, could not parse the RR's "
	    "rdata: www 60 A 192.0.2.300", ERR_INVALID },
	{ HEAD "\n ; x\n\nwww 60 A\n", "a.zone:7: error: ", ERR_INVALID },
	{ HEAD "www 60 A 192.0.2.1\nwww 60 TYPO x\n", "a.zone:5: error: ", ERR_INVALID },
	{ HEAD "$INCLUDE other.zone\n", "a.zone:4: error: $INCLUDE is not followed: a zone is one "
	    "file: $INCLUDE other.zone", ERR_INVALID },
	{ HEAD "$GENERATE 1-3 h$ A 192.0.2.$\n", "a.zone:4: error: $GENERATE is not understood",
	    ERR_INVALID },
	{ HEAD "$TTLL 5\n", "a.zone:4: error: is no directive, or not a whole one", ERR_INVALID },
	{ HEAD "www 60 CH TXT x\n", "a.zone:4: error: only class IN is served", ERR_INVALID },
	{ HEAD "@ 60 SOA ns h 2 2 3 4 5\n", "a.zone:4: error: a.test has another SOA record; the "
	    "zone's is on line 2", ERR_INVALID },
	{ HEAD "www.b.test. 60 A 192.0.2.1\n", "a.zone:4: error: www.b.test is not in the zone "
	    "a.test", ERR_INVALID },
	{ HEAD "w 60 CNAME x\nw 60 A 192.0.2.1\n", "a.zone:4: error: w.a.test has a CNAME record "
	    "and a A record, on line 5 (RFC 1034, 3.6.2)", ERR_INVALID },
	{ HEAD "w 60 CNAME x\nw 60 CNAME y\n", "a.zone:5: error: w.a.test has another CNAME "
	    "record on line 4", ERR_INVALID },
	{ HEAD "w 60 CNAME x\nw 60 CNAME x\n", "", 0 },
	{ HEAD "w 60 CNAME x\nw 60 NSEC z.a.test. CNAME\n", "", 0 },
	{ HEAD "* 60 NS ns\n", "a.zone:4: error: *.a.test is a wildcard and has an NS record",
	    ERR_INVALID },
	{ HEAD "* 60 DNAME b.test.\n", "a.zone:4: error: *.a.test is a wildcard and has a DNAME "
	    "record", ERR_INVALID },
	{ HEAD "d 60 DNAME b.test.\nx.d 60 A 192.0.2.1\n", "a.zone:5: error: x.d.a.test is below "
	    "the DNAME record on line 4 (RFC 6672, 2.4)", ERR_INVALID },
	{ HEAD "d 60 DNAME b.test.\nd 60 DNAME c.test.\n", "a.zone:5: error: d.a.test has another "
	    "DNAME record on line 4", ERR_INVALID },
	{ HEAD "w 60 A 192.0.2.1\nw 90 A 192.0.2.2\n", "a.zone:5: warning: w.a.test A: TTL 90 "
	    "differs from 60 on line 4; the lowest is taken", 0 },
	{ HEAD "c 60 NS ns.b.\nc 60 TXT x\n", "a.zone:5: warning: c.a.test TXT: is not answered: "
	    "the name is delegated by the NS record on line 4", 0 },
	{ HEAD "c 60 NS ns.b.\nx.c 60 TXT x\n", "a.zone:5: warning: x.c.a.test TXT: is not "
	    "answered: the name is below the NS record on line 4", 0 },
	{ HEAD "c 60 NS ns.c\n", "a.zone:4: warning: c.a.test NS: ns.c.a.test has no address "
	    "here", 0 },
	{ HEAD "c 60 NS ns.c\nns.c 60 A 192.0.2.1\n", "", 0 },
	{ "a.test. 60 IN SOA ns h 1 2 3 4 5\n", "a.zone:1: warning: a.test has no NS record at "
	    "the zone's own name", 0 },
	{ HEAD "w 60 A 192.0.2.1\nw 60 RRSIG A 8 3 60 20300101000000 20200101000000 1 a.test. "
	    "AAAA\n", "a.zone:5: warning: w.a.test RRSIG: the zone is signed", 0 },
	{ HEAD "w 60 TYPE251 \\# 0\n", "a.zone:4: error: ", ERR_INVALID },
	{ HEAD "w 60 NS \\# 2 ffff\n", "a.zone:4: error: ", ERR_INVALID },
	/* Two errors are said at once. */
	{ HEAD "w 60 A x\nv 60 A y\n", "a.zone:5: error: ", ERR_INVALID },
};

START_TEST(what_is_wrong_is_said_with_its_line)
{
	struct diag *diag = diag_new();
	struct content *content = NULL;
	char line[2048];
	bool said = *rows[_i].said == '\0' && diag_at(diag, 0) == NULL;
	int err = zone_build("a.zone", rows[_i].text, strlen(rows[_i].text), NULL, diag, &content);

	for (size_t i = 0; diag_at(diag, i) != NULL; i++) {
		diag_format(diag_at(diag, i), line, sizeof(line));
		said = *rows[_i].said != '\0' &&
		    (said || strncmp(line, rows[_i].said, strlen(rows[_i].said)) == 0);
	}
	ck_assert_msg(said, "%s\n  is       %s\n  expected %s", rows[_i].text,
	    diag_at(diag, 0) != NULL ? line : "nothing", rows[_i].said);
	ck_assert_int_eq(err, rows[_i].err);
	content_free(content);
	diag_free(diag);
}
END_TEST

START_TEST(a_nul_octet_is_no_end)
{
	static const char text[] = HEAD "w 60 TXT a\0b\n";
	struct diag *diag = diag_new();
	struct content *content = NULL;

	ck_assert_int_eq(zone_build("a.zone", text, sizeof(text) - 1, NULL, diag, &content),
	    ERR_INVALID);
	ck_assert_uint_eq(diag_at(diag, 0)->line, 4);
	diag_free(diag);
}
END_TEST

START_TEST(a_stop_ends_the_reading)
{
	struct content *content = NULL;
	atomic_bool stop = true;

	ck_assert_int_eq(zone_build("a.zone", HEAD, strlen(HEAD), &stop, NULL, &content),
	    ERR_CLOSED);
}
END_TEST

/* Defaults: $TTL, else the SOA's minimum; $ORIGIN, else the SOA's name; classes are left out. */
static const struct {
	const char *text;
	const char *reply;
} defaults[] = {
	{ "$TTL 7\n$ORIGIN a.test.\n@ SOA ns h 1 2 3 4 5\n@ NS x.\nw A 192.0.2.1\n",
	    "NOERROR aa | w.a.test. 7 A 192.0.2.1 | |" },
	{ "$TTL 0\n$ORIGIN a.test.\n@ SOA ns h 1 2 3 4 5\n@ NS x.\nw A 192.0.2.1\n",
	    "NOERROR aa | w.a.test. 0 A 192.0.2.1 | |" },
	{ "$ORIGIN a.test.\n@ SOA ns h 1 2 3 4 5\n@ NS x.\nw A 192.0.2.1\n",
	    "NOERROR aa | w.a.test. 5 A 192.0.2.1 | |" },
	{ "a.test. SOA ns h 1 2 3 4 5\n NS x.\nw A 192.0.2.1\n",
	    "NOERROR aa | w.a.test. 5 A 192.0.2.1 | |" },
	{ "$ORIGIN test.\na 1h IN SOA ns h 1 2 3 4 5\n NS x.\nw.a 2m IN A 192.0.2.1\n",
	    "NOERROR aa | w.a.test. 120 A 192.0.2.1 | |" },
	{ "$TTL 9\n$ORIGIN test\na SOA ns h 1 2 3 4 5\n NS x.\n$ORIGIN a\nw A 192.0.2.1\n"
	    "$ORIGIN @ ; as it was\n$ORIGIN b.c\nv A 192.0.2.2\n",
	    "NOERROR aa | w.a.test. 9 A 192.0.2.1 | |" },
	{ "$TTL 9\nA.Test. SOA ns h 1 2 3 4 5\n NS x.\nW A 192.0.2.1\nw A 192.0.2.1\n",
	    "NOERROR aa | w.a.test. 9 A 192.0.2.1 | |" },
};

START_TEST(what_is_left_out_has_its_default)
{
	struct zone_world world;

	zone_world_start(&world);
	ck_assert_int_eq(zone_world_state(&world, ZONE_OF_FILE, "a.zone", defaults[_i].text), 0);
	zone_world_expect(&world, "w.a.test. A", defaults[_i].reply);
	zone_world_end(&world);
}
END_TEST

Suite *
suite(void)
{
	Suite *zone_build_suite = suite_create("zone_build");
	TCase *tests = tcase_create("zone_build");

	tcase_add_loop_test(tests, what_is_wrong_is_said_with_its_line, 0,
	    (int)(sizeof(rows) / sizeof(rows[0])));
	tcase_add_test(tests, a_nul_octet_is_no_end);
	tcase_add_test(tests, a_stop_ends_the_reading);
	tcase_add_loop_test(tests, what_is_left_out_has_its_default, 0,
	    (int)(sizeof(defaults) / sizeof(defaults[0])));
	suite_add_tcase(zone_build_suite, tests);
	return zone_build_suite;
}
