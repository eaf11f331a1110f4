/* test_board.c - rows in order, their counts, and what is found among them. */
#include "ops/board.h"

#include <event2/event.h>
#include <stdio.h>
#include <string.h>

#include "ops/board_search.h"
#include "tests/ops/board_world.h"
#include "tests/suite.h"

static struct board_world world;
static char told[4096];

static void
on_changed(void *arg, const struct board_row *row)
{
	size_t len = strlen(told);

	(void)arg;
	if (row == NULL)
		snprintf(told + len, sizeof(told) - len, "all ");
	else
		snprintf(told + len, sizeof(told) - len, "%s/%s=%s%u/%u ", row->ns, row->name,
		    row->gone ? "gone " : "", row->ready, row->total);
}

static void
setup(void)
{
	board_world_start(&world);
	board_listen(world.board, on_changed, NULL);
	*told = '\0';
}

static void
teardown(void)
{
	board_world_stop(&world);
}

/* "ns/name ..." of the page that a search finds; `matched` of all. */
static const char *
found(const char *ns, const char *text, bool troubled, size_t offset, size_t limit,
    size_t *matched)
{
	static char names[4096];
	struct board_search search = { .troubled = troubled, .offset = offset, .limit = limit };

	board_search_set(&search, ns, text);
	while (!board_search_run(&search, world.board))
		;
	*names = '\0';
	for (size_t i = 0; i < search.found_count; i++)
		snprintf(names + strlen(names), sizeof(names) - strlen(names), "%s%s/%s",
		    i == 0 ? "" : " ", search.found[i]->ns, search.found[i]->name);
	if (matched != NULL)
		*matched = search.matched;
	return names;
}

START_TEST(each_service_is_a_row_with_its_state)
{
	static const struct { const char *name; enum board_state state; } cases[] = {
		{ "full", BOARD_READY }, { "half", BOARD_PARTLY }, { "none", BOARD_DOWN },
		{ "empty", BOARD_EMPTY }, { "afar", BOARD_EXTERNAL }, { "waiting", BOARD_PENDING },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		board_world_put(&world, "shop", cases[i].name);
	board_world_make(&world);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct board_row *row = board_find(world.board, "shop", cases[i].name);

		ck_assert_ptr_nonnull(row);
		ck_assert_msg(row->state == cases[i].state, "%s is %s", cases[i].name,
		    board_state_text((enum board_state)row->state));
	}
	ck_assert_uint_eq(board_sums(world.board)->services, 6);
	ck_assert_uint_eq(board_sums(world.board)->states[BOARD_DOWN], 1);
	ck_assert_uint_eq(board_sums(world.board)->ready, 4);
	ck_assert_uint_eq(board_sums(world.board)->total, 7);
}
END_TEST

START_TEST(a_board_follows_the_ledger)
{
	board_world_put(&world, "shop", "web");
	board_world_make(&world);
	*told = '\0';
	board_world_set_web(1);
	board_touch(world.board, "shop", "web");
	board_world_put(&world, "shop", "web");
	board_world_put(&world, "a", "new");
	board_world_wait(&world, 250);
	ck_assert_ptr_nonnull(strstr(told, "shop/web=1/3 "));
	ck_assert_ptr_nonnull(strstr(told, "a/new=1/1 "));
	/* Once for two changes. */
	ck_assert_uint_eq(strlen(told), strlen("shop/web=1/3 a/new=1/1 "));
	ck_assert_uint_eq(board_sums(world.board)->ready, 2);
	*told = '\0';
	board_world_remove(&world, "shop", "web");
	ck_assert_str_eq(found(NULL, NULL, false, 0, 10, NULL), "a/new");
	board_world_wait(&world, 250);
	ck_assert_str_eq(told, "shop/web=gone 1/3 ");
	ck_assert_str_eq(found(NULL, NULL, false, 0, 10, NULL), "a/new");
	ck_assert_uint_eq(board_sums(world.board)->services, 1);
	ck_assert_uint_eq(board_sums(world.board)->total, 1);
}
END_TEST

START_TEST(a_service_that_comes_back_at_once_stays)
{
	board_world_put(&world, "shop", "web");
	board_world_make(&world);
	board_world_remove(&world, "shop", "web");
	board_world_put(&world, "shop", "web");
	board_world_wait(&world, 250);
	ck_assert_str_eq(found(NULL, NULL, false, 0, 10, NULL), "shop/web");
	ck_assert_uint_eq(board_sums(world.board)->services, 1);
}
END_TEST

START_TEST(a_burst_of_new_services_is_read_as_a_whole)
{
	char name[16];

	board_world_put(&world, "a", "first");
	board_world_make(&world);
	for (int i = 0; i < 5000; i++) {
		snprintf(name, sizeof(name), "s%05d", i);
		board_world_put(&world, "shop", name);
	}
	board_world_make(&world);
	board_world_wait(&world, 250);
	ck_assert_uint_eq(board_count(world.board), 5001);
	ck_assert_uint_eq(board_sums(world.board)->services, 5001);
	ck_assert_ptr_nonnull(strstr(told, "all"));
}
END_TEST

