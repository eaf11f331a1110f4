/* membership_gather.c - which endpoints a Service has, from Pods and from slices. */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/err.h"
#include "base/text.h"
#include "model/drain.h"
#include "model/membership.h"
#include "model/membership_parts.h"
#include "model/service.h"
#include "model/store.h"

void
gather_init(struct gather *gather, const struct store *store, const struct service *service)
{
	/* Not the room, which would cost more than the rest of a small Service. */
	memset(gather, 0, offsetof(struct gather, endpoints_here));
	gather->store = store;
	gather->service = service;
	gather->endpoints = gather->endpoints_here;
	gather->endpoint_room = GATHER_ENDPOINTS;
	gather->objects = gather->objects_here;
	gather->object_room = GATHER_OBJECTS;
	gather->groups = gather->groups_here;
	gather->group_room = GATHER_GROUPS;
	gather->ports = gather->ports_here;
	gather->port_room = GATHER_PORTS;
}

static void
free_unless(void *items, const void *here)
{
	if (items != here)
		free(items);
}

void
gather_release(struct gather *gather)
{
	free_unless(gather->endpoints, gather->endpoints_here);
	free_unless(gather->objects, gather->objects_here);
	free_unless(gather->groups, gather->groups_here);
	free_unless(gather->ports, gather->ports_here);
	free(gather->targets);
}

/* An array that may begin in `here`, with room for `need` elements; NULL: no memory. */
static void *
reserved(void *items, size_t *room, const void *here, size_t need, size_t size)
{
	void *grown = items != here ? items : NULL;
	size_t grown_room = *room;

	if (need <= *room)
		return items;
	if (array_grow(&grown, &grown_room, need, size) != 0)
		return NULL;
	if (items == here)
		memcpy(grown, here, *room * size);
	*room = grown_room;
	return grown;
}

static int
compare_texts(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		return (a != NULL) - (b != NULL);
	return strcmp(a, b);
}

static int
compare_ports(const void *left, const void *right)
{
	const struct roster_group_port *a = left;
	const struct roster_group_port *b = right;

	if (a->service_port != b->service_port)
		return a->service_port < b->service_port ? -1 : 1;
	if (a->port != b->port)
		return a->port < b->port ? -1 : 1;
	if (a->protocol != b->protocol)
		return a->protocol < b->protocol ? -1 : 1;
	return strcmp(a->name, b->name);
}

static int
compare_groups(const struct gather *gather, struct gather_group a, struct gather_group b)
{
	for (size_t i = 0; i < a.count && i < b.count; i++) {
		int order = compare_ports(&gather->ports[a.first + i], &gather->ports[b.first + i]);

		if (order != 0)
			return order;
	}
	return (a.count > b.count) - (a.count < b.count);
}

/* Room for the ports of what may be a new group, behind those there are; NULL: no memory. */
static struct roster_group_port *
group_begin(struct gather *gather, size_t count)
{
	struct roster_group_port *ports = reserved(gather->ports, &gather->port_room,
	    gather->ports_here, gather->port_count + count, sizeof(*ports));

	if (ports == NULL)
		return NULL;
	gather->ports = ports;
	return ports + gather->port_count;
}

/* The group with just these ports, that were put where group_begin() said; made if it is new. */
static int
group_end(struct gather *gather, size_t count, uint32_t *out)
{
	struct gather_group group = { (uint32_t)gather->port_count, (uint32_t)count };
	struct gather_group *groups;

	if (count > 1)
		qsort(gather->ports + group.first, count, sizeof(*gather->ports), compare_ports);
	/* Mostly there is one, or it is one of the last. */
	for (size_t i = gather->group_count; i > 0; i--) {
		if (compare_groups(gather, gather->groups[i - 1], group) == 0) {
			*out = (uint32_t)(i - 1);
			return 0;
		}
	}
	groups = reserved(gather->groups, &gather->group_room, gather->groups_here,
	    gather->group_count + 1, sizeof(*groups));
	if (groups == NULL)
		return ERR_NOMEM;
	gather->groups = groups;
	*out = (uint32_t)gather->group_count;
	gather->groups[gather->group_count++] = group;
	gather->port_count += count;
	return 0;
}

