/* config_table.c - every setting of rollcall.yaml, named once. */
#include "daemon/config_table.h"

#include <stdio.h>
#include <string.h>

#include "base/addr.h"
#include "base/text.h"
#include "daemon/config.h"
#include "daemon/config_external.h"
#include "daemon/config_forward.h"
#include "daemon/config_transfer.h"
#include "daemon/config_zones.h"
#include "dns/reverse.h"
#include "source/doc.h"

/* The longest of the names that are always there; what a name takes as text (RFC 1035, 2.3.4). */
#define LONGEST_FIXED "dns-version."
#define DNS_TEXT_MAX 253

/* ---- rules ---- */

const char *
config_listen_rule(const char *text)
{
	struct addr_port where;

	return addr_port_parse(text, &where) == 0 ? NULL :
	    "must be ADDRESS:PORT, like 127.0.0.1:53 or [::1]:53";
}

const char *
config_cidr_rule(const char *text)
{
	struct cidr cidr;

	return cidr_parse(text, &cidr) == 0 ? NULL :
	    "must be a network without host bits, like 10.96.0.0/12";
}

/* Lower case, without a last dot; false where it is longer than any name. */
static bool
fold_name(const char *text, char name[256])
{
	size_t len = strlen(text);

	if (len > 0 && text[len - 1] == '.')
		len--;
	if (len >= 256)
		return false;
	for (size_t i = 0; i < len; i++)
		name[i] = (char)(text[i] >= 'A' && text[i] <= 'Z' ? text[i] + 32 : text[i]);
	name[len] = '\0';
	return true;
}

const char *
config_domain_rule(const char *text)
{
	char name[256];

	if (!fold_name(text, name) || !text_is_dns1123_subdomain(name))
		return "must be a DNS name, like cluster.local";
	return strlen(name) + strlen(LONGEST_FIXED) <= DNS_TEXT_MAX ? NULL :
	    "is too long for the names below it, like " LONGEST_FIXED "ZONE";
}

static const char *
namespace_rule(const char *text)
{
	return text_is_dns1123_label(text) ? NULL : "must be the name of a namespace";
}

static const char *
node_rule(const char *text)
{
	return *text == '\0' || text_is_dns1123_subdomain(text) ? NULL :
	    "must be the name of a node, like worker-1";
}

static const char *
fallthrough_rule(const char *text)
{
	char name[256];

	if (strcmp(text, "*") == 0 || (fold_name(text, name) && text_is_dns1123_subdomain(name)))
		return NULL;
	return "must be a DNS name, or * for all";
}

static int
ignore_zone(void *arg, const struct cidr *zone)
{
	(void)arg;
	(void)zone;
	return 0;
}

static const char *
reverse_rule(const char *text)
{
	return reverse_expand(text, ignore_zone, NULL) == 0 ? NULL :
	    "must be a network without host bits, like 10.0.0.0/8, or a name in in-addr.arpa or "
	    "ip6.arpa";
}

static const char *
folder_rule(const char *text)
{
	return text[0] == '/' ? NULL : "must be an absolute path";
}

/* sockaddr_un has room for 108 octets with the NUL. */
static const char *
socket_rule(const char *text)
{
	return text[0] == '/' && strlen(text) < 108 ? NULL :
	    "must be an absolute path of at most 107 octets";
}

/* DESIGN: what `private` is. */
static const char *const private_networks[] = {
	"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16",
	"fc00::/7", "fe80::/10",
};
static const char *const loopback_networks[] = { "127.0.0.0/8", "::1/128" };
static const char *const all_networks[] = { "0.0.0.0/0", "::/0" };
static const struct {
	const char *word;
	const char *const *networks;
	size_t count;
} network_words[] = {
	{ "private", private_networks, 7 },
	{ "loopback", loopback_networks, 2 },
	{ "all", all_networks, 2 },
};

size_t
config_networks(const char *text, struct cidr networks[CONFIG_NETWORKS_MAX])
{
	for (size_t w = 0; w < sizeof(network_words) / sizeof(network_words[0]); w++) {
		if (strcmp(text, network_words[w].word) != 0)
			continue;
		for (size_t i = 0; i < network_words[w].count; i++)
			cidr_parse(network_words[w].networks[i], &networks[i]);
		return network_words[w].count;
	}
	if (cidr_parse(text, &networks[0]) == 0)
		return 1;
	memset(&networks[0], 0, sizeof(networks[0]));
	if (addr_parse(text, &networks[0].base) != 0)
		return 0;
	networks[0].bits = (uint8_t)(8 * addr_len(&networks[0].base));
	return 1;
}

