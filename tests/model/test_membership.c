/* test_membership.c - who belongs to a Service and who is present. */
#include "model/membership.h"

#include <string.h>

#include "base/strbuf.h"
#include "model/allot.h"
#include "model/roster.h"
#include "model/store.h"
#include "tests/model/build.h"
#include "tests/suite.h"

static struct store *store;
static struct service *web;             /* in the store */
static struct strbuf said = STRBUF_INIT;
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
}

static void
teardown(void)
{
	store_free(store);
	strbuf_release(&said);
}

static struct pod *
pod(const char *name, const char *ips)
{
	return build_pod("shop", name, "app=web", ips);
}

static struct slice *
slice(const char *name, const char *ips)
{
	struct slice *made = build_slice(KIND_ENDPOINT_SLICE, "shop", name, "web", ips);

	build_slice_port(made, "http", 8080);
	return made;
}

static void
verdict(const char *id, enum verdict value)
{
	struct verdict_state state = { .verdict = value };

	ck_assert_int_eq(store_set_verdict(store, id, &state), 0);
}

/* An endpoint is "ADDRESS/HOSTNAME:PORT,...=WORD", WORD in capitals where it is answered. */
static const char *
roster_of(const struct service *service, const struct allotment *allotment)
{
	static const char *const words[] = { "ready", "stated", "fails", "unknown", "gate", "going" };
	static const char *const answered[] = { "READY", "STATED", "FAILS", "UNKNOWN", "GATE", "GOING" };
	struct roster_entry *entry = NULL;

	ck_assert_int_eq(membership_build(store, service, allotment, &entry), 0);
	strbuf_clear(&said);
	for (size_t i = 0; i < entry->endpoint_count; i++) {
		const struct roster_endpoint *endpoint = &entry->endpoints[i];
		const struct roster_group *group = &entry->groups[endpoint->group];
		char text[ADDR_TEXT_SIZE];

		strbuf_addf(&said, "%s%s", i > 0 ? " " : "", addr_text(&endpoint->of->addr, text));
		if (roster_hostname(endpoint) != NULL)
			strbuf_addf(&said, "/%s", roster_hostname(endpoint));
		for (size_t j = 0; j < group->port_count; j++)
			strbuf_addf(&said, "%s%s-%u", j > 0 ? "," : ":", group->ports[j].name,
			    group->ports[j].port);
		strbuf_addf(&said, "=%s",
		    (endpoint->answered ? answered : words)[endpoint->presence]);
	}
	if (entry->panic)
		strbuf_add(&said, " PANIC");
	roster_entry_unref(entry);
	return said.text;
}

#define ROSTER(want) ck_assert_str_eq(roster_of(web, NULL), (want))

START_TEST(pods_that_match_belong_and_are_ready_with_an_address)
{
	put(&pod("a", "10.0.0.2")->object);
	put(&pod("b", "10.0.0.1")->object);
	put(&pod("c", "")->object);
	put(&build_pod("shop", "d", "app=db", "10.0.0.4")->object);
	put(&build_pod("other", "e", "app=web", "10.0.0.5")->object);
	ROSTER("10.0.0.1:http-8080=READY 10.0.0.2:http-8080=READY");
}
END_TEST

/*
 * One Pod; what is stated and found, and what becomes of it, plain and with
 * publishNotReadyAddresses.
 */
