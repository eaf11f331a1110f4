/* test_why.c - who is in, who is out, and why. */
#include "ops/why.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "model/allot.h"
#include "model/drain.h"
#include "model/history.h"
#include "model/membership.h"
#include "model/roster.h"
#include "model/store.h"
#include "ops/insight.h"
#include "ops/pools.h"
#include "ops/variables.h"
#include "tests/model/build.h"
#include "tests/suite.h"

#define ENTRIES_MAX 64

static struct store *store;
static struct clock *now;
static struct roster_entry *entries[ENTRIES_MAX];
static size_t entry_count;
static unsigned files;
static struct insight insight;
static struct history *history;
static struct insight_look look;        /* of every probe that is asked for */
static bool looked;                     /* there is one */

static struct probe_spec spec = { .engine = ENGINE_HTTP, .period_ms = 10000, .timeout_ms = 1000,
	.success_threshold = 2, .failure_threshold = 3, .path = "/healthz", .port = { 8080, NULL } };
static struct target target = { .id = "pod/shop/a/main/readiness", .kind = PROBE_READINESS,
	.spec = &spec, .port = 8080, .ns = "shop" };

static void
put(struct object *object)
{
	char file[16];

	snprintf(file, sizeof(file), "%u.yaml", files++);
	ck_assert_int_eq(store_replace_file(store, file, &object, 1, NULL), 0);
}

static const struct roster_entry *
roster(void *arg, const char *ns, const char *name)
{
	const struct service *service = store_service(store, ns, name);
	struct allotment given = { .families = { ADDR_IP4 }, .family_count = 1,
		.cluster_ips = { build_addr("10.96.0.5") }, .cluster_ip_count = 1 };

	(void)arg;
	if (service == NULL || entry_count == ENTRIES_MAX)
		return NULL;
	ck_assert_int_eq(membership_build(store, service, &given, &entries[entry_count]), 0);
	return entries[entry_count++];
}

struct next {
	const char *ns, *after_ns, *after_name;
	const struct object *best;
};

static int
compare(const char *ns, const char *name, const struct object *object)
{
	int order = strcmp(ns, object->ns);

	return order != 0 ? order : strcmp(name, object->name);
}

static int
visit_next(void *arg, const struct object *object)
{
	struct next *next = arg;

	if ((next->ns == NULL || strcmp(next->ns, object->ns) == 0) && (next->after_name == NULL ||
	    compare(next->after_ns, next->after_name, object) < 0) && (next->best == NULL ||
	    compare(next->best->ns, next->best->name, object) > 0))
		next->best = object;
	return 0;
}

static const struct service *
next_service(void *arg, const char *ns, const char *after_ns, const char *after_name)
{
	struct next next = { ns, after_ns, after_name, NULL };

	(void)arg;
	(void)store_each(store, KIND_SERVICE, visit_next, &next);
	return (const void *)next.best;
}

static bool
find(void *arg, const char *id, struct insight_look *out)
{
	(void)arg;
	(void)id;
	*out = look;
	return looked;
}

static void
setup(void)
{
	struct service *web = build_service("shop", "web", "app=web");

	store = store_new();
	now = clock_new_manual(1000000, 1000000);
	insight = (struct insight){ .store = store, .clock = now, .domain = "cluster.local",
		.roster = roster, .next_service = next_service, .look = find };
	build_port(web, "http", PROTOCOL_TCP, 80, 8080, NULL);
	put(&web->object);
	target.addr = build_addr("10.0.0.1");
	looked = false;
	entry_count = 0;
}

static void
teardown(void)
{
	for (size_t i = 0; i < entry_count; i++)
		roster_entry_unref(entries[i]);
	store_free(store);
	clock_free(now);
	history_free(history);
	history = NULL;
}

