/* test_addr.c - addresses and networks: text forms, order, kinds, sums. */
#include <string.h>

#include "base/addr.h"
#include "base/err.h"
#include "tests/suite.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static struct addr
parsed(const char *text)
{
	struct addr addr = { .family = ADDR_NONE };

	ck_assert_msg(addr_parse(text, &addr) == 0, "%s does not parse", text);
	return addr;
}

START_TEST(addresses_are_written_in_canonical_form)
{
	static const char *const cases[][2] = {
		{ "192.0.2.1", "192.0.2.1" },
		{ "0.0.0.0", "0.0.0.0" },
		{ "::", "::" },
		{ "::1", "::1" },
		{ "1::", "1::" },
		{ "::1:2", "::1:2" },
		{ "2001:DB8:0:0:0:0:0:1", "2001:db8::1" },
		{ "2001:0db8::0001", "2001:db8::1" },
		{ "2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1" },
		{ "2001:0:0:1:0:0:0:1", "2001:0:0:1::1" },
		{ "2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1" },
		{ "1:2:3:4:5:6:0:0", "1:2:3:4:5:6::" },
		{ "0:0:3:4:5:6:7:8", "::3:4:5:6:7:8" },
		{ "::ffff:192.0.2.1", "::ffff:192.0.2.1" },
		{ "::ffff:c000:201", "::ffff:192.0.2.1" },
		{ "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
		  "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" },
	};
	char text[ADDR_TEXT_SIZE];

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct addr addr = parsed(cases[i][0]);

		ck_assert_str_eq(addr_text(&addr, text), cases[i][1]);
	}
}
END_TEST

START_TEST(what_is_not_exactly_an_address_is_refused)
{
	static const char *const cases[] = {
		"", " 1.2.3.4", "1.2.3.4 ", "1.2.3", "1.2.3.256", "01.2.3.4", "1.2.3.4.5", "0x1.2.3.4",
		"1.2.3.4/24", "fe80::1%eth0", ":::", "1::2::3", "1:2:3:4:5:6:7", "12345::", "[::1]",
		"1:2:3:4:5:6:7:8:9", "web",
	};
	struct addr addr = { .family = 9 };

	for (size_t i = 0; i < COUNT(cases); i++)
		ck_assert_msg(addr_parse(cases[i], &addr) == ERR_SYNTAX, "\"%s\" is taken", cases[i]);
	ck_assert_uint_eq(addr.family, 9);
}
END_TEST

START_TEST(a_mapped_address_is_ip6_of_the_same_kind)
{
	struct addr addr = parsed("::ffff:127.0.0.1");

	ck_assert_uint_eq(addr.family, ADDR_IP6);
	ck_assert_uint_eq(addr_len(&addr), 16);
	ck_assert(addr_is_loopback(&addr));
}
END_TEST

START_TEST(order_is_family_then_octets)
{
	static const char *const ordered[] = { "0.0.0.0", "9.0.0.0", "10.0.0.0", "10.0.0.1", "::", "::1" };

	for (size_t i = 0; i < COUNT(ordered); i++)
		for (size_t k = 0; k < COUNT(ordered); k++) {
			struct addr a = parsed(ordered[i]), b = parsed(ordered[k]);
			int sign = addr_compare(&a, &b);

			ck_assert_int_eq((sign > 0) - (sign < 0), (i > k) - (i < k));
		}
}
END_TEST