static const struct {
	const char *name;
	const char *probes;             /* of its container */
	const char *verdicts;           /* "r+" readiness passes, "s-" startup fails ... */
	enum pod_phase phase;
	enum tristate ready;
	bool deleting;
	enum tristate gate;             /* condition of a gate; -1: no gate */
	bool gated;
	const char *want;
	const char *published;
} pods[] = {
	{ "nothing stated", "", "", POD_PHASE_UNSET, TRI_UNSET, false, 0, false, "READY", "READY" },
	{ "pending but with address", "", "", POD_PENDING, TRI_UNSET, false, 0, false, "READY", "READY" },
	{ "Ready is True", "", "", POD_RUNNING, TRI_TRUE, false, 0, false, "READY", "READY" },
	{ "Ready is False", "", "", POD_RUNNING, TRI_FALSE, false, 0, false, "stated", "STATED" },
	{ "no result yet", "r", "", POD_RUNNING, TRI_TRUE, false, 0, false, "unknown", "UNKNOWN" },
	{ "probe passes", "r", "r+", POD_RUNNING, TRI_UNSET, false, 0, false, "READY", "READY" },
	{ "probe decides over Ready", "r", "r+", POD_RUNNING, TRI_FALSE, false, 0, false, "READY", "READY" },
	{ "probe fails", "r", "r-", POD_RUNNING, TRI_TRUE, false, 0, false, "fails", "FAILS" },
	{ "startup unknown", "sr", "r+", POD_RUNNING, TRI_UNSET, false, 0, false, "unknown", "UNKNOWN" },
	{ "startup fails", "s", "s-", POD_RUNNING, TRI_TRUE, false, 0, false, "fails", "FAILS" },
	{ "startup passed", "sr", "s+r+", POD_RUNNING, TRI_UNSET, false, 0, false, "READY", "READY" },
	{ "startup passed, Ready False", "s", "s+", POD_RUNNING, TRI_FALSE, false, 0, false, "stated", "STATED" },
	{ "liveness never matters", "l", "l-", POD_RUNNING, TRI_UNSET, false, 0, false, "READY", "READY" },
	{ "gate unset", "", "", POD_RUNNING, TRI_TRUE, false, TRI_UNSET, true, "gate", "GATE" },
	{ "gate closed", "r", "r+", POD_RUNNING, TRI_TRUE, false, TRI_FALSE, true, "gate", "GATE" },
	{ "gate open", "r", "r+", POD_RUNNING, TRI_UNSET, false, TRI_TRUE, true, "READY", "READY" },
	{ "going", "r", "r+", POD_RUNNING, TRI_TRUE, true, 0, false, "going", "GOING" },
	{ "succeeded", "", "", POD_SUCCEEDED, TRI_TRUE, false, 0, false, NULL, NULL },
	{ "failed", "", "", POD_FAILED, TRI_TRUE, false, 0, false, NULL, NULL },
};

static void
expect_one(const char *name, const char *want)
{
	char text[64] = "";

	if (want != NULL)
		snprintf(text, sizeof(text), "10.0.0.1:http-8080=%s", want);
	const char *got = roster_of(web, NULL);
	ck_assert_msg(strcmp(got, text) == 0, "%s: %s", name, got);
}

START_TEST(a_pod_is_present_as_probes_and_statements_say)
{
	struct pod *one = pod("p", "10.0.0.1");
	const char *gates[] = { "example.com/gate" };
	struct pod_condition conditions[] = { { "example.com/gate", pods[_i].gate } };

	build_container(one, "main", "", 0, pods[_i].probes);
	one->phase = pods[_i].phase;
	one->ready = pods[_i].ready;
	one->object.deleting = pods[_i].deleting;
	if (pods[_i].gated) {
		one->readiness_gates = gates;
		one->conditions = conditions;
		one->readiness_gate_count = one->condition_count = 1;
	}
	put(&one->object);
	for (const char *v = pods[_i].verdicts; *v != '\0'; v += 2)
		verdict(*v == 's' ? "pod/shop/p/main/startup" : *v == 'r' ?
		    "pod/shop/p/main/readiness" : "pod/shop/p/main/liveness",
		    v[1] == '+' ? VERDICT_PASS : VERDICT_FAIL);
	expect_one(pods[_i].name, pods[_i].want);
	web->publish_not_ready = true;
	expect_one(pods[_i].name, pods[_i].published);
}
END_TEST