/* The text of the answer; whether it is ready. */
static void
expect(const char *name, bool ready, const char *want)
{
	struct why_question question = { .name = name, .ns = "shop" };
	json_t *answer = why_answer(&insight, &question);

	ck_assert_ptr_nonnull(answer);
	ck_assert_str_eq(json_string_value(json_object_get(answer, "text")), want);
	ck_assert_int_eq(json_is_true(json_object_get(answer, "ready")), ready);
	json_decref(answer);
}

START_TEST(a_selector_that_matches_nobody_is_told_with_who_is_near)
{
	put(&build_pod("shop", "a", "app=wbe", "10.0.0.1")->object);
	expect("svc/web", false,
	    "Service shop/web  ClusterIP  80/TCP -> 8080\n"
	    "  web.shop.svc.cluster.local is answered with 10.96.0.5, behind which nobody is ready\n"
	    "  0 of 0 endpoints are ready\n"
	    "  selector matches 0 pods: app=web\n"
	    "  Pod shop/a is near: its labels are app=wbe\n"
	    "  endpoints come when a Pod with labels app=web exists in namespace shop\n");
}
END_TEST

START_TEST(a_pod_of_another_namespace_is_told_to_be_there)
{
	put(&build_pod("other", "a", "app=web", "10.0.0.1")->object);
	expect("shop/web", false,
	    "Service shop/web  ClusterIP  80/TCP -> 8080\n"
	    "  web.shop.svc.cluster.local is answered with 10.96.0.5, behind which nobody is ready\n"
	    "  0 of 0 endpoints are ready\n"
	    "  selector matches 0 pods: app=web\n"
	    "  Pod other/a has these labels, but in another namespace: a selector looks into its own "
	    "only\n"
	    "  endpoints come when a Pod with labels app=web exists in namespace shop\n");
}
END_TEST

/* A Pod with a readiness probe, in each state of it. */
static const struct {
	enum verdict verdict;
	struct tally tally;
	enum outcome_code code;
	bool in_flight;
	const char *want;
} probes[] = {
	{ VERDICT_FAIL, { VERDICT_FAIL, false, 4, false }, OUTCOME_CONNECT_REFUSED, false,
	    "connect refused in 1.2 ms, 2 s ago; 4 failures in a row; next in 7 s\n"
	    "      comes in when 2 probes pass\n" },
	{ VERDICT_FAIL, { VERDICT_FAIL, true, 1, false }, OUTCOME_PASS, false,
	    "passed in 1.2 ms, 2 s ago; pass 1 of 2; next in 7 s\n"
	    "      comes in when 1 more probe passes\n" },
	{ VERDICT_PASS, { VERDICT_PASS, false, 1, false }, OUTCOME_CONNECT_REFUSED, true,
	    "connect refused in 1.2 ms, 2 s ago; failure 1 of 3; asked just now\n"
	    "      goes out when 2 more probes fail\n" },
	{ VERDICT_PASS, { VERDICT_PASS, false, 0, true }, OUTCOME_PASS, false,
	    "passed in 1.2 ms, 2 s ago; as before the restart; next in 7 s\n"
	    "      goes out when 3 probes fail\n" },
};

START_TEST(a_probe_is_told_with_its_last_result_and_what_would_change_it)
{
	struct pod *pod = build_pod("shop", "a", "app=web", "10.0.0.1");
	struct verdict_state state = { .verdict = probes[_i].verdict, .reason = "connect refused" };
	struct outcome outcome = { .code = probes[_i].code, .took_us = 1200 };
	struct why_question question = { .name = "web", .ns = "shop" };
	const char *text;
	json_t *answer;

	build_container(pod, "main", "http", 8080, "r");
	put(&pod->object);
	ck_assert_int_eq(store_set_verdict(store, "pod/shop/a/main/readiness", &state), 0);
	ck_assert_int_eq(history_note(&history, &outcome, clock_now_ms(now)), 0);
	clock_turn_ms(now, 2000);
	look = (struct insight_look){ .target = &target, .history = history, .tally = probes[_i].tally,
		.next_ms = 7000, .planned = true, .in_flight = probes[_i].in_flight };
	looked = true;
	answer = why_answer(&insight, &question);
	text = json_string_value(json_object_get(answer, "text"));
	ck_assert_ptr_nonnull(strstr(text, "readiness probe: httpGet 10.0.0.1:8080/healthz: "));
	text = strstr(text, "/healthz: ") + strlen("/healthz: ");
	ck_assert_str_eq(text, probes[_i].want);
	json_decref(answer);
}
END_TEST

