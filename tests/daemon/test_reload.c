/* test_reload.c - new settings and manifests take the place of the old ones, or change nothing. */
#include "daemon/reload.h"

#include <stdio.h>

#include "base/strbuf.h"
#include "daemon/feed.h"
#include "daemon/serve.h"
#include "daemon/wiring.h"
#include "daemon/world.h"
#include "dns/index.h"
#include "dns/name.h"
#include "tests/daemon/outfit.h"
#include "tests/source/opened.h"
#include "tests/suite.h"

#define SERVICE(name) "apiVersion: v1\nkind: Service\nmetadata: {name: " name ", namespace: shop}\n" \
	"spec: {ports: [{port: 80}]}\n"

static struct outfit outfit;
static struct rollcall *rollcall;
static struct generation *first;

static void
set_up(void)
{
	outfit_start(&outfit, "dns: {ttl: 7}\n");
	rollcall = &outfit.rollcall;
	first = rollcall->now;
	outfit_manifest(&outfit, "a.yaml", SERVICE("a"));
	ck_assert_int_eq(serve_bind(rollcall), 0);
	ck_assert_int_eq(wiring_start(rollcall), 0);
	ck_assert_int_eq(feed_start(rollcall), 0);
	outfit_await_load(&outfit);
	wiring_run(rollcall);
}

/* As the daemon does: what comes in is answered once all of it is in. */
static void
reload(void)
{
	reload_now(rollcall);
	outfit_await_load(&outfit);
	wiring_run(rollcall);
}

static void
tear_down(void)
{
	serve_stop(rollcall);
	feed_stop(rollcall);
	wiring_stop(rollcall);
	outfit_stop(&outfit);
}

static const struct entry *
find(const char *service)
{
	uint8_t name[DNS_NAME_MAX];
	char text[128];
	size_t len;

	snprintf(text, sizeof(text), "%s.shop.svc.cluster.local", service);
	ck_assert_int_eq(name_from_text(text, name, &len), 0);
	return index_get(rollcall->now->answers->index, name);
}

START_TEST(settings_that_make_other_answers_bring_an_index_of_their_own)
{
	outfit_write_config(&outfit, "dns: {ttl: 9}\n");
	reload();
	ck_assert_ptr_ne(rollcall->now, first);
	ck_assert_ptr_eq(rollcall->now->answers, rollcall->now);
	ck_assert_uint_eq(rollcall->now->dns.ttl_s, 9);
	ck_assert_ptr_nonnull(find("a"));
	/* Nobody refers to the first any more, and it is gone. */
	ck_assert_ptr_null(rollcall->now->before);
}
END_TEST

START_TEST(settings_that_make_the_same_answers_keep_them)
{
	const struct entry *before = find("a");

	outfit_write_config(&outfit, "dns: {ttl: 7, udpSize: 1400}\nprobes: {maxConcurrent: 5}\n");
	/* probes is stated twice then: an error, and nothing changes. */
	reload();
	ck_assert_ptr_eq(rollcall->now, first);
	outfit_write_config(&outfit, "dns: {ttl: 7, udpSize: 1400}\n");
	reload();
	ck_assert_ptr_ne(rollcall->now, first);
	ck_assert_ptr_eq(rollcall->now->answers, first);
	ck_assert_uint_eq(rollcall->now->dns.udp_size, 1400);
	ck_assert_ptr_eq(find("a"), before);
	/* The first is kept for its answers, the second goes when the third comes. */
	reload();
	ck_assert_ptr_eq(rollcall->now->before, first);
	ck_assert_ptr_null(first->before);
	outfit_write_config(&outfit, "dns: {ttl: 9}\n");
	reload();
	ck_assert_ptr_null(rollcall->now->before);
}
END_TEST

START_TEST(settings_with_an_error_change_nothing_and_manifests_are_read_all_the_same)
{
	outfit_write_config(&outfit, "dns: {ttl: -1}\n");
	outfit_manifest(&outfit, "b.yaml", SERVICE("b"));
	reload();
	ck_assert_ptr_eq(rollcall->now, first);
	ck_assert_uint_eq(rollcall->now->dns.ttl_s, 7);
	ck_assert(find("a") != NULL && find("b") != NULL);
}
END_TEST

