/* service.c - what a Service leaves unsaid, and the words of its enums. */
#include "model/service.h"

static const struct service_extra plain = {
	.affinity_timeout_s = SERVICE_AFFINITY_TIMEOUT_S,
};

const struct service_extra *
service_extra(const struct service *service)
{
	return service->extra != NULL ? service->extra : &plain;
}

bool
service_extra_is_plain(const struct service_extra *extra)
{
	return extra->external_ip_count == 0 && extra->load_balancer_class == NULL &&
	    extra->status_ingress_count == 0 && extra->status_ingress_hostname == NULL &&
	    extra->load_balancer_ip.family == ADDR_NONE && !extra->client_ip_affinity &&
	    extra->external_traffic == TRAFFIC_CLUSTER &&
	    extra->internal_traffic == TRAFFIC_CLUSTER && extra->health_check_node_port == 0 &&
	    extra->affinity_timeout_s == plain.affinity_timeout_s;
}

const char *
service_type_text(enum service_type type)
{
	switch (type) {
	case SERVICE_CLUSTER_IP:
		return "ClusterIP";
	case SERVICE_NODE_PORT:
		return "NodePort";
	case SERVICE_LOAD_BALANCER:
		return "LoadBalancer";
	case SERVICE_EXTERNAL_NAME:
		return "ExternalName";
	}
	return "unknown";
}

const char *
protocol_text(enum protocol protocol)
{
	switch (protocol) {
	case PROTOCOL_TCP:
		return "TCP";
	case PROTOCOL_UDP:
		return "UDP";
	case PROTOCOL_SCTP:
		return "SCTP";
	}
	return "unknown";
}

const char *
protocol_label(enum protocol protocol)
{
	switch (protocol) {
	case PROTOCOL_TCP:
		return "tcp";
	case PROTOCOL_UDP:
		return "udp";
	case PROTOCOL_SCTP:
		return "sctp";
	}
	return "unknown";
}
