/* test_config.c - defaults, file and flags make one configuration; what is wrong is told with its place. */
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
	diag = diag_new();
	setenv("XDG_STATE_HOME", scratch.path, 1);
}

static void
tear_down(void)
{
	diag_free(diag);
	scratch_remove(&scratch);
}

static int
load(const char *text, struct config_flags *flags, struct config **config)
{
	struct config_flags none = { .file = path };

	scratch_write(&scratch, "rollcall.yaml", text, strlen(text));
	if (flags != NULL)
		flags->file = path;
	return config_load(flags != NULL ? flags : &none, diag, config);
}

/* What was said about the file, its path cut off. */
static const char *
said(size_t i)
{
	static char line[1024];
	const struct diag_entry *entry = diag_at(diag, i);
	size_t prefix = strlen(path) + 1;

	if (entry == NULL)
		return "";
	diag_format(entry, line, sizeof(line));
	return strncmp(line, path, prefix - 1) == 0 ? line + prefix : line;
}

START_TEST(an_empty_file_gives_the_documented_defaults)
{
	char text[CIDR_TEXT_SIZE];
	struct config *config;

	ck_assert_int_eq(load("", NULL, &config), 0);
	ck_assert_str_eq(config->cluster_domain, "cluster.local");
	ck_assert_uint_eq(config->listen_count, 0);
	ck_assert_uint_eq(config->threads, 0);
	ck_assert_str_eq(config->zones[0], "/etc/rollcall/zones");
	ck_assert_str_eq(cidr_text(&config->service_cidrs[0], text), "10.96.0.0/12");
	ck_assert_uint_eq(config->node_port_first, 30000);
	ck_assert_uint_eq(config->node_port_last, 32767);
	ck_assert_uint_eq(config->dns.ttl_s, 5);
	ck_assert_uint_eq(config->dns.ttl_negative_s, 5);
	ck_assert_uint_eq(config->dns.udp_size, 1232);
	ck_assert_uint_eq(config->dns.allow_from_count, 9);
	ck_assert_uint_eq(config->dns.allow_forward_count, 9);
	ck_assert_uint_eq(config->tls.listen_count, 0);
	ck_assert_uint_eq(config->dns.reverse_zone_count, 2);
	ck_assert_uint_eq(config->probes.max_concurrent, 4096);
	ck_assert(config->probes.exec.enabled);
	ck_assert_str_eq(config->probes.exec.user, "nobody");
	ck_assert_uint_eq(config->http.listen.port, 8053);
	ck_assert_str_eq(config->user, "rollcall");
	ck_assert(!config->user_stated);
	ck_assert_uint_eq(diag_count(diag, SEVERITY_WARNING), 0);
	config_free(config);
}
END_TEST

START_TEST(the_file_is_taken)
{
	struct config *config;
	char text[ADDR_PORT_TEXT_SIZE];

	ck_assert_int_eq(load("clusterDomain: Example.ORG.\n"
	    "listen: [\"127.0.0.1:5300\", \"[::1]:5300\"]\n"
	    "threads: 3\n"
	    "zones: [/a, /b]\n"
	    "serviceCIDRs: [10.0.0.0/16, \"fd00::/112\"]\n"
	    "serviceNodePortRange: 31000-31100\n"
	    "dns: {ttl: 30, ttlNegative: 2, pods: verified, allowFrom: all, zonal: true, "
	    "allowForwardFrom: 10.0.0.0/8}\n"
	    "probes: {exec: {enabled: false}, maxConcurrent: 7, allowHost: [192.0.2.1]}\n"
	    "tcp: {maxClients: 9, idle: 3s}\n"
	    "listenTLS: {listen: 127.0.0.1:853, certificate: /c, key: /k}\n"
	    "http: {listen: \"\"}\n"
	    "user: \"\"\n"
	    "state: {dir: /s}\n", NULL, &config), 0);
	ck_assert_str_eq(config->cluster_domain, "example.org");
	ck_assert_str_eq(addr_port_text(&config->listen[1], text), "[::1]:5300");
	ck_assert_uint_eq(config->threads, 3);
	ck_assert_uint_eq(config->zone_count, 2);
	ck_assert_uint_eq(config->service_cidr_count, 2);
	ck_assert_uint_eq(config->node_port_last, 31100);
	ck_assert_uint_eq(config->dns.ttl_headless_s, 30);
	ck_assert_uint_eq(config->dns.ttl_negative_s, 2);
	ck_assert_uint_eq(config->dns.pods, POD_NAMES_VERIFIED);
	ck_assert_uint_eq(config->dns.allow_from_count, 2);
	ck_assert(config->dns.zonal && !config->probes.exec.enabled);
	ck_assert_uint_eq(config->probes.allow_hosts[0].bits, 32);
	ck_assert_uint_eq(config->tcp.idle_ms, 3000);
	ck_assert_uint_eq(config->dns.allow_forward_count, 1);
	ck_assert_uint_eq(config->tls.listen[0].port, 853);
	ck_assert_str_eq(config->tls.key, "/k");
	ck_assert_str_eq(config->http.listen_text, "");
	ck_assert(config->user_stated);
	ck_assert_str_eq(config->state_dir, "/s");
	config_free(config);
}
END_TEST

