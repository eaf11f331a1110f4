/* test_aspect.c - what a Service answers for some of its endpoints and ports. */
#include "dns/aspect.h"

#include <string.h>

#include "base/addr.h"
#include "dns/entry.h"
#include "dns/rrset.h"
#include "tests/dns/footing.h"
#include "tests/suite.h"

#define CLUSTER "service shop/web clusterip 10.96.0.1 fd00::1\n" \
	"port http tcp 80\nport dns udp 53\nport - tcp 9\n" \
	"group http/tcp/8080 dns/udp/5353\nep 10.0.0.1\n"
#define HEADLESS "service shop/db headless\nport sql tcp 5432\n" \
	"group sql/tcp/5432 -/udp/9\nep 10.0.0.1 zone=a\nep 10.0.0.2 out zone=a\nep fd00::1 zone=B\n" \
	"group sql/tcp/6432 log/udp/514 all/tcp/0\nep 10.0.0.3 host=c zone=b\nep fd00::3 host=c zone=b\n"

START_TEST(srv_counts_addresses_times_ports_of_a_cluster_ip_and_ports_of_headless_endpoints)
{
	static const struct {
		const char *text;
		struct aspect aspect;
		size_t count;
	} rows[] = {
		{ CLUSTER, { .port = NULL }, 6 },
		{ CLUSTER, { .port = "http", .protocol = PROTOCOL_TCP }, 2 },
		{ CLUSTER, { .port = "http", .protocol = PROTOCOL_UDP }, 0 },
		{ CLUSTER, { .port = "dns", .protocol = PROTOCOL_UDP }, 2 },
		{ CLUSTER, { .port = "sql", .protocol = PROTOCOL_TCP }, 0 },
		/* Ports without a number are no SRV: 2 + 2 + 2 + 2. */
		{ HEADLESS, { .port = NULL }, 8 },
		{ HEADLESS, { .port = "sql", .protocol = PROTOCOL_TCP }, 4 },
		{ HEADLESS, { .port = "all", .protocol = PROTOCOL_TCP }, 0 },
		{ HEADLESS, { .port = "log", .protocol = PROTOCOL_UDP }, 2 },
		{ HEADLESS, { .zone = "a" }, 2 },
		{ HEADLESS, { .zone = "b" }, 6 },
		{ HEADLESS, { .port = "log", .protocol = PROTOCOL_UDP, .zone = "a" }, 0 },
		{ HEADLESS, { .zone = "c" }, 0 },
	};
	struct footing footing;

	footing_start(&footing);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ck_assert_int_eq(footing_stand(&footing, rows[i].text), 0);
		ck_assert_msg(aspect_srv_count(&footing.subject, &rows[i].aspect) == rows[i].count,
		    "row %zu: %zu", i, aspect_srv_count(&footing.subject, &rows[i].aspect));
	}
	footing_stop(&footing);
}
END_TEST

START_TEST(srv_carry_every_address_of_a_target_that_matches_and_of_no_other)
{
	static const struct aspect log_udp = { .port = "log", .protocol = PROTOCOL_UDP };
	struct rrset_list records, additional;
	struct footing footing;

	footing_start(&footing);
	ck_assert_int_eq(footing_stand(&footing, HEADLESS), 0);
	ck_assert_int_eq(rrset_list_init(&records, footing.arena, 8), 0);
	ck_assert_int_eq(aspect_add_srvs(&footing.subject, &log_udp, &records, &additional), 0);
	/* Two addresses under one name: one target, its weight counted before that. */
	ck_assert_uint_eq(records.count, 1);
	ck_assert_int_eq(records.items[0].type, DNS_TYPE_SRV);
	ck_assert_uint_eq(records.items[0].ttl_s, 6);
	ck_assert_mem_eq(records.items[0].rdata, "\0\0\0\x32\2\2\1c\2db\4shop\3svc\1z", 6 + 16);
	ck_assert_uint_eq(additional.count, 2);
	ck_assert_int_eq(additional.items[0].type, DNS_TYPE_A);
	ck_assert_mem_eq(additional.items[0].rdata, "\x0a\0\0\3", 4);
	ck_assert_int_eq(additional.items[1].type, DNS_TYPE_AAAA);
	ck_assert_mem_eq(additional.items[0].owner, "\1c\2db\4shop", 10);
	footing_stop(&footing);
}
END_TEST

