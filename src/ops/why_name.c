/* why_name.c - a name of the cluster, whole or its beginning; what does not exist is explained. */
#include <stdio.h>
#include <string.h>

#include "base/addr.h"
#include "base/text.h"
#include "model/roster.h"
#include "model/service.h"
#include "model/store.h"
#include "ops/why_parts.h"

#define LABELS_MAX 40
#define NAME_SIZE 512

/* A name taken apart: labels from the left, below the cluster's domain. */
struct taken {
	char text[NAME_SIZE];
	const char *labels[LABELS_MAX];
	size_t count;
	bool whole;                     /* it ended in the cluster's domain */
};

/* Lower case, without the dot at its end and the domain; false: longer than names are. */
static bool
take_apart(const struct why *why, const char *name, struct taken *taken)
{
	const char *domain = why->insight->domain;
	size_t len = strlen(name), end = strlen(domain);

	memset(taken, 0, sizeof(*taken));
	if (len > 0 && name[len - 1] == '.')
		len--;
	if (len == 0 || len >= sizeof(taken->text))
		return false;
	for (size_t i = 0; i < len; i++)
		taken->text[i] = (char)(name[i] >= 'A' && name[i] <= 'Z' ? name[i] + 32 : name[i]);
	if (len > end && taken->text[len - end - 1] == '.' &&
	    strcmp(taken->text + len - end, domain) == 0) {
		taken->whole = true;
		taken->text[len - end - 1] = '\0';
	}
	for (char *at = taken->text; at != NULL && taken->count < LABELS_MAX;) {
		char *dot = strchr(at, '.');

		taken->labels[taken->count++] = at;
		if (dot != NULL)
			*dot++ = '\0';
		at = dot;
	}
	return true;
}

static bool
is_label(const struct taken *taken, size_t at, const char *label)
{
	return at < taken->count && strcmp(taken->labels[at], label) == 0;
}

/* ---- what does not exist ---- */

struct likeness {
	const char *want;
	const char *ns;                 /* NULL: of any */
	const char *best;
	const char *best_ns;
	const char *elsewhere;          /* a namespace that has the very name */
	unsigned distance;
	size_t looked;
};

static int
visit_like(void *arg, const struct object *object)
{
	struct likeness *likeness = arg;
	unsigned distance;

	if (strcmp(object->name, likeness->want) == 0 && strcmp(object->ns, likeness->ns) != 0)
		likeness->elsewhere = object->ns;
	if (strcmp(object->ns, likeness->ns) != 0)
		return ++likeness->looked >= WHY_LOOK_MAX;
	distance = text_distance(object->name, likeness->want);
	if (distance < likeness->distance) {
		likeness->distance = distance;
		likeness->best = object->name;
	}
	return ++likeness->looked >= WHY_LOOK_MAX;
}

static int
visit_namespace(void *arg, const struct object *object)
{
	struct likeness *likeness = arg;
	unsigned distance = text_distance(object->ns, likeness->want);

	if (distance < likeness->distance) {
		likeness->distance = distance;
		likeness->best = object->ns;
	}
	return ++likeness->looked >= WHY_LOOK_MAX;
}

static bool
is_likely(const struct likeness *likeness)
{
	return likeness->best != NULL && likeness->distance <= 1 + strlen(likeness->want) / 3;
}

static void
no_namespace(struct why *why, const char *ns)
{
	struct likeness likeness = { .want = ns, .distance = UINT32_MAX };

	(void)store_each(why->insight->store, KIND_SERVICE, visit_namespace, &likeness);
	why_say(why, 1, "there is no namespace %s%s%s%s", ns,
	    is_likely(&likeness) ? "; did you mean " : "", is_likely(&likeness) ? likeness.best : "",
	    is_likely(&likeness) ? "?" : "");
	if (is_likely(&likeness))
		why_set(why, why->root, "closest", json_string(likeness.best));
}

void
why_missing(struct why *why, bool pod, const char *ns, const char *name)
{
	const char *kind = pod ? "Pod" : "Service";
	struct likeness likeness = { .want = name, .ns = ns, .distance = UINT32_MAX };

	why_say(why, 0, "there is no %s %s/%s", kind, ns, name);
	(void)store_each(why->insight->store, pod ? KIND_POD : KIND_SERVICE, visit_like, &likeness);
	if (likeness.elsewhere != NULL)
		why_say(why, 1, "namespace %s has one of that name: %s/%s", likeness.elsewhere,
		    likeness.elsewhere, name);
	if (!store_has_namespace(why->insight->store, ns)) {
		no_namespace(why, ns);
		return;
	}
	if (likeness.elsewhere == NULL && is_likely(&likeness))
		why_say(why, 1, "did you mean %s/%s?", ns, likeness.best);
	if (is_likely(&likeness))
		why_set(why, why->root, "closest", json_string(likeness.best));
	why_say(why, 1, "it is answered as soon as a manifest states it");
}

/* ---- names that exist, perhaps ---- */

