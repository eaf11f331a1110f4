/* test_packing.c - messages of a transfer: full, compressed, and read by others as they were meant. */
#include "dns/packing.h"

#include <ldns/ldns.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dns/name.h"
#include "dns/zone_record.h"
#include "tests/suite.h"

static uint8_t buf[DNS_MESSAGE_MAX];
static struct packing packing;
static uint8_t zone[DNS_NAME_MAX];

static uint32_t seed = 1;

static unsigned
roll(unsigned sides)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 12) % sides;
}

static void
start(void)
{
	size_t len;

	ck_assert_int_eq(name_from_text("cluster.local", zone, &len), 0);
	packing_begin(&packing, buf, zone, DNS_TYPE_AXFR);
}

static struct zone_record
record(const char *owner, uint16_t type, const uint8_t *rdata, size_t rdata_len)
{
	static uint8_t names[16][DNS_NAME_MAX];
	static unsigned next;
	struct zone_record record = { .type = type, .ttl_s = 5, .rdata = rdata,
	    .rdata_len = (uint16_t)rdata_len };
	size_t len;

	uint8_t *name = names[next++ % 16];
	ck_assert_int_eq(name_from_text(owner, name, &len), 0);
	record.owner = name;
	record.owner_len = (uint8_t)len;
	return record;
}

static ldns_pkt *
read_back(void)
{
	ldns_pkt *pkt;

	ck_assert_int_eq(ldns_wire2pkt(&pkt, buf, packing_end(&packing)), LDNS_STATUS_OK);
	return pkt;
}

/* The record as ldns has it, and as it was meant. */
static void
expect_same(const ldns_rr *rr, const struct zone_record *meant)
{
	static uint8_t wire[ZONE_RECORD_MAX];
	size_t len = zone_record_len(meant), at = 0;
	ldns_rr *other;

	zone_record_write(meant, wire);
	ck_assert_int_eq(ldns_wire2rr(&other, wire, len, &at, LDNS_SECTION_ANSWER), LDNS_STATUS_OK);
	ck_assert_int_eq(ldns_rr_compare(rr, other), 0);
	ck_assert_uint_eq(ldns_rr_ttl(rr), meant->ttl_s);
	ldns_rr_free(other);
}

START_TEST(names_are_compressed_but_for_srv_targets_and_read_back_alike)
{
	static const uint8_t addr[4] = { 10, 0, 0, 1 };
	static uint8_t rdata[400][DNS_NAME_MAX + 30];
	struct zone_record meant[400];
	char text[128];
	size_t plain = 0;

	seed = (uint32_t)_i + 1;
	start();
	for (size_t i = 0; i < 400; i++) {
		unsigned kind = roll(5);
		size_t len = 0, more = 0;

		snprintf(text, sizeof(text), "h%u.s%u.n%u.svc.cluster.local", roll(3), roll(5), roll(3));
		if (kind == 0)
			(void)name_from_text("T.S1.N1.svc.cluster.local", rdata[i] + 6, &len);
		else if (kind < 3)
			(void)name_from_text("s1.n1.svc.cluster.local", rdata[i], &len);
		if (kind == 2)
			(void)name_from_text("hostmaster.cluster.local", rdata[i] + len, &more);
		if (kind == 0)
			name_fold(rdata[i] + 6, len);
		meant[i] = kind == 0 ? record(text, DNS_TYPE_SRV, rdata[i], 6 + len) :
		    kind == 1 ? record(text, DNS_TYPE_PTR, rdata[i], len) :
		    kind == 2 ? record(text, DNS_TYPE_SOA, rdata[i], len + more + 20) :
		    record(text, DNS_TYPE_A, addr, 4);
		uint8_t *owner = malloc(meant[i].owner_len);
		memcpy(owner, meant[i].owner, meant[i].owner_len);
		meant[i].owner = owner;
		ck_assert(packing_add(&packing, &meant[i]));
		plain += zone_record_len(&meant[i]);
	}
	ldns_pkt *pkt = read_back();
	const ldns_rr_list *answer = ldns_pkt_answer(pkt);
	ck_assert_uint_eq(ldns_rr_list_rr_count(answer), 400);
	for (size_t i = 0; i < 400; i++) {
		expect_same(ldns_rr_list_rr(answer, i), &meant[i]);
		free((void *)(uintptr_t)meant[i].owner);
	}
	ck_assert_uint_lt(ldns_pkt_size(pkt), plain * 6 / 10);
	ldns_pkt_free(pkt);
}
END_TEST

START_TEST(a_message_is_full_at_16_kib)
{
	static const uint8_t addr[4] = { 10, 0, 0, 1 };
	char text[128];
	size_t count = 0;

	start();
	for (;; count++) {
		snprintf(text, sizeof(text), "endpoint-%zu.service-%zu.shop.svc.cluster.local", count,
		    count / 10);
		struct zone_record next = record(text, DNS_TYPE_A, addr, 4);
		if (!packing_add(&packing, &next))
			break;
	}
	size_t len = packing_end(&packing);
	ck_assert_uint_gt(len, PACKING_FULL - 100);
	ck_assert_uint_le(len, PACKING_FULL);
	ldns_pkt *pkt = read_back();
	ck_assert_uint_eq(ldns_rr_list_rr_count(ldns_pkt_answer(pkt)), count);
	ldns_pkt_free(pkt);
	/* What did not fit is the next one's first. */
	start();
	struct zone_record next = record(text, DNS_TYPE_A, addr, 4);
	ck_assert(packing_add(&packing, &next));
}
END_TEST

START_TEST(a_record_larger_than_that_has_a_message_of_its_own)
{
	static uint8_t text[60000];
	struct zone_record large;

	for (size_t at = 0; at < sizeof(text); at += 200)
		text[at] = 199;
	large = record("large.cluster.local", DNS_TYPE_TXT, text, sizeof(text));
	start();
	ck_assert(packing_add(&packing, &large));
	ck_assert(!packing_add(&packing, &large));
	ldns_pkt *pkt = read_back();
	ck_assert_uint_eq(ldns_rr_list_rr_count(ldns_pkt_answer(pkt)), 1);
	expect_same(ldns_rr_list_rr(ldns_pkt_answer(pkt), 0), &large);
	ldns_pkt_free(pkt);
	/* And leaves room for a signature, or is left out. */
	large.rdata_len = 65000;
	static uint8_t larger[65000];
	large.rdata = larger;
	start();
	ck_assert(!packing_add(&packing, &large));
	ck_assert_uint_eq(packing.answers, 0);
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("packing");
	TCase *tcase = tcase_create("packing");

	suite_add_tcase(suite, tcase);
	tcase_add_loop_test(tcase, names_are_compressed_but_for_srv_targets_and_read_back_alike, 0,
	    20);
	tcase_add_test(tcase, a_message_is_full_at_16_kib);
	tcase_add_test(tcase, a_record_larger_than_that_has_a_message_of_its_own);
	return suite;
}