START_TEST(flags_win_and_replace_lists)
{
	char *argv[] = { "rollcalld", "--zones", "/x", "--zones=/y", "--listen", "127.0.0.1:0",
		"--threads", "2", "--service-cidr", "10.1.0.0/16", "--state-dir", "/t", "--http",
		"127.0.0.1:0", "--cluster-domain", "b.example", NULL };
	struct config_flags flags;
	struct config *config;

	ck_assert_int_eq(config_flags_read(16, argv, &flags), 0);
	ck_assert_int_eq(
	    load("zones: [/a]\nthreads: 9\nserviceCIDRs: [10.2.0.0/16]\nstate: {dir: /s}\n", &flags,
		&config),
	    0);
	ck_assert_uint_eq(config->zone_count, 2);
	ck_assert_str_eq(config->zones[1], "/y");
	ck_assert_uint_eq(config->threads, 2);
	ck_assert_uint_eq(config->service_cidr_count, 1);
	ck_assert_uint_eq(config->service_cidrs[0].base.octets[1], 1);
	ck_assert_str_eq(config->state_dir, "/t");
	ck_assert_uint_eq(config->http.listen.port, 0);
	ck_assert_str_eq(config->cluster_domain, "b.example");
	config_free(config);
	config_flags_release(&flags);
}
END_TEST

START_TEST(no_state_keeps_nothing)
{
	struct config_flags flags = { .no_state = true };
	struct config *config;

	ck_assert_int_eq(load("state: {dir: /s}\n", &flags, &config), 0);
	ck_assert_ptr_null(config->state_dir);
	config_free(config);
}
END_TEST

#define LONG "a-label-of-sixty-octets-which-is-three-short-of-the-longest-"   /* and one more */