static int
endpoints_reserve(struct gather *gather, size_t more)
{
	struct roster_endpoint *endpoints = reserved(gather->endpoints, &gather->endpoint_room,
	    gather->endpoints_here, gather->endpoint_count + more, sizeof(*endpoints));

	if (endpoints == NULL)
		return ERR_NOMEM;
	gather->endpoints = endpoints;
	return 0;
}

/* Its endpoints are pointed into from now on. */
static int
object_add(struct gather *gather, const struct object *object)
{
	const struct object **objects = reserved(gather->objects, &gather->object_room,
	    gather->objects_here, gather->object_count + 1, sizeof(*objects));

	if (objects == NULL)
		return ERR_NOMEM;
	gather->objects = objects;
	gather->objects[gather->object_count++] = object;
	return 0;
}

static enum presence
verdict_presence(const struct store *store, const char *target_id)
{
	const struct verdict_state *state = store_verdict(store, target_id);

	if (state == NULL)
		return PRESENT_PROBE_UNKNOWN;
	switch (state->verdict) {
	case VERDICT_UNKNOWN:
		return PRESENT_PROBE_UNKNOWN;
	case VERDICT_PASS:
		return PRESENT_READY;
	case VERDICT_FAIL:
		return PRESENT_PROBE_FAILS;
	}
	return PRESENT_PROBE_UNKNOWN;
}

/* ---- rollcall/readiness-probe: a verdict for each (Service, endpoint) ---- */

static int
target_add(struct gather *gather, const char *id, const struct addr_port *where,
    const char *pod_name)
{
	const struct service *service = gather->service;
	const char *copy = arena_text(gather->targets_arena, id);

	if (copy == NULL || array_reserve(&gather->targets, &gather->target_room,
	    gather->target_count + 1, sizeof(*gather->targets)) != 0)
		return ERR_NOMEM;
	gather->targets[gather->target_count++] = (struct target){
		.id = copy,
		.kind = PROBE_READINESS,
		.spec = service->readiness_probe,
		.addr = where->addr,
		.port = where->port,
		.trusted = service->object.trusted,
		.ns = service->object.ns,
		.pod_name = pod_name,
		.service_name = service->object.name,
	};
	return 0;
}

/* The port that a Pod's containers call by the name; 0: none. */
static uint16_t
pod_port(const struct pod *pod, const struct port_ref *ref)
{
	for (size_t i = 0; pod != NULL && i < pod->container_count; i++) {
		uint16_t port = target_container_port(pod, i, ref);

		if (port != 0)
			return port;
	}
	return 0;
}

/*
 * Where the Service's probe goes: a number as it is; a name looked up among the endpoint's
 * ports, which carry the names of the Service's or the slice's, and else in the Pod; not
 * stated, the first port there is.
 */
static uint16_t
probe_port(const struct gather *gather, uint32_t group, const struct pod *pod)
{
	const struct port_ref *ref = &gather->service->readiness_probe->port;
	const struct gather_group *of = &gather->groups[group];

	if (ref->name == NULL && ref->number != 0)
		return ref->number;
	for (size_t i = 0; i < of->count; i++) {
		const struct roster_group_port *port = &gather->ports[of->first + i];

		if (port->port != 0 && (ref->name == NULL || strcmp(port->name, ref->name) == 0))
			return port->port;
	}
	return pod_port(pod, ref);
}

