/* test_refresh_nomem.c - whatever allocation fails while answers are made, all of them come. */
#include "daemon/refresh.h"

#include <string.h>

#include "daemon/world.h"
#include "tests/daemon/played.h"
#include "tests/scarce.h"
#include "tests/suite.h"

#define POD(name, ip)                                                                              \
	"---\napiVersion: v1\nkind: Pod\nmetadata: {name: " name                                    \
	", namespace: pods, labels: {app: web}}\n"                                                 \
	"spec: {containers: [{name: c, image: x, readinessProbe: {tcpSocket: {port: 80}}}]}\n"      \
	"status: {phase: Running, podIP: " ip "}\n"
#define SERVICE(name, ns, spec)                                                                    \
	"---\napiVersion: v1\nkind: Service\nmetadata: {name: " name ", namespace: " ns "}\n"       \
	"spec: {selector: {app: web}, ports: [{port: 80}]" spec "}\n"

static const char world[] = SERVICE("web", "shop", "") SERVICE("pods", "pods", ", clusterIP: None")
    POD("a", "10.8.0.1") POD("b", "10.8.0.2")
    "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: bare}\n";

#define NAME(name) name ".svc.cluster.local"

/* Memory is there again: whatever was left out comes with the next tries. */
static void
heal(struct played *played)
{
	for (int i = 0; i < 3; i++)
		played_turn(played, 2000);
}

static void
all_is_there(struct played *played)
{
	ck_assert_int_eq(strncmp(played_ask(played, NAME("web.shop")), "10.96.0.", 8), 0);
	ck_assert_str_eq(played_ask(played, NAME("bare")), "NODATA");
	ck_assert_uint_eq(played_end(played, "10.8.0.1", OUTCOME_PASS), 1);
	ck_assert_uint_eq(played_end(played, "10.8.0.2", OUTCOME_PASS), 1);
	heal(played);
	ck_assert_str_eq(played_ask(played, NAME("pods.pods")), "10.8.0.1 10.8.0.2");
}

static void
all_is_gone(struct played *played)
{
	struct world_counts counts;

	ck_assert_str_eq(played_ask(played, NAME("web.shop")), "NXDOMAIN");
	ck_assert_str_eq(played_ask(played, NAME("pods.pods")), "NXDOMAIN");
	ck_assert_str_eq(played_ask(played, NAME("bare")), "NXDOMAIN");
	world_counts(played->world, &counts);
	ck_assert_uint_eq(counts.targets, 0);
	ck_assert_uint_eq(counts.refresh.services, 0);
}

START_TEST(what_one_failed_allocation_left_out_comes_by_itself)
{
	bool reached = true;
	size_t n;

	for (n = 1; reached; n++) {
		struct played *played = played_new("10.96.0.0/24");

		played_state(played, "a.yaml", world);
		scarce_fail_at(n);
		played_turn(played, 0);
		reached = scarce_failed();
		heal(played);
		all_is_there(played);
		played_free(played);
	}
	ck_assert_uint_gt(n, 50);
}
END_TEST

START_TEST(what_one_failed_allocation_left_standing_goes_by_itself)
{
	bool reached = true;

	for (size_t n = 1; reached; n++) {
		struct played *played = played_new("10.96.0.0/24");

		played_file(played, "a.yaml", world);
		all_is_there(played);
		played_state(played, "a.yaml", "");
		scarce_fail_at(n);
		played_turn(played, 0);
		reached = scarce_failed();
		heal(played);
		all_is_gone(played);
		played_free(played);
	}
}
END_TEST

START_TEST(a_while_without_any_memory_costs_no_answer_and_no_haste)
{
	struct played *played = played_new("10.96.0.0/24");

	played_state(played, "a.yaml", world);
	for (int i = 0; i < 5; i++) {
		scarce_fail_all(true);
		played_turn(played, 1000);
		scarce_fail_all(false);
		/* Not at once: that would be a loop without rest. */
		ck_assert_uint_gt(played->next_ms, 1000 * (uint64_t)(i + 2));
	}
	heal(played);
	all_is_there(played);
	played_free(played);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("refresh_nomem");
	TCase *tc = tcase_create("refresh_nomem");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, what_one_failed_allocation_left_out_comes_by_itself);
	tcase_add_test(tc, what_one_failed_allocation_left_standing_goes_by_itself);
	tcase_add_test(tc, a_while_without_any_memory_costs_no_answer_and_no_haste);
	suite_add_tcase(s, tc);
	return s;
}
