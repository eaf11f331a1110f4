/* test_wiring.c - state, world and timer of the daemon, with its clock turned by hand. */
#include "daemon/wiring.h"

#include <event2/event.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/err.h"
#include "daemon/state.h"
#include "daemon/world.h"
#include "dns/index.h"
#include "dns/name.h"
#include "model/object.h"
#include "source/decode.h"
#include "tests/daemon/outfit.h"
#include "tests/suite.h"

/* One network, broadcast and first address aside, one address is left to be given. */
#define ONE_ADDRESS "serviceCIDRs: [10.96.0.0/30]\n"
#define SERVICE(name) "apiVersion: v1\nkind: Service\nmetadata: {name: " name ", namespace: shop}\n" \
	"spec: {ports: [{port: 80}]}\n"
#define HOUR_MS 3600000

static struct outfit outfit;

static void
set_up(void)
{
	outfit_start(&outfit, ONE_ADDRESS);
}

static void
tear_down(void)
{
	wiring_stop(&outfit.rollcall);
	outfit_stop(&outfit);
}

/* The file states this now ("": nothing), and the world has been run. */
static void
state(const char *file, const char *yaml)
{
	const struct decode_settings settings = { .trusted = true };
	struct diag *diag = diag_new();
	struct object_list list = { 0 };

	ck_assert_int_eq(decode_text(file, yaml, strlen(yaml), &settings, &list, diag), 0);
	ck_assert_int_eq(world_replace_file(outfit.rollcall.world, file,
	    clock_now_us(outfit.rollcall.clock), list.items, list.count, diag), 0);
	list.count = 0;
	object_list_release(&list);
	diag_free(diag);
	wiring_run(&outfit.rollcall);
}

static bool
is_answered(const char *service)
{
	uint8_t name[DNS_NAME_MAX];
	char text[128];
	size_t len;

	snprintf(text, sizeof(text), "%s.shop.svc.cluster.local", service);
	ck_assert_int_eq(name_from_text(text, name, &len), 0);
	return index_get(outfit.rollcall.now->answers->index, name) != NULL;
}

static void
turn(uint64_t ms)
{
	clock_turn_ms(outfit.rollcall.clock, ms);
	wiring_run(&outfit.rollcall);
}

/* All that is known is what the state folder holds. */
static void
restart(void)
{
	struct rollcall *rollcall = &outfit.rollcall;

	wiring_stop(rollcall);
	rollcall->world = NULL;
	rollcall->prober = NULL;
	rollcall->state = NULL;
	index_free(rollcall->now->index);
	rollcall->now->index = index_new();
	ck_assert_int_eq(wiring_start(rollcall), 0);
}

START_TEST(the_address_of_a_removed_service_is_held_for_an_hour)
{
	ck_assert_int_eq(wiring_start(&outfit.rollcall), 0);
	state("a.yaml", SERVICE("first"));
	ck_assert(is_answered("first"));
	state("a.yaml", SERVICE("second"));
	ck_assert(!is_answered("first") && !is_answered("second"));
	for (int minute = 0; minute < 59; minute++)
		turn(60000);
	ck_assert(!is_answered("second"));
	for (int minute = 0; minute < 5; minute++)
		turn(60000);
	ck_assert(is_answered("second"));
}
END_TEST

START_TEST(who_comes_back_within_the_hour_has_its_address_again)
{
	ck_assert_int_eq(wiring_start(&outfit.rollcall), 0);
	state("a.yaml", SERVICE("first"));
	state("a.yaml", "");
	turn(HOUR_MS / 2);
	state("b.yaml", SERVICE("second"));
	state("a.yaml", SERVICE("first"));
	ck_assert(is_answered("first") && !is_answered("second"));
}
END_TEST

START_TEST(the_hold_outlives_a_restart)
{
	ck_assert_int_eq(wiring_start(&outfit.rollcall), 0);
	state("a.yaml", SERVICE("first"));
	state("a.yaml", "");
	restart();
	state("a.yaml", SERVICE("second"));
	ck_assert(!is_answered("second"));
	state("a.yaml", SERVICE("first"));
	ck_assert(is_answered("first"));
}
END_TEST

START_TEST(the_serial_goes_on_where_it_was_and_never_back)
{
	struct world_counts before, after;

	ck_assert_int_eq(wiring_start(&outfit.rollcall), 0);
	state("a.yaml", SERVICE("first"));
	turn(1000);
	world_counts(outfit.rollcall.world, &before);
	restart();
	world_counts(outfit.rollcall.world, &after);
	ck_assert_uint_ge(before.serial, 1700000000);
	ck_assert_uint_ge(after.serial, before.serial);
}
END_TEST

START_TEST(a_second_daemon_on_the_same_folder_is_unavailable)
{
	struct rollcall second = outfit.rollcall;

	ck_assert_int_eq(wiring_start(&outfit.rollcall), 0);
	ck_assert_int_eq(wiring_start(&second), EX_UNAVAILABLE);
	ck_assert_ptr_null(second.world);
}
END_TEST

START_TEST(the_timer_is_set_for_what_the_world_wants_next)
{
	struct timeval when;

	ck_assert_int_eq(wiring_start(&outfit.rollcall), 0);
	/* Waiting for an address is asked for again. */
	state("a.yaml", SERVICE("first"));
	state("b.yaml", SERVICE("second"));
	ck_assert(event_pending(outfit.rollcall.due, EV_TIMEOUT, &when));
	ck_assert_uint_gt(outfit.rollcall.due_ms, clock_now_ms(outfit.rollcall.clock));
	ck_assert_uint_le(outfit.rollcall.due_ms, clock_now_ms(outfit.rollcall.clock) + 10000);
}
END_TEST

START_TEST(a_prober_replaces_the_one_before)
{
	ck_assert_int_eq(wiring_start(&outfit.rollcall), 0);
	struct prober *before = outfit.rollcall.prober;

	ck_assert_ptr_nonnull(before);
	ck_assert_int_eq(wiring_make_prober(&outfit.rollcall), 0);
	ck_assert_ptr_nonnull(outfit.rollcall.prober);
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("wiring");
	TCase *tcase = tcase_create("wiring");

	suite_add_tcase(suite, tcase);
	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, the_address_of_a_removed_service_is_held_for_an_hour);
	tcase_add_test(tcase, who_comes_back_within_the_hour_has_its_address_again);
	tcase_add_test(tcase, the_hold_outlives_a_restart);
	tcase_add_test(tcase, the_serial_goes_on_where_it_was_and_never_back);
	tcase_add_test(tcase, a_second_daemon_on_the_same_folder_is_unavailable);
	tcase_add_test(tcase, the_timer_is_set_for_what_the_world_wants_next);
	tcase_add_test(tcase, a_prober_replaces_the_one_before);
	return suite;
}