static const struct {
	const char *text;
	const char *place;      /* line:column: error: how it begins */
	const char *part;       /* what it has to contain */
} wrong[] = {
	{ "dns:\n  ttl: many\n", "2:8: error: ", "dns.ttl" },
	{ "dns:\n  ttlNegative: 301\n", "2:16: error: ", "300" },
	{ "dns: {pods: maybe}\n", "1:13: error: ", "insecure" },
	{ "listen: [here]\n", "1:10: error: ", "ADDRESS:PORT" },
	{ "serviceCIDRs: [10.96.0.1/12]\n", "1:16: error: ", "without host bits" },
	{ "serviceNodePortRange: 32767-30000\n", "1:23: error: ", "30000-32767" },
	{ "serviceCIDRs: []\n", "1:15: error: ", "serviceCIDRs must name" },
	{ "serviceCIDRs: [10.96.0.0/12, 10.100.0.0/16]\n", "1:30: error: ", "serviceCIDRs 10.100.0.0/16 overlaps" },
	{ "loadBalancerCIDRs:\n- 10.0.0.0/8\n- 10.0.0.0/24\n", "3:3: error: ", "overlaps 10.0.0.0/8" },
	{ "dns: {allowFrom: []}\n", "1:18: error: ", "dns.allowFrom must name" },
	{ "dns: {allowForwardFrom: []}\n", "1:25: error: ", "dns.allowForwardFrom must name" },
	{ "dns: {allowForwardFrom: [us]}\n", "1:26: error: ", "loopback" },
	{ "listenTLS: {listen: [here]}\n", "1:22: error: ", "ADDRESS:PORT" },
	{ "listenTLS: {listen: \"[::1]:853\"}\n", "1:12: error: ", "listenTLS.certificate must" },
	{ "listenTLS: {listen: \"[::1]:853\", certificate: /c}\n", "1:12: error: ",
	  "listenTLS.key must" },
	{ "listenTLS: {certificate: c.pem}\n", "1:26: error: ", "absolute" },
	{ "threads: 257\n", "1:10: error: ", "256" },
	{ "zones: {a: b}\n", "1:8: error: ", "zones" },
	{ "user: [x]\n", "1:7: error: ", "user" },
	{ "state: {dir: state}\n", "1:14: error: ", "absolute" },
	{ "state: none\n", "1:8: error: ", "state" },
	{ "probes: {maxConcurrent: 0}\n", "1:25: error: ", "probes.maxConcurrent" },
	{ "probes: {exec: {enabled: maybe}}\n", "1:26: error: ", "probes.exec.enabled" },
	{ "http: {socket: run/api.sock}\n", "1:16: error: ", "http.socket" },
	{ "http: {tokenFile: token}\n", "1:19: error: ", "http.tokenFile" },
	{ "probes: {exec: {socket: run/exec}}\n", "1:25: error: ", "absolute" },
	{ "probes: {exec: {user: 5}}\n", "1:23: error: ", "probes.exec.user" },
	{ "probes: {allowHost: [here]}\n", "1:22: error: ", "network" },
	{ "dns: {ttlClusterIP: -1}\n", "1:21: error: ", "dns.ttlClusterIP" },
	{ "dns: {ttlHeadless: 86401}\n", "1:20: error: ", "86400" },
	{ "dns: {endpointPodNames: 1}\n", "1:25: error: ", "endpointPodNames" },
	{ "dns: {ignoreEmptyService: {}}\n", "1:27: error: ", "ignoreEmptyService" },
	{ "dns: {zonal: often}\n", "1:14: error: ", "dns.zonal" },
	{ "dns: {udpSize: 511}\n", "1:16: error: ", "512" },
	{ "dns: {nsAddresses: [ns.example]}\n", "1:21: error: ", "nsAddresses" },
	{ "tcp: {maxClients: many}\n", "1:19: error: ", "tcp.maxClients" },
	{ "tcp: {idle: 10 parsecs}\n", "1:13: error: ", "tcp.idle" },
	{ "dns: {allowFrom: [everybody]}\n", "1:19: error: ", "loopback" },
	{ "clusterDomain: not_a_name\n", "1:16: error: ", "DNS name" },
	{ "clusterDomain: " LONG "x." LONG "x." LONG "x." LONG "x\n", "1:16: error: ", "too long" },
	{ "dns: {namespaces: [shop, Shop]}\n", "1:26: error: ", "name of a namespace" },
	{ "dns: {fallthrough: [a..b]}\n", "1:21: error: ", "DNS name" },
	{ "dns: {reverseZones: [example.com]}\n", "1:22: error: ", "in-addr.arpa" },
	{ "dns: {reverseZones: 10.0.0.1/8}\n", "1:21: error: ", "host bits" },
	{ "dns: {reverseZones: [256.in-addr.arpa]}\n", "1:22: error: ", "in-addr.arpa" },
	{ "probes: {exec: {path: [bin]}}\n", "1:24: error: ", "absolute" },
	{ "http: {listen: 8053}\n", "1:16: error: ", "http.listen" },
	{ "http: {listen: \"8053\"}\n", "1:16: error: ", "ADDRESS:PORT" },
	{ "ingressAddresses: [192.0.2.1, here]\n", "1:31: error: ", "ingressAddresses" },
	{ "externalZone: ext.cluster.local\n", "1:15: error: ", "lies in clusterDomain" },
	{ "externalZone: Cluster.Local.\n", "1:15: error: ", "lies in clusterDomain" },
	{ "clusterDomain: a.b.example\nexternalZone: {zone: example}\n", "2:22: error: ",
	    "externalZone example has clusterDomain in it" },
	{ "externalZone: 10.in-addr.arpa\n", "1:15: error: ", "reverse names" },
	{ "externalZone: not_a_name\n", "1:15: error: ", "DNS name" },
	{ "externalZone: [a]\n", "1:15: error: ", "DNS name" },
	{ "externalZone: {headless: true}\n", "1:15: error: ", "zone" },
	{ "externalZone: {zone: a.example, ttl: x}\n", "1:38: error: ", "ttl" },
	{ "a: [\n", "", "error: " },
	{ "listen: 1\nlisten: 2\n", "2:1: error: ", "listen" },
};

