/* test_feed.c - manifests come into the world, and leftovers are let go only when all is known. */
#include "daemon/feed.h"

#include <event2/event.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "daemon/wiring.h"
#include "daemon/world.h"
#include "model/object.h"
#include "model/store.h"
#include "tests/daemon/outfit.h"
#include "tests/suite.h"

#define SERVICE(name) "apiVersion: v1\nkind: Service\nmetadata: {name: " name ", namespace: shop}\n" \
	"spec: {ports: [{port: 80}]}\n"
#define BROKEN "apiVersion: v1\nkind: Service\nmetadata: {name: a, namespace: shop}\nspec: {type: x}\n"

static struct outfit outfit;
static struct rollcall *rollcall;

static void
set_up(void)
{
	outfit_start(&outfit, "");
	rollcall = &outfit.rollcall;
	ck_assert_int_eq(wiring_start(rollcall), 0);
}

static void
tear_down(void)
{
	feed_stop(rollcall);
	wiring_stop(rollcall);
	outfit_stop(&outfit);
}

static void
start(void)
{
	ck_assert_int_eq(feed_start(rollcall), 0);
	outfit_await_load(&outfit);
}

static void
reload(void)
{
	ck_assert_int_eq(feed_reload(rollcall), 0);
	outfit_await_load(&outfit);
}

/* Larger than what is read at once, without the help of threads. */
static void
put_large(const char *name, const char *yaml)
{
	static char text[100000];

	memset(text, '#', sizeof(text) - 1);
	text[80000] = '\n';
	snprintf(text + 80001, sizeof(text) - 80001, "%s", yaml);
	outfit_manifest(&outfit, name, text);
}

static size_t
services(void)
{
	return store_count(world_store(rollcall->world), KIND_SERVICE);
}

START_TEST(what_is_in_the_folder_is_in_the_world_once_started)
{
	outfit_manifest(&outfit, "a.yaml", SERVICE("a"));
	outfit_manifest(&outfit, "b.yaml", SERVICE("b"));
	outfit_manifest(&outfit, "not-one.txt", SERVICE("c"));
	start();
	ck_assert_uint_eq(services(), 2);
	ck_assert(rollcall->loaded && rollcall->settled);
	ck_assert_uint_eq(rollcall->manifest_errors, 0);
	feed_stop(rollcall);
	ck_assert_ptr_null(rollcall->source);
}
END_TEST

START_TEST(a_file_that_breaks_keeps_its_objects_and_is_counted)
{
	outfit_manifest(&outfit, "a.yaml", SERVICE("a"));
	start();
	outfit_manifest(&outfit, "a.yaml", BROKEN);
	outfit_manifest(&outfit, "b.yaml", SERVICE("b"));
	reload();
	ck_assert_uint_eq(services(), 2);
	ck_assert_uint_eq(rollcall->manifest_errors, 2);
	outfit_manifest(&outfit, "a.yaml", SERVICE("a"));
	reload();
	ck_assert_uint_eq(rollcall->manifest_errors, 2);
}
END_TEST

START_TEST(nothing_is_let_go_while_a_file_is_broken)
{
	outfit_manifest(&outfit, "a.yaml", BROKEN);
	start();
	ck_assert(rollcall->loaded && !rollcall->settled);
	outfit_manifest(&outfit, "a.yaml", SERVICE("a"));
	reload();
	ck_assert(rollcall->settled);
}
END_TEST

START_TEST(nothing_is_let_go_while_a_folder_is_missing)
{
	char missing[400];

	snprintf(missing, sizeof(missing), "%s/later", outfit.scratch.path);
	rollcall->now->config->zones[0] = missing;
	start();
	ck_assert(rollcall->loaded && !rollcall->settled);
	ck_assert_uint_eq(services(), 0);
	ck_assert_int_eq(mkdir(missing, 0755), 0);
	reload();
	ck_assert(rollcall->settled);
}
END_TEST

START_TEST(one_service_in_two_files_is_an_error_and_the_first_goes_on)
{
	outfit_manifest(&outfit, "a.yaml", SERVICE("a"));
	outfit_manifest(&outfit, "b.yaml", SERVICE("a"));
	start();
	ck_assert_uint_eq(services(), 1);
	ck_assert_uint_eq(rollcall->manifest_errors, 1);
}
END_TEST

START_TEST(nobody_sees_an_object_between_two_files)
{
	const struct store_key *keys;
	struct store *store = (struct store *)(uintptr_t)world_store(rollcall->world);

	outfit_manifest(&outfit, "a.yaml", SERVICE("a"));
	outfit_manifest(&outfit, "b.yaml", SERVICE("b"));
	start();
	ck_assert_uint_eq(store_take_dirty_services(store, SIZE_MAX, &keys), 2);
	/* It moves from the first file to the second. */
	outfit_manifest(&outfit, "a.yaml", "");
	put_large("b.yaml", SERVICE("b") "---\n" SERVICE("a"));
	ck_assert_int_eq(feed_reload(rollcall), 0);
	while (services() == 2)
		ck_assert_int_eq(event_base_loop(rollcall->loop, EVLOOP_ONCE), 0);
	ck_assert(rollcall->loading);
	ck_assert_uint_eq(store_take_dirty_services(store, SIZE_MAX, &keys), 0);
	/* What a verdict touches of it meanwhile waits, too; the other one does not. */
	store_touch_service(store, "shop", "a");
	store_touch_service(store, "shop", "b");
	ck_assert_uint_eq(store_take_dirty_services(store, SIZE_MAX, &keys), 1);
	ck_assert_str_eq(keys[0].name, "b");
	outfit_await_load(&outfit);
	ck_assert_uint_eq(store_take_dirty_services(store, SIZE_MAX, &keys), 1);
	ck_assert_str_eq(keys[0].name, "a");
}
END_TEST

START_TEST(a_stop_in_the_middle_of_a_load_takes_no_longer_than_a_file)
{
	char name[32];

	for (int i = 0; i < 50; i++) {
		snprintf(name, sizeof(name), "%02d.yaml", i);
		put_large(name, SERVICE("a"));
	}
	ck_assert_int_eq(feed_start(rollcall), 0);
	while (services() == 0)
		ck_assert_int_eq(event_base_loop(rollcall->loop, EVLOOP_ONCE), 0);
	ck_assert(rollcall->loading);
	feed_stop(rollcall);
	ck_assert(!rollcall->loaded);
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("feed");
	TCase *tcase = tcase_create("feed");

	suite_add_tcase(suite, tcase);
	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, what_is_in_the_folder_is_in_the_world_once_started);
	tcase_add_test(tcase, a_file_that_breaks_keeps_its_objects_and_is_counted);
	tcase_add_test(tcase, nothing_is_let_go_while_a_file_is_broken);
	tcase_add_test(tcase, nothing_is_let_go_while_a_folder_is_missing);
	tcase_add_test(tcase, nobody_sees_an_object_between_two_files);
	tcase_add_test(tcase, a_stop_in_the_middle_of_a_load_takes_no_longer_than_a_file);
	tcase_add_test(tcase, one_service_in_two_files_is_an_error_and_the_first_goes_on);
	return suite;
}
