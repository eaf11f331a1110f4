/* test_upstreams.c - an upstream is up or down by its useful answers, to clients and to probes. */
#include "daemon/upstreams.h"

#include <string.h>

#include "base/clock.h"
#include "tests/suite.h"

#define SERVERS 3
#define STEP_MS 50

/* Server i is 192.0.2.(i + 1):53; nobody is really asked. */
struct server {
	struct upstream_seen seen;
	enum outcome_code code;         /* how its probes end */
	int value;
	unsigned probes;
	uint64_t last_ms, shortest_ms;  /* between the starts of two */
	char asked[64];
	uint16_t type;
	bool healthy;
	/* in flight */
	probe_done_fn *done;
	void *done_arg;
};

static struct clock *hands;
static struct upstreams *upstreams;
static struct server servers[SERVERS];
static uint64_t due_ms;

static struct server *
server_of(const struct addr *addr)
{
	return &servers[addr->octets[3] - 1];
}

static struct probe *
start(void *arg, const struct probe_target *target, probe_done_fn *done, void *done_arg)
{
	struct server *server = server_of(&target->addr);
	uint64_t now_ms = clock_now_ms(hands);

	(void)arg;
	ck_assert_ptr_null(server->done);
	ck_assert_int_eq(target->spec->engine, ENGINE_DNS);
	ck_assert_uint_eq(target->port, 53);
	if (server->probes++ > 0 && now_ms - server->last_ms < server->shortest_ms)
		server->shortest_ms = now_ms - server->last_ms;
	server->last_ms = now_ms;
	strcpy(server->asked, target->spec->dns_name);
	server->type = target->spec->dns_type;
	server->done = done;
	server->done_arg = done_arg;
	return (struct probe *)server;
}

static void
cancel(void *arg, struct probe *probe)
{
	(void)arg;
	((struct server *)probe)->done = NULL;
}

static void
set_healthy(void *arg, const struct addr_port *address, bool healthy)
{
	(void)arg;
	server_of(&address->addr)->healthy = healthy;
}

static void
wake_at(void *arg, uint64_t at_ms)
{
	(void)arg;
	if (at_ms < due_ms)
		due_ms = at_ms;
}

static const struct upstreams_ops ops = { start, cancel, set_healthy, wake_at };

static void
setup(void)
{
	hands = clock_new_manual(1000000, 0);
	upstreams = upstreams_new(hands, &ops, NULL);
	ck_assert_ptr_nonnull(upstreams);
	memset(servers, 0, sizeof(servers));
	for (unsigned i = 0; i < SERVERS; i++) {
		servers[i].seen = (struct upstream_seen){ .zone = ".", .address = { .port = 53,
			.addr = { .family = ADDR_IP4, .octets = { 192, 0, 2, (uint8_t)(i + 1) } } } };
		servers[i].healthy = true;
		servers[i].shortest_ms = UINT64_MAX;
	}
	due_ms = UINT64_MAX;
}

static void
teardown(void)
{
	upstreams_free(upstreams);
	clock_free(hands);
}

static void
look(size_t count)
{
	struct upstream_seen seen[SERVERS];

	for (size_t i = 0; i < count; i++)
		seen[i] = servers[i].seen;
	ck_assert_int_eq(upstreams_look(upstreams, seen, count), 0);
}

static void
end_attempts(void)
{
	for (unsigned i = 0; i < SERVERS; i++) {
		struct outcome outcome = { .code = servers[i].code, .value = servers[i].value,
			.timeout_ms = 1000 };
		probe_done_fn *done = servers[i].done;

		servers[i].done = NULL;
		if (done != NULL)
			done(servers[i].done_arg, &outcome);
	}
}

/* Time passes, with a look each second at the first `count`. */
static void
pass(uint64_t ms, size_t count)
{
	for (uint64_t at = 0; at < ms; at += STEP_MS) {
		clock_turn_ms(hands, STEP_MS);
		end_attempts();
		if (clock_now_ms(hands) % 1000 == 0)
			look(count);
		if (clock_now_ms(hands) >= due_ms)
			due_ms = upstreams_run(upstreams);
	}
}

