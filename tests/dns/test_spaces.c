/* test_spaces.c - a namespace's names are there while it is stated or anything is in it. */
#include "dns/spaces.h"

#include "base/arena.h"
#include "dns/changes.h"
#include "dns/dns_settings.h"
#include "dns/domain.h"
#include "dns/index.h"
#include "dns/name.h"
#include "tests/suite.h"

static struct dns_settings settings;
static struct arena *arena;
static struct domain domain;
static struct ledger ledger;

static struct spaces *
start(enum pod_names pods)
{
	settings = (struct dns_settings){ .cluster_domain = "z", .pods = pods };
	arena = arena_new(0);
	ck_assert_int_eq(domain_init(&domain, &settings, arena), 0);
	ledger = (struct ledger){ .index = index_new() };
	return spaces_new(&domain, &ledger);
}

static void
stop(struct spaces *spaces)
{
	spaces_free(spaces);
	index_free(ledger.index);
	arena_free(arena);
}

static bool
exists(const char *text)
{
	uint8_t name[DNS_NAME_MAX];
	size_t len;

	ck_assert_int_eq(name_from_text(text, name, &len), 0);
	return index_get(ledger.index, name) != NULL;
}

START_TEST(a_namespace_lives_until_the_last_reason_for_it_is_gone)
{
	struct spaces *spaces = start(POD_NAMES_VERIFIED);

	ck_assert_int_eq(spaces_hold(spaces, "shop"), 0);
	ck_assert_int_eq(spaces_hold(spaces, "shop"), 0);
	ck_assert_int_eq(spaces_state(spaces, "shop", true), 0);
	ck_assert(exists("shop.svc.z") && exists("shop.pod.z"));
	spaces_release(spaces, "shop");
	spaces_release(spaces, "shop");
	ck_assert(exists("shop.svc.z"));
	ck_assert_int_eq(spaces_state(spaces, "shop", false), 0);
	ck_assert(!exists("shop.svc.z") && !exists("shop.pod.z"));
	ck_assert_int_eq(spaces_state(spaces, "never", false), 0);
	spaces_release(spaces, "never");
	ck_assert_uint_eq(index_count(ledger.index), 0);
	stop(spaces);
}
END_TEST

START_TEST(without_pod_names_there_is_only_the_services_side)
{
	struct spaces *spaces = start(POD_NAMES_DISABLED);

	ck_assert_int_eq(spaces_state(spaces, "shop", true), 0);
	ck_assert(exists("shop.svc.z") && !exists("shop.pod.z"));
	stop(spaces);
}
END_TEST

START_TEST(a_hidden_namespace_is_held_without_a_name)
{
	static const char *const shown[] = { "shop" };
	struct spaces *spaces = start(POD_NAMES_INSECURE);

	settings.namespaces = shown;
	settings.namespace_count = 1;
	ck_assert_int_eq(spaces_hold(spaces, "dark"), 0);
	ck_assert_uint_eq(index_count(ledger.index), 0);
	ck_assert(!ledger.visible);
	spaces_release(spaces, "dark");
	ck_assert(!ledger.visible);
	stop(spaces);
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("spaces");
	TCase *tcase = tcase_create("spaces");

	suite_add_tcase(suite, tcase);
	tcase_add_test(tcase, a_namespace_lives_until_the_last_reason_for_it_is_gone);
	tcase_add_test(tcase, without_pod_names_there_is_only_the_services_side);
	tcase_add_test(tcase, a_hidden_namespace_is_held_without_a_name);
	return suite;
}