START_TEST(one_failing_container_keeps_the_pod_out)
{
	struct pod *two = pod("p", "10.0.0.1");

	build_container(two, "a", "", 0, "r");
	build_container(two, "b", "", 0, "r");
	put(&two->object);
	verdict("pod/shop/p/a/readiness", VERDICT_PASS);
	ROSTER("10.0.0.1:http-8080=unknown");
	verdict("pod/shop/p/b/readiness", VERDICT_FAIL);
	ROSTER("10.0.0.1:http-8080=fails");
	verdict("pod/shop/p/b/readiness", VERDICT_PASS);
	ROSTER("10.0.0.1:http-8080=READY");
}
END_TEST

START_TEST(a_named_target_port_is_resolved_in_each_pod)
{
	struct service *named = build_service("shop", "named", "app=web");
	struct pod *a = pod("a", "10.0.0.1");
	struct pod *b = pod("b", "10.0.0.2");
	struct pod *c = pod("c", "10.0.0.3");

	build_port(named, "http", PROTOCOL_TCP, 80, 0, "web");
	build_port(named, "plain", PROTOCOL_TCP, 90, 9000, NULL);
	build_container(a, "main", "web", 8080, "");
	build_container(b, "main", "web", 8081, "");
	build_container(c, "main", "admin", 8082, "");
	put(&named->object);
	put(&c->object);
	put(&b->object);
	put(&a->object);
	ck_assert_str_eq(roster_of(named, NULL), "10.0.0.1:http-8080,plain-9000=READY "
	    "10.0.0.2:http-8081,plain-9000=READY 10.0.0.3:plain-9000=READY");
}
END_TEST

static void
name_pod(struct pod *pod)
{
	pod->hostname = pod->endpoints[0].hostname = "db-0";
}

START_TEST(a_hostname_counts_only_below_its_own_subdomain)
{
	struct pod *own = pod("a", "10.0.0.1");
	struct pod *other = pod("b", "10.0.0.2");
	struct pod *none = pod("c", "10.0.0.3");

	name_pod(own);
	name_pod(other);
	name_pod(none);
	own->subdomain = "web";
	other->subdomain = "other";
	put(&own->object);
	put(&other->object);
	put(&none->object);
	ROSTER("10.0.0.1/db-0:http-8080=READY 10.0.0.2:http-8080=READY 10.0.0.3:http-8080=READY");
}
END_TEST

START_TEST(each_family_of_the_service_takes_one_address_of_a_pod)
{
	struct allotment given = { .families = { ADDR_IP6, ADDR_NONE }, .family_count = 1 };

	put(&pod("a", "10.0.0.1,2001:db8::1,10.0.0.9")->object);
	put(&pod("b", "10.0.0.2")->object);
	ROSTER("10.0.0.1:http-8080=READY 10.0.0.2:http-8080=READY 2001:db8::1:http-8080=READY");
	ck_assert_str_eq(roster_of(web, &given), "2001:db8::1:http-8080=READY");
	given.families[0] = ADDR_IP4;
	ck_assert_str_eq(roster_of(web, &given),
	    "10.0.0.1:http-8080=READY 10.0.0.2:http-8080=READY");
}
END_TEST

START_TEST(slices_join_by_label_and_repeat_nobody)
{
	put(&slice("web-1", "10.0.0.1,10.0.0.2")->object);
	put(&slice("web-2", "10.0.0.2,10.0.0.3")->object);
	put(&pod("p", "10.0.0.3")->object);
	put(&build_slice(KIND_ENDPOINT_SLICE, "shop", "web", NULL, "10.0.0.8")->object);
	put(&build_slice(KIND_ENDPOINT_SLICE, "other", "web-3", "web", "10.0.0.9")->object);
	ROSTER("10.0.0.1:http-8080=READY 10.0.0.2:http-8080=READY 10.0.0.3:http-8080=READY");
}
END_TEST

START_TEST(a_pod_knows_more_of_itself_than_a_slice_does)
{
	struct pod *one = pod("p", "10.0.0.1");

	build_container(one, "main", "", 0, "r");
	put(&one->object);
	put(&slice("web-1", "10.0.0.1")->object);
	verdict("pod/shop/p/main/readiness", VERDICT_FAIL);
	ROSTER("10.0.0.1:http-8080=fails");
}
END_TEST

