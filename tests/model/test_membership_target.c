/* test_membership_target.c - what has to be probed for a Pod. */
#include <string.h>

#include "base/strbuf.h"
#include "model/membership.h"
#include "model/store.h"
#include "model/target.h"
#include "tests/model/build.h"
#include "tests/suite.h"

static struct store *store;
static struct strbuf said = STRBUF_INIT;

static void
setup(void)
{
	store = store_new();
}

static void
teardown(void)
{
	store_free(store);
	strbuf_release(&said);
}

/* "CONTAINER/KIND@ADDRESS:PORT", with "(held)" behind those that wait. */
static const char *
targets_of(const struct pod *pod)
{
	struct arena *arena = arena_new(0);
	struct target *targets;
	size_t count;

	ck_assert_int_eq(membership_pod_targets(store, pod, arena, &targets, &count), 0);
	strbuf_clear(&said);
	for (size_t i = 0; i < count; i++) {
		struct addr_port where = { targets[i].addr, targets[i].port };
		char text[ADDR_PORT_TEXT_SIZE];

		ck_assert_str_eq(targets[i].ns, "shop");
		ck_assert_str_eq(targets[i].pod_name, "p");
		ck_assert_ptr_null(targets[i].service_name);
		ck_assert_ptr_nonnull(targets[i].spec);
		strbuf_addf(&said, "%s%s/%s@%s%s", i > 0 ? " " : "", targets[i].container,
		    probe_kind_text(targets[i].kind), addr_port_text(&where, text),
		    targets[i].held ? "(held)" : "");
	}
	arena_free(arena);
	return said.text;
}

static void
startup(enum verdict verdict, bool restored)
{
	struct verdict_state state = { .verdict = verdict, .restored = restored };

	ck_assert_int_eq(store_set_verdict(store, "pod/shop/p/main/startup", &state), 0);
}

START_TEST(every_probe_of_every_container_is_a_target_on_the_primary_address)
{
	struct pod *pod = build_pod("shop", "p", "", "10.0.0.1,2001:db8::1");

	build_container(pod, "main", "http", 8080, "rl");
	build_container(pod, "side", "", 0, "r");
	build_container(pod, "bare", "", 0, "");
	ck_assert_str_eq(targets_of(pod), "main/readiness@10.0.0.1:8080 "
	    "main/liveness@10.0.0.1:8080 side/readiness@10.0.0.1:0");
	object_unref(&pod->object);
}
END_TEST

START_TEST(a_startup_probe_holds_the_others_and_then_rests)
{
	struct pod *pod = build_pod("shop", "p", "", "10.0.0.1");

	build_container(pod, "main", "", 80, "srl");
	const char *before = "main/startup@10.0.0.1:80 main/readiness@10.0.0.1:80(held) "
	    "main/liveness@10.0.0.1:80(held)";
	const char *after = "main/startup@10.0.0.1:80(held) main/readiness@10.0.0.1:80 "
	    "main/liveness@10.0.0.1:80";
	ck_assert_str_eq(targets_of(pod), before);
	startup(VERDICT_FAIL, false);
	ck_assert_str_eq(targets_of(pod), before);
	startup(VERDICT_PASS, true);
	ck_assert_str_eq(targets_of(pod), "main/startup@10.0.0.1:80 "
	    "main/readiness@10.0.0.1:80 main/liveness@10.0.0.1:80");
	startup(VERDICT_PASS, false);
	ck_assert_str_eq(targets_of(pod), after);
	object_unref(&pod->object);
}
END_TEST

START_TEST(a_pod_that_is_done_or_has_no_address_is_not_probed)
{
	struct pod *pod = build_pod("shop", "p", "", "10.0.0.1");

	build_container(pod, "main", "", 80, "srl");
	pod->phase = POD_SUCCEEDED;
	ck_assert_str_eq(targets_of(pod), "");
	pod->phase = POD_FAILED;
	ck_assert_str_eq(targets_of(pod), "");
	pod->phase = POD_RUNNING;
	pod->object.deleting = true;
	ck_assert_str_eq(targets_of(pod), "main/readiness@10.0.0.1:80(held)");
	pod->endpoint_count = 0;
	ck_assert_str_eq(targets_of(pod), "");
	object_unref(&pod->object);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("membership_target");
	TCase *tc = tcase_create("membership_target");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, every_probe_of_every_container_is_a_target_on_the_primary_address);
	tcase_add_test(tc, a_startup_probe_holds_the_others_and_then_rests);
	tcase_add_test(tc, a_pod_that_is_done_or_has_no_address_is_not_probed);
	suite_add_tcase(s, tc);
	return s;
}
