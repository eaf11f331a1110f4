/* test_state.c - addresses and verdicts outlive the process; trouble with the disk is told and survived. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/err.h"
#include "base/log.h"
#include "base/strbuf.h"
#include "daemon/state.h"
#include "model/allot.h"
#include "model/store.h"
#include "tests/daemon/scratch.h"
#include "tests/suite.h"

#define START_UNIX_S 1000000

static struct scratch scratch;
static struct clock *wall;

static void
set_up(void)
{
	scratch_make(&scratch);
	wall = clock_new_manual(5000, START_UNIX_S);
	log_set_level(LOG_ERROR);
}

static void
tear_down(void)
{
	clock_free(wall);
	scratch_remove(&scratch);
}

static struct state *
open_state(void)
{
	struct state_settings settings = { .dir = scratch.path, .hold_s = 3600, .clock = wall };
	struct state *state;

	ck_assert_int_eq(state_open(&settings, &state), 0);
	return state;
}

static void
put(struct state *state, const char *name, const char *ip, uint16_t node_port)
{
	struct allotted_port port = {
		.port = 80, .protocol = PROTOCOL_TCP, .node_port = node_port
	};
	struct allotment allotment = { .ns = "shop", .name = name, .families = { ADDR_IP4 },
		.family_count = 1, .cluster_ip_count = 1, .node_ports = &port,
		.node_port_count = node_port != 0 };

	ck_assert_int_eq(addr_parse(ip, &allotment.cluster_ips[0]), 0);
	ck_assert_int_eq(state_put_allotment(state, &allotment), 0);
}

static int
describe_allotment(void *arg, const struct allotment *allotment, bool removed)
{
	char text[ADDR_TEXT_SIZE];

	strbuf_addf(arg, "%s/%s %s %u%s; ", allotment->ns, allotment->name,
	    addr_text(&allotment->cluster_ips[0], text),
	    allotment->node_port_count > 0 ? allotment->node_ports[0].node_port : 0U,
	    removed ? " removed" : "");
	return 0;
}

#define MARK 0xfedcba9876543210

static int
describe_verdict(void *arg, const char *id, const struct verdict_state *verdict)
{
	ck_assert(verdict->restored);
	ck_assert_uint_eq(verdict->mark, MARK);
	strbuf_addf(arg, "%s %s since %llu: %s; ", id,
	    verdict->verdict == VERDICT_PASS ? "pass" : "fail",
	    (unsigned long long)verdict->since_unix_ms, verdict->reason);
	return 0;
}

static int
compare_texts(const void *left, const void *right)
{
	return strcmp(*(char *const *)left, *(char *const *)right);
}

/* "b; a; " as "a b ": what is restored comes in no particular order. */
static char *
sort_entries(const char *text, char buf[1024])
{
	char *copy = strdup(text);
	char *rest = copy, *entry, *entries[32];
	size_t count = 0;

	while ((entry = strsep(&rest, ";")) != NULL)
		entries[count++] = entry + strspn(entry, " ");
	qsort(entries, count, sizeof(entries[0]), compare_texts);
	buf[0] = '\0';
	for (size_t i = 0; i < count; i++)
		strcat(strcat(buf, entries[i]), " ");
	free(copy);
	return buf;
}

/* Open the folder again and say what is in it. */
static void
expect(const char *expected)
{
	char got[1024], wanted[1024];
	static const struct state_restore_ops ops = { describe_allotment, describe_verdict };
	struct strbuf text = STRBUF_INIT;
	struct state *state = open_state();

	ck_assert_int_eq(state_restore(state, &ops, &text), 0);
	ck_assert_str_eq(sort_entries(text.text, got), sort_entries(expected, wanted));
	strbuf_release(&text);
	state_close(state);
}

static int
no_verdicts(void *arg, state_verdict_fn *visit, void *visit_arg)
{
	(void)arg, (void)visit, (void)visit_arg;
	return 0;
}

static int
one_verdict(void *arg, state_verdict_fn *visit, void *visit_arg)
{
	struct verdict_state verdict = {
		.verdict = VERDICT_FAIL, .since_unix_ms = 77, .mark = MARK,
		.reason = "status 503"
	};

	(void)arg;
	return visit(visit_arg, "pod/shop/web-1/web/readiness", &verdict);
}

START_TEST(addresses_are_read_back_as_last_put)
{
	struct state *state = open_state();

	put(state, "web", "10.96.0.10", 30080);
	put(state, "api", "2001:db8::7", 0);
	ck_assert_int_eq(state_sync(state), 0);
	put(state, "web", "10.96.0.10", 30081);
	ck_assert_int_eq(state_sync(state), 0);
	state_close(state);
	expect("shop/web 10.96.0.10 30081; shop/api 2001:db8::7 0; ");
}
END_TEST