START_TEST(of_slices_that_disagree_the_one_that_says_ready_is_believed)
{
	struct slice *late = slice("web-1", "10.0.0.1");

	late->parts[0].endpoints[0].ready = TRI_FALSE;
	put(&late->object);
	ROSTER("10.0.0.1:http-8080=stated");
	put(&slice("web-2", "10.0.0.1")->object);
	ROSTER("10.0.0.1:http-8080=READY");
}
END_TEST

static const struct {
	enum tristate ready;
	enum tristate serving;
	enum tristate terminating;
	const char *want;
} conditions[] = {
	{ TRI_UNSET, TRI_UNSET, TRI_UNSET, "READY" },
	{ TRI_TRUE, TRI_FALSE, TRI_UNSET, "READY" },
	{ TRI_FALSE, TRI_TRUE, TRI_UNSET, "stated" },
	{ TRI_FALSE, TRI_TRUE, TRI_TRUE, "going" },
	{ TRI_UNSET, TRI_TRUE, TRI_TRUE, "going" },
	{ TRI_TRUE, TRI_TRUE, TRI_TRUE, "READY" },
};

START_TEST(conditions_of_a_slice_mean_what_the_api_says)
{
	struct slice *one = slice("web-1", "10.0.0.1");

	one->parts[0].endpoints[0].ready = (uint8_t)conditions[_i].ready;
	one->parts[0].endpoints[0].serving = (uint8_t)conditions[_i].serving;
	one->parts[0].endpoints[0].terminating = (uint8_t)conditions[_i].terminating;
	put(&one->object);
	expect_one("slice", conditions[_i].want);
}
END_TEST

START_TEST(endpoints_are_mirrored_only_for_services_without_selector)
{
	struct service *db = build_service("shop", "db", "");
	struct slice *skipped = build_slice(KIND_ENDPOINTS, "other", "db", "db", "10.0.0.7");
	struct service *other = build_service("other", "db", "");

	skipped->skip_mirror = true;
	put(&db->object);
	put(&other->object);
	put(&skipped->object);
	put(&build_slice(KIND_ENDPOINTS, "shop", "db", "db", "10.0.0.1,2001:db8::1")->object);
	put(&build_slice(KIND_ENDPOINTS, "shop", "web", "web", "10.0.0.2")->object);
	ck_assert_str_eq(roster_of(db, NULL), "10.0.0.1=READY 2001:db8::1=READY");
	ck_assert_str_eq(roster_of(other, NULL), "");
	ROSTER("");
}
END_TEST

START_TEST(a_slice_port_that_the_service_does_not_name_keeps_its_name)
{
	struct slice *one = build_slice(KIND_ENDPOINT_SLICE, "shop", "web-1", "web", "10.0.0.1");
	struct roster_entry *entry;

	build_slice_port(one, "metrics", 9100);
	build_slice_port(one, "http", 8080);
	put(&one->object);
	ROSTER("10.0.0.1:http-8080,metrics-9100=READY");
	ck_assert_int_eq(membership_build(store, web, NULL, &entry), 0);
	ck_assert_uint_eq(entry->groups[0].ports[0].service_port, 0);
	ck_assert_uint_eq(entry->groups[0].ports[1].service_port, ROSTER_NO_PORT);
	roster_entry_unref(entry);
}
END_TEST

/* ---- rollcall/readiness-probe and rollcall/panic-threshold ---- */

static struct probe_spec service_probe = {
	.engine = ENGINE_TCP, .period_ms = 1000, .timeout_ms = 100,
	.success_threshold = 1, .failure_threshold = 1,
};

