/* test_resolv_text.c - what resolvers of a host are told, and are to be told. */
#include "cli/resolv_text.h"

#include <string.h>

#include "base/strbuf.h"
#include "tests/suite.h"

static struct resolv_wish
wish_of(const char *dns)
{
	struct resolv_wish wish = { .domain = "cluster.local", .ns = "shop" };

	ck_assert_int_eq(addr_port_parse(dns, &wish.dns), 0);
	return wish;
}

static const struct {
	void (*write)(const struct resolv_wish *, struct strbuf *);
	const char *dns;
	const char *want;
} wishes[] = {
	{ resolv_text_plain, "127.0.0.1:53",
	    "nameserver 127.0.0.1\nsearch shop.svc.cluster.local svc.cluster.local cluster.local\n"
	    "options ndots:5\n" },
	{ resolv_text_plain, "[::1]:53",
	    "nameserver ::1\nsearch shop.svc.cluster.local svc.cluster.local cluster.local\n"
	    "options ndots:5\n" },
	{ resolv_text_resolved, "127.0.0.1:53", "[Resolve]\nDNS=127.0.0.1\n"
	    "Domains=shop.svc.cluster.local svc.cluster.local cluster.local ~cluster.local\n" },
	{ resolv_text_resolved, "[::1]:1053", "[Resolve]\nDNS=[::1]:1053\n"
	    "Domains=shop.svc.cluster.local svc.cluster.local cluster.local ~cluster.local\n" },
	{ resolv_text_dnsmasq, "127.0.0.1:1053", "server=/cluster.local/127.0.0.1#1053\n" },
};

START_TEST(each_way_of_a_host_is_told_in_its_own_words)
{
	struct resolv_wish wish = wish_of(wishes[_i].dns);
	struct strbuf text = STRBUF_INIT;

	wishes[_i].write(&wish, &text);
	ck_assert_str_eq(text.text, wishes[_i].want);
	strbuf_release(&text);
}
END_TEST

static const struct {
	const char *text;
	const char *want;
} switches[] = {
	{ "", "hosts: files dns\n" },
	{ "passwd: files\nhosts: files resolve [!UNAVAIL=return] dns\ngroup: files\n",
	    "passwd: files\nhosts: files dns\ngroup: files\n" },
	{ "  hosts:\tfiles mdns4_minimal [NOTFOUND=return] dns", "hosts: files dns\n" },
	{ "# hosts: none\npasswd: files", "# hosts: none\npasswd: files\nhosts: files dns\n" },
};

START_TEST(in_a_space_of_our_own_hosts_come_from_files_and_dns_only)
{
	struct strbuf text = STRBUF_INIT;

	resolv_text_nsswitch(switches[_i].text, &text);
	ck_assert_str_eq(text.text, switches[_i].want);
	strbuf_release(&text);
}
END_TEST

/* mdns, ends, resolve, dns */
static const struct {
	const char *text;
	const char *want;
} orders[] = {
	{ "hosts: files dns", "...d" },
	{ "hosts: files", "...." },
	{ "hosts:files dns # mdns4 [NOTFOUND=return]", "...d" },
	{ "hosts: files mdns4_minimal [NOTFOUND=return] dns", "m..d" },
	{ "hosts: files mdns4 [NOTFOUND=return] dns", "me.d" },
	{ "hosts: files dns mdns4 [NOTFOUND=return]", "...d" },
	{ "hosts: mymachines resolve [!UNAVAIL=return] files dns", "..rd" },
	{ "passwd: mdns4 resolve\nhosts: dns", "...d" },
	{ "", "...." },
};

START_TEST(what_is_asked_before_dns_is_known)
{
	struct resolv_switch order;
	char found[5] = "....";

	resolv_text_switch(orders[_i].text, &order);
	if (order.mdns)
		found[0] = 'm';
	if (order.mdns_ends)
		found[1] = 'e';
	if (order.resolve)
		found[2] = 'r';
	if (order.dns)
		found[3] = 'd';
	ck_assert_str_eq(found, orders[_i].want);
}
END_TEST

/* servers | search | ndots */
static const struct {
	const char *text;
	const char *want;
} files[] = {
	{ "", "||1" },
	{ "nameserver 127.0.0.1\nnameserver ::1\nsearch a.b c\noptions ndots:5 rotate\n",
	    "127.0.0.1 ::1|a.b c|5" },
	{ "domain x\nsearch a\nsearch b c\n", "|b c|1" },
	{ "# nameserver 192.0.2.1\n; search x\nnameserver none\n", "||1" },
	{ "options ndots:99\n", "||15" },
	{ "options ndots:\n\n\t\nnameserver\n", "||0" },
	{ "search a # not b\n", "|a|1" },
};

START_TEST(a_resolv_conf_is_read_as_resolvers_do)
{
	struct strbuf found = STRBUF_INIT;
	struct resolv_told told;
	char text[ADDR_TEXT_SIZE];

	resolv_text_read(files[_i].text, &told);
	for (size_t i = 0; i < told.server_count; i++)
		strbuf_addf(&found, "%s%s", i > 0 ? " " : "", addr_text(&told.servers[i], text));
	strbuf_add(&found, "|");
	for (size_t i = 0; i < told.search_count; i++)
		strbuf_addf(&found, "%s%s", i > 0 ? " " : "", told.search[i]);
	strbuf_addf(&found, "|%u", told.ndots);
	ck_assert_str_eq(found.text, files[_i].want);
	strbuf_release(&found);
}
END_TEST

START_TEST(what_is_too_much_is_left_aside)
{
	struct strbuf text = STRBUF_INIT;
	struct resolv_told told;

	for (int i = 0; i < 100; i++)
		strbuf_addf(&text, "nameserver 127.0.0.%d\n", i);
	strbuf_add(&text, "search");
	for (int i = 0; i < 2000; i++)
		strbuf_add(&text, " abc");
	resolv_text_read(text.text, &told);
	ck_assert_uint_eq(told.server_count, RESOLV_SERVERS_MAX);
	ck_assert_uint_eq(told.search_count, RESOLV_SEARCH_MAX);
	strbuf_release(&text);
}
END_TEST

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

Suite *
suite(void)
{
	Suite *s = suite_create("resolv_text");
	TCase *tc = tcase_create("resolv_text");

	tcase_add_loop_test(tc, each_way_of_a_host_is_told_in_its_own_words, 0, COUNT(wishes));
	tcase_add_loop_test(tc, in_a_space_of_our_own_hosts_come_from_files_and_dns_only, 0,
	    COUNT(switches));
	tcase_add_loop_test(tc, what_is_asked_before_dns_is_known, 0, COUNT(orders));
	tcase_add_loop_test(tc, a_resolv_conf_is_read_as_resolvers_do, 0, COUNT(files));
	tcase_add_test(tc, what_is_too_much_is_left_aside);
	suite_add_tcase(s, tc);
	return s;
}
