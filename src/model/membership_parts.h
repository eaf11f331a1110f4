/*
 * membership_parts.h - how a Service's endpoints are gathered; for the files membership*.c
 * only.  Thread: control.
 */
#ifndef ROLLCALL_MODEL_MEMBERSHIP_PARTS_H
#define ROLLCALL_MODEL_MEMBERSHIP_PARTS_H
#include "model/pod.h"
#include "model/roster.h"
#include "model/slice.h"
#include "model/tally.h"

struct arena;
struct store;
struct target;

/* Endpoints with these ports, of gather->ports. */
struct gather_group {
	uint32_t first;
	uint32_t count;
};

/* What an array holds before it needs memory: most Services have less. */
#define GATHER_ENDPOINTS 64
#define GATHER_OBJECTS 64
#define GATHER_GROUPS 4
#define GATHER_PORTS 32

/*
 * All that is gathered for one Service; what it points into is the store's objects.  The arrays
 * begin in the room that is here and are malloc'ed where that does not do (gather_init).
 */
struct gather {
	const struct store *store;
	const struct service *service;
	enum addr_family families[2];
	size_t family_count;
	struct arena *targets_arena;    /* of the targets and their ids; NULL: none are wanted */
	struct target *targets;
	size_t target_count;
	size_t target_room;
	struct roster_endpoint *endpoints; /* as one object tells of it; several may */
	size_t endpoint_count;
	size_t endpoint_room;
	const struct object **objects;  /* the Pods and slices told of it */
	size_t object_count;
	size_t object_room;
	struct gather_group *groups;
	size_t group_count;
	size_t group_room;
	struct roster_group_port *ports;
	size_t port_count;
	size_t port_room;
	struct roster_endpoint endpoints_here[GATHER_ENDPOINTS];
	const struct object *objects_here[GATHER_OBJECTS];
	struct gather_group groups_here[GATHER_GROUPS];
	struct roster_group_port ports_here[GATHER_PORTS];
};

/* Nothing gathered yet. */
void gather_init(struct gather *gather, const struct store *store, const struct service *service);
/*
 * Walk Pods and slices; afterwards the endpoints are sorted and unique, the groups in
 * canonical order.
 */
int gather_run(struct gather *gather);
void gather_release(struct gather *gather);
#endif