START_TEST(the_services_probe_judges_endpoints_that_have_none)
{
	struct slice *off = slice("web-2", "10.0.0.9");
	struct pod *own = pod("own", "10.0.0.3");
	struct pod *stated = pod("stated", "10.0.0.4");

	web->readiness_probe = &service_probe;
	off->parts[0].endpoints[0].ready = TRI_FALSE;
	build_container(own, "main", "", 0, "r");
	stated->ready = TRI_FALSE;
	put(&off->object);
	put(&own->object);
	put(&stated->object);
	put(&slice("web-1", "10.0.0.1")->object);
	put(&pod("bare", "10.0.0.2,2001:db8::2")->object);
	verdict("service/shop/web/10.0.0.1:8080", VERDICT_PASS);
	verdict("service/shop/web/10.0.0.2:8080", VERDICT_FAIL);
	verdict("service/shop/web/10.0.0.4:8080", VERDICT_PASS);
	verdict("service/shop/web/10.0.0.9:8080", VERDICT_PASS);
	ROSTER("10.0.0.1:http-8080=READY 10.0.0.2:http-8080=fails 10.0.0.3:http-8080=unknown "
	    "10.0.0.4:http-8080=stated 10.0.0.9:http-8080=stated 2001:db8::2:http-8080=fails");
}
END_TEST

static const struct {
	struct port_ref port;
	const char *slice_id;
	const char *pod_id;
} probe_ports[] = {
	{ { 0, NULL }, "service/shop/web/10.0.0.1:8080", "service/shop/web/10.0.0.2:8080" },
	{ { 81, NULL }, "service/shop/web/10.0.0.1:81", "service/shop/web/10.0.0.2:81" },
	{ { 0, "http" }, "service/shop/web/10.0.0.1:8080", "service/shop/web/10.0.0.2:8080" },
	{ { 0, "health" }, "service/shop/web/10.0.0.1:0", "service/shop/web/10.0.0.2:8086" },
	{ { 0, "nobody" }, "service/shop/web/10.0.0.1:0", "service/shop/web/10.0.0.2:0" },
};

START_TEST(the_services_probe_finds_its_port_in_the_slice_or_the_container)
{
	struct arena *arena = arena_new(0);
	struct pod *bare = pod("bare", "10.0.0.2");
	struct target *targets;
	size_t count;

	service_probe.port = probe_ports[_i].port;
	web->readiness_probe = &service_probe;
	web->object.trusted = true;
	build_container(bare, "main", "health", 8086, "");
	put(&bare->object);
	put(&slice("web-1", "10.0.0.1")->object);
	put(&slice("web-2", "10.0.0.1")->object);       /* once */
	ck_assert_int_eq(membership_service_targets(store, web, arena, &targets, &count), 0);
	ck_assert_uint_eq(count, 2);
	ck_assert_str_eq(targets[0].id, probe_ports[_i].slice_id);
	ck_assert_ptr_null(targets[0].pod_name);
	ck_assert_str_eq(targets[1].id, probe_ports[_i].pod_id);
	ck_assert_str_eq(targets[1].pod_name, "bare");
	ck_assert_str_eq(targets[1].service_name, "web");
	ck_assert(targets[1].trusted);
	ck_assert_int_eq(targets[1].kind, PROBE_READINESS);
	arena_free(arena);
}
END_TEST

START_TEST(a_service_without_probe_has_no_targets)
{
	struct arena *arena = arena_new(0);
	struct target *targets;
	size_t count = 7;

	put(&slice("web-1", "10.0.0.1")->object);
	ck_assert_int_eq(membership_service_targets(store, web, arena, &targets, &count), 0);
	ck_assert_uint_eq(count, 0);
	arena_free(arena);
}
END_TEST