static struct upstream_state
state_of(size_t i)
{
	struct upstream_state state;

	upstreams_at(upstreams, i, &state);
	return state;
}

START_TEST(nobody_is_probed_while_clients_are_answered)
{
	for (unsigned i = 0; i < 30; i++) {
		servers[0].seen.useful += 100;
		servers[0].seen.failed += 3;
		pass(1000, 2);
	}
	ck_assert_uint_eq(servers[0].probes + servers[1].probes, 0);
	ck_assert_uint_eq(upstreams_count(upstreams), 2);
	ck_assert(state_of(0).up && state_of(1).up);
}
END_TEST

START_TEST(a_failure_of_a_client_is_looked_into_and_two_of_probes_mean_down)
{
	look(1);
	servers[0].seen.failed++;
	servers[0].code = OUTCOME_DNS_TIMEOUT;
	look(1);
	ck_assert(state_of(0).up && state_of(0).probed);
	while (state_of(0).probe_failures < 1)
		pass(STEP_MS, 1);
	ck_assert(servers[0].healthy);
	pass(1700, 1);
	ck_assert(!servers[0].healthy && !state_of(0).up);
	ck_assert_uint_ge(state_of(0).probe_failures, 2);
	ck_assert_int_eq(state_of(0).outcome.code, OUTCOME_DNS_TIMEOUT);
	ck_assert_uint_eq(upstreams_broken(upstreams), 1);
}
END_TEST

START_TEST(one_useful_answer_to_a_probe_means_up_and_ends_the_probing)
{
	unsigned probes;

	look(1);
	servers[0].seen.failed++;
	servers[0].code = OUTCOME_CONNECT_REFUSED;
	look(1);
	pass(5000, 1);
	ck_assert(!servers[0].healthy);
	servers[0].code = OUTCOME_PASS;
	pass(2500, 1);
	ck_assert(servers[0].healthy && state_of(0).up && !state_of(0).probed);
	probes = servers[0].probes;
	pass(20000, 1);
	ck_assert_uint_eq(servers[0].probes, probes);
}
END_TEST

START_TEST(one_useful_answer_to_a_client_means_up_at_once)
{
	look(1);
	servers[0].seen.failed++;
	servers[0].code = OUTCOME_DNS_TIMEOUT;
	look(1);
	pass(5000, 1);
	ck_assert(!servers[0].healthy);
	servers[0].seen.useful++;
	look(1);
	ck_assert(servers[0].healthy && !state_of(0).probed);
}
END_TEST

static const struct {
	enum outcome_code code;
	int value;
	bool up;
} endings[] = {
	{ OUTCOME_PASS, 0, true }, { OUTCOME_DNS_EMPTY, 0, true }, { OUTCOME_DNS_RCODE, 3, true },
	{ OUTCOME_DNS_RCODE, 2, false }, { OUTCOME_DNS_RCODE, 5, false },
	{ OUTCOME_DNS_MALFORMED, 0, false }, { OUTCOME_DNS_TIMEOUT, 0, false },
	{ OUTCOME_CONNECT_FAILED, 0, false },
	/* what goes wrong here says nothing about there */
	{ OUTCOME_FAULT_FILES, 0, true }, { OUTCOME_FAULT_LATE, 0, true },
};

START_TEST(a_denial_is_useful_and_a_fault_of_ours_no_failure)
{
	look(1);
	servers[0].seen.failed++;
	servers[0].code = endings[_i].code;
	servers[0].value = endings[_i].value;
	look(1);
	pass(8000, 1);
	ck_assert_int_eq(servers[0].healthy, endings[_i].up);
}
END_TEST

START_TEST(who_stays_away_is_probed_each_second_and_then_each_ten)
{
	look(1);
	servers[0].seen.failed++;
	servers[0].code = OUTCOME_DNS_TIMEOUT;
	look(1);
	pass(10000, 1);
	ck_assert_uint_ge(servers[0].probes, 8);
	ck_assert_uint_le(servers[0].probes, 12);
	ck_assert_uint_ge(servers[0].shortest_ms, 500);
	pass(600000, 1);
	servers[0].probes = 0;
	servers[0].shortest_ms = UINT64_MAX;
	pass(100000, 1);
	ck_assert_uint_ge(servers[0].probes, 9);
	ck_assert_uint_le(servers[0].probes, 11);
	ck_assert_uint_ge(servers[0].shortest_ms, 9000);
	servers[0].code = OUTCOME_PASS;
	pass(11000, 1);
	ck_assert(servers[0].healthy);
}
END_TEST

