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

/* An endpoint as one source tells of it; several may tell of the same. */
struct candidate {
	struct addr addr;
	enum presence presence;
	bool terminating;
	bool from_slice;
	uint32_t group;
	const char *hostname;
	const char *pod_name;
	const char *node_name;
	const char *zone;
};

/* All that is gathered for one Service.  The texts are borrowed from the store's objects. */
struct gather {
	const struct store *store;
	const struct service *service;
	enum addr_family families[2];
	size_t family_count;
	struct arena *arena;            /* ids, group ports, and targets */
	bool want_targets;
	struct candidate *candidates;   /* malloc'ed, as the arrays below */
	size_t candidate_count;
	size_t candidate_room;
	struct roster_group *groups;
	size_t group_count;
	size_t group_room;
	struct target *targets;
	size_t target_count;
	size_t target_room;
};

/*
 * Walk Pods and slices; afterwards the candidates are sorted and unique, the groups in
 * canonical order.
 */
int gather_run(struct gather *gather);
void gather_release(struct gather *gather);
#endif
