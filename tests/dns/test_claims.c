/* test_claims.c - who has something to say about an address. */
#include "dns/claims.h"

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "tests/suite.h"

#define ADDRESSES 50
#define OWNERS 20

static char owners[OWNERS];

static struct addr
number(uint8_t i)
{
	return (struct addr){ .family = ADDR_IP4, .octets = { 10, 0, 0, i } };
}

static unsigned
count(const struct claims *claims, uint8_t i)
{
	struct addr addr = number(i);
	size_t cursor = 0;
	unsigned found = 0;

	while (claims_next(claims, &addr, &cursor) != NULL)
		found++;
	return found;
}

START_TEST(every_claim_is_found_until_it_is_removed)
{
	static bool held[ADDRESSES][OWNERS];
	struct claims *claims = claims_new();
	unsigned counts[ADDRESSES] = { 0 }, total = 0;
	uint32_t random = 1;

	for (int step = 0; step < 20000; step++) {
		random = random * 1664525 + 1013904223;
		uint8_t a = (uint8_t)(random >> 16) % ADDRESSES,
		    o = (uint8_t)(random >> 24) % OWNERS;
		struct addr addr = number(a);

		if (held[a][o]) {
			claims_remove(claims, &addr, &owners[o]);
		} else {
			ck_assert_int_eq(claims_reserve(claims, 1), 0);
			claims_add(claims, &addr, &owners[o]);
		}
		counts[a] += held[a][o] ? -1U : 1U;
		total += held[a][o] ? -1U : 1U;
		held[a][o] = !held[a][o];
		ck_assert_uint_eq(count(claims, a), counts[a]);
		ck_assert(claims_has(claims, &addr, &owners[o]) == held[a][o]);
		ck_assert_uint_eq(claims_count(claims), total);
	}
	for (uint8_t a = 0; a < ADDRESSES; a++)
		ck_assert_uint_eq(count(claims, a), counts[a]);
	claims_free(claims);
}
END_TEST

START_TEST(removing_what_is_not_there_changes_nothing)
{
	struct claims *claims = claims_new();
	struct addr addr = number(1);

	ck_assert_int_eq(claims_reserve(claims, 1), 0);
	claims_add(claims, &addr, &owners[0]);
	claims_remove(claims, &addr, &owners[1]);
	ck_assert_uint_eq(claims_count(claims), 1);
	claims_free(claims);
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("claims");
	TCase *tcase = tcase_create("claims");

	suite_add_tcase(suite, tcase);
	tcase_add_test(tcase, every_claim_is_found_until_it_is_removed);
	tcase_add_test(tcase, removing_what_is_not_there_changes_nothing);
	return suite;
}
