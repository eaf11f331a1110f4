/* test_catalog.c - what Services, namespaces and Pods make of the answers. */
#include "dns/catalog.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dns/index.h"
#include "model/roster.h"
#include "tests/dns/ask.h"
#include "tests/dns/catalog_world.h"
#include "tests/dns/roster_text.h"
#include "tests/suite.h"

#define Z "cluster.local"
#define S "svc.cluster.local"
#define WEB "service shop/web clusterip 10.96.0.1\nport http tcp 80\nport dns udp 53\n" \
	"group http/tcp/8080 dns/udp/5353\nep 10.0.0.1\nep 10.0.0.2 host=b\nep 10.0.0.3 out\n"
#define DB "service shop/db headless\nport pg tcp 5432\ngroup pg/tcp/6000\n" \
	"ep 10.0.0.1 host=db-0\nep 10.0.0.9 host=db-1\nep 10.0.0.8 out host=db-2\n"

static struct catalog_world world;

/* `settings` NULL: the plain ones. */
static void
start(const struct dns_settings *settings)
{
	struct dns_settings plain = catalog_world_settings();

	catalog_world_start(&world, settings != NULL ? settings : &plain);
}

static void
expect(const char *const *pairs)
{
	catalog_world_expect(&world, pairs);
	catalog_world_stop(&world);
}

#define EXPECT(...) expect((const char *const[]){ __VA_ARGS__, NULL })
#define NOW(...) catalog_world_expect(&world, (const char *const[]){ __VA_ARGS__, NULL })

START_TEST(the_fixed_names_are_always_there)
{
	start(NULL);
	EXPECT("dns-version." Z " TXT", "NOERROR TXT \"1.1.0\"/28800",
	    "dns-version." Z " A", "NOERROR",
	    "dns." Z " A", "NOERROR",
	    "ns.dns." Z " A", "NOERROR A 192.0.2.53/5",
	    "ns.dns." Z " AAAA", "NOERROR",
	    Z " NS", "NOERROR NS ns.dns.cluster.local/5 + ns.dns.cluster.local A 192.0.2.53/5",
	    Z " A", "NOERROR", Z " SRV", "NOERROR", Z " MX", "NOERROR",
	    S " A", "NOERROR", S " NS", "NOERROR", S " SOA", "NOERROR",
	    "pod." Z " A", "NOERROR", "x.pod." Z " A", "NXDOMAIN",
	    "x." Z " A", "NXDOMAIN", "x." S " A", "NXDOMAIN", "x.y." S " TXT", "NXDOMAIN",
	    "in-addr.arpa PTR", "NOERROR", "ip6.arpa A", "NOERROR", "10.in-addr.arpa PTR",
	    "NXDOMAIN",
	    "example.org A", "REFUSED");
}
END_TEST

START_TEST(every_row_of_the_table_of_missing_names)
{
	start(NULL);
	catalog_world_set(&world, WEB);
	catalog_world_set(&world, DB);
	ck_assert_int_eq(catalog_set_namespace(world.catalog, "bare", true), 0);
	EXPECT("bare." S " A", "NOERROR", "shop." S " A", "NOERROR", "none." S " A", "NXDOMAIN",
	    "web.shop." S " MX", "NOERROR", "web.shop." S " TYPE65280", "NOERROR",
	    "web.shop." S " HTTPS", "NOERROR",
	    "web.shop." S " AAAA", "NOERROR", "no.shop." S " TYPE65280", "NXDOMAIN",
	    "_tcp.web.shop." S " SRV", "NOERROR", "_udp.web.shop." S " A", "NOERROR",
	    "_sctp.web.shop." S " SRV", "NXDOMAIN",
	    "_tcp.db.shop." S " SRV", "NOERROR", "_udp.db.shop." S " SRV", "NXDOMAIN",
	    "_http._tcp.web.shop." S " A", "NOERROR", "http.tcp.web.shop." S " SRV", "NXDOMAIN",
	    "_http._udp.web.shop." S " SRV", "NXDOMAIN", "_no._tcp.web.shop." S " SRV", "NXDOMAIN",
	    "1.0.0.10.in-addr.arpa A", "NOERROR", "0.0.10.in-addr.arpa PTR", "NOERROR",
	    "10.in-addr.arpa PTR", "NOERROR",
	    "4.0.0.10.in-addr.arpa PTR", "NXDOMAIN",
	    "a.b.c.web.shop." S " A", "NXDOMAIN", "_http._tcp.b.web.shop." S " SRV", "NXDOMAIN",
	    "*.shop." S " A", "NXDOMAIN", "any.shop." S " A", "NXDOMAIN", "web.*." S " A",
	    "NXDOMAIN",
	    "web.shop." S ".in-addr.arpa PTR", "NXDOMAIN", "web.shop." S " PTR", "NOERROR");
}
END_TEST

