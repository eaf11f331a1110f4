/* test_page.c - each address of a network leads to who has it, however they come and go. */
#include "dns/page.h"

#include <stdlib.h>

#include "dns/entry.h"
#include "dns/index.h"
#include "tests/scarce.h"
#include "tests/suite.h"

#define PLACES 256

static struct index *index_at;
static struct page_root root;
static struct cell *cells[PLACES];
static const struct entry *entries[PLACES];     /* any addresses: they are only compared */

static void
set_up(void)
{
	static char marks[PLACES];

	index_at = index_new();
	root = (struct page_root){ .network = { { ADDR_IP4, { 10, 1, 2, 0 } }, 24 } };
	for (unsigned i = 0; i < PLACES; i++) {
		cells[i] = calloc(1, sizeof(*cells[i]));
		entries[i] = (const struct entry *)(const void *)&marks[i];
		atomic_store(&cells[i]->entry, entries[i]);
	}
}

static void
tear_down(void)
{
	page_keep(&root, index_at);
	index_free(index_at);
	for (unsigned i = 0; i < PLACES; i++)
		free(cells[i]);
}

static void
expect(const bool *there)
{
	for (unsigned i = 0; i < PLACES; i++) {
		ck_assert_ptr_eq(page_find(&root, i), there[i] ? entries[i] : NULL);
		ck_assert_ptr_eq(page_get(&root, i), there[i] ? cells[i] : NULL);
	}
}

START_TEST(places_are_taken_and_left_in_any_order)
{
	bool there[PLACES] = { false };
	unsigned random = (unsigned)_i;

	expect(there);
	for (unsigned step = 0; step < 2000; step++) {
		random = random * 1664525 + 1013904223;
		unsigned place = random >> 24;

		if (there[place])
			page_clear(&root, place, index_at);
		else
			ck_assert_int_eq(page_put(&root, place, cells[place], index_at), 0);
		there[place] = !there[place];
		if (step % 50 == 0)
			expect(there);
	}
	index_reclaim(index_at);
	expect(there);
}
END_TEST

START_TEST(all_places_can_be_taken_at_once)
{
	bool there[PLACES];

	for (unsigned i = 0; i < PLACES; i++) {
		there[i] = true;
		ck_assert_int_eq(page_put(&root, 255 - i, cells[255 - i], index_at), 0);
	}
	expect(there);
}
END_TEST

/* Addresses that come and go for ever must not make a page grow. */
START_TEST(churn_in_few_places_needs_few_slots)
{
	size_t size;

	ck_assert_int_eq(page_put(&root, 0, cells[0], index_at), 0);
	size = index_size(index_at);
	for (unsigned i = 0; i < 10000; i++) {
		page_clear(&root, i % 256, index_at);
		ck_assert_int_eq(page_put(&root, (i + 1) % 256, cells[(i + 1) % 256], index_at), 0);
	}
	page_drop(&root, index_at);
	atomic_store(&root.page, NULL);
	index_free(index_at);           /* frees what was replaced */
	index_at = index_new();
	ck_assert_int_eq(page_put(&root, 0, cells[0], index_at), 0);
	ck_assert_uint_eq(index_size(index_at), size);
}
END_TEST

START_TEST(a_change_of_the_cell_shows_at_the_place)
{
	ck_assert_int_eq(page_put(&root, 7, cells[7], index_at), 0);
	atomic_store(&cells[7]->entry, NULL);
	ck_assert_ptr_null(page_find(&root, 7));
	ck_assert_ptr_eq(page_get(&root, 7), cells[7]);
	page_clear(&root, 8, index_at);
}
END_TEST

START_TEST(without_memory_a_page_stays_as_it_was)
{
	bool there[PLACES] = { [3] = true };

	ck_assert_int_eq(page_put(&root, 3, cells[3], index_at), 0);
	scarce_fail_all(true);
	int err = page_put(&root, 4, cells[4], index_at);
	scarce_fail_all(false);
	ck_assert_int_ne(err, 0);
	expect(there);
}
END_TEST

START_TEST(a_place_is_the_last_part_of_an_address)
{
	static const struct {
		const char *addr;
		struct cidr network;
		unsigned place;
	} rows[] = {
		{ "10.1.2.0", { { ADDR_IP4, { 10, 1, 2 } }, 24 }, 0 },
		{ "10.1.2.255", { { ADDR_IP4, { 10, 1, 2 } }, 24 }, 255 },
		{ "fd00::1f", { { ADDR_IP6, { 0xfd, [15] = 0x10 } }, 124 }, 15 },
		{ "fd00::", { { ADDR_IP6, { 0xfd } }, 124 }, 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct page_root at = { .network = rows[i].network };
		struct addr addr;

		ck_assert_int_eq(addr_parse(rows[i].addr, &addr), 0);
		ck_assert_uint_eq(page_place(&addr), rows[i].place);
		struct addr back = page_addr(&at, rows[i].place);
		ck_assert_int_eq(addr_compare(&back, &addr), 0);
	}
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("page");
	TCase *tcase = tcase_create("page");

	suite_add_tcase(suite, tcase);
	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_loop_test(tcase, places_are_taken_and_left_in_any_order, 0, 4);
	tcase_add_test(tcase, all_places_can_be_taken_at_once);
	tcase_add_test(tcase, churn_in_few_places_needs_few_slots);
	tcase_add_test(tcase, a_change_of_the_cell_shows_at_the_place);
	tcase_add_test(tcase, without_memory_a_page_stays_as_it_was);
	tcase_add_test(tcase, a_place_is_the_last_part_of_an_address);
	return suite;
}
