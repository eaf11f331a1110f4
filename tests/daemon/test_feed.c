/* test_feed.c - manifests come into the world, and leftovers are let go only when all is known. */
#include "daemon/feed.h"

#include <stdio.h>
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
	ck_assert_int_eq(feed_start(rollcall), 0);
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
	ck_assert_int_eq(feed_start(rollcall), 0);
	outfit_manifest(&outfit, "a.yaml", BROKEN);
	outfit_manifest(&outfit, "b.yaml", SERVICE("b"));
	ck_assert_int_eq(feed_reload(rollcall), 0);
	ck_assert_uint_eq(services(), 2);
	ck_assert_uint_eq(rollcall->manifest_errors, 2);
	outfit_manifest(&outfit, "a.yaml", SERVICE("a"));
	ck_assert_int_eq(feed_reload(rollcall), 0);
	ck_assert_uint_eq(rollcall->manifest_errors, 2);
}
END_TEST

START_TEST(nothing_is_let_go_while_a_file_is_broken)
{
	outfit_manifest(&outfit, "a.yaml", BROKEN);
	ck_assert_int_eq(feed_start(rollcall), 0);
	ck_assert(rollcall->loaded && !rollcall->settled);
	outfit_manifest(&outfit, "a.yaml", SERVICE("a"));
	ck_assert_int_eq(feed_reload(rollcall), 0);
	ck_assert(rollcall->settled);
}
END_TEST

START_TEST(nothing_is_let_go_while_a_folder_is_missing)
{
	char missing[400];

	snprintf(missing, sizeof(missing), "%s/later", outfit.scratch.path);
	rollcall->now->config->zones[0] = missing;
	ck_assert_int_eq(feed_start(rollcall), 0);
	ck_assert(rollcall->loaded && !rollcall->settled);
	ck_assert_uint_eq(services(), 0);
	ck_assert_int_eq(mkdir(missing, 0755), 0);
	ck_assert_int_eq(feed_reload(rollcall), 0);
	ck_assert(rollcall->settled);
}
END_TEST

START_TEST(one_service_in_two_files_is_an_error_and_the_first_goes_on)
{
	outfit_manifest(&outfit, "a.yaml", SERVICE("a"));
	outfit_manifest(&outfit, "b.yaml", SERVICE("a"));
	ck_assert_int_eq(feed_start(rollcall), 0);
	ck_assert_uint_eq(services(), 1);
	ck_assert_uint_eq(rollcall->manifest_errors, 1);
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
	tcase_add_test(tcase, one_service_in_two_files_is_an_error_and_the_first_goes_on);
	return suite;
}
