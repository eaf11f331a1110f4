/* test_view.c - objects as an API server shows them, against references written by hand. */
#include "ops/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/squeeze.h"
#include "model/allot.h"
#include "model/membership.h"
#include "model/object.h"
#include "model/roster.h"
#include "model/slice.h"
#include "model/store.h"
#include "ops/clerk.h"
#include "ops/ledger.h"
#include "ops/recorder.h"
#include "tests/model/build.h"
#include "tests/scarce.h"
#include "tests/suite.h"

#define UNIX_S 1714557600               /* 2024-05-01T10:00:00Z */

static struct clock *the_clock;
static struct store *store;
static struct ledger *ledger;
static struct clerk *clerk;
static struct recorder *recorder;
static struct squeeze *squeeze;
static struct view *view;
static struct allotment given;          /* of whatever Service is asked for */
static struct allotted_port node_port;
static struct roster_entry *entries[4]; /* published ones */
static size_t entry_count;
static unsigned files;

static const struct roster_entry *
find_roster(void *arg, const char *ns, const char *name)
{
	(void)arg;
	for (size_t i = 0; i < entry_count; i++)
		if (strcmp(roster_ns(entries[i]), ns) == 0 &&
		    strcmp(roster_name(entries[i]), name) == 0)
			return entries[i];
	return NULL;
}

static const struct allotment *
find_allotment(void *arg, const char *ns, const char *name)
{
	(void)arg, (void)ns, (void)name;
	return &given;
}

static const struct view_ops ops = { find_roster, find_allotment };

/*
 * jansson's memory runs out with ours, but for that of the buffer which it reads strings into: its
 * sizes are powers of two, and 2.14 goes on as if it had grown.
 */
static void *
alloc_for_jansson(size_t size)
{
	bool buffer = size >= 32 && (size & (size - 1)) == 0;
	void *made;

	if (buffer)
		scarce_hold();
	made = malloc(size);
	if (buffer)
		scarce_go();
	return made;
}

static void
setup(void)
{
	json_set_alloc_funcs(alloc_for_jansson, free);
	the_clock = clock_new_manual(1000, UNIX_S);
	const struct ledger_settings settings = { .clock = the_clock };

	store = store_new();
	ledger = ledger_new(&settings);
	clerk = clerk_new(ledger, store);
	recorder = recorder_new(ledger, the_clock);
	squeeze = squeeze_new();
	const struct view_settings wanted = { .ledger = ledger, .store = store,
		.clock = the_clock, .recorder = recorder, .squeeze = squeeze,
		.node_name = "host", .ops = &ops };

	view = view_new(&wanted);
	given = (struct allotment){ .families = { ADDR_IP4 }, .family_count = 1,
		.cluster_ips = { build_addr("10.96.0.10") }, .cluster_ip_count = 1,
		.saved = true };
	entry_count = 0;
	files = 0;
}

static void
unpublish(void)
{
	while (entry_count > 0)
		roster_entry_unref(entries[--entry_count]);
}

static void
teardown(void)
{
	unpublish();
	view_free(view);
	recorder_free(recorder);
	clerk_free(clerk);
	ledger_free(ledger);
	store_free(store);
	squeeze_free(squeeze);
	clock_free(the_clock);
}

/* The object says `json` besides what it was built with; into the store. */
static const struct object *
put(struct object *object, const char *json)
{
	const struct object *held;
	const void *image;
	struct object *packed;
	size_t len;
	char file[16];

	ck_assert_int_eq(squeeze_pack(squeeze, json, strlen(json), &image, &len), 0);
	object->image = image;
	object->image_size = (uint32_t)len;
	ck_assert_int_eq(object_pack(object, &packed), 0);
	object->image = NULL;
	object_unref(object);
	held = packed;
	snprintf(file, sizeof(file), "%u.yaml", files++);
	ck_assert_int_eq(store_replace_file(store, file, &packed, 1, NULL), 0);
	if (held->kind != KIND_SERVICE)
		ck_assert_int_eq(clerk_object(clerk, (enum object_kind)held->kind, held->ns,
		    held->name, held), 0);
	return held;
}

static void
publish(const char *name)
{
	const struct service *service = store_service(store, "shop", name);
	struct roster_entry *entry;

	for (size_t i = 0; i < entry_count; i++)
		if (strcmp(roster_name(entries[i]), name) == 0) {
			roster_entry_unref(entries[i]);
			entries[i] = entries[--entry_count];
		}
	ck_assert_int_eq(membership_build(store, service, &given, &entry), 0);
	entries[entry_count++] = entry;
	ck_assert_int_eq(clerk_service(clerk, "shop", name, entry), 0);
}

