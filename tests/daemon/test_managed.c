/* test_managed.c - objects written through the API last, or were never there. */
#include "daemon/managed.h"

#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/err.h"
#include "base/log.h"
#include "daemon/world.h"
#include "model/store.h"
#include "tests/daemon/played.h"
#include "tests/daemon/scratch.h"
#include "tests/suite.h"

#define WEB "{\"apiVersion\":\"v1\",\"kind\":\"Service\",\"metadata\":{\"name\":\"web\",\"namespace\":\"shop\"}," \
	"\"spec\":{\"ports\":[{\"port\":80}]%s}}"

static struct scratch scratch;
static struct played *played;
static struct event_base *loop;
static struct managed *managed;
static const struct managed_key web = { "services", "shop", "web" };
static const char *problem;
static int answers, last_err;
static char last_why[512];

static const char *
say_problem(void *arg)
{
	(void)arg;
	return problem;
}

static void
begin(void)
{
	struct managed_settings settings = { .state_dir = scratch.path, .loop = loop,
		.clock = played->clock, .world = played->world, .problem = say_problem };

	managed = managed_new(&settings);
	ck_assert_int_eq(managed_load(managed), 0);
	played_turn(played, 1);
}

static void
setup(void)
{
	log_set_level(LOG_ERROR);
	scratch_make(&scratch);
	loop = event_base_new();
	played = played_new("10.96.0.0/28");
	problem = NULL;
	answers = 0;
	begin();
}

static void
teardown(void)
{
	managed_free(managed);
	played_free(played);
	event_base_free(loop);
	scratch_remove(&scratch);
}

/* The daemon ends without a word and starts anew. */
static void
restart(void)
{
	managed_free(managed);
	played_restart(played);
	answers = 0;
	begin();
}

static void
on_done(void *arg, int err, const char *why)
{
	(void)arg;
	answers++;
	last_err = err;
	snprintf(last_why, sizeof(last_why), "%s", why);
}

static int
put_spec(const char *spec)
{
	char text[512];
	struct diag *diag = diag_new();
	json_t *object;
	int err;

	snprintf(text, sizeof(text), WEB, spec);
	object = json_loads(text, 0, NULL);
	ck_assert_ptr_ne(object, NULL);
	err = managed_put(managed, &web, object, diag, on_done, NULL);
	json_decref(object);
	diag_free(diag);
	return err;
}

/* The loop has a round, then the world. */
static void
turn(void)
{
	event_base_loop(loop, EVLOOP_NONBLOCK);
	played_turn(played, 1);
	managed_look(managed);
}

static bool
is_there(const char *name)
{
	char path[600];

	snprintf(path, sizeof(path), "%s/%s", scratch.path, name);
	return access(path, F_OK) == 0;
}

START_TEST(what_is_put_is_answered_once_it_is_on_disk_and_survives)
{
	char *text;
	size_t len;

	ck_assert_int_eq(put_spec(""), 0);
	ck_assert(managed_is_busy(managed, &web));
	ck_assert_int_eq(answers, 0);
	turn();
	ck_assert_int_eq(answers, 1);
	ck_assert_int_eq(last_err, 0);
	ck_assert(!managed_is_busy(managed, &web));
	ck_assert_uint_gt(played->syncs, 0);
	ck_assert(is_there("objects/services/shop/web.yaml"));
	ck_assert(!is_there("objects/services/shop/.web.yaml.before"));
	text = (char *)scratch_read(&scratch, "objects/services/shop/web.yaml", &len);
	ck_assert_int_eq(strncmp(text, "apiVersion: v1\nkind: Service\n", 29), 0);
	free(text);
	const char *address = played_ask(played, "web.shop.svc.cluster.local");
	ck_assert_int_eq(strncmp(address, "10.96.0.", 8), 0);
	restart();
	ck_assert_int_eq(strncmp(played_ask(played, "web.shop.svc.cluster.local"), "10.96.0.", 8), 0);
}
END_TEST

