/* pod.c - questions about one Pod: its named ports and its gates. */
#include "model/pod.h"

#include <string.h>

static uint16_t
find_port(const struct pod *pod, const char *name, enum protocol protocol, bool sidecar)
{
	for (size_t i = 0; i < pod->container_count; i++) {
		const struct container *container = &pod->containers[i];

		if (container->sidecar != sidecar)
			continue;
		for (size_t j = 0; j < container->port_count; j++) {
			const struct container_port *port = &container->ports[j];

			if (port->protocol == protocol && strcmp(port->name, name) == 0)
				return port->port;
		}
	}
	return 0;
}

uint16_t
pod_named_port(const struct pod *pod, const char *name, enum protocol protocol)
{
	uint16_t port;

	if (*name == '\0')
		return 0;
	port = find_port(pod, name, protocol, false);
	return port != 0 ? port : find_port(pod, name, protocol, true);
}

static bool
condition_is_true(const struct pod *pod, const char *type)
{
	for (size_t i = 0; i < pod->condition_count; i++)
		if (strcmp(pod->conditions[i].type, type) == 0)
			return pod->conditions[i].status == TRI_TRUE;
	return false;
}

bool
pod_gates_open(const struct pod *pod)
{
	for (size_t i = 0; i < pod->readiness_gate_count; i++)
		if (!condition_is_true(pod, pod->readiness_gates[i]))
			return false;
	return true;
}

bool
pod_has_ended(const struct pod *pod)
{
	return pod->phase == POD_SUCCEEDED || pod->phase == POD_FAILED;
}

bool
pod_is_staying(const struct pod *pod)
{
	return !pod->object.deleting && !pod_has_ended(pod);
}

size_t
pod_list_addrs(const struct pod *pod, struct addr addrs[POD_ADDRS_MAX])
{
	size_t count = 0;

	while (count < pod->endpoint_count && count < POD_ADDRS_MAX) {
		addrs[count] = pod->endpoints[count].addr;
		count++;
	}
	return count;
}

const char *
pod_phase_text(enum pod_phase phase)
{
	switch (phase) {
	case POD_PHASE_UNSET:
		return "";
	case POD_PENDING:
		return "Pending";
	case POD_RUNNING:
		return "Running";
	case POD_SUCCEEDED:
		return "Succeeded";
	case POD_FAILED:
		return "Failed";
	case POD_UNKNOWN:
		return "Unknown";
	}
	return "";
}