/* uid and resourceVersion differ with each run and hash: they are there, and taken out. */
static void
take_out(json_t *object)
{
	const char *key;
	json_t *value;
	size_t i;

	json_object_del(object, "uid");
	json_object_del(object, "resourceVersion");
	json_object_foreach(object, key, value)
		take_out(value);
	json_array_foreach(object, i, value)
		take_out(value);
}

static json_t *
show(enum api_kind kind, const char *name, bool all)
{
	const struct ledger_entry *entry = ledger_find(ledger, kind,
	    kind == API_NAMESPACES ? "" : "shop", name);
	json_t *shown, *metadata;

	ck_assert_msg(entry != NULL, "there is no %s", name);
	shown = view_object(view, entry, all);
	ck_assert_ptr_nonnull(shown);
	metadata = json_object_get(shown, "metadata");
	ck_assert_uint_eq(json_string_length(json_object_get(metadata, "uid")), 36);
	ck_assert_ptr_nonnull(json_object_get(metadata, "resourceVersion"));
	take_out(shown);
	return shown;
}

/* Takes the object over. */
static void
check_golden(json_t *shown, const char *golden)
{
	const char *top = getenv("srcdir");
	char path[256];
	json_error_t error;
	json_t *wanted;

	snprintf(path, sizeof(path), "%s/tests/ops/golden/%s.json", top != NULL ? top : ".",
	    golden);
	wanted = json_load_file(path, 0, &error);
	ck_assert_msg(wanted != NULL, "%s:%d: %s", path, error.line, error.text);
	if (!json_equal(shown, wanted)) {
		char *text = json_dumps(shown, JSON_INDENT(2) | JSON_SORT_KEYS);

		ck_abort_msg("%s is not\n%s", path, text);
	}
	json_decref(shown);
	json_decref(wanted);
}

static void
put_web(void)
{
	struct service *service = build_service("shop", "web", "app=web");

	build_port(service, "http", PROTOCOL_TCP, 80, 8080, NULL);
	put(&service->object, "{\"metadata\":{\"labels\":{\"tier\":\"front\"}},\"spec\":{"
	    "\"selector\":{\"app\":\"web\"},"
	    "\"ports\":[{\"name\":\"http\",\"port\":80,\"targetPort\":8080}]}}");
}

static void
put_pod(const char *name, const char *ip)
{
	struct pod *pod = build_pod("shop", name, "app=web", ip);

	build_container(pod, "c", "http", 8080, "r");
	pod->containers[0].image = "example/web";
	put(&pod->object, "{\"metadata\":{\"labels\":{\"app\":\"web\"}},\"spec\":{\"containers\":"
	    "[{\"name\":\"c\",\"image\":\"example/web\",\"resources\":{\"limits\":{\"cpu\":1}},"
	    "\"ports\":[{\"name\":\"http\",\"containerPort\":8080}],\"readinessProbe\":"
	    "{\"httpGet\":{\"port\":\"http\",\"httpHeaders\":[{\"name\":\"A\",\"value\":\"SECRET\"}"
	    "]}}}]}}");
}

static void
verdict(const char *id, enum verdict value, const char *reason)
{
	const struct verdict_state state = { .verdict = value, .reason = reason,
		.since_unix_ms = (uint64_t)(UNIX_S + 60) * 1000 };

	ck_assert_int_eq(store_set_verdict(store, id, &state), 0);
	ck_assert_int_eq(clerk_target(clerk, id), 0);
}

START_TEST(a_service_has_its_defaults_and_address)
{
	put_web();
	publish("web");
	check_golden(show(API_SERVICES, "web", false), "service");
}
END_TEST

START_TEST(a_load_balancer_has_node_ports_and_its_address)
{
	struct service *service = build_service("shop", "web", "");

	service->type = SERVICE_LOAD_BALANCER;
	build_port(service, "", PROTOCOL_UDP, 53, 0, NULL);
	put(&service->object, "{\"spec\":{\"type\":\"LoadBalancer\",\"ports\":[{\"port\":53,"
	    "\"protocol\":\"UDP\"}]}}");
	node_port = (struct allotted_port){ 53, PROTOCOL_UDP, 30053 };
	given.node_ports = &node_port;
	given.node_port_count = 1;
	given.load_balancer_ip = build_addr("10.99.0.1");
	publish("web");
	check_golden(show(API_SERVICES, "web", false), "load-balancer");
}
END_TEST

