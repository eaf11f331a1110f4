/* test_world.c - objects and outcomes in, names out: the wiring that the daemon runs. */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "daemon/world.h"
#include "dns/index.h"
#include "model/roster.h"
#include "model/store.h"
#include "model/target.h"
#include "tests/daemon/played.h"
#include "tests/suite.h"

#define SERVICE(name, more) \
	"apiVersion: v1\nkind: Service\nmetadata: {name: " name ", namespace: shop}\n" \
	"spec: {selector: {app: web}, ports: [{port: 80}]" more "}\n---\n"
#define POD(name, ip, probe)                                                                       \
	"apiVersion: v1\nkind: Pod\nmetadata: {name: " name                                        \
	", namespace: shop, labels: {app: web}}\n"                                                 \
	"spec: {containers: [{name: web, image: x, ports: [{containerPort: 8080}]" probe "}]}\n"   \
	"status: {phase: Running, podIP: " ip "}\n---\n"
#define TCP_PROBE                                                                                  \
	", readinessProbe: {tcpSocket: {port: 8080}, failureThreshold: 2, periodSeconds: 10}"
#define TWO_PODS POD("web-1", "10.8.0.1", TCP_PROBE) POD("web-2", "10.8.0.2", TCP_PROBE)
#define HEADLESS SERVICE("pods", ", clusterIP: None")
#define NAME(name) name ".shop.svc.cluster.local"

static struct played *played;

static void
set_up(void)
{
	played = played_new("10.96.0.0/24");
}

static void
tear_down(void)
{
	played_free(played);
}

START_TEST(an_address_is_saved_before_it_is_answered)
{
	char saved[300];

	played_file(played, "a.yaml", SERVICE("web", ""));
	ck_assert_uint_eq(played->saves, 1);
	ck_assert_uint_eq(played->syncs, 1);
	snprintf(saved, sizeof(saved), "shop/web %s", played_ask(played, NAME("web")));
	ck_assert_str_eq(played->last_saved, saved);
	ck_assert_int_eq(strncmp(saved, "shop/web 10.96.0.", 17), 0);
}
END_TEST

START_TEST(a_batch_is_saved_with_one_sync)
{
	played_file(played, "a.yaml", SERVICE("a", "") SERVICE("b", "") SERVICE("c", "") HEADLESS);
	ck_assert_uint_ge(played->saves, 3);
	ck_assert_uint_eq(played->syncs, 1);
}
END_TEST

START_TEST(with_a_full_disk_the_old_serves_and_the_new_waits)
{
	struct world_counts counts;
	char before[64];

	played_file(played, "a.yaml", SERVICE("old", ""));
	snprintf(before, sizeof(before), "%s", played_ask(played, NAME("old")));
	played->disk_full = true;
	played_file(played, "b.yaml", SERVICE("new", ""));
	ck_assert_str_eq(played_ask(played, NAME("old")), before);
	ck_assert_str_eq(played_ask(played, NAME("new")), "NXDOMAIN");
	world_counts(played->world, &counts);
	ck_assert_uint_eq(counts.refresh.pending, 1);
	/* A change of the old one that does not touch its address is answered all the same. */
	played_file(played, "a.yaml", SERVICE("old", ", type: NodePort"));
	ck_assert_str_eq(played_ask(played, NAME("old")), before);
	ck_assert_uint_le(played->next_ms, clock_now_ms(played->clock) + 10000);
	played->disk_full = false;
	played_turn(played, played->next_ms - clock_now_ms(played->clock));
	ck_assert_int_eq(strncmp(played_ask(played, NAME("new")), "10.96.0.", 8), 0);
	world_counts(played->world, &counts);
	ck_assert_uint_eq(counts.refresh.pending, 0);
}
END_TEST

