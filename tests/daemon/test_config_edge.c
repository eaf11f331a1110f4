/* test_config_edge.c - cookies, NSID and version: defaults, values, and errors with their place. */
#include "daemon/config_edge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/diag.h"
#include "base/err.h"
#include "daemon/config.h"
#include "tests/daemon/scratch.h"
#include "tests/suite.h"

#define ONE "0123456789abcdef0123456789ABCDEF"
#define TWO "ffffffffffffffffffffffffffffffff"

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

/* %s in the text stands for the scratch folder. */
static int
load(const char *text, struct config **config)
{
	struct config_flags flags = { .file = path };
	const char *at = strstr(text, "%s");
	char whole[1000];

	if (at == NULL)
		snprintf(whole, sizeof(whole), "%s", text);
	else
		snprintf(whole, sizeof(whole), "%.*s%s%s", (int)(at - text), text, scratch.path,
		    at + 2);
	scratch_write(&scratch, "rollcall.yaml", whole, strlen(whole));
	return config_load(&flags, diag, config);
}

START_TEST(cookies_are_made_and_nothing_else_is_told_by_default)
{
	struct config *config;

	ck_assert_int_eq(load("", &config), 0);
	ck_assert(config->dns.edge.cookies && !config->dns.edge.cookies_required);
	ck_assert_uint_eq(config->dns.edge.secret_count, 0);
	ck_assert_ptr_null(config->dns.edge.nsid);
	ck_assert_ptr_null(config->dns.edge.version);
	config_free(config);
}
END_TEST

static const struct {
	const char *text;
	bool cookies;
	bool required;
	const char *nsid;
	const char *version;
} good[] = {
	{ "dns: {cookies: false}\n", false, false, NULL, NULL },
	{ "dns: {cookies: true, nsid: \"\", version: \"\"}\n", true, false, NULL, NULL },
	{ "dns: {cookies: {required: true}, nsid: a1, version: 1.2}\n", true, true, "a1", "1.2" },
	{ "dns: {version: false}\n", true, false, NULL, NULL },
	{ "dns: {cookies: ~, nsid: ~, version: ~}\n", true, false, NULL, NULL },
};

START_TEST(what_is_told_is_taken_from_the_file)
{
	struct config *config;
	struct dns_settings settings = { .udp_size = 0 };

	ck_assert_int_eq(load(good[_i].text, &config), 0);
	config_edge_settings(&config->dns.edge, &settings);
	ck_assert_int_eq(config->dns.edge.cookies, good[_i].cookies);
	ck_assert_int_eq(settings.cookies_required, good[_i].required);
	ck_assert_pstr_eq(settings.nsid, good[_i].nsid);
	ck_assert_pstr_eq(settings.version, good[_i].version);
	config_free(config);
}
END_TEST

START_TEST(hostname_and_true_stand_for_what_they_say)
{
	struct config *config;

	ck_assert_int_eq(load("dns: {nsid: hostname, version: true}\n", &config), 0);
	ck_assert_str_ne(config->dns.edge.nsid, "hostname");
	ck_assert_int_eq(strncmp(config->dns.edge.version, "rollcall ", 9), 0);
	config_free(config);
}
END_TEST

#define FILE_SETTING "dns:\n  cookies:\n    secretFile: %s/secret\n"

static const struct {
	const char *secret;             /* what the file says; NULL: there is none */
	size_t count;                   /* 0: it is wrong */
	const char *said;
} files[] = {
	{ ONE "\n", 1, NULL },
	{ ONE, 1, NULL },
	{ "# made on Monday\n" ONE "\n\n" TWO "\n", 2, NULL },
	{ NULL, 0, "No such file" },
	{ "", 0, "has no secret" },
	{ "# nothing\n", 0, "has no secret" },
	{ ONE "0\n", 0, "32 hexadecimal digits" },
	{ "0123\n", 0, "32 hexadecimal digits" },
	{ " " ONE "\n", 0, "32 hexadecimal digits" },
	{ ONE "\n" TWO "\n" ONE "\n", 0, "more than two secrets" },
};

START_TEST(a_secret_file_is_read_or_told_with_its_place)
{
	struct config *config;
	char line[1024];

	if (files[_i].secret != NULL)
		scratch_write(&scratch, "secret", files[_i].secret, strlen(files[_i].secret));
	int err = load(FILE_SETTING, &config);
	ck_assert_int_eq(err, files[_i].count > 0 ? 0 : ERR_INVALID);
	if (err == 0) {
		ck_assert_uint_eq(config->dns.edge.secret_count, files[_i].count);
		ck_assert_mem_eq(config->dns.edge.secrets[0], "\x01\x23\x45\x67\x89\xab\xcd\xef", 8);
		ck_assert_uint_eq(config->dns.edge.secrets[0][15], 0xef);
		config_free(config);
		return;
	}
	diag_format(diag_at(diag, 0), line, sizeof(line));
	ck_assert_msg(strstr(line, ":3:17: error: ") != NULL && strstr(line, files[_i].said) != NULL,
	    "%s", line);
}
END_TEST