const char *
config_network_rule(const char *text)
{
	struct cidr networks[CONFIG_NETWORKS_MAX];

	return config_networks(text, networks) > 0 ? NULL :
	    "must be a network, an address, or one of loopback, private, all";
}

static const char *
port_range_rule(const char *text)
{
	uint16_t first, last;

	return text_to_port_range(text, &first, &last) ? NULL :
	    "must be FIRST-LAST, like 30000-32767";
}

/*
 * Networks of which two overlap: said at the second one.  A text that is none has been said
 * already.
 */
static void
check_overlaps(struct field_context *context, const struct doc_node *list, const char *below)
{
	char a[CIDR_TEXT_SIZE], b[CIDR_TEXT_SIZE];
	struct cidr one, other;

	if (list == NULL || list->type != DOC_LIST)
		return;
	for (size_t i = 0; i < list->count; i++) {
		const struct doc_node *item = list->items[i];

		if (item->type != DOC_STRING || cidr_parse(item->text, &one) != 0)
			continue;
		for (size_t j = 0; j < i; j++) {
			const struct doc_node *before = list->items[j];

			if (before->type == DOC_STRING && cidr_parse(before->text, &other) == 0 &&
			    cidr_overlaps(&one, &other))
				field_error(context, item, below, "%s overlaps %s",
				    cidr_text(&one, a), cidr_text(&other, b));
		}
	}
}

static void
check_not_empty(struct field_context *context, const struct doc_node *list, const char *below,
    const char *rule)
{
	if (list != NULL && list->type == DOC_LIST && list->count == 0)
		field_error(context, list, below, "%s", rule);
}

static void
check_dns(struct field_context *context, const struct doc_node *node, void *target)
{
	(void)target;
	check_not_empty(context, doc_find(node, "allowFrom"), ".allowFrom",
	    "must name at least one network; all lets everybody ask");
	check_not_empty(context, doc_find(node, "allowForwardFrom"), ".allowForwardFrom",
	    "must name at least one network; all lets everybody ask");
}

static void
check_all(struct field_context *context, const struct doc_node *node, void *target)
{
	check_not_empty(context, doc_find(node, "serviceCIDRs"), ".serviceCIDRs",
	    "must name at least one network");
	check_overlaps(context, doc_find(node, "serviceCIDRs"), ".serviceCIDRs");
	check_overlaps(context, doc_find(node, "loadBalancerCIDRs"), ".loadBalancerCIDRs");
	config_forward_check(context, doc_find(node, "forward"), target);
	config_external_check(context, node, target);
}

/* ---- what later versions serve ---- */

static void
later(struct field_context *context, const struct doc_node *node, void *target)
{
	(void)target;
	if (node != NULL)
		field_warn(context, node, "", "is not served yet; it is left aside");
}

#define LATER(text) { .name = (text), .type = FIELD_HOOK, .hook = later, .doc = "not served yet" }

/* ---- tables ---- */

static const struct field_word pods_words[] = {
	{ "disabled", POD_NAMES_DISABLED },
	{ "insecure", POD_NAMES_INSECURE },
	{ "verified", POD_NAMES_VERIFIED },
	{ NULL, 0 },
};
static const struct field_word threads_words[] = { { "auto", 0 }, { NULL, 0 } };

