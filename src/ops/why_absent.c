/* why_absent.c - why a Service has no endpoints, or fewer than it selects, or not all its ports. */
#include <stdio.h>
#include <string.h>

#include "base/addr.h"
#include "base/strbuf.h"
#include "model/pod.h"
#include "model/roster.h"
#include "model/service.h"
#include "model/store.h"
#include "ops/why_parts.h"

/* Pods of one kind that are named before the rest is counted. */
#define NAMED_MAX 5

struct absence {
	struct why *why;
	const struct service *service;
	json_t *list;                   /* of what was said */
	size_t matched;
	size_t missing;                 /* Pods that give no endpoint */
	size_t unnamed;                 /* Pods that lack a named port */
	size_t looked;
	const struct pod *near;         /* carries some of the terms */
	size_t near_terms;
	const struct service_port *port;
};

/* A line, and the same as a text in the object. */
static void
note(struct absence *absence, const char *text)
{
	why_say(absence->why, 1, "%s", text);
	why_add(absence->why, absence->list, json_string(text));
}

static const char *
selector_text(const struct pairs *selector, struct strbuf *out)
{
	strbuf_clear(out);
	for (size_t i = 0; i < selector->count; i++)
		strbuf_addf(out, "%s%s=%s", i > 0 ? "," : "", selector->items[i].key,
		    selector->items[i].value);
	return out->text;
}

/* ---- Pods that are selected and give no endpoint (P01) ---- */

static const char *
lack_of(const struct absence *absence, const struct pod *pod)
{
	if (pod_has_ended(pod))
		return "has ended";
	if (pod->endpoint_count == 0)
		return "has no address: no status.podIP, no rollcall/address, no hostNetwork";
	for (size_t i = 0; i < absence->service->family_count; i++)
		for (size_t j = 0; j < pod->endpoint_count; j++)
			if (pod->endpoints[j].addr.family == absence->service->families[i])
				return NULL;
	return absence->service->family_count == 0 ? NULL :
	    "has no address of the Service's IP family";
}

static int
visit_selected(void *arg, const struct object *object)
{
	struct absence *absence = arg;
	const struct pod *pod = (const void *)object;
	const char *lack = lack_of(absence, pod);
	char line[512];

	absence->matched++;
	if (lack == NULL)
		return absence->matched >= WHY_LOOK_MAX;
	if (absence->missing++ < NAMED_MAX) {
		snprintf(line, sizeof(line), "Pod %s %s", object->name, lack);
		note(absence, line);
	}
	return absence->matched >= WHY_LOOK_MAX;
}

/* ---- ports that a Pod does not know by that name (B10) ---- */

static void
known_ports(const struct pod *pod, struct strbuf *out)
{
	strbuf_clear(out);
	for (size_t i = 0; i < pod->container_count; i++)
		for (size_t j = 0; j < pod->containers[i].port_count; j++)
			if (*pod->containers[i].ports[j].name != '\0')
				strbuf_addf(out, "%s%s", out->len > 0 ? ", " : "",
				    pod->containers[i].ports[j].name);
}

static int
visit_unnamed(void *arg, const struct object *object)
{
	struct absence *absence = arg;
	const struct service_port *port = absence->port;
	const struct pod *pod = (const void *)object;
	struct strbuf known = STRBUF_INIT;
	char line[1024];

	if (pod_named_port(pod, port->target.name, (enum protocol)port->protocol) != 0)
		return 0;
	if (absence->unnamed++ > 0)
		return absence->unnamed >= WHY_LOOK_MAX;
	known_ports(pod, &known);
	snprintf(line, sizeof(line), "port %u: targetPort %s is no %s port of Pod %s, which names %s: "
	    "it is left out", port->port, port->target.name,
	    protocol_text((enum protocol)port->protocol), object->name,
	    known.len > 0 ? known.text : "none");
	note(absence, line);
	strbuf_release(&known);
	return 0;
}