/* `labels` in front of the Service's own name: an endpoint's, or _port._proto. */
static void
below_service(struct why *why, const struct taken *taken, size_t labels,
    const struct service *service)
{
	const struct roster_entry *entry = why->insight->roster(why->insight->arg,
	    service->object.ns, service->object.name);
	bool found = false;

	if (labels == 2 && taken->labels[0][0] == '_') {
		for (size_t i = 0; i < service->port_count; i++)
			found |= strcmp(service->ports[i].name, taken->labels[0] + 1) == 0 &&
			    strcmp(protocol_label((enum protocol)service->ports[i].protocol),
			    taken->labels[1][0] == '_' ? taken->labels[1] + 1 : "") == 0;
		why_service(why, service, NULL);
		if (!found)
			why_say(why, 1, "it has no port %s over %s, so that SRV name is NXDOMAIN",
			    taken->labels[0] + 1, taken->labels[1] + (taken->labels[1][0] == '_'));
		why->ready &= found;
		return;
	}
	for (size_t i = 0; entry != NULL && labels == 1 && i < entry->endpoint_count; i++) {
		const char *hostname = roster_hostname(&entry->endpoints[i]);
		struct addr_port only = { entry->endpoints[i].of->addr, 0 };

		if (hostname == NULL || strcmp(hostname, taken->labels[0]) != 0)
			continue;
		why_service(why, service, &only);
		return;
	}
	why_service(why, service, NULL);
	why_say(why, 1, "it has no endpoint called %s by hostname; endpoints without one are called "
	    "after their address, like 10-0-0-1", taken->labels[0]);
}

/* LABELS... SERVICE NAMESPACE svc, of which NAMESPACE is at `at`. */
static void
by_labels(struct why *why, const struct taken *taken, size_t at)
{
	const char *ns = taken->labels[at];
	const struct service *service;

	if (at == 0) {
		why_say(why, 0, "%s names a namespace alone", why->question->name);
		if (!store_has_namespace(why->insight->store, ns))
			no_namespace(why, ns);
		return;
	}
	service = store_service(why->insight->store, ns, taken->labels[at - 1]);
	if (service == NULL)
		why_missing(why, false, ns, taken->labels[at - 1]);
	else if (at == 1)
		why_service(why, service, NULL);
	else
		below_service(why, taken, at - 1, service);
}

bool
why_is_dashed(const char *name, struct addr_port *where)
{
	char text[ADDR_TEXT_SIZE];
	size_t len = strcspn(name, ".");

	memset(where, 0, sizeof(*where));
	if (len >= sizeof(text))
		return false;
	for (size_t i = 0; i < len; i++)
		text[i] = name[i] == '-' ? '.' : name[i];
	text[len] = '\0';
	if (addr_parse(text, &where->addr) == 0)
		return true;
	for (char *at = text; *at != '\0'; at++)
		*at = *at == '.' ? ':' : *at;
	return addr_parse(text, &where->addr) == 0;
}

/* a-b-c-d.NAMESPACE.pod: the Pod's address with dashes. */
static void
by_pod_name(struct why *why, const struct taken *taken)
{
	struct addr_port where;

	if (why_is_dashed(taken->labels[0], &where))
		why_address(why, &where);
	else
		why_say(why, 0, "%s is no Pod's name: it begins with no address with dashes",
		    why->question->name);
}

/* The search list of a Pod: what a short name may stand for, in this order (J03). */
static void
by_short_name(struct why *why, const struct taken *taken)
{
	const struct store *store = why->insight->store;
	size_t last = taken->count - 1;
	const char *ns = why->question->ns;

	if (taken->count == 1) {
		const struct service *service = store_service(store, ns, taken->labels[0]);

		if (service != NULL)
			why_service(why, service, NULL);
		else
			why_missing(why, false, ns, taken->labels[0]);
		return;
	}
	/* web.shop may be an endpoint of Service shop here, or Service web of namespace shop. */
	if (store_service(store, ns, taken->labels[last]) != NULL &&
	    store_service(store, taken->labels[last], taken->labels[last - 1]) == NULL) {
		below_service(why, taken, last, store_service(store, ns, taken->labels[last]));
		return;
	}
	if (!store_has_namespace(store, taken->labels[last])) {
		why_say(why, 0, "%s is no name of %s: it goes through the search list %s.svc.%s, svc.%s, "
		    "%s, and then elsewhere", why->question->name, why->insight->domain, ns,
		    why->insight->domain, why->insight->domain, why->insight->domain);
		no_namespace(why, taken->labels[last]);
		return;
	}
	by_labels(why, taken, last);
}

void
why_name(struct why *why, const char *name)
{
	struct taken taken;
	size_t last;

	if (!take_apart(why, name, &taken)) {
		why_say(why, 0, name[strspn(name, ".")] == '\0' ? "no name was given" :
		    "no name is so long");
		return;
	}
	last = taken.count - 1;
	if (is_label(&taken, last, "svc") && last > 0)
		by_labels(why, &taken, last - 1);
	else if (is_label(&taken, last, "pod") && last > 0)
		by_pod_name(why, &taken);
	else if (!taken.whole)
		by_short_name(why, &taken);
	else
		why_say(why, 0, "%s is not of a Service: those are NAME.NAMESPACE.svc.%s", name,
		    why->insight->domain);
}
