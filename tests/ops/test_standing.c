/* test_standing.c - why Pods and endpoints are in or out, in words. */
#include "ops/standing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/drain.h"
#include "model/membership.h"
#include "model/pod.h"
#include "model/store.h"
#include "tests/model/build.h"
#include "tests/suite.h"

static struct store *store;
static unsigned files;

static void
setup(void)
{
	store = store_new();
	files = 0;
}

static void
teardown(void)
{
	store_free(store);
}

static void
put(struct object *object)
{
	char file[16];

	snprintf(file, sizeof(file), "%u.yaml", files++);
	ck_assert_int_eq(store_replace_file(store, file, &object, 1, NULL), 0);
}

static void
verdict(const char *id, enum verdict value, const char *reason)
{
	const struct verdict_state state = { .verdict = value, .since_unix_ms = 5000,
		.reason = reason };

	ck_assert_int_eq(store_set_verdict(store, id, &state), 0);
}

static const struct standing *
of_pod(const char *name)
{
	static struct standing standing;

	standing_of_pod(store, store_pod(store, "shop", name), &standing);
	return &standing;
}

/* Of the first endpoint of shop/web. */
static const struct standing *
of_endpoint(void)
{
	static struct standing standing;
	static char reason[128];
	struct roster_entry *entry;

	ck_assert_int_eq(membership_build(store, store_service(store, "shop", "web"), NULL, &entry),
	    0);
	ck_assert_uint_gt(entry->endpoint_count, 0);
	standing_of_endpoint(store, entry, 0, &standing);
	snprintf(reason, sizeof(reason), "%s", standing.reason);
	standing.reason = reason;
	roster_entry_unref(entry);
	return &standing;
}

static void
put_pod(const char *probes)
{
	struct pod *pod = build_pod("shop", "web-1", "app=web", "10.8.0.1");

	build_container(pod, "c", "http", 8080, probes);
	put(&pod->object);
}

static void
put_service(const char *selector)
{
	struct service *service = build_service("shop", "web", selector);

	build_port(service, "http", PROTOCOL_TCP, 80, 8080, NULL);
	put(&service->object);
}

START_TEST(a_pod_without_probes_is_ready)
{
	put_pod("");
	ck_assert(of_pod("web-1")->in);
	ck_assert_str_eq(of_pod("web-1")->why, "nothing is probed, and nothing speaks against it");
	ck_assert_str_eq(of_pod("web-1")->target_id, "");
}
END_TEST

START_TEST(a_probe_decides_with_its_sentence)
{
	put_pod("r");
	ck_assert_str_eq(of_pod("web-1")->why, "its readiness probe has no result yet");
	verdict("pod/shop/web-1/c/readiness", VERDICT_FAIL, "connect refused");
	ck_assert(!of_pod("web-1")->in);
	ck_assert_int_eq(of_pod("web-1")->presence, PRESENT_PROBE_FAILS);
	ck_assert_str_eq(of_pod("web-1")->why, "its readiness probe fails: connect refused");
	ck_assert_uint_eq(of_pod("web-1")->since_unix_ms, 5000);
	ck_assert_str_eq(of_pod("web-1")->target_id, "pod/shop/web-1/c/readiness");
	verdict("pod/shop/web-1/c/readiness", VERDICT_PASS, "");
	ck_assert(of_pod("web-1")->in);
	ck_assert_str_eq(of_pod("web-1")->why, "its readiness probe passes");
}
END_TEST

START_TEST(a_startup_probe_comes_first)
{
	put_pod("sr");
	verdict("pod/shop/web-1/c/readiness", VERDICT_PASS, "");
	ck_assert_str_eq(of_pod("web-1")->why, "its startup probe has no result yet");
	verdict("pod/shop/web-1/c/startup", VERDICT_PASS, "");
	ck_assert_str_eq(of_pod("web-1")->why, "its readiness probe passes");
}
END_TEST