START_TEST(a_headless_service_has_no_address)
{
	struct service *service = build_service("shop", "web", "app=web");

	service->headless = true;
	given.cluster_ip_count = 0;
	put(&service->object, "{\"spec\":{\"clusterIP\":\"None\",\"selector\":{\"app\":\"web\"}}}");
	publish("web");
	check_golden(show(API_SERVICES, "web", false), "headless");
	check_golden(show(API_ENDPOINTS, "web", false), "headless-endpoints");
}
END_TEST

START_TEST(a_pod_shows_what_its_probe_found)
{
	put_pod("web-1", "10.8.0.1");
	verdict("pod/shop/web-1/c/readiness", VERDICT_FAIL, "connect refused");
	check_golden(show(API_PODS, "web-1", false), "pod-not-ready");
	verdict("pod/shop/web-1/c/readiness", VERDICT_PASS, "");
	check_golden(show(API_PODS, "web-1", true), "pod-ready");
}
END_TEST

/* The one that follows from the first number: names are hashes. */
static const char *
slice_name(size_t number)
{
	const struct ledger_entry *entry = NULL;

	do
		entry = ledger_next(ledger, API_ENDPOINT_SLICES, "shop", "shop",
		    entry != NULL ? entry->name : "");
	while (entry != NULL && number-- > 0);
	return entry != NULL ? entry->name : "";
}

/* Takes the object over; its name follows from a hash. */
static json_t *
unnamed(json_t *object)
{
	json_object_del(json_object_get(object, "metadata"), "name");
	return object;
}

START_TEST(endpoints_are_made_as_the_controllers_make_them)
{
	put_web();
	put_pod("web-1", "10.8.0.1");
	put_pod("web-2", "10.8.0.2");
	verdict("pod/shop/web-1/c/readiness", VERDICT_PASS, "");
	publish("web");
	check_golden(show(API_ENDPOINTS, "web", false), "endpoints");
	ck_assert_uint_eq(ledger_count(ledger, API_ENDPOINT_SLICES), 1);
	ck_assert_int_eq(strncmp(slice_name(0), "web-", 4), 0);
	ck_assert_uint_eq(strlen(slice_name(0)), 9);
	check_golden(unnamed(show(API_ENDPOINT_SLICES, slice_name(0), false)), "slice");
}
END_TEST

/* discovery.k8s.io/v1 EndpointConditions: serving is what the Pod is, whatever is published. */
START_TEST(what_is_published_all_the_same_is_ready_and_does_not_serve)
{
	struct service *service = build_service("shop", "web", "app=web");
	json_t *slice, *endpoints, *subset;
	int ready, serving, terminating;

	service->publish_not_ready = true;
	build_port(service, "http", PROTOCOL_TCP, 80, 8080, NULL);
	put(&service->object, "{\"spec\":{\"ports\":[{\"name\":\"http\",\"port\":80}]}}");
	put_pod("web-1", "10.8.0.1");
	verdict("pod/shop/web-1/c/readiness", VERDICT_FAIL, "connect refused");
	publish("web");
	slice = show(API_ENDPOINT_SLICES, slice_name(0), false);
	ck_assert_int_eq(json_unpack(slice, "{s:[{s:{s:b, s:b, s:b}}]}", "endpoints", "conditions",
	    "ready", &ready, "serving", &serving, "terminating", &terminating), 0);
	ck_assert(ready && !serving && !terminating);
	endpoints = show(API_ENDPOINTS, "web", false);
	subset = json_array_get(json_object_get(endpoints, "subsets"), 0);
	ck_assert_uint_eq(json_array_size(json_object_get(subset, "addresses")), 1);
	ck_assert_ptr_null(json_object_get(subset, "notReadyAddresses"));
	json_decref(slice);
	json_decref(endpoints);
}
END_TEST

START_TEST(a_service_without_endpoints_has_an_empty_slice)
{
	put_web();
	publish("web");
	check_golden(unnamed(show(API_ENDPOINT_SLICES, slice_name(0), false)), "slice-empty");
}
END_TEST

