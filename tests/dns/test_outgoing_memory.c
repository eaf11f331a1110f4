/* test_outgoing_memory.c - without memory secondaries get whole zones, never wrong differences. */
#include "dns/outgoing.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "dns/catalog.h"
#include "dns/index.h"
#include "dns/shipment.h"
#include "tests/dns/catalog_world.h"
#include "tests/dns/secondary.h"
#include "tests/dns/variants.h"
#include "tests/scarce.h"
#include "tests/suite.h"

#define STEPS 80
#define ZONES 2

static const char *const zones[ZONES] = { "cluster.local", "in-addr.arpa" };

static uint32_t seed;

static unsigned
roll(unsigned sides)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 12) % sides;
}

/* The change with an allocation that fails, and then, if it failed, without. */
static void
change(struct catalog_world *world, const struct variants *variants)
{
	unsigned service = roll(VARIANT_SERVICES);
	int variant = roll(5) == 0 ? -1 : (int)roll(VARIANT_COUNT);

	if (roll(2) == 0)
		scarce_fail_at(1 + roll(40));
	else
		scarce_fail_from(1 + roll(40));
	int err = variants_set(variants, world->catalog, service, variant);
	scarce_fail_at(0);
	scarce_fail_from(0);
	if (err != 0)
		ck_assert_int_eq(variants_set(variants, world->catalog, service, variant), 0);
}

START_TEST(followers_have_what_newcomers_get_whatever_allocation_fails)
{
	struct dns_settings settings = catalog_world_settings();
	struct clock *clock = clock_new_manual(1000, 1700000000);
	struct secondary followers[ZONES], whole;
	struct catalog_world world;
	size_t differences = 0;

	seed = (uint32_t)_i + 17;
	struct variants *variants = variants_new(&settings, seed);
	catalog_world_start(&world, &settings);
	struct outgoing *outgoing = outgoing_new(&secondary_ops, NULL);
	ck_assert_int_eq(outgoing_watch(outgoing, world.index, true), 0);
	for (size_t z = 0; z < ZONES; z++) {
		secondary_start(&followers[z], zones[z]);
		secondary_refresh(&followers[z], outgoing, clock, false);
	}
	for (int i = 0; i < STEPS; i++) {
		change(&world, variants);
		catalog_world_publish(&world);
		for (size_t z = 0; z < ZONES; z++) {
			differences += secondary_refresh(&followers[z], outgoing, clock, true) ==
			    SECONDARY_STEPS;
			secondary_start(&whole, zones[z]);
			secondary_refresh(&whole, outgoing, clock, false);
			secondary_expect_same(&followers[z], &whole);
			secondary_stop(&whole);
		}
	}
	ck_assert_uint_gt(differences, STEPS / 4);
	for (size_t z = 0; z < ZONES; z++)
		secondary_stop(&followers[z]);
	outgoing_free(outgoing);
	catalog_world_stop(&world);
	variants_free(variants);
	clock_free(clock);
}
END_TEST

/* While a zone is being copied: it is given up, and the next who asks has it. */
START_TEST(a_copy_that_memory_does_not_suffice_for_is_given_up)
{
	struct dns_settings settings = catalog_world_settings();
	struct clock *clock = clock_new_manual(1000, 1700000000);
	struct variants *variants = variants_new(&settings, 5);
	struct catalog_world world;
	struct secondary whole;

	catalog_world_start(&world, &settings);
	for (unsigned i = 0; i < VARIANT_SERVICES; i++)
		ck_assert_int_eq(variants_set(variants, world.catalog, i, (int)i), 0);
	catalog_world_publish(&world);
	struct outgoing *outgoing = outgoing_new(&secondary_ops, NULL);
	ck_assert_int_eq(outgoing_watch(outgoing, world.index, true), 0);
	secondary_start(&whole, "cluster.local");
	for (size_t n = 1;; n++) {
		struct shipment *shipment = secondary_ask(&whole, outgoing, false);
		static uint8_t buf[65536];
		enum shipment_state state;
		size_t len;

		scarce_fail_at(n);
		while ((state = shipment_next(shipment, buf, &len)) == SHIPMENT_LATER)
			(void)outgoing_run(outgoing, clock, 1000000);
		bool failed = scarce_failed();
		scarce_fail_at(0);
		ck_assert_int_eq(state, failed ? SHIPMENT_FAILED : SHIPMENT_MESSAGE);
		shipment_close(shipment);
		if (!failed)
			break;
	}
	secondary_refresh(&whole, outgoing, clock, false);
	ck_assert_uint_gt(whole.count, 10);
	secondary_stop(&whole);
	outgoing_free(outgoing);
	catalog_world_stop(&world);
	variants_free(variants);
	clock_free(clock);
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("outgoing_memory");
	TCase *tcase = tcase_create("outgoing_memory");

	suite_add_tcase(suite, tcase);
	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, followers_have_what_newcomers_get_whatever_allocation_fails, 0,
	    8);
	tcase_add_test(tcase, a_copy_that_memory_does_not_suffice_for_is_given_up);
	return suite;
}
