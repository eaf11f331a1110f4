/* test_below.c - what stands below a Service's name is found by label, by address and by port. */
#include "dns/below.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "base/err.h"
#include "dns/entry_layout.h"
#include "tests/suite.h"

#define NAME(text) ((const uint8_t *)(text))
#define MANY 5000

static uint8_t srv[] = "\0\0\0\x64\0\x50\1s\1n\3svc\1z";
static const struct entry_record records[] = {
	{ .type = DNS_TYPE_A, .ttl_s = 5, .rdata = (const uint8_t *)"\x0a\x60\0\1", .rdata_len = 4 },
	{ .type = DNS_TYPE_SRV, .ttl_s = 5, .rdata = srv, .rdata_len = sizeof(srv) },
};

static struct entry *
build(const struct entry_member *members, size_t count, const struct entry_port *ports,
    size_t port_count)
{
	struct entry_spec spec = { .name = NAME("\1s\1n\3svc\1z"), .zone = NAME("\1z"),
	    .records = records, .record_count = 2, .members = members, .member_count = count,
	    .member_ttl_s = 7, .ports = ports, .port_count = port_count };
	struct entry *entry;

	ck_assert_int_eq(entry_build(&spec, &entry), 0);
	return entry;
}

START_TEST(labels_have_the_addresses_of_both_families)
{
	static const struct addr addrs[] = { { ADDR_IP4, { 10, 0, 0, 1 } },
	    { ADDR_IP4, { 10, 0, 0, 2 } }, { ADDR_IP6, { 0xfd } }, { ADDR_IP4, { 10, 0, 0, 3 } },
	    { ADDR_IP6, { 0xfe } } };
	static const struct entry_member members[] = { { NAME("\1b"), &addrs[3], 0 },
	    { NAME("\2aa"), &addrs[0], 0 }, { NAME("\2aa"), &addrs[1], 0 },
	    { NAME("\2aa"), &addrs[2], 0 }, { NAME("\2ab"), &addrs[4], 0 } };
	struct entry *entry = build(members, 5, NULL, 0);
	const struct below *below = entry_below(entry);
	struct below_member member;

	ck_assert_ptr_nonnull(below);
	ck_assert_uint_eq(below_count(below), 3);
	ck_assert_uint_eq(below_ttl_s(below), 7);
	ck_assert(below_find_label(below, NAME("\2aa"), &member));
	ck_assert_uint_eq(member.count4, 2);
	ck_assert_mem_eq(member.addrs4, "\x0a\0\0\1\x0a\0\0\2", 8);
	ck_assert_uint_eq(member.count6, 1);
	ck_assert_uint_eq(member.addrs6[0], 0xfd);
	ck_assert(below_find_label(below, NAME("\1b"), &member));
	ck_assert(member.count4 == 1 && member.count6 == 0);
	ck_assert(below_find_label(below, NAME("\2ab"), &member));
	ck_assert(member.count4 == 0 && member.count6 == 1);
	ck_assert(!below_find_label(below, NAME("\1a"), &member));
	ck_assert(!below_find_label(below, NAME("\2ac"), &member));
	ck_assert(!below_find_label(below, NAME("\3aaa"), &member));
	for (unsigned i = 0; i < 5; i++) {
		ck_assert(below_find_addr(below, members[i].addr, &member));
		ck_assert_mem_eq(member.label, members[i].label, 2);
	}
	ck_assert(!below_find_addr(below, &(struct addr){ ADDR_IP6, { 10, 0, 0, 1 } }, &member));
	entry_free(entry);
}
END_TEST

