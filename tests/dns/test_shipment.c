/* test_shipment.c - what secondaries are sent: nothing new, differences, or all; and how many at once. */
#include "dns/shipment.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/err.h"
#include "dns/index.h"
#include "dns/name.h"
#include "dns/outgoing.h"
#include "dns/wire.h"
#include "dns/zone_table.h"
#include "tests/dns/catalog_world.h"
#include "tests/dns/secondary.h"
#include "tests/suite.h"

static struct catalog_world world;
static struct outgoing *outgoing;
static struct clock *clock_at;
static struct secondary secondary;

static void
setup(void)
{
	struct dns_settings settings = catalog_world_settings();

	clock_at = clock_new_manual(1000, 1700000000);
	catalog_world_start(&world, &settings);
	outgoing = outgoing_new(&secondary_ops, NULL);
	ck_assert_int_eq(outgoing_watch(outgoing, world.index, true), 0);
	secondary_start(&secondary, "cluster.local");
}

static void
teardown(void)
{
	secondary_stop(&secondary);
	outgoing_free(outgoing);
	catalog_world_stop(&world);
	clock_free(clock_at);
}

/* A headless Service of this many endpoints, of addresses that follow from the round. */
static void
change(unsigned service, unsigned endpoints, unsigned round)
{
	static char text[40000];
	int len = snprintf(text, sizeof(text), "service shop/s%u headless\n"
	    "port http TCP 80\ngroup http/TCP/80\n", service);

	for (unsigned i = 0; i < endpoints; i++)
		len += snprintf(text + len, sizeof(text) - (size_t)len, "ep 10.%u.%u.%u\n",
		    round / 250 % 250, round % 250, i + 1);
	catalog_world_set(&world, text);
}

static enum secondary_kind
refresh(bool incremental)
{
	return secondary_refresh(&secondary, outgoing, clock_at, incremental);
}

static struct outgoing_counts
counts(void)
{
	struct outgoing_counts now;

	outgoing_counts(outgoing, &now);
	return now;
}

START_TEST(who_has_the_last_serial_or_a_newer_one_is_told_so)
{
	change(1, 3, 1);
	ck_assert_int_eq(refresh(false), SECONDARY_WHOLE);
	ck_assert_int_eq(refresh(true), SECONDARY_CURRENT);
	secondary.serial += 1000;
	ck_assert_int_eq(refresh(true), SECONDARY_CURRENT);
	ck_assert_uint_eq(counts().current, 2);
}
END_TEST

START_TEST(who_has_a_serial_that_nobody_knows_gets_the_whole_zone)
{
	change(1, 3, 1);
	secondary.serial = 3;
	ck_assert_int_eq(refresh(true), SECONDARY_WHOLE);
	change(2, 1, 2);
	ck_assert_int_eq(refresh(true), SECONDARY_STEPS);
}
END_TEST

START_TEST(differences_that_are_larger_than_the_zone_are_the_zone)
{
	change(1, 20, 1);
	ck_assert_int_eq(refresh(false), SECONDARY_WHOLE);
	for (unsigned round = 2; round < 5; round++)
		change(1, 20, round);
	ck_assert_int_eq(refresh(true), SECONDARY_WHOLE);
	change(2, 1, 1);
	ck_assert_int_eq(refresh(true), SECONDARY_STEPS);
}
END_TEST

START_TEST(serials_without_a_change_pass_in_one_step)
{
	struct secondary reverse;

	secondary_start(&reverse, "ip6.arpa");
	secondary_refresh(&reverse, outgoing, clock_at, false);
	for (unsigned round = 1; round < 50; round++) {
		change(1, 1, round);
		if (round == 20)
			ck_assert_int_eq(secondary_refresh(&reverse, outgoing, clock_at, true),
			    SECONDARY_STEPS);
	}
	ck_assert_int_eq(secondary_refresh(&reverse, outgoing, clock_at, true), SECONDARY_STEPS);
	ck_assert_uint_eq(reverse.count, 0);
	ck_assert_uint_eq(reverse.messages, 1);
	secondary_stop(&reverse);
}
END_TEST