START_TEST(no_match_adds_neither_srv_nor_addresses)
{
	static const struct aspect none = { .port = "none" };
	struct rrset_list records, additional = { .count = 9 };
	struct footing footing;

	footing_start(&footing);
	ck_assert_int_eq(footing_stand(&footing, CLUSTER), 0);
	ck_assert_int_eq(rrset_list_init(&records, footing.arena, 1), 0);
	ck_assert_int_eq(aspect_add_srvs(&footing.subject, &none, &records, &additional), 0);
	ck_assert_uint_eq(records.count, 0);
	ck_assert_uint_eq(additional.count, 0);
	footing_stop(&footing);
}
END_TEST

START_TEST(addresses_are_cluster_ips_or_answered_endpoints_of_the_zone)
{
	static const struct {
		const char *text, *zone, *addrs;
	} rows[] = {
		{ CLUSTER, NULL, "10.96.0.1 fd00::1 " },
		{ HEADLESS, NULL, "10.0.0.1 10.0.0.3 fd00::1 fd00::3 " },
		{ HEADLESS, "a", "10.0.0.1 " },
		{ HEADLESS, "B", "10.0.0.3 fd00::1 fd00::3 " },
		{ HEADLESS, "c", "" },
	};
	struct footing footing;

	footing_start(&footing);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct aspect aspect = { .zone = rows[i].zone };
		struct rrset_list records;
		char said[256] = "";

		ck_assert_int_eq(footing_stand(&footing, rows[i].text), 0);
		ck_assert_int_eq(rrset_list_init(&records, footing.arena,
		    aspect_addr_count(&footing.subject)), 0);
		aspect_add_addrs(&footing.subject, &aspect, &records);
		for (size_t r = 0; r < records.count; r++) {
			struct addr addr = { .family = records.items[r].type == DNS_TYPE_A ?
			    ADDR_IP4 : ADDR_IP6 };
			char text[ADDR_TEXT_SIZE];

			memcpy(addr.octets, records.items[r].rdata, records.items[r].rdata_len);
			strcat(strcat(said, addr_text(&addr, text)), " ");
		}
		ck_assert_str_eq(said, rows[i].addrs);
	}
	footing_stop(&footing);
}
END_TEST

START_TEST(each_named_port_is_listed_once_with_its_protocol)
{
	struct footing footing;
	struct aspect *aspects;
	size_t count;

	footing_start(&footing);
	ck_assert_int_eq(footing_stand(&footing, CLUSTER), 0);
	ck_assert_int_eq(aspect_list_ports(&footing.subject, &aspects, &count), 0);
	ck_assert_uint_eq(count, 2);
	ck_assert_str_eq(aspects[0].port, "http");
	ck_assert_str_eq(aspects[1].port, "dns");
	ck_assert_int_eq(aspects[1].protocol, PROTOCOL_UDP);
	/* What the endpoints have counts below a headless Service: sql in both groups, log, all. */
	ck_assert_int_eq(footing_stand(&footing, HEADLESS), 0);
	ck_assert_int_eq(aspect_list_ports(&footing.subject, &aspects, &count), 0);
	ck_assert_uint_eq(count, 3);
	ck_assert_str_eq(aspects[0].port, "sql");
	ck_assert_str_eq(aspects[1].port, "log");
	ck_assert_str_eq(aspects[2].port, "all");
	ck_assert_int_eq(footing_stand(&footing, "service shop/x headless\n"
	    "group dns/udp/53 dns/tcp/53\nep 10.0.0.1\n"), 0);
	ck_assert_int_eq(aspect_list_ports(&footing.subject, &aspects, &count), 0);
	ck_assert_uint_eq(count, 2);
	footing_stop(&footing);
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("aspect");
	TCase *tcase = tcase_create("aspect");

	suite_add_tcase(suite, tcase);
	tcase_add_test(tcase,
	    srv_counts_addresses_times_ports_of_a_cluster_ip_and_ports_of_headless_endpoints);
	tcase_add_test(tcase, srv_carry_every_address_of_a_target_that_matches_and_of_no_other);
	tcase_add_test(tcase, no_match_adds_neither_srv_nor_addresses);
	tcase_add_test(tcase, addresses_are_cluster_ips_or_answered_endpoints_of_the_zone);
	tcase_add_test(tcase, each_named_port_is_listed_once_with_its_protocol);
	return suite;
}