START_TEST(a_cluster_ip_answers_its_address_and_its_ports)
{
	start(NULL);
	catalog_world_set(&world, WEB);
	EXPECT("web.shop." S " A", "NOERROR A 10.96.0.1/5",
	    "WEB.Shop." S " A", "NOERROR A 10.96.0.1/5",
	    "_http._tcp.web.shop." S " SRV",
	    "NOERROR SRV 0 100 80 web.shop/5 + web.shop A 10.96.0.1/5",
	    "web.shop." S " SRV",
	    "NOERROR SRV 0 50 53 web.shop/5, SRV 0 50 80 web.shop/5 + web.shop A 10.96.0.1/5",
	    "b.web.shop." S " A", "NOERROR A 10.0.0.2/5", "10-0-0-2.web.shop." S " A", "NXDOMAIN",
	    "10-0-0-1.web.shop." S " A", "NOERROR A 10.0.0.1/5", "10-0-0-3.web.shop." S " A",
	    "NXDOMAIN",
	    "1.0.96.10.in-addr.arpa PTR", "NOERROR PTR web.shop/5",
	    "2.0.0.10.in-addr.arpa PTR", "NOERROR PTR b.web.shop/5",
	    "3.0.0.10.in-addr.arpa PTR", "NXDOMAIN");
}
END_TEST

START_TEST(a_headless_name_comes_and_goes_with_its_endpoints)
{
	start(NULL);
	catalog_world_set(&world, DB);
	NOW("db.shop." S " A", "NOERROR A 10.0.0.1/5, A 10.0.0.9/5",
	    "db.shop." S " AAAA", "NOERROR", "db-0.db.shop." S " A", "NOERROR A 10.0.0.1/5",
	    "db-2.db.shop." S " A", "NXDOMAIN",
	    "_pg._tcp.db.shop." S " SRV",
	    "NOERROR SRV 0 50 6000 db-0.db.shop/5, SRV 0 50 6000 db-1.db.shop/5"
	    " + db-0.db.shop A 10.0.0.1/5, db-1.db.shop A 10.0.0.9/5",
	    "1.0.0.10.in-addr.arpa PTR", "NOERROR PTR db-0.db.shop/5");
	catalog_world_set(&world, "service shop/db headless\nport pg tcp 5432\ngroup pg/tcp/6000\n"
	    "ep 10.0.0.1 out host=db-0\nep 10.0.0.9 out host=db-1\nep 10.0.0.8 out host=db-2\n");
	EXPECT("db.shop." S " A", "NXDOMAIN ! 0 of 3 endpoints ready", "db.shop." S " SRV",
	    "NXDOMAIN ! 0 of 3 endpoints ready",
	    "db-0.db.shop." S " A", "NXDOMAIN", "_tcp.db.shop." S " SRV", "NXDOMAIN",
	    "1.0.0.10.in-addr.arpa PTR", "NXDOMAIN", "0.0.10.in-addr.arpa PTR", "NXDOMAIN",
	    "shop." S " A", "NOERROR");
}
END_TEST

START_TEST(an_external_name_is_followed_inside_the_zone)
{
	start(NULL);
	catalog_world_set(&world, "service shop/alias external web.shop." S "\nport http tcp 80\n");
	catalog_world_set(&world, "service shop/far external db.example.org.\n");
	catalog_world_set(&world, "service shop/ip external 192.0.2.9\n");
	NOW("alias.shop." S " A", "NXDOMAIN CNAME web.shop/5");
	catalog_world_set(&world, WEB);
	NOW("alias.shop." S " A", "NOERROR CNAME web.shop/5, web.shop A 10.96.0.1/5",
	    "alias.shop." S " MX", "NOERROR CNAME web.shop/5", "far.shop." S " A",
	    "NOERROR CNAME db.example.org/5",
	    "ip.shop." S " A", "NXDOMAIN");
	catalog_world_stop(&world);
}
END_TEST

