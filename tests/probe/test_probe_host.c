/* test_probe_host.c - which addresses an attempt may ask; decided here, asked nowhere. */
#include "probe/probe_host.h"

#include "tests/suite.h"

/* own is 10.8.0.7 */
static const struct {
	const char *addr;
	const char *network;
	bool allowed;
} hosts[] = {
	{ "10.8.0.7", NULL, true },
	{ "10.8.0.8", NULL, false },
	{ "10.8.0.8", "10.8.0.0/16", true },
	{ "10.8.0.8", "10.9.0.0/16", false },
	{ "127.0.0.1", "0.0.0.0/0", false },
	{ "127.0.0.1", "127.0.0.1/32", true },
	{ "169.254.169.254", "0.0.0.0/0", false },
	{ "169.254.169.254", "169.254.0.0/16", true },
	{ "0.0.0.0", "0.0.0.0/0", false },
	{ "224.0.0.1", "224.0.0.0/4", false },
	{ "::1", "::/0", false },
	{ "::1", "::1/128", true },
	{ "fe80::1", "::/0", false },
	{ "::ffff:169.254.169.254", "::/0", false },
	{ "::ffff:10.8.0.8", "10.8.0.0/16", true },
	{ "2001:db8::1", "2001:db8::/32", true },
};

START_TEST(other_hosts_are_asked_only_where_listed)
{
	struct addr addr, own;
	struct cidr network;

	ck_assert_int_eq(addr_parse("10.8.0.7", &own), 0);
	ck_assert_int_eq(addr_parse(hosts[_i].addr, &addr), 0);
	if (hosts[_i].network != NULL)
		ck_assert_int_eq(cidr_parse(hosts[_i].network, &network), 0);
	ck_assert_int_eq(probe_host_is_allowed(&addr, &own, &network, hosts[_i].network != NULL),
	    hosts[_i].allowed);
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("probe_host");
	TCase *tcase = tcase_create("probe_host");

	tcase_add_loop_test(tcase, other_hosts_are_asked_only_where_listed, 0,
	    (int)(sizeof(hosts) / sizeof(hosts[0])));
	suite_add_tcase(suite, tcase);
	return suite;
}
