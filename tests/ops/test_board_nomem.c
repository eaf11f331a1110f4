/*
 * test_board_nomem.c - the n-th allocation fails, for each n: what the page is told is whole or
 * nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "model/history.h"
#include "model/outcome.h"
#include "model/roster.h"
#include "model/service.h"
#include "model/store.h"
#include "ops/board.h"
#include "ops/board_json.h"
#include "ops/pulse.h"
#include "ops/recorder.h"
#include "tests/scarce.h"
#include "tests/suite.h"

#define MOST 20000

static struct store *store;
static struct history *history;

static void *
allocate(size_t size)
{
	return malloc(size);
}

static const struct roster_entry *
roster(void *arg, const char *ns, const char *name)
{
	static struct probe_spec spec = { .period_ms = 1000, .failure_threshold = 3 };
	static struct service_port port = { .name = "http", .port = 80 };
	static struct service service = { .object = { .ns = "shop", .name = "web" },
		.ports = &port, .port_count = 1, .readiness_probe = &spec };
	static const struct endpoint stated = { .addr = { ADDR_IP4, { 127, 0, 0, 1 } },
		.pod_name = "web-1", .zone = "here", .hostname = "one" };
	static const struct roster_endpoint endpoint = { .of = &stated, .answered = true,
		.named = true, .from_slice = true };
	static const struct roster_group_port group_port = { .port = 8080, .name = "http" };
	static const struct roster_group group = { &group_port, 1 };
	static const uint16_t node_port = 30080;
	static const struct roster_entry entry = { .endpoint_count = 1, .ready_count = 1,
		.service = &service, .endpoints = &endpoint, .groups = &group, .group_count = 1,
		.node_ports = &node_port, .panic = true, .cluster_ip_count = 1,
		.cluster_ips = { { ADDR_IP4, { 10, 0, 0, 1 } } } };

	(void)arg, (void)ns, (void)name;
	return &entry;
}

static bool
probe(void *arg, const char *id, struct board_probe *out)
{
	(void)arg, (void)id;
	*out = (struct board_probe){ .history = history, .threshold = 3, .now_ms = 5000,
		.next_ms = 5500, .held = true };
	return true;
}

static const struct board_row row = { .ready = 1, .total = 1, .ns = "shop", .name = "web" };

static json_t *
make_service(void)
{
	struct board_sight sight = { .store = store, .roster = roster, .probe = probe,
		.unix_ms = 1700000000000 };

	return board_json_service(&sight, &row, 0, 10);
}

static json_t *
make_sums(void)
{
	static const struct board_sums sums = { .services = 1, .ready = 1, .total = 1 };

	return board_json_sums(&sums);
}

static json_t *
make_beat(void)
{
	static const struct pulse_beat beat = { .unix_ms = 1, .queries = 2 };

	return board_json_beat(&beat);
}

static json_t *
make_event(void)
{
	static const struct recorder_event event = { .about_kind = "Pod", .about_ns = "shop",
		.about_name = "web-1", .reason = "Unhealthy", .message = "it fails", .count = 2 };

	return board_json_event(&event);
}

static char *
text_of(json_t *json)
{
	char *text;

	scarce_hold();
	text = json == NULL ? NULL : json_dumps(json, JSON_COMPACT);
	json_decref(json);
	scarce_go();
	return text;
}

START_TEST(what_the_page_is_told_is_whole_or_nothing)
{
	static json_t *(*const makers[])(void) = { make_service, make_sums, make_beat, make_event };
	char *whole = text_of(makers[_i]());
	size_t n;

	ck_assert(_i != 0 || strstr(whole, "\"last\":\"status 503\"") != NULL);
	ck_assert_ptr_nonnull(whole);
	for (n = 1; n < MOST; n++) {
		char *text;

		scarce_fail_at(n);
		text = text_of(makers[_i]());
		if (!scarce_failed()) {
			ck_assert_str_eq(text, whole);
			free(text);
			break;
		}
		if (text != NULL)
			ck_assert_str_eq(text, whole);
		free(text);
	}
	ck_assert_uint_gt(n, 1);
	ck_assert_uint_lt(n, MOST);
	free(whole);
}
END_TEST

START_TEST(a_result_without_memory_is_missing_and_no_more)
{
	struct outcome outcome = { .code = OUTCOME_CONNECT_FAILED };
	struct history *mine = NULL;

	outcome_set_detail(&outcome, "no route to host");
	scarce_fail_at(1);
	ck_assert_int_ne(history_note(&mine, &outcome, 1000), 0);
	ck_assert_uint_eq(history_count(mine), 0);
	scarce_fail_at(2);
	ck_assert_int_ne(history_note(&mine, &outcome, 1000), 0);
	ck_assert_uint_eq(history_count(mine), 1);
	scarce_fail_at(0);
	history_last(mine, &outcome);
	ck_assert_str_eq(outcome.detail, "");
	history_free(mine);
}
END_TEST

static void
setup(void)
{
	struct outcome outcome = { .code = OUTCOME_HTTP_STATUS, .value = 503, .took_us = 80,
		.certificate_expires_unix_s = 1800000000 };

	json_set_alloc_funcs(allocate, free);
	store = store_new();
	history = NULL;
	ck_assert_int_eq(history_note(&history, &outcome, 4000), 0);
}

static void
teardown(void)
{
	history_free(history);
	store_free(store);
}

Suite *
suite(void)
{
	Suite *all = suite_create("ops/board without memory");
	TCase *one = tcase_create("each allocation");

	tcase_add_checked_fixture(one, setup, teardown);
	tcase_add_loop_test(one, what_the_page_is_told_is_whole_or_nothing, 0, 4);
	tcase_add_test(one, a_result_without_memory_is_missing_and_no_more);
	suite_add_tcase(all, one);
	return all;
}