START_TEST(changing_type_and_target_shows_at_once)
{
	start(NULL);
	catalog_world_set(&world, "service shop/far external db.example.org.\n");
	NOW("far.shop." S " CNAME", "NOERROR CNAME db.example.org/5", "far.shop." S " TXT",
	    "NOERROR CNAME db.example.org/5",
	    "x.far.shop." S " A", "NXDOMAIN", "_tcp.far.shop." S " SRV", "NXDOMAIN");
	catalog_world_set(&world, "service shop/far external dc.example.org.\n");
	NOW("far.shop." S " CNAME", "NOERROR CNAME dc.example.org/5");
	catalog_world_set(&world, "service shop/far clusterip 10.96.0.7 fd00::7\n");
	NOW("far.shop." S " CNAME", "NOERROR", "far.shop." S " A", "NOERROR A 10.96.0.7/5",
	    "far.shop." S " AAAA", "NOERROR AAAA fd00::7/5");
	catalog_world_set(&world, "service shop/far external 192.0.2.9\n");
	NOW("far.shop." S " A", "NXDOMAIN", "7.0.96.10.in-addr.arpa PTR", "NXDOMAIN",
	    "in-addr.arpa PTR", "NOERROR");
	catalog_world_remove(&world, "shop", "far");
	EXPECT("far.shop." S " A", "NXDOMAIN", "shop." S " A", "NXDOMAIN");
}
END_TEST

START_TEST(pod_names_in_three_modes)
{
	static const struct addr addrs[] = { { ADDR_IP4, { 10, 1, 0, 1 } }, { ADDR_IP6, { 0x20, 1,
	    0xd, 0xb8 } } };
	struct dns_settings settings = catalog_world_settings();

	start(NULL);
	ck_assert_int_eq(catalog_set_pod(world.catalog, "shop", "p", addrs, 2), 0);
	EXPECT("pod." Z " A", "NOERROR", "shop.pod." Z " A", "NXDOMAIN",
	    "10-1-0-1.shop.pod." Z " A", "NXDOMAIN");
	settings.pods = POD_NAMES_INSECURE;
	start(&settings);
	ck_assert_int_eq(catalog_set_namespace(world.catalog, "shop", true), 0);
	NOW("shop.pod." Z " A", "NOERROR", "10-9-9-9.shop.pod." Z " A", "NOERROR A 10.9.9.9/5",
	    "10-9-9-9.none.pod." Z " A", "NXDOMAIN", "none.pod." Z " A", "NXDOMAIN");
	ck_assert_int_eq(catalog_set_namespace(world.catalog, "shop", false), 0);
	EXPECT("shop.pod." Z " A", "NXDOMAIN", "10-9-9-9.shop.pod." Z " A", "NXDOMAIN",
	    "shop." S " A", "NXDOMAIN");
	settings.pods = POD_NAMES_VERIFIED;
	start(&settings);
	ck_assert_int_eq(catalog_set_pod(world.catalog, "shop", "p", addrs, 2), 0);
	ck_assert_int_eq(catalog_set_pod(world.catalog, "shop", "q", addrs, 1), 0);
	NOW("shop.pod." Z " A", "NOERROR", "shop." S " A", "NOERROR", "10-1-0-1.shop.pod." Z " A",
	    "NOERROR A 10.1.0.1/5",
	    "10-1-0-1.shop.pod." Z " AAAA", "NOERROR", "10-1-0-2.shop.pod." Z " A", "NXDOMAIN",
	    "2001-db8--.shop.pod." Z " AAAA", "NOERROR AAAA 2001:db8::/5",
	    "2001-db8--0.shop.pod." Z " AAAA", "NOERROR AAAA 2001:db8::/5");
	ck_assert_int_eq(catalog_set_pod(world.catalog, "shop", "p", addrs + 1, 1), 0);
	NOW("10-1-0-1.shop.pod." Z " A", "NOERROR A 10.1.0.1/5");
	ck_assert_int_eq(catalog_set_pod(world.catalog, "shop", "q", NULL, 0), 0);
	NOW("10-1-0-1.shop.pod." Z " A", "NXDOMAIN", "2001-db8--.shop.pod." Z " AAAA",
	    "NOERROR AAAA 2001:db8::/5");
	ck_assert_int_eq(catalog_set_pod(world.catalog, "shop", "p", NULL, 0), 0);
	EXPECT("2001-db8--0.shop.pod." Z " AAAA", "NXDOMAIN", "shop.pod." Z " A", "NXDOMAIN");
}
END_TEST

