/* test_catalog_memory.c - a change that memory does not suffice for leaves the old answers. */
#include "dns/catalog.h"

#include <stdlib.h>

#include "base/err.h"
#include "dns/index.h"
#include "tests/dns/catalog_world.h"
#include "tests/dns/variants.h"
#include "tests/scarce.h"
#include "tests/suite.h"

#define STEPS 60
#define FAILURES_MAX 400

/*
 * Apply a change with the n-th allocation and all later ones failing, n growing until it
 * succeeds.
 */
static void
set_with_failures(struct catalog_world *world, struct catalog_world *mirror,
    const struct variants *variants,
    unsigned service, int variant)
{
	int err = ERR_NOMEM;

	for (size_t n = 1; err != 0; n++) {
		ck_assert_uint_lt(n, FAILURES_MAX);
		scarce_fail_from(n);
		err = variants_set(variants, world->catalog, service, variant);
		scarce_fail_from(0);
		ck_assert(err == 0 || err == ERR_NOMEM);
		if (err != 0)
			variants_expect_same(variants, world->index, mirror->index);
	}
}

START_TEST(each_failing_allocation_leaves_the_old_answers)
{
	struct dns_settings settings = catalog_world_settings();
	struct variants *variants = variants_new(&settings, (uint32_t)_i + 1);
	struct catalog_world world, mirror;
	uint32_t random = (uint32_t)_i;

	catalog_world_start(&world, &settings);
	catalog_world_start(&mirror, &settings);
	for (int i = 0; i < STEPS; i++) {
		random = random * 1664525 + 1013904223;
		unsigned service = (random >> 16) % VARIANT_SERVICES;
		int variant = (int)((random >> 8) % (VARIANT_COUNT + 4)) - 4;

		set_with_failures(&world, &mirror, variants, service, variant < 0 ? -1 : variant);
		ck_assert_int_eq(variants_set(variants, mirror.catalog, service, variant < 0 ? -1 :
		    variant), 0);
		catalog_world_publish(&world);  /* tries again what was put off */
		catalog_world_publish(&mirror);
		variants_expect_same(variants, world.index, mirror.index);
	}
	catalog_world_stop(&world);
	catalog_world_stop(&mirror);
	variants_free(variants);
}
END_TEST

START_TEST(pods_and_namespaces_too)
{
	struct dns_settings settings = catalog_world_settings();
	struct catalog_world world, mirror;

	settings.pods = POD_NAMES_VERIFIED;
	struct variants *variants = variants_new(&settings, 3);
	catalog_world_start(&world, &settings);
	catalog_world_start(&mirror, &settings);
	for (int i = 0; i < VARIANT_POD_COUNT; i++) {
		int err = ERR_NOMEM;

		for (size_t n = 1; err != 0; n++) {
			scarce_fail_from(n);
			err = variants_set_pod(variants, world.catalog, (unsigned)i % VARIANT_PODS,
			    i);
			scarce_fail_from(0);
			if (err != 0)
				variants_expect_same(variants, world.index, mirror.index);
		}
		ck_assert_int_eq(variants_set_pod(variants, mirror.catalog,
		    (unsigned)i % VARIANT_PODS, i), 0);
		variants_expect_same(variants, world.index, mirror.index);
	}
	int err = ERR_NOMEM;
	for (size_t n = 1; err != 0; n++) {
		scarce_fail_from(n);
		err = variants_set_namespace(world.catalog, 2, true);
		scarce_fail_from(0);
		if (err != 0)
			variants_expect_same(variants, world.index, mirror.index);
	}
	ck_assert_int_eq(variants_set_namespace(mirror.catalog, 2, true), 0);
	variants_expect_same(variants, world.index, mirror.index);
	catalog_world_stop(&world);
	catalog_world_stop(&mirror);
	variants_free(variants);
}
END_TEST

START_TEST(a_catalog_that_memory_does_not_suffice_for_is_none)
{
	struct dns_settings settings = catalog_world_settings();
	struct catalog *catalog = NULL;

	for (size_t n = 1; catalog == NULL; n++) {
		struct index *index = index_new();

		ck_assert_uint_lt(n, FAILURES_MAX);
		scarce_fail_from(n);
		catalog = catalog_new(&settings, index, 1);
		scarce_fail_from(0);
		catalog_free(catalog);
		index_free(index);
	}
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("catalog_memory");
	TCase *tcase = tcase_create("catalog_memory");

	suite_add_tcase(suite, tcase);
	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, each_failing_allocation_leaves_the_old_answers, 0, 4);
	tcase_add_test(tcase, pods_and_namespaces_too);
	tcase_add_test(tcase, a_catalog_that_memory_does_not_suffice_for_is_none);
	return suite;
}
