/* test_reverse.c - addresses and networks as reverse names. */
#include "dns/reverse.h"

#include <string.h>

#include "base/err.h"
#include "base/strbuf.h"
#include "dns/name.h"
#include "tests/suite.h"

static int
add_zone(void *arg, const struct cidr *zone)
{
	uint8_t name[DNS_NAME_MAX];
	char text[NAME_TEXT_SIZE], cidr[CIDR_TEXT_SIZE];
	size_t len = reverse_name(zone, name);

	ck_assert_uint_eq(len, name_len(name));
	strbuf_addf(arg, "%s %s\n", name_to_text(name, text), cidr_text(zone, cidr));
	return 0;
}

START_TEST(zones_are_names_or_networks)
{
	static const struct {
		const char *text;
		const char *zones;      /* NULL: ERR_SYNTAX */
	} rows[] = {
		{ "in-addr.arpa", "in-addr.arpa 0.0.0.0/0\n" },
		{ "IN-ADDR.arpa.", "in-addr.arpa 0.0.0.0/0\n" },
		{ "ip6.arpa", "ip6.arpa ::/0\n" },
		{ "96.10.in-addr.arpa", "96.10.in-addr.arpa 10.96.0.0/16\n" },
		{ "4.3.2.1.in-addr.arpa", "4.3.2.1.in-addr.arpa 1.2.3.4/32\n" },
		{ "8.B.d.0.1.0.0.2.ip6.arpa.", "8.b.d.0.1.0.0.2.ip6.arpa 2001:db8::/32\n" },
		{ "0.0.0.0/0", "in-addr.arpa 0.0.0.0/0\n" },
		{ "::/0", "ip6.arpa ::/0\n" },
		{ "10.0.0.0/8", "10.in-addr.arpa 10.0.0.0/8\n" },
		{ "10.96.0.0/14",
		    "96.10.in-addr.arpa 10.96.0.0/16\n97.10.in-addr.arpa 10.97.0.0/16\n"
		    "98.10.in-addr.arpa 10.98.0.0/16\n99.10.in-addr.arpa 10.99.0.0/16\n" },
		{ "192.0.2.254/31", "254.2.0.192.in-addr.arpa 192.0.2.254/32\n"
		    "255.2.0.192.in-addr.arpa 192.0.2.255/32\n" },
		{ "192.0.2.1/32", "1.2.0.192.in-addr.arpa 192.0.2.1/32\n" },
		{ "fd00::/7", NULL },   /* host bits */
		{ "fc00::/7", "c.f.ip6.arpa fc00::/8\nd.f.ip6.arpa fd00::/8\n" },
		{ "2001:db8::/31", "8.b.d.0.1.0.0.2.ip6.arpa 2001:db8::/32\n"
		    "9.b.d.0.1.0.0.2.ip6.arpa 2001:db9::/32\n" },
		{ "", NULL }, { ".", NULL }, { "example.org", NULL }, { "10.in-addr.arpa.org",
		    NULL },
		{ "xin-addr.arpa", NULL }, { "256.in-addr.arpa", NULL }, { "01.in-addr.arpa",
		    NULL },
		{ "5.4.3.2.1.in-addr.arpa", NULL }, { "-1.in-addr.arpa", NULL },
		    { "..in-addr.arpa", NULL },
		{ "g.ip6.arpa", NULL }, { "10.ip6.arpa", NULL }, { "10.0.0.0/33", NULL },
		    { "10.0.0.1/8", NULL },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct strbuf zones = STRBUF_INIT;
		int err = reverse_expand(rows[i].text, add_zone, &zones);

		ck_assert_msg(err == (rows[i].zones == NULL ? ERR_SYNTAX : 0), "%s: %d",
		    rows[i].text, err);
		ck_assert_str_eq(zones.text, rows[i].zones == NULL ? "" : rows[i].zones);
		strbuf_release(&zones);
	}
}
END_TEST

START_TEST(a_slash_9_is_128_zones)
{
	struct strbuf zones = STRBUF_INIT;
	unsigned lines = 0;

	ck_assert_int_eq(reverse_expand("10.128.0.0/9", add_zone, &zones), 0);
	for (const char *at = zones.text; (at = strchr(at, '\n')) != NULL; at++)
		lines++;
	ck_assert_uint_eq(lines, 128);
	ck_assert_ptr_nonnull(strstr(zones.text, "128.10.in-addr.arpa 10.128.0.0/16\n"));
	ck_assert_ptr_nonnull(strstr(zones.text, "255.10.in-addr.arpa 10.255.0.0/16\n"));
	strbuf_release(&zones);
}
END_TEST

START_TEST(an_address_is_a_whole_name)
{
	static const struct {
		const char *addr, *name;
	} rows[] = {
		{ "10.96.0.1", "1.0.96.10.in-addr.arpa" },
		{ "255.254.253.0", "0.253.254.255.in-addr.arpa" },
		{ "2001:db8::f1",
		    "1.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct addr addr;
		uint8_t name[DNS_NAME_MAX];
		char text[NAME_TEXT_SIZE];

		ck_assert_int_eq(addr_parse(rows[i].addr, &addr), 0);
		struct cidr leaf = reverse_prefix(&addr, reverse_bits(addr.family)), parsed;
		reverse_name(&leaf, name);
		ck_assert_str_eq(name_to_text(name, text), rows[i].name);
		ck_assert_int_eq(reverse_parse(text, &parsed), 0);
		ck_assert_mem_eq(&parsed, &leaf, sizeof(leaf));
	}
}
END_TEST

START_TEST(a_prefix_has_no_host_bits)
{
	struct addr addr;
	struct cidr prefix;
	char text[CIDR_TEXT_SIZE];

	ck_assert_int_eq(addr_parse("10.255.255.255", &addr), 0);
	prefix = reverse_prefix(&addr, 12);
	ck_assert_str_eq(cidr_text(&prefix, text), "10.240.0.0/12");
	prefix = reverse_prefix(&addr, 0);
	ck_assert_str_eq(cidr_text(&prefix, text), "0.0.0.0/0");
	ck_assert_int_eq(addr_parse("ffff::ffff", &addr), 0);
	prefix = reverse_prefix(&addr, 124);
	ck_assert_str_eq(cidr_text(&prefix, text), "ffff::fff0/124");
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("reverse");
	TCase *tcase = tcase_create("reverse");

	suite_add_tcase(suite, tcase);
	tcase_add_test(tcase, zones_are_names_or_networks);
	tcase_add_test(tcase, a_slash_9_is_128_zones);
	tcase_add_test(tcase, an_address_is_a_whole_name);
	tcase_add_test(tcase, a_prefix_has_no_host_bits);
	return suite;
}
