/* test_config_autopath.c - dns.autopath: defaults, networks, and the search list of a resolv.conf. */
#include "daemon/config_autopath.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/err.h"
#include "daemon/config.h"
#include "dns/autopath.h"
#include "dns/name.h"
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
	bool on;
} switches[] = {
	{ "", false }, { "dns: {autopath: false}\n", false }, { "dns: {autopath: ~}\n", false },
	{ "dns: {autopath: true}\n", true }, { "dns: {autopath: {}}\n", true },
};

START_TEST(it_is_off_unless_it_is_stated)
{
	struct config *config;

	ck_assert_int_eq(load(switches[_i].text, &config), 0);
	ck_assert((config->dns.autopath.made != NULL) == switches[_i].on);
	ck_assert(!switches[_i].on || config->dns.autopath.made->pods);
	config_free(config);
}
END_TEST

START_TEST(networks_are_taken_to_be_in_namespaces)
{
	struct config *config;

	ck_assert_int_eq(load("dns: {autopath: {pods: false, networks: [{cidr: 10.8.0.0/24, "
	    "namespace: shop}, {cidr: \"fd00::/64\", namespace: store-2}]}}\n", &config), 0);
	const struct autopath *autopath = config->dns.autopath.made;
	ck_assert(!autopath->pods);
	ck_assert_uint_eq(autopath->network_count, 2);
	ck_assert_uint_eq(autopath->networks[0].network.bits, 24);
	ck_assert_mem_eq(autopath->networks[0].ns, "\4shop", 5);
	ck_assert_mem_eq(autopath->networks[1].ns, "\7store-2", 8);
	config_free(config);
}
END_TEST

static const struct {
	const char *text;               /* of the resolv.conf; NULL: there is none */
	const char *names[4];
} lists[] = {
	{ NULL, { NULL } },
	{ "nameserver 192.0.2.1\n", { NULL } },
	{ "search corp.example lab.corp.example\n", { "corp.example", "lab.corp.example" } },
	{ "domain corp.example\n", { "corp.example" } },
	{ "search a.example\nnameserver 192.0.2.1\nsearch\tB.Example. c.example\n",
	  { "b.example", "c.example" } },
	{ "search a.example\ndomain b.example\n", { "b.example" } },
	{ "# search a.example\n; search b.example\nsearching c.example\n", { NULL } },
	{ "search . a..b x.example\r\n", { "x.example" } },
};

START_TEST(the_hosts_search_list_is_read)
{
	struct config *config;
	char text[400];

	if (lists[_i].text != NULL)
		scratch_write(&scratch, "resolv.conf", lists[_i].text, strlen(lists[_i].text));
	snprintf(text, sizeof(text), "dns: {autopath: {resolvConf: %s/resolv.conf}}\n",
	    scratch.path);
	ck_assert_int_eq(load(text, &config), 0);
	const struct autopath *autopath = config->dns.autopath.made;
	size_t count = 0;
	for (; count < 4 && lists[_i].names[count] != NULL; count++) {
		uint8_t name[DNS_NAME_MAX];
		size_t len;

		ck_assert_uint_lt(count, autopath->search_count);
		ck_assert_int_eq(name_from_text(lists[_i].names[count], name, &len), 0);
		ck_assert_mem_eq(autopath->search[count], name, len);
	}
	ck_assert_uint_eq(autopath->search_count, count);
	config_free(config);
}
END_TEST

START_TEST(a_list_of_many_names_is_cut)
{
	struct config *config;
	char text[4000] = "search";

	for (unsigned i = 0; i < 40; i++)
		snprintf(text + strlen(text), 20, " n%u.example", i);
	scratch_write(&scratch, "resolv.conf", text, strlen(text));
	snprintf(text, sizeof(text), "dns: {autopath: {resolvConf: %s/resolv.conf}}\n",
	    scratch.path);
	ck_assert_int_eq(load(text, &config), 0);
	ck_assert_uint_eq(config->dns.autopath.made->search_count, CONFIG_SEARCH_MAX);
	config_free(config);
}
END_TEST

/* Such a file would keep whoever reads it for ever. */
START_TEST(a_file_that_never_ends_has_no_list)
{
	struct config *config;
	char file[300], text[400];

	snprintf(file, sizeof(file), "%s/resolv.conf", scratch.path);
	if (_i == 0)
		ck_assert_int_eq(mkfifo(file, 0600), 0);
	else
		ck_assert_int_eq(symlink("/dev/zero", file), 0);
	snprintf(text, sizeof(text), "dns: {autopath: {resolvConf: %s}}\n", file);
	ck_assert_int_eq(load(text, &config), 0);
	ck_assert_uint_eq(config->dns.autopath.made->search_count, 0);
	config_free(config);
}
END_TEST

START_TEST(a_huge_file_has_no_list)
{
	struct config *config;
	char file[300], text[400];

	scratch_write(&scratch, "resolv.conf", "search x.example\n", 17);
	snprintf(file, sizeof(file), "%s/resolv.conf", scratch.path);
	ck_assert_int_eq(truncate(file, 65537), 0);
	snprintf(text, sizeof(text), "dns: {autopath: {resolvConf: %s}}\n", file);
	ck_assert_int_eq(load(text, &config), 0);
	ck_assert_uint_eq(config->dns.autopath.made->search_count, 0);
	config_free(config);
}
END_TEST

static const struct {
	const char *text;
	const char *said;
} wrong[] = {
	{ "dns: {autopath: 3}\n", "true, false, or a mapping" },
	{ "dns: {autopath: {networks: [{cidr: 10.8.0.0/24}]}}\n", "namespace" },
	{ "dns: {autopath: {networks: [{namespace: a}]}}\n", "cidr" },
	{ "dns: {autopath: {networks: [{cidr: 10.8.0.1/24, namespace: a}]}}\n",
	  "must be a network" },
	{ "dns: {autopath: {networks: [{cidr: 10.8.0.0/24, namespace: A.b}]}}\n",
	  "must be a namespace" },
	{ "dns: {autopath: {resolvConf: resolv.conf}}\n", "must be an absolute path" },
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

/* What is known of Pods lies with the answers. */
START_TEST(answers_are_made_anew_where_pods_must_be_known)
{
	const struct config_autopath off = { .pods = true }, on = { .on = true, .pods = true },
	    others = { .on = true };

	ck_assert(config_autopath_same(&off, &others));
	ck_assert(!config_autopath_same(&off, &on));
	ck_assert(!config_autopath_same(&on, &others));
}
END_TEST

Suite *
suite(void)
{
	Suite *suite = suite_create("config_autopath");
	TCase *t = tcase_create("config_autopath");

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_loop_test(t, it_is_off_unless_it_is_stated, 0,
	    (int)(sizeof(switches) / sizeof(switches[0])));
	tcase_add_test(t, networks_are_taken_to_be_in_namespaces);
	tcase_add_loop_test(t, the_hosts_search_list_is_read, 0,
	    (int)(sizeof(lists) / sizeof(lists[0])));
	tcase_add_test(t, a_list_of_many_names_is_cut);
	tcase_add_loop_test(t, a_file_that_never_ends_has_no_list, 0, 2);
	tcase_add_test(t, a_huge_file_has_no_list);
	tcase_add_loop_test(t, what_is_wrong_is_told_with_its_place, 0,
	    (int)(sizeof(wrong) / sizeof(wrong[0])));
	tcase_add_test(t, answers_are_made_anew_where_pods_must_be_known);
	suite_add_tcase(suite, t);
	return suite;
}
