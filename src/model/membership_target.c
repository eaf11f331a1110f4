/* membership_target.c - what has to be probed for a Pod and for a Service; is a Pod ready. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "model/drain.h"
#include "model/membership.h"
#include "model/membership_parts.h"
#include "model/service.h"
#include "model/store.h"

static const struct verdict_state *
container_verdict(const struct store *store, const struct pod *pod, size_t container,
    enum probe_kind kind)
{
	char id[TARGET_ID_SIZE];

	return store_verdict(store, target_write_pod(id, sizeof(id), pod->object.ns,
	    pod->object.name, pod->containers[container].name, kind));
}

static enum presence
probe_presence(const struct store *store, const struct pod *pod, size_t container,
    enum probe_kind kind)
{
	const struct verdict_state *state;

	if (pod->containers[container].probes[kind] == NULL)
		return PRESENT_READY;
	state = container_verdict(store, pod, container, kind);
	if (state == NULL || state->verdict == VERDICT_UNKNOWN)
		return PRESENT_PROBE_UNKNOWN;
	return state->verdict == VERDICT_PASS ? PRESENT_READY : PRESENT_PROBE_FAILS;
}

/* All containers count; one that fails says more than one that is not known yet. */
static enum presence
own_probes_presence(const struct store *store, const struct pod *pod, bool *judged)
{
	enum presence worst = PRESENT_READY;

	for (size_t i = 0; i < pod->container_count; i++) {
		enum presence startup = probe_presence(store, pod, i, PROBE_STARTUP);
		enum presence readiness = probe_presence(store, pod, i, PROBE_READINESS);
		enum presence found = startup != PRESENT_READY ? startup : readiness;

		if (pod->containers[i].probes[PROBE_READINESS] != NULL)
			*judged = true;
		if (worst == PRESENT_READY || found == PRESENT_PROBE_FAILS)
			worst = found;
	}
	return worst;
}

/*
 * A Pod with a readinessProbe is judged by it, and its condition Ready is what some kubelet
 * once found; a Pod without one is believed.  Readiness gates are nobody's to probe, so they
 * need their conditions.
 */
int
membership_pod_presence(const struct store *store, const struct pod *pod)
{
	bool judged = false;
	enum presence presence;

	if (drain_has_pod(store, pod))
		return PRESENT_DRAINED;
	if (pod->object.deleting)
		return PRESENT_TERMINATING;
	presence = own_probes_presence(store, pod, &judged);
	if (presence != PRESENT_READY)
		return (int)presence;
	if (!judged && pod->ready == TRI_FALSE)
		return PRESENT_NOT_READY;
	return pod_gates_open(pod) ? PRESENT_READY : PRESENT_GATE_CLOSED;
}

/* Must this probe not run now (target.h)? */
static bool
is_held(const struct store *store, const struct pod *pod, size_t container, enum probe_kind kind)
{
	const struct verdict_state *startup;

	if (pod->containers[container].probes[PROBE_STARTUP] == NULL)
		return false;
	startup = container_verdict(store, pod, container, PROBE_STARTUP);
	bool passed = startup != NULL && startup->verdict == VERDICT_PASS;
	/* A pass of before a restart is good enough for the others, and is confirmed once. */
	return kind == PROBE_STARTUP ? passed && !startup->restored : !passed;
}

static int
add_pod_target(const struct store *store, const struct pod *pod, size_t container,
    enum probe_kind kind, struct arena *arena, struct target *target)
{
	const struct container *own = &pod->containers[container];

	*target = (struct target){
		.id = target_id_pod(arena, pod->object.ns, pod->object.name, own->name, kind),
		.kind = kind,
		.spec = own->probes[kind],
		.addr = pod->endpoints[0].addr,
		.port = target_container_port(pod, container, &own->probes[kind]->port),
		.trusted = pod->object.trusted,
		.held = is_held(store, pod, container, kind),
		.ns = pod->object.ns,
		.pod_name = pod->object.name,
		.container = own->name,
	};
	return target->id != NULL ? 0 : ERR_NOMEM;
}

int
membership_pod_targets(const struct store *store, const struct pod *pod, struct arena *arena,
    struct target **targets, size_t *count)
{
	struct target *made = arena_array(arena, pod->container_count * PROBE_KIND_COUNT,
	    sizeof(*made));
	size_t used = 0;

	if (made == NULL)
		return ERR_NOMEM;
	bool probed = pod->endpoint_count > 0 && !pod_has_ended(pod);
	for (size_t i = 0; probed && i < pod->container_count; i++) {
		for (int kind = 0; kind < PROBE_KIND_COUNT; kind++) {
			if (pod->containers[i].probes[kind] == NULL)
				continue;
			/* Of a Pod that is going, kubelet probes readiness only. */
			if (pod->object.deleting && kind != PROBE_READINESS)
				continue;
			int err = add_pod_target(store, pod, i, (enum probe_kind)kind, arena,
			    &made[used++]);

			if (err != 0)
				return err;
		}
	}
	*targets = made;
	*count = used;
	return 0;
}

static int
compare_targets(const void *left, const void *right)
{
	return strcmp(((const struct target *)left)->id, ((const struct target *)right)->id);
}

/* Slices may repeat an endpoint; groups may share the probed port. */
static size_t
unique_targets(struct target *targets, size_t count)
{
	size_t kept = 0;

	if (count == 0)
		return 0;
	qsort(targets, count, sizeof(*targets), compare_targets);
	for (size_t i = 1; i < count; i++)
		if (compare_targets(&targets[kept], &targets[i]) != 0)
			targets[++kept] = targets[i];
	return kept + 1;
}

int
membership_service_targets(const struct store *store, const struct service *service,
    struct arena *arena, struct target **targets, size_t *count)
{
	struct gather gather;
	struct target *made = NULL;
	size_t used;
	int err;

	gather_init(&gather, store, service);
	gather.targets_arena = arena;
	gather.family_count = 2;
	gather.families[0] = ADDR_IP4;
	gather.families[1] = ADDR_IP6;
	err = service->readiness_probe != NULL ? gather_run(&gather) : 0;
	used = unique_targets(gather.targets, gather.target_count);
	if (err == 0 && used > 0) {
		made = arena_copy(arena, gather.targets, used * sizeof(*made));
		if (made == NULL)
			err = ERR_NOMEM;
	}
	if (err == 0) {
		*targets = made;
		*count = used;
	}
	gather_release(&gather);
	return err;
}