START_TEST(what_is_dropped_is_gone_with_its_folders)
{
	ck_assert_int_eq(put_spec(""), 0);
	turn();
	ck_assert_int_eq(managed_drop(managed, &web, on_done, NULL), 0);
	turn();
	ck_assert_int_eq(answers, 2);
	ck_assert_int_eq(last_err, 0);
	ck_assert(!is_there("objects/services"));
	ck_assert(is_there("objects"));
	ck_assert_str_eq(played_ask(played, "web.shop.svc.cluster.local"), "NXDOMAIN");
	restart();
	ck_assert_str_eq(played_ask(played, "web.shop.svc.cluster.local"), "NXDOMAIN");
}
END_TEST

START_TEST(what_does_not_decode_is_refused_and_leaves_nothing)
{
	ck_assert_int_eq(put_spec(",\"type\":\"Sometimes\""), ERR_INVALID);
	turn();
	ck_assert_int_eq(answers, 0);
	ck_assert(!is_there("objects"));
}
END_TEST

START_TEST(a_disk_that_cannot_keep_the_address_takes_the_object_back)
{
	played->disk_full = true;
	ck_assert_int_eq(put_spec(""), 0);
	turn();
	/* Nothing is known to be wrong so far: it waits. */
	ck_assert_int_eq(answers, 0);
	problem = "No space left on device";
	played_turn(played, 3000);
	managed_look(managed);
	ck_assert_int_eq(answers, 1);
	ck_assert_int_eq(last_err, ERR_FULL);
	ck_assert_str_eq(last_why, "its address cannot be written: No space left on device");
	ck_assert(!is_there("objects/services/shop/web.yaml"));
	ck_assert_ptr_null(store_service(world_store(played->world), "shop", "web"));
}
END_TEST

START_TEST(a_file_that_cannot_be_written_changes_nothing)
{
	char path[600];

	ck_assert_int_eq(put_spec(""), 0);
	turn();
	snprintf(path, sizeof(path), "%s/objects/services/shop/.web.yaml.new", scratch.path);
	/* A folder in the place of the new file, that cannot be removed. */
	ck_assert_int_eq(mkdir(path, 0700), 0);
	ck_assert_int_eq(put_spec(",\"clusterIP\":\"None\""), 0);
	turn();
	ck_assert_int_eq(answers, 2);
	ck_assert_int_eq(last_err, ERR_SYSTEM);
	ck_assert_ptr_ne(strstr(last_why, "File exists"), NULL);
	ck_assert_int_eq(strncmp(played_ask(played, "web.shop.svc.cluster.local"), "10.96.0.", 8), 0);
	rmdir(path);
	restart();
	ck_assert_int_eq(strncmp(played_ask(played, "web.shop.svc.cluster.local"), "10.96.0.", 8), 0);
}
END_TEST

START_TEST(when_no_address_is_left_the_object_is_taken_back)
{
	char name[32], yaml[4000] = "";

	/* 13 of 16 are there to be given. */
	for (int i = 0; i < 13; i++) {
		snprintf(name, sizeof(name), "s%d", i);
		snprintf(yaml + strlen(yaml), sizeof(yaml) - strlen(yaml), "---\napiVersion: v1\nkind: Service\n"
		    "metadata: {name: %s}\nspec: {ports: [{port: 80}]}\n", name);
	}
	ck_assert_uint_eq(played_file(played, "zones/all.yaml", yaml), 0);
	ck_assert_int_eq(put_spec(""), 0);
	turn();
	ck_assert_int_eq(answers, 1);
	ck_assert_int_eq(last_err, ERR_RANGE);
	ck_assert_str_eq(last_why, "failed to allocate a serviceIP: range is full, or has nothing of "
	    "its families");
	ck_assert(!is_there("objects/services/shop/web.yaml"));
}
END_TEST

START_TEST(an_object_that_a_file_states_meanwhile_is_not_put)
{
	ck_assert_uint_eq(played_file(played, "zones/web.yaml", "apiVersion: v1\nkind: Service\n"
	    "metadata: {name: web, namespace: shop}\nspec: {ports: [{port: 80}]}\n"), 0);
	ck_assert_int_eq(put_spec(""), 0);
	turn();
	ck_assert_int_eq(answers, 1);
	ck_assert_int_eq(last_err, ERR_EXISTS);
	ck_assert_ptr_ne(strstr(last_why, "is already stated at zones/web.yaml:1:1"), NULL);
	ck_assert(!is_there("objects/services/shop/web.yaml"));
}
END_TEST

