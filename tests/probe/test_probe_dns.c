/* test_probe_dns.c - a DNS probe passes exactly when a useful answer comes in time. */
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "tests/dns/liar.h"
#include "tests/probe/attempt.h"
#include "tests/suite.h"

enum { TYPE_A = 1, TYPE_NS = 2, TYPE_TXT = 16 };

static struct attempt attempt;
static struct liar *liar;

static void
setup(void)
{
	liar = liar_start("127.0.0.1", 30);
	ck_assert_ptr_nonnull(liar);
	attempt_open(&attempt, ENGINE_DNS, liar_port(liar));
	attempt.spec.dns_name = "a.example";
	attempt.spec.dns_type = TYPE_A;
}

static void
teardown(void)
{
	attempt_close(&attempt);
	liar_stop(liar);
}

static const struct {
	const char *name;
	enum outcome_code code;
	const char *detail;
} rows[] = {
	{ "a.example", OUTCOME_PASS, NULL },
	{ "chain5.example", OUTCOME_PASS, NULL },
	{ "cnameonly.example", OUTCOME_PASS, NULL },
	{ "tc.example", OUTCOME_PASS, NULL },
	{ "split.example", OUTCOME_PASS, NULL },
	{ "big.example", OUTCOME_PASS, NULL },
	{ "noedns.example", OUTCOME_PASS, NULL },
	{ "storm.example", OUTCOME_PASS, NULL },
	{ "wrongid-then.example", OUTCOME_PASS, NULL },
	{ "wrongq-then.example", OUTCOME_PASS, NULL },
	{ "wrongsrc-then.example", OUTCOME_PASS, NULL },
	{ "garbage-then.example", OUTCOME_PASS, NULL },
	{ "empty-then.example", OUTCOME_PASS, NULL },
	{ "slow50.example", OUTCOME_PASS, NULL },
	{ "nodata.example", OUTCOME_DNS_EMPTY, NULL },
	{ "cnameself.example", OUTCOME_DNS_EMPTY, NULL },
	{ "nxdomain.example", OUTCOME_DNS_RCODE, "NXDOMAIN" },
	{ "servfail.example", OUTCOME_DNS_RCODE, "SERVFAIL" },
	{ "refused.example", OUTCOME_DNS_RCODE, "REFUSED" },
	{ "formerrall.example", OUTCOME_DNS_RCODE, "FORMERR" },
	{ "garbageid.example", OUTCOME_DNS_MALFORMED, NULL },
	{ "lie.example", OUTCOME_DNS_MALFORMED, NULL },
	{ "ptrloop.example", OUTCOME_DNS_MALFORMED, NULL },
	{ "tcempty.example", OUTCOME_CLOSED, NULL },
	{ "tcreset.example", OUTCOME_RESET, NULL },
};

START_TEST(an_attempt_ends_as_the_server_answers)
{
	attempt.spec.dns_name = rows[_i].name;
	attempt_expect(&attempt, rows[_i].code, rows[_i].detail);
	ck_assert_uint_lt(attempt.outcome.took_us, 1500000);
}
END_TEST

static const char *const silences[] = { "dead.example", "wrongid.example", "wrongq.example",
	"wrongtype.example", "wrongcase.example", "noqr.example", "wrongsrc.example",
	"tchang.example", "half.example", "short.example" };

START_TEST(no_answer_of_its_own_is_a_timeout_near_the_deadline)
{
	attempt.spec.dns_name = silences[_i];
	attempt.spec.timeout_ms = 80;
	attempt_expect(&attempt, OUTCOME_DNS_TIMEOUT, NULL);
	ck_assert_uint_ge(attempt.outcome.took_us, 80000);
}
END_TEST