static int
probed_presence(struct gather *gather, const struct addr *addr, uint32_t group,
    const struct pod *pod, enum presence *out)
{
	struct addr_port where = { *addr, probe_port(gather, group, pod) };
	const struct object *service = &gather->service->object;
	char id[TARGET_ID_SIZE];

	target_write_endpoint(id, sizeof(id), service->ns, service->name, &where);
	*out = verdict_presence(gather->store, id);
	return gather->targets_arena != NULL ?
	    target_add(gather, id, &where, pod != NULL ? pod->object.name : NULL) : 0;
}

/* ---- Pods, by selector ---- */

static bool
has_readiness_probe(const struct pod *pod)
{
	for (size_t i = 0; i < pod->container_count; i++)
		if (pod->containers[i].probes[PROBE_READINESS] != NULL)
			return true;
	return false;
}

static int
pod_presence(struct gather *gather, const struct pod *pod, uint32_t group, enum presence *out)
{
	enum presence presence = (enum presence)membership_pod_presence(gather->store, pod);

	*out = presence;
	/* What is stated, or found by the Pod's own probes, is not asked again. */
	if (presence != PRESENT_READY || gather->service->readiness_probe == NULL ||
	    has_readiness_probe(pod))
		return 0;
	/*
	 * One verdict for the Pod, found at its primary address, holds for all its
	 * addresses.
	 */
	return probed_presence(gather, &pod->endpoints[0].addr, group, pod, out);
}

/*
 * Resolve each targetPort in this Pod; what the Pod lacks is left out, the Pod stays
 * (PROBES 2.3).
 */
static int
pod_group(struct gather *gather, const struct pod *pod, uint32_t *out)
{
	const struct service *service = gather->service;
	struct roster_group_port *ports = group_begin(gather, service->port_count);
	size_t count = 0;

	if (ports == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < service->port_count && i < ROSTER_NO_PORT; i++) {
		const struct service_port *port = &service->ports[i];
		uint16_t number = port->target.name != NULL ?
		    pod_named_port(pod, port->target.name, port->protocol) :
		    port->target.number != 0 ? port->target.number : port->port;

		if (number != 0)
			ports[count++] = (struct roster_group_port){
				.service_port = (uint16_t)i, .port = number,
				.protocol = port->protocol, .name = port->name,
			};
	}
	return group_end(gather, count, out);
}

static const struct endpoint *
pod_endpoint(const struct pod *pod, enum addr_family family)
{
	for (size_t i = 0; i < pod->endpoint_count; i++)
		if (pod->endpoints[i].addr.family == family)
			return &pod->endpoints[i];
	return NULL;
}

static bool
pod_serves_family(const struct gather *gather, const struct pod *pod)
{
	for (size_t i = 0; i < gather->family_count; i++)
		if (pod_endpoint(pod, gather->families[i]) != NULL)
			return true;
	return false;
}

static int
visit_pod(void *arg, const struct object *object)
{
	struct gather *gather = arg;
	const struct pod *pod = (const void *)object;
	struct roster_endpoint endpoint = { .terminating = object->deleting };
	enum presence presence = PRESENT_READY;
	int err;

	/* Terminal Pods never come back, not even for publishNotReadyAddresses. */
	if (pod_has_ended(pod) || !pod_serves_family(gather, pod))
		return 0;
	err = pod_group(gather, pod, &endpoint.group);
	if (err == 0)
		err = pod_presence(gather, pod, endpoint.group, &presence);
	if (err == 0)
		err = object_add(gather, object);
	/*
	 * Pod.spec.hostname names the endpoint only below the Service that spec.subdomain
	 * names.
	 */
	endpoint.named = pod->hostname != NULL && *pod->hostname != '\0' &&
	    pod->subdomain != NULL &&
	    strcmp(pod->subdomain, gather->service->object.name) == 0;
	if (err == 0)
		err = endpoints_reserve(gather, gather->family_count);
	for (size_t i = 0; err == 0 && i < gather->family_count; i++) {
		endpoint.of = pod_endpoint(pod, gather->families[i]);
		if (endpoint.of == NULL)
			continue;
		endpoint.presence = drain_has_endpoint(gather->store, gather->service,
		    &endpoint.of->addr) ? PRESENT_DRAINED : (uint8_t)presence;
		gather->endpoints[gather->endpoint_count++] = endpoint;
	}
	return err;
}

