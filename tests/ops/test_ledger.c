/* test_ledger.c - what the ledger keeps of objects: order, versions, age, changes. */
#include "ops/ledger.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "tests/suite.h"

#define UNIX_S 1700000000
#define FIRST_VERSION ((uint64_t)UNIX_S * 1000000)

static struct clock *the_clock;

static struct ledger *
make(size_t log_size)
{
	const struct ledger_settings settings = { .clock = the_clock, .log_size = log_size };
	struct ledger *ledger = ledger_new(&settings);

	ck_assert_ptr_nonnull(ledger);
	return ledger;
}

static void
setup(void)
{
	the_clock = clock_new_manual(1000, UNIX_S);
}

static void
teardown(void)
{
	clock_free(the_clock);
}

static void
put(struct ledger *ledger, const char *ns, const char *name, uint64_t digest)
{
	const struct ledger_item item = { .kind = API_SERVICES, .origin = LEDGER_IMPLIED, .ns = ns,
		.name = name, .digest = digest };

	ck_assert_int_eq(ledger_put(ledger, &item), 0);
}

/* "ns/name ns/name" of all that a list gives. */
static void
list(const struct ledger *ledger, const char *ns, char *out, size_t size)
{
	const struct ledger_entry *entry = NULL;
	char after_ns[64] = "", after_name[64] = "";
	bool first = true;

	*out = '\0';
	while ((entry = ledger_next(ledger, API_SERVICES, ns, first ? NULL : after_ns,
	    after_name)) != NULL) {
		size_t len = strlen(out);

		snprintf(out + len, size - len, "%s%s/%s", first ? "" : " ", entry->ns,
		    entry->name);
		snprintf(after_ns, sizeof(after_ns), "%s", entry->ns);
		snprintf(after_name, sizeof(after_name), "%s", entry->name);
		first = false;
	}
}

START_TEST(lists_are_in_order_of_namespace_and_name)
{
	struct ledger *ledger = make(0);
	char text[256];

	put(ledger, "shop", "web", 1);
	put(ledger, "bank", "zoo", 1);
	put(ledger, "shop-2", "a", 1);
	put(ledger, "shop", "api", 1);
	list(ledger, NULL, text, sizeof(text));
	ck_assert_str_eq(text, "bank/zoo shop/api shop/web shop-2/a");
	list(ledger, "shop", text, sizeof(text));
	ck_assert_str_eq(text, "shop/api shop/web");
	list(ledger, "sho", text, sizeof(text));
	ck_assert_str_eq(text, "");
	ck_assert_uint_eq(ledger_count(ledger, API_SERVICES), 4);
	ck_assert_uint_eq(ledger_count(ledger, API_PODS), 0);
	ledger_free(ledger);
}
END_TEST

START_TEST(a_list_goes_on_behind_a_key_that_is_gone)
{
	struct ledger *ledger = make(0);

	put(ledger, "shop", "a", 1);
	put(ledger, "shop", "b", 1);
	put(ledger, "shop", "c", 1);
	ledger_remove(ledger, API_SERVICES, "shop", "b");
	ck_assert_str_eq(ledger_next(ledger, API_SERVICES, "shop", "shop", "b")->name, "c");
	ck_assert_ptr_null(ledger_find(ledger, API_SERVICES, "shop", "b"));
	ck_assert_ptr_null(ledger_next(ledger, API_SERVICES, "shop", "shop", "c"));
	ledger_free(ledger);
}
END_TEST

START_TEST(versions_begin_at_the_microseconds_of_the_start)
{
	struct ledger *ledger = make(0);

	ck_assert_uint_eq(ledger_version(ledger), FIRST_VERSION);
	put(ledger, "shop", "web", 1);
	ck_assert_uint_eq(ledger_version(ledger), FIRST_VERSION + 1);
	ck_assert_uint_eq(ledger_find(ledger, API_SERVICES, "shop", "web")->version,
	    FIRST_VERSION + 1);
	ledger_free(ledger);
}
END_TEST

START_TEST(what_says_the_same_is_no_change)
{
	struct ledger *ledger = make(0);

	put(ledger, "shop", "web", 1);
	put(ledger, "shop", "web", 1);
	ck_assert_uint_eq(ledger_version(ledger), FIRST_VERSION + 1);
	put(ledger, "shop", "web", 2);
	ck_assert_uint_eq(ledger_version(ledger), FIRST_VERSION + 2);
	ledger_remove(ledger, API_SERVICES, "shop", "nobody");
	ck_assert_uint_eq(ledger_version(ledger), FIRST_VERSION + 2);
	ledger_free(ledger);
}
END_TEST

