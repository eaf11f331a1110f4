/* test_respond_letters.c - however a name is spelled, the answer is the same and spelled right. */
#include "dns/respond.h"

#include <ctype.h>
#include <ldns/ldns.h>
#include <string.h>

#include "dns/index.h"
#include "dns/name.h"
#include "dns/wire.h"
#include "dns/zone_table.h"
#include "tests/dns/catalog_world.h"
#include "tests/dns/variants.h"
#include "tests/suite.h"

#define ROUNDS 6

static const uint16_t types[] = { DNS_TYPE_A, DNS_TYPE_AAAA, DNS_TYPE_SRV, DNS_TYPE_CNAME,
    DNS_TYPE_PTR, DNS_TYPE_NS, DNS_TYPE_SOA, DNS_TYPE_TXT, DNS_TYPE_ANY };
#define TYPE_COUNT (sizeof(types) / sizeof(types[0]))

static struct catalog_world world;
static uint8_t buf[DNS_MESSAGE_MAX];
static uint32_t seed;

static unsigned
roll(unsigned sides)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 12) % sides;
}

/* Ask for a name in wire form; the reply lies in buf.  Its length. */
static size_t
ask_wire(const uint8_t *name, uint16_t type, enum transport transport)
{
	static const struct addr client = { ADDR_IP4, { 127, 0, 0, 1 } };
	size_t len = name_len(name);

	memcpy(buf, "\x12\x34\1\0\0\1\0\0\0\0\0\0", DNS_HEADER_LEN);
	memcpy(buf + DNS_HEADER_LEN, name, len);
	wire_set_u16(buf + DNS_HEADER_LEN + len, type);
	wire_set_u16(buf + DNS_HEADER_LEN + len + 2, DNS_CLASS_IN);
	world.responder.rotation = 0;
	index_reader_begin();
	len = respond(&world.responder, transport, &client, buf, DNS_HEADER_LEN + len + 4,
	    sizeof(buf));
	index_reader_end();
	return len;
}

static ldns_pkt *
parse(size_t len)
{
	ldns_pkt *reply = NULL;

	ck_assert_uint_gt(len, 0);
	ck_assert_int_eq(ldns_wire2pkt(&reply, buf, len), LDNS_STATUS_OK);
	return reply;
}

static char *
text_of(const ldns_pkt *reply)
{
	ldns_rr_list *all = ldns_pkt_all(reply);
	char *text = ldns_rr_list2str(all), *rcode = ldns_pkt_rcode2str(ldns_pkt_get_rcode(reply));
	char *joined = malloc(strlen(text) + strlen(rcode) + 2);

	sprintf(joined, "%s\n%s", rcode, text);
	ldns_rr_list_deep_free(all);
	free(text);
	free(rcode);
	return joined;
}

/* Each letter of a name large or small, by chance. */
static void
respell(const uint8_t *name, uint8_t spelled[DNS_NAME_MAX])
{
	size_t len = name_len(name);

	memcpy(spelled, name, len);
	for (size_t at = 0; at < len; at += 1u + spelled[at])
		for (size_t i = 1; i <= spelled[at]; i++)
			if (roll(2) == 0)
				spelled[at + i] = (uint8_t)toupper(spelled[at + i]);
}

/* Length of the zone's name; 0: it is none of ours. */
static size_t
zone_of(const uint8_t *asked)
{
	uint8_t name[DNS_NAME_MAX];
	size_t len = name_len(asked);
	const struct zone *zone;

	memcpy(name, asked, len);
	name_fold(name, len);
	zone = zone_table_above(index_zones(world.index), name, len);
	return zone == NULL ? 0 : zone->name_len;
}

/* Capitals stand only where the zone of the question ends the name. */
static void
expect_spelling(const ldns_rdf *name, const uint8_t *asked, size_t zone_len)
{
	const uint8_t *octets = ldns_rdf_data(name);
	size_t len = ldns_rdf_size(name), asked_len = name_len(asked);

	if (len >= zone_len &&
	    memcmp(octets + len - zone_len, asked + asked_len - zone_len, zone_len) == 0)
		len -= zone_len;
	for (size_t i = 0; i < len; i++)
		ck_assert_msg(!isupper(octets[i]), "capitals of our own: %s", ldns_rdf2str(name));
}