/* ---- slices, by label ---- */

static uint16_t
service_port_of(const struct service *service, const struct slice_port *port)
{
	for (size_t i = 0; i < service->port_count && i < ROSTER_NO_PORT; i++)
		if (service->ports[i].protocol == port->protocol &&
		    strcmp(service->ports[i].name, port->name) == 0)
			return (uint16_t)i;
	return ROSTER_NO_PORT;
}

static int
part_group(struct gather *gather, const struct slice_part *part, uint32_t *out)
{
	struct roster_group_port *ports = group_begin(gather, part->port_count);

	if (ports == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < part->port_count; i++) {
		const struct slice_port *port = &part->ports[i];

		ports[i] = (struct roster_group_port){
			.service_port = service_port_of(gather->service, port), .port = port->port,
			.protocol = port->protocol, .name = port->name,
		};
	}
	return group_end(gather, part->port_count, out);
}

/*
 * discovery.k8s.io/v1 EndpointConditions: ready decides where it is stated; not stated it
 * counts as true, except of an endpoint that is said to be terminating.
 */
static enum presence
stated_presence(const struct endpoint *endpoint)
{
	bool terminating = endpoint->terminating == TRI_TRUE;

	if (endpoint->ready == TRI_FALSE)
		return terminating ? PRESENT_TERMINATING : PRESENT_NOT_READY;
	return terminating && endpoint->ready == TRI_UNSET ? PRESENT_TERMINATING : PRESENT_READY;
}

/* There is room for it. */
static int
add_slice_endpoint(struct gather *gather, const struct endpoint *stated, uint32_t group)
{
	enum presence presence = stated_presence(stated);
	int err = 0;

	if (stated->addr.family == ADDR_NONE)
		return 0;
	if (presence == PRESENT_READY && gather->service->readiness_probe != NULL) {
		const struct pod *pod = stated->pod_name == NULL ? NULL :
		    store_pod(gather->store, gather->service->object.ns, stated->pod_name);

		err = probed_presence(gather, &stated->addr, group, pod, &presence);
	}
	if (err != 0)
		return err;
	if (drain_has_endpoint(gather->store, gather->service, &stated->addr))
		presence = PRESENT_DRAINED;
	gather->endpoints[gather->endpoint_count++] = (struct roster_endpoint){
		.of = stated,
		.group = group,
		.presence = (uint8_t)presence,
		.terminating = stated->terminating == TRI_TRUE,
		.named = stated->hostname != NULL,
		.from_slice = true,
	};
	return 0;
}

/*
 * Kubernetes joins slices to their Service by label, whoever wrote them: one that was made
 * by hand for a Service with selector is used beside the Pods.  Endpoints are mirrored for
 * Services without one only.
 */
static int
visit_slice(void *arg, const struct object *object)
{
	struct gather *gather = arg;
	const struct slice *slice = (const void *)object;
	uint32_t group;
	int err = 0;

	if (object->kind == KIND_ENDPOINTS &&
	    (gather->service->selector.count > 0 || slice->skip_mirror))
		return 0;
	for (size_t i = 0; err == 0 && i < slice->part_count; i++) {
		const struct slice_part *part = &slice->parts[i];

		if (part->endpoint_count > 0)
			err = part_group(gather, part, &group);
		if (err == 0)
			err = endpoints_reserve(gather, part->endpoint_count);
		for (size_t j = 0; err == 0 && j < part->endpoint_count; j++)
			err = add_slice_endpoint(gather, &part->endpoints[j], group);
	}
	return err == 0 ? object_add(gather, object) : err;
}

/* ---- order: the same world gives the same entry, in whatever order it was read ---- */

