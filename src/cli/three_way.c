/* three_way.c - what to change so that an object says what a file says. */
#include "cli/three_way.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

#define LAST_APPLIED "kubectl.kubernetes.io/last-applied-configuration"
#define DEPTH_MAX 64

/* Whether live says all that the file says; what live has beside it does not count. */
static bool
is_said(const json_t *live, const json_t *file)
{
	json_t *map = (json_t *)(uintptr_t)file;

	if (json_is_object(file) && json_is_object(live)) {
		for (void *at = json_object_iter(map); at != NULL; at = json_object_iter_next(map, at))
			if (!is_said(json_object_get(live, json_object_iter_key(at)),
			    json_object_iter_value(at)))
				return false;
		return true;
	}
	if (json_is_array(file) && json_is_array(live)) {
		if (json_array_size(file) != json_array_size(live))
			return false;
		for (size_t i = 0; i < json_array_size(file); i++)
			if (!is_said(json_array_get(live, i), json_array_get(file, i)))
				return false;
		return true;
	}
	if (json_is_null(file) && live == NULL)
		return true;
	if (json_is_number(file) && json_is_number(live))
		return json_number_value(file) >= json_number_value(live) &&
		    json_number_value(file) <= json_number_value(live);
	return live != NULL && json_equal(live, file);
}

static json_t *diff(const json_t *last, const json_t *live, const json_t *file, unsigned depth);

/* One key that the file says.  0 or -1. */
static int
diff_key(json_t *patch, const char *key, const json_t *last, const json_t *live,
    const json_t *file, unsigned depth)
{
	json_t *below;

	if (!json_is_object(file) || !json_is_object(live))
		return is_said(live, file) ? 0
		    : json_object_set(patch, key, (json_t *)(uintptr_t)file);
	below = diff(last, live, file, depth + 1);
	if (below == NULL || json_object_size(below) > 0)
		return json_object_set_new(patch, key, below);
	json_decref(below);
	return 0;
}

static json_t *
diff(const json_t *last, const json_t *live, const json_t *file, unsigned depth)
{
	json_t *patch = json_object(), *said = (json_t *)(uintptr_t)file;
	json_t *before = (json_t *)(uintptr_t)last;
	int failed = patch == NULL || depth > DEPTH_MAX ? -1 : 0;

	for (void *at = json_object_iter(said); at != NULL && failed == 0;
	    at = json_object_iter_next(said, at)) {
		const char *key = json_object_iter_key(at);

		failed = diff_key(patch, key, json_object_get(last, key), json_object_get(live, key),
		    json_object_iter_value(at), depth);
	}
	for (void *at = json_object_iter(before); at != NULL && failed == 0;
	    at = json_object_iter_next(before, at)) {
		const char *key = json_object_iter_key(at);

		if (json_object_get(file, key) == NULL && json_object_get(live, key) != NULL)
			failed = json_object_set_new(patch, key, json_null());
	}
	if (failed == 0)
		return patch;
	json_decref(patch);
	return NULL;
}

static const json_t *
annotations_of(const json_t *object)
{
	return json_object_get(json_object_get(object, "metadata"), "annotations");
}

/* What the file said when it was applied last; NULL: it was not. */
static json_t *
last_applied(const json_t *live)
{
	const char *text =
	    json_string_value(json_object_get(annotations_of(live), LAST_APPLIED));

	return text != NULL ? json_loads(text, 0, NULL) : NULL;
}

json_t *
three_way_patch(const json_t *live, const json_t *file)
{
	json_t *last = last_applied(live), *patch;

	/* The file's own annotation is compared by what it says, not by how it is written. */
	patch = diff(last, live, file, 0);
	if (patch != NULL && last != NULL) {
		json_t *now = last_applied(file);
		json_t *metadata = json_object_get(patch, "metadata");
		json_t *annotations = json_object_get(metadata, "annotations");

		if (now != NULL && is_said(now, last) && is_said(last, now))
			(void)json_object_del(annotations, LAST_APPLIED);
		if (annotations != NULL && json_object_size(annotations) == 0)
			(void)json_object_del(metadata, "annotations");
		if (metadata != NULL && json_object_size(metadata) == 0)
			(void)json_object_del(patch, "metadata");
		json_decref(now);
	}
	json_decref(last);
	return patch;
}

int
three_way_note(json_t *file)
{
	json_t *metadata = json_object_get(file, "metadata");
	json_t *annotations;
	char *text;
	int failed = 0;

	if (!json_is_object(json_object_get(metadata, "annotations")))
		failed = json_object_set_new(metadata, "annotations", json_object());
	annotations = json_object_get(metadata, "annotations");
	(void)json_object_del(annotations, LAST_APPLIED);
	text = failed == 0 ? json_dumps(file, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
	if (text == NULL)
		return ERR_NOMEM;
	failed = json_object_set_new(annotations, LAST_APPLIED, json_sprintf("%s\n", text));
	free(text);
	return failed != 0 ? ERR_NOMEM : 0;
}