/* Labels in one order, addresses in another: 7 is prime to their number. */
START_TEST(of_many_each_is_found_by_label_and_by_address)
{
	static struct addr addrs[MANY];
	static uint8_t labels[MANY][8];
	static struct entry_member members[MANY];
	struct below_member found;

	for (unsigned i = 0; i < MANY; i++) {
		unsigned rank = i * 7 % MANY;

		addrs[i] = (struct addr){ ADDR_IP4, { 10, 0, (uint8_t)(rank >> 8), (uint8_t)rank } };
		if (rank >= MANY - 100)
			addrs[i].family = ADDR_IP6;
		snprintf((char *)labels[i], sizeof(labels[i]), "\5%05u", i);
		members[i] = (struct entry_member){ labels[i], &addrs[i], rank };
	}
	struct entry *entry = build(members, MANY, NULL, 0);
	const struct below *below = entry_below(entry);
	ck_assert_uint_eq(entry_name_count(entry), 1 + MANY);
	for (unsigned i = 0; i < MANY; i++) {
		ck_assert(below_find_label(below, labels[i], &found));
		ck_assert_uint_eq(found.count4 + found.count6, 1);
		ck_assert_mem_eq(found.count4 > 0 ? found.addrs4 : found.addrs6, addrs[i].octets, 4);
		ck_assert(below_find_addr(below, &addrs[i], &found));
		ck_assert_mem_eq(found.label, labels[i], 6);
	}
	ck_assert(!below_find_addr(below, &(struct addr){ ADDR_IP4, { 10, 1 } }, &found));
	ck_assert(!below_find_addr(below, &(struct addr){ ADDR_IP6, { 9 } }, &found));
	entry_free(entry);
}
END_TEST

START_TEST(ports_share_the_records_of_the_service_or_have_their_own)
{
	static const struct entry_port ports[] = {
		{ NAME("\4_tcp\1s\1n\3svc\1z"), NULL, 0 },
		{ NAME("\5_http\4_tcp\1s\1n\3svc\1z"), &records[1], 1 },
	};
	struct entry_record other = records[1];
	struct entry_port own = { ports[1].name, &other, 1 };
	struct entry *shared = build(NULL, 0, ports, 2), *apart = build(NULL, 0, &own, 1);
	struct below_port port;
	const uint8_t *at;

	ck_assert_ptr_nonnull(entry_find_set(shared, DNS_TYPE_SRV, &at));
	ck_assert(below_find_port(entry_below(shared), NAME("\5_http\4_tcp"), 11, &port));
	ck_assert_uint_eq(port.count, 1);
	ck_assert_ptr_eq((const uint8_t *)shared + port.at, at);
	ck_assert(below_find_port(entry_below(shared), NAME("\4_tcp"), 5, &port));
	ck_assert_uint_eq(port.count, 0);
	ck_assert(!below_find_port(entry_below(shared), NAME("\4_udp"), 5, &port));
	ck_assert(!below_find_port(entry_below(shared), NAME("\5_http"), 6, &port));
	ck_assert_ptr_nonnull(entry_find_set(apart, DNS_TYPE_SRV, &at));
	ck_assert(below_find_port(entry_below(apart), NAME("\5_http\4_tcp"), 11, &port));
	ck_assert_ptr_ne((const uint8_t *)apart + port.at, at);
	ck_assert_mem_eq((const uint8_t *)apart + port.at, at, port.len);
	entry_free(shared);
	entry_free(apart);
}
END_TEST

START_TEST(what_cannot_be_below_is_refused)
{
	static struct addr addr = { ADDR_IP4, { 10 } };
	static struct entry_member members[70000];
	const struct entry_port elsewhere = { NAME("\4_tcp\1x\1z"), NULL, 0 };
	const struct entry_port no_srv = { NAME("\4_tcp\1s\1n\3svc\1z"), &records[0], 1 };
	struct entry_spec spec = { .name = NAME("\1s\1n\3svc\1z"), .zone = NAME("\1z"),
	    .ports = &elsewhere, .port_count = 1 };
	struct entry *entry;

	ck_assert_int_eq(entry_build(&spec, &entry), ERR_INVALID);
	spec.ports = &no_srv;
	ck_assert_int_eq(entry_build(&spec, &entry), ERR_INVALID);
	spec.port_count = 0;
	spec.kind = ENTRY_NETWORK;
	ck_assert_int_eq(entry_build(&spec, &entry), ERR_INVALID);
	spec.kind = ENTRY_NAME;
	for (unsigned i = 0; i < 70000; i++)
		members[i] = (struct entry_member){ NAME("\1a"), &addr, i };
	spec.members = members;
	spec.member_count = 70000;
	ck_assert_int_eq(entry_build(&spec, &entry), ERR_LIMIT);
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("below");
	TCase *tcase = tcase_create("below");

	suite_add_tcase(suite, tcase);
	tcase_add_test(tcase, labels_have_the_addresses_of_both_families);
	tcase_add_test(tcase, of_many_each_is_found_by_label_and_by_address);
	tcase_add_test(tcase, ports_share_the_records_of_the_service_or_have_their_own);
	tcase_add_test(tcase, what_cannot_be_below_is_refused);
	return suite;
}
