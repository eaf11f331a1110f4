/* test_prober.c - what attempts share lasts as long as the last of them. */
#include <check.h>

#include "tests/probe/attempt.h"
#include "tests/suite.h"

static struct attempt attempt;

/* Freed memory in use, or memory never freed, is the sanitizer's to say. */
START_TEST(an_attempt_outlives_the_settings_it_began_with)
{
	struct peer peer;

	attempt_open(&attempt, ENGINE_HTTP, 0);
	peer_open(&peer, &attempt, peer_hang, NULL);
	attempt.target.port = peer.port;
	attempt.spec.timeout_ms = 50;
	attempt_start(&attempt);
	prober_free(attempt.prober);
	attempt.prober = NULL;
	event_base_dispatch(attempt.loop);
	ck_assert_uint_eq(attempt.done, 1);
	ck_assert_int_eq(attempt.outcome.code, OUTCOME_HEADERS_TIMEOUT);
	peer_close(&peer);
	attempt_close(&attempt);
}
END_TEST

START_TEST(the_last_attempt_may_be_cancelled_instead)
{
	struct peer peer;
	struct probe *probe;

	attempt_open(&attempt, ENGINE_TCP, 0);
	peer_open(&peer, &attempt, peer_hang, NULL);
	attempt.target.port = peer.port;
	probe = attempt_start(&attempt);
	prober_free(attempt.prober);
	attempt.prober = NULL;
	probe_cancel(probe);
	event_base_loop(attempt.loop, EVLOOP_NONBLOCK);
	ck_assert_uint_eq(attempt.done, 0);
	peer_close(&peer);
	attempt_close(&attempt);
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("prober");
	TCase *tcase = tcase_create("prober");

	tcase_add_test(tcase, an_attempt_outlives_the_settings_it_began_with);
	tcase_add_test(tcase, the_last_attempt_may_be_cancelled_instead);
	suite_add_tcase(suite, tcase);
	return suite;
}
