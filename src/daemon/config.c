/* config.c - the settings: built-in defaults, rollcall.yaml, flags, in this order. */
#include "daemon/config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/err.h"
#include "base/text.h"
#include "daemon/config_external.h"
#include "daemon/config_forward.h"
#include "daemon/config_table.h"
#include "daemon/config_zones.h"
#include "source/doc.h"
#include "source/field.h"

#define FILE_MAX ((size_t)1 << 20)

static const char *const default_zones[] = { "/etc/rollcall/zones" };
static const char *const default_service_cidrs[] = { "10.96.0.0/12" };
static const char *const default_reverse[] = { "in-addr.arpa", "ip6.arpa" };
static const char *const default_allow_from[] = { "loopback", "private" };

/* ---- defaults ---- */

static const char *
default_state_dir(struct arena *arena)
{
	const char *base = getenv("XDG_STATE_HOME");
	const char *home = getenv("HOME");
	char path[512];

	if (geteuid() == 0)
		return "/var/lib/rollcall";
	if (base != NULL && base[0] == '/')
		snprintf(path, sizeof(path), "%s/rollcall", base);
	else if (home != NULL && home[0] == '/')
		snprintf(path, sizeof(path), "%s/.local/state/rollcall", home);
	else
		return "/var/lib/rollcall";
	return arena_text(arena, path);
}

static const char **
copy_list(struct arena *arena, const char *const *texts, size_t count)
{
	const char **copy = arena_array(arena, count, sizeof(*copy));

	for (size_t i = 0; copy != NULL && i < count; i++) {
		copy[i] = arena_text(arena, texts[i]);
		if (copy[i] == NULL)
			return NULL;
	}
	return copy;
}

#define DEFAULT_LIST(list, n, texts) do { \
	(list) = copy_list(config->arena, (texts), sizeof(texts) / sizeof((texts)[0])); \
	(n) = (list) == NULL ? 0 : sizeof(texts) / sizeof((texts)[0]); \
} while (0)

static void
set_defaults(struct config *config)
{
	config->cluster_domain = "cluster.local";
	config->node_port_range = "30000-32767";
	config_http_default(&config->http);
	config->user = "rollcall";
	config->node_name = "";
	config->state_dir = default_state_dir(config->arena);
	config->dns.ttl_s = 5;
	config->dns.ttl_cluster_ip_s = CONFIG_TTL_UNSET;
	config->dns.ttl_headless_s = CONFIG_TTL_UNSET;
	config->dns.ttl_negative_s = CONFIG_TTL_UNSET;
	config->dns.udp_size = 1232;
	config_edge_default(&config->dns.edge);
	config_autopath_default(&config->dns.autopath);
	config_cache_default(&config->cache);
	config->probes.exec.enabled = true;
	config->probes.exec.user = "nobody";
	config->probes.exec.socket = "";
	config->probes.max_concurrent = 4096;
	config->tcp.max_clients = 1000;
	config->tcp.idle_ms = 10000;
	config->external.ttl_s = CONFIG_TTL_UNSET;
	config_tls_default(&config->tls);
	config_log_default(&config->log);
	DEFAULT_LIST(config->zones, config->zone_count, default_zones);
	DEFAULT_LIST(
	    config->service_cidr_texts, config->service_cidr_text_count, default_service_cidrs);
	DEFAULT_LIST(config->dns.fallthrough, config->dns.fallthrough_count, default_reverse);
	DEFAULT_LIST(config->dns.reverse_zones, config->dns.reverse_zone_count, default_reverse);
	DEFAULT_LIST(
	    config->dns.allow_from_texts, config->dns.allow_from_text_count, default_allow_from);
	DEFAULT_LIST(config->dns.allow_forward_texts, config->dns.allow_forward_text_count,
	    default_allow_from);
}

/* ---- the file ---- */

/* 0, ERR_NOTFOUND, ERR_SYSTEM (errno), ERR_LIMIT, ERR_NOMEM. */
static int
read_text(const char *path, struct arena *arena, const char **out, size_t *out_len)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat status;
	size_t len = 0;
	char *text = NULL;
	int err = 0;

	if (fd < 0)
		return errno == ENOENT ? ERR_NOTFOUND : ERR_SYSTEM;
	if (fstat(fd, &status) != 0)
		err = ERR_SYSTEM;
	else if (!S_ISREG(status.st_mode) || (size_t)status.st_size > FILE_MAX)
		err = ERR_LIMIT;
	else if ((text = arena_alloc(arena, (size_t)status.st_size + 1)) == NULL)
		err = ERR_NOMEM;
	while (err == 0 && len < (size_t)status.st_size) {
		ssize_t n = read(fd, text + len, (size_t)status.st_size - len);

		if (n < 0 && errno != EINTR)
			err = ERR_SYSTEM;
		if (n == 0)
			break;
		if (n > 0)
			len += (size_t)n;
	}
	close(fd);
	if (err == 0) {
		*out = text;
		*out_len = len;
	}
	return err;
}

