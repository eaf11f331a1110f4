/*
 * test_stand_in.c - what a zone out of a file answers for names that it does not have: wildcards
 * (RFC 4592), cuts, DNAME, empty non-terminals.
 */
#include "dns/stand_in.h"

#include "tests/dns/zone_world.h"
#include "tests/suite.h"

/* The zone of RFC 4592, 2.2.1. */
static const char wild[] =
    "$ORIGIN example.\n$TTL 3600\n"
    "@ SOA ns hostmaster 1 7200 1800 86400 300\n"
    "@ NS ns.example.com.\n@ NS ns.example.net.\n"
    "* TXT \"this is a wildcard\"\n* MX 10 host1\n"
    "sub.* TXT \"this is not a wildcard\"\n"
    "host1 A 192.0.2.1\n"
    "_ssh._tcp.host1 SRV 0 1 22 host1\n_ssh._tcp.host2 SRV 0 1 22 host2\n"
    "subdel NS ns.example.com.\nsubdel NS ns.example.net.\n";

#define SOA "example. 300 SOA ns.example. hostmaster.example. 1 7200 1800 86400 300"
#define GONE "NXDOMAIN aa | | " SOA " |"
#define NO_DATA "NOERROR aa | | " SOA " |"
#define REFERRAL "NOERROR | | subdel.example. 3600 NS ns.example.com., " \
	"subdel.example. 3600 NS ns.example.net. |"

static const struct {
	const char *question;
	const char *reply;
} wild_rows[] = {
	/* Synthesised from the wildcard. */
	{ "host3.example. MX", "NOERROR aa | host3.example. 3600 MX 10 host1.example. | | "
	    "host1.example. 3600 A 192.0.2.1" },
	{ "host3.example. A", NO_DATA },
	{ "foo.bar.example. TXT", "NOERROR aa | foo.bar.example. 3600 TXT \"this is a wildcard\" "
	    "| |" },
	{ "FOO.bar.example. TXT", "NOERROR aa | FOO.bar.example. 3600 TXT \"this is a wildcard\" "
	    "| |" },
	/* Not: the name exists. */
	{ "host1.example. MX", NO_DATA },
	{ "sub.*.example. MX", NO_DATA },
	{ "sub.*.example. TXT", "NOERROR aa | sub.*.example. 3600 TXT \"this is not a wildcard\" "
	    "| |" },
	/* Not: the closest encloser is another. */
	{ "_telnet._tcp.host1.example. SRV", GONE },
	{ "x._ssh._tcp.host2.example. TXT", GONE },
	{ "ghost.*.example. MX", GONE },
	/* Not: delegated. */
	{ "host.subdel.example. A", REFERRAL },
	{ "subdel.example. NS", REFERRAL },
	/* Empty non-terminals. */
	{ "host2.example. TXT", NO_DATA },
	{ "_tcp.host1.example. TXT", NO_DATA },
	/* The wildcard itself. */
	{ "*.example. TXT", "NOERROR aa | *.example. 3600 TXT \"this is a wildcard\" | |" },
	{ "*.example. A", NO_DATA },
	/* Never above what is deeper: the wildcard is no name that matches itself. */
	{ "a.b.c.d.example. TXT", "NOERROR aa | a.b.c.d.example. 3600 TXT \"this is a wildcard\" "
	    "| |" },
};

START_TEST(wildcards_answer_as_rfc_4592_wants_them)
{
	struct zone_world world;

	zone_world_start(&world);
	ck_assert_int_eq(zone_world_state(&world, ZONE_OF_FILE, "wild.zone", wild), 0);
	zone_world_expect(&world, wild_rows[_i].question, wild_rows[_i].reply);
	zone_world_end(&world);
}
END_TEST

#define LABEL "123456789012345678901234567890123456789012345678901234567890."
#define LONG "a" LABEL "b" LABEL "c" LABEL "test."