START_TEST(any_type_and_the_root_can_be_asked_for)
{
	struct liar_question asked;

	attempt.spec.dns_name = ".";
	attempt.spec.dns_type = TYPE_NS;
	attempt_expect(&attempt, OUTCOME_PASS, NULL);
	ck_assert(liar_asked(liar, 0, &asked));
	ck_assert_str_eq(asked.name, ".");
	ck_assert_uint_eq(asked.type, TYPE_NS);
	attempt.spec.dns_name = "a.example";
	attempt.spec.dns_type = TYPE_TXT;
	attempt_expect(&attempt, OUTCOME_PASS, NULL);
}
END_TEST

START_TEST(ids_and_ports_differ_from_one_attempt_to_the_next)
{
	struct liar_question asked[8];
	unsigned same_id = 0, same_port = 0;

	for (size_t i = 0; i < 8; i++) {
		attempt_expect(&attempt, OUTCOME_PASS, NULL);
		ck_assert(liar_asked(liar, i, &asked[i]));
		same_id += i > 0 && asked[i].id == asked[i - 1].id;
		same_port += i > 0 && asked[i].port == asked[i - 1].port;
	}
	ck_assert_uint_le(same_id, 1);
	ck_assert_uint_le(same_port, 1);
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
	attempt.target.port = 0;
	attempt.spec.port.name = "dns";
	attempt_expect(&attempt, OUTCOME_PORT_UNKNOWN, "dns");
}
END_TEST

START_TEST(running_out_of_descriptors_is_a_fault_of_ours)
{
	struct rlimit limit, none;

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
}
END_TEST

START_TEST(a_loop_that_is_late_is_no_failure_of_the_target)
{
	clock_free(attempt.clock);
	attempt.clock = clock_new_manual(1000, 0);
	attempt.settings.clock = attempt.clock;
	attempt.spec.dns_name = "dead.example";
	attempt.spec.timeout_ms = 20;
	attempt_start(&attempt);
	clock_turn_ms(attempt.clock, 20 + 51);
	event_base_dispatch(attempt.loop);
	ck_assert_int_eq(attempt.outcome.code, OUTCOME_FAULT_LATE);
}
END_TEST

START_TEST(a_cancelled_attempt_is_never_reported)
{
	attempt.spec.dns_name = _i == 0 ? "a.example" : "half.example";
	probe_cancel(attempt_start(&attempt));
	event_base_loopexit(attempt.loop, &(struct timeval){ .tv_usec = 20000 });
	event_base_dispatch(attempt.loop);
	ck_assert_uint_eq(attempt.done, 0);
}
END_TEST

START_TEST(a_thousand_attempts_leave_no_descriptor)
{
	attempt_run(&attempt);
	int before = fcntl(0, F_DUPFD, 0);

	close(before);
	for (int i = 0; i < 1000; i++)
		ck_assert_int_eq(attempt_run(&attempt)->code, OUTCOME_PASS);
	int after = fcntl(0, F_DUPFD, 0);

	close(after);
	ck_assert_int_le(after, before);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("probe_dns");
	TCase *tc = tcase_create("probe_dns");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, an_attempt_ends_as_the_server_answers, 0,
	    sizeof(rows) / sizeof(rows[0]));
	tcase_add_loop_test(tc, no_answer_of_its_own_is_a_timeout_near_the_deadline, 0,
	    sizeof(silences) / sizeof(silences[0]));
	tcase_add_test(tc, any_type_and_the_root_can_be_asked_for);
	tcase_add_test(tc, ids_and_ports_differ_from_one_attempt_to_the_next);
	tcase_add_test(tc, a_closed_port_is_refused_at_once);
	tcase_add_test(tc, an_unknown_port_fails_by_name);
	tcase_add_test(tc, running_out_of_descriptors_is_a_fault_of_ours);
	tcase_add_test(tc, a_loop_that_is_late_is_no_failure_of_the_target);
	tcase_add_loop_test(tc, a_cancelled_attempt_is_never_reported, 0, 2);
	tcase_add_test(tc, a_thousand_attempts_leave_no_descriptor);
	suite_add_tcase(s, tc);
	return s;
}
