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
#include "model/service.h"

struct arena;

/* Why an endpoint is in or out. */
enum presence {
	/* stated ready, or its probe passes, or nothing speaks against it */
	PRESENT_READY,
	PRESENT_NOT_READY,      /* stated not ready (condition, ready: false, notReadyAddresses) */
	PRESENT_PROBE_FAILS,
	PRESENT_PROBE_UNKNOWN,  /* no result yet */
	PRESENT_GATE_CLOSED,    /* a readiness gate's condition is not True */
	PRESENT_TERMINATING,
};

/* One service port as the endpoints of one group see it. */
struct roster_group_port {
	/* index into entry->ports, or ROSTER_NO_PORT for a slice port no service port names */
	uint16_t service_port;
	uint16_t port;          /* endpoint port; 0 where not stated */
	enum protocol protocol;
	const char *name;       /* of the slice's port or the service's; "" where unnamed */
};
#define ROSTER_NO_PORT UINT16_MAX

/* Endpoints with equal resolved ports form a group. */
struct roster_group {
	const struct roster_group_port *ports;
	size_t port_count;
};

struct roster_endpoint {
	struct addr addr;
	uint8_t presence;       /* enum presence */
	bool answered;          /* DNS answers it: ready, publishNotReadyAddresses, or panic */
	bool terminating;
	uint32_t group;         /* index into entry->groups */
	const char *hostname;   /* NULL: none */
	const char *pod_name;   /* NULL: none */
	const char *node_name;  /* NULL: unknown */
	const char *zone;       /* NULL: unknown */
};

struct roster_port {
	const char *name;       /* "" where unnamed */
	const char *app_protocol; /* NULL */
	enum protocol protocol;
	uint16_t port;
	uint16_t node_port;     /* 0: none */
};

struct roster_entry {
	unsigned references;    /* control thread only */
	struct arena *arena;    /* all memory of the entry, itself included */
	uint64_t generation;    /* of the store change that made it; grows */
	const char *ns;
	const char *name;
	enum service_type type;
	bool headless;
	bool pending;           /* has no address yet (pool empty, disk full): not answered */
	bool publish_not_ready;
	bool panic;             /* fewer ready than rollcall/panic-threshold: all are answered */
	bool has_selector;
	enum addr_family families[2];
	size_t family_count;
	struct addr cluster_ips[2];
	size_t cluster_ip_count;
	const struct addr *external_ips;        /* spec.externalIPs, then load balancer addresses */
	size_t external_ip_count;
	const char *external_name;              /* NULL unless ExternalName */
	const struct roster_port *ports;
	size_t port_count;
	const struct roster_group *groups;
	size_t group_count;
	/*
	 * sorted by address, then group; each (address, group, hostname) once, whatever the
	 * slices repeat
	 */
	const struct roster_endpoint *endpoints;
	size_t endpoint_count;
	size_t ready_count;                     /* presence == PRESENT_READY */
	size_t answered_count;
};

/* Take and give back a reference; the last one frees.  NULL is allowed. */
struct roster_entry *roster_entry_ref(struct roster_entry *entry);
void roster_entry_unref(struct roster_entry *entry);

/* Would DNS and the data plane answer the same for both?  (All but references and generation.) */
bool roster_entry_equal(const struct roster_entry *a, const struct roster_entry *b);

const char *presence_text(enum presence presence);
#endif