START_TEST(a_burst_of_removals_is_read_as_a_whole)
{
	char name[16];

	for (int i = 0; i < 5000; i++) {
		snprintf(name, sizeof(name), "s%05d", i);
		board_world_put(&world, "shop", name);
	}
	board_world_make(&world);
	*told = '\0';
	for (int i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "s%05d", i * 3);
		board_world_remove(&world, "shop", name);
	}
	board_world_make(&world);
	board_world_wait(&world, 250);
	ck_assert_uint_eq(board_count(world.board), 4000);
	ck_assert_uint_eq(board_sums(world.board)->services, 4000);
	ck_assert_ptr_null(board_find(world.board, "shop", "s00003"));
	ck_assert_ptr_nonnull(board_find(world.board, "shop", "s00004"));
	/* Taken out one by one they would hold the loop for 40 ms. */
	ck_assert_str_eq(told, "all ");
}
END_TEST

START_TEST(a_service_that_comes_before_what_is_made_already_is_a_row)
{
	char name[16];

	for (int i = 0; i < 5000; i++) {
		snprintf(name, sizeof(name), "s%05d", i);
		board_world_put(&world, "shop", name);
	}
	ck_assert(!board_is_made(world.board));
	(void)event_base_loop(world.loop, EVLOOP_ONCE | EVLOOP_NONBLOCK);
	/* It is made in turns, and others are heard in between. */
	ck_assert(!board_is_made(world.board));
	ck_assert_uint_gt(board_count(world.board), 0);
	board_world_put(&world, "a", "new");
	board_world_put(&world, "z", "new");
	board_world_make(&world);
	ck_assert_ptr_nonnull(board_find(world.board, "a", "new"));
	ck_assert_ptr_nonnull(board_find(world.board, "z", "new"));
	ck_assert_uint_eq(board_sums(world.board)->services, 5002);
}
END_TEST

START_TEST(filters_find_by_words_namespace_and_trouble)
{
	static const struct {
		const char *ns, *text;
		bool troubled;
		const char *found;
	} cases[] = {
		{ NULL, NULL, false, "data/full data/none shop/full shop/half shop-b/none" },
		{ "shop", NULL, false, "shop/full shop/half" },
		{ "sho", NULL, false, "" },
		{ NULL, "FULL", false, "data/full shop/full" },
		{ NULL, "full.shop", false, "shop/full" },
		{ NULL, "  u shop ", false, "shop/full" },
		{ NULL, "down", false, "data/none shop-b/none" },
		{ NULL, NULL, true, "data/none shop/half shop-b/none" },
		{ "shop", "a", true, "shop/half" },
		{ NULL, "nothing", false, "" },
	};

	board_world_put(&world, "shop", "full");
	board_world_put(&world, "shop", "half");
	board_world_put(&world, "data", "none");
	board_world_put(&world, "data", "full");
	board_world_put(&world, "shop-b", "none");
	board_world_make(&world);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ck_assert_str_eq(found(cases[i].ns, cases[i].text, cases[i].troubled, 0, 50, NULL),
		    cases[i].found);
}
END_TEST

START_TEST(one_page_is_given_of_all_that_match)
{
	char name[16];
	size_t matched;

	for (int i = 0; i < 30000; i++) {
		snprintf(name, sizeof(name), "s%05d", i);
		board_world_put(&world, "shop", name);
	}
	board_world_make(&world);
	ck_assert_str_eq(found(NULL, NULL, false, 29998, 3, &matched), "shop/s29998 shop/s29999");
	ck_assert_uint_eq(matched, 30000);
	ck_assert_str_eq(found(NULL, NULL, false, 40000, 3, &matched), "");
	ck_assert_uint_eq(matched, 30000);
	ck_assert_str_eq(found(NULL, "99", false, 1, 2, &matched), "shop/s00199 shop/s00299");
	ck_assert_uint_gt(matched, 300);
}
END_TEST

START_TEST(a_search_that_rests_sees_no_row_that_has_gone)
{
	struct board_search search = { .limit = 10 };
	char name[16];

	for (int i = 0; i < 30000; i++) {
		snprintf(name, sizeof(name), "s%05d", i);
		board_world_put(&world, "shop", name);
	}
	board_world_make(&world);
	board_search_set(&search, NULL, "s0000");
	ck_assert(!board_search_run(&search, world.board));
	board_world_remove(&world, "shop", "s00003");
	board_world_wait(&world, 250);
	while (!board_search_run(&search, world.board))
		;
	ck_assert_uint_eq(search.matched, 9);
	ck_assert_str_eq(search.found[3]->name, "s00004");
}
END_TEST

Suite *
suite(void)
{
	Suite *all = suite_create("ops/board");
	TCase *one = tcase_create("rows");

	tcase_add_checked_fixture(one, setup, teardown);
	tcase_add_test(one, each_service_is_a_row_with_its_state);
	tcase_add_test(one, a_board_follows_the_ledger);
	tcase_add_test(one, a_service_that_comes_back_at_once_stays);
	tcase_add_test(one, a_burst_of_new_services_is_read_as_a_whole);
	tcase_add_test(one, a_burst_of_removals_is_read_as_a_whole);
	tcase_add_test(one, a_service_that_comes_before_what_is_made_already_is_a_row);
	tcase_add_test(one, filters_find_by_words_namespace_and_trouble);
	tcase_add_test(one, one_page_is_given_of_all_that_match);
	tcase_add_test(one, a_search_that_rests_sees_no_row_that_has_gone);
	suite_add_tcase(all, one);
	return all;
}
