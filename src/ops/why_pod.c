/* why_pod.c - a Pod and the Services it is in. */
#include <stdio.h>
#include <string.h>

#include "base/addr.h"
#include "model/pod.h"
#include "model/roster.h"
#include "model/service.h"
#include "model/store.h"
#include "model/target.h"
#include "ops/standing.h"
#include "ops/why_parts.h"

/* ---- a Pod ---- */

struct memberships {
	struct why *why;
	const struct pod *pod;
	size_t count;
};

static int
visit_selecting(void *arg, const struct object *object)
{
	struct memberships *memberships = arg;
	struct why *why = memberships->why;
	struct addr_port only = { .port = 0 };

	if (memberships->pod->endpoint_count > 0)
		only.addr = memberships->pod->endpoints[0].addr;
	memberships->count++;
	why_service(why, (const void *)object, &only);
	return memberships->count >= 50;
}

/* All probes of a container, whether or not they decide. */
static void
list_probes(struct why *why, const struct pod *pod, json_t *list)
{
	char id[TARGET_ID_SIZE];

	for (size_t i = 0; i < pod->container_count; i++) {
		for (int kind = 0; kind < PROBE_KIND_COUNT; kind++) {
			if (pod->containers[i].probes[kind] == NULL)
				continue;
			target_write_pod(id, sizeof(id), pod->object.ns, pod->object.name,
			    pod->containers[i].name, (enum probe_kind)kind);
			if (pod->container_count > 1)
				why_say(why, 1, "container %s:", pod->containers[i].name);
			(void)why_probe(why, 1, id, list);
		}
	}
	if (json_array_size(list) == 0)
		why_say(why, 1, "no probe of its own: what its conditions state is believed");
}

static void
say_addresses(struct why *why, const struct pod *pod)
{
	struct strbuf addrs = STRBUF_INIT;
	char text[ADDR_TEXT_SIZE];

	for (size_t i = 0; i < pod->endpoint_count; i++)
		strbuf_addf(&addrs, "  %s", addr_text(&pod->endpoints[i].addr, text));
	why_say(why, 0, "Pod %s/%s%s%s%s", pod->object.ns, pod->object.name, addrs.text,
	    pod->phase != POD_PHASE_UNSET ? "  " : "",
	    pod->phase != POD_PHASE_UNSET ? pod_phase_text(pod->phase) : "");
	strbuf_release(&addrs);
	if (pod->endpoint_count == 0)
		why_say(why, 1, "has no address: no status.podIP, no rollcall/address, no hostNetwork; "
		    "so it is in no Service");
	if (pod_has_ended(pod))
		why_say(why, 1, "has ended; it is in no Service");
}

static void
say_no_service(struct why *why, const struct pod *pod)
{
	why_say(why, 1, "no Service of namespace %s selects it%s", pod->object.ns,
	    pod->labels.count == 0 ? ": it has no labels" : "; its labels are:");
	for (size_t i = 0; i < pod->labels.count; i++)
		why_say(why, 2, "%s=%s", pod->labels.items[i].key, pod->labels.items[i].value);
}

void
why_pod(struct why *why, const struct pod *pod)
{
	const struct store *store = why->insight->store;
	struct memberships memberships = { .why = why, .pod = pod };
	struct standing standing;
	bool ready;
	json_t *object = why_object(why, why->root, "pod");

	why_found(why, "pod");
	standing_of_pod(store, pod, &standing);
	ready = standing.presence == PRESENT_READY && !pod_has_ended(pod) && pod->endpoint_count > 0;
	say_addresses(why, pod);
	if (pod->endpoint_count > 0 && !pod_has_ended(pod))
		why_say(why, 1, "%s%s%s", ready ? "ready" : "not ready",
		    *standing.why != '\0' ? ": " : "", standing.why);
	why_set(why, object, "namespace", json_string(pod->object.ns));
	why_set(why, object, "name", json_string(pod->object.name));
	why_set(why, object, "ready", json_boolean(ready));
	why_set(why, object, "presence", json_string(presence_text(standing.presence)));
	why_set(why, object, "why", json_string(standing.why));
	list_probes(why, pod, why_list(why, object, "probes"));
	(void)store_each_selecting_service(store, pod, visit_selecting, &memberships);
	if (memberships.count == 0)
		say_no_service(why, pod);
	why_found(why, "pod");
	why->ready = ready;
}
