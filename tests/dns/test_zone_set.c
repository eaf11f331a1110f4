/* test_zone_set.c - who serves which zone, and what happens when files come, change and go. */
#include "dns/zone_set.h"

#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "dns/entry.h"
#include "dns/hosts.h"
#include "dns/index.h"
#include "dns/wire.h"
#include "tests/dns/sample.h"
#include "tests/dns/zone_world.h"
#include "tests/suite.h"

#define ZONE(name, rest) "$ORIGIN " name ".\n$TTL 60\n@ SOA ns h 1 2 3 4 5\n@ NS ns.x.\n" rest
#define SOA(name) name ". 5 SOA ns." name ". h." name ". 1 2 3 4 5"
#define GONE(name) "NXDOMAIN aa | | " SOA(name) " |"

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
state(const char *path, const char *text)
{
	ck_assert_int_eq(zone_world_state(&world, ZONE_OF_FILE, path, text), 0);
}

static void
expect_said(const char *text)
{
	char *said = zone_world_said(&world);

	ck_assert_msg(*text == '\0' ? *said == '\0' : strstr(said, text) != NULL,
	    "said %s\n  expected %s", said, text);
	free(said);
}

START_TEST(a_changed_file_changes_only_what_differs)
{
	uint8_t name[DNS_NAME_MAX];

	state("a.zone", ZONE("a.test", "x A 192.0.2.1\ny A 192.0.2.2\nz.deep A 192.0.2.3\n"));
	const struct entry *kept = index_get(world.index, sample_name("x.a.test", name));
	state("a.zone", ZONE("a.test", "x A 192.0.2.1\ny A 192.0.2.9\nnew A 192.0.2.4\n"));
	ck_assert_ptr_eq(index_get(world.index, name), kept);
	zone_world_expect(&world, "y.a.test. A", "NOERROR aa | y.a.test. 60 A 192.0.2.9 | |");
	zone_world_expect(&world, "new.a.test. A", "NOERROR aa | new.a.test. 60 A 192.0.2.4 | |");
	zone_world_expect(&world, "z.deep.a.test. A", GONE("a.test"));
	zone_world_expect(&world, "deep.a.test. A", GONE("a.test"));
	state("a.zone", NULL);
	zone_world_expect(&world, "x.a.test. A", "REFUSED | | |");
	ck_assert_uint_eq(zone_set_names(world.set), 0);
}
END_TEST

START_TEST(a_zone_that_breaks_stays_as_it_was)
{
	state("a.zone", ZONE("a.test", "x A 192.0.2.1\n"));
	ck_assert_int_ne(zone_world_state(&world, ZONE_OF_FILE, "a.zone",
	    ZONE("a.test", "x A 192.0.2.\n")), 0);
	zone_world_expect(&world, "x.a.test. A", "NOERROR aa | x.a.test. 60 A 192.0.2.1 | |");
}
END_TEST

START_TEST(a_zone_stated_twice_is_the_first_files_until_that_goes)
{
	state("a.zone", ZONE("a.test", "x A 192.0.2.1\n"));
	state("b.zone", ZONE("a.test", "x A 192.0.2.2\n"));
	expect_said("b.zone:3: error: a.test is the zone of a.zone:3 already");
	zone_world_expect(&world, "x.a.test. A", "NOERROR aa | x.a.test. 60 A 192.0.2.1 | |");
	state("a.zone", NULL);
	zone_world_expect(&world, "x.a.test. A", "NOERROR aa | x.a.test. 60 A 192.0.2.2 | |");
}
END_TEST

START_TEST(a_file_may_exchange_its_zone)
{
	state("a.zone", ZONE("a.test", "x A 192.0.2.1\n"));
	state("b.zone", ZONE("a.test", "x A 192.0.2.2\n"));
	state("a.zone", ZONE("other.test", "x A 192.0.2.3\n"));
	zone_world_expect(&world, "x.a.test. A", "NOERROR aa | x.a.test. 60 A 192.0.2.2 | |");
	zone_world_expect(&world, "x.other.test. A",
	    "NOERROR aa | x.other.test. 60 A 192.0.2.3 | |");
	/* And into one that is taken: what it stated before stays. */
	state("a.zone", ZONE("a.test", "x A 192.0.2.4\n"));
	expect_said("a.zone:3: error: a.test is the zone of b.zone:3 already");
	zone_world_expect(&world, "x.other.test. A",
	    "NOERROR aa | x.other.test. 60 A 192.0.2.3 | |");
}
END_TEST

