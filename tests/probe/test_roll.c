/* test_roll.c - who is in the table: owners, moves, doubles, siblings. */
#include "probe/roll.h"

#include "tests/probe/stage.h"
#include "tests/suite.h"

static void
count_drop(void *arg, struct roll_entry *entry)
{
	ck_assert_ptr_nonnull(entry->owner);
	++*(unsigned *)arg;
}

static unsigned
set(struct roll *roll, const char *owner, const struct target *targets, size_t count)
{
	struct roll_change change = {0};
	unsigned dropped = 0;

	ck_assert_int_eq(roll_prepare(roll, owner, targets, count, &change), 0);
	ck_assert_int_eq(roll_commit(roll, &change, count_drop, &dropped), 0);
	return dropped;
}

START_TEST(an_id_moves_to_the_owner_that_named_it_last)
{
	struct roll roll;
	struct probe_spec spec = stage_spec();
	struct target target = stage_target(&spec, "pod/a/b/c/readiness", PROBE_READINESS, 1);
	unsigned dropped = 0;

	ck_assert_int_eq(roll_init(&roll), 0);
	ck_assert_uint_eq(set(&roll, "one", &target, 1), 0);
	ck_assert_uint_eq(set(&roll, "two", &target, 1), 1);
	ck_assert_uint_eq(roll_count(&roll), 1);
	ck_assert_ptr_null(roll_first(&roll, "one"));
	ck_assert_ptr_nonnull(roll_first(&roll, "two"));
	ck_assert_uint_eq(set(&roll, "one", NULL, 0), 0);
	roll_release(&roll, count_drop, &dropped);
	ck_assert_uint_eq(dropped, 1);
}
END_TEST

START_TEST(the_first_of_two_with_the_same_id_holds)
{
	struct roll roll;
	struct probe_spec spec = stage_spec();
	struct target twice[] = {
		stage_target(&spec, "service/a/b/10.0.0.1:1", PROBE_READINESS, 1),
		stage_target(&spec, "service/a/b/10.0.0.1:1", PROBE_READINESS, 2),
	};
	unsigned dropped = 0;

	ck_assert_int_eq(roll_init(&roll), 0);
	for (int i = 0; i < 2; i++) {
		ck_assert_uint_eq(set(&roll, "one", twice, 2), 0);
		ck_assert_uint_eq(roll_count(&roll), 1);
		ck_assert_uint_eq(roll_first(&roll, "one")->target.port, 1);
	}
	ck_assert_uint_eq(set(&roll, "one", twice + 1, 1), 1);
	ck_assert_uint_eq(roll_first(&roll, "one")->target.port, 2);
	roll_release(&roll, count_drop, &dropped);
}
END_TEST

START_TEST(siblings_are_of_the_same_container)
{
	struct roll roll;
	struct probe_spec spec = stage_spec();
	struct target targets[] = {
		stage_target(&spec, "pod/a/b/c/readiness", PROBE_READINESS, 1),
		stage_target(&spec, "pod/a/b/c/startup", PROBE_STARTUP, 2),
		stage_target(&spec, "pod/a/b/d/readiness", PROBE_READINESS, 3),
		stage_target(&spec, "service/a/c/startup", PROBE_STARTUP, 4),
		stage_target(&spec, "odd", PROBE_READINESS, 5),
	};
	unsigned dropped = 0;

	ck_assert_int_eq(roll_init(&roll), 0);
	set(&roll, "one", targets, 5);
	for (struct roll_entry *entry = roll_first(&roll, "one"); entry != NULL; entry = entry->next) {
		const struct roll_entry *startup = roll_sibling(&roll, entry, PROBE_STARTUP);

		if (entry->target.port <= 2)
			ck_assert_uint_eq(startup->target.port, 2);
		else
			ck_assert_ptr_null(startup);
	}
	roll_release(&roll, count_drop, &dropped);
	ck_assert_uint_eq(dropped, 5);
}
END_TEST

START_TEST(a_pinned_entry_outlives_its_removal)
{
	struct roll roll;
	struct probe_spec spec = stage_spec();
	struct target target = stage_target(&spec, "pod/a/b/c/readiness", PROBE_READINESS, 1);
	unsigned dropped = 0;

	ck_assert_int_eq(roll_init(&roll), 0);
	set(&roll, "one", &target, 1);
	struct roll_entry *entry = roll_first(&roll, "one");

	entry->pins++;
	set(&roll, "one", NULL, 0);
	ck_assert_uint_eq(roll_count(&roll), 0);
	ck_assert(entry->removed);
	ck_assert_str_eq(entry->target.id, "pod/a/b/c/readiness");
	roll_unpin(&roll, entry);
	roll_release(&roll, count_drop, &dropped);
}
END_TEST

START_TEST(an_abandoned_change_leaves_everything)
{
	struct roll roll;
	struct probe_spec spec = stage_spec();
	struct target one = stage_target(&spec, "pod/a/b/c/readiness", PROBE_READINESS, 1);
	struct target two = stage_target(&spec, "pod/a/b/d/readiness", PROBE_READINESS, 1);
	struct roll_change change = {0};
	unsigned dropped = 0;

	ck_assert_int_eq(roll_init(&roll), 0);
	set(&roll, "one", &one, 1);
	ck_assert_int_eq(roll_prepare(&roll, "one", &two, 1, &change), 0);
	roll_abandon(&roll, &change);
	ck_assert_uint_eq(roll_count(&roll), 1);
	ck_assert_str_eq(roll_first(&roll, "one")->target.id, one.id);
	roll_release(&roll, count_drop, &dropped);
	ck_assert_uint_eq(dropped, 1);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("roll");
	TCase *tc = tcase_create("roll");

	tcase_add_test(tc, an_id_moves_to_the_owner_that_named_it_last);
	tcase_add_test(tc, the_first_of_two_with_the_same_id_holds);
	tcase_add_test(tc, siblings_are_of_the_same_container);
	tcase_add_test(tc, a_pinned_entry_outlives_its_removal);
	tcase_add_test(tc, an_abandoned_change_leaves_everything);
	suite_add_tcase(s, tc);
	return s;
}