START_TEST(what_is_wrong_is_told_with_its_place)
{
	struct config *config;

	ck_assert_int_eq(load(wrong[_i].text, NULL, &config), ERR_INVALID);
	ck_assert_msg(
	    strncmp(said(0), wrong[_i].place, strlen(wrong[_i].place)) == 0, "%s", said(0));
	ck_assert_msg(strstr(said(0), wrong[_i].part) != NULL, "%s", said(0));
}
END_TEST

START_TEST(all_errors_of_a_file_are_told)
{
	struct config *config;

	ck_assert_int_eq(
	    load("threads: 0\ndns: {udpSize: 100}\nserviceCIDRs: [x]\n", NULL, &config),
	    ERR_INVALID);
	ck_assert_uint_eq(diag_count(diag, SEVERITY_ERROR), 3);
}
END_TEST

START_TEST(an_unknown_setting_is_a_warning_with_the_likely_name)
{
	struct config *config;

	ck_assert_int_eq(load("dns:\n  tll: 5\n", NULL, &config), 0);
	ck_assert_uint_eq(diag_count(diag, SEVERITY_WARNING), 1);
	ck_assert_ptr_nonnull(strstr(said(0), "2:3: warning: "));
	ck_assert_ptr_nonnull(strstr(said(0), "ttl"));
	config_free(config);
}
END_TEST

START_TEST(the_node_is_called_as_stated_or_as_its_host)
{
	struct config *config;

	ck_assert_int_eq(load("nodeName: worker-1\n", NULL, &config), 0);
	ck_assert_str_eq(config->node_name, "worker-1");
	config_free(config);
	ck_assert_int_eq(load("nodeName: \"\"\n", NULL, &config), 0);
	ck_assert_ptr_nonnull(config->node_name);
	ck_assert_str_ne(config->node_name, "worker-1");
	config_free(config);
	ck_assert_int_eq(load("nodeName: Worker_1\n", NULL, &config), ERR_INVALID);
	ck_assert_ptr_nonnull(strstr(said(0), "1:11: error: "));
}
END_TEST

START_TEST(settings_of_later_versions_are_left_aside_with_a_warning)
{
	struct config *config;

	ck_assert_int_eq(load("dataplane: {}\n", NULL, &config), 0);
	ck_assert_uint_eq(diag_count(diag, SEVERITY_WARNING), 1);
	ck_assert_ptr_nonnull(strstr(said(0), "not served yet"));
	config_free(config);
}
END_TEST

START_TEST(networks_that_overlap_are_refused)
{
	struct config *config;

	ck_assert_int_eq(
	    load("serviceCIDRs: [10.96.0.0/12, 10.100.0.0/16]\n", NULL, &config), ERR_INVALID);
	ck_assert_ptr_nonnull(strstr(said(0), "overlaps"));
}
END_TEST

START_TEST(a_configured_file_has_to_be_there)
{
	struct config_flags flags = { .file = "/nowhere/rollcall.yaml" };
	struct config *config;

	ck_assert_int_eq(config_load(&flags, diag, &config), ERR_INVALID);
	ck_assert_ptr_nonnull(strstr(said(0), "No such file"));
}
END_TEST

static char *bad_flags[][4] = {
	{ "rollcalld", "--nothing", NULL },
	{ "rollcalld", "--zones", NULL },
	{ "rollcalld", "word", NULL },
	{ "rollcalld", "--no-state", "--state-dir=/x", NULL },
};

START_TEST(bad_command_lines_are_refused)
{
	struct config_flags flags;
	int argc = 0;

	while (bad_flags[_i][argc] != NULL)
		argc++;
	ck_assert_int_eq(config_flags_read(argc, bad_flags[_i], &flags), ERR_INVALID);
}
END_TEST

START_TEST(bad_values_of_flags_are_named)
{
	char *argv[] = { "rollcalld", "--threads", "0", "--listen", "53", "--service-cidr",
		"10.0.0.1/8", NULL };
	struct config_flags flags;
	struct config *config;

	ck_assert_int_eq(config_flags_read(7, argv, &flags), 0);
	ck_assert_int_eq(load("", &flags, &config), ERR_INVALID);
	ck_assert_uint_eq(diag_count(diag, SEVERITY_ERROR), 3);
	config_flags_release(&flags);
}
END_TEST

