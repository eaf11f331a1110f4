/* test_catalog_random.c - whatever the way there, the same world gives the same index. */
#include "dns/catalog.h"

#include "dns/index.h"
#include "tests/dns/catalog_world.h"
#include "tests/dns/variants.h"
#include "tests/suite.h"

#define ROUNDS 12
#define STEPS 120
#define CHECK_EVERY 10

/* What has been said last. */
struct state {
	int services[VARIANT_SERVICES];         /* -1: none */
	int pods[VARIANT_PODS];
	bool spaces[3];
};

static const char *const nested_zones[] = { "in-addr.arpa", "1.0.10.in-addr.arpa", "10.0.0.0/31",
    "fd00::/16" };
static const struct addr own[] = { { ADDR_IP4, { 10, 0, 0, 1 } } };

static uint32_t seed;

static unsigned
roll(unsigned sides)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 12) % sides;
}

static void
clear(struct state *state)
{
	*state = (struct state){ { 0 }, { 0 }, { 0 } };
	for (unsigned i = 0; i < VARIANT_SERVICES; i++)
		state->services[i] = -1;
	for (unsigned i = 0; i < VARIANT_PODS; i++)
		state->pods[i] = -1;
}

static void
step(struct state *state, struct catalog_world *world, const struct variants *variants)
{
	unsigned kind = roll(10), which;

	if (kind == 0) {
		which = roll(3);
		state->spaces[which] = roll(2) == 0;
		ck_assert_int_eq(variants_set_namespace(world->catalog, which,
		    state->spaces[which]), 0);
	} else if (kind == 1) {
		which = roll(VARIANT_PODS);
		state->pods[which] = (int)roll(VARIANT_POD_COUNT + 1) - 1;
		ck_assert_int_eq(variants_set_pod(variants, world->catalog, which,
		    state->pods[which]), 0);
	} else {
		which = roll(VARIANT_SERVICES);
		state->services[which] = roll(5) == 0 ? -1 : (int)roll(VARIANT_COUNT);
		ck_assert_int_eq(variants_set(variants, world->catalog, which,
		    state->services[which]), 0);
	}
	if (roll(3) == 0)
		catalog_world_publish(world);
}

/* A new catalog that is told the final state only. */
static void
build(const struct state *state, struct catalog_world *world, const struct variants *variants)
{
	for (unsigned i = 0; i < 3; i++)
		ck_assert_int_eq(variants_set_namespace(world->catalog, i, state->spaces[i]), 0);
	for (unsigned i = 0; i < VARIANT_PODS; i++)
		ck_assert_int_eq(variants_set_pod(variants, world->catalog, i, state->pods[i]), 0);
	for (unsigned i = 0; i < VARIANT_SERVICES; i++)
		ck_assert_int_eq(variants_set(variants, world->catalog, i, state->services[i]), 0);
	catalog_world_publish(world);
}

static void
expect_as_fresh(const struct state *state, struct catalog_world *world,
    const struct variants *variants)
{
	struct catalog_world fresh;

	catalog_world_publish(world);
	catalog_world_start(&fresh, &world->settings);
	build(state, &fresh, variants);
	variants_expect_same(variants, world->index, fresh.index);
	catalog_world_stop(&fresh);
}

static void
run(const struct dns_settings *settings)
{
	struct variants *variants = variants_new(settings, seed);
	struct catalog_world world;
	struct state state;

	clear(&state);
	catalog_world_start(&world, settings);
	size_t bare = index_count(world.index);
	for (int i = 1; i <= STEPS; i++) {
		step(&state, &world, variants);
		if (i % CHECK_EVERY == 0)
			expect_as_fresh(&state, &world, variants);
	}
	clear(&state);
	build(&state, &world, variants);
	ck_assert_uint_eq(index_count(world.index), bare);
	expect_as_fresh(&state, &world, variants);
	catalog_world_stop(&world);
	variants_free(variants);
}

START_TEST(any_sequence_of_changes_ends_like_a_fresh_start)
{
	struct dns_settings settings = catalog_world_settings();

	settings.own_addresses = own;
	settings.own_address_count = 1;
	seed = (uint32_t)_i * 7919 + 1;
	settings.zonal = _i % 2 == 0;
	settings.ignore_empty_service = _i % 3 == 0;
	settings.pods = (enum pod_names)(_i % 3);
	if (_i % 4 != 0)
		settings.external_zone = "ext.example";
	settings.external_headless = _i % 4 == 1;
	settings.external_ttl_s = 7;
	if (_i >= ROUNDS / 2) {
		settings.reverse_zones = nested_zones;
		settings.reverse_zone_count = sizeof(nested_zones) / sizeof(nested_zones[0]);
	}
	run(&settings);
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("catalog_random");
	TCase *tcase = tcase_create("catalog_random");

	suite_add_tcase(suite, tcase);
	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, any_sequence_of_changes_ends_like_a_fresh_start, 0, ROUNDS);
	return suite;
}
