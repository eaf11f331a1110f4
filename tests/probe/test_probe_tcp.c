/* test_probe_tcp.c - a TCP probe passes exactly when a connection is made. */
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "tests/probe/attempt.h"
#include "tests/suite.h"

static struct attempt attempt;
static struct peer peer;

static void
setup(void)
{
	attempt_open(&attempt, ENGINE_TCP, 0);
}

static void
teardown(void)
{
	attempt_close(&attempt);
}

static peer_serve_fn *const accepting[] = { peer_hang, peer_hang_up, peer_reset };

START_TEST(whatever_follows_the_connection_it_passes)
{
	peer_open(&peer, &attempt, accepting[_i], NULL);
	attempt_expect(&attempt, OUTCOME_PASS, NULL);
	ck_assert_uint_lt(attempt.outcome.took_us, 500000);
	peer_close(&peer);
}
END_TEST

START_TEST(a_listener_that_never_accepts_passes)
{
	peer_open(&peer, &attempt, peer_hang, NULL);
	evconnlistener_disable(peer.listener);
	attempt_expect(&attempt, OUTCOME_PASS, NULL);
	peer_close(&peer);
}
END_TEST

START_TEST(a_closed_port_is_refused_at_once)
{
	attempt.target.port = closed_port();
	attempt_expect(&attempt, OUTCOME_CONNECT_REFUSED, NULL);
	ck_assert_uint_lt(attempt.outcome.took_us, 500000);
}
END_TEST

START_TEST(an_unknown_port_fails_by_name)
{
	attempt.spec.port.name = "metrics";
	attempt_expect(&attempt, OUTCOME_PORT_UNKNOWN, "metrics");
}
END_TEST

START_TEST(no_answer_is_a_timeout_near_the_deadline)
{
	struct full_queue queue;

	full_queue_open(&queue);
	attempt.target.port = queue.port;
	attempt.spec.timeout_ms = 60;
	attempt_expect(&attempt, OUTCOME_CONNECT_TIMEOUT, NULL);
	ck_assert_uint_ge(attempt.outcome.took_us, 60000);
	ck_assert_uint_eq(attempt.outcome.timeout_ms, 60);
	full_queue_close(&queue);
}
END_TEST

START_TEST(a_loop_that_is_late_is_no_failure_of_the_target)
{
	struct full_queue queue;

	full_queue_open(&queue);
	clock_free(attempt.clock);
	attempt.clock = clock_new_manual(1000, 0);
	attempt.settings.clock = attempt.clock;
	attempt.target.port = queue.port;
	attempt.spec.timeout_ms = 20;
	attempt_start(&attempt);
	clock_turn_ms(attempt.clock, 20 + 51);
	event_base_dispatch(attempt.loop);
	ck_assert_int_eq(attempt.outcome.code, OUTCOME_FAULT_LATE);
	full_queue_close(&queue);
}
END_TEST

START_TEST(the_deadline_is_the_clocks_not_the_loops)
{
	struct full_queue queue;

	full_queue_open(&queue);
	clock_free(attempt.clock);
	attempt.clock = clock_new_manual(1000, 0);
	attempt.settings.clock = attempt.clock;
	attempt.target.port = queue.port;
	attempt.spec.timeout_ms = 10;
	attempt_start(&attempt);
	event_base_loopexit(attempt.loop, &(struct timeval){ .tv_usec = 50000 });
	event_base_dispatch(attempt.loop);
	ck_assert_uint_eq(attempt.done, 0);
	clock_turn_ms(attempt.clock, 10);
	event_base_dispatch(attempt.loop);
	ck_assert_int_eq(attempt.outcome.code, OUTCOME_CONNECT_TIMEOUT);
	full_queue_close(&queue);
}
END_TEST

START_TEST(running_out_of_descriptors_is_a_fault_of_ours)
{
	struct rlimit limit, none;

	peer_open(&peer, &attempt, peer_hang, NULL);
	/* The address itself, and a name that has to be looked up first. */
	attempt.spec.host = _i == 0 ? NULL : "name.example";
	attempt.target.trusted = true;
	attempt.prober = prober_new(&attempt.settings);
	int next = fcntl(0, F_DUPFD, 0);

	close(next);
	getrlimit(RLIMIT_NOFILE, &limit);
	none = (struct rlimit){ .rlim_cur = (rlim_t)next, .rlim_max = limit.rlim_max };
	setrlimit(RLIMIT_NOFILE, &none);
	attempt_run(&attempt);
	setrlimit(RLIMIT_NOFILE, &limit);
	ck_assert_int_eq(attempt.outcome.code, OUTCOME_FAULT_FILES);
	ck_assert_int_eq(outcome_class(attempt.outcome.code), OUTCOME_CLASS_FAULT);
	peer_close(&peer);
}
END_TEST

START_TEST(a_cancelled_attempt_is_never_reported)
{
	peer_open(&peer, &attempt, peer_hang, NULL);
	probe_cancel(attempt_start(&attempt));
	probe_cancel(NULL);
	event_base_loopexit(attempt.loop, &(struct timeval){ .tv_usec = 20000 });
	event_base_dispatch(attempt.loop);
	ck_assert_uint_eq(attempt.done, 0);
	peer_close(&peer);
}
END_TEST

START_TEST(a_thousand_attempts_leave_no_descriptor)
{
	peer_open(&peer, &attempt, peer_hang_up, NULL);
	attempt_run(&attempt);
	int before = fcntl(0, F_DUPFD, 0);

	close(before);
	for (int i = 0; i < 1000; i++)
		ck_assert_int_eq(attempt_run(&attempt)->code, OUTCOME_PASS);
	/* Let the peer accept and close what it still has. */
	event_base_loop(attempt.loop, EVLOOP_NONBLOCK);
	int after = fcntl(0, F_DUPFD, 0);

	close(after);
	ck_assert_int_le(after, before);
	peer_close(&peer);
}
END_TEST

START_TEST(a_foreign_host_is_not_believed_from_an_untrusted_file)
{
	struct cidr network;

	ck_assert_int_eq(cidr_parse("127.0.0.0/8", &network), 0);
	attempt.settings.allow_hosts = &network;
	attempt.settings.allow_host_count = 1;
	attempt.spec.host = "127.0.0.2";
	attempt.target.port = closed_port();
	attempt_expect(&attempt, OUTCOME_CONNECT_REFUSED, NULL);
	attempt.target.trusted = false;
	attempt_expect(&attempt, OUTCOME_HOST_DENIED, "127.0.0.2");
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("probe_tcp");
	TCase *tc = tcase_create("probe_tcp");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, whatever_follows_the_connection_it_passes, 0, 3);
	tcase_add_test(tc, a_listener_that_never_accepts_passes);
	tcase_add_test(tc, a_closed_port_is_refused_at_once);
	tcase_add_test(tc, an_unknown_port_fails_by_name);
	tcase_add_test(tc, no_answer_is_a_timeout_near_the_deadline);
	tcase_add_test(tc, a_loop_that_is_late_is_no_failure_of_the_target);
	tcase_add_test(tc, the_deadline_is_the_clocks_not_the_loops);
	tcase_add_loop_test(tc, running_out_of_descriptors_is_a_fault_of_ours, 0, 2);
	tcase_add_test(tc, a_cancelled_attempt_is_never_reported);
	tcase_add_test(tc, a_thousand_attempts_leave_no_descriptor);
	tcase_add_test(tc, a_foreign_host_is_not_believed_from_an_untrusted_file);
	suite_add_tcase(s, tc);
	return s;
}
