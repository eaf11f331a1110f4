/* test_recorder.c - Events are counted, bounded, and forgotten after an hour. */
#include "ops/recorder.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "tests/suite.h"

#define UNIX_S 1700000000

static struct clock *the_clock;
static struct ledger *ledger;
static struct recorder *recorder;

static void
setup(void)
{
	the_clock = clock_new_manual(1000, UNIX_S);
	const struct ledger_settings settings = { .clock = the_clock };

	ledger = ledger_new(&settings);
	recorder = recorder_new(ledger, the_clock);
}

static void
teardown(void)
{
	recorder_free(recorder);
	ledger_free(ledger);
	clock_free(the_clock);
}

static void
note(const char *name, const char *message)
{
	recorder_note(recorder, "Pod", "shop", name, EVENT_WARNING, "Unhealthy", message);
}

static int
write_event(void *arg, const struct recorder_event *event)
{
	char *text = arg;
	size_t len = strlen(text);

	snprintf(text + len, 512 - len, "%s %s x%u %s; ", event->about_name, event->reason,
	    event->count, event->message);
	return 0;
}

static const char *
all(void)
{
	static char text[512];

	*text = '\0';
	recorder_each(recorder, write_event, text);
	return text;
}

START_TEST(the_same_again_is_counted)
{
	const struct recorder_event *event;
	const struct ledger_entry *entry;

	note("web", "connect refused");
	note("api", "status 503");
	clock_turn_ms(the_clock, 7000);
	note("web", "connect refused");
	ck_assert_str_eq(all(), "web Unhealthy x2 connect refused; api Unhealthy x1 status 503; ");
	ck_assert_uint_eq(ledger_count(ledger, API_EVENTS), 2);
	entry = ledger_next(ledger, API_EVENTS, NULL, "shop", "b");
	event = recorder_find(recorder, "shop", entry->name);
	ck_assert_uint_eq(event->first_unix_s, UNIX_S);
	ck_assert_uint_eq(event->last_unix_s, UNIX_S + 7);
	ck_assert_uint_eq(entry->version, ledger_version(ledger));
}
END_TEST

START_TEST(another_message_type_or_reason_is_another_event)
{
	note("web", "a");
	note("web", "b");
	recorder_note(recorder, "Pod", "shop", "web", EVENT_NORMAL, "Unhealthy", "a");
	recorder_note(recorder, "Pod", "shop", "web", EVENT_WARNING, "Ready", "a");
	recorder_note(recorder, "Service", "shop", "web", EVENT_WARNING, "Unhealthy", "a");
	ck_assert_uint_eq(ledger_count(ledger, API_EVENTS), 5);
}
END_TEST

START_TEST(an_event_knows_the_uid_of_whom_it_is_about)
{
	const struct ledger_item item = { .kind = API_PODS, .origin = LEDGER_IMPLIED,
		.ns = "shop", .name = "web" };
	const struct ledger_entry *entry;
	char uid[LEDGER_UID_SIZE];

	ck_assert_int_eq(ledger_put(ledger, &item), 0);
	note("web", "a");
	entry = ledger_next(ledger, API_EVENTS, "shop", NULL, NULL);
	ledger_uid(ledger_find(ledger, API_PODS, "shop", "web"), uid);
	ck_assert_str_eq(recorder_find(recorder, "shop", entry->name)->about_uid, uid);
}
END_TEST

START_TEST(an_object_that_comes_after_its_event_gives_it_its_uid)
{
	const struct ledger_item item = { .kind = API_PODS, .origin = LEDGER_IMPLIED,
		.ns = "shop", .name = "web" };
	const struct ledger_entry *entry;
	char uid[LEDGER_UID_SIZE];

	note("web", "a");
	entry = ledger_next(ledger, API_EVENTS, "shop", NULL, NULL);
	ck_assert_str_eq(recorder_find(recorder, "shop", entry->name)->about_uid, "");
	ck_assert_int_eq(ledger_put(ledger, &item), 0);
	entry = ledger_next(ledger, API_EVENTS, "shop", NULL, NULL);
	ledger_uid(ledger_find(ledger, API_PODS, "shop", "web"), uid);
	ck_assert_str_eq(recorder_find(recorder, "shop", entry->name)->about_uid, uid);
}
END_TEST

START_TEST(what_has_no_namespace_is_noted_in_default)
{
	recorder_note(recorder, "Node", "", "host", EVENT_NORMAL, "Starting", "started");
	ck_assert_ptr_nonnull(ledger_next(ledger, API_EVENTS, "default", NULL, NULL));
}
END_TEST

START_TEST(the_newest_two_thousand_are_kept)
{
	char name[32];

	for (unsigned i = 0; i < RECORDER_MAX + 10; i++) {
		snprintf(name, sizeof(name), "pod-%u", i);
		note(name, "a");
	}
	ck_assert_uint_eq(ledger_count(ledger, API_EVENTS), RECORDER_MAX);
	ck_assert_ptr_null(ledger_find(ledger, API_EVENTS, "shop", "pod-9"));
}
END_TEST

START_TEST(they_are_kept_for_an_hour_after_the_last_time)
{
	note("old", "a");
	note("again", "a");
	clock_turn_ms(the_clock, 1800 * 1000);
	note("again", "a");
	clock_turn_ms(the_clock, 1800 * 1000);
	recorder_expire(recorder);
	ck_assert_str_eq(all(), "again Unhealthy x2 a; ");
	clock_turn_ms(the_clock, 1800 * 1000);
	recorder_expire(recorder);
	ck_assert_str_eq(all(), "");
	ck_assert_uint_eq(ledger_count(ledger, API_EVENTS), 0);
}
END_TEST

START_TEST(nobody_who_records_is_no_matter)
{
	recorder_note(NULL, "Pod", "shop", "web", EVENT_NORMAL, "Ready", "a");
	recorder_free(NULL);
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("recorder");
	TCase *tcase = tcase_create("recorder");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, the_same_again_is_counted);
	tcase_add_test(tcase, another_message_type_or_reason_is_another_event);
	tcase_add_test(tcase, an_event_knows_the_uid_of_whom_it_is_about);
	tcase_add_test(tcase, an_object_that_comes_after_its_event_gives_it_its_uid);
	tcase_add_test(tcase, what_has_no_namespace_is_noted_in_default);
	tcase_add_test(tcase, the_newest_two_thousand_are_kept);
	tcase_add_test(tcase, they_are_kept_for_an_hour_after_the_last_time);
	tcase_add_test(tcase, nobody_who_records_is_no_matter);
	suite_add_tcase(suite, tcase);
	return suite;
}
