/* service.c - the words of a Service's enums. */
#include "model/service.h"

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