START_TEST(the_external_zone_is_taken_as_a_name_or_with_its_settings)
{
	static const char *const texts[] = {
		"externalZone: Ext.Example.\ndns: {ttl: 9}\n",
		"externalZone: {zone: ext.example, ttl: 9, headless: true}\n", "externalZone: \"\"\n",
	};
	struct config *configs[3];

	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(load(texts[i], NULL, &configs[i]), 0);
		if (i < 2) {
			ck_assert_str_eq(configs[i]->external.zone, "ext.example");
			ck_assert_uint_eq(configs[i]->external.ttl_s, 9);
		}
	}
	ck_assert(!configs[0]->external.headless && configs[1]->external.headless);
	ck_assert_ptr_null(configs[2]->external.zone);
	ck_assert(!config_same_answers(configs[0], configs[1]));
	ck_assert(!config_same_answers(configs[0], configs[2]));
	for (int i = 0; i < 3; i++)
		config_free(configs[i]);
}
END_TEST

START_TEST(addresses_of_ingresses_are_part_of_the_answers)
{
	struct config *a, *b;

	ck_assert_int_eq(load("ingressAddresses: [192.0.2.1, '2001:db8::1']\n", NULL, &a), 0);
	ck_assert_int_eq(load("ingressAddresses: [192.0.2.1]\n", NULL, &b), 0);
	ck_assert_uint_eq(a->ingress_address_count, 2);
	ck_assert(!config_same_answers(a, b));
	config_free(a);
	config_free(b);
}
END_TEST

START_TEST(the_external_zone_may_not_hold_what_a_flag_makes_the_cluster_domain)
{
	struct config_flags flags = { .cluster_domain = "svc.ext.example" };
	struct config *config;

	ck_assert_int_eq(load("externalZone: ext.example\n", &flags, &config), ERR_INVALID);
}
END_TEST

START_TEST(a_reload_knows_what_needs_a_restart_and_what_changes_answers)
{
	const char *names[CONFIG_RESTART_MAX];
	struct config *a, *b, *c;

	ck_assert_int_eq(load("dns: {ttl: 5}\n", NULL, &a), 0);
	ck_assert_int_eq(load("dns: {ttl: 6, allowFrom: all}\nzones: [/z]\n", NULL, &b), 0);
	ck_assert_int_eq(load("dns: {ttl: 5, allowFrom: all, allowForwardFrom: all}\nthreads: 4\n"
	    "user: x\nlistenTLS: {listen: '[::1]:853', certificate: /c, key: /k}\n", NULL, &c), 0);
	ck_assert_uint_eq(config_needs_restart(a, b, names), 0);
	ck_assert_uint_eq(config_needs_restart(a, c, names), 3);
	ck_assert_str_eq(names[0], "threads");
	ck_assert_str_eq(names[1], "user");
	ck_assert_str_eq(names[2], "listenTLS");
	ck_assert(!config_same_answers(a, b));
	ck_assert(config_same_answers(a, c));
	config_free(a);
	config_free(b);
	config_free(c);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("config");
	TCase *t = tcase_create("config");

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, an_empty_file_gives_the_documented_defaults);
	tcase_add_test(t, the_file_is_taken);
	tcase_add_test(t, flags_win_and_replace_lists);
	tcase_add_test(t, no_state_keeps_nothing);
	tcase_add_loop_test(
	    t, what_is_wrong_is_told_with_its_place, 0, sizeof(wrong) / sizeof(wrong[0]));
	tcase_add_test(t, all_errors_of_a_file_are_told);
	tcase_add_test(t, addresses_of_ingresses_are_part_of_the_answers);
	tcase_add_test(t, the_external_zone_is_taken_as_a_name_or_with_its_settings);
	tcase_add_test(t, the_external_zone_may_not_hold_what_a_flag_makes_the_cluster_domain);
	tcase_add_test(t, an_unknown_setting_is_a_warning_with_the_likely_name);
	tcase_add_test(t, the_node_is_called_as_stated_or_as_its_host);
	tcase_add_test(t, settings_of_later_versions_are_left_aside_with_a_warning);
	tcase_add_test(t, networks_that_overlap_are_refused);
	tcase_add_test(t, a_configured_file_has_to_be_there);
	tcase_add_loop_test(
	    t, bad_command_lines_are_refused, 0, sizeof(bad_flags) / sizeof(bad_flags[0]));
	tcase_add_test(t, bad_values_of_flags_are_named);
	tcase_add_test(t, a_reload_knows_what_needs_a_restart_and_what_changes_answers);
	suite_add_tcase(s, t);
	return s;
}
