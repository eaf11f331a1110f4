/* test_listen.c - default addresses, and which of those bound are ours to name. */
#include "daemon/listen.h"
#include "tests/suite.h"

static void
own_of(const char *const *bound, size_t count, struct listen_own *own)
{
	struct addr_port where[4];

	for (size_t i = 0; i < count; i++)
		ck_assert_int_eq(addr_port_parse(bound[i], &where[i]), 0);
	ck_assert_int_eq(listen_own_addresses(where, count, own), 0);
}

START_TEST(loopback_is_named_only_where_nothing_else_is)
{
	static const char *const both[] = { "127.0.0.1:53", "192.0.2.1:53" };
	struct listen_own own;
	char text[ADDR_TEXT_SIZE];

	own_of(both, 1, &own);
	ck_assert_uint_eq(own.named_count, 1);
	ck_assert_str_eq(addr_text(&own.named[0], text), "127.0.0.1");
	listen_own_release(&own);
	own_of(both, 2, &own);
	ck_assert_uint_eq(own.all_count, 2);
	ck_assert_uint_eq(own.named_count, 1);
	ck_assert_str_eq(addr_text(&own.named[0], text), "192.0.2.1");
	listen_own_release(&own);
}
END_TEST

START_TEST(an_address_bound_on_two_ports_is_one)
{
	static const char *const twice[] = { "192.0.2.1:53", "192.0.2.1:1053", "[2001:db8::1]:53" };
	struct listen_own own;

	own_of(twice, 3, &own);
	ck_assert_uint_eq(own.all_count, 2);
	ck_assert_uint_eq(own.named_count, 2);
	listen_own_release(&own);
}
END_TEST

START_TEST(own_addresses_are_equal_only_one_by_one)
{
	static const char *const more[] = { "192.0.2.1:53", "192.0.2.2:53" },
	    *const other[] = { "192.0.2.1:53", "192.0.2.3:53" };
	struct listen_own one, two, again, third;

	own_of(more, 1, &one);
	own_of(more, 2, &two);
	own_of(more, 2, &again);
	own_of(other, 2, &third);
	ck_assert(!listen_own_equal(&one, &two));
	ck_assert(listen_own_equal(&two, &again));
	ck_assert(!listen_own_equal(&two, &third));
	listen_own_release(&one);
	listen_own_release(&two);
	listen_own_release(&again);
	listen_own_release(&third);
}
END_TEST

START_TEST(a_wildcard_stands_for_the_addresses_of_the_host)
{
	static const char *const any[] = { "0.0.0.0:53" };
	struct listen_own own;
	bool loopback = false;

	own_of(any, 1, &own);
	for (size_t i = 0; i < own.all_count; i++) {
		ck_assert_uint_eq(own.all[i].family, ADDR_IP4);
		ck_assert(!addr_is_unspecified(&own.all[i]));
		loopback = loopback || addr_is_loopback(&own.all[i]);
	}
	ck_assert(loopback);
	ck_assert_uint_ge(own.named_count, 1);
	listen_own_release(&own);
}
END_TEST

START_TEST(the_default_is_both_loopbacks_on_one_port)
{
	struct addr_port where[LISTEN_DEFAULT_MAX];
	size_t count = listen_default(where);

	ck_assert_uint_ge(count, 1);
	for (size_t i = 0; i < count; i++) {
		ck_assert(addr_is_loopback(&where[i].addr));
		ck_assert(where[i].port == 53 || where[i].port == 1053);
		ck_assert_uint_eq(where[i].port, where[0].port);
	}
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("listen");
	TCase *t = tcase_create("listen");

	tcase_add_test(t, loopback_is_named_only_where_nothing_else_is);
	tcase_add_test(t, an_address_bound_on_two_ports_is_one);
	tcase_add_test(t, own_addresses_are_equal_only_one_by_one);
	tcase_add_test(t, a_wildcard_stands_for_the_addresses_of_the_host);
	tcase_add_test(t, the_default_is_both_loopbacks_on_one_port);
	suite_add_tcase(s, t);
	return s;
}