static int
decode_file(struct config *config, const char *path, struct diag *diag)
{
	struct field_context context = { .arena = config->arena, .diag = diag };
	const char *user = config->user;
	const struct doc_node *root;
	const char *text;
	size_t len;
	int err = read_text(path, config->arena, &text, &len);

	if (err != 0)
		return err;
	config->file = context.file = arena_text(config->arena, path);
	if (config->file == NULL)
		return ERR_NOMEM;
	err = doc_read(config->file, text, len, config->arena, diag, &root);
	if (err != 0)
		return err;
	field_decode(&config_table, root, config, &context);
	config->user_stated = config->user != user;
	return context.err != 0 ? context.err : context.errors > 0 ? ERR_INVALID : 0;
}

static int
take_file(struct config *config, const struct config_flags *flags, struct diag *diag)
{
	const char *path = flags->file != NULL ? flags->file : CONFIG_FILE;
	int err = decode_file(config, path, diag);

	if (err == ERR_NOTFOUND && flags->file == NULL)
		return 0;
	if (err == ERR_NOTFOUND || err == ERR_SYSTEM)
		diag_add(diag, SEVERITY_ERROR, NULL, "%s: %s", path,
		    strerror(err == ERR_SYSTEM ? errno : ENOENT));
	else if (err == ERR_LIMIT && config->file == NULL)
		diag_add(diag, SEVERITY_ERROR, NULL, "%s: is no regular file, or larger than 1 MiB",
		    path);
	return err == 0 || err == ERR_NOMEM ? err : ERR_INVALID;
}

/* ---- flags ---- */

static void
check_flag(const char *flag, const char *value, const char *wrong, struct diag *diag)
{
	if (wrong != NULL)
		diag_add(diag, SEVERITY_ERROR, NULL, "%s %s: %s", flag, value, wrong);
}

static void
check_flags(const char *flag, const char *const *values, size_t count,
    const char *(*rule)(const char *), struct diag *diag)
{
	for (size_t i = 0; i < count; i++)
		check_flag(flag, values[i], rule(values[i]), diag);
}

/* Relative folders of the command line are meant from where it was typed. */
static const char *
absolute(struct arena *arena, const char *path)
{
	char here[4096], whole[8192];

	if (path[0] == '/' || getcwd(here, sizeof(here)) == NULL)
		return arena_text(arena, path);
	snprintf(whole, sizeof(whole), "%s/%s", here, path);
	return arena_text(arena, whole);
}

static int
take_lists(struct config *config, const struct config_flags *flags, struct diag *diag)
{
	check_flags("--listen", flags->listen, flags->listen_count, config_listen_rule, diag);
	check_flags("--service-cidr", flags->service_cidrs, flags->service_cidr_count,
	    config_cidr_rule, diag);
	if (flags->zone_count > 0) {
		config->zones = copy_list(config->arena, flags->zones, flags->zone_count);
		config->zone_count = flags->zone_count;
	}
	if (flags->listen_count > 0) {
		config->listen_texts = copy_list(config->arena, flags->listen, flags->listen_count);
		config->listen_text_count = flags->listen_count;
	}
	if (flags->service_cidr_count > 0) {
		config->service_cidr_texts = copy_list(config->arena, flags->service_cidrs,
		    flags->service_cidr_count);
		config->service_cidr_text_count = flags->service_cidr_count;
	}
	if ((config->zones == NULL && config->zone_count > 0) ||
	    (config->listen_texts == NULL && config->listen_text_count > 0) ||
	    (config->service_cidr_texts == NULL && config->service_cidr_text_count > 0))
		return ERR_NOMEM;
	return 0;
}

