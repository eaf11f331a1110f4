/* test_refresh.c - much that changes at once is worked off in turns, and nothing is lost between. */
#include "daemon/refresh.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/strbuf.h"
#include "daemon/world.h"
#include "dns/index.h"
#include "model/store.h"
#include "tests/daemon/played.h"
#include "tests/suite.h"

#define SERVICES 100

static struct played *played;
static struct strbuf text;
static unsigned port;                   /* of all Services */

static void
setup(void)
{
	played = played_new("10.96.0.0/24");
	text = (struct strbuf)STRBUF_INIT;
	port = 80;
}

static void
teardown(void)
{
	played_free(played);
	strbuf_release(&text);
}

/* Services s0, s1 and so on, without one of them; the last of them with this address. */
static const char *
services(int without, const char *address)
{
	strbuf_clear(&text);
	for (int i = 0; i < SERVICES; i++) {
		if (i == without)
			continue;
		strbuf_addf(&text, "---\napiVersion: v1\nkind: Service\n"
		    "metadata: {name: s%d, namespace: shop}\nspec: {ports: [{port: %u}]", i, port);
		if (i == SERVICES - 1 && address != NULL)
			strbuf_addf(&text, ", clusterIP: %s", address);
		strbuf_addf(&text, "}\n");
	}
	return text.text;
}

static const char *
ask(int i)
{
	char name[64];

	snprintf(name, sizeof(name), "s%d.shop.svc.cluster.local", i);
	return played_ask(played, name);
}

static bool
is_busy(void)
{
	return world_is_busy(played->world);
}

/* How many turns it took. */
static unsigned
finish(void)
{
	unsigned turns = 0;

	for (; is_busy(); turns++) {
		ck_assert_uint_lt(turns, 100);
		/* It wants to go on at once, after whoever else is waiting. */
		ck_assert_uint_le(played->next_ms, clock_now_ms(played->clock));
		played_turn(played, 0);
	}
	return turns;
}

START_TEST(a_large_load_leaves_others_their_turn_and_is_answered_in_the_end)
{
	played->slow_ms = 1;
	played_state(played, "a.yaml", services(-1, NULL));
	/* Not before the first turn, too: who asks must not take this for done. */
	ck_assert(is_busy());
	played_turn(played, 0);
	ck_assert(is_busy());
	ck_assert_uint_eq(played->saves, 0);
	ck_assert_str_eq(ask(0), "NXDOMAIN");
	ck_assert_uint_ge(finish(), SERVICES / 16 - 1);
	ck_assert_uint_eq(played->saves, SERVICES);
	ck_assert_uint_eq(played->syncs, 1);
	for (int i = 0; i < SERVICES; i++)
		ck_assert_int_eq(strncmp(ask(i), "10.96.0.", 8), 0);
	ck_assert_uint_gt(played->next_ms, clock_now_ms(played->clock));
}
END_TEST

START_TEST(a_small_change_takes_one_turn)
{
	played_file(played, "a.yaml", services(-1, NULL));
	ck_assert(!is_busy());
	played->slow_ms = 1;
	played_file(played, "a.yaml", services(-1, "10.96.0.7"));
	ck_assert(!is_busy());
	ck_assert_str_eq(ask(SERVICES - 1), "10.96.0.7");
}
END_TEST

/* All objects are exchanged between two turns; one goes, one differs, one is new. */
START_TEST(what_changes_between_turns_is_answered_as_it_is_last)
{
	for (unsigned before = 0; before < 8; before++) {
		char name[16];

		snprintf(name, sizeof(name), "%u.yaml", before);
		played->slow_ms = 1;
		played_file(played, name, services(-1, NULL));
		for (unsigned i = 0; i < before; i++)
			played_turn(played, 0);
		played_state(played, name, services(5, "10.96.0.7"));
		played_file(played, "b.yaml", "apiVersion: v1\nkind: Service\n"
		    "metadata: {name: new, namespace: shop}\n"
		    "spec: {ports: [{port: 80}], clusterIP: 10.96.0.9}\n");
		played->slow_ms = 0;
		finish();
		played_turn(played, 0);
		ck_assert_str_eq(ask(5), "NXDOMAIN");
		ck_assert_str_eq(ask(SERVICES - 1), "10.96.0.7");
		ck_assert_str_eq(played_ask(played, "new.shop.svc.cluster.local"), "10.96.0.9");
		for (int i = 6; i < SERVICES - 1; i++)
			ck_assert_int_eq(strncmp(ask(i), "10.96.0.", 8), 0);
		played_file(played, name, "");
		played_file(played, "b.yaml", "");
		ck_assert(!is_busy());
		ck_assert_str_eq(ask(6), "NXDOMAIN");
	}
}
END_TEST