START_TEST(hidden_namespaces_have_no_names_of_any_kind)
{
	static const char *const shown[] = { "shop" };
	static const struct addr pod = { ADDR_IP4, { 10, 1, 0, 1 } };
	struct dns_settings settings = catalog_world_settings();

	settings.namespaces = shown;
	settings.namespace_count = 1;
	settings.pods = POD_NAMES_VERIFIED;
	start(&settings);
	catalog_world_set(&world, "service dark/web clusterip 10.96.0.9\nep 10.0.0.9\n");
	ck_assert_int_eq(catalog_set_namespace(world.catalog, "dark", true), 0);
	ck_assert_int_eq(catalog_set_pod(world.catalog, "dark", "p", &pod, 1), 0);
	ck_assert_int_eq(catalog_set_namespace(world.catalog, "shop", true), 0);
	EXPECT("dark." S " A", "NXDOMAIN", "web.dark." S " A", "NXDOMAIN",
	    "9.0.96.10.in-addr.arpa PTR", "NXDOMAIN",
	    "9.0.0.10.in-addr.arpa PTR", "NXDOMAIN", "dark.pod." Z " A", "NXDOMAIN",
	    "10-1-0-1.dark.pod." Z " A", "NXDOMAIN", "shop." S " A", "NOERROR", "shop.pod." Z " A",
	    "NOERROR");
}
END_TEST

START_TEST(zonal_names_pin_and_prefer)
{
	struct dns_settings settings = catalog_world_settings();

	settings.zonal = true;
	start(&settings);
	catalog_world_set(&world,
	    "service shop/db headless\nep 10.0.0.1 zone=eu.west\nep 10.0.0.2 zone=b\nep 10.0.0.3\n");
	catalog_world_set(&world, WEB);
	EXPECT("EU.west.pin._zone.db.shop." S " A", "NOERROR A 10.0.0.1/5",
	    "b.prefer._zone.db.shop." S " A", "NOERROR A 10.0.0.2/5",
	    "none.pin._zone.db.shop." S " A", "NOERROR",
	    "none.prefer._zone.db.shop." S " A", "NOERROR A 10.0.0.1/5, A 10.0.0.2/5, A 10.0.0.3/5",
	    "b.other._zone.db.shop." S " A", "NXDOMAIN", "_zone.db.shop." S " A", "NOERROR",
	    "b.pin._zone.db.shop." S " MX", "NOERROR", "b.pin._zone.web.shop." S " A", "NXDOMAIN",
	    "b.pin._zone.no.shop." S " A", "NXDOMAIN");
}
END_TEST

START_TEST(services_that_have_our_address_are_the_name_servers)
{
	static const struct addr own[] = { { ADDR_IP4, { 10, 0, 0, 53 } } };
	struct dns_settings settings = catalog_world_settings();

	settings.own_addresses = own;
	settings.own_address_count = 1;
	start(&settings);
	catalog_world_set(&world,
	    "service kube-system/dns clusterip 10.96.0.10 fd00::a\nport d udp 53\nport dt tcp 53\nep 10.0.0.53\n");
	NOW(Z " NS",
	    "NOERROR NS dns.kube-system/5 + dns.kube-system A 10.96.0.10/5, dns.kube-system AAAA fd00::a/5");
	catalog_world_set(&world,
	    "service kube-system/peers headless\nep 10.0.0.53 host=me\nep 10.0.0.54\n");
	NOW(Z " NS", "NOERROR NS dns.kube-system/5, NS me.peers.kube-system/5"
	    " + dns.kube-system A 10.96.0.10/5, dns.kube-system AAAA fd00::a/5, me.peers.kube-system A 10.0.0.53/5");
	catalog_world_set(&world,
	    "service kube-system/dns clusterip 10.96.0.10\nport d udp 53\nep 10.0.0.53 out\n");
	NOW(Z " NS", "NOERROR NS me.peers.kube-system/5 + me.peers.kube-system A 10.0.0.53/5");
	catalog_world_remove(&world, "kube-system", "peers");
	EXPECT(Z " NS", "NOERROR NS ns.dns.cluster.local/5 + ns.dns.cluster.local A 192.0.2.53/5",
	    "ns.dns." Z " A", "NOERROR A 192.0.2.53/5");
}
END_TEST

