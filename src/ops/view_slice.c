/* view_slice.c - EndpointSlices: as stated, as the controller makes them, or mirrors of Endpoints. */
#include <stdio.h>
#include <string.h>

#include "base/addr.h"
#include "model/roster.h"
#include "model/service.h"
#include "model/slice.h"
#include "ops/slicing.h"
#include "ops/view_parts.h"

#define MANAGED_BY "endpointslice.kubernetes.io/managed-by"
#define SERVICE_NAME "kubernetes.io/service-name"

/* ---- metadata of what is made ---- */

static bool
set_owner(const struct view_work *work, json_t *metadata)
{
	const struct object *owner = work->entry->object;
	bool mirrored = work->entry->origin == LEDGER_MIRRORED;
	json_t *list = json_pack("[{s:s, s:s, s:s, s:b, s:b}]", "apiVersion", "v1", "kind",
	    mirrored ? "Endpoints" : "Service", "name", owner->name, "controller", 1,
	    "blockOwnerDeletion", 1);

	return view_set(metadata, "ownerReferences", list) &&
	    view_set_uid(work, json_array_get(list, 0), mirrored ? API_ENDPOINTS : API_SERVICES,
	    owner->ns, owner->name);
}

static bool
set_slice_labels(const struct view_work *work, json_t *labels)
{
	return view_set(labels, MANAGED_BY, json_string(work->entry->origin == LEDGER_MIRRORED ?
	    "endpointslicemirroring-controller.k8s.io" : "endpointslice-controller.k8s.io")) &&
	    view_set(labels, SERVICE_NAME, json_string(work->entry->object->name));
}

/* As the controllers have it: the labels go over, nothing else does. */
bool
view_fill_made_metadata(const struct view_work *work, json_t *metadata)
{
	const struct ledger_entry *entry = work->entry;
	json_t *stated = json_incref(json_object_get(metadata, "labels"));
	bool headless = entry->origin == LEDGER_MADE &&
	    ((const struct service *)(const void *)entry->object)->headless;
	char generate[SLICING_NAME_SIZE];
	json_t *labels;
	bool done;

	(void)json_object_clear(metadata);
	done = view_set(metadata, "namespace", json_string(entry->ns)) &&
	    (stated == NULL || json_object_set(metadata, "labels", stated) == 0);
	json_decref(stated);
	labels = !done || (entry->kind == API_ENDPOINTS && !headless) ? NULL :
	    view_member(metadata, "labels", JSON_OBJECT);
	if (headless)
		done = labels != NULL && view_set(labels, "service.kubernetes.io/headless",
		    json_string(""));
	if (!done || entry->kind == API_ENDPOINTS)
		return done;
	snprintf(generate, sizeof(generate), "%.57s-", entry->object->name);
	return labels != NULL && set_slice_labels(work, labels) && set_owner(work, metadata) &&
	    view_set(metadata, "generateName", json_string(generate));
}

/* ---- endpoints ---- */

static bool
add_endpoint(const struct view_work *work, const struct endpoint *of, const char *hostname,
    struct slicing_conditions conditions, json_t *list)
{
	json_t *address = view_address(&of->addr);
	json_t *item = address == NULL ? NULL : json_pack("{s:[o], s:{s:b, s:b, s:b}}",
	    "addresses", address, "conditions", "ready", conditions.ready, "serving",
	    conditions.serving, "terminating", conditions.terminating);

	if (item != NULL &&
	    (hostname == NULL || view_set(item, "hostname", json_string(hostname))) &&
	    (of->zone == NULL || view_set(item, "zone", json_string(of->zone))) &&
	    view_set_place(work, item, of))
		return json_array_append_new(list, item) == 0;
	json_decref(item);
	return false;
}

static bool
add_made(const struct view_work *work, const struct roster_entry *roster,
    const struct slicing_run *run, size_t skip, json_t *list)
{
	size_t seen = 0;
	bool done = true;

	for (size_t i = 0; done && i < roster->endpoint_count && seen < skip + SLICING_MAX; i++) {
		const struct roster_endpoint *endpoint = &roster->endpoints[i];

		if (endpoint->from_slice || endpoint->of->addr.family != run->family ||
		    endpoint->group != run->group || seen++ < skip)
			continue;
		done = add_endpoint(work, endpoint->of, roster_hostname(endpoint),
		    slicing_conditions(roster, endpoint), list);
	}
	return done;
}

