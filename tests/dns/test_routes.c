/* test_routes.c - which upstream is next: by policy, the good ones first, none that loops. */
#include "dns/routes.h"

#include <string.h>

#include "base/err.h"
#include "dns/dice.h"
#include "dns/forward.h"
#include "dns/upstream.h"
#include "tests/suite.h"

#define COUNT 3

static struct upstream *upstreams[COUNT];
static struct routes *routes;
static const struct forward_zone *zone;
static struct dice dice;

static struct upstream *
find(void *arg, const struct addr_port *address)
{
	(void)arg;
	return upstreams[address->port];
}

static void
begin(enum forward_policy policy)
{
	static const uint8_t name[] = { 1, 'a', 0 };
	struct forward_zone zones[2] = { { .name_len = 1, .policy = (uint8_t)policy,
		.upstream_count = COUNT } };
	struct forward *forward;

	for (uint16_t i = 0; i < COUNT; i++) {
		struct addr_port address = { .port = i };

		upstreams[i] = upstream_new(&address);
		zones[0].upstreams[i] = address;
	}
	zones[1] = (struct forward_zone){ .name_len = 3, .lack = "nobody" };
	memcpy(zones[1].name, name, 3);
	ck_assert_int_eq(forward_new(zones, 2, &forward), 0);
	ck_assert_int_eq(routes_new(forward, find, NULL, &routes), 0);
	zone = routes_find(routes, (const uint8_t *)"\1b", 3);
	ck_assert_ptr_nonnull(zone);
}

static void
tear_down(void)
{
	routes_release(routes);
	for (unsigned i = 0; i < COUNT; i++)
		upstream_free(upstreams[i]);
}

START_TEST(sequential_is_in_the_order_of_the_settings)
{
	begin(FORWARD_SEQUENTIAL);
	for (unsigned i = 0; i < 10; i++)
		ck_assert_int_eq(routes_pick(routes, zone, 0, &dice, 1), 0);
	ck_assert_int_eq(routes_pick(routes, zone, 1, &dice, 1), 1);
	ck_assert_int_eq(routes_pick(routes, zone, 3, &dice, 1), 2);
	ck_assert_int_eq(routes_pick(routes, zone, 7, &dice, 1), 0);
	ck_assert_ptr_eq(routes_upstream(routes, zone, 2), upstreams[2]);
}
END_TEST

START_TEST(round_robin_takes_turns)
{
	begin(FORWARD_ROUND_ROBIN);
	for (int i = 0; i < 9; i++)
		ck_assert_int_eq(routes_pick(routes, zone, 0, &dice, 1), i % 3);
}
END_TEST

START_TEST(random_takes_all_alike)
{
	unsigned counts[COUNT] = { 0 };

	begin(FORWARD_RANDOM);
	for (unsigned i = 0; i < 3000; i++)
		counts[routes_pick(routes, zone, 0, &dice, 1)]++;
	for (unsigned i = 0; i < COUNT; i++)
		ck_assert(counts[i] > 850 && counts[i] < 1150);
}
END_TEST

START_TEST(the_good_ones_go_first_and_the_bad_are_better_than_none)
{
	begin(FORWARD_SEQUENTIAL);
	atomic_store(&upstreams[0]->healthy, false);
	upstreams[1]->suspect_until_ms = 100;
	ck_assert_int_eq(routes_pick(routes, zone, 0, &dice, 1), 2);
	ck_assert_int_eq(routes_pick(routes, zone, 0, &dice, 100), 1);
	/* One that was not tried before one that was, whatever they are. */
	ck_assert_int_eq(routes_pick(routes, zone, 4, &dice, 1), 0);
	atomic_store(&upstreams[2]->healthy, false);
	ck_assert_int_eq(routes_pick(routes, zone, 0, &dice, 1), 0);
	atomic_store(&upstreams[0]->looping, true);
	ck_assert_int_eq(routes_pick(routes, zone, 0, &dice, 1), 1);
	atomic_store(&upstreams[1]->looping, true);
	atomic_store(&upstreams[2]->looping, true);
	ck_assert_int_eq(routes_pick(routes, zone, 0, &dice, 1), -1);
}
END_TEST

START_TEST(a_zone_may_have_nobody_to_be_asked)
{
	begin(FORWARD_RANDOM);
	zone = routes_find(routes, (const uint8_t *)"\1a", 3);
	ck_assert_int_eq(routes_pick(routes, zone, 0, &dice, 1), -1);
	ck_assert_ptr_null(routes_find(NULL, (const uint8_t *)"\1a", 3));
}
END_TEST

static struct upstream *
find_none(void *arg, const struct addr_port *address)
{
	(void)arg, (void)address;
	return NULL;
}

START_TEST(without_memory_the_table_stays_the_callers)
{
	struct forward_zone one = { .name_len = 1, .upstream_count = 1 };
	struct forward *forward;
	struct routes *none;

	begin(FORWARD_RANDOM);
	ck_assert_int_eq(forward_new(&one, 1, &forward), 0);
	ck_assert_int_eq(routes_new(forward, find_none, NULL, &none), ERR_NOMEM);
	forward_free(forward);
}
END_TEST

START_TEST(the_last_use_frees)
{
	begin(FORWARD_RANDOM);
	routes_use(routes);
	routes_release(routes);
	ck_assert_int_ge(routes_pick(routes, zone, 0, &dice, 1), 0);
	routes_release(NULL);
}
END_TEST

Suite *
suite(void)
{
	Suite *all = suite_create("routes");
	TCase *tests = tcase_create("routes");

	tcase_add_checked_fixture(tests, NULL, tear_down);
	tcase_add_test(tests, sequential_is_in_the_order_of_the_settings);
	tcase_add_test(tests, round_robin_takes_turns);
	tcase_add_test(tests, random_takes_all_alike);
	tcase_add_test(tests, the_good_ones_go_first_and_the_bad_are_better_than_none);
	tcase_add_test(tests, a_zone_may_have_nobody_to_be_asked);
	tcase_add_test(tests, without_memory_the_table_stays_the_callers);
	tcase_add_test(tests, the_last_use_frees);
	suite_add_tcase(all, tests);
	return all;
}
