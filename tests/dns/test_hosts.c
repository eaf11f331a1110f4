/* test_hosts.c - a hosts file's lines become names and addresses, and what is wrong is said. */
#include "dns/hosts.h"

#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/strbuf.h"
#include "dns/content.h"
#include "dns/index.h"
#include "tests/dns/sample.h"
#include "tests/dns/zone_world.h"
#include "tests/suite.h"

static struct zone_world world;

static void
start(void)
{
	zone_world_start(&world);
}

static void
end(void)
{
	zone_world_end(&world);
}

static void
state(const char *path, unsigned rank, const char *text)
{
	struct content *content = NULL;

	diag_clear(world.diag);
	if (text != NULL)
		ck_assert_int_eq(hosts_build(path, text, strlen(text), NULL, world.diag, &content),
		    0);
	ck_assert_int_eq(zone_set_take(world.set, ZONE_OF_HOSTS, path, rank, content, world.diag),
	    0);
	ck_assert_int_eq(zone_set_settle(world.set), 0);
}

static const char all[] =
    "# a comment\n\n127.0.0.1 localhost\n::1 localhost ip6-localhost # and another\n"
    "192.0.2.1\tWeb.Lan  web WWW\n192.0.2.2 web.lan\n2001:db8::1 web.lan\n192.0.2.1 late.lan\n"
    "fe80::1%lo0 localhost\n0.0.0.0 ads.example track.example\n:: ads.example\r\n"
    "192.0.2.9 web.lan web.lan";

static const struct {
	const char *question;
	const char *reply;
} rows[] = {
	{ "localhost. A", "NOERROR aa | localhost. 5 A 127.0.0.1 | |" },
	{ "localhost. AAAA", "NOERROR aa | localhost. 5 AAAA ::1 | |" },
	{ "web.lan. A", "NOERROR aa | web.lan. 5 A 192.0.2.1, web.lan. 5 A 192.0.2.2, "
	    "web.lan. 5 A 192.0.2.9 | |" },
	{ "WEB.lan. AAAA", "NOERROR aa | WEB.lan. 5 AAAA 2001:db8::1 | |" },
	{ "www. A", "NOERROR aa | www. 5 A 192.0.2.1 | |" },
	/* There is nothing else, and no zone to say for how long. */
	{ "web.lan. TXT", "NOERROR aa | | |" },
	{ "www. AAAA", "NOERROR aa | | |" },
	{ "web.lan. SOA", "NOERROR aa | | |" },
	{ "web.lan. ANY", "NOERROR aa | web.lan. 5 HINFO \"RFC8482\" \"\" | |" },
	{ "x.web.lan. A", "REFUSED | | |" },
	/* The first name of the first line, but for addresses that lead nowhere. */
	{ "1.2.0.192.in-addr.arpa. PTR", "NOERROR aa | 1.2.0.192.in-addr.arpa. 5 PTR web.lan. | |" },
	{ "1.2.0.192.IN-addr.arpa. PTR", "NOERROR aa | 1.2.0.192.IN-addr.arpa. 5 PTR web.lan. | |" },
	{ "1.2.0.192.in-addr.arpa. A", "NOERROR aa | | |" },
	{ "0.0.0.0.in-addr.arpa. PTR", "REFUSED | | |" },
	{ "track.example. A", "NOERROR aa | track.example. 5 A 0.0.0.0 | |" },
	{ "ads.example. AAAA", "NOERROR aa | ads.example. 5 AAAA :: | |" },
};

START_TEST(names_aliases_and_addresses_are_answered)
{
	state("/hosts", 0, all);
	ck_assert_ptr_null(diag_at(world.diag, 0));
	zone_world_expect(&world, rows[_i].question, rows[_i].reply);
}
END_TEST

static const struct {
	const char *text;
	const char *said;
} wrong[] = {
	{ "192.0.2.1 a\n192.0.2.300 b\n", "/hosts:2:1: warning: 192.0.2.300: is no IP address" },
	{ "192.0.2.1 a\n\n  192.0.2.2  # alone\n", "/hosts:3:3: warning: 192.0.2.2: has no name" },
	{ "192.0.2.1 a b..c\n", "/hosts:1:13: warning: b..c: is no host name" },
	{ "192.0.2.1 a .\n", "/hosts:1:13: warning: .: is no host name" },
	{ "192.0.2.1 a\nname 192.0.2.1\n", "/hosts:2:1: warning: name: is no IP address" },
};

START_TEST(a_bad_line_is_said_and_the_others_hold)
{
	char line[512];

	state("/hosts", 0, wrong[_i].text);
	ck_assert_ptr_nonnull(diag_at(world.diag, 0));
	diag_format(diag_at(world.diag, 0), line, sizeof(line));
	ck_assert_str_eq(line, wrong[_i].said);
	zone_world_expect(&world, "a. A", "NOERROR aa | a. 5 A 192.0.2.1 | |");
}
END_TEST

