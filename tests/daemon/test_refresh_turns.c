/* test_refresh_turns.c - verdicts that take up whole turns leave a batch its share of each. */
#include "daemon/refresh.h"

#include <stdio.h>
#include <string.h>

#include "base/addr.h"
#include "base/diag.h"
#include "base/strbuf.h"
#include "dns/catalog.h"
#include "dns/dns_settings.h"
#include "dns/index.h"
#include "model/allot.h"
#include "model/store.h"
#include "probe/schedule.h"
#include "source/decode.h"
#include "tests/suite.h"

#define PROBED 3
#define SERVICES 100

static const struct dns_settings dns = { .cluster_domain = "cluster.local", .ttl_s = 5,
	.ttl_cluster_ip_s = 5, .ttl_headless_s = 5, .ttl_negative_s = 5, .udp_size = 1232 };
static struct cidr cidr;
static struct index *index_at_hand;
static struct store *store;
static struct allot *allot;
static struct catalog *catalog;
static struct schedule *schedule;
static struct refresh *refresh;
static unsigned published;              /* in this turn */
static bool over;                       /* the turn, when anything has been published */

/* ---- what the refresh asks for ---- */

static int
save(void *arg, const struct allotment *allotment)
{
	(void)arg, (void)allotment;
	return 0;
}

static int
drop(void *arg, const char *ns, const char *name)
{
	(void)arg, (void)ns, (void)name;
	return 0;
}

static int
sync_nothing(void *arg)
{
	(void)arg;
	return 0;
}

static uint64_t
same_number(void *arg)
{
	(void)arg;
	return 7;
}

static bool
is_over(void *arg)
{
	(void)arg;
	return over && published > 0;
}

static void
count_published(void *arg, const struct store_key *key)
{
	(void)arg, (void)key;
	published++;
}

static const struct refresh_ops refresh_table = { .save = save, .drop = drop,
	.sync = sync_nothing, .random = same_number, .pause = is_over,
	.published = count_published };

/* ---- what the schedule asks for: nothing is ever tried ---- */

static struct probe *
start_none(void *arg, const struct probe_target *target, probe_done_fn *done, void *done_arg)
{
	(void)arg, (void)target, (void)done, (void)done_arg;
	return NULL;
}

static void
cancel_none(void *arg, struct probe *probe)
{
	(void)arg, (void)probe;
}

static void
ignore_report(void *arg, const struct schedule_report *report)
{
	(void)arg, (void)report;
}

static void
ignore_id(void *arg, const char *id)
{
	(void)arg, (void)id;
}

static void
ignore_time(void *arg, uint64_t next_ms)
{
	(void)arg, (void)next_ms;
}

static const struct schedule_ops schedule_table = { .start = start_none, .cancel = cancel_none,
	.verdict = ignore_report, .ended = ignore_report, .forgotten = ignore_id,
	.wake = ignore_time };

/* ---- the world ---- */

static void
setup(void)
{
	struct schedule_settings schedule_settings = { .max_concurrent = 100 };
	struct allot_settings allot_settings = { .service_cidrs = &cidr, .service_cidr_count = 1,
		.node_port_first = 30000, .node_port_last = 32767 };
	struct refresh_settings settings = { .ops = &refresh_table };

	over = false;
	ck_assert_int_eq(cidr_parse("10.96.0.0/16", &cidr), 0);
	index_at_hand = index_new();
	settings.store = store = store_new();
	settings.allot = allot = allot_new(&allot_settings);
	settings.catalog = catalog = catalog_new(&dns, index_at_hand, 1);
	settings.schedule = schedule = schedule_new(&schedule_settings, &schedule_table, NULL);
	refresh = refresh_new(&settings);
	ck_assert_ptr_nonnull(refresh);
}

static void
teardown(void)
{
	schedule_free(schedule);
	refresh_free(refresh);
	catalog_free(catalog);
	allot_free(allot);
	store_free(store);
	index_free(index_at_hand);
}

