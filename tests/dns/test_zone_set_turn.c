/* test_zone_set_turn.c - what is answered of a large zone while it is taken up in turns. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "dns/index.h"
#include "dns/wire.h"
#include "tests/dns/zone_world.h"
#include "tests/suite.h"

#define NAMES 200
/* As octets: n-0, n-1, n-10 ... n-99. */
#define SOA "$ORIGIN a.test.\n$TTL 60\n@ SOA ns h %u 60 60 60 60\n@ NS ns\n"

static struct zone_world world;

static void
start(void)
{
	zone_world_start(&world);
	world.settings.turn_from = 1;
	zone_set_configure(world.set, &world.settings);
}

static void
end(void)
{
	zone_world_end(&world);
}

static bool
at_once(void *arg)
{
	(void)arg;
	return true;
}

/* n-FIRST.. n-(LAST-1) in the zone of this serial, each with the address 192.0.2.SERIAL. */
static void
state(unsigned serial, unsigned first, unsigned last)
{
	struct strbuf text = STRBUF_INIT;

	strbuf_addf(&text, SOA "* A 192.0.2.%u\nns A 192.0.2.%u\n", serial, serial, serial);
	for (unsigned i = first; i < last; i++)
		strbuf_addf(&text, "n-%u A 192.0.2.%u\n", i, serial);
	char *whole = strbuf_take(&text);
	ck_assert_int_eq(zone_world_state(&world, ZONE_OF_FILE, "a.zone", whole), 0);
	free(whole);
}

/* The serial of the file that answers for the name, which is there in both or in none of them. */
static unsigned
serial_of(const char *name)
{
	char question[64], *reply;
	unsigned serial = 0;

	snprintf(question, sizeof(question), "%s.a.test. A", name);
	reply = zone_world_ask(&world, question);
	const char *at = strstr(reply, " A 192.0.2.");
	if (at != NULL)
		serial = (unsigned)strtoul(at + 11, NULL, 10);
	else
		ck_assert_msg(strncmp(reply, "SERVFAIL", 8) == 0, "%s: %s", question, reply);
	free(reply);
	return serial;
}

static unsigned
soa_serial(void)
{
	char *reply = zone_world_ask(&world, "a.test. SOA");
	const char *at = strstr(reply, "h.a.test. ");
	unsigned serial = at == NULL ? 0 : (unsigned)strtoul(at + 10, NULL, 10);

	free(reply);
	return serial;
}

/* How many of these names are answered as of this serial; all others have to be of `other`. */
static unsigned
count_of(unsigned serial, unsigned other, unsigned first, unsigned last)
{
	unsigned count = 0;
	char name[16];

	for (unsigned i = first; i < last; i++) {
		snprintf(name, sizeof(name), "n-%u", i);
		unsigned found = serial_of(name);
		ck_assert_msg(found == serial || found == other, "%s: of %u", name, found);
		count += found == serial;
	}
	return count;
}

static unsigned
finish(void)
{
	unsigned turns = 0;

	for (; zone_set_is_busy(world.set); turns++) {
		ck_assert_uint_lt(turns, 1000);
		ck_assert_int_eq(zone_set_work(world.set, at_once, NULL), 0);
	}
	ck_assert_int_eq(zone_set_settle(world.set), 0);
	return turns;
}

START_TEST(a_new_zone_says_of_no_name_that_it_is_missing_before_all_are_there)
{
	unsigned before = 0, turns = 0;

	state(1, 0, NAMES);
	for (; zone_set_is_busy(world.set); turns++) {
		unsigned now = count_of(1, 0, 0, NAMES);

		ck_assert_uint_ge(now, before);
		ck_assert_uint_eq(serial_of("x"), 0);
		before = now;
		ck_assert_int_eq(zone_set_work(world.set, at_once, NULL), 0);
	}
	ck_assert_uint_gt(turns, NAMES / 16);
	ck_assert_uint_eq(count_of(1, 1, 0, NAMES), NAMES);
	ck_assert_uint_eq(serial_of("x"), 1);
	ck_assert_uint_eq(soa_serial(), 1);
}
END_TEST

