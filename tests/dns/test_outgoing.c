/* test_outgoing.c - what secondaries are sent is what queries are answered, at each serial. */
#include "dns/outgoing.h"

#include <ldns/ldns.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "dns/catalog.h"
#include "dns/index.h"
#include "dns/name.h"
#include "dns/query.h"
#include "dns/shipment.h"
#include "dns/wire.h"
#include "tests/dns/catalog_world.h"
#include "tests/dns/secondary.h"
#include "tests/dns/variants.h"
#include "tests/suite.h"

#define ROUNDS 8
#define STEPS 1200
#define ZONES 3

static const char *const nested_zones[] = { "in-addr.arpa", "1.0.10.in-addr.arpa", "10.0.0.0/31",
    "fd00::/16" };
static const struct addr own[] = { { ADDR_IP4, { 10, 0, 0, 1 } } };
static const char *const zones[ZONES] = { "cluster.local", "in-addr.arpa", "1.0.10.in-addr.arpa" };

static uint32_t seed;

static unsigned
roll(unsigned sides)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 12) % sides;
}

struct stage {
	struct catalog_world world;
	struct variants *variants;
	struct outgoing *outgoing;
	struct clock *clock;
	struct secondary followers[ZONES];
};

static struct dns_settings
settings_of(int round)
{
	struct dns_settings settings = catalog_world_settings();

	settings.own_addresses = own;
	settings.own_address_count = 1;
	settings.zonal = round % 2 == 0;
	settings.ignore_empty_service = round % 3 == 0;
	settings.pods = (enum pod_names)(round % 3);
	settings.reverse_zones = nested_zones;
	settings.reverse_zone_count = sizeof(nested_zones) / sizeof(nested_zones[0]);
	return settings;
}

static void
stage_start(struct stage *stage, int round)
{
	struct dns_settings settings = settings_of(round);

	memset(stage, 0, sizeof(*stage));
	seed = (uint32_t)round * 7919 + 1;
	catalog_world_start(&stage->world, &settings);
	stage->variants = variants_new(&stage->world.settings, seed);
	stage->clock = clock_new_manual(1000, 1700000000);
	stage->outgoing = outgoing_new(&secondary_ops, NULL);
	ck_assert_int_eq(outgoing_watch(stage->outgoing, stage->world.index, true), 0);
	for (size_t i = 0; i < ZONES; i++)
		secondary_start(&stage->followers[i], zones[i]);
}

static void
stage_stop(struct stage *stage)
{
	for (size_t i = 0; i < ZONES; i++)
		secondary_stop(&stage->followers[i]);
	outgoing_free(stage->outgoing);
	catalog_world_stop(&stage->world);
	variants_free(stage->variants);
	clock_free(stage->clock);
}

/* One change at random, not published. */
static void
change(struct stage *stage)
{
	struct catalog *catalog = stage->world.catalog;
	unsigned kind = roll(10);

	if (kind == 0)
		ck_assert_int_eq(variants_set_namespace(catalog, roll(3), roll(2) == 0), 0);
	else if (kind == 1)
		ck_assert_int_eq(variants_set_pod(stage->variants, catalog, roll(VARIANT_PODS),
		    (int)roll(VARIANT_POD_COUNT + 1) - 1), 0);
	else
		ck_assert_int_eq(variants_set(stage->variants, catalog, roll(VARIANT_SERVICES),
		    roll(5) == 0 ? -1 : (int)roll(VARIANT_COUNT)), 0);
}

/* The follower has what a newcomer gets. */
static void
expect_as_whole(struct stage *stage, size_t zone)
{
	struct secondary whole;

	secondary_start(&whole, zones[zone]);
	ck_assert_int_eq(secondary_refresh(&whole, stage->outgoing, stage->clock, false),
	    SECONDARY_WHOLE);
	secondary_expect_same(&stage->followers[zone], &whole);
	secondary_stop(&whole);
}