static const struct {
	const char *zone;
	const char *said;
} ours[] = {
	{ ZONE("z", ""), "z lies in z, which is the cluster's" },
	{ ZONE("svc.z", ""), "svc.z lies in z, which is the cluster's" },
	{ ZONE("in-addr.arpa", ""), "is a reverse zone of the cluster's, by dns.reverseZones" },
	{ ZONE("0.96.10.in-addr.arpa", ""), "is a reverse zone of the cluster's, by serviceCIDRs" },
	{ ZONE("10.in-addr.arpa", ""), "" },
	{ ZONE("168.192.in-addr.arpa", ""), "" },
	{ ZONE("example.z.test", ""), "" },
};

START_TEST(a_zone_of_the_clusters_is_an_error)
{
	struct cidr network;

	ck_assert_int_eq(cidr_parse("10.96.0.0/12", &network), 0);
	world.settings.networks = &network;
	world.settings.network_count = 1;
	zone_set_configure(world.set, &world.settings);
	state("a.zone", ours[_i].zone);
	expect_said(ours[_i].said);
	ck_assert_uint_eq(zone_set_zones(world.set), *ours[_i].said == '\0');
}
END_TEST

START_TEST(a_zone_inside_another_has_its_names_to_itself)
{
	state("p.zone", ZONE("p.test", "x.sub A 192.0.2.1\ny A 192.0.2.2\nsub NS ns.x.\n"));
	zone_world_expect(&world, "x.sub.p.test. A",
	    "NOERROR | | sub.p.test. 60 NS ns.x. |");
	state("s.zone", ZONE("sub.p.test", "w A 192.0.2.3\n"));
	zone_world_expect(&world, "x.sub.p.test. A", GONE("sub.p.test"));
	zone_world_expect(&world, "w.sub.p.test. A",
	    "NOERROR aa | w.sub.p.test. 60 A 192.0.2.3 | |");
	zone_world_expect(&world, "sub.p.test. SOA", "NOERROR aa | sub.p.test. 60 SOA "
	    "ns.sub.p.test. h.sub.p.test. 1 2 3 4 5 | |");
	state("s.zone", NULL);
	zone_world_expect(&world, "w.sub.p.test. A", "NOERROR | | sub.p.test. 60 NS ns.x. |");
	zone_world_expect(&world, "y.p.test. A", "NOERROR aa | y.p.test. 60 A 192.0.2.2 | |");
}
END_TEST

START_TEST(a_zone_around_the_clusters_leaves_that_alone)
{
	sample_put_zone(world.index, "z", 5);
	world.dns.cluster_domain = "in.a.test";
	zone_set_configure(world.set, &world.settings);
	state("a.zone", ZONE("a.test", "x.in A 192.0.2.1\nx.out A 192.0.2.2\n*.in A 192.0.2.3\n"));
	zone_world_expect(&world, "x.out.a.test. A",
	    "NOERROR aa | x.out.a.test. 60 A 192.0.2.2 | |");
	zone_world_expect(&world, "x.in.a.test. A", GONE("a.test"));
}
END_TEST

START_TEST(local_zones_make_way)
{
	ck_assert_int_eq(zone_world_state(&world, ZONE_LOCAL, "local/10.zone",
	    ZONE("10.in-addr.arpa", "")), 0);
	/* They are final: nothing falls through. */
	zone_world_expect(&world, "1.0.0.10.in-addr.arpa. PTR", GONE("10.in-addr.arpa"));
	state("a.zone", ZONE("10.in-addr.arpa", "1.0.0 PTR a.test.\n"));
	expect_said("");
	zone_world_expect(&world, "1.0.0.10.in-addr.arpa. PTR",
	    "NOERROR aa | 1.0.0.10.in-addr.arpa. 60 PTR a.test. | |");
	state("a.zone", NULL);
	zone_world_expect(&world, "1.0.0.10.in-addr.arpa. PTR", GONE("10.in-addr.arpa"));
	ck_assert_int_eq(zone_world_state(&world, ZONE_LOCAL, "local/10.zone", NULL), 0);
	zone_world_expect(&world, "1.0.0.10.in-addr.arpa. PTR", "REFUSED | | |");
}
END_TEST

START_TEST(everything_moves_to_another_index)
{
	state("a.zone", ZONE("a.test", "x A 192.0.2.1\n"));
	state("r.zone", ZONE("168.192.in-addr.arpa", "1.0 PTR a.test.\n"));
	struct index *other = index_new(), *old = world.index;
	ck_assert_int_eq(zone_set_copy(world.set, other), 0);
	zone_set_switch(world.set, other);
	world.index = other;
	world.responder.index = other;
	index_free(old);
	zone_world_expect(&world, "x.a.test. A", "NOERROR aa | x.a.test. 60 A 192.0.2.1 | |");
	zone_world_expect(&world, "1.0.168.192.in-addr.arpa. PTR",
	    "NOERROR aa | 1.0.168.192.in-addr.arpa. 60 PTR a.test. | |");
	state("a.zone", ZONE("a.test", "x A 192.0.2.7\n"));
	zone_world_expect(&world, "x.a.test. A", "NOERROR aa | x.a.test. 60 A 192.0.2.7 | |");
}
END_TEST

