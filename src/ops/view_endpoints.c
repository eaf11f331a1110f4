/* view_endpoints.c - Endpoints: as stated, or as the controller makes them for a selector. */
#include <string.h>

#include "base/addr.h"
#include "model/endpoint.h"
#include "model/roster.h"
#include "model/service.h"
#include "ops/slicing.h"
#include "ops/view_parts.h"

/* What Kubernetes holds in one Endpoints object. */
#define CAPACITY 1000

/* ---- shared with slices ---- */

bool
view_set_uid(const struct view_work *work, json_t *object, enum api_kind kind, const char *ns,
    const char *name)
{
	const struct ledger *ledger = work->view->settings.ledger;
	const struct ledger_entry *entry = ledger == NULL ? NULL :
	    ledger_find(ledger, kind, ns, name);
	char uid[LEDGER_UID_SIZE];

	return entry == NULL || view_set(object, "uid", json_string(ledger_uid(entry, uid)));
}

bool
view_set_place(const struct view_work *work, json_t *object, const struct endpoint *of)
{
	json_t *target;

	if (of->node_name != NULL && !view_set(object, "nodeName", json_string(of->node_name)))
		return false;
	if (of->pod_name == NULL)
		return true;
	target = view_member(object, "targetRef", JSON_OBJECT);
	return target != NULL && view_set(target, "kind", json_string("Pod")) &&
	    view_set(target, "name", json_string(of->pod_name)) &&
	    view_set(target, "namespace", json_string(work->entry->ns)) &&
	    view_set_uid(work, target, API_PODS, work->entry->ns, of->pod_name);
}

static bool
add_port(json_t *list, const struct roster_entry *roster, const struct roster_group_port *port,
    bool unnamed_too)
{
	const struct service_port *stated = port->service_port < roster->service->port_count ?
	    &roster->service->ports[port->service_port] : NULL;
	json_t *item = json_object();
	bool done = item != NULL &&
	    ((*port->name == '\0' && !unnamed_too) ||
	    view_set(item, "name", json_string(port->name))) &&
	    view_set(item, "port", json_integer(port->port)) &&
	    view_set(item, "protocol", json_string(protocol_text(port->protocol)));

	if (done && stated != NULL && stated->app_protocol != NULL)
		done = view_set(item, "appProtocol", json_string(stated->app_protocol));
	if (done)
		return json_array_append_new(list, item) == 0;
	json_decref(item);
	return false;
}

bool
view_set_ports(json_t *object, const struct roster_entry *roster, const struct roster_group *group)
{
	/* A slice says the name of a port that has none, a subset does not. */
	bool of_slice = json_object_get(object, "addressType") != NULL;
	json_t *list = json_array();
	bool done = list != NULL;

	for (size_t i = 0; done && group != NULL && i < group->port_count; i++)
		done = add_port(list, roster, &group->ports[i], of_slice);
	if (done)
		return view_set(object, "ports", list);
	json_decref(list);
	return false;
}

/* ---- subsets ---- */

/* The primary family's Pods; those that go are nobody's any more (endpoints controller). */
static bool
is_in_subset(const struct roster_entry *roster, const struct roster_endpoint *endpoint,
    size_t group)
{
	return !endpoint->from_slice && endpoint->group == group &&
	    roster->family_count > 0 && endpoint->of->addr.family == roster->families[0] &&
	    (!endpoint->terminating || roster->publish_not_ready);
}

static bool
add_address(const struct view_work *work, const struct roster_endpoint *endpoint, json_t *list)
{
	const char *hostname = roster_hostname(endpoint);
	json_t *item = json_object();

	if (item != NULL && view_set(item, "ip", view_address(&endpoint->of->addr)) &&
	    (hostname == NULL || view_set(item, "hostname", json_string(hostname))) &&
	    view_set_place(work, item, endpoint->of))
		return json_array_append_new(list, item) == 0;
	json_decref(item);
	return false;
}

static bool
add_addresses(const struct view_work *work, const struct roster_entry *roster, size_t group,
    bool ready, json_t *subset, size_t *room)
{
	json_t *list = json_array();
	bool done = list != NULL;

	for (size_t i = 0; done && *room > 0 && i < roster->endpoint_count; i++) {
		const struct roster_endpoint *endpoint = &roster->endpoints[i];

		if (!is_in_subset(roster, endpoint, group) ||
		    slicing_conditions(roster, endpoint).ready != ready)
			continue;
		done = add_address(work, endpoint, list);
		--*room;
	}
	if (done && json_array_size(list) > 0)
		return json_object_set_new(subset, ready ? "addresses" : "notReadyAddresses",
		    list) == 0;
	json_decref(list);
	return done;
}

static bool
add_subset(const struct view_work *work, const struct roster_entry *roster, size_t group,
    json_t *subsets, size_t *room)
{
	const struct roster_group *ports = &roster->groups[group];
	json_t *subset = json_object();
	bool done = subset != NULL &&
	    add_addresses(work, roster, group, true, subset, room) &&
	    add_addresses(work, roster, group, false, subset, room);

	if (done && json_object_size(subset) == 0) {
		json_decref(subset);
		return true;
	}
	if (done && (ports->port_count == 0 || view_set_ports(subset, roster, ports)))
		return json_array_append_new(subsets, subset) == 0;
	json_decref(subset);
	return false;
}

static bool
fill_made(struct view_work *work, const struct roster_entry *roster)
{
	json_t *subsets = json_array();
	bool done = subsets != NULL;
	size_t room = CAPACITY;

	for (size_t group = 0; done && group < roster->group_count; group++)
		done = add_subset(work, roster, group, subsets, &room);
	if (done && json_array_size(subsets) > 0)
		return view_set(work->root, "subsets", subsets);
	json_decref(subsets);
	return done;
}

/* ---- stated ones ---- */

static bool
fill_stated(json_t *root)
{
	json_t *subset, *port;
	size_t i, j;

	json_array_foreach(json_object_get(root, "subsets"), i, subset) {
		json_array_foreach(json_object_get(subset, "ports"), j, port) {
			if (json_is_object(port) &&
			    !view_default(port, "protocol", json_string("TCP")))
				return false;
		}
	}
	return true;
}

bool
view_fill_endpoints(struct view_work *work)
{
	const struct roster_entry *roster;

	if (work->entry->origin == LEDGER_STATED)
		return fill_stated(work->root);
	roster = view_roster(work);
	return roster == NULL || fill_made(work, roster);
}