START_TEST(what_waits_is_tried_again_however_often_the_world_is_run)
{
	played->disk_full = true;
	played_file(played, "a.yaml", SERVICE("new", ""));
	ck_assert_str_eq(played_ask(played, NAME("new")), "NXDOMAIN");
	played->disk_full = false;
	/* As attempts and events do. */
	for (int i = 0; i < 100; i++)
		played_turn(played, 100);
	ck_assert_int_eq(strncmp(played_ask(played, NAME("new")), "10.96.0.", 8), 0);
}
END_TEST

START_TEST(an_outcome_changes_the_answer_in_the_same_run)
{
	unsigned wakes;

	played_file(played, "a.yaml", HEADLESS TWO_PODS);
	ck_assert_str_eq(played_ask(played, NAME("pods")), "NXDOMAIN");
	played_turn(played, 1000);
	wakes = played->wakes;
	ck_assert_uint_eq(played_end(played, "10.8.0.1", OUTCOME_PASS), 1);
	ck_assert_uint_gt(played->wakes, wakes);
	ck_assert_str_eq(played_ask(played, NAME("pods")), "10.8.0.1");
	ck_assert_uint_eq(played_end(played, "10.8.0.2", OUTCOME_PASS), 1);
	ck_assert_str_eq(played_ask(played, NAME("pods")), "10.8.0.1 10.8.0.2");
}
END_TEST

/* Time passes until there is an attempt at the address, at most a minute; then it ends. */
static void
next_ends(const char *addr, enum outcome_code code)
{
	for (int i = 0; i < 600; i++) {
		if (played_end(played, addr, code) > 0)
			return;
		played_turn(played, 100);
	}
	ck_abort_msg("no attempt at %s", addr);
}

START_TEST(one_failure_of_two_changes_nothing_the_second_does)
{
	played_file(played, "a.yaml", HEADLESS TWO_PODS);
	next_ends("10.8.0.1", OUTCOME_PASS);
	next_ends("10.8.0.2", OUTCOME_PASS);
	next_ends("10.8.0.1", OUTCOME_CONNECT_REFUSED);
	ck_assert_str_eq(played_ask(played, NAME("pods")), "10.8.0.1 10.8.0.2");
	next_ends("10.8.0.1", OUTCOME_CONNECT_REFUSED);
	ck_assert_str_eq(played_ask(played, NAME("pods")), "10.8.0.2");
	next_ends("10.8.0.1", OUTCOME_FAULT_FILES);
	ck_assert_str_eq(played_ask(played, NAME("pods")), "10.8.0.2");
	next_ends("10.8.0.1", OUTCOME_PASS);
	ck_assert_str_eq(played_ask(played, NAME("pods")), "10.8.0.1 10.8.0.2");
}
END_TEST

START_TEST(a_pod_made_anew_is_not_answered_on_the_verdict_of_the_old_one)
{
	played_file(played, "a.yaml", HEADLESS POD("web-1", "10.8.0.1", TCP_PROBE));
	next_ends("10.8.0.1", OUTCOME_PASS);
	ck_assert_str_eq(played_ask(played, NAME("pods")), "10.8.0.1");
	/* Elsewhere under the same name, and gone and back. */
	played_file(played, "a.yaml", HEADLESS POD("web-1", "10.8.0.9", TCP_PROBE));
	ck_assert_str_eq(played_ask(played, NAME("pods")), "NXDOMAIN");
	next_ends("10.8.0.9", OUTCOME_PASS);
	ck_assert_str_eq(played_ask(played, NAME("pods")), "10.8.0.9");
	played_file(played, "a.yaml", HEADLESS);
	played_file(played, "a.yaml", HEADLESS POD("web-1", "10.8.0.9", TCP_PROBE));
	ck_assert_str_eq(played_ask(played, NAME("pods")), "NXDOMAIN");
}
END_TEST

