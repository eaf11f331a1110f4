/* test_catalog_reverse.c - what several Services say of one address, and the zones it lies in. */
#include "dns/catalog.h"

#include <stdio.h>

#include "base/strbuf.h"
#include "dns/index.h"
#include "tests/dns/ask.h"
#include "tests/dns/catalog_world.h"
#include "tests/suite.h"

static struct catalog_world world;

static void
start_zones(const char *const *zones, size_t count)
{
	struct dns_settings settings = catalog_world_settings();

	if (count > 0) {
		settings.reverse_zones = zones;
		settings.reverse_zone_count = count;
	}
	catalog_world_start(&world, &settings);
}

#define NOW(...) catalog_world_expect(&world, (const char *const[]){ __VA_ARGS__, NULL })

START_TEST(all_services_of_an_address_are_named_hostnames_first)
{
	start_zones(NULL, 0);
	catalog_world_set(&world, "service a/plain headless\nep 10.0.0.1\n");
	catalog_world_set(&world,
	    "service z/db headless\nep 10.0.0.1 host=db-0\nep 10.0.0.1 host=alias\n");
	catalog_world_set(&world, "service a/web clusterip 10.96.0.1\nep 10.0.0.1 host=x\n");
	NOW("1.0.0.10.in-addr.arpa PTR",
	    "NOERROR PTR db-0.db.z/5, PTR alias.db.z/5, PTR 10-0-0-1.plain.a/5, PTR x.web.a/5");
	/* a ClusterIP's own name hides what endpoints say, until it goes */
	catalog_world_set(&world, "service b/vip clusterip 10.0.0.1\n");
	NOW("1.0.0.10.in-addr.arpa PTR", "NOERROR PTR vip.b/5");
	catalog_world_set(&world, "service a/web clusterip 10.96.0.1\nep 10.0.0.1 host=y\n");
	NOW("1.0.0.10.in-addr.arpa PTR", "NOERROR PTR vip.b/5");
	catalog_world_remove(&world, "b", "vip");
	catalog_world_remove(&world, "z", "db");
	NOW("1.0.0.10.in-addr.arpa PTR", "NOERROR PTR 10-0-0-1.plain.a/5, PTR y.web.a/5");
	catalog_world_set(&world, "service a/plain headless\nep 10.0.0.1 out\n");
	catalog_world_remove(&world, "a", "web");
	NOW("1.0.0.10.in-addr.arpa PTR", "NXDOMAIN", "0.0.10.in-addr.arpa A", "NXDOMAIN",
	    "10.in-addr.arpa A", "NXDOMAIN");
	catalog_world_stop(&world);
}
END_TEST

START_TEST(branches_stay_while_anything_grows_on_them)
{
	start_zones(NULL, 0);
	catalog_world_set(&world,
	    "service a/x headless\nep 10.0.0.1\nep 10.0.1.1\nep 2001:db8::1\n");
	catalog_world_set(&world, "service a/y headless\nep 10.0.0.2\n");
	NOW("0.0.10.in-addr.arpa PTR", "NOERROR", "1.0.10.in-addr.arpa PTR", "NOERROR",
	    "1.10.in-addr.arpa PTR", "NXDOMAIN",
	    "8.b.d.0.1.0.0.2.ip6.arpa PTR", "NOERROR", "2.ip6.arpa PTR", "NOERROR",
	    "3.ip6.arpa PTR", "NXDOMAIN",
	    "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa PTR",
	    "NOERROR PTR 2001-db8--1.x.a/5");
	catalog_world_remove(&world, "a", "x");
	NOW("0.0.10.in-addr.arpa PTR", "NOERROR", "1.0.10.in-addr.arpa PTR", "NXDOMAIN",
	    "0.10.in-addr.arpa A", "NOERROR",
	    "2.ip6.arpa PTR", "NXDOMAIN");
	catalog_world_stop(&world);
}
END_TEST