static const char chain[] =
    "$ORIGIN chain.test.\n$TTL 60\n@ SOA ns hostmaster 7 2 3 4 9\n@ NS ns\n"
    "ns A 192.0.2.53\nns AAAA 2001:db8::53\n@ MX 10 mail\n@ MX 20 ns\nmail A 192.0.2.25\n"
    "*.alias CNAME target\ntarget A 192.0.2.9\n"
    "a CNAME b\nb CNAME c.wild\n*.wild CNAME a.deep\n"
    "a.deep TXT \"end\"\nloop CNAME loop2\nloop2 CNAME loop\nself CNAME self\n"
    "gone CNAME nothing.here\nout CNAME www.elsewhere.example.\n"
    "into CNAME host.other.test.\n"
    "cut NS ns.cut\ncut NS ns\ncut DS 1 8 2 00112233445566778899aabbccddeeff00112233445566778899"
    "aabbccddeeff\nns.cut A 192.0.2.77\nbelow CNAME www.cut\n"
    "d DNAME other.test.\nd A 192.0.2.3\n"
    "long DNAME " LONG "\n"
    "odd TYPE65280 \\# 3 010203\nsrv SRV 0 5 80 target\nsrv SRV 0 5 81 target\n";
static const char other[] =
    "other.test. 30 IN SOA ns.other.test. h.other.test. 1 2 3 4 5\nother.test. 30 IN NS ns\n"
    "host.other.test. 30 A 192.0.2.200\n";

#define CHAIN_SOA "chain.test. 9 SOA ns.chain.test. hostmaster.chain.test. 7 2 3 4 9"
#define OTHER_SOA "other.test. 5 SOA ns.other.test. h.other.test. 1 2 3 4 5"

