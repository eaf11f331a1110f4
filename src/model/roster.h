/*
 * roster.h - who is present in one Service: immutable, numbered, counted.  Thread: control builds;
 * anyone may read while holding a reference.
 *
 * An entry is made by membership_build() from the store when the Service is dirty, and
 * replaced as a whole; nothing in it ever changes.
 */
#ifndef ROLLCALL_MODEL_ROSTER_H
#define ROLLCALL_MODEL_ROSTER_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "model/endpoint.h"
#include "model/service.h"

/* Why an endpoint is in or out. */
enum presence {
	/* stated ready, or its probe passes, or nothing speaks against it */
	PRESENT_READY,
	PRESENT_NOT_READY,      /* stated not ready (condition, ready: false, notReadyAddresses) */
	PRESENT_PROBE_FAILS,
	PRESENT_PROBE_UNKNOWN,  /* no result yet */
	PRESENT_GATE_CLOSED,    /* a readiness gate's condition is not True */
	PRESENT_TERMINATING,
	PRESENT_DRAINED,        /* an operator has taken it out (drain.h): answered nowhere */
};

/* One service port as the endpoints of one group see it. */
struct roster_group_port {
	/* index into service->ports, or ROSTER_NO_PORT for a slice port no service port names */
	uint16_t service_port;
	uint16_t port;          /* endpoint port; 0 where not stated */
	uint8_t protocol;       /* enum protocol */
	const char *name;       /* of the slice's port or the service's; "" where unnamed */
};
#define ROSTER_NO_PORT UINT16_MAX

/* Endpoints with equal resolved ports form a group. */
struct roster_group {
	const struct roster_group_port *ports;
	size_t port_count;
};

/* An endpoint of one Service: what its object states of it, and what follows here. */
struct roster_endpoint {
	const struct endpoint *of;      /* in one of the objects the entry holds */
	uint32_t group;                 /* index into entry->groups */
	uint8_t presence;               /* enum presence */
	/* DNS answers it: ready, publishNotReadyAddresses, or panic */
	bool answered : 1;
	bool terminating : 1;
	bool named : 1;                 /* of->hostname is its name below this Service */
	bool from_slice : 1;            /* stated by a slice, not found by selector */
};

/*
 * The texts of names and ports are the objects' own, which the entry holds for as long as it
 * lives: there is one copy of each, however many entries follow each other.
 */
struct roster_entry {
	unsigned references;            /* control thread only */
	uint32_t endpoint_count;
	uint32_t ready_count;           /* presence == PRESENT_READY */
	uint32_t answered_count;
	uint32_t group_count;
	uint32_t object_count;
	uint64_t generation;            /* of the store change that made it; grows */
	/* held; its name, type, ports and external name are what is answered */
	const struct service *service;
	/* held: the Pods and slices of the endpoints */
	const struct object *const *objects;
	/*
	 * sorted by address, then group; each (address, group, hostname) once, whatever the
	 * slices repeat
	 */
	const struct roster_endpoint *endpoints;
	const struct roster_group *groups;
	/* one for each of service->ports, 0 where it has none; NULL: none has */
	const uint16_t *node_ports;
	/* spec.externalIPs, then load balancer addresses */
	const struct addr *external_ips;
	uint32_t external_ip_count;
	bool headless;
	bool pending;           /* has no address yet (pool empty, disk full): not answered */
	bool publish_not_ready;
	bool panic;             /* fewer ready than rollcall/panic-threshold: all are answered */
	bool has_selector;
	uint8_t type;                   /* enum service_type */
	uint8_t families[2];            /* enum addr_family */
	uint8_t family_count;
	uint8_t cluster_ip_count;
	struct addr cluster_ips[2];
};

/* Whose entry it is. */
static inline const char *
roster_ns(const struct roster_entry *entry)
{
	return entry->service->object.ns;
}

static inline const char *
roster_name(const struct roster_entry *entry)
{
	return entry->service->object.name;
}

/* What its load balancer is called from outside, believed; NULL: nothing is stated. */
const char *roster_balancer(const struct roster_entry *entry);

/* The endpoint's own name below the Service; NULL: none. */
static inline const char *
roster_hostname(const struct roster_endpoint *endpoint)
{
	return endpoint->named ? endpoint->of->hostname : NULL;
}

/* Take and give back a reference; the last one frees.  NULL is allowed. */
struct roster_entry *roster_entry_ref(struct roster_entry *entry);
void roster_entry_unref(struct roster_entry *entry);

/* Would DNS and the data plane answer the same for both?  (All but references and generation.) */
bool roster_entry_equal(const struct roster_entry *a, const struct roster_entry *b);

const char *presence_text(enum presence presence);
#endif
