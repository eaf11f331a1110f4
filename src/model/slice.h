/*
 * slice.h - endpoints stated by hand: EndpointSlice (discovery.k8s.io/v1) and Endpoints
 * (core/v1).  Thread: control.
 */
#ifndef ROLLCALL_MODEL_SLICE_H
#define ROLLCALL_MODEL_SLICE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "model/endpoint.h"
#include "model/object.h"
#include "model/pod.h"

struct slice_port {
	const char *name;               /* "" where not stated */
	const char *app_protocol;       /* NULL */
	uint16_t port;                  /* 0: not stated, meaning all ports */
	uint8_t protocol;               /* enum protocol */
};

/* Endpoints that share their ports: a whole EndpointSlice, or one subset of Endpoints. */
struct slice_part {
	struct slice_port *ports;
	struct endpoint *endpoints;     /* one for each of endpoints[].addresses */
	uint32_t port_count;
	uint32_t endpoint_count;
};

struct slice {
	struct object object;           /* KIND_ENDPOINT_SLICE or KIND_ENDPOINTS */
	/* label kubernetes.io/service-name; Endpoints: its own name.  NULL: no label */
	const char *service_name;
	struct slice_part *parts;
	uint32_t part_count;
	/*
	 * enum addr_family, addressType; ADDR_NONE for Endpoints (mixed) and for FQDN slices (no
	 * endpoints kept)
	 */
	uint8_t family;
	/* Endpoints: endpointslice.kubernetes.io/skip-mirror or a leader election record */
	bool skip_mirror;
};
#endif
