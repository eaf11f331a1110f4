/* test_changes.c - changes to the index made as a whole, and what of them can be seen. */
#include "dns/changes.h"

#include "dns/entry.h"
#include "dns/index.h"
#include "tests/suite.h"

#define NAME(text) ((const uint8_t *)(text))

static const uint8_t one[] = { 10, 0, 0, 1 }, two[] = { 10, 0, 0, 2 };

static int
put(struct changes *changes, const char *name, const uint8_t *addr, bool quiet)
{
	struct entry_record record = { .type = 1, .ttl_s = 5, .rdata = addr, .rdata_len = 4 };
	struct entry_spec spec = { .name = NAME(name), .zone = NAME("\1z"), .records = &record,
	    .record_count = 1 };

	return changes_put(changes, &spec, quiet);
}

START_TEST(only_what_differs_is_put_and_seen)
{
	struct ledger ledger = { .index = index_new() };
	struct changes changes = CHANGES_INIT(&ledger);
	bool torn = true;

	ck_assert_int_eq(put(&changes, "\1a\1z", one, false), 0);
	ck_assert_int_eq(put(&changes, "\1b\1z", one, false), 0);
	ck_assert_ptr_null(index_get(ledger.index, NAME("\1a\1z")));
	ck_assert_int_eq(changes_apply(&changes, &torn), 0);
	ck_assert(!torn && ledger.visible);
	const struct entry *a = index_get(ledger.index, NAME("\1a\1z"));
	ledger.visible = false;
	ck_assert_int_eq(put(&changes, "\1a\1z", one, false), 0);
	ck_assert_int_eq(changes_remove(&changes, NAME("\1c\1z"), false), 0);
	ck_assert_int_eq(changes_apply(&changes, &torn), 0);
	ck_assert(!ledger.visible);
	ck_assert_ptr_eq(index_get(ledger.index, NAME("\1a\1z")), a);
	ck_assert_int_eq(put(&changes, "\1a\1z", two, false), 0);
	ck_assert_int_eq(changes_remove(&changes, NAME("\1b\1z"), false), 0);
	ck_assert_int_eq(changes_apply(&changes, &torn), 0);
	ck_assert(ledger.visible);
	ck_assert_ptr_ne(index_get(ledger.index, NAME("\1a\1z")), a);
	ck_assert_uint_eq(index_count(ledger.index), 1);
	index_free(ledger.index);
}
END_TEST

START_TEST(quiet_changes_are_made_and_not_seen)
{
	struct ledger ledger = { .index = index_new() };
	struct changes changes = CHANGES_INIT(&ledger);

	ck_assert_int_eq(put(&changes, "\1a\1z", one, true), 0);
	ck_assert_int_eq(changes_apply(&changes, NULL), 0);
	ck_assert_int_eq(changes_remove(&changes, NAME("\1a\1z"), true), 0);
	ck_assert_int_eq(changes_apply(&changes, NULL), 0);
	ck_assert(!ledger.visible);
	ck_assert_uint_eq(index_count(ledger.index), 0);
	changes_remove_now(&ledger, NAME("\1a\1z"));
	ck_assert(!ledger.visible);
	index_free(ledger.index);
}
END_TEST

START_TEST(dropped_changes_leave_everything)
{
	struct ledger ledger = { .index = index_new() };
	struct changes changes = CHANGES_INIT(&ledger);

	ck_assert_int_eq(put(&changes, "\1a\1z", one, false), 0);
	changes_drop(&changes);
	ck_assert_int_eq(changes_apply(&changes, NULL), 0);
	ck_assert_uint_eq(index_count(ledger.index), 0);
	index_free(ledger.index);
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("changes");
	TCase *tcase = tcase_create("changes");

	suite_add_tcase(suite, tcase);
	tcase_add_test(tcase, only_what_differs_is_put_and_seen);
	tcase_add_test(tcase, quiet_changes_are_made_and_not_seen);
	tcase_add_test(tcase, dropped_changes_leave_everything);
	return suite;
}