/* Verdicts of four endpoints and whether the Service panics at 50 percent. */
static const struct {
	const char *verdicts;
	const char *want;
} panics[] = {
	{ "++++", "10.0.0.1=READY 10.0.0.2=READY 10.0.0.3=READY 10.0.0.4=READY 10.0.0.5=stated" },
	{ "++--", "10.0.0.1=READY 10.0.0.2=READY 10.0.0.3=fails 10.0.0.4=fails 10.0.0.5=stated" },
	{ "+---", "10.0.0.1=READY 10.0.0.2=FAILS 10.0.0.3=FAILS 10.0.0.4=FAILS 10.0.0.5=stated PANIC" },
	{ "----", "10.0.0.1=FAILS 10.0.0.2=FAILS 10.0.0.3=FAILS 10.0.0.4=FAILS 10.0.0.5=stated PANIC" },
	{ "????",
	    "10.0.0.1=unknown 10.0.0.2=unknown 10.0.0.3=unknown 10.0.0.4=unknown 10.0.0.5=stated" },
	{ "?---",
	    "10.0.0.1=UNKNOWN 10.0.0.2=FAILS 10.0.0.3=FAILS 10.0.0.4=FAILS 10.0.0.5=stated PANIC" },
};

START_TEST(too_few_passing_probes_are_a_panic_that_answers_all_probed)
{
	struct service *db = build_service("shop", "db", "");
	struct slice *four = build_slice(KIND_ENDPOINT_SLICE, "shop", "db-1", "db",
	    "10.0.0.1,10.0.0.2,10.0.0.3,10.0.0.4,10.0.0.5");

	service_probe.port = (struct port_ref){ 80, NULL };
	db->readiness_probe = &service_probe;
	db->panic_percent = 50;
	four->parts[0].endpoints[4].ready = TRI_FALSE;
	put(&db->object);
	put(&four->object);
	for (int i = 0; i < 4; i++) {
		char id[64];

		snprintf(id, sizeof(id), "service/shop/db/10.0.0.%d:80", i + 1);
		if (panics[_i].verdicts[i] != '?')
			verdict(id, panics[_i].verdicts[i] == '+' ? VERDICT_PASS : VERDICT_FAIL);
	}
	ck_assert_str_eq(roster_of(db, NULL), panics[_i].want);
	db->panic_percent = 0;
	ck_assert_ptr_null(strstr(roster_of(db, NULL), "PANIC"));
}
END_TEST

/* ---- the rest of an entry ---- */

START_TEST(an_entry_says_what_the_service_and_its_allotment_say)
{
	struct allotted_port node_ports[] = { { 80, PROTOCOL_TCP, 30080 } };
	struct addr ingress[] = { build_addr("192.0.2.9"), build_addr("192.0.2.7") };
	struct addr external[] = { build_addr("192.0.2.7"), build_addr("192.0.2.7") };
	struct allotment given = {
		.families = { ADDR_IP4, ADDR_NONE }, .family_count = 1,
		.cluster_ips = { build_addr("10.96.0.5") }, .cluster_ip_count = 1,
		.load_balancer_ip = build_addr("192.0.2.8"),
		.node_ports = node_ports, .node_port_count = 1,
	};
	struct service_extra extra = {
		.external_ips = external, .external_ip_count = 2,
		.status_ingress = ingress, .status_ingress_count = 2,
	};
	struct roster_entry *entry;

	web->type = SERVICE_LOAD_BALANCER;
	web->extra = &extra;
	ck_assert_int_eq(membership_build(store, web, &given, &entry), 0);
	ck_assert_str_eq(roster_ns(entry), "shop");
	ck_assert_str_eq(roster_name(entry), "web");
	ck_assert_uint_eq(entry->references, 1);
	ck_assert_uint_eq(entry->generation, store_generation(store));
	ck_assert(!entry->pending);
	ck_assert(entry->has_selector);
	ck_assert_uint_eq(entry->cluster_ip_count, 1);
	ck_assert_int_eq(addr_compare(&entry->cluster_ips[0], &given.cluster_ips[0]), 0);
	ck_assert_uint_eq(entry->node_ports[0], 30080);
	ck_assert_ptr_eq(entry->service, web);
	ck_assert_uint_eq(entry->external_ip_count, 3);
	ck_assert_int_eq(addr_compare(&entry->external_ips[1], &given.load_balancer_ip), 0);
	roster_entry_unref(entry);
}
END_TEST

