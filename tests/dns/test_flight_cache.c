/* test_flight_cache.c - what is held of an answer for flights: good, stale, failed, nothing. */
#include "dns/flight_cache.h"

#include <string.h>

#include "base/clock.h"
#include "dns/cache.h"
#include "dns/forward.h"
#include "dns/name.h"
#include "dns/wire.h"
#include "tests/suite.h"

static struct flight_cache held;
static struct clock *turned;
static struct forward_zone zone;
static struct asked asked;

static void
set_up(void)
{
	size_t len;

	turned = clock_new_manual(1000000, 0);
	zone = (struct forward_zone){ .name_len = 1, .cache = { .size = 1 << 20, .max_ttl_s = 3600,
		.max_negative_ttl_s = 1800, .serve_stale_s = 3600 } };
	held = (struct flight_cache){ .cache = cache_new(1 << 20), .clock = turned };
	asked = (struct asked){ .type = DNS_TYPE_A };
	ck_assert_int_eq(name_from_text("a.example", asked.name, &len), 0);
	asked.name_len = (uint8_t)len;
}

static void
tear_down(void)
{
	flight_cache_settle(&held);
	cache_free(held.cache);
	clock_free(turned);
}

/* One A record with a TTL of 60. */
static struct parcel *
answer(void)
{
	static const uint8_t record[] = { 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1 };
	struct parcel_question question = { .asked = &asked, .name = asked.name, .id = 7 };
	struct parcel_rules rules = { .max_ttl_s = 3600 };
	struct parcel_reading reading;
	struct wire_writer writer;
	uint8_t reply[512];

	wire_writer_init(&writer, reply, sizeof(reply));
	wire_write_octets(&writer, "\0\7\x81\x80\0\1\0\1\0\0\0\0", 12);
	wire_write_octets(&writer, asked.name, asked.name_len);
	wire_write_u16(&writer, asked.type);
	wire_write_u16(&writer, DNS_CLASS_IN);
	wire_write_octets(&writer, record, sizeof(record));
	ck_assert_int_eq(parcel_read(&question, &rules, reply, writer.len, &reading), PARCEL_GOOD);
	return reading.parcel;
}

static enum held
look(struct resolver_outcome *outcome)
{
	*outcome = (struct resolver_outcome){ .rcode = 0 };
	return flight_cache_find(&held, &zone, &asked, outcome);
}

START_TEST(an_answer_is_good_then_stale_and_stands_in_for_failures)
{
	struct resolver_outcome outcome;

	ck_assert_int_eq(look(&outcome), HELD_NOTHING);
	flight_cache_keep(&held, &zone, answer(), clock_now_ms(turned));
	ck_assert(held.written);
	flight_cache_settle(&held);
	ck_assert(!held.written);
	clock_turn_ms(turned, 20000);
	ck_assert_int_eq(look(&outcome), HELD_GOOD);
	ck_assert_ptr_nonnull(outcome.parcel);
	ck_assert_uint_eq(outcome.age_s, 20);
	clock_turn_ms(turned, 50000);
	ck_assert_int_eq(look(&outcome), HELD_STALE);
	flight_cache_keep_failure(&held, &asked, clock_now_ms(turned));
	ck_assert_int_eq(look(&outcome), HELD_STALE_FAILED);
	ck_assert_ptr_nonnull(outcome.parcel);
	flight_cache_note_stale(&held);
	clock_turn_ms(turned, 31000);
	ck_assert_int_eq(look(&outcome), HELD_STALE);
	flight_cache_tidy(&held);
}
END_TEST

START_TEST(a_failure_is_held_for_five_seconds_with_a_reason)
{
	struct resolver_outcome outcome;

	flight_cache_keep_failure(&held, &asked, clock_now_ms(turned));
	ck_assert_int_eq(look(&outcome), HELD_FAILED);
	ck_assert_ptr_null(outcome.parcel);
	ck_assert_uint_eq(outcome.rcode, DNS_SERVFAIL);
	ck_assert_str_eq(outcome.text, "upstreams failed a moment ago");
	clock_turn_ms(turned, 5001);
	ck_assert_int_eq(look(&outcome), HELD_NOTHING);
}
END_TEST

START_TEST(a_zone_or_a_daemon_without_cache_holds_nothing)
{
	struct flight_cache none = { .clock = turned };
	struct resolver_outcome outcome = { .rcode = 0 };

	zone.cache.size = 0;
	flight_cache_keep(&held, &zone, answer(), clock_now_ms(turned));
	ck_assert_int_eq(look(&outcome), HELD_NOTHING);
	zone.cache.size = 1 << 20;
	flight_cache_keep(&none, &zone, answer(), clock_now_ms(turned));
	flight_cache_keep_failure(&none, &asked, clock_now_ms(turned));
	flight_cache_note_stale(&none);
	flight_cache_settle(&none);
	flight_cache_tidy(&none);
	ck_assert_int_eq(flight_cache_find(&none, &zone, &asked, &outcome), HELD_NOTHING);
}
END_TEST

Suite *
suite(void)
{
	Suite *all = suite_create("flight_cache");
	TCase *tests = tcase_create("flight_cache");

	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, an_answer_is_good_then_stale_and_stands_in_for_failures);
	tcase_add_test(tests, a_failure_is_held_for_five_seconds_with_a_reason);
	tcase_add_test(tests, a_zone_or_a_daemon_without_cache_holds_nothing);
	suite_add_tcase(all, tests);
	return all;
}