START_TEST(a_name_that_is_no_zone_cannot_be_had)
{
	static const uint8_t name[] = "\3svc\7cluster\5local";
	const struct shipment_wish wish = { .zone = name, .zone_len = sizeof(name),
	    .ready = secondary_ops.work };
	struct shipment *shipment;

	ck_assert_int_eq(shipment_open(outgoing, &wish, &shipment), ERR_NOTFOUND);
	shipment_close(NULL);
}
END_TEST

START_TEST(eight_go_at_once_and_the_ninth_is_refused_until_one_is_through)
{
	struct shipment *shipments[SHIPMENT_RUNNING_MAX], *more;
	const struct shipment_wish wish = { .zone = secondary.zone,
	    .zone_len = name_len(secondary.zone), .ready = secondary_ops.work };

	for (size_t i = 0; i < SHIPMENT_RUNNING_MAX; i++)
		shipments[i] = secondary_ask(&secondary, outgoing, false);
	ck_assert_int_eq(shipment_open(outgoing, &wish, &more), ERR_FULL);
	ck_assert_uint_eq(counts().refused, 1);
	shipment_close(shipments[0]);
	ck_assert_int_eq(refresh(false), SECONDARY_WHOLE);
	for (size_t i = 1; i < SHIPMENT_RUNNING_MAX; i++)
		shipment_close(shipments[i]);
	ck_assert_uint_eq(counts().failed, SHIPMENT_RUNNING_MAX);
}
END_TEST

START_TEST(slow_secondaries_hold_a_few_copies_and_no_more)
{
	static uint8_t buf[65536];
	struct shipment *shipments[6];
	size_t len, later = 0;

	for (unsigned i = 0; i < 6; i++) {
		change(1, 3, i);
		shipments[i] = secondary_ask(&secondary, outgoing, false);
		for (int k = 0; k < 20; k++)
			(void)outgoing_run(outgoing, clock_at, 1000);
	}
	for (unsigned i = 0; i < 6; i++)
		later += shipment_next(shipments[i], buf, &len) == SHIPMENT_LATER;
	ck_assert_uint_eq(later, 2);
	ck_assert_uint_eq(counts().copies, 4);
	for (unsigned i = 0; i < 4; i++)
		shipment_close(shipments[i]);
	for (int k = 0; k < 20; k++)
		(void)outgoing_run(outgoing, clock_at, 1000);
	for (unsigned i = 4; i < 6; i++) {
		ck_assert_int_eq(shipment_next(shipments[i], buf, &len), SHIPMENT_MESSAGE);
		shipment_close(shipments[i]);
	}
}
END_TEST

START_TEST(copies_that_nobody_asks_for_go_after_a_while)
{
	ck_assert_int_eq(refresh(false), SECONDARY_WHOLE);
	ck_assert_int_eq(refresh(false), SECONDARY_WHOLE);
	ck_assert_uint_eq(counts().copies, 1);
	for (int s = 0; s < 12; s++)
		outgoing_tick(outgoing);
	ck_assert_int_eq(refresh(false), SECONDARY_WHOLE);
	ck_assert_uint_eq(counts().copies, 2);
}
END_TEST

START_TEST(the_journal_is_bounded_in_octets_and_steps)
{
	secondary_refresh(&secondary, outgoing, clock_at, false);
	for (unsigned round = 0; round < 1200; round++) {
		change(round % 3, 60, round);
		ck_assert_uint_le(counts().journal_octets, OUTGOING_JOURNAL_MAX);
	}
	ck_assert_uint_gt(counts().journal_octets, OUTGOING_JOURNAL_MAX / 2);
	ck_assert_int_eq(refresh(true), SECONDARY_WHOLE);
	for (unsigned round = 0; round < OUTGOING_STEPS_MAX + 10; round++)
		change(7, 1, round);
	ck_assert_uint_le(counts().journal_octets, OUTGOING_JOURNAL_MAX);
	ck_assert_int_eq(refresh(true), SECONDARY_WHOLE);
	change(7, 1, 5);
	ck_assert_int_eq(refresh(true), SECONDARY_STEPS);
}
END_TEST

