/* test_config_forward.c - who is asked for what is not ours: defaults, values, and errors with their place. */
#include "daemon/config_forward.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "base/diag.h"
#include "base/err.h"
#include "daemon/config.h"
#include "dns/forward.h"
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

START_TEST(by_default_everything_is_asked_where_resolv_conf_says)
{
	struct config *config;

	ck_assert_int_eq(load("", &config), 0);
	ck_assert_uint_eq(config->forward_count, 1);
	ck_assert_str_eq(config->forward[0].zone, ".");
	ck_assert_uint_eq(config->forward[0].upstream_count, 1);
	ck_assert_str_eq(config->forward[0].upstreams[0], "/etc/resolv.conf");
	ck_assert_uint_eq(config->forward[0].policy, FORWARD_RANDOM);
	config_free(config);
}
END_TEST

START_TEST(an_empty_list_asks_nobody)
{
	struct config *config;

	ck_assert_int_eq(load("forward: []\n", &config), 0);
	ck_assert_uint_eq(config->forward_count, 0);
	config_free(config);
}
END_TEST

START_TEST(entries_name_zones_upstreams_and_a_policy)
{
	struct config *config;

	ck_assert_int_eq(load("forward:\n"
			      "- {zone: Corp.Example., upstreams: [127.0.0.1, '127.0.0.2:5300'],"
			      " policy: sequential}\n"
			      "- {zone: 2.10.in-addr.arpa, upstreams: '[::1]:54', policy: round_robin}\n",
	    &config), 0);
	ck_assert_uint_eq(diag_count(diag, SEVERITY_WARNING), 0);
	ck_assert_uint_eq(config->forward_count, 2);
	ck_assert_uint_eq(config->forward[0].upstream_count, 2);
	ck_assert_uint_eq(config->forward[0].policy, FORWARD_SEQUENTIAL);
	ck_assert_uint_eq(config->forward[1].policy, FORWARD_ROUND_ROBIN);
	ck_assert_str_eq(config->forward[1].upstreams[0], "[::1]:54");
	config_free(config);
}
END_TEST

static const struct {
	const char *text;
	const char *said;               /* behind the path */
} wrong[] = {
	{ "forward:\n- {zone: a..b, upstreams: [127.0.0.1]}\n", ":2:10: error: forward[0].zone" },
	{ "forward:\n- {zone: a, upstreams: [resolver]}\n", ":2:25: error: forward[0].upstreams[0]" },
	{ "forward:\n- {zone: a, upstreams: [0.0.0.0]}\n", ":2:25: error: " },
	{ "forward:\n- {zone: a, upstreams: ['127.0.0.1:0']}\n", ":2:25: error: " },
	{ "forward:\n- {zone: a, upstreams: [239.0.0.1]}\n", ":2:25: error: " },
	{ "forward:\n- {zone: a, upstreams: []}\n", "must name at least one upstream" },
	{ "forward:\n- {zone: a}\n", "upstreams" },
	{ "forward:\n- {upstreams: [127.0.0.1]}\n", "zone" },
	{ "forward:\n- {zone: a, upstreams: [127.0.0.1], policy: best}\n", ":2:45: error: " },
	{ "forward: 7\n", ":1:10: error: forward" },
	{ "forward:\n- {zone: a.b, upstreams: [127.0.0.1]}\n- {zone: A.B., upstreams: [127.0.0.1]}\n",
	    "rollcall.yaml:2:3" },
	{ "forward:\n- zone: a\n  upstreams: [127.0.0.1, 127.0.0.2, 127.0.0.3, 127.0.0.4, 127.0.0.5,"
	  " 127.0.0.6, 127.0.0.7, 127.0.0.8, 127.0.0.9, 127.0.0.10, 127.0.0.11, 127.0.0.12,"
	  " 127.0.0.13, 127.0.0.14, 127.0.0.15, 127.0.0.16]\n",
	    "names 16 upstreams, 15 are allowed" },
};

START_TEST(a_wrong_value_is_an_error_with_its_place)
{
	struct config *config;
	char line[1024] = "";

	ck_assert_int_eq(load(wrong[_i].text, &config), ERR_INVALID);
	ck_assert_uint_eq(diag_count(diag, SEVERITY_ERROR), 1);
	diag_format(diag_at(diag, 0), line, sizeof(line));
	ck_assert_msg(strstr(line, wrong[_i].said) != NULL, "%s: %s", wrong[_i].text, line);
}
END_TEST

START_TEST(an_address_without_port_means_53)
{
	struct addr_port upstream;
	char text[ADDR_PORT_TEXT_SIZE];

	ck_assert(config_forward_address("::1", &upstream));
	ck_assert_str_eq(addr_port_text(&upstream, text), "[::1]:53");
	ck_assert(config_forward_address("127.0.0.1:54", &upstream));
	ck_assert_str_eq(addr_port_text(&upstream, text), "127.0.0.1:54");
	ck_assert(!config_forward_address("/etc/resolv.conf", &upstream));
}
END_TEST

Suite *
suite(void)
{
	Suite *all = suite_create("config_forward");
	TCase *tests = tcase_create("config_forward");

	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, by_default_everything_is_asked_where_resolv_conf_says);
	tcase_add_test(tests, an_empty_list_asks_nobody);
	tcase_add_test(tests, entries_name_zones_upstreams_and_a_policy);
	tcase_add_loop_test(
	    tests, a_wrong_value_is_an_error_with_its_place, 0, (int)(sizeof(wrong) / sizeof(wrong[0])));
	tcase_add_test(tests, an_address_without_port_means_53);
	suite_add_tcase(all, tests);
	return all;
}
