/* view_hide.c - take out what only those who may write are to see: values of httpHeaders. */
#include <stdlib.h>
#include <string.h>

#include "model/object.h"
#include "model/probe_spec.h"
#include "model/service.h"
#include "ops/view_parts.h"

#define HIDDEN "<hidden>"
#define PROBE_ANNOTATION "rollcall/readiness-probe"
#define APPLIED_ANNOTATION "kubectl.kubernetes.io/last-applied-configuration"
/* As deep as any manifest (DOC_MAX_DEPTH), and what an annotation may hold besides. */
#define DEPTH_MAX 128

static bool hide_annotations(json_t *annotations, bool probe_too, unsigned depth);

static bool
hide_headers(json_t *headers)
{
	json_t *header;
	size_t i;

	json_array_foreach(headers, i, header) {
		if (json_object_get(header, "value") != NULL &&
		    !view_set(header, "value", json_string(HIDDEN)))
			return false;
	}
	return true;
}

/* Wherever they stand: probes, hooks of the life cycle, manifests in annotations. */
static bool
hide_in(json_t *value, unsigned depth)
{
	const char *key;
	json_t *item;
	size_t i;

	if (depth > DEPTH_MAX)
		return false;
	json_array_foreach(value, i, item) {
		if (!hide_in(item, depth + 1))
			return false;
	}
	json_object_foreach(value, key, item) {
		bool done = strcmp(key, "httpHeaders") == 0 ? hide_headers(item) :
		    strcmp(key, "annotations") == 0 ? hide_annotations(item, true, depth + 1) :
		    hide_in(item, depth + 1);

		if (!done)
			return false;
	}
	return true;
}

/* A text that says of headers, perhaps; YAML can spell a word in many ways. */
static bool
may_say_headers(const char *text)
{
	return strcasestr(text, "header") != NULL || strchr(text, '\\') != NULL ||
	    strchr(text, '*') != NULL;
}

static json_t *
hide_applied(const char *text, unsigned depth)
{
	json_error_t error;
	json_t *manifest = json_loads(text, JSON_ALLOW_NUL, &error);
	json_t *out = NULL;
	char *dump;

	if (manifest == NULL || !hide_in(manifest, depth + 1)) {
		json_decref(manifest);
		return json_string(HIDDEN);
	}
	dump = json_dumps(manifest, JSON_COMPACT | JSON_SORT_KEYS);
	if (dump != NULL)
		out = json_string(dump);
	free(dump);
	json_decref(manifest);
	return out;
}

static bool
hide_annotations(json_t *annotations, bool probe_too, unsigned depth)
{
	const char *applied = json_string_value(json_object_get(annotations, APPLIED_ANNOTATION));
	const char *probe = json_string_value(json_object_get(annotations, PROBE_ANNOTATION));

	if (probe != NULL && probe_too && may_say_headers(probe) &&
	    !view_set(annotations, PROBE_ANNOTATION, json_string(HIDDEN)))
		return false;
	return applied == NULL || !may_say_headers(applied) ||
	    view_set(annotations, APPLIED_ANNOTATION, hide_applied(applied, depth));
}

bool
view_hide_annotations(const struct view_work *work, json_t *metadata)
{
	json_t *annotations = json_object_get(metadata, "annotations");
	const struct ledger_entry *entry = work->entry;
	const struct service *service = entry->kind == API_SERVICES ?
	    (const void *)entry->object : NULL;
	bool has_headers = service == NULL || service->readiness_probe == NULL ||
	    service->readiness_probe->header_count > 0;

	return annotations == NULL || hide_annotations(annotations, has_headers, 0);
}

bool
view_hide(struct view_work *work)
{
	json_t *spec = json_object_get(work->root, "spec");

	if (work->entry->kind == API_PODS && spec != NULL && !hide_in(spec, 0))
		return false;
	return view_hide_annotations(work, json_object_get(work->root, "metadata"));
}