START_TEST(a_changed_zone_answers_each_name_as_before_or_as_now)
{
	unsigned before = 0;

	state(1, 0, NAMES);
	(void)finish();
	state(2, NAMES / 2, NAMES + NAMES / 2);
	while (zone_set_is_busy(world.set)) {
		unsigned now = count_of(2, 1, 0, NAMES + NAMES / 2);

		ck_assert_uint_ge(now, before);
		ck_assert(soa_serial() == 1 || soa_serial() == 2);
		before = now;
		ck_assert_int_eq(zone_set_work(world.set, at_once, NULL), 0);
	}
	ck_assert_uint_eq(count_of(2, 2, 0, NAMES + NAMES / 2), NAMES + NAMES / 2);
	ck_assert_uint_eq(soa_serial(), 2);
	/* The apex, ns, the wildcard, and those names. */
	ck_assert_uint_eq(zone_set_names(world.set), NAMES + 3);
}
END_TEST

START_TEST(what_a_file_states_meanwhile_is_taken_up_afterwards_the_last_one)
{
	state(1, 0, NAMES);
	ck_assert_int_eq(zone_set_work(world.set, at_once, NULL), 0);
	state(2, 0, NAMES);
	state(3, 0, NAMES);
	while (zone_set_is_busy(world.set)) {
		(void)count_of(1, 0, 0, NAMES);
		ck_assert_int_eq(zone_set_work(world.set, at_once, NULL), 0);
	}
	ck_assert_uint_eq(count_of(1, 1, 0, NAMES), NAMES);
	ck_assert_int_eq(zone_set_settle(world.set), 0);
	ck_assert(zone_set_is_busy(world.set));
	(void)finish();
	ck_assert_uint_eq(count_of(3, 3, 0, NAMES), NAMES);
	ck_assert_uint_eq(soa_serial(), 3);
	ck_assert(!zone_set_is_busy(world.set));
}
END_TEST

START_TEST(a_file_may_go_or_change_its_zone_in_the_middle)
{
	state(1, 0, NAMES);
	(void)finish();
	state(2, 50, NAMES + 50);
	ck_assert_int_eq(zone_set_work(world.set, at_once, NULL), 0);
	ck_assert_int_eq(zone_world_state(&world, ZONE_OF_FILE, "a.zone", NULL), 0);
	ck_assert(!zone_set_is_busy(world.set));
	zone_world_expect(&world, "n-60.a.test. A", "REFUSED | | |");
	ck_assert_uint_eq(zone_set_names(world.set), 0);
	ck_assert_uint_eq(index_count(world.index), 0);
	state(3, 0, NAMES);
	ck_assert_int_eq(zone_set_work(world.set, at_once, NULL), 0);
	ck_assert_int_eq(zone_world_state(&world, ZONE_OF_FILE, "a.zone",
	    "$ORIGIN b.test.\n$TTL 60\n@ SOA ns h 1 60 60 60 60\n@ NS ns\nx A 192.0.2.4\n"), 0);
	(void)finish();
	(void)finish();
	zone_world_expect(&world, "n-60.a.test. A", "REFUSED | | |");
	zone_world_expect(&world, "x.b.test. A", "NOERROR aa | x.b.test. 60 A 192.0.2.4 | |");
	ck_assert_uint_eq(zone_set_names(world.set), 2);
}
END_TEST

START_TEST(who_ends_in_the_middle_leaves_nothing_behind)
{
	state(1, 0, NAMES);
	(void)finish();
	state(2, 50, NAMES + 50);
	ck_assert_int_eq(zone_set_work(world.set, at_once, NULL), 0);
	state(3, 0, 1);
}
END_TEST

START_TEST(without_a_pause_all_is_taken_up)
{
	state(1, 0, NAMES);
	ck_assert_int_eq(zone_set_work(world.set, NULL, NULL), 0);
	ck_assert(!zone_set_is_busy(world.set));
	ck_assert_uint_eq(count_of(1, 1, 0, NAMES), NAMES);
}
END_TEST

Suite *
suite(void)
{
	Suite *turns = suite_create("zone_set_turn");
	TCase *tests = tcase_create("zone_set_turn");

	tcase_add_checked_fixture(tests, start, end);
	tcase_add_test(tests, a_new_zone_says_of_no_name_that_it_is_missing_before_all_are_there);
	tcase_add_test(tests, a_changed_zone_answers_each_name_as_before_or_as_now);
	tcase_add_test(tests, what_a_file_states_meanwhile_is_taken_up_afterwards_the_last_one);
	tcase_add_test(tests, a_file_may_go_or_change_its_zone_in_the_middle);
	tcase_add_test(tests, who_ends_in_the_middle_leaves_nothing_behind);
	tcase_add_test(tests, without_a_pause_all_is_taken_up);
	suite_add_tcase(turns, tests);
	return turns;
}