static const struct field dns_fields[] = {
	{ FIELD("ttl", FIELD_INT, config_dns, ttl_s), .max = 86400,
	    .doc = "seconds an answer may be cached" },
	{ FIELD("ttlClusterIP", FIELD_INT, config_dns, ttl_cluster_ip_s), .max = 86400,
	    .doc = "the same for names of cluster IPs; default: ttl" },
	{ FIELD("ttlHeadless", FIELD_INT, config_dns, ttl_headless_s), .max = 86400,
	    .doc = "the same for headless and endpoint names; default: ttl" },
	{ FIELD("ttlNegative", FIELD_INT, config_dns, ttl_negative_s), .max = 300,
	    .doc = "the same for names that are not there; default: ttl" },
	{ FIELD("pods", FIELD_ENUM, config_dns, pods), .words = pods_words,
	    .doc = "names made of Pod addresses" },
	{ FIELD("endpointPodNames", FIELD_BOOL, config_dns, endpoint_pod_names),
	    .doc = "endpoints without hostname are named after their Pod" },
	{ FIELD("ignoreEmptyService", FIELD_BOOL, config_dns, ignore_empty_service),
	    .doc = "a Service without ready endpoints is NXDOMAIN" },
	{ FIELD("zonal", FIELD_BOOL, config_dns, zonal), .doc = "zone-scoped headless names" },
	{ FIELD_ITEMS("namespaces", FIELD_TEXTS, config_dns, namespaces, namespace_count),
	    .rule = namespace_rule, .doc = "the only namespaces to be answered; none: all" },
	{ FIELD_ITEMS("fallthrough", FIELD_TEXTS, config_dns, fallthrough, fallthrough_count),
	    .flags = FIELD_SCALAR_OK, .rule = fallthrough_rule,
	    .doc = "zones whose missing names are not ours" },
	{ FIELD_ITEMS("reverseZones", FIELD_TEXTS, config_dns, reverse_zones, reverse_zone_count),
	    .flags = FIELD_SCALAR_OK, .rule = reverse_rule,
	    .doc = "names or networks we answer reverse names of" },
	{ FIELD_ITEMS("allowFrom", FIELD_TEXTS, config_dns, allow_from_texts,
	    allow_from_text_count),
	    .flags = FIELD_SCALAR_OK, .rule = config_network_rule, .doc = "who may ask" },
	{ FIELD_ITEMS("allowForwardFrom", FIELD_TEXTS, config_dns, allow_forward_texts,
	    allow_forward_text_count),
	    .flags = FIELD_SCALAR_OK, .rule = config_network_rule,
	    .doc = "who may ask for names that others are asked for" },
	{ FIELD("udpSize", FIELD_INT, config_dns, udp_size), .min = 512, .max = 4096,
	    .doc = "the largest UDP reply" },
	{ FIELD_ITEMS("nsAddresses", FIELD_ADDRS, config_dns, ns_addresses, ns_address_count),
	    .doc = "our own addresses for the apex NS" },
	{ .name = "cookies", .type = FIELD_HOOK, .hook = config_edge_cookies,
	    .shown = "true, false, or mapping", .doc = "DNS Cookies (RFC 7873)" },
	{ .name = "nsid", .type = FIELD_HOOK, .hook = config_edge_nsid, .shown = "text",
	    .doc = "what this server is called to who asks (RFC 5001); hostname: the host's name" },
	{ .name = "version", .type = FIELD_HOOK, .hook = config_edge_version,
	    .shown = "text, or true", .doc = "what version.bind answers" },
	{ FIELD("rrl", FIELD_MAP_NEW, config_dns, edge.rrl), .sub = &config_edge_rrl,
	    .doc = "how much a network is answered over UDP; none: no limit" },
	{ .name = "autopath", .type = FIELD_HOOK, .hook = config_autopath_hook,
	    .shown = "true, false, or mapping", .doc = "walk search lists here, in one query" },
};
static const struct field_table dns_table = { FIELD_TABLE(dns_fields, config_dns), .title = "dns",
	.check = check_dns };

static const struct field exec_fields[] = {
	{ FIELD("enabled", FIELD_BOOL, config_exec, enabled), .doc = "run exec probes at all" },
	{ FIELD("user", FIELD_TEXT, config_exec, user), .doc = "as whom" },
	{ FIELD("socket", FIELD_TEXT, config_exec, socket), .rule = socket_rule,
	    .doc = "where an exec helper that is a unit of its own is reached" },
	{ FIELD_ITEMS("path", FIELD_TEXTS, config_exec, path, path_count), .flags = FIELD_SCALAR_OK,
	    .rule = folder_rule, .doc = "the only folders commands may come from" },
};
static const struct field_table exec_table = { FIELD_TABLE(exec_fields, config_exec),
	.title = "exec" };

static const struct field probes_fields[] = {
	{ FIELD("exec", FIELD_MAP, config_probes, exec), .sub = &exec_table },
	{ FIELD("maxConcurrent", FIELD_INT, config_probes, max_concurrent), .min = 1,
	    .max = 1000000, .doc = "attempts in flight at most" },
	{ FIELD_ITEMS("allowHost", FIELD_TEXTS, config_probes, allow_host_texts,
	    allow_host_text_count),
	    .flags = FIELD_SCALAR_OK, .rule = config_network_rule,
	    .doc = "networks that httpGet.host and tcpSocket.host may name" },
};
static const struct field_table probes_table = { FIELD_TABLE(probes_fields, config_probes),
	.title = "probes" };