/* What a probe found of an address is told by the mirror: the Endpoints stay as they were stated. */
static bool
add_mirrored(const struct view_work *work, const struct roster_entry *roster,
    const struct slicing_run *run, size_t skip, json_t *list)
{
	const struct slice *slice = (const void *)work->entry->object;
	const struct slice_part *part = &slice->parts[run->group];
	size_t seen = 0;
	bool done = true;

	for (uint32_t i = 0; done && i < part->endpoint_count && seen < skip + SLICING_MAX; i++) {
		const struct endpoint *of = &part->endpoints[i];
		const struct roster_endpoint *found;
		struct slicing_conditions conditions = { .ready = of->ready != TRI_FALSE };

		if (of->addr.family != run->family || seen++ < skip)
			continue;
		conditions.serving = conditions.ready;
		found = slicing_stated(roster, &of->addr);
		if (found != NULL)
			conditions = slicing_conditions(roster, found);
		done = add_endpoint(work, of, of->hostname, conditions, list);
	}
	return done;
}

/* ---- the slice ---- */

static bool
set_mirrored_ports(json_t *root, const struct slice_part *part)
{
	json_t *list = json_array();
	bool done = list != NULL;

	for (uint32_t i = 0; done && i < part->port_count; i++) {
		const struct slice_port *port = &part->ports[i];
		json_t *item = json_pack("{s:s, s:i, s:s}", "name", port->name, "port",
		    (int)port->port, "protocol", protocol_text(port->protocol));

		done = item != NULL && (port->app_protocol == NULL ||
		    view_set(item, "appProtocol", json_string(port->app_protocol)));
		if (done)
			done = json_array_append_new(list, item) == 0;
		else
			json_decref(item);
	}
	if (done)
		return view_set(root, "ports", list);
	json_decref(list);
	return false;
}

static bool
fill_part(struct view_work *work, const struct roster_entry *roster,
    const struct slicing *slicing)
{
	bool mirrored = work->entry->origin == LEDGER_MIRRORED;
	const struct slice *slice = (const void *)work->entry->object;
	size_t skip = 0;
	const struct slicing_run *run = slicing_find(slicing, work->entry->part, &skip);
	json_t *list = json_array();
	bool done = list != NULL && run != NULL && view_set(work->root, "addressType",
	    json_string(run->family == ADDR_IP6 ? "IPv6" : "IPv4"));

	if (done)
		done = mirrored ? add_mirrored(work, roster, run, skip, list) :
		    add_made(work, roster, run, skip, list);
	if (!done) {
		json_decref(list);
		return false;
	}
	/* An empty one says null, as the controller's does. */
	if (json_array_size(list) == 0) {
		json_decref(list);
		return view_set(work->root, "endpoints", json_null()) &&
		    view_set(work->root, "ports", json_null());
	}
	return view_set(work->root, "endpoints", list) && (mirrored ?
	    set_mirrored_ports(work->root, &slice->parts[run->group]) :
	    view_set_ports(work->root, roster, &roster->groups[run->group]));
}

/* It is no more, and only its metadata is known. */
static bool
fill_nothing(const struct view_work *work)
{
	return view_default(work->root, "addressType", json_string("IPv4")) &&
	    view_set(work->root, "endpoints", json_null()) &&
	    view_set(work->root, "ports", json_null());
}

static bool
fill_stated(json_t *root)
{
	json_t *port, *endpoint;
	size_t i;

	json_array_foreach(json_object_get(root, "ports"), i, port) {
		if (json_is_object(port) && (!view_default(port, "name", json_string("")) ||
		    !view_default(port, "protocol", json_string("TCP"))))
			return false;
	}
	json_array_foreach(json_object_get(root, "endpoints"), i, endpoint) {
		if (json_is_object(endpoint) &&
		    view_member(endpoint, "conditions", JSON_OBJECT) == NULL)
			return false;
	}
	return view_default(root, "endpoints", json_null()) &&
	    view_default(root, "ports", json_null());
}

bool
view_fill_slice(struct view_work *work)
{
	const struct ledger_entry *entry = work->entry;
	const struct roster_entry *roster;
	struct slicing slicing = { 0 };
	bool done;

	if (entry->origin == LEDGER_STATED)
		return fill_stated(work->root);
	roster = view_roster(work);
	if (roster == NULL)
		return fill_nothing(work);
	if ((entry->origin == LEDGER_MIRRORED ?
	    slicing_mirror((const void *)entry->object, &slicing) :
	    slicing_make(roster, &slicing)) != 0)
		return false;
	done = entry->part < slicing.part_count ? fill_part(work, roster, &slicing) :
	    fill_nothing(work);
	slicing_release(&slicing);
	return done;
}
