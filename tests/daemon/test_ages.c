/* test_ages.c - the age of an object outlives the process, and a damaged file costs no more. */
#include "daemon/ages.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "ops/ledger.h"
#include "tests/suite.h"

#define UNIX_S 1700000000

static char dir[64];
static struct clock *the_clock;
static struct ledger *ledger;
static struct ages *ages;

static void
start(void)
{
	const struct ledger_settings settings = { .clock = the_clock };

	ledger = ledger_new(&settings);
	ages = ages_new(dir, ledger, the_clock);
	ck_assert_ptr_nonnull(ages);
}

static void
stop(void)
{
	ages_free(ages);
	ledger_free(ledger);
}

static void
restart_later(void)
{
	stop();
	clock_turn_ms(the_clock, 100 * 1000);
	start();
}

static void
setup(void)
{
	snprintf(dir, sizeof(dir), "/tmp/ages.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	the_clock = clock_new_manual(1000, UNIX_S);
	start();
}

static void
write_path(char path[128])
{
	snprintf(path, 128, "%s/ages", dir);
}

static void
teardown(void)
{
	char path[128];

	stop();
	write_path(path);
	(void)unlink(path);
	(void)rmdir(dir);
	clock_free(the_clock);
}

static void
put(const char *name)
{
	const struct ledger_item item = { .kind = API_NAMESPACES, .origin = LEDGER_IMPLIED,
		.ns = "", .name = name };

	ck_assert_int_eq(ledger_put(ledger, &item), 0);
}

static unsigned
age_of(const char *name)
{
	const struct ledger_entry *entry = ledger_find(ledger, API_NAMESPACES, "", name);

	return entry != NULL ? (unsigned)clock_unix_s(the_clock) - entry->created_unix_s : 0;
}

START_TEST(ages_outlive_the_process)
{
	put("shop");
	ages_tick(ages);
	restart_later();
	put("shop");
	put("bank");
	ck_assert_uint_eq(age_of("shop"), 100);
	ck_assert_uint_eq(age_of("bank"), 0);
	restart_later();
	put("shop");
	put("bank");
	ck_assert_uint_eq(age_of("shop"), 200);
	ck_assert_uint_eq(age_of("bank"), 100);
}
END_TEST

START_TEST(what_went_and_came_is_young)
{
	put("shop");
	clock_turn_ms(the_clock, 50 * 1000);
	ledger_remove(ledger, API_NAMESPACES, "", "shop");
	restart_later();
	put("shop");
	ck_assert_uint_eq(age_of("shop"), 0);
}
END_TEST

START_TEST(what_does_not_come_again_is_let_go)
{
	put("shop");
	put("bank");
	restart_later();
	put("shop");
	ages_settle(ages);
	restart_later();
	put("shop");
	put("bank");
	ck_assert_uint_eq(age_of("shop"), 200);
	ck_assert_uint_eq(age_of("bank"), 0);
}
END_TEST

START_TEST(a_damaged_file_costs_ages_and_nothing_else)
{
	char path[128];
	int fd;

	put("shop");
	stop();
	write_path(path);
	fd = open(path, O_WRONLY | O_TRUNC);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, "nonsense\n", 9), 9);
	(void)close(fd);
	clock_turn_ms(the_clock, 100 * 1000);
	start();
	put("shop");
	ck_assert_uint_eq(age_of("shop"), 0);
	restart_later();
	put("shop");
	ck_assert_uint_eq(age_of("shop"), 100);
	snprintf(path, sizeof(path), "%s/ages.bad", dir);
	(void)unlink(path);
}
END_TEST

START_TEST(without_a_folder_nothing_is_kept)
{
	struct ages *none = ages_new(NULL, ledger, the_clock);
	struct ages *missing = ages_new("/nonexistent/folder", ledger, the_clock);

	ck_assert_ptr_nonnull(none);
	ck_assert_ptr_nonnull(missing);
	put("shop");
	ages_tick(none);
	ages_tick(missing);
	ages_free(none);
	ages_free(missing);
	ages_free(NULL);
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("ages");
	TCase *tcase = tcase_create("ages");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, ages_outlive_the_process);
	tcase_add_test(tcase, what_went_and_came_is_young);
	tcase_add_test(tcase, what_does_not_come_again_is_let_go);
	tcase_add_test(tcase, a_damaged_file_costs_ages_and_nothing_else);
	tcase_add_test(tcase, without_a_folder_nothing_is_kept);
	suite_add_tcase(suite, tcase);
	return suite;
}
