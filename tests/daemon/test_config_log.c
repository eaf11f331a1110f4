/* test_config_log.c - log settings: defaults, values, errors' places, the flag over the file. */
#include "daemon/config_log.h"

#include <config.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/err.h"
#include "base/log.h"
#include "daemon/config.h"
#include "dns/onlooker.h"
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
load(const char *text, const char *format, struct config **config)
{
	struct config_flags flags = { .file = path, .log_format = format };

	scratch_write(&scratch, "rollcall.yaml", text, strlen(text));
	return config_load(&flags, diag, config);
}

static const struct {
	const char *text;
	const char *flag;
	struct config_log log;
} good[] = {
	{ "", NULL, { LOG_INFO, CONFIG_LOG_AUTO, ONLOOKER_NONE, 1, "" } },
	{ "log: {level: debug, format: json, queries: denial, sample: 100}\n", NULL,
	  { LOG_DEBUG, CONFIG_LOG_JSON, ONLOOKER_DENIAL, 100, "" } },
	{ "log: {format: json, queries: error}\n", "text",
	  { LOG_INFO, CONFIG_LOG_TEXT, ONLOOKER_ERROR, 1, "" } },
	{ "log: {level: error, queries: all}\n", "journal",
	  { LOG_ERROR, CONFIG_LOG_JOURNAL, ONLOOKER_ALL, 1, "" } },
#ifdef HAVE_DNSTAP
	{ "log: {dnstap: /run/tap.sock}\n", "auto",
	  { LOG_INFO, CONFIG_LOG_AUTO, ONLOOKER_NONE, 1, "/run/tap.sock" } },
#endif
};

START_TEST(settings_are_taken_and_the_flag_wins)
{
	struct config *config = NULL;

	ck_assert_int_eq(load(good[_i].text, good[_i].flag, &config), 0);
	ck_assert_uint_eq(config->log.level, good[_i].log.level);
	ck_assert_uint_eq(config->log.format, good[_i].log.format);
	ck_assert_uint_eq(config->log.queries, good[_i].log.queries);
	ck_assert_uint_eq(config->log.sample, good[_i].log.sample);
	ck_assert_str_eq(config->log.dnstap, good[_i].log.dnstap);
	config_free(config);
}
END_TEST

static const struct {
	const char *text;
	const char *flag;
	const char *wrong;
} bad[] = {
	{ "log: {level: loud}\n", NULL, "rollcall.yaml:1:14: error: " },
	{ "log: {queries: some}\n", NULL, "rollcall.yaml:1:16: error: " },
	{ "log: {sample: 0}\n", NULL, "rollcall.yaml:1:15: error: " },
	{ "log: {dnstap: tap.sock}\n", NULL, "rollcall.yaml:1:15: error: " },
	{ "", "xml", "--log-format xml: must be text, json, journal or auto" },
};

START_TEST(what_is_wrong_is_said_with_its_place)
{
	struct config *config = NULL;
	char *said = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&said, &len);

	ck_assert_int_eq(load(bad[_i].text, bad[_i].flag, &config), ERR_INVALID);
	diag_print(diag, SEVERITY_INFO, out);
	fclose(out);
	ck_assert_msg(strstr(said, bad[_i].wrong) != NULL, "%s: %s", bad[_i].wrong, said);
	free(said);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("config_log");
	TCase *tc = tcase_create("config_log");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_loop_test(tc, settings_are_taken_and_the_flag_wins, 0,
	    sizeof(good) / sizeof(good[0]));
	tcase_add_loop_test(tc, what_is_wrong_is_said_with_its_place, 0,
	    sizeof(bad) / sizeof(bad[0]));
	suite_add_tcase(s, tc);
	return s;
}
