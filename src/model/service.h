/* service.h - a Service as stated and defaulted (core/v1 Service).  Thread: control. */
#ifndef ROLLCALL_MODEL_SERVICE_H
#define ROLLCALL_MODEL_SERVICE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "model/object.h"
#include "model/probe_spec.h"

enum service_type { SERVICE_CLUSTER_IP, SERVICE_NODE_PORT, SERVICE_LOAD_BALANCER,
    SERVICE_EXTERNAL_NAME };
enum protocol { PROTOCOL_TCP, PROTOCOL_UDP, PROTOCOL_SCTP };
enum ip_policy { IP_POLICY_UNSET, IP_POLICY_SINGLE, IP_POLICY_PREFER_DUAL, IP_POLICY_REQUIRE_DUAL };
enum traffic_policy { TRAFFIC_CLUSTER, TRAFFIC_LOCAL };

/* spec.ports[] */
struct service_port {
	const char *name;               /* "" where not stated */
	const char *app_protocol;       /* NULL where not stated */
	struct port_ref target;         /* number = port where not stated */
	struct place place;
	uint16_t port;
	uint16_t node_port;             /* 0: not stated */
	uint8_t protocol;               /* enum protocol */
};

#define SERVICE_AFFINITY_TIMEOUT_S 10800        /* where not stated */

/* What few Services state. */
struct service_extra {
	struct addr *external_ips;
	size_t external_ip_count;
	const char *load_balancer_class; /* NULL: not stated */
	struct addr *status_ingress;    /* status.loadBalancer.ingress[].ip, believed */
	size_t status_ingress_count;
	const char *status_ingress_hostname; /* first one; NULL: none */
	struct place load_balancer_ip_place;
	struct addr load_balancer_ip;   /* ADDR_NONE: not stated */
	bool client_ip_affinity;
	uint8_t external_traffic;       /* enum traffic_policy */
	uint8_t internal_traffic;
	uint16_t health_check_node_port;
	/* sessionAffinityConfig.clientIP.timeoutSeconds, 1-86400 */
	uint32_t affinity_timeout_s;
};

struct service {
	struct object object;
	uint8_t type;                   /* enum service_type */
	bool headless;                  /* clusterIP: None */
	/* publishNotReadyAddresses, or the old tolerate-unready annotation */
	bool publish_not_ready;
	bool allocate_node_ports;       /* allocateLoadBalancerNodePorts */
	uint8_t ip_policy;              /* enum ip_policy */
	uint8_t families[2];            /* enum addr_family, as stated */
	uint8_t family_count;
	uint8_t cluster_ip_count;
	uint8_t panic_percent;          /* rollcall/panic-threshold; 0: never */
	struct addr *cluster_ips;       /* as stated: clusterIP, clusterIPs; at most one a family */
	struct place cluster_ip_place;
	struct pairs selector;          /* empty: none; membership comes from slices alone */
	struct service_port *ports;
	size_t port_count;
	const char *external_name;      /* lower case, no trailing dot; NULL unless ExternalName */
	struct probe_spec *readiness_probe; /* rollcall/readiness-probe; NULL: none */
	struct service_extra *extra;    /* NULL: as service_extra() has it */
};

/* Of a Service without extra, the defaults. */
const struct service_extra *service_extra(const struct service *service);
/* Does it state nothing but defaults? */
bool service_extra_is_plain(const struct service_extra *extra);

const char *service_type_text(enum service_type type);
const char *protocol_text(enum protocol protocol);      /* "TCP" */
const char *protocol_label(enum protocol protocol);     /* "tcp", as in _tcp */
#endif