START_TEST(what_is_drained_tells_how_to_take_it_back)
{
	struct verdict_state state = { .verdict = VERDICT_FAIL, .reason = "disk" };
	char id[TARGET_ID_SIZE];

	put(&build_pod("shop", "a", "app=web", "10.0.0.1")->object);
	ck_assert_int_eq(store_set_verdict(store, drain_write_pod(id, sizeof(id), "shop", "a"),
	    &state), 0);
	expect("10.0.0.1", false,
	    "Service shop/web  ClusterIP  80/TCP -> 8080\n"
	    "  web.shop.svc.cluster.local is answered with 10.96.0.5, behind which nobody is ready\n"
	    "  0 of 1 endpoint is ready\n"
	    "  out 10.0.0.1:8080  Pod a\n"
	    "      an operator has taken it out (drain)\n"
	    "      comes in by `rollcall undrain`\n");
}
END_TEST

/* Names of all kinds, and the first line of what is said. */
static const struct {
	const char *name;
	const char *want;
} names[] = {
	{ "web", "Service shop/web  ClusterIP" },
	{ "WEB.Shop.SVC.Cluster.Local.", "Service shop/web  ClusterIP" },
	{ "web.shop", "Service shop/web  ClusterIP" },
	{ "web.shop.svc", "Service shop/web  ClusterIP" },
	{ "_http._tcp.web.shop.svc", "Service shop/web  ClusterIP" },
	{ "10.96.0.5", "Service shop/web  ClusterIP" },
	{ "10.96.0.5:80", "Service shop/web  ClusterIP" },
	{ "10-96-0-5.shop.pod", "Service shop/web  ClusterIP" },
	{ "ep/web", "Service shop/web  ClusterIP" },
	{ "wbe", "there is no Service shop/wbe\n  did you mean shop/web?" },
	{ "web.shpo.svc", "there is no Service shpo/web\n  namespace shop has one of that name: shop/web\n"
	    "  there is no namespace shpo; did you mean shop?" },
	{ "pod/none", "there is no Pod shop/none" },
	{ "[::1]:80", "::1 is nobody's" },
	{ "shop.svc", "shop.svc names a namespace alone" },
	{ "x.shop.pod", "x.shop.pod is no Pod's name" },
	{ "x.cluster.local", "x.cluster.local is not of a Service" },
	{ "www.example.org", "www.example.org is no name of cluster.local" },
	{ "", "no name was given" },
	{ ".", "no name was given" },
	{ "/", "there is no Service /" },
	{ "svc/", "there is no Service shop/" },
	{ "a..b", "a..b is no name of cluster.local" },
	{ "\033[31m", "there is no Service shop/\\x1b[31m" },
};

START_TEST(every_name_is_answered_somehow)
{
	struct why_question question = { .name = names[_i].name, .ns = "shop", .outside = true,
		.ping = true };
	json_t *answer = why_answer(&insight, &question);
	const char *text = json_string_value(json_object_get(answer, "text"));

	ck_assert_msg(strncmp(text, names[_i].want, strlen(names[_i].want)) == 0, "%s: %s",
	    names[_i].name, text);
	json_decref(answer);
}
END_TEST

START_TEST(names_that_are_too_long_do_no_harm)
{
	char name[5000];
	struct why_question question = { .name = name, .ns = "shop" };

	for (size_t len = 0; len < sizeof(name); len = len * 2 + 1) {
		memset(name, 'a', len);
		for (size_t i = 1; i < len; i += 2)
			name[i] = '.';
		name[len] = '\0';
		json_decref(why_answer(&insight, &question));
		for (size_t i = 1; i < len; i += 2)
			name[i] = '/';
		json_decref(why_answer(&insight, &question));
	}
}
END_TEST