/* The cluster's zone and name as a catalog makes them: after what was copied. */
static void
add_clusters(struct index *index, const char *zone, const char *host)
{
	static const uint8_t soa[22] = { 0 }, address[] = { 192, 0, 2, 99 };
	const struct entry_record record = { .type = DNS_TYPE_A, .ttl_s = 5, .rdata = address,
		.rdata_len = 4 };
	uint8_t origin[DNS_NAME_MAX], name[DNS_NAME_MAX];
	const struct entry_spec spec = { .kind = ENTRY_NAME, .name = sample_name(host, name),
		.zone = sample_name(zone, origin), .records = &record, .record_count = 1 };
	struct entry *entry;

	ck_assert_int_eq(index_set_zone(index, origin, soa, sizeof(soa), 5), 0);
	ck_assert_int_eq(entry_build(&spec, &entry), 0);
	ck_assert_int_eq(index_put(index, entry), 0);
}

/* In the index that the settings come with, the cluster has them already. */
START_TEST(what_other_settings_make_the_clusters_stays_the_clusters)
{
	static const char *const reverse[] = { "10.in-addr.arpa" };
	struct dns_settings before = world.dns, dns = world.dns;
	struct zone_set_settings settings = world.settings;
	const char *hosts = "192.0.2.2 y.b.test\n";
	struct content *content;

	ck_assert_int_eq(zone_world_state(&world, ZONE_LOCAL, "local/10.zone",
	    ZONE("10.in-addr.arpa", "")), 0);
	state("a.zone", ZONE("a.test", "x A 192.0.2.1\n"));
	ck_assert_int_eq(hosts_build("hosts", hosts, strlen(hosts), NULL, NULL, &content), 0);
	ck_assert_int_eq(zone_set_take(world.set, ZONE_OF_HOSTS, "hosts", 0, content, NULL), 0);
	dns.reverse_zones = reverse;
	dns.reverse_zone_count = 1;
	settings.dns = &dns;
	for (int round = 0; round < 2; round++) {
		struct index *other = index_new(), *old = world.index;
		const char *zone = round == 0 ? "a.test" : "b.test";

		dns.external_zone = zone;
		ck_assert_int_eq(zone_set_yield(world.set, &settings), 0);
		ck_assert_int_eq(zone_set_copy(world.set, other), 0);
		add_clusters(other, zone, round == 0 ? "x.a.test" : "y.b.test");
		add_clusters(other, "10.in-addr.arpa", "10.in-addr.arpa");
		zone_set_switch(world.set, other);
		world.index = other;
		world.responder.index = other;
		index_free(old);
		zone_set_configure(world.set, &settings);
		ck_assert_int_eq(zone_set_settle(world.set), 0);
		zone_world_expect(&world, "x.a.test. A", round == 0 ?
		    "NOERROR aa | x.a.test. 5 A 192.0.2.99 | |" :
		    "NOERROR aa | x.a.test. 60 A 192.0.2.1 | |");
		zone_world_expect(&world, "y.b.test. A", round == 0 ?
		    "NOERROR aa | y.b.test. 5 A 192.0.2.2 | |" :
		    "NOERROR aa | y.b.test. 5 A 192.0.2.99 | |");
		zone_world_expect(&world, "10.in-addr.arpa. A",
		    "NOERROR aa | 10.in-addr.arpa. 5 A 192.0.2.99 | |");
	}
	settings.dns = &before;
	zone_set_configure(world.set, &settings);
}
END_TEST

Suite *
suite(void)
{
	Suite *zone_set = suite_create("zone_set");
	TCase *tests = tcase_create("zone_set");

	tcase_add_checked_fixture(tests, start, end);
	tcase_add_test(tests, a_changed_file_changes_only_what_differs);
	tcase_add_test(tests, a_zone_that_breaks_stays_as_it_was);
	tcase_add_test(tests, a_zone_stated_twice_is_the_first_files_until_that_goes);
	tcase_add_test(tests, a_file_may_exchange_its_zone);
	tcase_add_loop_test(tests, a_zone_of_the_clusters_is_an_error, 0,
	    (int)(sizeof(ours) / sizeof(ours[0])));
	tcase_add_test(tests, a_zone_inside_another_has_its_names_to_itself);
	tcase_add_test(tests, a_zone_around_the_clusters_leaves_that_alone);
	tcase_add_test(tests, local_zones_make_way);
	tcase_add_test(tests, everything_moves_to_another_index);
	tcase_add_test(tests, what_other_settings_make_the_clusters_stays_the_clusters);
	suite_add_tcase(zone_set, tests);
	return zone_set;
}