START_TEST(a_hundred_endpoints_fill_a_slice)
{
	uint64_t version;
	char name[16], ip[16], id[64];

	put_web();
	for (unsigned i = 0; i < 250; i++) {
		snprintf(name, sizeof(name), "web-%u", i);
		snprintf(ip, sizeof(ip), "10.8.1.%u", i);
		put_pod(name, ip);
	}
	publish("web");
	ck_assert_uint_eq(ledger_count(ledger, API_ENDPOINT_SLICES), 3);
	/* One of them changes: its Pod, its slice, the Endpoints; nothing else. */
	version = ledger_version(ledger);
	snprintf(id, sizeof(id), "pod/shop/web-7/c/readiness");
	verdict(id, VERDICT_PASS, "");
	publish("web");
	ck_assert_uint_eq(ledger_version(ledger), version + 3);
	publish("web");
	ck_assert_uint_eq(ledger_version(ledger), version + 3);
	ck_assert_int_eq(clerk_service(clerk, "shop", "web", NULL), 0);
	ck_assert_uint_eq(ledger_count(ledger, API_ENDPOINT_SLICES), 0);
	ck_assert_uint_eq(ledger_count(ledger, API_ENDPOINTS), 0);
}
END_TEST

START_TEST(stated_endpoints_are_mirrored_with_what_probes_found)
{
	struct service *service = build_service("shop", "db", "");
	struct slice *slice = build_slice(KIND_ENDPOINTS, "shop", "db", "db", "10.9.0.1,10.9.0.2");

	build_slice_port(slice, "sql", 5432);
	slice->parts[0].endpoints[1].ready = TRI_FALSE;
	build_port(service, "sql", PROTOCOL_TCP, 5432, 0, NULL);
	put(&slice->object, "{\"subsets\":[{\"addresses\":[{\"ip\":\"10.9.0.1\"}],"
	    "\"notReadyAddresses\":[{\"ip\":\"10.9.0.2\"}],"
	    "\"ports\":[{\"name\":\"sql\",\"port\":5432}]}]}");
	put(&service->object, "{\"spec\":{\"ports\":[{\"name\":\"sql\",\"port\":5432}]}}");
	publish("db");
	check_golden(show(API_ENDPOINTS, "db", false), "endpoints-stated");
	check_golden(unnamed(show(API_ENDPOINT_SLICES, slice_name(0), false)), "slice-mirrored");
}
END_TEST

START_TEST(a_namespace_exists_once_something_is_in_it)
{
	put_web();
	ck_assert_int_eq(clerk_space(clerk, "shop", true), 0);
	check_golden(show(API_NAMESPACES, "shop", false), "namespace");
}
END_TEST

START_TEST(an_event_is_shown_as_noted)
{
	recorder_note(recorder, "Pod", "shop", "web-1", EVENT_WARNING, "Unhealthy",
	    "Readiness probe failed: connect refused");
	check_golden(unnamed(show(API_EVENTS, ledger_next(ledger, API_EVENTS, NULL, NULL,
	    NULL)->name, false)), "event");
}
END_TEST

START_TEST(header_values_are_hidden_wherever_they_stand)
{
	struct service *service = build_service("shop", "web", "");
	char *text;
	json_t *shown;

	put(&service->object, "{\"metadata\":{\"annotations\":{"
	    "\"rollcall/readiness-probe\":\"httpGet: {httpHeaders: [{name: A, value: SECRET}]}\","
	    "\"kubectl.kubernetes.io/last-applied-configuration\":\"{\\\"metadata\\\":{"
	    "\\\"annotations\\\":{\\\"rollcall/readiness-probe\\\":\\\"httpHeaders: SECRET\\\"}},"
	    "\\\"spec\\\":{\\\"x\\\":{\\\"httpHeaders\\\":[{\\\"name\\\":\\\"A\\\",\\\"value\\\":"
	    "\\\"SECRET\\\"}]}}}\"}},\"spec\":{\"ports\":[{\"port\":80}]}}");
	publish("web");
	put_pod("web-1", "10.8.0.1");
	for (int i = 0; i < 4; i++) {
		bool all = i >= 2;

		shown = i % 2 == 0 ? show(API_SERVICES, "web", all) : show(API_PODS, "web-1", all);
		text = json_dumps(shown, 0);
		ck_assert_msg((strstr(text, "SECRET") != NULL) == all, "%s", text);
		free(text);
		json_decref(shown);
	}
	shown = view_metadata(view, ledger_find(ledger, API_SERVICES, "shop", "web"), false);
	text = json_dumps(shown, 0);
	ck_assert_ptr_null(strstr(text, "SECRET"));
	free(text);
	json_decref(shown);
}
END_TEST

static int
keep_deleted(void *arg, const struct ledger_change *change)
{
	if (change->event == LEDGER_DELETED && change->entry->kind == API_SERVICES)
		*(const struct ledger_entry **)arg = change->entry;
	return 0;
}