START_TEST(who_waits_when_all_ends_waits_no_longer)
{
	uint8_t buf[65536];
	size_t len;
	struct shipment *shipment = secondary_ask(&secondary, outgoing, false);

	ck_assert_int_eq(shipment_next(shipment, buf, &len), SHIPMENT_LATER);
	outgoing_unwatch(outgoing, true);
	ck_assert_int_eq(shipment_next(shipment, buf, &len), SHIPMENT_FAILED);
	shipment_close(shipment);
	/* Over another index, with what that has. */
	ck_assert_int_eq(outgoing_watch(outgoing, world.index, true), 0);
	ck_assert_int_eq(refresh(false), SECONDARY_WHOLE);
}
END_TEST

START_TEST(who_waits_for_a_zone_that_goes_waits_no_longer)
{
	uint8_t buf[65536], soa[] = "\0\0\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0\4\0\0\0\5";
	struct secondary other;
	size_t len;

	secondary_start(&other, "example.org");
	ck_assert_int_eq(index_set_stated_zone(world.index, other.zone, soa, 22, 5, ZONE_STATED), 0);
	struct shipment *shipment = secondary_ask(&other, outgoing, false);
	struct shipment *stays = secondary_ask(&secondary, outgoing, false);
	ck_assert_int_eq(shipment_next(shipment, buf, &len), SHIPMENT_LATER);
	index_remove_zone(world.index, other.zone);
	ck_assert_int_eq(shipment_next(shipment, buf, &len), SHIPMENT_FAILED);
	ck_assert_int_eq(shipment_next(stays, buf, &len), SHIPMENT_LATER);
	shipment_close(shipment);
	shipment_close(stays);
	secondary_stop(&other);
}
END_TEST

START_TEST(who_waits_for_a_zone_that_other_settings_do_not_have_waits_no_longer)
{
	uint8_t buf[65536];
	struct catalog_world next;
	struct dns_settings settings = catalog_world_settings();
	size_t len;

	settings.cluster_domain = "other.local";
	catalog_world_start(&next, &settings);
	struct shipment *shipment = secondary_ask(&secondary, outgoing, false);
	ck_assert_int_eq(outgoing_watch(outgoing, next.index, true), 0);
	ck_assert_int_eq(shipment_next(shipment, buf, &len), SHIPMENT_FAILED);
	shipment_close(shipment);
	outgoing_unwatch(outgoing, true);
	catalog_world_stop(&next);
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("shipment");
	TCase *tcase = tcase_create("shipment");

	suite_add_tcase(suite, tcase);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, who_has_the_last_serial_or_a_newer_one_is_told_so);
	tcase_add_test(tcase, who_has_a_serial_that_nobody_knows_gets_the_whole_zone);
	tcase_add_test(tcase, differences_that_are_larger_than_the_zone_are_the_zone);
	tcase_add_test(tcase, serials_without_a_change_pass_in_one_step);
	tcase_add_test(tcase, a_name_that_is_no_zone_cannot_be_had);
	tcase_add_test(tcase, eight_go_at_once_and_the_ninth_is_refused_until_one_is_through);
	tcase_add_test(tcase, slow_secondaries_hold_a_few_copies_and_no_more);
	tcase_add_test(tcase, copies_that_nobody_asks_for_go_after_a_while);
	tcase_add_test(tcase, the_journal_is_bounded_in_octets_and_steps);
	tcase_add_test(tcase, who_waits_when_all_ends_waits_no_longer);
	tcase_add_test(tcase, who_waits_for_a_zone_that_goes_waits_no_longer);
	tcase_add_test(tcase, who_waits_for_a_zone_that_other_settings_do_not_have_waits_no_longer);
	return suite;
}