START_TEST(leftovers_of_a_kill_are_cleared_and_foreign_files_are_not_believed)
{
	static const char other[] = "apiVersion: v1\nkind: Service\nmetadata: {name: other, namespace: shop}\n"
	    "spec: {ports: [{port: 80}]}\n";

	ck_assert_int_eq(put_spec(""), 0);
	turn();
	scratch_write(&scratch, "objects/services/shop/.web.yaml.new", "half", 4);
	scratch_write(&scratch, "objects/services/shop/.old.yaml.before", "old", 3);
	scratch_write(&scratch, "objects/services/shop/wrong.yaml", other, sizeof(other) - 1);
	scratch_write(&scratch, "objects/services/shop/bad.yaml", "kind: [", 7);
	log_set_level(LOG_ERROR);
	restart();
	ck_assert(!is_there("objects/services/shop/.web.yaml.new"));
	ck_assert(!is_there("objects/services/shop/.old.yaml.before"));
	ck_assert_uint_eq(managed_broken_count(managed), 2);
	ck_assert_str_eq(played_ask(played, "other.shop.svc.cluster.local"), "NXDOMAIN");
	ck_assert_int_eq(strncmp(played_ask(played, "web.shop.svc.cluster.local"), "10.96.0.", 8), 0);
}
END_TEST

START_TEST(without_a_state_folder_nothing_is_taken)
{
	struct managed_settings settings = { .loop = loop, .clock = played->clock, .world = played->world,
		.problem = say_problem };

	ck_assert_ptr_null(managed_problem(managed));
	managed_free(managed);
	managed = managed_new(&settings);
	ck_assert_int_eq(managed_load(managed), 0);
	ck_assert_int_eq(put_spec(""), ERR_DENIED);
	ck_assert_int_eq(managed_drop(managed, &web, on_done, NULL), ERR_DENIED);
	ck_assert_ptr_ne(strstr(managed_problem(managed), "--no-state"), NULL);
}
END_TEST

START_TEST(who_waits_when_the_daemon_stops_is_told)
{
	ck_assert_int_eq(put_spec(""), 0);
	managed_free(managed);
	managed = NULL;
	ck_assert_int_eq(answers, 1);
	ck_assert_int_eq(last_err, ERR_CLOSED);
}
END_TEST

START_TEST(names_that_lead_elsewhere_are_no_files)
{
	static const struct managed_key keys[] = {
		{ "services", "shop", "../../x" }, { "services", "..", "web" }, { "services", "shop", "" },
		{ "services", "shop", "a/b" }, { "services", "shop", ".web" },
	};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		ck_assert_int_eq(managed_drop(managed, &keys[i], on_done, NULL), ERR_INVALID);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("managed");
	TCase *tc = tcase_create("managed");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, what_is_put_is_answered_once_it_is_on_disk_and_survives);
	tcase_add_test(tc, what_is_dropped_is_gone_with_its_folders);
	tcase_add_test(tc, what_does_not_decode_is_refused_and_leaves_nothing);
	tcase_add_test(tc, a_disk_that_cannot_keep_the_address_takes_the_object_back);
	tcase_add_test(tc, a_file_that_cannot_be_written_changes_nothing);
	tcase_add_test(tc, when_no_address_is_left_the_object_is_taken_back);
	tcase_add_test(tc, an_object_that_a_file_states_meanwhile_is_not_put);
	tcase_add_test(tc, leftovers_of_a_kill_are_cleared_and_foreign_files_are_not_believed);
	tcase_add_test(tc, without_a_state_folder_nothing_is_taken);
	tcase_add_test(tc, who_waits_when_the_daemon_stops_is_told);
	tcase_add_test(tc, names_that_lead_elsewhere_are_no_files);
	suite_add_tcase(s, tc);
	return s;
}