START_TEST(kinds_of_addresses)
{
	/* l: loopback, k: link-local, m: multicast, u: unspecified. */
	static const struct { const char *text, *kinds; } cases[] = {
		{ "127.0.0.1", "l" }, { "127.255.0.9", "l" }, { "128.0.0.1", "" }, { "::1", "l" },
		{ "::2", "" }, { "169.254.1.1", "k" }, { "169.253.1.1", "" }, { "fe80::1", "k" },
		{ "febf::1", "k" }, { "fec0::1", "" }, { "224.0.0.1", "m" }, { "239.255.255.255", "m" },
		{ "240.0.0.1", "" }, { "ff02::1", "m" }, { "0.0.0.0", "u" }, { "::", "u" },
		{ "::ffff:0.0.0.0", "u" }, { "::ffff:224.0.0.1", "m" }, { "10.0.0.1", "" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct addr addr = parsed(cases[i].text);
		const char *kinds = cases[i].kinds;

		ck_assert_int_eq(addr_is_loopback(&addr), strchr(kinds, 'l') != NULL);
		ck_assert_int_eq(addr_is_link_local(&addr), strchr(kinds, 'k') != NULL);
		ck_assert_int_eq(addr_is_multicast(&addr), strchr(kinds, 'm') != NULL);
		ck_assert_int_eq(addr_is_unspecified(&addr), strchr(kinds, 'u') != NULL);
	}
}
END_TEST

START_TEST(adding_carries_through_all_octets)
{
	static const struct { const char *from; uint64_t n; const char *to; } cases[] = {
		{ "10.0.0.1", 0, "10.0.0.1" },
		{ "10.0.0.255", 1, "10.0.1.0" },
		{ "10.255.255.255", 1, "11.0.0.0" },
		{ "0.0.0.0", UINT32_MAX, "255.255.255.255" },
		{ "255.255.255.255", 1, NULL },
		{ "1.0.0.0", UINT64_MAX, NULL },
		{ "2001:db8::ffff:ffff:ffff:ffff", 1, "2001:db8:0:1::" },
		{ "::", UINT64_MAX, "::ffff:ffff:ffff:ffff" },
		{ "::2", UINT64_MAX, "0:0:0:1::1" },
		{ "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 1, NULL },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct addr from = parsed(cases[i].from), sum = { .family = ADDR_NONE };
		int err = addr_add(&from, cases[i].n, &sum);

		ck_assert_int_eq(err, cases[i].to == NULL ? ERR_RANGE : 0);
		if (cases[i].to != NULL) {
			struct addr to = parsed(cases[i].to);

			ck_assert_int_eq(addr_compare(&sum, &to), 0);
		}
	}
}
END_TEST

START_TEST(addresses_with_ports)
{
	static const char *const good[] = { "192.0.2.1:53", "[2001:db8::1]:53", "0.0.0.0:0", "[::]:65535" };
	static const char *const bad[] = {
		"", ":53", "192.0.2.1", "192.0.2.1:", "192.0.2.1:65536", "192.0.2.1:053", "192.0.2.1:+5",
		"::1:53", "[::1]", "[::1]53", "[::1:53", "::1]:53", "[192.0.2.1]:53", "192.0.2.1:53 ", "[:53",
	};
	struct addr_port addr_port = { .port = 9 };
	char text[ADDR_PORT_TEXT_SIZE];

	for (size_t i = 0; i < COUNT(bad); i++)
		ck_assert_msg(addr_port_parse(bad[i], &addr_port) == ERR_SYNTAX, "\"%s\"", bad[i]);
	ck_assert_uint_eq(addr_port.port, 9);
	for (size_t i = 0; i < COUNT(good); i++) {
		ck_assert_int_eq(addr_port_parse(good[i], &addr_port), 0);
		ck_assert_str_eq(addr_port_text(&addr_port, text), good[i]);
	}
}
END_TEST

START_TEST(networks_parse_with_zero_host_bits_only)
{
	static const struct { const char *text; int err; uint64_t size; } cases[] = {
		{ "10.96.0.0/12", 0, 1 << 20 },
		{ "10.96.0.1/32", 0, 1 },
		{ "0.0.0.0/0", 0, (uint64_t)1 << 32 },
		{ "fd00:1::/112", 0, 65536 },
		{ "fd00::/64", 0, UINT64_MAX },
		{ "fd00::/65", 0, (uint64_t)1 << 63 },
		{ "::/0", 0, UINT64_MAX },
		{ "10.96.0.1/12", ERR_INVALID, 0 },
		{ "10.112.0.0/11", ERR_INVALID, 0 },
		{ "fd00::1/64", ERR_INVALID, 0 },
		{ "10.0.0.0", ERR_SYNTAX, 0 },
		{ "10.0.0.0/", ERR_SYNTAX, 0 },
		{ "10.0.0.0/33", ERR_SYNTAX, 0 },
		{ "10.0.0.0/08", ERR_SYNTAX, 0 },
		{ "fd00::/129", ERR_SYNTAX, 0 },
		{ "/8", ERR_SYNTAX, 0 },
	};
	char text[CIDR_TEXT_SIZE];

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct cidr cidr;

		ck_assert_int_eq(cidr_parse(cases[i].text, &cidr), cases[i].err);
		if (cases[i].err != 0)
			continue;
		ck_assert_str_eq(cidr_text(&cidr, text), cases[i].text);
		ck_assert_uint_eq(cidr_size(&cidr), cases[i].size);
	}
}
END_TEST

START_TEST(networks_contain_and_overlap)
{
	static const struct { const char *cidr, *addr; bool inside; } cases[] = {
		{ "10.96.0.0/12", "10.96.0.0", true },
		{ "10.96.0.0/12", "10.111.255.255", true },
		{ "10.96.0.0/12", "10.112.0.0", false },
		{ "0.0.0.0/0", "255.1.2.3", true },
		{ "0.0.0.0/0", "::1", false },
		{ "fd00::/9", "fd7f::1", true },
		{ "fd00::/9", "fd80::1", false },
		{ "192.0.2.7/32", "192.0.2.7", true },
		{ "192.0.2.7/32", "192.0.2.6", false },
	};
	struct cidr wide, narrow, other;

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct addr addr = parsed(cases[i].addr);

		ck_assert_int_eq(cidr_parse(cases[i].cidr, &wide), 0);
		ck_assert_int_eq(cidr_contains(&wide, &addr), cases[i].inside);
	}
	ck_assert_int_eq(cidr_parse("10.0.0.0/8", &wide), 0);
	ck_assert_int_eq(cidr_parse("10.96.0.0/12", &narrow), 0);
	ck_assert_int_eq(cidr_parse("10.112.0.0/12", &other), 0);
	ck_assert(cidr_overlaps(&wide, &narrow) && cidr_overlaps(&narrow, &wide));
	ck_assert(!cidr_overlaps(&narrow, &other));
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("addr");
	TCase *tc = tcase_create("addr");

	tcase_add_test(tc, addresses_are_written_in_canonical_form);
	tcase_add_test(tc, what_is_not_exactly_an_address_is_refused);
	tcase_add_test(tc, a_mapped_address_is_ip6_of_the_same_kind);
	tcase_add_test(tc, order_is_family_then_octets);
	tcase_add_test(tc, kinds_of_addresses);
	tcase_add_test(tc, adding_carries_through_all_octets);
	tcase_add_test(tc, addresses_with_ports);
	tcase_add_test(tc, networks_parse_with_zero_host_bits_only);
	tcase_add_test(tc, networks_contain_and_overlap);
	suite_add_tcase(s, tc);
	return s;
}