static void
unknown_names(struct absence *absence)
{
	const struct service *service = absence->service;
	char line[128];

	for (size_t i = 0; i < service->port_count; i++) {
		absence->port = &service->ports[i];
		absence->unnamed = 0;
		if (absence->port->target.name != NULL)
			(void)store_each_selected_pod(absence->why->insight->store,
			    service->object.ns, &service->selector, visit_unnamed, absence);
		if (absence->unnamed <= 1)
			continue;
		snprintf(line, sizeof(line), "the same holds for %zu more Pods", absence->unnamed - 1);
		note(absence, line);
	}
}

/* ---- a selector that matches nobody (A09) ---- */

static int
visit_likely(void *arg, const struct object *object)
{
	struct absence *absence = arg;
	const struct pod *pod = (const void *)object;
	const struct pairs *selector = &absence->service->selector;
	size_t terms = 0;

	if (strcmp(object->ns, absence->service->object.ns) == 0)
		for (size_t i = 0; i < selector->count; i++)
			terms += pairs_find(&pod->labels, selector->items[i].key) != NULL;
	else
		terms = pairs_match(selector, &pod->labels);
	if (terms > absence->near_terms) {
		absence->near = pod;
		absence->near_terms = terms;
	}
	return ++absence->looked >= WHY_LOOK_MAX;
}

static void
say_near(struct absence *absence)
{
	const struct service *service = absence->service;
	struct strbuf labels = STRBUF_INIT;
	char line[1024];

	(void)store_each(absence->why->insight->store, KIND_POD, visit_likely, absence);
	if (absence->near != NULL) {
		selector_text(&absence->near->labels, &labels);
		snprintf(line, sizeof(line), "Pod %s/%s is near: its labels are %.600s",
		    absence->near->object.ns, absence->near->object.name, labels.text);
		if (strcmp(absence->near->object.ns, service->object.ns) != 0)
			snprintf(line, sizeof(line), "Pod %s/%s has these labels, but in another "
			    "namespace: a selector looks into its own only",
			    absence->near->object.ns, absence->near->object.name);
		note(absence, line);
	}
	strbuf_release(&labels);
}

static void
matches_none(struct absence *absence)
{
	const struct service *service = absence->service;
	struct strbuf selector = STRBUF_INIT, line = STRBUF_INIT;

	selector_text(&service->selector, &selector);
	strbuf_addf(&line, "selector matches 0 pods: %s", selector.text);
	note(absence, line.text);
	say_near(absence);
	strbuf_clear(&line);
	strbuf_addf(&line, "endpoints come when a Pod with labels %s exists in namespace %s",
	    selector.text, service->object.ns);
	note(absence, line.text);
	strbuf_release(&line);
	strbuf_release(&selector);
}

/* ---- all of it ---- */

static void
states_none(struct absence *absence)
{
	char line[1024];

	snprintf(line, sizeof(line), "no selector, and neither Endpoints nor an EndpointSlice states "
	    "who is behind it; label one kubernetes.io/service-name: %s",
	    absence->service->object.name);
	note(absence, line);
}

void
why_absent(struct why *why, const struct service *service, const struct roster_entry *entry,
    json_t *object)
{
	struct absence absence = { .why = why, .service = service,
		.list = why_list(why, object, "missing") };
	char line[128];

	if (service->type == SERVICE_EXTERNAL_NAME)
		return;
	if (service->selector.count == 0) {
		if (entry == NULL || entry->endpoint_count == 0)
			states_none(&absence);
		return;
	}
	(void)store_each_selected_pod(why->insight->store, service->object.ns, &service->selector,
	    visit_selected, &absence);
	if (absence.missing > NAMED_MAX) {
		snprintf(line, sizeof(line), "and %zu more Pods that give no endpoint",
		    absence.missing - NAMED_MAX);
		note(&absence, line);
	}
	if (absence.matched == 0 && (entry == NULL || entry->endpoint_count == 0))
		matches_none(&absence);
	else
		unknown_names(&absence);
}