START_TEST(the_zone_stays_whatever_the_settings_say)
{
	outfit_write_config(&outfit, "dns: {ttl: 9}\nclusterDomain: other.example\n");
	reload();
	ck_assert_str_eq(rollcall->now->config->cluster_domain, "cluster.local");
	ck_assert_str_eq(rollcall->now->dns.cluster_domain, "cluster.local");
	ck_assert_uint_eq(rollcall->now->dns.ttl_s, 9);
	ck_assert_ptr_nonnull(find("a"));
}
END_TEST

START_TEST(manifests_that_are_new_or_gone_are_seen_by_the_same_signal)
{
	outfit_manifest(&outfit, "b.yaml", SERVICE("b"));
	reload();
	ck_assert_ptr_nonnull(find("b"));
	outfit_manifest(&outfit, "b.yaml", "");
	reload();
	ck_assert_ptr_null(find("b"));
	ck_assert_ptr_nonnull(find("a"));
}
END_TEST

static uint64_t
published(void)
{
	struct world_counts counts;

	world_counts(rollcall->world, &counts);
	return counts.refresh.published;
}

/* The files that a reload opens, and how many Services it publishes. */
static void
expect_reload(const char *files, uint64_t services)
{
	struct strbuf names = STRBUF_INIT;
	uint64_t before = published();
	int fd = opened_watch(outfit.zones);

	reload();
	opened_end(fd, &names);
	ck_assert_str_eq(names.text != NULL ? names.text : "", files);
	ck_assert_uint_eq(published() - before, services);
	strbuf_release(&names);
}

START_TEST(one_changed_file_among_many_is_read_alone_and_only_its_service_is_answered_anew)
{
	const struct entry *first_entry, *changed;
	char name[400];

	for (int i = 0; i < 50; i++) {
		char text[200];

		snprintf(text, sizeof(text), "apiVersion: v1\nkind: Service\nmetadata: {name: s%02d, "
		    "namespace: shop}\nspec: {ports: [{port: 80}]}\n", i);
		snprintf(name, sizeof(name), "s%02d.yaml", i);
		outfit_manifest(&outfit, name, text);
	}
	snprintf(name, sizeof(name), "%s/s49.yaml", outfit.zones);
	opened_let_age(name);
	reload();
	expect_reload("", 0);
	first_entry = find("s00");
	changed = find("s20");
	/* Written, with nothing new in it. */
	outfit_manifest(&outfit, "s20.yaml", SERVICE("s20"));
	expect_reload("s20.yaml;", 0);
	ck_assert_ptr_eq(find("s20"), changed);
	outfit_manifest(&outfit, "s20.yaml", SERVICE("s20") "---\n" SERVICE("more"));
	expect_reload("s20.yaml;", 1);
	ck_assert_ptr_nonnull(find("more"));
	outfit_manifest(&outfit, "s20.yaml", "apiVersion: v1\nkind: Service\n"
	    "metadata: {name: s20, namespace: shop}\nspec: {clusterIP: None, ports: [{port: 81}]}\n"
	    "---\n" SERVICE("more"));
	expect_reload("s20.yaml;", 1);
	ck_assert_ptr_ne(find("s20"), changed);
	ck_assert_ptr_eq(find("s00"), first_entry);
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("reload");
	TCase *tcase = tcase_create("reload");

	suite_add_tcase(suite, tcase);
	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, settings_that_make_other_answers_bring_an_index_of_their_own);
	tcase_add_test(tcase, settings_that_make_the_same_answers_keep_them);
	tcase_add_test(tcase,
	    settings_with_an_error_change_nothing_and_manifests_are_read_all_the_same);
	tcase_add_test(tcase, the_zone_stays_whatever_the_settings_say);
	tcase_add_test(tcase, manifests_that_are_new_or_gone_are_seen_by_the_same_signal);
	tcase_add_test(tcase,
	    one_changed_file_among_many_is_read_alone_and_only_its_service_is_answered_anew);
	return suite;
}
