/* test_config_socket.c - where the API's socket is, when nobody says it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/diag.h"
#include "daemon/config.h"
#include "tests/daemon/scratch.h"
#include "tests/suite.h"

static struct scratch scratch;

static void
set_up(void)
{
	scratch_make(&scratch);
}

static void
tear_down(void)
{
	scratch_remove(&scratch);
}

/* NULL: the variable is not there. */
static void
set(const char *name, const char *value)
{
	if (value == NULL)
		unsetenv(name);
	else
		setenv(name, value, 1);
}

static const struct {
	const char *unit, *user, *yaml;
	const char *root_says, *user_says;
} cases[] = {
	{ NULL, NULL, "", "/run/rollcall/api.sock", "" },
	{ NULL, "/run/user/7", "", "/run/rollcall/api.sock", "/run/user/7/rollcall/api.sock" },
	{ "/run/unit", NULL, "", "/run/unit/api.sock", "/run/unit/api.sock" },
	{ "/run/unit", "/run/user/7", "", "/run/unit/api.sock", "/run/unit/api.sock" },
	/* Two folders: which is meant nobody knows. */
	{ "/run/a:/run/b", NULL, "", "/run/rollcall/api.sock", "" },
	{ "run", "run", "", "/run/rollcall/api.sock", "" },
	{ "/run/unit", NULL, "http: {socket: /tmp/s}\n", "/tmp/s", "/tmp/s" },
	{ "/run/unit", NULL, "http: {socket: \"\"}\n", "", "" },
};

START_TEST(the_unit_decides_before_the_user_and_settings_before_both)
{
	char path[300];
	struct config_flags flags = { .file = path };
	struct diag *diag = diag_new();
	struct config *config = NULL;

	snprintf(path, sizeof(path), "%s/rollcall.yaml", scratch.path);
	scratch_write(&scratch, "rollcall.yaml", cases[_i].yaml, strlen(cases[_i].yaml));
	set("RUNTIME_DIRECTORY", cases[_i].unit);
	set("XDG_RUNTIME_DIR", cases[_i].user);
	ck_assert_int_eq(config_load(&flags, diag, &config), 0);
	ck_assert_str_eq(config->http.socket,
	    geteuid() == 0 ? cases[_i].root_says : cases[_i].user_says);
	config_free(config);
	diag_free(diag);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("config_socket");
	TCase *tc = tcase_create("config_socket");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_loop_test(tc, the_unit_decides_before_the_user_and_settings_before_both, 0,
	    sizeof(cases) / sizeof(cases[0]));
	suite_add_tcase(s, tc);
	return s;
}