START_TEST(a_reload_of_the_same_keeps_verdicts_and_attempts)
{
	played_file(played, "a.yaml", HEADLESS TWO_PODS);
	next_ends("10.8.0.1", OUTCOME_PASS);
	played_file(played, "a.yaml", HEADLESS POD("web-1", "10.8.0.1", TCP_PROBE));
	ck_assert_str_eq(played_ask(played, NAME("pods")), "10.8.0.1");
	ck_assert_uint_eq(store_count(world_store(played->world), KIND_POD), 1);
}
END_TEST

/* As the state file gives back what was found of a Pod at this address. */
static void
restore_pass(const char *id, const char *pod, const char *ip)
{
	struct verdict_state pass = { .verdict = VERDICT_PASS, .restored = true, .reason = "" };
	struct target target = { .pod_name = pod, .port = 8080 };

	ck_assert_int_eq(addr_parse(ip, &target.addr), 0);
	pass.mark = target_mark(&target);
	ck_assert_int_eq(world_restore_verdict(played->world, id, &pass), 0);
}

START_TEST(an_edit_of_a_probe_empties_no_answer)
{
	played_file(played, "a.yaml", HEADLESS POD("web-1", "10.8.0.1", TCP_PROBE));
	next_ends("10.8.0.1", OUTCOME_PASS);
	played_file(played, "a.yaml", HEADLESS POD("web-1", "10.8.0.1",
	    ", readinessProbe: {tcpSocket: {port: 8080}, failureThreshold: 3}"));
	ck_assert_str_eq(played_ask(played, NAME("pods")), "10.8.0.1");
	for (int i = 0; i < 3; i++) {
		ck_assert_str_eq(played_ask(played, NAME("pods")), "10.8.0.1");
		next_ends("10.8.0.1", OUTCOME_CONNECT_REFUSED);
	}
	ck_assert_str_eq(played_ask(played, NAME("pods")), "NXDOMAIN");
}
END_TEST

START_TEST(a_restart_gives_back_addresses_and_verdicts)
{
	struct allotment allotment = { .ns = "shop",
		.name = "web",
		.families = { ADDR_IP4 },
		.family_count = 1,
		.cluster_ip_count = 1,
		.saved = true };
	struct world_counts counts;

	addr_parse("10.96.0.77", &allotment.cluster_ips[0]);
	ck_assert_int_eq(world_restore_allotment(played->world, &allotment, false), 0);
	restore_pass("pod/shop/web-1/web/readiness", "web-1", "10.8.0.1");
	/* Made anew elsewhere while we were away: what was found then says nothing of it. */
	restore_pass("pod/shop/web-2/web/readiness", "web-2", "10.8.0.7");
	played_file(played, "a.yaml", SERVICE("web", "") HEADLESS TWO_PODS);
	ck_assert_str_eq(played_ask(played, NAME("web")), "10.96.0.77");
	ck_assert_str_eq(played_ask(played, NAME("pods")), "10.8.0.1");
	world_counts(played->world, &counts);
	ck_assert_uint_eq(counts.targets_waiting, 1);
	/* failureThreshold applies from the restored verdict on. */
	next_ends("10.8.0.1", OUTCOME_CONNECT_REFUSED);
	ck_assert_str_eq(played_ask(played, NAME("pods")), "10.8.0.1");
	next_ends("10.8.0.1", OUTCOME_CONNECT_REFUSED);
	ck_assert_str_eq(played_ask(played, NAME("pods")), "NXDOMAIN");
}
END_TEST

