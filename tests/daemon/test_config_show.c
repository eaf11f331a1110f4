/* test_config_show.c - the settings that hold, as they can be read back. */
#include "daemon/config_show.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/strbuf.h"
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

/* What holds with this file. */
static json_t *
shown(const char *text)
{
	struct config_flags flags = { .file = path };
	struct config *config = NULL;
	json_t *found;
	int err;

	scratch_write(&scratch, "rollcall.yaml", text, strlen(text));
	err = config_load(&flags, diag, &config);
	diag_print(diag, SEVERITY_WARNING, stderr);
	ck_assert_int_eq(err, 0);
	found = config_show(config);
	config_free(config);
	ck_assert_ptr_nonnull(found);
	return found;
}

static const char *const files[] = {
	"",
	"clusterDomain: example.test\nlisten: 127.0.0.1:1053\nthreads: 2\n",
	"dns: {ttl: 30, pods: verified, cookies: {required: true}, nsid: here, namespaces: [a, b], "
	"rrl: {responsesPerSecond: 10}, autopath: true}\n",
	"forward: [{zone: test, upstreams: ['127.0.0.1:5300'], policy: sequential}]\n"
	"cache: {size: 1Mi, serveStale: 1h, prefetch: false}\n",
	"externalZone: {zone: out.test, headless: true}\nlocalZones: false\nhosts: [/etc/hosts]\n"
	"ingressAddresses: [192.0.2.1]\nloadBalancerCIDRs: [192.0.2.0/28]\n",
};

START_TEST(what_is_shown_can_be_read_back_and_means_the_same)
{
	struct strbuf yaml = STRBUF_INIT;
	json_t *first = shown(files[_i]);
	json_t *second;

	config_show_yaml(first, &yaml);
	second = shown(yaml.text);
	ck_assert_msg(json_equal(first, second), "%s", yaml.text);
	json_decref(first);
	json_decref(second);
	strbuf_release(&yaml);
}
END_TEST

START_TEST(values_stand_under_their_names)
{
	json_t *found = shown("dns: {ttl: 7, ttlNegative: 3}\ntcp: {idle: 250ms}\n");
	const char *text = NULL;
	json_int_t ttl = 0, negative = 0;

	ck_assert_int_eq(json_unpack(found, "{s:{s:I, s:I}, s:{s:s}}", "dns", "ttl", &ttl,
	    "ttlNegative", &negative, "tcp", "idle", &text), 0);
	ck_assert_int_eq(ttl, 7);
	ck_assert_int_eq(negative, 3);
	ck_assert_str_eq(text, "250ms");
	json_decref(found);
}
END_TEST

START_TEST(secrets_are_hidden)
{
	json_t *found = shown("transfer: {tsig: [{name: k.test, algorithm: hmac-sha256, secret: "
	    "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0}]}\n");
	char *text = json_dumps(found, 0);

	ck_assert_ptr_nonnull(strstr(text, "k.test"));
	ck_assert_ptr_nonnull(strstr(text, "(hidden)"));
	ck_assert_ptr_null(strstr(text, "c2VjcmV0"));
	free(text);
	json_decref(found);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("config_show");
	TCase *tc = tcase_create("config_show");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_loop_test(tc, what_is_shown_can_be_read_back_and_means_the_same, 0,
	    sizeof(files) / sizeof(files[0]));
	tcase_add_test(tc, values_stand_under_their_names);
	tcase_add_test(tc, secrets_are_hidden);
	suite_add_tcase(s, tc);
	return s;
}