START_TEST(what_was_not_synced_is_not_kept)
{
	struct state *state = open_state();

	put(state, "web", "10.96.0.10", 0);
	ck_assert_int_eq(state_sync(state), 0);
	put(state, "api", "10.96.0.11", 0);
	state_close(state);
	expect("shop/web 10.96.0.10 0; ");
}
END_TEST

START_TEST(a_removed_service_is_held_for_an_hour_over_restarts)
{
	struct state *state = open_state();

	put(state, "web", "10.96.0.10", 0);
	ck_assert_int_eq(state_remove_allotment(state, "shop", "web"), 0);
	ck_assert_int_eq(state_remove_allotment(state, "shop", "unknown"), 0);
	ck_assert_int_eq(state_sync(state), 0);
	state_close(state);
	expect("shop/web 10.96.0.10 0 removed; ");
	clock_turn_ms(wall, 3599 * 1000);
	expect("shop/web 10.96.0.10 0 removed; ");
	clock_turn_ms(wall, 1000);
	expect("");
}
END_TEST

START_TEST(a_service_that_comes_back_is_not_removed_any_more)
{
	struct state *state = open_state();

	put(state, "web", "10.96.0.10", 0);
	state_remove_allotment(state, "shop", "web");
	put(state, "web", "10.96.0.10", 0);
	ck_assert_int_eq(state_sync(state), 0);
	state_close(state);
	clock_turn_ms(wall, 7200 * 1000);
	expect("shop/web 10.96.0.10 0; ");
}
END_TEST

START_TEST(verdicts_are_read_back_and_forgotten_ones_are_not)
{
	struct verdict_state verdict = {
		.verdict = VERDICT_PASS, .since_unix_ms = 5, .mark = MARK, .reason = ""
	};
	struct state *state = open_state();

	ck_assert_int_eq(state_save_verdicts(state, one_verdict, NULL, false), 0);
	state_put_verdict(state, "service/shop/db/10.0.0.1:5432", &verdict);
	state_put_verdict(state, "pod/shop/gone/web/readiness", &verdict);
	verdict.verdict = VERDICT_UNKNOWN;
	state_put_verdict(state, "pod/shop/gone/web/readiness", &verdict);
	ck_assert_int_eq(state_save_verdicts(state, one_verdict, NULL, true), 0);
	state_close(state);
	expect("pod/shop/web-1/web/readiness fail since 77: status 503; "
	    "service/shop/db/10.0.0.1:5432 pass since 5: ; ");
}
END_TEST

START_TEST(the_serial_never_goes_back)
{
	struct state *state = open_state();
	uint32_t used = 4294967200U;

	ck_assert_uint_eq(state_serial(state), 0);
	for (int i = 0; i < 3000; i++) {
		ck_assert_int_eq(state_put_serial(state, ++used), 0);
		ck_assert_int_eq(state_sync(state), 0);
	}
	state_close(state);
	state = open_state();
	/* Past the wrap too (RFC 1982). */
	ck_assert_int_ge((int32_t)(state_serial(state) - used), 0);
	ck_assert_int_lt((int32_t)(state_serial(state) - used), 1000);
	state_close(state);
}
END_TEST

START_TEST(a_second_daemon_on_the_same_folder_is_refused)
{
	struct state_settings settings = { .dir = scratch.path, .hold_s = 3600, .clock = wall };
	struct state *state = open_state(), *second;

	ck_assert_int_eq(state_open(&settings, &second), ERR_EXISTS);
	state_close(state);
	state_close(open_state());
}
END_TEST

START_TEST(a_missing_folder_is_made)
{
	struct state_settings settings = { .hold_s = 3600, .clock = wall };
	struct state *state;
	char dir[300];

	snprintf(dir, sizeof(dir), "%s/a/b", scratch.path);
	settings.dir = dir;
	ck_assert_int_eq(state_open(&settings, &state), 0);
	ck_assert_ptr_null(state_problem(state));
	put(state, "web", "10.96.0.10", 0);
	ck_assert_int_eq(state_sync(state), 0);
	state_close(state);
	ck_assert_int_eq(access(dir, X_OK), 0);
}
END_TEST

START_TEST(without_a_folder_nothing_is_kept_and_nothing_fails)
{
	struct state_settings settings = { .hold_s = 3600, .clock = wall };
	struct state *state;

	ck_assert_int_eq(state_open(&settings, &state), 0);
	put(state, "web", "10.96.0.10", 0);
	ck_assert_int_eq(state_sync(state), 0);
	ck_assert_int_eq(state_save_verdicts(state, one_verdict, NULL, true), 0);
	ck_assert_ptr_null(state_problem(state));
	state_close(state);
}
END_TEST