START_TEST(only_addresses_of_our_zones_have_names_and_the_nearest_zone_answers)
{
	static const char *const zones[] = { "10.in-addr.arpa", "10.96.0.0/15", "192.0.2.1/32",
	    "nonsense" };

	start_zones(zones, 4);
	catalog_world_set(&world,
	    "service a/x headless\nep 10.97.3.4\nep 10.98.0.1\nep 192.0.2.1\nep 192.0.2.2\n");
	NOW("4.3.97.10.in-addr.arpa PTR", "NOERROR PTR 10-97-3-4.x.a/5", "97.10.in-addr.arpa PTR",
	    "NOERROR",
	    "97.10.in-addr.arpa SOA",
	    "NOERROR SOA ns.dns.cluster.local hostmaster.cluster.local 1700000001 7200 1800 86400 5/5",
	    "98.10.in-addr.arpa SOA", "NOERROR", "96.10.in-addr.arpa PTR", "NOERROR",
	    "1.2.0.192.in-addr.arpa PTR", "NOERROR PTR 192-0-2-1.x.a/5",
	    "1.2.0.192.in-addr.arpa A", "NOERROR",
	    "2.2.0.192.in-addr.arpa PTR", "REFUSED", "in-addr.arpa SOA", "REFUSED");
	catalog_world_remove(&world, "a", "x");
	NOW("1.2.0.192.in-addr.arpa PTR", "NOERROR", "97.10.in-addr.arpa PTR", "NOERROR",
	    "98.10.in-addr.arpa PTR", "NXDOMAIN");
	catalog_world_stop(&world);
}
END_TEST

START_TEST(an_address_that_very_many_share_is_settled_once_a_batch)
{
	struct strbuf expected = STRBUF_INIT;

	start_zones(NULL, 0);
	strbuf_add(&expected, "NOERROR ");
	for (unsigned i = 10; i < 60; i++) {
		struct strbuf text = STRBUF_INIT;

		strbuf_addf(&text, "service a/s%u headless\nep 127.0.0.1\n", i);
		catalog_world_set(&world, text.text);
		strbuf_release(&text);
		strbuf_addf(&expected, "%sPTR 127-0-0-1.s%u.a/5", i > 10 ? ", " : "", i);
	}
	ask_expect(&world.responder, "1.0.0.127.in-addr.arpa PTR", expected.text);
	for (unsigned i = 10; i < 60; i++) {
		char name[8];

		snprintf(name, sizeof(name), "s%u", i);
		ck_assert_int_eq(catalog_set_service(world.catalog, "a", name, NULL), 0);
	}
	catalog_world_publish(&world);
	NOW("1.0.0.127.in-addr.arpa PTR", "NXDOMAIN", "127.in-addr.arpa A", "NXDOMAIN");
	strbuf_release(&expected);
	catalog_world_stop(&world);
}
END_TEST

START_TEST(ttls_follow_the_kind_of_the_name)
{
	struct dns_settings settings = catalog_world_settings();

	settings.ttl_s = 11;
	settings.ttl_cluster_ip_s = 12;
	settings.ttl_headless_s = 13;
	settings.ttl_negative_s = 14;
	catalog_world_start(&world, &settings);
	catalog_world_set(&world,
	    "service a/web clusterip 10.96.0.1\nport p tcp 80\nep 10.0.0.1\n");
	catalog_world_set(&world, "service a/db headless\ngroup p/tcp/80\nep 10.0.0.2\n");
	catalog_world_set(&world, "service a/far external x.\n");
	NOW("web.a.svc.cluster.local A", "NOERROR A 10.96.0.1/12",
	    "_p._tcp.web.a.svc.cluster.local SRV",
	    "NOERROR SRV 0 100 80 web.a/12 + web.a A 10.96.0.1/12",
	    "10-0-0-1.web.a.svc.cluster.local A", "NOERROR A 10.0.0.1/13",
	    "db.a.svc.cluster.local A", "NOERROR A 10.0.0.2/13",
	    "_p._tcp.db.a.svc.cluster.local SRV",
	    "NOERROR SRV 0 100 80 10-0-0-2.db.a/13 + 10-0-0-2.db.a A 10.0.0.2/13",
	    "1.0.96.10.in-addr.arpa PTR", "NOERROR PTR web.a/12", "1.0.0.10.in-addr.arpa PTR",
	    "NOERROR PTR 10-0-0-1.web.a/13",
	    "far.a.svc.cluster.local CNAME", "NOERROR CNAME x/11", "ns.dns.cluster.local A",
	    "NOERROR A 192.0.2.53/11",
	    "cluster.local SOA",
	    "NOERROR SOA ns.dns.cluster.local hostmaster.cluster.local 1700000003 7200 1800 86400 14/14");
	catalog_world_stop(&world);
}
END_TEST

