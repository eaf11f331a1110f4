/* standing.c - why a Pod, or an endpoint of a Service, is in or out, in words. */
#include "ops/standing.h"

#include <stdio.h>
#include <string.h>

#include "model/membership.h"
#include "model/pod.h"
#include "model/store.h"

/* ---- verdicts ---- */

static void
take_verdict(const struct store *store, struct standing *out)
{
	const struct verdict_state *state = store_verdict(store, out->target_id);

	if (state == NULL)
		return;
	out->verdict = state->verdict;
	out->since_unix_ms = state->since_unix_ms;
	out->reason = state->reason;
}

static enum presence
presence_of(enum verdict verdict)
{
	switch (verdict) {
	case VERDICT_UNKNOWN:
		break;
	case VERDICT_PASS:
		return PRESENT_READY;
	case VERDICT_FAIL:
		return PRESENT_PROBE_FAILS;
	}
	return PRESENT_PROBE_UNKNOWN;
}

static bool
take_probe(const struct store *store, const struct pod *pod, size_t container,
    enum probe_kind kind, struct standing *out)
{
	const struct container *own = &pod->containers[container];

	*out = (struct standing){ .presence = PRESENT_READY, .in = true, .reason = "",
		.kind = PROBE_READINESS };
	if (own->probes[kind] == NULL)
		return false;
	out->container = own->name;
	out->kind = kind;
	target_write_pod(out->target_id, sizeof(out->target_id), pod->object.ns, pod->object.name,
	    own->name, kind);
	take_verdict(store, out);
	out->presence = presence_of(out->verdict);
	out->in = out->presence == PRESENT_READY;
	return true;
}

/* "its readiness probe fails: connect refused" */
static void
write_probe(const struct standing *standing, const char *whose, char *buf)
{
	const char *does = standing->presence == PRESENT_READY ? "passes" :
	    standing->presence == PRESENT_PROBE_FAILS ? "fails" : "has no result yet";
	bool says = standing->presence == PRESENT_PROBE_FAILS && *standing->reason != '\0';

	snprintf(buf, STANDING_WHY_SIZE, "%s %s probe %s%s%s", whose,
	    probe_kind_text(standing->kind), does, says ? ": " : "",
	    says ? standing->reason : "");
}

void
standing_of_container(const struct store *store, const struct pod *pod, size_t container,
    struct standing *out)
{
	bool probed = take_probe(store, pod, container, PROBE_STARTUP, out);

	if (out->presence == PRESENT_READY)
		probed |= take_probe(store, pod, container, PROBE_READINESS, out);
	if (*out->target_id != '\0')
		write_probe(out, "its", out->why);
	else
		snprintf(out->why, sizeof(out->why), probed ? "its startup probe has passed" :
		    "nothing is probed");
}

/* ---- Pods ---- */

/* Of its containers the worst: one that fails says more than one that is not known yet. */
static void
take_containers(const struct store *store, const struct pod *pod, struct standing *out)
{
	*out = (struct standing){ .presence = PRESENT_READY, .in = true, .reason = "",
		.kind = PROBE_READINESS };
	for (size_t i = 0; i < pod->container_count; i++) {
		struct standing one;
		bool worse;

		standing_of_container(store, pod, i, &one);
		worse = (out->presence == PRESENT_READY && one.presence != PRESENT_READY) ||
		    (out->presence == PRESENT_PROBE_UNKNOWN &&
		    one.presence == PRESENT_PROBE_FAILS);
		/* The Pod is ready since the last of them is. */
		if (worse || (out->presence == one.presence && *one.target_id != '\0' &&
		    (*out->target_id == '\0' || one.since_unix_ms > out->since_unix_ms)))
			*out = one;
	}
}

static const char *
closed_gate(const struct pod *pod)
{
	for (size_t i = 0; i < pod->readiness_gate_count; i++) {
		bool open = false;

		for (size_t j = 0; j < pod->condition_count; j++)
			open |= strcmp(pod->conditions[j].type, pod->readiness_gates[i]) == 0 &&
			    pod->conditions[j].status == TRI_TRUE;
		if (!open)
			return pod->readiness_gates[i];
	}
	return "";
}

static void
write_pod(const struct pod *pod, struct standing *out)
{
	char whose[96];

	switch (out->presence) {
	case PRESENT_READY:
	case PRESENT_PROBE_FAILS:
	case PRESENT_PROBE_UNKNOWN:
		if (*out->target_id == '\0')
			break;
		snprintf(whose, sizeof(whose), "container %.80s:", out->container);
		write_probe(out, pod->container_count > 1 ? whose : "its", out->why);
		return;
	case PRESENT_NOT_READY:
		snprintf(out->why, sizeof(out->why), "its condition Ready is stated as False");
		return;
	case PRESENT_GATE_CLOSED:
		snprintf(out->why, sizeof(out->why), "the condition %.200s of its readiness gate "
		    "is not True", closed_gate(pod));
		return;
	case PRESENT_TERMINATING:
		snprintf(out->why, sizeof(out->why), "it is terminating (deletionTimestamp)");
		return;
	case PRESENT_DRAINED:
		snprintf(out->why, sizeof(out->why), "an operator has taken it out (drain)");
		return;
	}
	snprintf(out->why, sizeof(out->why), "nothing is probed, and nothing speaks against it");
}

