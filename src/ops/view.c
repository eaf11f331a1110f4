/* view.c - objects as an API server shows them. */
#include "ops/view.h"

#include <stdlib.h>
#include <string.h>

#include "model/object.h"
#include "ops/view_parts.h"

static const struct {
	const char *version;
	view_fill_fn *fill;
} kinds[API_KIND_COUNT] = {
	[API_SERVICES] = { "v1", view_fill_service },
	[API_PODS] = { "v1", view_fill_pod },
	[API_ENDPOINTS] = { "v1", view_fill_endpoints },
	[API_ENDPOINT_SLICES] = { "discovery.k8s.io/v1", view_fill_slice },
	[API_NAMESPACES] = { "v1", view_fill_namespace },
	[API_INGRESSES] = { "networking.k8s.io/v1", view_fill_ingress },
	[API_EVENTS] = { "v1", view_fill_event },
};

struct view *
view_new(const struct view_settings *settings)
{
	struct view *view = calloc(1, sizeof(*view));

	if (view == NULL)
		return NULL;
	view->settings = *settings;
	return view;
}

void
view_free(struct view *view)
{
	free(view);
}

/* Of what is made for another object, that one's metadata is what is known first. */
static bool
begin(struct view_work *work, bool head)
{
	const struct ledger_entry *entry = work->entry;

	head |= entry->origin == LEDGER_MADE || entry->origin == LEDGER_MIRRORED;
	work->root = view_stated(work->view, entry->object, head);
	return work->root != NULL;
}

static bool
fill(struct view_work *work)
{
	enum api_kind kind = (enum api_kind)work->entry->kind;
	json_t *metadata = view_member(work->root, "metadata", JSON_OBJECT);

	return metadata != NULL && view_fill_metadata(work, metadata) &&
	    view_set(work->root, "apiVersion", json_string(kinds[kind].version)) &&
	    view_set(work->root, "kind", json_string(api_kind_text(kind))) &&
	    kinds[kind].fill(work) && (work->all || view_hide(work));
}

json_t *
view_object(struct view *view, const struct ledger_entry *entry, bool all)
{
	struct view_work work = { .view = view, .entry = entry, .all = all };

	if (begin(&work, false) && fill(&work))
		return work.root;
	json_decref(work.root);
	return NULL;
}

json_t *
view_metadata(struct view *view, const struct ledger_entry *entry, bool all)
{
	struct view_work work = { .view = view, .entry = entry, .all = all };
	json_t *metadata = begin(&work, true) ?
	    view_member(work.root, "metadata", JSON_OBJECT) : NULL;
	bool done = metadata != NULL && view_fill_metadata(&work, metadata) &&
	    (entry->kind != API_NAMESPACES || view_fill_namespace(&work)) &&
	    (all || view_hide_annotations(&work, metadata));

	json_incref(metadata);
	json_decref(work.root);
	if (done)
		return metadata;
	json_decref(metadata);
	return NULL;
}

/* ---- discovery.k8s.io/v1beta1 ---- */

/* Node and zone stand among the labels of topology there. */
static bool
make_beta(json_t *endpoint)
{
	static const struct {
		const char *field;
		const char *label;
	} fields[] = {
		{ "nodeName", "kubernetes.io/hostname" },
		{ "zone", "topology.kubernetes.io/zone" },
	};

	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
		json_t *value = json_object_get(endpoint, fields[i].field);
		json_t *topology = value == NULL ? NULL :
		    view_member(endpoint, "topology", JSON_OBJECT);

		if (value == NULL)
			continue;
		if (topology == NULL || json_object_set(topology, fields[i].label, value) != 0)
			return false;
	}
	(void)json_object_del(endpoint, "zone");
	(void)json_object_del(endpoint, "deprecatedTopology");
	return true;
}

json_t *
view_object_beta(struct view *view, const struct ledger_entry *entry, bool all)
{
	json_t *object = view_object(view, entry, all);
	bool done = object != NULL && view_set(object, "apiVersion",
	    json_string("discovery.k8s.io/v1beta1"));
	json_t *endpoint;
	size_t i;

	json_array_foreach(json_object_get(object, "endpoints"), i, endpoint)
		done = done && make_beta(endpoint);
	if (done)
		return object;
	json_decref(object);
	return NULL;
}

bool
view_origin(const struct view *view, const struct ledger_entry *entry, struct place *place)
{
	(void)view;
	if (entry->object == NULL || entry->origin != LEDGER_STATED)
		return false;
	*place = entry->object->place;
	return place->file != NULL;
}