#define ZONE(name, rest) "$ORIGIN " name ".\n$TTL 60\n@ SOA ns h 1 2 3 4 5\n@ NS ns.x.\n" rest

START_TEST(zone_files_win_over_hosts_and_hosts_over_local_zones)
{
	state("/hosts", 0, "192.0.2.1 x.a.test y.a.test x.home.test\n192.0.2.2 z\n");
	ck_assert_int_eq(zone_world_state(&world, ZONE_LOCAL, "local/test.zone",
	    ZONE("home.test", "x A 127.0.0.9\ny A 127.0.0.8\n")), 0);
	zone_world_expect(&world, "x.a.test. A", "NOERROR aa | x.a.test. 5 A 192.0.2.1 | |");
	zone_world_expect(&world, "x.home.test. A", "NOERROR aa | x.home.test. 5 A 192.0.2.1 | |");
	zone_world_expect(&world, "y.home.test. A", "NOERROR aa | y.home.test. 60 A 127.0.0.8 | |");
	ck_assert_int_eq(zone_world_state(&world, ZONE_OF_FILE, "a.zone",
	    ZONE("a.test", "x A 192.0.2.77\n")), 0);
	zone_world_expect(&world, "x.a.test. A", "NOERROR aa | x.a.test. 60 A 192.0.2.77 | |");
	zone_world_expect(&world, "y.a.test. A", "NXDOMAIN aa | | a.test. 5 SOA ns.a.test. "
	    "h.a.test. 1 2 3 4 5 |");
	/* A name that falls through goes to the next who knows it. */
	static const char *const through[] = { "a.test" };
	world.dns.fallthrough = through;
	world.dns.fallthrough_count = 1;
	zone_set_configure(world.set, &world.settings);
	ck_assert_int_eq(zone_set_settle(world.set), 0);
	zone_world_expect(&world, "y.a.test. A", "NOERROR aa | y.a.test. 5 A 192.0.2.1 | |");
	state("/hosts", 0, NULL);
	zone_world_expect(&world, "x.home.test. A", "NOERROR aa | x.home.test. 60 A 127.0.0.9 | |");
	zone_world_expect(&world, "z. A", "REFUSED | | |");
}
END_TEST

START_TEST(the_clusters_names_are_not_hosts)
{
	state("/hosts", 0, "192.0.2.1 web.shop.svc.z other.lan\n");
	zone_world_expect(&world, "web.shop.svc.z. A", "REFUSED | | |");
	zone_world_expect(&world, "other.lan. A", "NOERROR aa | other.lan. 5 A 192.0.2.1 | |");
}
END_TEST

START_TEST(of_two_files_the_first_is_heard)
{
	state("/b", 1, "192.0.2.2 x y\n");
	state("/a", 0, "192.0.2.1 x\n");
	zone_world_expect(&world, "x. A", "NOERROR aa | x. 5 A 192.0.2.1 | |");
	zone_world_expect(&world, "y. A", "NOERROR aa | y. 5 A 192.0.2.2 | |");
	state("/a", 0, "192.0.2.1 z\n");
	zone_world_expect(&world, "x. A", "NOERROR aa | x. 5 A 192.0.2.2 | |");
	/* And by another order in the settings. */
	state("/a", 2, "192.0.2.1 x\n");
	zone_world_expect(&world, "x. A", "NOERROR aa | x. 5 A 192.0.2.2 | |");
}
END_TEST

START_TEST(a_hundred_thousand_lines_are_fine)
{
	struct strbuf text = STRBUF_INIT;

	for (unsigned i = 0; i < 100000; i++)
		strbuf_addf(&text, "0.0.0.0 ads-%u.example\n", i);
	state("/hosts", 0, text.text);
	ck_assert_uint_eq(zone_set_names(world.set), 100000);
	zone_world_expect(&world, "ads-99999.example. A",
	    "NOERROR aa | ads-99999.example. 5 A 0.0.0.0 | |");
	strbuf_release(&text);
}
END_TEST

Suite *
suite(void)
{
	Suite *hosts = suite_create("hosts");
	TCase *tests = tcase_create("hosts");

	tcase_add_checked_fixture(tests, start, end);
	tcase_set_timeout(tests, 60);
	tcase_add_loop_test(tests, names_aliases_and_addresses_are_answered, 0,
	    (int)(sizeof(rows) / sizeof(rows[0])));
	tcase_add_loop_test(tests, a_bad_line_is_said_and_the_others_hold, 0,
	    (int)(sizeof(wrong) / sizeof(wrong[0])));
	tcase_add_test(tests, zone_files_win_over_hosts_and_hosts_over_local_zones);
	tcase_add_test(tests, the_clusters_names_are_not_hosts);
	tcase_add_test(tests, of_two_files_the_first_is_heard);
	tcase_add_test(tests, a_hundred_thousand_lines_are_fine);
	suite_add_tcase(hosts, tests);
	return hosts;
}
