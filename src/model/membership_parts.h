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

/* All that is gathered for one Service; what it points into is the store's objects. */
struct gather {
	const struct store *store;
	const struct service *service;
	enum addr_family families[2];
	size_t family_count;
	struct arena *arena;            /* ids, group ports, and targets */
	bool want_targets;
	/* an endpoint as one object tells of it, several may; malloc'ed, as the arrays below */
	struct roster_endpoint *endpoints;
	size_t endpoint_count;
	size_t endpoint_room;
	/* the Pods and slices told of it */
	const struct object **objects;
	size_t object_count;
	size_t object_room;
	struct roster_group *groups;
	size_t group_count;
	size_t group_room;
	struct target *targets;
	size_t target_count;
	size_t target_room;
};

/*
 * Walk Pods and slices; afterwards the endpoints are sorted and unique, the groups in
 * canonical order.
 */
int gather_run(struct gather *gather);
void gather_release(struct gather *gather);
#endif