START_TEST(what_was_restored_and_is_not_stated_is_let_go)
{
	const struct store *store;
	struct allotment allotment = { .ns = "shop",
		.name = "gone",
		.families = { ADDR_IP4 },
		.family_count = 1,
		.cluster_ip_count = 1,
		.saved = true };

	addr_parse("10.96.0.77", &allotment.cluster_ips[0]);
	world_restore_allotment(played->world, &allotment, false);
	restore_pass("pod/shop/gone/web/readiness", "gone", "10.8.0.9");
	restore_pass("service/shop/web/10.0.0.1:80", NULL, "10.0.0.1");
	restore_pass("pod/shop/web-1/web/readiness", "web-1", "10.8.0.1");
	restore_pass("pod/shop/web-1/web/liveness", "web-1", "10.8.0.1");
	played_file(played, "a.yaml", SERVICE("web", "") HEADLESS TWO_PODS);
	ck_assert_uint_eq(played->drops, 0);
	world_settle(played->world);
	played_turn(played, 60000);
	ck_assert_uint_eq(played->drops, 1);
	store = world_store(played->world);
	ck_assert_ptr_null(store_verdict(store, "pod/shop/gone/web/readiness"));
	/* Its owner is there, but does not ask for this probe any more. */
	ck_assert_ptr_null(store_verdict(store, "service/shop/web/10.0.0.1:80"));
	ck_assert_ptr_null(store_verdict(store, "pod/shop/web-1/web/liveness"));
	ck_assert_ptr_nonnull(store_verdict(store, "pod/shop/web-1/web/readiness"));
	ck_assert_str_eq(played_ask(played, NAME("pods")), "10.8.0.1");
}
END_TEST

START_TEST(a_service_that_comes_back_gets_its_address_back)
{
	char before[64];

	played_file(played, "a.yaml", SERVICE("web", "") SERVICE("other", ""));
	snprintf(before, sizeof(before), "%s", played_ask(played, NAME("web")));
	played_file(played, "a.yaml", SERVICE("other", ""));
	ck_assert_str_eq(played_ask(played, NAME("web")), "NXDOMAIN");
	for (int i = 0; i < 30; i++) {
		char text[512], file[16];

		snprintf(file, sizeof(file), "n%d", i);
		snprintf(text, sizeof(text),
		    "apiVersion: v1\nkind: Service\nmetadata: {name: n%d, namespace: shop}\n"
		    "spec: {ports: [{port: 80}]}\n",
		    i);
		played_file(played, file, text);
	}
	played_file(played, "a.yaml", SERVICE("web", "") SERVICE("other", ""));
	ck_assert_str_eq(played_ask(played, NAME("web")), before);
}
END_TEST

START_TEST(addresses_are_stable_over_a_thousand_reloads)
{
	char web[64], other[64];

	played_file(played, "a.yaml", SERVICE("web", "") POD("web-1", "10.8.0.1", ""));
	played_file(played, "b.yaml", SERVICE("other", ""));
	snprintf(web, sizeof(web), "%s", played_ask(played, NAME("web")));
	snprintf(other, sizeof(other), "%s", played_ask(played, NAME("other")));
	ck_assert_str_ne(web, other);
	for (int i = 0; i < 1000; i++) {
		played_file(played, "a.yaml",
		    i % 2 == 0 ? SERVICE("web", "") POD("web-1", "10.8.0.2", "") :
				 SERVICE("web", ", type: NodePort") POD("web-2", "10.8.0.1", ""));
		played_file(played, "b.yaml", i % 3 == 0 ? "" : SERVICE("other", ""));
		ck_assert_str_eq(played_ask(played, NAME("web")), web);
		ck_assert_str_eq(
		    played_ask(played, NAME("other")), i % 3 == 0 ? "NXDOMAIN" : other);
	}
}
END_TEST

START_TEST(who_finds_the_pool_empty_waits_until_an_address_is_free)
{
	struct world_counts counts;

	played_free(played);
	/* Network, broadcast and first address are reserved: one is left. */
	played = played_new("10.96.0.0/30");
	played_file(played, "a.yaml", SERVICE("a", ", clusterIP: 10.96.0.2"));
	played_file(played, "b.yaml", SERVICE("b", ", clusterIP: 10.96.0.2"));
	ck_assert_str_eq(played_ask(played, NAME("a")), "10.96.0.2");
	ck_assert_str_eq(played_ask(played, NAME("b")), "NXDOMAIN");
	world_counts(played->world, &counts);
	ck_assert_uint_eq(counts.refresh.pending, 1);
	played_file(played, "a.yaml", "");
	played_turn(played, 2000);
	ck_assert_str_eq(played_ask(played, NAME("b")), "10.96.0.2");
}
END_TEST