/* The file states this now; `text` is emptied. */
static void
state(const char *file, struct strbuf *text)
{
	struct decode_settings settings = { .trusted = true };
	struct object_list list = { .items = NULL };
	struct diag *diag = diag_new();

	ck_assert_int_eq(decode_text(file, text->text, strlen(text->text), &settings, &list, diag),
	    0);
	ck_assert_int_eq(store_replace_file(store, file, list.items, list.count, diag), 0);
	ck_assert_uint_eq(diag_count(diag, SEVERITY_ERROR), 0);
	list.count = 0;
	object_list_release(&list);
	diag_free(diag);
	strbuf_release(text);
	*text = (struct strbuf)STRBUF_INIT;
}

static void
state_probed(void)
{
	struct strbuf text = STRBUF_INIT;

	for (unsigned i = 0; i < PROBED; i++)
		strbuf_addf(&text, "---\napiVersion: v1\nkind: Service\n"
		    "metadata: {name: p%u, namespace: shop}\n"
		    "spec: {clusterIP: None, selector: {app: p%u}, ports: [{port: 80}]}\n"
		    "---\napiVersion: v1\nkind: Pod\n"
		    "metadata: {name: p%u, namespace: shop, labels: {app: p%u}}\n"
		    "spec: {containers: [{name: c, image: x, "
		    "readinessProbe: {tcpSocket: {port: 80}}}]}\n"
		    "status: {phase: Running, podIP: 10.8.0.%u}\n", i, i, i, i, i + 1);
	state("probed.yaml", &text);
}

static void
state_services(unsigned port)
{
	struct strbuf text = STRBUF_INIT;

	for (unsigned i = 0; i < SERVICES; i++)
		strbuf_addf(&text, "---\napiVersion: v1\nkind: Service\n"
		    "metadata: {name: s%u, namespace: shop}\nspec: {ports: [{port: %u}]}\n", i,
		    port);
	state("services.yaml", &text);
}

static void
flap(void)
{
	static const enum verdict verdicts[] = { VERDICT_PASS, VERDICT_FAIL };
	static unsigned flips;
	struct verdict_state verdict = { .verdict = verdicts[flips++ % 2], .reason = "" };
	char id[64];

	for (unsigned i = 0; i < PROBED; i++) {
		snprintf(id, sizeof(id), "pod/shop/p%u/c/readiness", i);
		ck_assert_int_eq(store_set_verdict(store, id, &verdict), 0);
	}
}

/* How many entries one turn has published. */
static unsigned
turn(void)
{
	published = 0;
	refresh_run(refresh, 1000);
	return published;
}

START_TEST(verdicts_that_take_up_each_turn_do_not_keep_a_batch_from_its_end)
{
	struct refresh_counts before, after;
	unsigned turns = 0;

	state_probed();
	turn();
	refresh_counts(refresh, &before);
	state_services(80);
	over = true;
	do {
		flap();
		turn();
		refresh_counts(refresh, &after);
		ck_assert_uint_lt(++turns, 100);
	} while (after.services < before.services + SERVICES);
}
END_TEST

START_TEST(a_verdict_that_takes_up_the_turn_leaves_the_others_to_the_next)
{
	state_probed();
	turn();
	over = true;
	flap();
	for (unsigned i = 0; i < PROBED; i++) {
		ck_assert_uint_eq(turn(), 1);
		ck_assert(i == PROBED - 1 || refresh_is_paused(refresh));
	}
	ck_assert_uint_eq(turn(), 0);
	ck_assert(!refresh_is_paused(refresh));
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("refresh_turns");
	TCase *tc = tcase_create("refresh_turns");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, verdicts_that_take_up_each_turn_do_not_keep_a_batch_from_its_end);
	tcase_add_test(tc, a_verdict_that_takes_up_the_turn_leaves_the_others_to_the_next);
	suite_add_tcase(s, tc);
	return s;
}
