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
	enum protocol protocol;
	uint16_t port;
	struct port_ref target;         /* number = port where not stated */
	uint16_t node_port;             /* 0: not stated */
	struct place place;
};

struct service {
	struct object object;
	enum service_type type;
	bool headless;                  /* clusterIP: None */
	struct addr cluster_ips[2];     /* as stated: clusterIP, clusterIPs; at most one a family */
	size_t cluster_ip_count;
	struct place cluster_ip_place;
	enum ip_policy ip_policy;
	enum addr_family families[2];   /* as stated */
	size_t family_count;
	struct pairs selector;          /* empty: none; membership comes from slices alone */
	struct service_port *ports;
	size_t port_count;
	const char *external_name;      /* lower case, no trailing dot; NULL unless ExternalName */
	struct addr *external_ips;
	size_t external_ip_count;
	struct addr load_balancer_ip;   /* ADDR_NONE: not stated */
	struct place load_balancer_ip_place;
	const char *load_balancer_class; /* NULL: not stated */
	struct addr *status_ingress;    /* status.loadBalancer.ingress[].ip, believed */
	size_t status_ingress_count;
	const char *status_ingress_hostname; /* first one; NULL: none */
	/* publishNotReadyAddresses, or the old tolerate-unready annotation */
	bool publish_not_ready;
	bool client_ip_affinity;
	uint32_t affinity_timeout_s;    /* 1-86400 */
	enum traffic_policy external_traffic;
	enum traffic_policy internal_traffic;
	uint16_t health_check_node_port;
	bool allocate_node_ports;       /* allocateLoadBalancerNodePorts */
	struct probe_spec *readiness_probe; /* rollcall/readiness-probe; NULL: none */
	uint8_t panic_percent;          /* rollcall/panic-threshold; 0: never */
};

const char *service_type_text(enum service_type type);
const char *protocol_text(enum protocol protocol);      /* "TCP" */
const char *protocol_label(enum protocol protocol);     /* "tcp", as in _tcp */
#endif