START_TEST(panic_answers_all_and_is_counted)
{
	static const char panicking[] =
	    "apiVersion: v1\nkind: Service\nmetadata: {name: pods, namespace: shop, "
	    "annotations: {rollcall/panic-threshold: \"50\"}}\n"
	    "spec: {clusterIP: None, selector: {app: web}, ports: [{port: 80}]}\n---\n";
	char text[4096];
	struct world_counts counts;

	snprintf(
	    text, sizeof(text), "%s%s%s", panicking, TWO_PODS, POD("web-3", "10.8.0.3", TCP_PROBE));
	played_file(played, "a.yaml", text);
	next_ends("10.8.0.1", OUTCOME_PASS);
	for (int i = 0; i < 2; i++) {
		next_ends("10.8.0.2", OUTCOME_CONNECT_REFUSED);
		next_ends("10.8.0.3", OUTCOME_CONNECT_REFUSED);
	}
	ck_assert_str_eq(played_ask(played, NAME("pods")), "10.8.0.1 10.8.0.2 10.8.0.3");
	world_counts(played->world, &counts);
	ck_assert_uint_eq(counts.refresh.panicking, 1);
	next_ends("10.8.0.2", OUTCOME_PASS);
	ck_assert_str_eq(played_ask(played, NAME("pods")), "10.8.0.1 10.8.0.2");
	world_counts(played->world, &counts);
	ck_assert_uint_eq(counts.refresh.panicking, 0);
}
END_TEST

START_TEST(new_dns_settings_are_answered_by_a_complete_new_index)
{
	struct index *old = played->index, *new = index_new();
	struct dns_settings settings = played->dns;

	played_file(played, "a.yaml", SERVICE("web", "") HEADLESS POD("web-1", "10.8.0.1", ""));
	ck_assert_uint_eq(played_ttl(played, NAME("web")), 5);
	settings.ttl_cluster_ip_s = settings.ttl_s = 60;
	ck_assert_int_eq(world_set_dns(played->world, &settings, new), 0);
	ck_assert_uint_eq(played_ttl(played, NAME("web")), 5);
	played->index = new;
	played->dns = settings;
	ck_assert_uint_eq(played_ttl(played, NAME("web")), 60);
	ck_assert_str_eq(played_ask(played, NAME("pods")), "10.8.0.1");
	/* From now on only the new one follows. */
	played_file(played, "b.yaml", SERVICE("later", ""));
	ck_assert_str_ne(played_ask(played, NAME("later")), "NXDOMAIN");
	world_set_dns(played->world, &played->dns, new);
	index_free(old);
}
END_TEST

/* Fifty Services that were never there before take the place of fifty others. */
static void
exchange_fifty(unsigned edition)
{
	char yaml[8192];
	size_t len = 0;

	for (unsigned i = 0; i < 50; i++)
		len += (size_t)snprintf(yaml + len, sizeof(yaml) - len,
		    "---\napiVersion: v1\nkind: Service\nmetadata: {name: s%u-%u, namespace: shop}\n"
		    "spec: {ports: [{port: 80}]}\n", i, edition);
	ck_assert_uint_eq(played_file(played, "a.yaml", yaml), 0);
}

/*
 * What malloc has handed out, once it is less than so much: what readers may still see is freed a
 * little later, by a thread of its own.  A sanitizer's malloc does not say.
 */
static size_t
octets_in_use(size_t limit)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	(void)limit;
	return 0;
#else
	size_t octets = SIZE_MAX;

	for (int i = 0; i < 5000 && octets >= limit; i++) {
		struct mallinfo2 info = mallinfo2();

		octets = info.uordblks + info.hblkhd;
		if (octets >= limit)
			nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
	}
	return octets;