static int
take_flags(struct config *config, const struct config_flags *flags, struct diag *diag)
{
	uint64_t threads = 0;

	if (flags->http != NULL) {
		if (flags->http[0] != '\0')
			check_flag("--http", flags->http, config_listen_rule(flags->http), diag);
		config->http.listen_text = arena_text(config->arena, flags->http);
	}
	if (flags->state_dir != NULL)
		config->state_dir = absolute(config->arena, flags->state_dir);
	config->no_state = flags->no_state;
	if (flags->cluster_domain != NULL) {
		check_flag("--cluster-domain", flags->cluster_domain,
		    config_domain_rule(flags->cluster_domain), diag);
		config->cluster_domain = arena_text(config->arena, flags->cluster_domain);
	}
	if (flags->threads != NULL && strcmp(flags->threads, "auto") != 0 &&
	    (!text_to_u64(flags->threads, 256, &threads) || threads == 0))
		check_flag("--threads", flags->threads, "must be 1-256 or auto", diag);
	if (flags->log_format != NULL) {
		check_flag("--log-format", flags->log_format,
		    config_log_format_rule(flags->log_format), diag);
		config_log_set_format(&config->log, flags->log_format);
	}
	if (flags->threads != NULL)
		config->threads = (unsigned)threads;
	if (config->http.listen_text == NULL || config->state_dir == NULL ||
	    config->cluster_domain == NULL)
		return ERR_NOMEM;
	return take_lists(config, flags, diag);
}

/* ---- derived ---- */

/* What the node is called where it is not said (kubelet: the host name in lower case). */
static const char *
host_name(struct arena *arena)
{
	char name[256] = "";

	if (gethostname(name, sizeof(name) - 1) != 0)
		name[0] = '\0';
	for (char *c = name; *c != '\0'; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c + 32);
	return arena_text(arena, name);
}

static int
make_cidrs(struct config *config, const char *const *texts, size_t text_count, struct cidr **out,
    size_t *count)
{
	struct cidr *cidrs = arena_array(
	    config->arena, text_count * CONFIG_NETWORKS_MAX, sizeof(*cidrs));

	if (cidrs == NULL && text_count > 0)
		return ERR_NOMEM;
	*count = 0;
	for (size_t i = 0; i < text_count; i++)
		*count += config_networks(texts[i], cidrs + *count);
	*out = cidrs;
	return 0;
}

static int
make_domain(struct config *config)
{
	char *name = arena_text(config->arena, config->cluster_domain);
	size_t len;

	if (name == NULL)
		return ERR_NOMEM;
	len = strlen(name);
	if (len > 1 && name[len - 1] == '.')
		name[len - 1] = '\0';
	for (char *c = name; *c != '\0'; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c + 32);
	config->cluster_domain = name;
	return 0;
}

static int
make_listen(struct config *config)
{
	config->listen = arena_array(
	    config->arena, config->listen_text_count, sizeof(*config->listen));
	if (config->listen == NULL && config->listen_text_count > 0)
		return ERR_NOMEM;
	config->listen_count = config->listen_text_count;
	for (size_t i = 0; i < config->listen_count; i++)
		addr_port_parse(config->listen_texts[i], &config->listen[i]);
	return 0;
}

static void
make_ttls(struct config_dns *dns)
{
	if (dns->ttl_cluster_ip_s == CONFIG_TTL_UNSET)
		dns->ttl_cluster_ip_s = dns->ttl_s;
	if (dns->ttl_headless_s == CONFIG_TTL_UNSET)
		dns->ttl_headless_s = dns->ttl_s;
	if (dns->ttl_negative_s == CONFIG_TTL_UNSET)
		dns->ttl_negative_s = dns->ttl_s < 300 ? dns->ttl_s : 300;
}

static void
check_networks(const char *name, const struct cidr *cidrs, size_t count, struct diag *diag)
{
	char a[CIDR_TEXT_SIZE], b[CIDR_TEXT_SIZE];

	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < i; j++)
			if (cidr_overlaps(&cidrs[i], &cidrs[j]))
				diag_add(diag, SEVERITY_ERROR, NULL, "%s: %s overlaps %s", name,
				    cidr_text(&cidrs[i], a), cidr_text(&cidrs[j], b));
}

