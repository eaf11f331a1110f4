/* test_config_transfer.c - who may have zones: defaults, values, and errors with their place. */
#include "daemon/config_transfer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/diag.h"
#include "base/err.h"
#include "daemon/config.h"
#include "dns/tsig.h"
#include "tests/daemon/scratch.h"
#include "tests/suite.h"

static struct scratch scratch;
static struct diag *diag;
static char path[300];
static char secret_path[300];

static void
set_up(void)
{
	scratch_make(&scratch);
	snprintf(path, sizeof(path), "%s/rollcall.yaml", scratch.path);
	snprintf(secret_path, sizeof(secret_path), "%s/secret", scratch.path);
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

static void
write_secret(const char *text, mode_t mode)
{
	scratch_write(&scratch, "secret", text, strlen(text));
	ck_assert_int_eq(chmod(secret_path, mode), 0);
}

START_TEST(by_default_nobody_may_have_a_zone)
{
	struct config *config;

	ck_assert_int_eq(load("", &config), 0);
	ck_assert_ptr_null(config_transfer_access(config));
	ck_assert_uint_eq(config->transfer.notify_count, 0);
	config_free(config);
}
END_TEST

START_TEST(networks_addresses_and_keys_are_read)
{
	const struct addr in = { ADDR_IP4, { 127, 0, 0, 1 } }, out = { ADDR_IP4, { 10, 0, 0, 1 } };
	const struct addr at = { ADDR_IP4, { 192, 0, 2, 7 } };
	struct config *config;
	char text[1000];

	write_secret("MDEyMzQ1Njc4OWFiY2RlZg==\n", 0600);
	snprintf(text, sizeof(text), "transfer:\n  to: [loopback, 192.0.2.7]\n"
	    "  notify: [\"192.0.2.7:53\", \"[2001:db8::1]:53 Friends.Example\"]\n"
	    "  tsig:\n    - {name: friends.example, secretFile: %s}\n"
	    "    - {name: b, algorithm: hmac-sha512, secret: MDEyMzQ1Njc4OWFiY2RlZg==}\n",
	    secret_path);
	ck_assert_int_eq(load(text, &config), 0);
	const struct transfer_access *access = config_transfer_access(config);
	ck_assert(transfer_admits(access, &in));
	ck_assert(transfer_admits(access, &at));
	ck_assert(!transfer_admits(access, &out));
	ck_assert(!transfer_admits(NULL, &in));
	ck_assert_uint_eq(access->key_count, 2);
	ck_assert_mem_eq(tsig_key_name(access->keys[0]), "\7friends\7example", 17);
	ck_assert_uint_eq(config->transfer.notify_count, 2);
	ck_assert_ptr_null(config->transfer.notify[0].key);
	ck_assert_ptr_eq(config->transfer.notify[1].key, access->keys[0]);
	ck_assert_uint_eq(config->transfer.notify[1].to.port, 53);
	config_free(config);
}
END_TEST

/* What is wrong, where (line:column), and in which words. */
static const struct {
	const char *text;
	const char *wrong;
} wrongs[] = {
	{ "transfer: {to: [10.0.0.0/33]}", "1:17" },
	{ "transfer: {to: [loopback, nobody]}", "1:27" },
	{ "transfer: {notify: [127.0.0.1]}", "1:21" },
	{ "transfer: {notify: [\"0.0.0.0:53\"]}", "1:21" },
	{ "transfer: {notify: [\"127.0.0.1:53 k\"]}", "1:21: error: transfer.notify[0] "
	  "\"127.0.0.1:53 k\" names a key that transfer.tsig does not have" },
	{ "transfer: {tsig: [{name: k}]}", "1:19" },
	{ "transfer: {tsig: [{secret: MDEyMzQ1Njc4OWFiY2RlZg==}]}", "1:19" },
	{ "transfer: {tsig: [{name: k, secret: MDEyMzQ1Njc4OWFiY2RlZg==, secretFile: /x}]}", "1:19" },
	{ "transfer: {tsig: [{name: k, secret: hello}]}", "1:37" },
	{ "transfer: {tsig: [{name: k, secret: MDE=}]}", "1:37" },
	{ "transfer: {tsig: [{name: k, secretFile: there}]}", "1:41" },
	{ "transfer: {tsig: [{name: k, secretFile: /no/such/file}]}", "1:41" },
	{ "transfer: {tsig: [{name: k, algorithm: hmac-md5, secret: MDEyMzQ1Njc4OWFiY2RlZg==}]}",
	    "1:40" },
	{ "transfer: {tsig: [{name: a..b, secret: MDEyMzQ1Njc4OWFiY2RlZg==}]}", "1:26" },
	{ "transfer: {tsig: [{name: k, secret: MDEyMzQ1Njc4OWFiY2RlZg==}, "
	  "{name: K., secret: MDEyMzQ1Njc4OWFiY2RlZg==}]}", "1:64" },
	{ "transfer: {from: all}", "1:" },
};

static bool
said(const char *where)
{
	const struct diag_entry *entry;
	char line[512];

	for (size_t i = 0; (entry = diag_at(diag, i)) != NULL; i++) {
		diag_format(entry, line, sizeof(line));
		if (strstr(line, "rollcall.yaml:") != NULL &&
		    strncmp(strstr(line, "rollcall.yaml:") + 14, where, strlen(where)) == 0)
			return true;
	}
	return false;
}

START_TEST(what_is_wrong_is_said_with_its_place)
{
	struct config *config = NULL;
	int err = load(wrongs[_i].text, &config);

	/* An unknown field is warned of. */
	ck_assert_msg(said(wrongs[_i].wrong), "%s: nothing at %s", wrongs[_i].text,
	    wrongs[_i].wrong);
	ck_assert(err == ERR_INVALID || strstr(wrongs[_i].text, "from") != NULL);
	if (err == 0)
		config_free(config);
}
END_TEST

START_TEST(a_secret_that_others_can_read_or_write_is_none)
{
	static const mode_t modes[] = { 0604, 0620, 0602, 0644 };
	struct config *config;
	char text[600];

	snprintf(text, sizeof(text), "transfer: {tsig: [{name: k, secretFile: %s}]}", secret_path);
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		write_secret("MDEyMzQ1Njc4OWFiY2RlZg==", modes[i]);
		ck_assert_int_eq(load(text, &config), ERR_INVALID);
	}
	write_secret("MDEyMzQ1Njc4OWFiY2RlZg==", 0640);
	ck_assert_int_eq(load(text, &config), 0);
	config_free(config);
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("config_transfer");
	TCase *tcase = tcase_create("config_transfer");

	suite_add_tcase(suite, tcase);
	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, by_default_nobody_may_have_a_zone);
	tcase_add_test(tcase, networks_addresses_and_keys_are_read);
	tcase_add_loop_test(tcase, what_is_wrong_is_said_with_its_place, 0,
	    sizeof(wrongs) / sizeof(wrongs[0]));
	tcase_add_test(tcase, a_secret_that_others_can_read_or_write_is_none);
	return suite;
}
