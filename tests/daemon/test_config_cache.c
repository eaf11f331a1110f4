/* test_config_cache.c - cache settings: defaults, values, what zones inherit, errors' places. */
#include "daemon/config_cache.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/err.h"
#include "daemon/config.h"
#include "daemon/config_forward.h"
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
	struct cache_settings all;
	struct cache_settings zone;     /* of the last forward entry */
} good[] = {
	{ "", { 32 << 20, 3600, 1800, 86400, true }, { 32 << 20, 3600, 1800, 86400, true } },
	{ "cache: ~\n", { 32 << 20, 3600, 1800, 86400, true },
	  { 32 << 20, 3600, 1800, 86400, true } },
	{ "cache: {size: 0}\n", { 0, 3600, 1800, 86400, true }, { 0, 3600, 1800, 86400, true } },
	{ "cache: {size: 65536}\n", { 65536, 3600, 1800, 86400, true },
	  { 65536, 3600, 1800, 86400, true } },
	{ "cache: {size: 64M, maxTTL: 60, maxNegativeTTL: 0, serveStale: 0, prefetch: false}\n",
	  { 64000000, 60, 0, 0, false }, { 64000000, 60, 0, 0, false } },
	{ "cache: {serveStale: 1h30m}\n"
	  "forward: [{zone: ., upstreams: 127.0.0.1}, {zone: corp, upstreams: 127.0.0.1,"
	  " cache: {maxTTL: 0, prefetch: false, serveStale: 3d}}]\n",
	  { 32 << 20, 3600, 1800, 5400, true }, { 32 << 20, 0, 1800, 259200, false } },
	{ "forward: [{zone: ., upstreams: 127.0.0.1, cache: {maxNegativeTTL: 5}}]\n"
	  "cache: {size: 1Gi, prefetch: false, maxTTL: 100}\n",
	  { 1 << 30, 100, 1800, 86400, false }, { 1 << 30, 100, 5, 86400, false } },
};

static void
check(const struct cache_settings *got, const struct cache_settings *expected)
{
	ck_assert_uint_eq(got->size, expected->size);
	ck_assert_uint_eq(got->max_ttl_s, expected->max_ttl_s);
	ck_assert_uint_eq(got->max_negative_ttl_s, expected->max_negative_ttl_s);
	ck_assert_uint_eq(got->serve_stale_s, expected->serve_stale_s);
	ck_assert_int_eq(got->prefetch, expected->prefetch);
}

START_TEST(a_zone_has_what_it_does_not_state_from_all)
{
	struct cache_settings settings;
	struct config *config;

	ck_assert_int_eq(load(good[_i].text, &config), 0);
	ck_assert_uint_eq(diag_count(diag, SEVERITY_WARNING), 0);
	config_cache_settings(&config->cache, NULL, &settings);
	check(&settings, &good[_i].all);
	config_cache_settings(&config->cache, &config->forward[config->forward_count - 1].cache,
	    &settings);
	check(&settings, &good[_i].zone);
	config_free(config);
}
END_TEST

static const struct {
	const char *text;
	const char *place;
	const char *said;
} bad[] = {
	{ "cache: 32Mi\n", ":1:8: error: ", "cache must be a mapping" },
	{ "cache:\n  size: big\n", ":2:9: error: ", "cache.size must be a number of octets like 32Mi" },
	{ "cache: {size: -1}\n", ":1:15: error: ", "cache.size must be a number of octets" },
	{ "cache: {size: [1]}\n", ":1:15: error: ", "cache.size must be a number of octets" },
	{ "cache: {size: 1000}\n", ":1:15: error: ", "1000 is neither 0 nor within 64Ki to 64Gi" },
	{ "cache: {size: 65Gi}\n", ":1:15: error: ", "65Gi is neither 0 nor within 64Ki to 64Gi" },
	{ "cache: {size: 999999999999Gi}\n", ":1:15: error: ", "is neither 0 nor within" },
	{ "cache: {maxTTL: 700000}\n", ":1:17: error: ", "cache.maxTTL" },
	{ "cache: {maxNegativeTTL: x}\n", ":1:25: error: ", "cache.maxNegativeTTL" },
	{ "cache: {serveStale: 4d}\n", ":1:21: error: ", "cache.serveStale 4d is outside" },
	{ "cache: {serveStale: long}\n", ":1:21: error: ", "cache.serveStale must be a duration" },
	{ "cache: {prefetch: 7}\n", ":1:19: error: ", "cache.prefetch" },
	{ "forward: [{zone: ., upstreams: 127.0.0.1, cache: {size: 1Mi}}]\n", ":1:57: error: ",
	  "cache.size is one for all zones: state it in cache" },
	{ "forward: [{zone: ., upstreams: 127.0.0.1, cache: on}]\n", ":1:50: error: ",
	  "cache must be a mapping" },
};

START_TEST(what_is_wrong_is_said_with_its_place)
{
	struct config *config;
	char line[1024];

	ck_assert_int_eq(load(bad[_i].text, &config), ERR_INVALID);
	diag_format(diag_at(diag, 0), line, sizeof(line));
	ck_assert_msg(strstr(line, bad[_i].place) != NULL && strstr(line, bad[_i].said) != NULL,
	    "%s", line);
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("config_cache");
	TCase *tests = tcase_create("config_cache");

	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_loop_test(tests, a_zone_has_what_it_does_not_state_from_all, 0,
	    sizeof(good) / sizeof(good[0]));
	tcase_add_loop_test(tests, what_is_wrong_is_said_with_its_place, 0,
	    sizeof(bad) / sizeof(bad[0]));
	suite_add_tcase(suite, tests);
	return suite;
}