static int
write_change(void *arg, const struct ledger_change *change)
{
	char *text = arg;
	size_t len = strlen(text);

	snprintf(text + len, 256 - len, "%c%s%s ", "AMD"[change->event], change->entry->name,
	    change->entry->gone ? "!" : "");
	return 0;
}

static void
tell_change(void *arg, const struct ledger_change *change)
{
	(void)write_change(arg, change);
}

START_TEST(changes_can_be_played_again)
{
	struct ledger *ledger = make(0);
	char text[256] = "";

	put(ledger, "shop", "a", 1);
	put(ledger, "shop", "b", 1);
	put(ledger, "shop", "a", 2);
	ledger_remove(ledger, API_SERVICES, "shop", "b");
	ck_assert_int_eq(ledger_since(ledger, FIRST_VERSION, write_change, text), 0);
	ck_assert_str_eq(text, "Aa Ab! Ma Db! ");
	*text = '\0';
	ck_assert_int_eq(ledger_since(ledger, FIRST_VERSION + 3, write_change, text), 0);
	ck_assert_str_eq(text, "Db! ");
	*text = '\0';
	ck_assert_int_eq(ledger_since(ledger, FIRST_VERSION + 4, write_change, text), 0);
	ck_assert_str_eq(text, "");
	ledger_free(ledger);
}
END_TEST

START_TEST(what_the_log_has_forgotten_is_gone)
{
	struct ledger *ledger = make(100);
	char name[16];

	for (unsigned i = 0; i < 250; i++) {
		snprintf(name, sizeof(name), "s%u", i);
		put(ledger, "shop", name, 1);
	}
	char text[256] = "";

	ck_assert_int_eq(ledger_since(ledger, FIRST_VERSION + 149, write_change, text), ERR_GONE);
	ck_assert_int_eq(ledger_since(ledger, FIRST_VERSION + 150, write_change, text), 0);
	ck_assert_int_eq(ledger_since(ledger, FIRST_VERSION + 251, write_change, text), ERR_RANGE);
	ck_assert_int_eq(ledger_since(ledger, 1, write_change, text), ERR_GONE);
	ledger_free(ledger);
}
END_TEST

START_TEST(subscribers_are_told_until_they_leave)
{
	struct ledger *ledger = make(0);
	char text[256] = "";

	ck_assert_int_eq(ledger_subscribe(ledger, tell_change, text), 0);
	put(ledger, "shop", "a", 1);
	put(ledger, "shop", "a", 1);
	ledger_remove(ledger, API_SERVICES, "shop", "a");
	ledger_unsubscribe(ledger, tell_change, text);
	put(ledger, "shop", "b", 1);
	ck_assert_str_eq(text, "Aa Da! ");
	ledger_free(ledger);
}
END_TEST

struct leaver {
	struct ledger *ledger;
	unsigned told;
};

static void
leave(void *arg, const struct ledger_change *change)
{
	struct leaver *leaver = arg;

	(void)change;
	leaver->told++;
	ledger_unsubscribe(leaver->ledger, leave, leaver);
}

START_TEST(a_subscriber_may_leave_while_it_is_told)
{
	struct ledger *ledger = make(0);
	struct leaver leaver = { ledger, 0 };
	char text[256] = "";

	ck_assert_int_eq(ledger_subscribe(ledger, leave, &leaver), 0);
	ck_assert_int_eq(ledger_subscribe(ledger, tell_change, text), 0);
	put(ledger, "shop", "a", 1);
	put(ledger, "shop", "b", 1);
	ck_assert_uint_eq(leaver.told, 1);
	ck_assert_str_eq(text, "Aa Ab ");
	ledger_free(ledger);
}
END_TEST

START_TEST(age_is_when_it_was_first_seen)
{
	struct ledger *ledger = make(0);

	put(ledger, "shop", "web", 1);
	clock_turn_ms(the_clock, 5000);
	put(ledger, "shop", "web", 2);
	ck_assert_uint_eq(ledger_find(ledger, API_SERVICES, "shop", "web")->created_unix_s, UNIX_S);
	ledger_remove(ledger, API_SERVICES, "shop", "web");
	put(ledger, "shop", "web", 2);
	ck_assert_uint_eq(ledger_find(ledger, API_SERVICES, "shop", "web")->created_unix_s,
	    UNIX_S + 5);
	ledger_free(ledger);
}
END_TEST

