/*
 * pod.h - a Pod as stated and defaulted (core/v1 Pod), as far as membership and probing need
 * it.  Thread: control.
 */
#ifndef ROLLCALL_MODEL_POD_H
#define ROLLCALL_MODEL_POD_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "model/endpoint.h"
#include "model/object.h"
#include "model/probe_spec.h"
#include "model/service.h"

enum pod_phase { POD_PHASE_UNSET, POD_PENDING, POD_RUNNING, POD_SUCCEEDED, POD_FAILED,
    POD_UNKNOWN };
enum tristate { TRI_UNSET, TRI_FALSE, TRI_TRUE };

struct container_port {
	const char *name;               /* "" where not stated */
	enum protocol protocol;
	uint16_t port;
	uint16_t host_port;             /* 0: not stated */
};

/* A regular container, or an init container with restartPolicy Always (a sidecar). */
struct container {
	const char *name;
	const char *image;              /* kept and shown, never run */
	bool sidecar;
	struct container_port *ports;
	size_t port_count;
	struct probe_spec *probes[PROBE_KIND_COUNT];    /* NULL: none */
};

/* status.conditions[] */
struct pod_condition {
	const char *type;
	enum tristate status;           /* "Unknown" is TRI_UNSET */
};

#define POD_ADDRS_MAX 2         /* one for each family */

struct pod {
	struct object object;
	struct pairs labels;
	enum pod_phase phase;
	/*
	 * one for each address: status.podIPs, podIP, rollcall/address, or the node's with
	 * hostNetwork; the first is primary
	 */
	struct endpoint *endpoints;
	size_t endpoint_count;
	struct container *containers;   /* regular ones first, then sidecars */
	size_t container_count;
	const char *hostname;           /* NULL: not stated */
	const char *subdomain;          /* NULL: not stated */
	bool host_network;
	enum tristate ready;            /* condition Ready */
	const char **readiness_gates;   /* spec.readinessGates[].conditionType */
	size_t readiness_gate_count;
	struct pod_condition *conditions;
	size_t condition_count;
};

/*
 * The container port of this name and protocol, regular containers before sidecars (named
 * targetPort); 0 where the Pod has none.
 */
uint16_t pod_named_port(const struct pod *pod, const char *name, enum protocol protocol);

/* Is every readiness gate's condition True? */
bool pod_gates_open(const struct pod *pod);
/* Has every container ended for good?  Such a Pod's address may be another's by now. */
bool pod_has_ended(const struct pod *pod);
/* Neither ended nor on its way out (deletionTimestamp). */
bool pod_is_staying(const struct pod *pod);
/* Its addresses, primary first, into `addrs`; returns how many. */
size_t pod_list_addrs(const struct pod *pod, struct addr addrs[POD_ADDRS_MAX]);
const char *pod_phase_text(enum pod_phase phase);
#endif
