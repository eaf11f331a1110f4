/*
 * dns_settings.h - the `dns:` part of the configuration, as the answering side needs it.
 * Thread: any; immutable.
 */
#ifndef ROLLCALL_DNS_DNS_SETTINGS_H
#define ROLLCALL_DNS_DNS_SETTINGS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"

struct autopath;
struct cookie_jar;
struct forward;
struct rrl;
struct transfer_access;

enum pod_names { POD_NAMES_DISABLED, POD_NAMES_INSECURE, POD_NAMES_VERIFIED };

/* Everything is borrowed and must outlive who was handed it. */
struct dns_settings {
	const char *cluster_domain;             /* "cluster.local", lower case, no trailing dot */
	uint32_t ttl_s;                         /* dns.ttl */
	uint32_t ttl_cluster_ip_s;
	uint32_t ttl_headless_s;
	uint32_t ttl_negative_s;                /* <= 300 */
	enum pod_names pods;
	bool endpoint_pod_names;
	bool ignore_empty_service;
	bool zonal;
	const char *const *namespaces;          /* dns.namespaces; none: all */
	size_t namespace_count;
	const char *const *reverse_zones;       /* names or CIDRs */
	size_t reverse_zone_count;
	/* zones whose missing names are not ours; "*" for all */
	const char *const *fallthrough;
	size_t fallthrough_count;
	const struct cidr *allow_from;
	size_t allow_from_count;                /* 0: everybody */
	/* for whom others are asked, whoever may ask for our own names; dns.allowForwardFrom */
	const struct cidr *allow_forward_from;
	size_t allow_forward_from_count;        /* 0: everybody */
	/* who is asked for what is not ours; NULL: nobody */
	const struct forward *forward;
	const struct transfer_access *transfer; /* who may have whole zones; NULL: nobody */
	uint16_t udp_size;                      /* dns.udpSize, 512-4096 */
	const struct cookie_jar *cookies;       /* dns.cookies; NULL: none are made */
	/* over UDP, who knows cookies is answered when it shows ours; dns.cookies.required */
	bool cookies_required;
	const struct autopath *autopath;        /* dns.autopath; NULL: clients walk by themselves */
	struct rrl *rrl;                        /* dns.rrl; NULL: nobody is held back */
	const char *nsid;                       /* dns.nsid; NULL: not told */
	const char *version;                    /* dns.version; NULL: not told */
	const struct addr *ns_addresses;        /* what ns.dns.Z answers */
	size_t ns_address_count;
	/* addresses we answer on: whose Services are the apex NS */
	const struct addr *own_addresses;
	size_t own_address_count;
	/* where Services are known by their external addresses, as cluster_domain; NULL: nowhere */
	const char *external_zone;
	bool external_headless;                 /* headless ones by their endpoints, too */
	uint32_t external_ttl_s;
	/* what the hosts of Ingresses answer that state no address of their own */
	const struct addr *ingress_addresses;
	size_t ingress_address_count;
};

/* Is a client in one of the networks?  None: everybody is. */
static inline bool
dns_settings_admit(const struct cidr *networks, size_t count, const struct addr *client)
{
	for (size_t i = 0; i < count; i++)
		if (cidr_contains(&networks[i], client))
			return true;
	return count == 0;
}
#endif