static bool
is_server(const char *target)
{
	char *reply = ask(&world.responder, Z " NS");
	bool found = strstr(reply, target) != NULL;

	free(reply);
	return found;
}

/* Each of a batch of Services at our address made the apex anew: 10,000 took half a minute. */
START_TEST(of_very_many_name_servers_the_last_are_named_at_the_end_of_the_batch)
{
	static const struct addr own[] = { { ADDR_IP4, { 10, 0, 0, 53 } } };
	struct dns_settings settings = catalog_world_settings();
	char text[80], name[8];

	settings.own_addresses = own;
	settings.own_address_count = 1;
	start(&settings);
	for (unsigned i = 0; i < 17; i++) {
		snprintf(name, sizeof(name), "s%u", i);
		snprintf(text, sizeof(text), "service a/%s headless\nep 10.0.0.53 host=h\n", name);
		struct roster_entry *entry = roster_text(text);
		ck_assert_int_eq(catalog_set_service(world.catalog, "a", name, entry), 0);
		roster_entry_unref(entry);
	}
	ck_assert(is_server("NS h.s15.a/5"));
	ck_assert(!is_server("NS h.s16.a/5"));
	catalog_world_publish(&world);
	ck_assert(is_server("NS h.s16.a/5"));
	for (unsigned i = 0; i < 16; i++) {
		snprintf(name, sizeof(name), "s%u", i);
		ck_assert_int_eq(catalog_set_service(world.catalog, "a", name, NULL), 0);
	}
	EXPECT(Z " NS", "NOERROR NS h.s16.a/5 + h.s16.a A 10.0.0.53/5");
}
END_TEST

START_TEST(the_soa_is_never_kept_longer_than_negative_answers_may_be)
{
	static const unsigned rows[][2] = { { 0, 0 }, { 299, 299 }, { 300, 300 }, { 900, 300 } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct dns_settings settings = catalog_world_settings();
		char expected[32];

		settings.ttl_negative_s = rows[i][0];
		catalog_world_start(&world, &settings);
		snprintf(expected, sizeof(expected), " %u/%u", rows[i][0], rows[i][1]);
		char *reply = ask(&world.responder, Z " SOA");
		size_t len = strlen(reply), end = strlen(expected);

		ck_assert_msg(len > end && strcmp(reply + len - end, expected) == 0, "%s", reply);
		free(reply);
		catalog_world_stop(&world);
	}
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("catalog");
	TCase *tcase = tcase_create("catalog");

	suite_add_tcase(suite, tcase);
	tcase_add_test(tcase, the_fixed_names_are_always_there);
	tcase_add_test(tcase, every_row_of_the_table_of_missing_names);
	tcase_add_test(tcase, a_cluster_ip_answers_its_address_and_its_ports);
	tcase_add_test(tcase, a_headless_name_comes_and_goes_with_its_endpoints);
	tcase_add_test(tcase, an_external_name_is_followed_inside_the_zone);
	tcase_add_test(tcase, changing_type_and_target_shows_at_once);
	tcase_add_test(tcase, pod_names_in_three_modes);
	tcase_add_test(tcase, hidden_namespaces_have_no_names_of_any_kind);
	tcase_add_test(tcase, zonal_names_pin_and_prefer);
	tcase_add_test(tcase, services_that_have_our_address_are_the_name_servers);
	tcase_add_test(tcase,
	    of_very_many_name_servers_the_last_are_named_at_the_end_of_the_batch);
	tcase_add_test(tcase, the_soa_is_never_kept_longer_than_negative_answers_may_be);
	return suite;
}