START_TEST(the_root_is_asked_for_ns_and_a_zone_for_its_soa)
{
	servers[1].seen.zone = "corp.example";
	look(2);
	servers[0].seen.failed++;
	servers[1].seen.failed++;
	look(2);
	pass(1500, 2);
	ck_assert_str_eq(servers[0].asked, ".");
	ck_assert_uint_eq(servers[0].type, 2);
	ck_assert_str_eq(servers[1].asked, "corp.example");
	ck_assert_uint_eq(servers[1].type, 6);
}
END_TEST

START_TEST(all_of_a_zone_being_down_is_counted_once)
{
	servers[2].seen.zone = "corp.example";
	look(3);
	for (unsigned i = 0; i < 2; i++) {
		servers[i].seen.failed++;
		servers[i].code = OUTCOME_DNS_TIMEOUT;
		ck_assert_uint_eq(upstreams_broken(upstreams), 0);
		look(3);
		pass(5000, 3);
	}
	ck_assert_uint_eq(upstreams_broken(upstreams), 1);
	ck_assert(!servers[0].healthy && !servers[1].healthy && servers[2].healthy);
}
END_TEST

START_TEST(what_the_settings_name_no_more_is_forgotten)
{
	look(2);
	servers[1].seen.failed++;
	servers[1].code = OUTCOME_DNS_TIMEOUT;
	look(2);
	pass(5000, 2);
	ck_assert(!servers[1].healthy);
	pass(1000, 1);
	ck_assert_uint_eq(upstreams_count(upstreams), 1);
	servers[1].probes = 0;
	pass(5000, 1);
	ck_assert_uint_eq(servers[1].probes, 0);
	/* When it comes back it is new. */
	look(2);
	ck_assert(state_of(1).up && !state_of(1).probed);
}
END_TEST

START_TEST(a_zone_that_is_renamed_changes_the_question_and_keeps_the_state)
{
	look(1);
	servers[0].seen.failed++;
	servers[0].code = OUTCOME_DNS_TIMEOUT;
	look(1);
	pass(5000, 1);
	servers[0].seen.zone = "corp.example";
	pass(3000, 1);
	ck_assert(!servers[0].healthy);
	ck_assert_str_eq(servers[0].asked, "corp.example");
}
END_TEST

START_TEST(who_leads_back_to_us_is_shown_and_never_probed)
{
	servers[0].seen.looping = true;
	look(1);
	servers[0].seen.failed++;
	look(1);
	pass(5000, 1);
	ck_assert_uint_eq(servers[0].probes, 0);
	ck_assert(state_of(0).looping);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("upstreams");
	TCase *tc = tcase_create("upstreams");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, nobody_is_probed_while_clients_are_answered);
	tcase_add_test(tc, a_failure_of_a_client_is_looked_into_and_two_of_probes_mean_down);
	tcase_add_test(tc, one_useful_answer_to_a_probe_means_up_and_ends_the_probing);
	tcase_add_test(tc, one_useful_answer_to_a_client_means_up_at_once);
	tcase_add_loop_test(tc, a_denial_is_useful_and_a_fault_of_ours_no_failure, 0,
	    sizeof(endings) / sizeof(endings[0]));
	tcase_add_test(tc, who_stays_away_is_probed_each_second_and_then_each_ten);
	tcase_add_test(tc, the_root_is_asked_for_ns_and_a_zone_for_its_soa);
	tcase_add_test(tc, all_of_a_zone_being_down_is_counted_once);
	tcase_add_test(tc, what_the_settings_name_no_more_is_forgotten);
	tcase_add_test(tc, a_zone_that_is_renamed_changes_the_question_and_keeps_the_state);
	tcase_add_test(tc, who_leads_back_to_us_is_shown_and_never_probed);
	suite_add_tcase(s, tc);
	return s;
}
