/* patch_merge.c - JSON merge patches (RFC 7386). */
#include "ops/patch_merge.h"

#include "base/err.h"
#include "ops/patch_bounds.h"

static json_t *merge(json_t *target, json_t *patch);

/* Section 2: a null takes the member away, all else is merged into it. */
static int
merge_member(json_t *out, const char *key, json_t *change)
{
	json_t *now;

	if (json_is_null(change)) {
		json_object_del(out, key);
		return 0;
	}
	now = merge(json_object_get(out, key), change);
	return json_object_set_new(out, key, now) == 0 ? 0 : ERR_NOMEM;
}

/* What is not an object begins as an empty one, so that nulls in the patch vanish there too. */
static json_t *
merge(json_t *target, json_t *patch)
{
	json_t *out;
	const char *key;
	json_t *change;

	if (!json_is_object(patch))
		return json_deep_copy(patch);
	/* Members that do not change are shared; who gets the whole gets a copy. */
	out = json_is_object(target) ? json_copy(target) : json_object();
	if (out == NULL)
		return NULL;
	json_object_foreach(patch, key, change) {
		if (merge_member(out, key, change) != 0) {
			json_decref(out);
			return NULL;
		}
	}
	return out;
}

int
patch_merge(json_t *target, json_t *patch, struct patch_why *why, json_t **out)
{
	int err = patch_bounds_check(patch, why);
	json_t *merged, *copy;

	if (err != 0)
		return err;
	merged = merge(target, patch);
	if (merged == NULL)
		return ERR_NOMEM;
	err = patch_bounds_check(merged, why);
	copy = err == 0 ? json_deep_copy(merged) : NULL;
	json_decref(merged);
	if (copy == NULL)
		return err != 0 ? err : ERR_NOMEM;
	*out = copy;
	return 0;
}
