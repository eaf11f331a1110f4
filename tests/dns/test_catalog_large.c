/* test_catalog_large.c - Services with more endpoints than one message can carry. */
#include "dns/catalog.h"

#include <ldns/ldns.h>
#include <string.h>

#include "base/strbuf.h"
#include "dns/index.h"
#include "dns/wire.h"
#include "tests/dns/catalog_world.h"
#include "tests/suite.h"

#define HOPS 8
#define NAMESPACE "a-namespace-whose-name-is-as-long-as-the-rules-of-kubernetes-g"
#define HEAD_MAX 300

static struct catalog_world world;

static void
start(void)
{
	struct dns_settings settings = catalog_world_settings();

	catalog_world_start(&world, &settings);
}

static void
end(void)
{
	catalog_world_stop(&world);
}

/* shop/many with that many endpoints, 10.0.0.1 and what follows it, or fd00::1. */
static void
set_many(unsigned count, const char *prefix)
{
	struct strbuf text = STRBUF_INIT;

	strbuf_add(&text, "service shop/many headless\nport http tcp 80\ngroup http/tcp/8080\n");
	for (unsigned i = 1; i <= count; i++)
		if (*prefix == 'f')
			strbuf_addf(&text, "ep %s%x\n", prefix, i);
		else
			strbuf_addf(&text, "ep %s%u.%u\n", prefix, i / 256, i % 256);
	catalog_world_set(&world, text.text);
	strbuf_release(&text);
}

/* A query with an empty keepalive option, over TCP, where the reply may be of any size. */
static ldns_pkt *
ask_tcp(const char *name, ldns_rr_type type)
{
	static uint8_t buf[DNS_MESSAGE_MAX];
	static const struct addr client = { ADDR_IP4, { 127, 0, 0, 1 } };
	static const uint8_t option[] = "\0\13\0";      /* RFC 7828, and the NUL: length 0 */
	ldns_pkt *query, *reply;
	uint8_t *wire;
	size_t len;

	ck_assert_int_eq(ldns_pkt_query_new_frm_str(&query, name, type, LDNS_RR_CLASS_IN, LDNS_RD),
	    LDNS_STATUS_OK);
	ldns_pkt_set_edns_udp_size(query, 1232);
	ldns_pkt_set_edns_data(query, ldns_rdf_new_frm_data(LDNS_RDF_TYPE_UNKNOWN, sizeof(option),
	    option));
	ck_assert_int_eq(ldns_pkt2wire(&wire, query, &len), LDNS_STATUS_OK);
	memcpy(buf, wire, len);
	free(wire);
	ldns_pkt_free(query);
	world.responder.keepalive_ds = 100;
	index_reader_begin();
	len = respond(&world.responder, TRANSPORT_TCP, &client, buf, len, sizeof(buf));
	index_reader_end();
	ck_assert_int_eq(ldns_wire2pkt(&reply, buf, len), LDNS_STATUS_OK);
	ck_assert_msg(!ldns_pkt_tc(reply), "%s: TC over TCP", name);
	return reply;
}

static size_t
count_answers(const char *name, ldns_rr_type type)
{
	ldns_pkt *reply = ask_tcp(name, type);
	size_t count = ldns_pkt_ancount(reply);

	ldns_pkt_free(reply);
	return count;
}

START_TEST(a_thousand_endpoints_are_all_answered)
{
	set_many(1000, "10.0.");
	ck_assert_uint_eq(count_answers("many.shop.svc.cluster.local", LDNS_RR_TYPE_A), 1000);
	ck_assert_uint_eq(count_answers("many.shop.svc.cluster.local", LDNS_RR_TYPE_SRV), 1000);
	ck_assert_uint_eq(count_answers("_http._tcp.many.shop.svc.cluster.local",
	    LDNS_RR_TYPE_SRV), 1000);
	ck_assert_uint_eq(catalog_left_out(world.catalog), 0);
}
END_TEST

START_TEST(the_first_addresses_are_answered_where_not_all_fit)
{
	ldns_pkt *reply;

	set_many(5000, "10.0.");
	reply = ask_tcp("many.shop.svc.cluster.local", LDNS_RR_TYPE_A);
	ck_assert_uint_eq(ldns_pkt_ancount(reply), 3937);       /* 63,000 / 16 */
	for (size_t i = 0; i < ldns_pkt_ancount(reply); i++) {
		const ldns_rr *rr = ldns_rr_list_rr(ldns_pkt_answer(reply), i);

		/* rotated, but no other than 10.0.0.1 to 10.0.15.97 */
		ck_assert_uint_le(ldns_read_uint32(ldns_rdf_data(ldns_rr_rdf(rr, 0))),
		    0x0a000000 + 3937);
	}
	ldns_pkt_free(reply);
	/* each endpoint is there by its own name */
	ck_assert_uint_eq(count_answers("10-0-19-136.many.shop.svc.cluster.local",
	    LDNS_RR_TYPE_A), 1);
}
END_TEST

START_TEST(who_is_left_out_is_counted_until_it_fits_again)
{
	size_t srv;

	set_many(5000, "10.0.");
	srv = count_answers("many.shop.svc.cluster.local", LDNS_RR_TYPE_SRV);
	/* the addresses, and SRV at the bare name and at the port's */
	ck_assert_uint_eq(catalog_left_out(world.catalog), 5000 - 3937 + 2 * (5000 - srv));
	set_many(3000, "fd00::");
	srv = count_answers("many.shop.svc.cluster.local", LDNS_RR_TYPE_SRV);
	ck_assert_uint_eq(catalog_left_out(world.catalog), 3000 - 2250 + 2 * (3000 - srv));
	set_many(10, "10.0.");
	ck_assert_uint_eq(catalog_left_out(world.catalog), 0);
	set_many(5000, "10.0.");
	catalog_world_remove(&world, "shop", "many");
	ck_assert_uint_eq(catalog_left_out(world.catalog), 0);
}
END_TEST

/* The longest chain of the longest names before the largest set: still no TC. */
START_TEST(the_longest_chain_leaves_room_for_the_largest_set)
{
	char text[2 * HEAD_MAX], name[HEAD_MAX];

	set_many(5000, "10.0.");
	for (int i = 0; i < HOPS - 1; i++) {
		char target[HEAD_MAX];

		snprintf(target, sizeof(target), i == HOPS - 2 ? "many.shop.svc.cluster.local" :
		    "s%d-%058d.%d" NAMESPACE ".svc.cluster.local", i + 1, 0, i + 1);
		snprintf(text, sizeof(text), "service %d" NAMESPACE "/s%d-%058d external %s\n", i,
		    i, 0, target);
		catalog_world_set(&world, text);
	}
	snprintf(name, sizeof(name), "s0-%058d.0" NAMESPACE ".svc.cluster.local", 0);
	ck_assert_uint_eq(count_answers(name, LDNS_RR_TYPE_A), HOPS - 1 + 3937);
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("catalog_large");
	TCase *tcase = tcase_create("catalog_large");

	suite_add_tcase(suite, tcase);
	tcase_add_checked_fixture(tcase, start, end);
	tcase_add_test(tcase, a_thousand_endpoints_are_all_answered);
	tcase_add_test(tcase, the_first_addresses_are_answered_where_not_all_fit);
	tcase_add_test(tcase, who_is_left_out_is_counted_until_it_fits_again);
	tcase_add_test(tcase, the_longest_chain_leaves_room_for_the_largest_set);
	return suite;
}