START_TEST(what_is_gone_shows_what_it_last_said)
{
	const struct ledger_entry *gone = NULL;
	uint64_t version = ledger_version(ledger);
	json_t *shown;

	put_web();
	publish("web");
	ck_assert_int_eq(clerk_service(clerk, "shop", "web", NULL), 0);
	ck_assert_int_eq(ledger_since(ledger, version, keep_deleted, &gone), 0);
	ck_assert_ptr_nonnull(gone);
	shown = view_object(view, gone, false);
	ck_assert_ptr_nonnull(json_object_get(json_object_get(shown, "spec"), "selector"));
	json_decref(shown);
}
END_TEST

START_TEST(a_beta_slice_says_nodes_as_topology)
{
	struct slice *slice = build_slice(KIND_ENDPOINT_SLICE, "shop", "web-a", "web", "10.8.0.9");
	json_t *shown, *endpoint;

	put(&slice->object, "{\"addressType\":\"IPv4\",\"endpoints\":[{\"addresses\":[\"10.8.0.9\"],"
	    "\"nodeName\":\"n\",\"zone\":\"z\"}]}");
	shown = view_object_beta(view, ledger_find(ledger, API_ENDPOINT_SLICES, "shop", "web-a"),
	    false);
	ck_assert_str_eq(json_string_value(json_object_get(shown, "apiVersion")),
	    "discovery.k8s.io/v1beta1");
	endpoint = json_array_get(json_object_get(shown, "endpoints"), 0);
	ck_assert_str_eq(json_string_value(json_object_get(json_object_get(endpoint, "topology"),
	    "topology.kubernetes.io/zone")), "z");
	ck_assert_ptr_null(json_object_get(endpoint, "zone"));
	json_decref(shown);
}
END_TEST

/* Every view, with each allocation failing once: NULL, or all of it. */
START_TEST(running_out_of_memory_is_survived)
{
	put_web();
	put_pod("web-1", "10.8.0.1");
	publish("web");
	for (unsigned kind = 0; kind < API_NAMESPACES; kind++) {
		const struct ledger_entry *entry = ledger_next(ledger, (enum api_kind)kind, NULL,
		    NULL, NULL);
		bool failed = true;

		for (size_t n = 1; failed; n++) {
			json_t *shown;

			scarce_fail_at(n);
			shown = view_object(view, entry, false);
			failed = scarce_failed();
			ck_assert(failed || shown != NULL);
			json_decref(shown);
		}
	}
}
END_TEST

START_TEST(the_clerk_survives_without_memory_and_is_told_again)
{
	bool failed = true;

	put_web();
	put_pod("web-1", "10.8.0.1");
	publish("web");
	for (size_t n = 1; failed; n++) {
		int err;

		ck_assert_int_eq(clerk_service(clerk, "shop", "web", NULL), 0);
		scarce_fail_at(n);
		err = clerk_service(clerk, "shop", "web", entries[0]);
		failed = scarce_failed();
		if (err != 0)
			ck_assert_int_eq(clerk_service(clerk, "shop", "web", entries[0]), 0);
		ck_assert_uint_eq(ledger_count(ledger, API_ENDPOINT_SLICES), 1);
		ck_assert_uint_eq(ledger_count(ledger, API_ENDPOINTS), 1);
		ck_assert_uint_eq(ledger_count(ledger, API_SERVICES), 1);
	}
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("view");
	TCase *tcase = tcase_create("view");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, a_service_has_its_defaults_and_address);
	tcase_add_test(tcase, a_load_balancer_has_node_ports_and_its_address);
	tcase_add_test(tcase, a_headless_service_has_no_address);
	tcase_add_test(tcase, a_pod_shows_what_its_probe_found);
	tcase_add_test(tcase, endpoints_are_made_as_the_controllers_make_them);
	tcase_add_test(tcase, what_is_published_all_the_same_is_ready_and_does_not_serve);
	tcase_add_test(tcase, a_service_without_endpoints_has_an_empty_slice);
	tcase_add_test(tcase, a_hundred_endpoints_fill_a_slice);
	tcase_add_test(tcase, stated_endpoints_are_mirrored_with_what_probes_found);
	tcase_add_test(tcase, a_namespace_exists_once_something_is_in_it);
	tcase_add_test(tcase, an_event_is_shown_as_noted);
	tcase_add_test(tcase, header_values_are_hidden_wherever_they_stand);
	tcase_add_test(tcase, what_is_gone_shows_what_it_last_said);
	tcase_add_test(tcase, a_beta_slice_says_nodes_as_topology);
	tcase_add_test(tcase, running_out_of_memory_is_survived);
	tcase_add_test(tcase, the_clerk_survives_without_memory_and_is_told_again);
	suite_add_tcase(suite, tcase);
	return suite;
}
