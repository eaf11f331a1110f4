/* lint.c - what objects say about each other that is likely a slip. */
#include "source/lint.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "base/array.h"
#include "base/diag.h"
#include "base/err.h"
#include "base/text.h"
#include "model/allot.h"
#include "model/ingress.h"
#include "model/object.h"
#include "model/pod.h"
#include "model/service.h"
#include "model/slice.h"
#include "model/store.h"

/* Objects of one kind, in the order of their places, so that output does not depend on hashing. */
struct sorted {
	const struct object **items;
	size_t count;
	size_t room;
};

struct lint {
	const struct store *store;
	struct diag *diag;
};

static int
sorted_add(void *arg, const struct object *object)
{
	struct sorted *sorted = arg;

	if (array_reserve(&sorted->items, &sorted->room, sorted->count + 1,
	    sizeof(*sorted->items)) != 0)
		return ERR_NOMEM;
	sorted->items[sorted->count++] = object;
	return 0;
}

static int
compare_places(const void *a, const void *b)
{
	const struct place *x = &(*(const struct object *const *)a)->place;
	const struct place *y = &(*(const struct object *const *)b)->place;
	int order = strcmp(x->file != NULL ? x->file : "", y->file != NULL ? y->file : "");

	if (order != 0)
		return order;
	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	return x->column < y->column ? -1 : x->column > y->column;
}

static int
sorted_fill(struct sorted *sorted, const struct store *store, enum object_kind kind)
{
	sorted->count = 0;
	int err = store_each(store, kind, sorted_add, sorted);

	if (err == 0 && sorted->count > 1)
		qsort(sorted->items, sorted->count, sizeof(*sorted->items), compare_places);
	return err;
}

__attribute__((format(printf, 4, 5))) static void
warn(struct lint *lint, const struct object *object, const struct place *place, const char *format,
    ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	diag_add(lint->diag, SEVERITY_WARNING, place, "%s %s/%s: %s",
	    object_kind_text(object->kind),
	    object->ns, object->name, text);
}

/* What one named targetPort finds among the Pods of a Service. */
struct port_search {
	const struct service_port *port;
	size_t pods;
	size_t found;
};

static int
count_pod(void *arg, const struct object *object)
{
	struct port_search *search = arg;
	const struct pod *pod = (const struct pod *)object;

	search->pods++;
	if (search->port != NULL &&
	    pod_named_port(pod, search->port->target.name, search->port->protocol) != 0)
		search->found++;
	return 0;
}

/* spec.selector and the named targetPorts against the Pods it selects. */
static int
lint_selector(struct lint *lint, const struct service *service)
{
	const struct object *object = &service->object;
	struct port_search all = { NULL, 0, 0 };
	int err = store_each_selected_pod(lint->store, object->ns, &service->selector, count_pod,
	    &all);

	if (err != 0)
		return err;
	if (all.pods == 0) {
		warn(lint, object, &object->place, "spec.selector matches no Pod of namespace %s",
		    object->ns);
		return 0;
	}
	for (size_t i = 0; i < service->port_count; i++) {
		struct port_search search = { &service->ports[i], 0, 0 };

		if (search.port->target.name == NULL)
			continue;
		err = store_each_selected_pod(lint->store, object->ns, &service->selector,
		    count_pod, &search);
		if (err != 0)
			return err;
		if (search.found < search.pods)
			warn(lint, object, &search.port->place,
			    "spec.ports[%zu].targetPort \"%s\" is a port of %zu of the %zu Pods "
			    "selected", i, search.port->target.name, search.found, search.pods);
	}
	return 0;
}

static int
count_slice(void *arg, const struct object *object)
{
	size_t *count = arg;

	(void)object;
	(*count)++;
	return 0;
}

static int
lint_service(struct lint *lint, const struct service *service)
{
	const struct object *object = &service->object;
	struct addr ip;

	if (service->type == SERVICE_EXTERNAL_NAME) {
		/* Kubernetes: an externalName that looks like an address is not resolved by DNS. */
		if (service->external_name != NULL && addr_parse(service->external_name, &ip) == 0)
			warn(lint, object, &object->place,
			    "spec.externalName %s is an IP address: it has no CNAME, so the name "
			    "does not exist; use a headless Service with an EndpointSlice",
			    service->external_name);
		return 0;
	}
	if (service->headless && service->port_count == 0)
		warn(lint, object, &object->place,
		    "a headless Service without spec.ports has addresses but no SRV records");
	if (service->selector.count > 0)
		return lint_selector(lint, service);

	size_t slices = 0;
	int err = store_each_slice(lint->store, object->ns, object->name, count_slice, &slices);

	if (err == 0 && slices == 0)
		warn(lint, object, &object->place,
		    "has no spec.selector and no EndpointSlice or Endpoints: it will never have "
		    "an endpoint");
	return err;
}