START_TEST(differences_applied_to_the_old_zone_give_the_new_one)
{
	struct stage stage;
	size_t steps = 0;

	stage_start(&stage, _i);
	for (size_t i = 0; i < ZONES; i++)
		secondary_refresh(&stage.followers[i], stage.outgoing, stage.clock, false);
	for (int i = 0; i < STEPS; i++) {
		change(&stage);
		if (roll(3) > 0)
			continue;
		catalog_world_publish(&stage.world);
		for (size_t z = 0; z < ZONES; z++) {
			if (roll(2) == 0)
				continue;
			steps += secondary_refresh(&stage.followers[z], stage.outgoing,
			    stage.clock, true) == SECONDARY_STEPS;
			expect_as_whole(&stage, z);
		}
	}
	ck_assert_uint_gt(steps, STEPS / 8);
	stage_stop(&stage);
}
END_TEST

START_TEST(a_zone_copied_while_the_world_changes_is_of_one_serial)
{
	struct stage stage;
	size_t slices = 0;

	stage_start(&stage, _i);
	for (int i = 0; i < STEPS / 4; i++) {
		size_t zone = roll(ZONES);
		struct secondary fresh;

		for (unsigned k = roll(6); k > 0; k--)
			change(&stage);
		catalog_world_publish(&stage.world);
		secondary_refresh(&stage.followers[zone], stage.outgoing, stage.clock, true);
		/* Out of the way: the copy must be made anew. */
		change(&stage);
		catalog_world_publish(&stage.world);
		secondary_refresh(&stage.followers[zone], stage.outgoing, stage.clock, true);
		secondary_start(&fresh, zones[zone]);
		struct shipment *shipment = secondary_ask(&fresh, stage.outgoing, false);
		slices += outgoing_run(stage.outgoing, stage.clock, 0);
		for (unsigned k = 0; k < 6; k++) {
			change(&stage);
			if (roll(2) == 0)
				catalog_world_publish(&stage.world);
			slices += outgoing_run(stage.outgoing, stage.clock, 0);
		}
		secondary_take(&fresh, shipment, stage.outgoing, stage.clock);
		secondary_expect_same(&fresh, &stage.followers[zone]);
		secondary_stop(&fresh);
	}
	ck_assert_uint_gt(slices, STEPS / 2);
	stage_stop(&stage);
}
END_TEST

/* ---- what queries are answered ------------------------------------------------------------- */

/* The answer's records, with a lower-case owner, must be in the zone; how many there are. */
static size_t
expect_answer(struct stage *stage, const struct secondary *zone, const uint8_t *name, uint16_t type)
{
	static uint8_t buf[65536];
	const struct addr client = { ADDR_IP4, { 127, 0, 0, 1 } };
	size_t len = name_len(name), count;
	ldns_pkt *pkt;

	memset(buf, 0, DNS_HEADER_LEN);
	buf[5] = 1;
	memcpy(buf + DNS_HEADER_LEN, name, len);
	wire_set_u16(buf + DNS_HEADER_LEN + len, type);
	wire_set_u16(buf + DNS_HEADER_LEN + len + 2, DNS_CLASS_IN);
	len = respond(&stage->world.responder, TRANSPORT_TCP, &client, buf,
	    DNS_HEADER_LEN + len + 4, 65535);
	ck_assert_int_eq(ldns_wire2pkt(&pkt, buf, len), LDNS_STATUS_OK);
	const ldns_rr_list *answer = ldns_pkt_answer(pkt);
	count = ldns_rr_list_rr_count(answer);
	for (size_t i = 0; i < count; i++) {
		char *text = ldns_rr2str(ldns_rr_list_rr(answer, i));

		text[strcspn(text, "\n")] = '\0';
		/* Of a chain that leads out of the zone only the beginning is in it. */
		if (i == 0 && type != DNS_TYPE_SOA)
			ck_assert_msg(secondary_has(zone, text), "not in the zone: %s", text);
		free(text);
	}
	ldns_pkt_free(pkt);
	return count;
}

static uint16_t
type_of(const char *record)
{
	static const struct {
		const char *text;
		uint16_t type;
	} types[] = { { "A", 1 }, { "AAAA", 28 }, { "SRV", 33 }, { "PTR", 12 }, { "NS", 2 },
	    { "CNAME", 5 }, { "TXT", 16 } };
	char type[16];

	ck_assert_int_eq(sscanf(record, "%*s %*s %*s %15s", type), 1);
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(types[i].text, type) == 0)
			return types[i].type;
	ck_abort_msg("what is %s?", record);
}

