/* test_drain.c - endpoints that an operator has taken out. */
#include "model/drain.h"

#include <stdio.h>

#include "model/membership.h"
#include "model/roster.h"
#include "model/store.h"
#include "model/target.h"
#include "tests/model/build.h"
#include "tests/suite.h"

static struct store *store;
static struct service *web;             /* in the store */
static unsigned files;

static void
put(struct object *object)
{
	char file[16];

	snprintf(file, sizeof(file), "%u.yaml", files++);
	ck_assert_int_eq(store_replace_file(store, file, &object, 1, NULL), 0);
}

static void
setup(void)
{
	store = store_new();
	web = build_service("shop", "web", "app=web");
	build_port(web, "http", PROTOCOL_TCP, 80, 8080, NULL);
	put(&web->object);
	put(&build_pod("shop", "a", "app=web", "10.0.0.1")->object);
	put(&build_pod("shop", "b", "app=web", "10.0.0.2")->object);
}

static void
teardown(void)
{
	store_free(store);
}

/* Nothing is dirty any more. */
static void
settle(void)
{
	const struct store_key *keys;
	struct store_key key;

	while (store_take_dirty_services(store, 100, &keys) + store_take_dirty_pods(store, 100, &keys) > 0)
		continue;
	while (store_take_dirty_verdict(store, &key))
		continue;
	store_return_dirty(store);
}

static void
set(const char *id, bool drained)
{
	struct verdict_state state = { .verdict = drained ? VERDICT_FAIL : VERDICT_UNKNOWN,
		.reason = "by hand" };

	ck_assert_int_eq(store_set_verdict(store, id, &state), 0);
}

/* One letter for each endpoint: D drained, R ready; in capitals where it is answered. */
static void
expect(const char *want)
{
	struct roster_entry *entry;
	char found[8] = "";

	ck_assert_int_eq(membership_build(store, web, NULL, &entry), 0);
	for (size_t i = 0; i < entry->endpoint_count; i++) {
		const struct roster_endpoint *endpoint = &entry->endpoints[i];
		bool drained = endpoint->presence == PRESENT_DRAINED;

		found[i] = endpoint->answered ? drained ? 'D' : 'R' : drained ? 'd' : 'r';
	}
	ck_assert_str_eq(found, want);
	roster_entry_unref(entry);
}

START_TEST(a_drained_pod_is_answered_nowhere_until_it_is_taken_back)
{
	char id[TARGET_ID_SIZE];
	struct store_key key;

	drain_write_pod(id, sizeof(id), "shop", "a");
	ck_assert_str_eq(id, "pod/shop/a//drained");
	settle();
	expect("RR");
	set(id, true);
	ck_assert_uint_eq(store_count_drained(store), 1);
	ck_assert(store_take_dirty_verdict(store, &key));
	ck_assert_str_eq(key.name, "web");
	expect("dR");
	web->publish_not_ready = true;
	expect("dR");
	web->publish_not_ready = false;
	set(id, false);
	ck_assert_uint_eq(store_count_drained(store), 0);
	ck_assert(store_take_dirty_verdict(store, &key));
	expect("RR");
}
END_TEST

START_TEST(one_address_of_a_service_is_drained_whoever_states_it)
{
	struct slice *slice = build_slice(KIND_ENDPOINT_SLICE, "shop", "web-1", "web", "10.0.0.3");
	struct addr addrs[] = { build_addr("10.0.0.2"), build_addr("10.0.0.3") };
	char id[TARGET_ID_SIZE];

	build_slice_port(slice, "http", 8080);
	put(&slice->object);
	expect("RRR");
	for (size_t i = 0; i < 2; i++)
		set(drain_write_endpoint(id, sizeof(id), "shop", "web", &addrs[i]), true);
	ck_assert_str_eq(id, "service/shop/web/10.0.0.3/drained");
	expect("Rdd");
}
END_TEST

START_TEST(a_panic_neither_answers_nor_counts_what_is_drained)
{
	struct slice *slice = build_slice(KIND_ENDPOINT_SLICE, "shop", "web-1", "web", "10.0.0.3,10.0.0.4");
	struct addr addr = build_addr("10.0.0.4");
	static struct probe_spec probe = { .engine = ENGINE_TCP, .period_ms = 1000,
		.timeout_ms = 1000, .success_threshold = 1, .failure_threshold = 3,
		.port = { 80, NULL } };
	char id[TARGET_ID_SIZE];

	put(&slice->object);
	web->readiness_probe = &probe;
	web->panic_percent = 100;
	set("service/shop/web/10.0.0.1:80", true);
	set(drain_write_endpoint(id, sizeof(id), "shop", "web", &addr), true);
	expect("RRRd");
}
END_TEST

static const struct {
	const char *id;
	bool is_drain;
	bool held;
} ids[] = {
	{ "pod/shop/a//drained", true, true },
	{ "pod/shop/z//drained", true, false },
	{ "service/shop/web/10.0.0.1/drained", true, true },
	{ "service/shop/db/10.0.0.1/drained", true, false },
	{ "pod/shop/a/main/readiness", false, false },
	{ "service/shop/web/10.0.0.1:80", false, false },
	{ "/drained", false, false },
	{ "x/drained", true, false },
	{ "x/y/drained", true, false },
};

START_TEST(a_drain_is_kept_while_its_owner_is_stated)
{
	ck_assert_int_eq(drain_is_id(ids[_i].id), ids[_i].is_drain);
	ck_assert_int_eq(drain_is_held(store, ids[_i].id), ids[_i].held);
}
END_TEST

START_TEST(an_id_that_does_not_fit_is_none)
{
	char id[16];

	ck_assert_str_eq(drain_write_pod(id, sizeof(id), "shop", "a-long-name"), "");
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("drain");
	TCase *tc = tcase_create("drain");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_drained_pod_is_answered_nowhere_until_it_is_taken_back);
	tcase_add_test(tc, one_address_of_a_service_is_drained_whoever_states_it);
	tcase_add_test(tc, a_panic_neither_answers_nor_counts_what_is_drained);
	tcase_add_loop_test(tc, a_drain_is_kept_while_its_owner_is_stated, 0,
	    sizeof(ids) / sizeof(ids[0]));
	tcase_add_test(tc, an_id_that_does_not_fit_is_none);
	suite_add_tcase(s, tc);
	return s;
}
