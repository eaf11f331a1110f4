/*
 * config.h - the settings: built-in defaults, rollcall.yaml, flags, in this order.  Thread:
 * control.
 *
 * A configuration is immutable once loaded; a reload makes a new one and compares.  Everything
 * hangs from its arena.
 */
#ifndef ROLLCALL_DAEMON_CONFIG_H
#define ROLLCALL_DAEMON_CONFIG_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "daemon/config_autopath.h"
#include "daemon/config_cache.h"
#include "daemon/config_edge.h"
#include "daemon/config_http.h"
#include "daemon/config_log.h"
#include "daemon/config_tls.h"
#include "daemon/config_transfer.h"
#include "dns/dns_settings.h"

struct arena;
struct config_forward;
struct diag;

#define CONFIG_FILE "/etc/rollcall/rollcall.yaml"

struct config_dns {
	uint32_t ttl_s;
	uint32_t ttl_cluster_ip_s;
	uint32_t ttl_headless_s;
	uint32_t ttl_negative_s;
	uint8_t pods;                   /* enum pod_names */
	bool endpoint_pod_names;
	bool ignore_empty_service;
	bool zonal;
	const char **namespaces;
	size_t namespace_count;
	const char **fallthrough;
	size_t fallthrough_count;
	const char **reverse_zones;
	size_t reverse_zone_count;
	const char **allow_from_texts;
	size_t allow_from_text_count;
	struct cidr *allow_from;        /* none: everybody */
	size_t allow_from_count;
	const char **allow_forward_texts;
	size_t allow_forward_text_count;
	struct cidr *allow_forward;
	size_t allow_forward_count;
	uint16_t udp_size;
	struct addr *ns_addresses;
	size_t ns_address_count;
	struct config_edge edge;
	struct config_autopath autopath;
};

struct config_exec {
	bool enabled;
	const char *user;
	const char *socket;             /* "": the helper is our own child */
	const char **path;
	size_t path_count;
};

struct config_probes {
	struct config_exec exec;
	uint32_t max_concurrent;
	const char **allow_host_texts;
	size_t allow_host_text_count;
	struct cidr *allow_hosts;
	size_t allow_host_count;
};

struct config_tcp {
	uint32_t max_clients;
	uint64_t idle_ms;
};

/* Not stated: takes the value of dns.ttl. */
#define CONFIG_TTL_UNSET UINT32_MAX

struct config_external {
	const char *zone;               /* lower case, no trailing dot; NULL: none */
	bool headless;
	uint32_t ttl_s;
};

struct config {
	struct arena *arena;
	const char *file;               /* that was read; NULL: none */
	const char *cluster_domain;     /* lower case, no trailing dot */
	const char **listen_texts;
	size_t listen_text_count;
	struct addr_port *listen;       /* none: the default, to be tried (listen.h) */
	size_t listen_count;
	unsigned threads;               /* 0: one for each CPU */
	const char **zones;
	size_t zone_count;
	const char **service_cidr_texts;
	size_t service_cidr_text_count;
	struct cidr *service_cidrs;
	size_t service_cidr_count;
	const char **load_balancer_cidr_texts;
	size_t load_balancer_cidr_text_count;
	struct cidr *load_balancer_cidrs;
	size_t load_balancer_cidr_count;
	const char *node_port_range;
	uint16_t node_port_first;
	uint16_t node_port_last;
	struct config_dns dns;
	struct config_forward *forward; /* config_forward.h */
	size_t forward_count;
	struct config_cache cache;
	const char **forward_zones;     /* of each */
	const char **hosts;             /* hosts files */
	size_t hosts_count;
	const char *local_zones;        /* the folder of local zones; NULL: none are served */
	struct config_probes probes;
	struct config_tcp tcp;
	struct config_tls tls;
	struct config_transfer transfer;
	struct config_log log;
	struct config_external external;
	struct addr *ingress_addresses;
	size_t ingress_address_count;
	struct config_http http;
	const char *node_name;          /* of the host that we run on */
	const char *user;               /* "": stay who started us */
	bool user_stated;
	const char *state_dir;          /* NULL: --no-state */
	bool no_state;
};

/* What the command line says; the flags of the program (DESIGN.md, the contract with users). */
enum config_action { CONFIG_RUN, CONFIG_CHECK, CONFIG_VERSION, CONFIG_HELP };
struct config_flags {
	enum config_action action;
	const char *file;               /* NULL: CONFIG_FILE if it is there */
	const char **zones;
	size_t zone_count;
	const char **listen;
	size_t listen_count;
	const char **service_cidrs;
	size_t service_cidr_count;
	const char *http;
	const char *state_dir;
	bool no_state;
	const char *cluster_domain;
	const char *threads;
	const char *log_format;
};

/* Take the command line apart; texts are borrowed from argv.  ERR_INVALID (said on stderr),
 * ERR_NOMEM. */
int config_flags_read(int argc, char **argv, struct config_flags *flags);
void config_flags_release(struct config_flags *flags);
void config_usage(void);

/* Flags over file over defaults; all problems are said in diag.  ERR_INVALID, ERR_NOMEM. */
int config_load(const struct config_flags *flags, struct diag *diag, struct config **out);
void config_free(struct config *config);

/* The dns settings for those addresses of ours; everything is borrowed from the config and
 * `own`. */
void config_dns_settings(const struct config *config, const struct addr *own, size_t own_count,
    const struct addr *ns, size_t ns_count, struct dns_settings *settings);

/* Do both make the same answers, so that those at hand can be kept?  (allowFrom, udpSize and
 * fallthrough are not in them.) */
bool config_same_answers(const struct config *a, const struct config *b);

/* The settings that differ and cannot be changed while running ("listen"); how many. */
#define CONFIG_RESTART_MAX 14
size_t config_needs_restart(
    const struct config *old, const struct config *new, const char *names[CONFIG_RESTART_MAX]);

/* The names of all settings that a reload does not change, for the manual page. */
void config_restart_names(const char *names[CONFIG_RESTART_MAX]);
#endif