static void
expect_names(const ldns_pkt *reply, const uint8_t *asked)
{
	ldns_rr_list *all = ldns_pkt_all_noquestion(reply);
	size_t zone_len = zone_of(asked);

	for (size_t i = 0; i < ldns_rr_list_rr_count(all); i++) {
		const ldns_rr *rr = ldns_rr_list_rr(all, i);

		if (i >= ldns_pkt_ancount(reply))
			expect_spelling(ldns_rr_owner(rr), asked, zone_len);
		for (size_t k = 0; k < ldns_rr_rd_count(rr); k++)
			if (ldns_rdf_get_type(ldns_rr_rdf(rr, k)) == LDNS_RDF_TYPE_DNAME)
				expect_spelling(ldns_rr_rdf(rr, k), asked, zone_len);
	}
	ldns_rr_list_deep_free(all);
}

/* Without CNAMEs all answers are the question's own: octet by octet as it was asked. */
static void
expect_owner(const ldns_pkt *reply, const uint8_t *asked)
{
	const ldns_rdf *owner;

	for (size_t i = 0; i < ldns_pkt_ancount(reply); i++) {
		owner = ldns_rr_owner(ldns_rr_list_rr(ldns_pkt_answer(reply), i));
		ck_assert_uint_eq(ldns_rdf_size(owner), name_len(asked));
		ck_assert_mem_eq(ldns_rdf_data(owner), asked, name_len(asked));
	}
}

static void
compare(const uint8_t *name, uint16_t type)
{
	uint8_t spelled[DNS_NAME_MAX];
	ldns_pkt *plain = parse(ask_wire(name, type, TRANSPORT_TCP)), *mixed;
	char *plain_text = text_of(plain), *mixed_text;

	respell(name, spelled);
	mixed = parse(ask_wire(spelled, type, TRANSPORT_TCP));
	mixed_text = text_of(mixed);
	ck_assert_msg(strcasecmp(plain_text, mixed_text) == 0, "%s\nis not\n%s", mixed_text,
	    plain_text);
	expect_names(mixed, spelled);
	expect_owner(mixed, spelled);
	ldns_pkt_free(plain);
	ldns_pkt_free(mixed);
	free(plain_text);
	free(mixed_text);
	/* over UDP, too, it is a message, and none that is too long */
	size_t len = ask_wire(spelled, type, TRANSPORT_UDP);
	ck_assert_uint_le(len, DNS_UDP_MIN);
	ldns_pkt_free(parse(len));
}

START_TEST(spelling_changes_nothing_but_the_spelling)
{
	static const char *const zones[] = { "in-addr.arpa", "1.0.10.in-addr.arpa", "fd00::/16" };
	struct dns_settings settings = catalog_world_settings();
	struct variants *variants;
	const uint8_t *name;

	seed = (uint32_t)_i * 104729 + 3;
	settings.zonal = true;
	settings.pods = (enum pod_names)(_i % 3);
	settings.reverse_zones = zones;
	settings.reverse_zone_count = sizeof(zones) / sizeof(zones[0]);
	catalog_world_start(&world, &settings);
	variants = variants_new(&settings, seed);
	for (unsigned i = 0; i < VARIANT_SERVICES; i++)
		ck_assert_int_eq(variants_set(variants, world.catalog, i,
		    (int)roll(VARIANT_COUNT)), 0);
	for (unsigned i = 0; i < VARIANT_PODS; i++)
		ck_assert_int_eq(variants_set_pod(variants, world.catalog, i,
		    (int)roll(VARIANT_POD_COUNT)), 0);
	catalog_world_publish(&world);
	for (size_t i = 0; (name = variants_name(variants, i)) != NULL; i++)
		for (size_t t = 0; t < TYPE_COUNT; t++)
			compare(name, types[t]);
	variants_free(variants);
	catalog_world_stop(&world);
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("respond_letters");
	TCase *tcase = tcase_create("respond_letters");

	suite_add_tcase(suite, tcase);
	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, spelling_changes_nothing_but_the_spelling, 0, ROUNDS);
	return suite;
}