static void
limit_file_size(rlim_t octets)
{
	struct rlimit limit = { octets, RLIM_INFINITY };

	signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

START_TEST(a_full_disk_fails_the_sync_until_there_is_room)
{
	struct state *state = open_state();

	put(state, "web", "10.96.0.10", 0);
	ck_assert_int_eq(state_sync(state), 0);
	ck_assert_int_eq(state_save_verdicts(state, no_verdicts, NULL, false), 0);
	limit_file_size(1);
	put(state, "api", "10.96.0.11", 0);
	ck_assert_int_eq(state_sync(state), ERR_SYSTEM);
	ck_assert_ptr_nonnull(state_problem(state));
	ck_assert_int_eq(state_sync(state), ERR_SYSTEM);
	limit_file_size(RLIM_INFINITY);
	ck_assert_int_eq(state_sync(state), 0);
	ck_assert_ptr_null(state_problem(state));
	state_close(state);
	expect("shop/web 10.96.0.10 0; shop/api 10.96.0.11 0; ");
}
END_TEST

START_TEST(a_file_that_cannot_be_read_is_set_aside_not_overwritten)
{
	struct state *state;

	ck_assert_int_eq(mkdirat(scratch.fd, "addresses", 0700), 0);
	state = open_state();
	ck_assert_ptr_null(state_problem(state));
	put(state, "web", "10.96.0.10", 0);
	ck_assert_int_eq(state_sync(state), 0);
	state_close(state);
	ck_assert_int_eq(faccessat(scratch.fd, "addresses.bad", R_OK, 0), 0);
	expect("shop/web 10.96.0.10 0; ");
}
END_TEST

START_TEST(trouble_with_verdicts_is_no_trouble_with_addresses)
{
	struct state *state = open_state();

	ck_assert_int_eq(mkdirat(scratch.fd, "verdicts", 0700), 0);
	ck_assert_int_eq(state_save_verdicts(state, one_verdict, NULL, false), ERR_SYSTEM);
	ck_assert_ptr_nonnull(state_problem(state));
	put(state, "web", "10.96.0.10", 0);
	ck_assert_int_eq(state_sync(state), 0);
	ck_assert_ptr_nonnull(state_problem(state));
	/* Tried again after a while, not each time. */
	ck_assert_int_eq(unlinkat(scratch.fd, "verdicts", AT_REMOVEDIR), 0);
	clock_turn_ms(wall, 1000);
	ck_assert_int_eq(state_save_verdicts(state, one_verdict, NULL, false), ERR_SYSTEM);
	clock_turn_ms(wall, 5000);
	ck_assert_int_eq(state_save_verdicts(state, one_verdict, NULL, false), 0);
	ck_assert_ptr_null(state_problem(state));
	state_close(state);
	expect("shop/web 10.96.0.10 0; pod/shop/web-1/web/readiness fail since 77: status 503; ");
}
END_TEST

/* Damage the address file in every way of one octet: always a start, and at most one Service is
 * lost. */
START_TEST(any_damage_is_survived_and_costs_at_most_one_service)
{
	static const struct state_restore_ops ops = { describe_allotment, describe_verdict };
	struct state *state = open_state();
	uint8_t *whole;
	size_t len;

	put(state, "a", "10.96.0.10", 0);
	put(state, "b", "10.96.0.11", 30001);
	put(state, "c", "10.96.0.12", 0);
	ck_assert_int_eq(state_sync(state), 0);
	state_close(state);
	whole = scratch_read(&scratch, "addresses", &len);
	for (size_t at = 0; at < 2 * len; at++) {
		struct strbuf text = STRBUF_INIT;
		bool flip = at < len;
		unsigned services = 0;

		if (flip)
			whole[at] ^= 0xff;
		scratch_write(&scratch, "addresses", whole, flip ? len : at - len);
		if (flip)
			whole[at] ^= 0xff;
		state = open_state();
		ck_assert_int_eq(state_restore(state, &ops, &text), 0);
		state_close(state);
		for (const char *c = text.text; *c != '\0'; c++)
			services += *c == ';';
		if (flip)
			ck_assert_uint_ge(services, 2);
		/* What was healed at the start is whole at the next. */
		expect(text.text);
		strbuf_release(&text);
	}
	free(whole);
}
END_TEST

/* ---- who has what another gave up ---- */

/* As the world does it. */
static int
restore_into(void *arg, const struct allotment *allotment, bool removed)
{
	struct diag *diag = diag_new();
	int err = allot_restore(arg, allotment, diag);

	ck_assert_uint_eq(diag_count(diag, SEVERITY_WARNING) + diag_count(diag, SEVERITY_ERROR), 0);
	diag_free(diag);
	if (removed)
		allot_remove(arg, allotment->ns, allotment->name, 5000);
	return err;
}

static struct allot *
restore(void)
{
	static const struct state_restore_ops ops = { restore_into, describe_verdict };
	struct cidr cidr;
	struct allot_settings settings = { .service_cidrs = &cidr, .service_cidr_count = 1,
		.node_port_first = 30000, .node_port_last = 32767, .hold_ms = 3600000 };
	struct state *state = open_state();
	struct allot *allot;

	ck_assert_int_eq(cidr_parse("10.96.0.0/16", &cidr), 0);
	allot = allot_new(&settings);
	ck_assert_int_eq(state_restore(state, &ops, allot), 0);
	state_close(state);
	return allot;
}

/* So many that none of them comes in the right order by chance. */
#define TAKEN 40

START_TEST(what_was_taken_from_a_removed_service_stays_with_the_taker_over_restarts)
{
	char ip[ADDR_TEXT_SIZE], old[16], new[16];
	struct state *state = open_state();
	struct allot *allot;

	for (unsigned i = 0; i < TAKEN; i++) {
		const char *first = i % 2 == 0 ? old : new, *second = i % 2 == 0 ? new : old;

		snprintf(ip, sizeof(ip), "10.96.1.%u", i);
		snprintf(old, sizeof(old), "old%u", i);
		snprintf(new, sizeof(new), "new%u", i);
		put(state, first, ip, first == old ? (uint16_t)(30000 + i) : 0);
		put(state, second, ip, second == old ? (uint16_t)(30000 + i) : 0);
		ck_assert_int_eq(state_remove_allotment(state, "shop", old), 0);
	}
	ck_assert_int_eq(state_sync(state), 0);
	state_close(state);
	allot = restore();
	for (unsigned i = 0; i < TAKEN; i++) {
		const struct allotment *found;
		char text[ADDR_TEXT_SIZE];

		snprintf(ip, sizeof(ip), "10.96.1.%u", i);
		snprintf(new, sizeof(new), "new%u", i);
		found = allot_find(allot, "shop", new);
		ck_assert_ptr_nonnull(found);
		ck_assert_str_eq(addr_text(&found->cluster_ips[0], text), ip);
	}
	allot_free(allot);
}
END_TEST

/* Both have gone, one after the other: who was the last to have it may have it again. */
START_TEST(what_two_removed_services_had_is_held_for_the_later_one)
{
	static const struct state_restore_ops ops = { describe_allotment, describe_verdict };
	struct strbuf text = STRBUF_INIT, wanted = STRBUF_INIT;
	struct state *state = open_state();
	char name[16];

	for (unsigned i = 0; i < 8; i++) {
		/* Neither by name nor as they were put. */
		snprintf(name, sizeof(name), "s%u", i * 5 % 8);
		put(state, name, "10.96.1.1", 0);
		ck_assert_int_eq(state_remove_allotment(state, "shop", name), 0);
		strbuf_addf(&wanted, "shop/%s 10.96.1.1 0 removed; ", name);
		clock_turn_ms(wall, 2000);
	}
	put(state, "t", "10.96.1.1", 0);
	strbuf_addf(&wanted, "shop/t 10.96.1.1 0; ");
	ck_assert_int_eq(state_sync(state), 0);
	state_close(state);
	state = open_state();
	ck_assert_int_eq(state_restore(state, &ops, &text), 0);
	ck_assert_str_eq(text.text, wanted.text);
	state_close(state);
	strbuf_release(&text);
	strbuf_release(&wanted);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("state");
	TCase *t = tcase_create("state");

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, addresses_are_read_back_as_last_put);
	tcase_add_test(t, what_was_not_synced_is_not_kept);
	tcase_add_test(t, a_removed_service_is_held_for_an_hour_over_restarts);
	tcase_add_test(t, a_service_that_comes_back_is_not_removed_any_more);
	tcase_add_test(t, what_was_taken_from_a_removed_service_stays_with_the_taker_over_restarts);
	tcase_add_test(t, what_two_removed_services_had_is_held_for_the_later_one);
	tcase_add_test(t, verdicts_are_read_back_and_forgotten_ones_are_not);
	tcase_add_test(t, the_serial_never_goes_back);
	tcase_add_test(t, a_second_daemon_on_the_same_folder_is_refused);
	tcase_add_test(t, a_missing_folder_is_made);
	tcase_add_test(t, without_a_folder_nothing_is_kept_and_nothing_fails);
	tcase_add_test(t, a_full_disk_fails_the_sync_until_there_is_room);
	tcase_add_test(t, a_file_that_cannot_be_read_is_set_aside_not_overwritten);
	tcase_add_test(t, trouble_with_verdicts_is_no_trouble_with_addresses);
	tcase_add_test(t, any_damage_is_survived_and_costs_at_most_one_service);
	tcase_set_timeout(t, 60);
	suite_add_tcase(s, t);
	return s;
}