static const struct {
	const char *question;
	const char *reply;
} chain_rows[] = {
	{ "chain.test. SOA", "NOERROR aa | chain.test. 60 SOA ns.chain.test. "
	    "hostmaster.chain.test. 7 2 3 4 9 | |" },
	{ "chain.test. NS", "NOERROR aa | chain.test. 60 NS ns.chain.test. | | "
	    "ns.chain.test. 60 A 192.0.2.53, ns.chain.test. 60 AAAA 2001:db8::53" },
	{ "chain.test. MX", "NOERROR aa | chain.test. 60 MX 10 mail.chain.test., "
	    "chain.test. 60 MX 20 ns.chain.test. | | mail.chain.test. 60 A 192.0.2.25, "
	    "ns.chain.test. 60 A 192.0.2.53, ns.chain.test. 60 AAAA 2001:db8::53" },
	{ "srv.chain.test. SRV", "NOERROR aa | srv.chain.test. 60 SRV 0 5 80 target.chain.test., "
	    "srv.chain.test. 60 SRV 0 5 81 target.chain.test. | | "
	    "target.chain.test. 60 A 192.0.2.9" },
	{ "odd.chain.test. TYPE65280", "NOERROR aa | odd.chain.test. 60 TYPE65280 \\# 3 010203 "
	    "| |" },
	{ "odd.chain.test. A", "NOERROR aa | | " CHAIN_SOA " |" },
	{ "x.alias.chain.test. A", "NOERROR aa | x.alias.chain.test. 60 CNAME target.chain.test., "
	    "target.chain.test. 60 A 192.0.2.9 | |" },
	{ "x.alias.chain.test. CNAME", "NOERROR aa | x.alias.chain.test. 60 CNAME "
	    "target.chain.test. | |" },
	{ "a.chain.test. TXT", "NOERROR aa | a.chain.test. 60 CNAME b.chain.test., "
	    "b.chain.test. 60 CNAME c.wild.chain.test., c.wild.chain.test. 60 CNAME "
	    "a.deep.chain.test., a.deep.chain.test. 60 TXT \"end\" | |" },
	{ "loop.chain.test. A", "NOERROR aa | loop.chain.test. 60 CNAME loop2.chain.test., "
	    "loop2.chain.test. 60 CNAME loop.chain.test. | |" },
	{ "self.chain.test. A", "NOERROR aa | self.chain.test. 60 CNAME self.chain.test. | |" },
	{ "gone.chain.test. A", "NXDOMAIN aa | gone.chain.test. 60 CNAME "
	    "nothing.here.chain.test. | " CHAIN_SOA " |" },
	{ "out.chain.test. A", "NOERROR aa | out.chain.test. 60 CNAME www.elsewhere.example. "
	    "| |" },
	{ "into.chain.test. A", "NOERROR aa | into.chain.test. 60 CNAME host.other.test., "
	    "host.other.test. 30 A 192.0.2.200 | |" },
	{ "into.chain.test. TXT", "NOERROR aa | into.chain.test. 60 CNAME host.other.test. | "
	    OTHER_SOA " |" },
	/* A referral has glue, and with DO what there is of DS; DS itself is ours to answer. */
	{ "www.cut.chain.test. A", "NOERROR | | cut.chain.test. 60 NS ns.chain.test., "
	    "cut.chain.test. 60 NS ns.cut.chain.test. | ns.chain.test. 60 A 192.0.2.53, "
	    "ns.chain.test. 60 AAAA 2001:db8::53, ns.cut.chain.test. 60 A 192.0.2.77" },
	{ "ns.cut.chain.test. A", "NOERROR | | cut.chain.test. 60 NS ns.chain.test., "
	    "cut.chain.test. 60 NS ns.cut.chain.test. | ns.chain.test. 60 A 192.0.2.53, "
	    "ns.chain.test. 60 AAAA 2001:db8::53, ns.cut.chain.test. 60 A 192.0.2.77" },
	{ "cut.chain.test. A do", "NOERROR | | cut.chain.test. 60 DS 1 8 2 "
	    "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff, "
	    "cut.chain.test. 60 NS ns.chain.test., cut.chain.test. 60 NS ns.cut.chain.test. | "
	    "ns.chain.test. 60 A 192.0.2.53, ns.chain.test. 60 AAAA 2001:db8::53, "
	    "ns.cut.chain.test. 60 A 192.0.2.77" },
	{ "cut.chain.test. DS", "NOERROR aa | cut.chain.test. 60 DS 1 8 2 "
	    "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff | |" },
	{ "below.chain.test. A", "NOERROR aa | below.chain.test. 60 CNAME www.cut.chain.test. | "
	    "cut.chain.test. 60 NS ns.chain.test., cut.chain.test. 60 NS ns.cut.chain.test. | "
	    "ns.chain.test. 60 A 192.0.2.53, ns.chain.test. 60 AAAA 2001:db8::53, "
	    "ns.cut.chain.test. 60 A 192.0.2.77" },
	/* DNAME (RFC 6672): itself, below it, too long. */
	{ "d.chain.test. A", "NOERROR aa | d.chain.test. 60 A 192.0.2.3 | |" },
	{ "d.chain.test. TXT", "NOERROR aa | | " CHAIN_SOA " |" },
	{ "host.d.chain.test. A", "NOERROR aa | d.chain.test. 60 DNAME other.test., "
	    "host.d.chain.test. 60 CNAME host.other.test., host.other.test. 30 A 192.0.2.200 "
	    "| |" },
	{ "no.d.chain.test. A", "NXDOMAIN aa | d.chain.test. 60 DNAME other.test., "
	    "no.d.chain.test. 60 CNAME no.other.test. | " OTHER_SOA " |" },
	{ "y" LABEL "z" LABEL "long.chain.test. A", "YXDOMAIN aa | long.chain.test. 60 DNAME " LONG
	    " | |" },
	/* What is asked in capitals comes back so. */
	{ "TARGET.chain.TEST. A", "NOERROR aa | TARGET.chain.TEST. 60 A 192.0.2.9 | |" },
	{ "nowhere.chain.test. A", "NXDOMAIN aa | | " CHAIN_SOA " |" },
	{ "chain.test. ANY", "NOERROR aa | chain.test. 5 HINFO \"RFC8482\" \"\" | |" },
	{ "example.org. A", "REFUSED | | |" },
};

START_TEST(chains_cuts_and_redirections_are_answered)
{
	struct zone_world world;

	zone_world_start(&world);
	ck_assert_int_eq(zone_world_state(&world, ZONE_OF_FILE, "other.zone", other), 0);
	ck_assert_int_eq(zone_world_state(&world, ZONE_OF_FILE, "chain.zone", chain), 0);
	zone_world_expect(&world, chain_rows[_i].question, chain_rows[_i].reply);
	zone_world_end(&world);
}
END_TEST

Suite *
suite(void)
{
	Suite *stand_in = suite_create("stand_in");
	TCase *tests = tcase_create("stand_in");

	tcase_add_loop_test(tests, wildcards_answer_as_rfc_4592_wants_them, 0,
	    (int)(sizeof(wild_rows) / sizeof(wild_rows[0])));
	tcase_add_loop_test(tests, chains_cuts_and_redirections_are_answered, 0,
	    (int)(sizeof(chain_rows) / sizeof(chain_rows[0])));
	suite_add_tcase(stand_in, tests);
	return stand_in;
}