START_TEST(an_entry_outlives_the_files_of_what_it_says)
{
	struct slice *stated = slice("s", "10.0.0.2");
	struct roster_entry *entry;

	stated->parts[0].endpoints[0].hostname = "db-0";
	put(&stated->object);
	put(&pod("p", "10.0.0.1")->object);
	ck_assert_int_eq(membership_build(store, web, NULL, &entry), 0);
	while (files > 0) {
		char file[16];

		snprintf(file, sizeof(file), "%u.yaml", --files);
		ck_assert_int_eq(store_replace_file(store, file, NULL, 0, NULL), 0);
	}
	ck_assert_str_eq(roster_name(entry), "web");
	ck_assert_uint_eq(entry->object_count, 2);
	ck_assert_str_eq(entry->endpoints[0].of->pod_name, "p");
	ck_assert_str_eq(roster_hostname(&entry->endpoints[1]), "db-0");
	ck_assert_str_eq(entry->groups[0].ports[0].name, "http");
	roster_entry_unref(entry);
}
END_TEST

START_TEST(only_what_needs_an_address_waits_for_one)
{
	struct service *out = build_service("shop", "out", "app=web");
	struct roster_entry *entry;

	ck_assert_int_eq(membership_build(store, web, NULL, &entry), 0);
	ck_assert(entry->pending);
	roster_entry_unref(entry);
	web->headless = true;
	ck_assert_int_eq(membership_build(store, web, NULL, &entry), 0);
	ck_assert(!entry->pending);
	roster_entry_unref(entry);
	out->type = SERVICE_EXTERNAL_NAME;
	out->external_name = "db.example.com";
	put(&out->object);
	put(&pod("p", "10.0.0.1")->object);
	ck_assert_int_eq(membership_build(store, out, NULL, &entry), 0);
	ck_assert(!entry->pending);
	ck_assert_str_eq(entry->service->external_name, "db.example.com");
	ck_assert_uint_eq(entry->endpoint_count, 0);
	roster_entry_unref(entry);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("membership");
	TCase *tc = tcase_create("membership");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, pods_that_match_belong_and_are_ready_with_an_address);
	tcase_add_loop_test(tc, a_pod_is_present_as_probes_and_statements_say, 0,
	    sizeof(pods) / sizeof(pods[0]));
	tcase_add_test(tc, one_failing_container_keeps_the_pod_out);
	tcase_add_test(tc, a_named_target_port_is_resolved_in_each_pod);
	tcase_add_test(tc, a_hostname_counts_only_below_its_own_subdomain);
	tcase_add_test(tc, each_family_of_the_service_takes_one_address_of_a_pod);
	tcase_add_test(tc, slices_join_by_label_and_repeat_nobody);
	tcase_add_test(tc, a_pod_knows_more_of_itself_than_a_slice_does);
	tcase_add_test(tc, of_slices_that_disagree_the_one_that_says_ready_is_believed);
	tcase_add_loop_test(tc, conditions_of_a_slice_mean_what_the_api_says, 0,
	    sizeof(conditions) / sizeof(conditions[0]));
	tcase_add_test(tc, endpoints_are_mirrored_only_for_services_without_selector);
	tcase_add_test(tc, a_slice_port_that_the_service_does_not_name_keeps_its_name);
	tcase_add_test(tc, the_services_probe_judges_endpoints_that_have_none);
	tcase_add_loop_test(tc, the_services_probe_finds_its_port_in_the_slice_or_the_container, 0,
	    sizeof(probe_ports) / sizeof(probe_ports[0]));
	tcase_add_test(tc, a_service_without_probe_has_no_targets);
	tcase_add_loop_test(tc, too_few_passing_probes_are_a_panic_that_answers_all_probed, 0,
	    sizeof(panics) / sizeof(panics[0]));
	tcase_add_test(tc, an_entry_says_what_the_service_and_its_allotment_say);
	tcase_add_test(tc, an_entry_outlives_the_files_of_what_it_says);
	tcase_add_test(tc, only_what_needs_an_address_waits_for_one);
	suite_add_tcase(s, tc);
	return s;
}