/* Which endpoint it is. */
static int
compare_identity(const struct roster_endpoint *a, const struct roster_endpoint *b)
{
	int order = addr_compare(&a->of->addr, &b->of->addr);

	if (order == 0 && a->group != b->group)
		order = a->group < b->group ? -1 : 1;
	return order != 0 ? order : compare_texts(roster_hostname(a), roster_hostname(b));
}

/*
 * Of several that tell of one endpoint the first is kept: a Pod knows more of itself than a
 * slice does; of slices, which may lag behind each other, any that says ready is believed,
 * as CoreDNS does.
 */
static int
compare_endpoints(const void *left, const void *right)
{
	const struct roster_endpoint *a = left;
	const struct roster_endpoint *b = right;
	int order = compare_identity(a, b);

	if (order == 0 && a->from_slice != b->from_slice)
		order = a->from_slice ? 1 : -1;
	if (order == 0 && a->presence != b->presence)
		order = a->presence < b->presence ? -1 : 1;
	if (order == 0)
		order = compare_texts(a->of->pod_name, b->of->pod_name);
	if (order == 0)
		order = compare_texts(a->of->node_name, b->of->node_name);
	if (order == 0)
		order = compare_texts(a->of->zone, b->of->zone);
	return order != 0 ? order : (int)a->terminating - (int)b->terminating;
}

/* As from one slice that is sorted; then each is there once, too. */
static bool
in_order(const struct gather *gather)
{
	const struct roster_endpoint *all = gather->endpoints;

	for (size_t i = 1; i < gather->endpoint_count; i++)
		if (addr_compare(&all[i - 1].of->addr, &all[i].of->addr) >= 0)
			return false;
	return true;
}

static void
sort_endpoints(struct gather *gather)
{
	struct roster_endpoint *all = gather->endpoints;
	size_t kept = 0;

	if (in_order(gather))
		return;
	qsort(all, gather->endpoint_count, sizeof(*all), compare_endpoints);
	for (size_t i = 1; i < gather->endpoint_count; i++)
		if (compare_identity(&all[kept], &all[i]) != 0)
			all[++kept] = all[i];
	gather->endpoint_count = kept + 1;
}

/* A group on its way to its canonical place. */
struct ranked {
	const struct gather *gather;
	struct gather_group group;
	uint32_t before;
	uint32_t after;                 /* of the group that was at this index */
};

static int
compare_ranked(const void *left, const void *right)
{
	const struct ranked *a = left;
	const struct ranked *b = right;

	return compare_groups(a->gather, a->group, b->group);
}

static int
sort_groups(struct gather *gather)
{
	size_t count = gather->group_count;
	struct ranked *ranked;

	if (count < 2)
		return 0;
	ranked = calloc(count, sizeof(*ranked));
	if (ranked == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < count; i++)
		ranked[i] = (struct ranked){ gather, gather->groups[i], (uint32_t)i, 0 };
	qsort(ranked, count, sizeof(*ranked), compare_ranked);
	for (size_t i = 0; i < count; i++) {
		gather->groups[i] = ranked[i].group;
		ranked[ranked[i].before].after = (uint32_t)i;
	}
	for (size_t i = 0; i < gather->endpoint_count; i++)
		gather->endpoints[i].group = ranked[gather->endpoints[i].group].after;
	free(ranked);
	return 0;
}

int
gather_run(struct gather *gather)
{
	const struct service *service = gather->service;
	const char *ns = service->object.ns;
	int err;

	if (service->type == SERVICE_EXTERNAL_NAME)
		return 0;
	err = store_each_selected_pod(gather->store, ns, &service->selector, visit_pod, gather);
	if (err == 0)
		err = store_each_slice(gather->store, ns, service->object.name, visit_slice,
		    gather);
	if (err == 0)
		err = sort_groups(gather);
	if (err == 0)
		sort_endpoints(gather);
	return err;
}