static const struct field state_fields[] = {
	{ FIELD("dir", FIELD_TEXT, config, state_dir), .rule = folder_rule,
	    .doc = "where addresses and verdicts are kept" },
};
static const struct field_table state_table = { FIELD_TABLE(state_fields, config),
	.title = "state" };

static const struct field tcp_fields[] = {
	{ FIELD("maxClients", FIELD_INT, config_tcp, max_clients), .min = 1, .max = 1000000,
	    .doc = "TCP connections at most" },
	{ FIELD("idle", FIELD_DURATION, config_tcp, idle_ms), .min = 1,
	    .doc = "how long one may be silent" },
};
static const struct field_table tcp_table = { FIELD_TABLE(tcp_fields, config_tcp), .title = "tcp" };

static const struct field config_fields[] = {
	{ FIELD("clusterDomain", FIELD_TEXT, config, cluster_domain), .rule = config_domain_rule,
	    .doc = "the zone of all Services" },
	{ FIELD_ITEMS("listen", FIELD_TEXTS, config, listen_texts, listen_text_count),
	    .flags = FIELD_SCALAR_OK, .rule = config_listen_rule, .doc = "UDP and TCP" },
	{ FIELD("threads", FIELD_INT, config, threads), .min = 1, .max = 256,
	    .words = threads_words, .doc = "that answer on each address" },
	{ FIELD_ITEMS("zones", FIELD_TEXTS, config, zones, zone_count), .flags = FIELD_SCALAR_OK,
	    .doc = "folders or files of manifests" },
	{ FIELD_ITEMS("serviceCIDRs", FIELD_TEXTS, config, service_cidr_texts,
	    service_cidr_text_count),
	    .flags = FIELD_SCALAR_OK, .rule = config_cidr_rule,
	    .doc = "where cluster IPs come from" },
	{ FIELD("serviceNodePortRange", FIELD_TEXT, config, node_port_range),
	    .rule = port_range_rule, .doc = "where node ports come from" },
	{ FIELD_ITEMS("loadBalancerCIDRs", FIELD_TEXTS, config, load_balancer_cidr_texts,
	      load_balancer_cidr_text_count),
	    .flags = FIELD_SCALAR_OK, .rule = config_cidr_rule,
	    .doc = "where load balancer addresses come from" },
	{ FIELD("dns", FIELD_MAP, config, dns), .sub = &dns_table },
	{ FIELD("probes", FIELD_MAP, config, probes), .sub = &probes_table },
	{ FIELD("tcp", FIELD_MAP, config, tcp), .sub = &tcp_table },
	{ FIELD("listenTLS", FIELD_MAP, config, tls), .sub = &config_tls_table },
	{ FIELD("http", FIELD_MAP, config, http), .sub = &config_http_table },
	{ FIELD("user", FIELD_TEXT, config, user), .doc = "whom to become when started as root" },
	{ FIELD_FLAT("state", &state_table) },
	{ FIELD_ITEMS("forward", FIELD_LIST, config, forward, forward_count),
	    .sub = &config_forward_table, .doc = "who is asked for what is not ours" },
	{ FIELD_ITEMS("ingressAddresses", FIELD_ADDRS, config, ingress_addresses,
	    ingress_address_count),
	    .doc = "what hosts of Ingresses answer that have no address of their own" },
	{ FIELD("externalZone", FIELD_HOOK, config, external), .hook = config_external_hook,
	    .shown = "text, or mapping", .doc = "where Services have their external addresses" },
	{ FIELD_ITEMS("hosts", FIELD_TEXTS, config, hosts, hosts_count),
	    .flags = FIELD_SCALAR_OK, .rule = folder_rule,
	    .doc = "hosts files whose names are answered" },
	{ .name = "localZones", .type = FIELD_HOOK, .hook = config_zones_local,
	    .shown = "true, false, or a folder", .doc = "names that nobody else is to be asked for" },
	{ FIELD("nodeName", FIELD_TEXT, config, node_name), .rule = node_rule,
	    .doc = "what this host is called as a node; default: its host name" },
	{ FIELD("transfer", FIELD_MAP, config, transfer), .sub = &config_transfer_table },
	{ FIELD("cache", FIELD_HOOK, config, cache), .hook = config_cache_hook,
	    .shown = "mapping", .doc = "how long what upstreams say is kept" },
	{ FIELD("log", FIELD_MAP, config, log), .sub = &config_log_table },
	LATER("dataplane"),
};
const struct field_table config_table = { FIELD_TABLE(config_fields, config),
	.title = "rollcall.yaml", .check = check_all };