START_TEST(a_secret_file_that_others_can_read_or_write_is_none)
{
	static const mode_t modes[] = { 0604, 0620, 0602, 0644 };
	struct config *config;
	char line[1024], secret[300];

	scratch_write(&scratch, "secret", ONE, strlen(ONE));
	snprintf(secret, sizeof(secret), "%s/secret", scratch.path);
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		ck_assert_int_eq(chmod(secret, modes[i]), 0);
		ck_assert_int_eq(load(FILE_SETTING, &config), ERR_INVALID);
		diag_format(diag_at(diag, i), line, sizeof(line));
		ck_assert_msg(strstr(line, ":3:17: error: ") != NULL &&
		    strstr(line, "must be owned by root or by us") != NULL, "%s", line);
	}
	ck_assert_int_eq(chmod(secret, 0640), 0);
	ck_assert_int_eq(load(FILE_SETTING, &config), 0);
	config_free(config);
}
END_TEST

static const struct {
	const char *text;
	const char *said;
} wrong[] = {
	{ "dns: {cookies: 3}\n", "true, false, or a mapping" },
	{ "dns: {cookies: {required: maybe}}\n", "dns.cookies.required" },
	{ "dns: {cookies: {secretFile: secret}}\n", "must be an absolute path" },
	{ "dns: {cookies: {secretFile: /}}\n", "is no regular file" },
	{ "dns: {rrl: {}}\n", "dns.rrl.responsesPerSecond" },
	{ "dns: {rrl: 5}\n", "dns.rrl" },
	{ "dns: {rrl: {responsesPerSecond: 0}}\n", "dns.rrl.responsesPerSecond" },
	{ "dns: {rrl: {responsesPerSecond: 1, ipv4Prefix: 33}}\n", "dns.rrl.ipv4Prefix" },
	{ "dns: {rrl: {responsesPerSecond: 1, exempt: [there]}}\n", "dns.rrl.exempt" },
	{ "dns: {rrl: {responsesPerSecond: 1, slip: 11}}\n", "dns.rrl.slip" },
	{ "dns: {nsid: [a]}\n", "dns.nsid must be a text" },
	{ "dns: {nsid: \"a\\tb\"}\n", "control characters" },
	{ "dns: {version: {a: b}}\n", "dns.version must be a text" },
};

START_TEST(what_is_wrong_is_told_with_its_place)
{
	struct config *config;
	char line[1024];

	ck_assert_int_eq(load(wrong[_i].text, &config), ERR_INVALID);
	diag_format(diag_at(diag, 0), line, sizeof(line));
	ck_assert_msg(strstr(line, ".yaml:1:") != NULL && strstr(line, wrong[_i].said) != NULL, "%s",
	    line);
}
END_TEST

START_TEST(limits_have_their_defaults)
{
	struct config *config;

	ck_assert_int_eq(load("dns: {rrl: {responsesPerSecond: 20}}\n", &config), 0);
	ck_assert_ptr_nonnull(config->dns.edge.rrl);
	const struct rrl_settings *rrl = &config->dns.edge.rrl->settings;
	ck_assert_uint_eq(rrl->answers_per_s, 20);
	ck_assert_uint_eq(rrl->errors_per_s, 20);
	ck_assert_uint_eq(rrl->slip, 2);
	ck_assert_uint_eq(rrl->window_s, 15);
	ck_assert_uint_eq(rrl->ip4_bits, 24);
	ck_assert_uint_eq(rrl->ip6_bits, 56);
	ck_assert_uint_eq(rrl->table_size, 65536);
	ck_assert_uint_eq(rrl->exempt_count, 0);
	config_free(config);
	ck_assert_int_eq(load("dns: {rrl: {responsesPerSecond: 20, errorsPerSecond: 3, slip: 0, "
	    "window: 1, ipv4Prefix: 32, ipv6Prefix: 64, tableSize: 1024, "
	    "exempt: [192.0.2.0/24, loopback]}}\n", &config), 0);
	rrl = &config->dns.edge.rrl->settings;
	ck_assert_uint_eq(rrl->errors_per_s, 3);
	ck_assert_uint_eq(rrl->slip, 0);
	ck_assert_uint_eq(rrl->ip4_bits, 32);
	ck_assert_uint_eq(rrl->exempt_count, 3);
	ck_assert_uint_eq(rrl->exempt[0].bits, 24);
	config_free(config);
	ck_assert_int_eq(load("dns: {rrl: ~}\n", &config), 0);
	ck_assert_ptr_null(config->dns.edge.rrl);
	config_free(config);
}
END_TEST

START_TEST(a_name_of_more_than_128_octets_is_refused)
{
	struct config *config;
	char text[300];

	snprintf(text, sizeof(text), "dns: {nsid: %0128d}\n", 1);
	ck_assert_int_eq(load(text, &config), 0);
	config_free(config);
	snprintf(text, sizeof(text), "dns: {nsid: %0129d}\n", 1);
	ck_assert_int_eq(load(text, &config), ERR_INVALID);
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("config_edge");
	TCase *t = tcase_create("config_edge");

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, cookies_are_made_and_nothing_else_is_told_by_default);
	tcase_add_loop_test(t, what_is_told_is_taken_from_the_file, 0,
	    (int)(sizeof(good) / sizeof(good[0])));
	tcase_add_test(t, hostname_and_true_stand_for_what_they_say);
	tcase_add_test(t, a_secret_file_that_others_can_read_or_write_is_none);
	tcase_add_loop_test(t, a_secret_file_is_read_or_told_with_its_place, 0,
	    (int)(sizeof(files) / sizeof(files[0])));
	tcase_add_loop_test(t, what_is_wrong_is_told_with_its_place, 0,
	    (int)(sizeof(wrong) / sizeof(wrong[0])));
	tcase_add_test(t, limits_have_their_defaults);
	tcase_add_test(t, a_name_of_more_than_128_octets_is_refused);
	suite_add_tcase(suite, t);
	return suite;
}