static int
derive(struct config *config, struct diag *diag)
{
	struct config_dns *dns = &config->dns;
	int err = make_domain(config);

	if (err == 0)
		err = config_zones_list_forward(config);
	if (err == 0)
		err = make_listen(config);
	if (err == 0)
		err = make_cidrs(config, config->service_cidr_texts,
		    config->service_cidr_text_count, &config->service_cidrs,
		    &config->service_cidr_count);
	if (err == 0)
		err = make_cidrs(config, config->load_balancer_cidr_texts,
		    config->load_balancer_cidr_text_count, &config->load_balancer_cidrs,
		    &config->load_balancer_cidr_count);
	if (err == 0)
		err = make_cidrs(config, dns->allow_from_texts, dns->allow_from_text_count,
		    &dns->allow_from, &dns->allow_from_count);
	if (err == 0)
		err = make_cidrs(config, dns->allow_forward_texts, dns->allow_forward_text_count,
		    &dns->allow_forward, &dns->allow_forward_count);
	if (err == 0)
		err = config_tls_derive(config);
	if (err == 0)
		err = make_cidrs(config, config->probes.allow_host_texts,
		    config->probes.allow_host_text_count, &config->probes.allow_hosts,
		    &config->probes.allow_host_count);
	if (err == 0)
		err = config_external_derive(config, diag);
	if (err == 0)
		err = config_autopath_derive(config);
	if (err == 0)
		err = config_transfer_derive(config);
	if (err != 0)
		return err;
	text_to_port_range(
	    config->node_port_range, &config->node_port_first, &config->node_port_last);
	make_ttls(dns);
	if (dns->allow_from_text_count == 0)
		diag_add(diag, SEVERITY_ERROR, NULL,
		    "dns.allowFrom: must name at least one network; all lets everybody ask");
	if (dns->allow_forward_text_count == 0)
		diag_add(diag, SEVERITY_ERROR, NULL, "dns.allowForwardFrom: must name at least one "
		    "network; all lets everybody ask");
	if (config->service_cidr_count == 0)
		diag_add(
		    diag, SEVERITY_ERROR, NULL, "serviceCIDRs: must name at least one network");
	check_networks("serviceCIDRs", config->service_cidrs, config->service_cidr_count, diag);
	check_networks("loadBalancerCIDRs", config->load_balancer_cidrs,
	    config->load_balancer_cidr_count, diag);
	if (config->no_state)
		config->state_dir = NULL;
	if (*config->node_name == '\0')
		config->node_name = host_name(config->arena);
	return config->node_name == NULL ? ERR_NOMEM : config_http_derive(config);
}

/* ---- life ---- */

int
config_load(const struct config_flags *flags, struct diag *diag, struct config **out)
{
	size_t errors = diag_count(diag, SEVERITY_ERROR);
	struct config *config = calloc(1, sizeof(*config));
	int err = 0;

	if (config == NULL)
		return ERR_NOMEM;
	config->arena = arena_new(0);
	if (config->arena == NULL) {
		free(config);
		return ERR_NOMEM;
	}
	set_defaults(config);
	config_zones_default(config);
	err = config_forward_default(config);
	if (err == 0)
		err = take_file(config, flags, diag);
	if (err == 0)
		err = take_flags(config, flags, diag);
	if (err == 0 && diag_count(diag, SEVERITY_ERROR) == errors)
		err = derive(config, diag);
	if (err == 0 && diag_count(diag, SEVERITY_ERROR) > errors)
		err = ERR_INVALID;
	if (err != 0) {
		config_free(config);
		return err;
	}
	*out = config;
	return 0;
}

void
config_free(struct config *config)
{
	if (config == NULL)
		return;
	config_transfer_release(config);
	arena_free(config->arena);
	free(config);
}

void
config_dns_settings(const struct config *config, const struct addr *own, size_t own_count,
    const struct addr *ns, size_t ns_count, struct dns_settings *settings)
{
	const struct config_dns *dns = &config->dns;

	*settings = (struct dns_settings){
		.cluster_domain = config->cluster_domain,
		.ttl_s = dns->ttl_s,
		.ttl_cluster_ip_s = dns->ttl_cluster_ip_s,
		.ttl_headless_s = dns->ttl_headless_s,
		.ttl_negative_s = dns->ttl_negative_s,
		.pods = (enum pod_names)dns->pods,
		.endpoint_pod_names = dns->endpoint_pod_names,
		.ignore_empty_service = dns->ignore_empty_service,
		.zonal = dns->zonal,
		.namespaces = dns->namespaces,
		.namespace_count = dns->namespace_count,
		.reverse_zones = dns->reverse_zones,
		.reverse_zone_count = dns->reverse_zone_count,
		.fallthrough = dns->fallthrough,
		.fallthrough_count = dns->fallthrough_count,
		.allow_from = dns->allow_from,
		.allow_from_count = dns->allow_from_count,
		.allow_forward_from = dns->allow_forward,
		.allow_forward_from_count = dns->allow_forward_count,
		.udp_size = dns->udp_size,
		.ns_addresses = dns->ns_address_count > 0 ? dns->ns_addresses : ns,
		.ns_address_count = dns->ns_address_count > 0 ? dns->ns_address_count : ns_count,
		.external_zone = config->external.zone,
		.external_headless = config->external.headless,
		.ingress_addresses = config->ingress_addresses,
		.ingress_address_count = config->ingress_address_count,
		.external_ttl_s = config->external.ttl_s,
		.own_addresses = own,
		.own_address_count = own_count,
	};
	settings->transfer = config_transfer_access(config);
	config_edge_settings(&dns->edge, settings);
	settings->autopath = dns->autopath.made;
}
