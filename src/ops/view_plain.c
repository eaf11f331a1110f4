/* view_plain.c - Namespaces, Ingresses and Events: little but what was stated or noted. */
#include <string.h>

#include "base/addr.h"
#include "model/ingress.h"
#include "model/object.h"
#include "ops/recorder.h"
#include "ops/view_parts.h"

#define COMPONENT "rollcall"

/* ---- Namespace ---- */

bool
view_fill_namespace(struct view_work *work)
{
	json_t *metadata = view_member(work->root, "metadata", JSON_OBJECT);
	json_t *labels = metadata != NULL ? view_member(metadata, "labels", JSON_OBJECT) : NULL;
	json_t *spec = view_member(work->root, "spec", JSON_OBJECT);
	json_t *status = view_member(work->root, "status", JSON_OBJECT);
	bool going = work->entry->object != NULL && work->entry->object->deleting;

	return labels != NULL && spec != NULL && status != NULL &&
	    view_set(labels, "kubernetes.io/metadata.name", json_string(work->entry->name)) &&
	    view_default(spec, "finalizers", json_pack("[s]", "kubernetes")) &&
	    view_set(status, "phase", json_string(going ? "Terminating" : "Active"));
}

/* ---- Ingress ---- */

static bool
add_address(json_t *list, const char *key, json_t *value)
{
	json_t *item = json_object();

	if (!view_set(item, key, value)) {
		json_decref(item);
		return false;
	}
	return json_array_append_new(list, item) == 0;
}

bool
view_fill_ingress(struct view_work *work)
{
	const struct ingress *ingress = (const void *)work->entry->object;
	json_t *status = view_member(work->root, "status", JSON_OBJECT);
	json_t *balancer = status != NULL ? view_member(status, "loadBalancer", JSON_OBJECT) : NULL;
	json_t *list;
	bool done;

	if (balancer == NULL || ingress == NULL)
		return false;
	if (ingress->addr_count == 0 || json_object_get(balancer, "ingress") != NULL)
		return true;
	list = json_array();
	done = list != NULL;
	for (size_t i = 0; done && i < ingress->addr_count; i++)
		done = add_address(list, "ip", view_address(&ingress->addrs[i]));
	if (done)
		return view_set(balancer, "ingress", list);
	json_decref(list);
	return false;
}

/* ---- Event ---- */

static bool
fill_about(json_t *root, const struct recorder_event *event)
{
	static const struct {
		const char *kind;
		const char *version;
	} versions[] = {
		{ "EndpointSlice", "discovery.k8s.io/v1" }, { "Ingress", "networking.k8s.io/v1" },
	};
	json_t *about = view_member(root, "involvedObject", JSON_OBJECT);
	const char *version = "v1";

	for (size_t i = 0; i < sizeof(versions) / sizeof(*versions); i++)
		if (strcmp(versions[i].kind, event->about_kind) == 0)
			version = versions[i].version;
	return about != NULL && view_set(about, "kind", json_string(event->about_kind)) &&
	    view_set(about, "apiVersion", json_string(version)) &&
	    view_set(about, "name", json_string(event->about_name)) &&
	    (*event->about_ns == '\0' ||
	    view_set(about, "namespace", json_string(event->about_ns))) &&
	    (*event->about_uid == '\0' || view_set(about, "uid", json_string(event->about_uid)));
}

static bool
fill_source(json_t *root, const char *node_name)
{
	json_t *source = view_member(root, "source", JSON_OBJECT);

	return source != NULL && view_set(source, "component", json_string(COMPONENT)) &&
	    (node_name == NULL || *node_name == '\0' ||
	    view_set(source, "host", json_string(node_name)));
}

bool
view_fill_event(struct view_work *work)
{
	const struct view_settings *settings = &work->view->settings;
	const struct recorder_event *event = settings->recorder == NULL ? NULL :
	    recorder_find(settings->recorder, work->entry->ns, work->entry->name);
	json_t *root = work->root;

	/* Gone: its metadata is all that is known. */
	if (event == NULL)
		return view_member(root, "involvedObject", JSON_OBJECT) != NULL;
	return fill_about(root, event) && fill_source(root, settings->node_name) &&
	    view_set(root, "reason", json_string(event->reason)) &&
	    view_set(root, "message", json_string(event->message)) &&
	    view_set(root, "type", json_string(event->type == EVENT_WARNING ? "Warning" :
	    "Normal")) &&
	    view_set(root, "count", json_integer(event->count)) &&
	    view_set(root, "firstTimestamp", view_time(event->first_unix_s)) &&
	    view_set(root, "lastTimestamp", view_time(event->last_unix_s)) &&
	    view_set(root, "eventTime", json_null()) &&
	    view_set(root, "reportingComponent", json_string(COMPONENT)) &&
	    view_set(root, "reportingInstance", json_string(""));
}