#endif
}

START_TEST(memory_of_names_that_went_is_given_back_after_an_hour)
{
	size_t octets[4];

	played_free(played);
	played = played_new("10.96.0.0/16");
	/* One exchange a minute; the first hour fills what is held for an hour. */
	for (unsigned hour = 0; hour < 4; hour++) {
		for (unsigned i = 0; i < 60; i++) {
			exchange_fifty(hour * 60 + i);
			played_turn(played, 60000);
		}
		octets[hour] = octets_in_use(hour == 3 ? octets[1] + 16384 : SIZE_MAX);
	}
	/*
	 * Hash tables and lists that once grew stay, and what malloc has at hand counts, 30,000
	 * octets by chance; nothing else may add up: 6,000 names have come and gone.
	 */
	ck_assert_uint_lt(octets[3], octets[1] + 65536);
}
END_TEST

static uint64_t
answered(enum programming_cause cause)
{
	return world_programming(played->world, cause)->total;
}

START_TEST(the_way_from_outcome_to_answer_is_measured)
{
	uint64_t before;

	played_file(played, "a.yaml", HEADLESS TWO_PODS);
	before = answered(CAUSE_VERDICT);
	next_ends("10.8.0.1", OUTCOME_PASS);
	ck_assert_uint_eq(answered(CAUSE_VERDICT), before + 1);
	next_ends("10.8.0.1", OUTCOME_PASS);
	ck_assert_uint_eq(answered(CAUSE_VERDICT), before + 1);
	ck_assert_uint_eq(answered(CAUSE_FILE), 0);
}
END_TEST

START_TEST(the_way_from_a_changed_file_to_each_answer_is_measured_by_itself)
{
	const struct latency *took = world_programming(played->world, CAUSE_FILE);

	/* What is there at the start is no change. */
	played_file(played, "a.yaml", SERVICE("web", ""));
	ck_assert_uint_eq(answered(CAUSE_FILE), 0);
	played_state(played, "a.yaml", SERVICE("a", "") SERVICE("b", ""));
	played_turn(played, 40);
	played_state(played, "b.yaml", HEADLESS POD("web-1", "10.8.0.1", ""));
	played_turn(played, 7);
	/* Two that came and one that went 40 ms before they were looked at; then three got a Pod. */
	ck_assert_uint_eq(answered(CAUSE_FILE), 3 + 3);
	ck_assert_uint_eq(took->worst_us, 40000);
	ck_assert_uint_eq(took->sum_us, 3 * 40000 + 3 * 7000);
	ck_assert_uint_eq(answered(CAUSE_VERDICT), 0);
}
END_TEST

START_TEST(what_waits_for_the_disk_is_measured_once_it_is_answered)
{
	played_turn(played, 0);
	played->disk_full = true;
	played_file(played, "a.yaml", SERVICE("new", ""));
	played_turn(played, 500);
	played->disk_full = false;
	played_turn(played, 5000);
	ck_assert_str_ne(played_ask(played, NAME("new")), "NXDOMAIN");
	ck_assert_uint_ge(world_programming(played->world, CAUSE_FILE)->worst_us, 2000000);
}
END_TEST

START_TEST(the_serial_grows_with_changes_and_is_kept)
{
	uint32_t first;

	played_file(played, "a.yaml", SERVICE("web", ""));
	first = played->serial_saved;
	ck_assert_uint_ge(first, 1700000000);
	played_turn(played, 1000);
	ck_assert_uint_eq(played->serial_saved, first);
	played_file(played, "a.yaml", "");
	ck_assert_uint_gt(played->serial_saved, first);
	first = played->serial_saved;
	played_restart(played);
	played_file(played, "a.yaml", SERVICE("web", ""));
	ck_assert_uint_gt(played->serial_saved, first);
}
END_TEST