START_TEST(of_several_containers_the_one_that_fails_is_named)
{
	struct pod *pod = build_pod("shop", "web-1", "app=web", "10.8.0.1");

	build_container(pod, "a", "http", 8080, "r");
	build_container(pod, "b", "admin", 8081, "r");
	put(&pod->object);
	verdict("pod/shop/web-1/b/readiness", VERDICT_FAIL, "status 503");
	ck_assert_str_eq(of_pod("web-1")->why, "container b: readiness probe fails: status 503");
	ck_assert_str_eq(of_pod("web-1")->container, "b");
}
END_TEST

START_TEST(an_endpoint_stands_as_its_pod)
{
	put_service("app=web");
	put_pod("r");
	verdict("pod/shop/web-1/c/readiness", VERDICT_FAIL, "connect refused");
	ck_assert(!of_endpoint()->in);
	ck_assert_str_eq(of_endpoint()->why, "its readiness probe fails: connect refused");
}
END_TEST

START_TEST(a_service_may_probe_what_has_no_probe)
{
	struct service *service = build_service("shop", "web", "app=web");
	struct probe_spec spec = { .engine = ENGINE_TCP, .period_ms = 1000, .timeout_ms = 1000,
		.success_threshold = 1, .failure_threshold = 1 };

	build_port(service, "http", PROTOCOL_TCP, 80, 8080, NULL);
	service->readiness_probe = &spec;

	struct object *packed;

	ck_assert_int_eq(object_pack(&service->object, &packed), 0);
	service->readiness_probe = NULL;
	object_unref(&service->object);
	put(packed);
	put_pod("");
	ck_assert_str_eq(of_endpoint()->why, "the Service's readiness probe has no result yet");
	verdict("service/shop/web/10.8.0.1:8080", VERDICT_FAIL, "connect refused");
	ck_assert_str_eq(of_endpoint()->why,
	    "the Service's readiness probe fails: connect refused");
	ck_assert_str_eq(of_endpoint()->target_id, "service/shop/web/10.8.0.1:8080");
	verdict("service/shop/web/10.8.0.1:8080", VERDICT_PASS, "");
	ck_assert(of_endpoint()->in);
}
END_TEST

START_TEST(what_slices_state_is_said)
{
	struct slice *slice = build_slice(KIND_ENDPOINT_SLICE, "shop", "web-a", "web", "10.8.0.9");

	put_service("");
	slice->parts[0].endpoints[0].ready = TRI_FALSE;
	put(&slice->object);
	ck_assert_str_eq(of_endpoint()->why, "stated not ready");
	ck_assert(!of_endpoint()->in);
}
END_TEST

START_TEST(what_is_answered_all_the_same_says_why)
{
	struct service *service = build_service("shop", "web", "app=web");

	service->publish_not_ready = true;
	put(&service->object);
	put_pod("r");
	verdict("pod/shop/web-1/c/readiness", VERDICT_FAIL, "status 503");
	ck_assert(of_endpoint()->in);
	ck_assert_str_eq(of_endpoint()->why, "its readiness probe fails: status 503; "
	    "answered all the same: publishNotReadyAddresses");
}
END_TEST

START_TEST(what_is_drained_is_out)
{
	char id[TARGET_ID_SIZE];

	put_service("app=web");
	put_pod("");
	verdict(drain_write_pod(id, sizeof(id), "shop", "web-1"), VERDICT_FAIL, "");
	ck_assert_str_eq(of_endpoint()->why, "an operator has taken it out (drain)");
	ck_assert_str_eq(of_pod("web-1")->why, "an operator has taken it out (drain)");
	ck_assert(!of_endpoint()->in);
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("standing");
	TCase *tcase = tcase_create("standing");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, a_pod_without_probes_is_ready);
	tcase_add_test(tcase, a_probe_decides_with_its_sentence);
	tcase_add_test(tcase, a_startup_probe_comes_first);
	tcase_add_test(tcase, of_several_containers_the_one_that_fails_is_named);
	tcase_add_test(tcase, an_endpoint_stands_as_its_pod);
	tcase_add_test(tcase, a_service_may_probe_what_has_no_probe);
	tcase_add_test(tcase, what_slices_state_is_said);
	tcase_add_test(tcase, what_is_answered_all_the_same_says_why);
	tcase_add_test(tcase, what_is_drained_is_out);
	suite_add_tcase(suite, tcase);
	return suite;
}