static void
lint_pod(struct lint *lint, const struct pod *pod)
{
	const struct object *object = &pod->object;

	if (pod->endpoint_count == 0 && pod->phase != POD_SUCCEEDED && pod->phase != POD_FAILED)
		warn(lint, object, &object->place,
		    "has no address (status.podIP or the annotation rollcall/address): it is "
		    "nobody's endpoint");
	if (pod->hostname != NULL && pod->subdomain == NULL)
		warn(lint, object, &object->place,
		    "spec.hostname %s without spec.subdomain gives no DNS name", pod->hostname);
	if (pod->subdomain != NULL &&
	    store_service(lint->store, object->ns, pod->subdomain) == NULL)
		warn(lint, object, &object->place,
		    "spec.subdomain %s is no Service of namespace %s",
		    pod->subdomain, object->ns);
}

/*
 * People write Pods so that something runs them; we do not.  Said once, at the first that
 * names an image: a line each would bury what matters.
 */
static void
tell_images(struct lint *lint, const struct sorted *pods)
{
	const struct pod *first = NULL;
	size_t count = 0;

	for (size_t i = 0; i < pods->count; i++) {
		const struct pod *pod = (const struct pod *)pods->items[i];

		if (pod->container_count == 0 || pod->containers[0].image == NULL)
			continue;
		count++;
		first = first == NULL ? pod : first;
	}
	if (first != NULL)
		diag_add(lint->diag, SEVERITY_INFO, &first->object.place,
		    "Pod %s/%s: image %s is not run by rollcall, which probes and answers what "
		    "runs elsewhere (%zu Pod%s)",
		    first->object.ns, first->object.name, first->containers[0].image, count,
		    text_plural(count));
}

static void
lint_slice(struct lint *lint, const struct slice *slice)
{
	const struct object *object = &slice->object;
	const struct service *service;

	if (slice->skip_mirror)
		return;
	if (slice->service_name == NULL) {
		warn(lint, object, &object->place,
		    "has no label kubernetes.io/service-name: it belongs to no Service");
		return;
	}
	service = store_service(lint->store, object->ns, slice->service_name);
	if (service == NULL)
		warn(lint, object, &object->place, "there is no Service %s/%s for it", object->ns,
		    slice->service_name);
	else if (object->kind == KIND_ENDPOINTS && service->selector.count > 0)
		warn(lint, object, &object->place,
		    "is not used: Service %s/%s has a selector, so its Pods are its endpoints",
		    object->ns,
		    slice->service_name);
}

static void
lint_ingress(struct lint *lint, const struct ingress *ingress)
{
	const struct object *object = &ingress->object;

	for (size_t i = 0; i < ingress->service_count; i++)
		if (store_service(lint->store, object->ns, ingress->services[i]) == NULL)
			warn(lint, object, &object->place, "leads to Service %s, which is not stated",
			    ingress->services[i]);
	if (ingress->host_count > 0 && ingress->addr_count == 0 && ingress->balancer == NULL)
		diag_add(lint->diag, SEVERITY_INFO, &object->place,
		    "Ingress %s/%s: has neither rollcall/address nor a status: its hosts are "
		    "answered by ingressAddresses, if these are set", object->ns, object->name);
}

/* Reserve all explicit addresses, then choose the rest, as a load would. */
static int
lint_addresses(const struct sorted *services, const struct allot_settings *ranges,
    struct diag *diag)
{
	struct allot *allot = allot_new(ranges);
	const struct allotment *allotment;
	int err = 0;

	if (allot == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < services->count && err != ERR_NOMEM; i++)
		err = allot_reserve(allot, (const struct service *)services->items[i], diag);
	for (size_t i = 0; i < services->count && err != ERR_NOMEM; i++)
		err = allot_assign(allot, (const struct service *)services->items[i], i, diag,
		    &allotment);
	allot_free(allot);
	return err == ERR_NOMEM ? ERR_NOMEM : 0;
}

int
lint_store(const struct store *store, const struct allot_settings *ranges, struct diag *diag)
{
	static const enum object_kind slice_kinds[] = { KIND_ENDPOINT_SLICE, KIND_ENDPOINTS };
	struct lint lint = { store, diag };
	struct sorted sorted = { NULL, 0, 0 };
	int err = sorted_fill(&sorted, store, KIND_SERVICE);

	if (err == 0)
		err = lint_addresses(&sorted, ranges, diag);
	for (size_t i = 0; err == 0 && i < sorted.count; i++)
		err = lint_service(&lint, (const struct service *)sorted.items[i]);
	if (err == 0)
		err = sorted_fill(&sorted, store, KIND_POD);
	for (size_t i = 0; err == 0 && i < sorted.count; i++)
		lint_pod(&lint, (const struct pod *)sorted.items[i]);
	if (err == 0)
		tell_images(&lint, &sorted);
	for (size_t kind = 0; err == 0 && kind < 2; kind++) {
		err = sorted_fill(&sorted, store, slice_kinds[kind]);
		for (size_t i = 0; err == 0 && i < sorted.count; i++)
			lint_slice(&lint, (const struct slice *)sorted.items[i]);
	}
	if (err == 0)
		err = sorted_fill(&sorted, store, KIND_INGRESS);
	for (size_t i = 0; err == 0 && i < sorted.count; i++)
		lint_ingress(&lint, (const struct ingress *)sorted.items[i]);
	free(sorted.items);
	return err;
}
