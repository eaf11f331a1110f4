/* test_config_zones.c - hosts and localZones: defaults, values, and errors with their place. */
#include "daemon/config_zones.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/err.h"
#include "daemon/config.h"
#include "tests/daemon/scratch.h"
#include "tests/suite.h"

static struct scratch scratch;
static struct diag *diag;
static char path[300];

static void
set_up(void)
{
	scratch_make(&scratch);
	snprintf(path, sizeof(path), "%s/rollcall.yaml", scratch.path);
	setenv("XDG_STATE_HOME", scratch.path, 1);
	diag = diag_new();
}

static void
tear_down(void)
{
	diag_free(diag);
	scratch_remove(&scratch);
}

static int
load(const char *text, struct config **config)
{
	struct config_flags flags = { .file = path };

	scratch_write(&scratch, "rollcall.yaml", text, strlen(text));
	return config_load(&flags, diag, config);
}

static const struct {
	const char *text;
	const char *local;      /* the end of the folder's name; NULL: none */
	size_t hosts;
} rows[] = {
	{ "", "/zones/local", 0 },
	{ "localZones: true\n", "/zones/local", 0 },
	{ "localZones: false\n", NULL, 0 },
	{ "localZones: /srv/mine\n", "/srv/mine", 0 },
	{ "hosts: /etc/hosts\n", "/zones/local", 1 },
	{ "hosts: [/etc/hosts, /srv/hosts]\n", "/zones/local", 2 },
	{ "hosts: []\n", "/zones/local", 0 },
};

START_TEST(values_are_taken)
{
	struct config *config;

	ck_assert_int_eq(load(rows[_i].text, &config), 0);
	ck_assert_uint_eq(config->hosts_count, rows[_i].hosts);
	if (rows[_i].local == NULL) {
		ck_assert_ptr_null(config->local_zones);
	} else {
		size_t len = strlen(config->local_zones), end = strlen(rows[_i].local);

		ck_assert_uint_ge(len, end);
		ck_assert_str_eq(config->local_zones + len - end, rows[_i].local);
	}
	config_free(config);
}
END_TEST

static const struct {
	const char *text;
	const char *said;
} wrong[] = {
	{ "hosts: etc/hosts\n", ":1:8: error: hosts \"etc/hosts\" must be an absolute path" },
	{ "localZones: sometimes\n",
	    ":1:13: error: localZones must be true, false, or an absolute path" },
	{ "dns: {ttl: 5}\nlocalZones: [/x]\n",
	    ":2:13: error: localZones must be true, false, or an absolute path" },
};

START_TEST(what_is_wrong_is_said_with_its_place)
{
	struct config *config;
	char line[512];

	ck_assert_int_eq(load(wrong[_i].text, &config), ERR_INVALID);
	ck_assert_ptr_nonnull(diag_at(diag, 0));
	diag_format(diag_at(diag, 0), line, sizeof(line));
	ck_assert_str_eq(line + strlen(path), wrong[_i].said);
}
END_TEST

Suite *
suite(void)
{
	Suite *config_zones = suite_create("config_zones");
	TCase *tests = tcase_create("config_zones");

	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_loop_test(tests, values_are_taken, 0, (int)(sizeof(rows) / sizeof(rows[0])));
	tcase_add_loop_test(tests, what_is_wrong_is_said_with_its_place, 0,
	    (int)(sizeof(wrong) / sizeof(wrong[0])));
	suite_add_tcase(config_zones, tests);
	return config_zones;
}
