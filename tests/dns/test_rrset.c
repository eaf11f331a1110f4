/* test_rrset.c - record sets without doubles, of a size that a message can carry. */
#include "dns/rrset.h"

#include <string.h>

#include "base/addr.h"
#include "base/arena.h"
#include "tests/suite.h"

#define MANY 20000

static struct addr addrs[MANY];

START_TEST(a_set_that_no_message_can_carry_is_cut)
{
	struct arena *arena = arena_new(0);
	struct rrset_list list;
	struct entry *entry = NULL;

	ck_assert_int_eq(rrset_list_init(&list, arena, 2 * MANY), 0);
	for (unsigned family = 0; family < 2; family++)
		for (unsigned i = 0; i < MANY; i++) {
			addrs[i].family = family == 0 ? ADDR_IP4 : ADDR_IP6;
			memcpy(addrs[i].octets, &i, sizeof(i));
			rrset_add_addr(&list, NULL, &addrs[i], 5);
		}
	/* 16 octets each of the first, 28 of the second */
	ck_assert_uint_eq(list.count, RRSET_OCTETS_MAX / 16 + RRSET_OCTETS_MAX / 28);
	ck_assert_uint_eq(list.left_out, 2 * MANY - list.count);
	struct entry_spec spec = {
		.name = (const uint8_t *)"\1a\1z", .zone = (const uint8_t *)"\1z",
		.records = list.items, .record_count = list.count,
	};
	ck_assert_int_eq(entry_build(&spec, &entry), 0);
	entry_free(entry);
	arena_free(arena);
}
END_TEST

START_TEST(equal_neighbours_are_one)
{
	struct arena *arena = arena_new(0);
	struct rrset_list list;
	struct addr a = { ADDR_IP4, { 10, 0, 0, 1 } }, b = { ADDR_IP4, { 10, 0, 0, 2 } };

	ck_assert_int_eq(rrset_list_init(&list, arena, 8), 0);
	rrset_add_addr(&list, NULL, &a, 5);
	rrset_add_addr(&list, NULL, &a, 5);
	rrset_add_addr(&list, NULL, &b, 5);
	rrset_add_addr(&list, (const uint8_t *)"\1x", &b, 5);
	rrset_add_addr(&list, (const uint8_t *)"\1y", &b, 5);
	ck_assert_uint_eq(list.count, 4);
	arena_free(arena);
}
END_TEST

START_TEST(weights_share_a_hundred_and_are_never_nothing)
{
	static const struct {
		size_t count;
		unsigned weight;
	} rows[] = { { 1, 100 }, { 2, 50 }, { 3, 33 }, { 6, 16 }, { 99, 1 }, { 100, 1 }, { 101,
	    1 }, { 1000, 1 } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena *arena = arena_new(0);
		struct rrset_srv *tuples = arena_array(arena, rows[i].count, sizeof(*tuples));
		struct rrset_list list;

		/* all but one say the same */
		for (size_t t = 0; t < rows[i].count; t++)
			tuples[t] = (struct rrset_srv){ (const uint8_t *)"\1a", t == 0 ? 9 : 8 };
		ck_assert_int_eq(rrset_list_init(&list, arena, rows[i].count), 0);
		ck_assert_int_eq(rrset_add_srvs(&list, tuples, rows[i].count, 5), 0);
		ck_assert_uint_eq(list.count, rows[i].count == 1 ? 1 : 2);
		ck_assert_uint_eq(list.items[0].rdata[3], rows[i].weight);
		ck_assert_uint_eq(list.items[0].rdata[5], rows[i].count == 1 ? 9 : 8);
		arena_free(arena);
	}
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("rrset");
	TCase *tcase = tcase_create("rrset");

	suite_add_tcase(suite, tcase);
	tcase_add_test(tcase, a_set_that_no_message_can_carry_is_cut);
	tcase_add_test(tcase, equal_neighbours_are_one);
	tcase_add_test(tcase, weights_share_a_hundred_and_are_never_nothing);
	return suite;
}
