/* test_turn.c - long work leaves room for what others wait for. */
#include "net/turn.h"

#include <event2/event.h>

#include "tests/suite.h"

#define TURNS 100

static struct event *turn;
static unsigned turns, others;

static void
on_turn(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
	if (++turns < TURNS)
		turn_plan(turn);
}

static void
on_other(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
	others = turns;
}

START_TEST(others_are_heard_between_two_turns)
{
	struct event_base *loop = event_base_new();
	struct event *other = evtimer_new(loop, on_other, NULL);
	struct timeval now = { 0, 0 };

	turn = event_new(loop, -1, 0, on_turn, NULL);
	turn_plan(turn);
	turn_plan(turn);
	(void)event_base_loop(loop, EVLOOP_ONCE | EVLOOP_NONBLOCK);
	ck_assert_uint_eq(turns, 1);
	(void)evtimer_add(other, &now);
	(void)event_base_dispatch(loop);
	ck_assert_uint_eq(turns, TURNS);
	ck_assert_msg(others <= 2, "the other came after %u turns", others);
	event_free(turn);
	event_free(other);
	event_base_free(loop);
}
END_TEST

Suite *
suite(void)
{
	Suite *all = suite_create("net/turn");
	TCase *one = tcase_create("turns");

	tcase_add_test(one, others_are_heard_between_two_turns);
	suite_add_tcase(all, one);
	return all;
}