/* Every set of the zone is answered as it is there, whole. */
static void
expect_sets(struct stage *stage, const struct secondary *zone)
{
	for (size_t i = 0; i < zone->count; i++) {
		char owner[1024];
		uint8_t name[DNS_NAME_MAX];
		size_t len, same = 0;

		ck_assert_int_eq(sscanf(zone->records[i], "%1000s", owner), 1);
		ck_assert_int_eq(name_from_text(owner, name, &len), 0);
		uint16_t type = type_of(zone->records[i]);
		for (size_t k = 0; k < zone->count; k++)
			same += strncmp(zone->records[k], owner, strlen(owner)) == 0 &&
			    zone->records[k][strlen(owner)] == '\t' &&
			    type_of(zone->records[k]) == type;
		ck_assert_msg(expect_answer(stage, zone, name, type) >= same, "%s: %zu records",
		    zone->records[i], same);
	}
}

static bool
is_below(const uint8_t *name, size_t zone)
{
	/* The nested zones are not in the one above them. */
	return name_is_under_text(name, name_len(name), zones[zone]) &&
	    !(zone == 1 && (name_is_under_text(name, name_len(name), zones[2]) ||
	    name_is_under_text(name, name_len(name), "0.0.0.10.in-addr.arpa") ||
	    name_is_under_text(name, name_len(name), "1.0.0.10.in-addr.arpa")));
}

/* Made up when it is asked for: an insecure Pod's name, any topology zone that is preferred. */
static bool
is_made_up(const struct stage *stage, const uint8_t *name)
{
	static const uint8_t prefer[] = "\6prefer\5_zone";

	if (index_get(stage->world.index, name) != NULL)
		return false;
	for (const uint8_t *at = name; *at != 0; at = name_parent(at))
		if (name_len(at) >= sizeof(prefer) && memcmp(at, prefer, sizeof(prefer) - 1) == 0)
			return true;
	return stage->world.settings.pods == POD_NAMES_INSECURE &&
	    name_is_under_text(name, name_len(name), "pod.cluster.local");
}

START_TEST(a_zone_has_what_queries_are_answered_and_nothing_else)
{
	static const uint16_t types[] = { DNS_TYPE_A, DNS_TYPE_AAAA, DNS_TYPE_SRV, DNS_TYPE_PTR,
	    DNS_TYPE_NS, DNS_TYPE_CNAME, DNS_TYPE_TXT };
	struct stage stage;
	size_t found = 0;

	stage_start(&stage, _i);
	for (int round = 0; round < 6; round++) {
		for (int i = 0; i < 12; i++)
			change(&stage);
		catalog_world_publish(&stage.world);
		for (size_t z = 0; z < ZONES; z++) {
			const struct secondary *zone = &stage.followers[z];
			const uint8_t *name;

			secondary_refresh(&stage.followers[z], stage.outgoing, stage.clock, false);
			expect_sets(&stage, zone);
			for (size_t n = 0; (name = variants_name(stage.variants, n)) != NULL; n++)
				for (size_t t = 0; t < sizeof(types) / sizeof(types[0]); t++)
					if (is_below(name, z) &&
					    !is_made_up(&stage, name))
						found += expect_answer(&stage, zone, name,
						    types[t]);
		}
	}
	ck_assert_uint_gt(found, 200);
	stage_stop(&stage);
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("outgoing");
	TCase *tcase = tcase_create("outgoing");

	suite_add_tcase(suite, tcase);
	tcase_set_timeout(tcase, 120);
	tcase_add_loop_test(tcase, differences_applied_to_the_old_zone_give_the_new_one, 0, ROUNDS);
	tcase_add_loop_test(tcase, a_zone_copied_while_the_world_changes_is_of_one_serial, 0,
	    ROUNDS);
	tcase_add_loop_test(tcase, a_zone_has_what_queries_are_answered_and_nothing_else, 0, 6);
	return suite;
}