void
standing_of_pod(const struct store *store, const struct pod *pod, struct standing *out)
{
	take_containers(store, pod, out);
	out->presence = (enum presence)membership_pod_presence(store, pod);
	out->in = out->presence == PRESENT_READY;
	write_pod(pod, out);
}

/* ---- endpoints ---- */

uint16_t
standing_port(const struct roster_entry *entry, size_t at)
{
	const struct roster_group *group = &entry->groups[entry->endpoints[at].group];

	return group->port_count > 0 ? group->ports[0].port : 0;
}

static bool
has_readiness_probe(const struct pod *pod)
{
	for (size_t i = 0; i < pod->container_count; i++)
		if (pod->containers[i].probes[PROBE_READINESS] != NULL)
			return true;
	return false;
}

/* As membership finds it: a number, a name among the endpoint's ports, else the container's. */
static uint16_t
probe_port(const struct roster_entry *entry, size_t at, const struct pod *pod)
{
	const struct port_ref *ref = &entry->service->readiness_probe->port;
	const struct roster_group *group = &entry->groups[entry->endpoints[at].group];
	uint16_t port = 0;

	if (ref->name == NULL && ref->number != 0)
		return ref->number;
	for (size_t i = 0; i < group->port_count && port == 0; i++)
		if (ref->name == NULL || strcmp(group->ports[i].name, ref->name) == 0)
			port = group->ports[i].port;
	for (size_t i = 0; pod != NULL && i < pod->container_count && port == 0; i++)
		port = target_container_port(pod, i, ref);
	return port;
}

/* rollcall/readiness-probe: a verdict for each (Service, endpoint). */
static void
take_service_probe(const struct store *store, const struct roster_entry *entry, size_t at,
    const struct pod *pod, struct standing *out)
{
	const struct roster_endpoint *endpoint = &entry->endpoints[at];
	struct addr_port where = { endpoint->of->addr, probe_port(entry, at, pod) };

	/* One verdict, found at its primary address, holds for all addresses of a Pod. */
	if (!endpoint->from_slice && pod != NULL)
		where.addr = pod->endpoints[0].addr;
	out->container = NULL;
	out->kind = PROBE_READINESS;
	target_write_endpoint(out->target_id, sizeof(out->target_id), roster_ns(entry),
	    roster_name(entry), &where);
	take_verdict(store, out);
	write_probe(out, "the Service's", out->why);
}

static void
write_stated(const struct roster_endpoint *endpoint, struct standing *out)
{
	const char *text = "stated ready";

	if (out->presence == PRESENT_NOT_READY)
		text = "stated not ready";
	else if (out->presence == PRESENT_TERMINATING)
		text = "stated terminating";
	else if (endpoint->of->ready == TRI_UNSET)
		text = "nothing is probed, and nothing speaks against it";
	snprintf(out->why, sizeof(out->why), "%s", text);
}

/* What is not ready may be answered all the same. */
static void
write_answered(const struct roster_entry *entry, struct standing *out)
{
	size_t len = strlen(out->why);

	if (out->in && out->presence != PRESENT_READY)
		snprintf(out->why + len, sizeof(out->why) - len, "; answered all the same: %s",
		    entry->panic ? "too few are ready (rollcall/panic-threshold)" :
		    "publishNotReadyAddresses");
}

void
standing_of_endpoint(const struct store *store, const struct roster_entry *entry, size_t at,
    struct standing *out)
{
	const struct roster_endpoint *endpoint = &entry->endpoints[at];
	enum presence presence = (enum presence)endpoint->presence;
	const struct pod *pod = endpoint->of->pod_name == NULL ? NULL :
	    store_pod(store, roster_ns(entry), endpoint->of->pod_name);
	bool decided = endpoint->from_slice || pod == NULL;
	bool probed = presence == PRESENT_READY || presence == PRESENT_PROBE_FAILS ||
	    presence == PRESENT_PROBE_UNKNOWN;

	*out = (struct standing){ .presence = PRESENT_READY, .reason = "",
		.kind = PROBE_READINESS };
	if (!decided) {
		standing_of_pod(store, pod, out);
		/* What the Pod itself says first is not asked again. */
		decided = out->presence == PRESENT_READY && !has_readiness_probe(pod);
	}
	out->presence = presence;
	out->in = endpoint->answered;
	if (presence == PRESENT_DRAINED)
		snprintf(out->why, sizeof(out->why), "an operator has taken it out (drain)");
	else if (decided && probed && entry->service->readiness_probe != NULL)
		take_service_probe(store, entry, at, pod, out);
	else if (endpoint->from_slice || pod == NULL)
		write_stated(endpoint, out);
	write_answered(entry, out);
}