/* How many attempts are at the Pods' addresses within this time, each of which passes at once. */
static unsigned
attempts_within(unsigned ms)
{
	unsigned count = 0;

	for (unsigned past = 0; past < ms; past += 100) {
		count += played_end(played, "10.8.0.1", OUTCOME_PASS);
		count += played_end(played, "10.8.0.2", OUTCOME_PASS);
		played_turn(played, 100);
	}
	return count;
}

static const struct {
	int64_t jump_s;
} jumps[] = { { 86400 }, { -86400 }, { 2147483700LL - 1700000000 }, { -3 }, { 3 } };

START_TEST(a_date_that_jumps_starts_no_probe_and_takes_no_answer_back)
{
	char before[64];
	uint32_t serial;

	played_file(played, "a.yaml", SERVICE("web", "") HEADLESS TWO_PODS);
	attempts_within(20000);
	snprintf(before, sizeof(before), "%s", played_ask(played, NAME("web")));
	serial = played->serial_saved;
	clock_set_unix_s(played->clock,
	    (uint64_t)((int64_t)clock_unix_s(played->clock) + jumps[_i].jump_s));
	/* Two Pods, every ten seconds. */
	played_turn(played, 0);
	ck_assert_uint_le(attempts_within(100), 1);
	ck_assert_uint_le(attempts_within(39900), 8);
	ck_assert_uint_ge(attempts_within(40000), 7);
	ck_assert_str_eq(played_ask(played, NAME("web")), before);
	ck_assert_str_eq(played_ask(played, NAME("pods")), "10.8.0.1 10.8.0.2");
	/* Serials are compared as RFC 1982 says, and never go back. */
	played_file(played, "b.yaml", SERVICE("more", ""));
	played_turn(played, 1000);
	ck_assert_int_gt((int32_t)(played->serial_saved - serial), 0);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("world");
	TCase *t = tcase_create("world");

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, an_address_is_saved_before_it_is_answered);
	tcase_add_test(t, a_batch_is_saved_with_one_sync);
	tcase_add_test(t, with_a_full_disk_the_old_serves_and_the_new_waits);
	tcase_add_test(t, what_waits_is_tried_again_however_often_the_world_is_run);
	tcase_add_test(t, an_outcome_changes_the_answer_in_the_same_run);
	tcase_add_test(t, one_failure_of_two_changes_nothing_the_second_does);
	tcase_add_test(t, a_pod_made_anew_is_not_answered_on_the_verdict_of_the_old_one);
	tcase_add_test(t, a_reload_of_the_same_keeps_verdicts_and_attempts);
	tcase_add_test(t, an_edit_of_a_probe_empties_no_answer);
	tcase_add_test(t, a_restart_gives_back_addresses_and_verdicts);
	tcase_add_test(t, what_was_restored_and_is_not_stated_is_let_go);
	tcase_add_test(t, a_service_that_comes_back_gets_its_address_back);
	tcase_add_test(t, addresses_are_stable_over_a_thousand_reloads);
	tcase_add_test(t, who_finds_the_pool_empty_waits_until_an_address_is_free);
	tcase_add_test(t, panic_answers_all_and_is_counted);
	tcase_add_test(t, new_dns_settings_are_answered_by_a_complete_new_index);
	tcase_add_test(t, memory_of_names_that_went_is_given_back_after_an_hour);
	tcase_add_test(t, the_way_from_outcome_to_answer_is_measured);
	tcase_add_test(t, the_way_from_a_changed_file_to_each_answer_is_measured_by_itself);
	tcase_add_test(t, what_waits_for_the_disk_is_measured_once_it_is_answered);
	tcase_add_test(t, the_serial_grows_with_changes_and_is_kept);
	tcase_add_loop_test(t, a_date_that_jumps_starts_no_probe_and_takes_no_answer_back, 0,
	    sizeof(jumps) / sizeof(jumps[0]));
	tcase_set_timeout(t, 60);
	suite_add_tcase(s, t);
	return s;
}