/* One more Service with a Pod that is probed, in a file of its own. */
#define PROBED(port) \
	"apiVersion: v1\nkind: Service\nmetadata: {name: probed, namespace: shop}\n" \
	"spec: {clusterIP: None, selector: {app: a}, ports: [{port: " port "}]}\n---\n" \
	"apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: shop, labels: {app: a}}\n" \
	"spec: {containers: [{name: c, image: x, readinessProbe: {tcpSocket: {port: 80}, " \
	"failureThreshold: 1, periodSeconds: 1}}]}\n" \
	"status: {phase: Running, podIP: 10.8.0.1}\n"
#define PROBED_NAME "probed.shop.svc.cluster.local"

/* What a probe of the Pod has found, without a turn of the world. */
static void
set_verdict(enum verdict verdict)
{
	struct verdict_state state = { .verdict = verdict, .reason = "" };

	ck_assert_int_eq(world_restore_verdict(played->world, "pod/shop/a/c/readiness", &state), 0);
}

START_TEST(a_verdict_does_not_wait_for_the_batch_under_way)
{
	unsigned turns = 0;

	played_file(played, "p.yaml", PROBED("80"));
	played_file(played, "a.yaml", services(-1, NULL));
	ck_assert_str_eq(played_ask(played, PROBED_NAME), "NXDOMAIN");
	played->slow_ms = 1;
	/* Everything is in the batch, the probed Service too. */
	port = 81;
	played_state(played, "p.yaml", PROBED("81"));
	played_state(played, "a.yaml", services(-1, NULL));
	played_turn(played, 0);
	ck_assert(is_busy());
	for (; is_busy(); turns++) {
		set_verdict(turns % 2 == 0 ? VERDICT_PASS : VERDICT_FAIL);
		played_turn(played, 0);
		ck_assert_str_eq(played_ask(played, PROBED_NAME),
		    turns % 2 == 0 ? "10.8.0.1" : "NXDOMAIN");
	}
	ck_assert_uint_gt(turns, 1);
}
END_TEST

/* The thread that frees is waited for; what was never handed to it does not go. */
static bool
shrinks_to(size_t size)
{
	for (int i = 0; i < 5000 && index_size(played->index) > size; i++)
		nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
	return index_size(played->index) <= size;
}

START_TEST(what_is_replaced_is_freed_while_the_batch_goes_on)
{
	size_t size = 0;

	played_file(played, "p.yaml", PROBED("80"));
	played_file(played, "a.yaml", services(-1, NULL));
	played->slow_ms = 1;
	port = 81;
	played_state(played, "a.yaml", services(-1, NULL));
	for (unsigned turn = 0; turn < 5; turn++) {
		set_verdict(turn % 2 == 0 ? VERDICT_PASS : VERDICT_FAIL);
		played_turn(played, 0);
		ck_assert(is_busy());
		if (turn == 0)
			size = index_size(played->index);
	}
	ck_assert_str_eq(played_ask(played, PROBED_NAME), "10.8.0.1");
	ck_assert(shrinks_to(size));
}
END_TEST

/* Listed before the load began, and touched by it: nothing can be done before its end. */
START_TEST(what_a_load_keeps_back_is_not_taken_for_want_of_memory)
{
	played_file(played, "a.yaml", services(-1, NULL));
	port = 81;
	played_state(played, "a.yaml", services(-1, NULL));
	world_hold(played->world);
	port = 82;
	played_state(played, "a.yaml", services(0, NULL));
	played_turn(played, 0);
	ck_assert_uint_gt(played->next_ms, clock_now_ms(played->clock) + 2000);
	ck_assert_int_eq(strncmp(ask(0), "10.96.0.", 8), 0);
	world_release(played->world);
	played_turn(played, 0);
	ck_assert_str_eq(ask(0), "NXDOMAIN");
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("refresh");
	TCase *tc = tcase_create("refresh");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_large_load_leaves_others_their_turn_and_is_answered_in_the_end);
	tcase_add_test(tc, a_small_change_takes_one_turn);
	tcase_add_test(tc, a_verdict_does_not_wait_for_the_batch_under_way);
	tcase_add_test(tc, what_a_load_keeps_back_is_not_taken_for_want_of_memory);
	tcase_add_test(tc, what_is_replaced_is_freed_while_the_batch_goes_on);
	tcase_add_test(tc, what_changes_between_turns_is_answered_as_it_is_last);
	suite_add_tcase(s, tc);
	return s;
}