START_TEST(endpoints_beyond_what_is_shown_are_counted)
{
	struct why_question question = { .name = "web", .ns = "shop" };
	json_t *answer, *service;
	char name[16], ip[16];

	for (int i = 0; i < WHY_ENDPOINTS_MAX + 50; i++) {
		snprintf(name, sizeof(name), "p%d", i);
		snprintf(ip, sizeof(ip), "10.0.%d.%d", i / 200, i % 200 + 1);
		put(&build_pod("shop", name, "app=web", ip)->object);
	}
	answer = why_answer(&insight, &question);
	service = json_array_get(json_object_get(answer, "services"), 0);
	ck_assert_uint_eq(json_array_size(json_object_get(service, "endpoints")), WHY_ENDPOINTS_MAX);
	ck_assert_int_eq(json_integer_value(json_object_get(service, "endpointsLeftOut")), 50);
	json_decref(answer);
}
END_TEST

START_TEST(variables_are_named_as_a_kubelet_names_them)
{
	json_t *answer = variables_answer(&insight, "shop");
	char *text = json_dumps(json_object_get(answer, "variables"), JSON_COMPACT);

	ck_assert_str_eq(text, "[[\"WEB_SERVICE_HOST\",\"10.96.0.5\"],[\"WEB_SERVICE_PORT\",\"80\"],"
	    "[\"WEB_SERVICE_PORT_HTTP\",\"80\"],[\"WEB_PORT\",\"tcp://10.96.0.5:80\"],"
	    "[\"WEB_PORT_80_TCP\",\"tcp://10.96.0.5:80\"],[\"WEB_PORT_80_TCP_PROTO\",\"tcp\"],"
	    "[\"WEB_PORT_80_TCP_PORT\",\"80\"],[\"WEB_PORT_80_TCP_ADDR\",\"10.96.0.5\"]]");
	free(text);
	json_decref(answer);
	answer = variables_answer(&insight, "none");
	ck_assert_uint_eq(json_array_size(json_object_get(answer, "variables")), 0);
	json_decref(answer);
}
END_TEST

START_TEST(pools_say_what_is_free_and_that_there_is_none)
{
	struct allot_pool pools[] = {
		{ POOL_CLUSTER_IPS, "10.96.0.0/24", 253, 53 }, { POOL_NODE_PORTS, "30000-30009", 10, 10 },
	};
	json_t *answer = pools_answer(pools, 2);
	const char *text = json_string_value(json_object_get(answer, "text"));

	ck_assert_ptr_nonnull(strstr(text, "10.96.0.0/24                  253         53        200   20.9%\n"));
	ck_assert_ptr_nonnull(strstr(text, "         10         10          0  100.0%\n"));
	ck_assert_ptr_nonnull(strstr(text, "loadBalancers  none: "));
	json_decref(answer);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("why");
	TCase *tc = tcase_create("why");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_selector_that_matches_nobody_is_told_with_who_is_near);
	tcase_add_test(tc, a_pod_of_another_namespace_is_told_to_be_there);
	tcase_add_loop_test(tc, a_probe_is_told_with_its_last_result_and_what_would_change_it, 0,
	    sizeof(probes) / sizeof(probes[0]));
	tcase_add_test(tc, what_is_drained_tells_how_to_take_it_back);
	tcase_add_loop_test(tc, every_name_is_answered_somehow, 0, sizeof(names) / sizeof(names[0]));
	tcase_add_test(tc, names_that_are_too_long_do_no_harm);
	tcase_add_test(tc, endpoints_beyond_what_is_shown_are_counted);
	tcase_add_test(tc, variables_are_named_as_a_kubelet_names_them);
	tcase_add_test(tc, pools_say_what_is_free_and_that_there_is_none);
	suite_add_tcase(s, tc);
	return s;
}