START_TEST(age_is_remembered_over_a_restart)
{
	struct ledger *ledger = make(0);

	ck_assert_int_eq(ledger_remember(ledger, API_SERVICES, "shop", "web", 1600000000), 0);
	ck_assert_int_eq(ledger_remember(ledger, API_PODS, "shop", "web", 1500000000), 0);
	ck_assert_int_eq(ledger_remember(ledger, API_SERVICES, "shop", "gone", 1400000000), 0);
	put(ledger, "shop", "web", 1);
	ledger_settle(ledger);
	put(ledger, "shop", "gone", 1);
	ck_assert_uint_eq(ledger_find(ledger, API_SERVICES, "shop", "web")->created_unix_s,
	    1600000000);
	ck_assert_uint_eq(ledger_find(ledger, API_SERVICES, "shop", "gone")->created_unix_s,
	    UNIX_S);
	ledger_free(ledger);
}
END_TEST

START_TEST(uids_are_the_same_for_the_same_object_only)
{
	struct ledger *ledger = make(0);
	char a[LEDGER_UID_SIZE], again[LEDGER_UID_SIZE], b[LEDGER_UID_SIZE];

	put(ledger, "shop", "a", 1);
	put(ledger, "shop", "b", 1);
	ledger_uid(ledger_find(ledger, API_SERVICES, "shop", "a"), a);
	ledger_uid(ledger_find(ledger, API_SERVICES, "shop", "b"), b);
	put(ledger, "shop", "a", 2);
	ledger_uid(ledger_find(ledger, API_SERVICES, "shop", "a"), again);
	ck_assert_uint_eq(strlen(a), 36);
	ck_assert_int_eq(a[14], '8');
	ck_assert_str_eq(a, again);
	ck_assert_str_ne(a, b);
	ledger_free(ledger);
}
END_TEST

START_TEST(ten_thousand_come_and_go_in_any_order)
{
	enum { COUNT = 10007 };
	struct ledger *ledger = make(0);
	const struct ledger_entry *entry;
	char name[16], before[16] = "";
	size_t seen = 0;

	for (unsigned i = 0; i < COUNT; i++) {
		snprintf(name, sizeof(name), "s%05u", i * 7919 % COUNT);
		put(ledger, "shop", name, 1);
	}
	for (unsigned i = 0; i < COUNT; i += 2) {
		snprintf(name, sizeof(name), "s%05u", i);
		ledger_remove(ledger, API_SERVICES, "shop", name);
	}
	while ((entry = ledger_next(ledger, API_SERVICES, NULL, *before != '\0' ? "shop" : NULL,
	    before)) != NULL) {
		ck_assert_int_lt(strcmp(before, entry->name), 0);
		ck_assert_uint_eq((unsigned)atoi(entry->name + 1) % 2, 1);
		snprintf(before, sizeof(before), "%s", entry->name);
		seen++;
	}
	ck_assert_uint_eq(seen, COUNT / 2);
	ck_assert_uint_eq(ledger_count(ledger, API_SERVICES), COUNT / 2);
	ledger_free(ledger);
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("ledger");
	TCase *tcase = tcase_create("ledger");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, lists_are_in_order_of_namespace_and_name);
	tcase_add_test(tcase, a_list_goes_on_behind_a_key_that_is_gone);
	tcase_add_test(tcase, versions_begin_at_the_microseconds_of_the_start);
	tcase_add_test(tcase, what_says_the_same_is_no_change);
	tcase_add_test(tcase, changes_can_be_played_again);
	tcase_add_test(tcase, what_the_log_has_forgotten_is_gone);
	tcase_add_test(tcase, subscribers_are_told_until_they_leave);
	tcase_add_test(tcase, a_subscriber_may_leave_while_it_is_told);
	tcase_add_test(tcase, age_is_when_it_was_first_seen);
	tcase_add_test(tcase, age_is_remembered_over_a_restart);
	tcase_add_test(tcase, uids_are_the_same_for_the_same_object_only);
	tcase_add_test(tcase, ten_thousand_come_and_go_in_any_order);
	suite_add_tcase(suite, tcase);
	return suite;
}