START_TEST(the_serial_moves_with_what_can_be_seen_and_never_back)
{
	unsigned serial;

	start_zones(NULL, 0);
	serial = catalog_serial(world.catalog);
	ck_assert_uint_eq(serial, 1700000000);
	catalog_world_publish(&world);
	ck_assert_uint_eq(catalog_serial(world.catalog), serial);       /* nothing happened */
	catalog_world_set(&world, "service a/x headless\nep 10.0.0.1\nep 10.0.0.2 out\n");
	ck_assert_uint_eq(catalog_serial(world.catalog), serial + 1);
	catalog_world_set(&world, "service a/x headless\nep 10.0.0.1 pod=new\nep 10.0.0.3 out\n");
	ck_assert_uint_eq(catalog_serial(world.catalog), serial + 1);   /* who is out is not seen */
	catalog_world_set(&world, "service a/y headless\nep 10.0.0.1 out\n");
	catalog_world_set(&world, "service a/y headless\nep 10.0.0.1 out\nep 10.0.0.2 out\n");
	catalog_world_remove(&world, "a", "y");
	ck_assert_uint_eq(catalog_serial(world.catalog),
	    serial + 1);   /* NXDOMAIN before and after */
	ck_assert_uint_eq(ask_serial(&world.responder, "cluster.local"), serial + 1);
	ck_assert_uint_eq(ask_serial(&world.responder, "in-addr.arpa"), serial + 1);
	/* two steps within 100 ms are one, which is owed until then */
	ck_assert_int_eq(catalog_set_namespace(world.catalog, "n", true), 0);
	ck_assert(!catalog_publish(world.catalog, world.now_ms + 1000, 1700000000));
	ck_assert_int_eq(catalog_set_namespace(world.catalog, "m", true), 0);
	ck_assert(catalog_publish(world.catalog, world.now_ms + 1099, 1700000000));
	ck_assert_uint_eq(catalog_serial(world.catalog), serial + 2);
	ck_assert(!catalog_publish(world.catalog, world.now_ms + 1100, 1700000000));
	ck_assert_uint_eq(catalog_serial(world.catalog), serial + 3);
	/* the clock goes on, and back */
	ck_assert_int_eq(catalog_set_namespace(world.catalog, "m", false), 0);
	ck_assert(!catalog_publish(world.catalog, world.now_ms + 2000, 1800000000));
	ck_assert_int_eq(catalog_set_namespace(world.catalog, "m", true), 0);
	ck_assert(!catalog_publish(world.catalog, world.now_ms + 3000, 1600000000));
	ck_assert_uint_eq(catalog_serial(world.catalog), 1800000001);
	catalog_world_stop(&world);
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("catalog_reverse");
	TCase *tcase = tcase_create("catalog_reverse");

	suite_add_tcase(suite, tcase);
	tcase_add_test(tcase, all_services_of_an_address_are_named_hostnames_first);
	tcase_add_test(tcase, branches_stay_while_anything_grows_on_them);
	tcase_add_test(tcase, only_addresses_of_our_zones_have_names_and_the_nearest_zone_answers);
	tcase_add_test(tcase, an_address_that_very_many_share_is_settled_once_a_batch);
	tcase_add_test(tcase, ttls_follow_the_kind_of_the_name);
	tcase_add_test(tcase, the_serial_moves_with_what_can_be_seen_and_never_back);
	return suite;
}
