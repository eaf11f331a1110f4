/* patch_strategic.c - Kubernetes' strategic merge patches. */
#include "ops/patch_strategic.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "ops/patch_bounds.h"
#include "ops/patch_order.h"
#include "ops/patch_schema.h"

#define PATCH "$patch"
#define RETAIN "$retainKeys"
static const char delete_prefix[] = "$deleteFromPrimitiveList/";
static const char order_prefix[] = "$setElementOrder/";

struct merger {
	const char *kind;
	struct patch_why *why;
	/* Items that were compared: lists are looked through item by item. */
	size_t work;
};
/* Two lists of 3,000 items; the API server's own objects stay far below. */
#define WORK_MAX 10000000

static int merge_map(struct merger *merger, const struct patch_path *path, json_t *target,
    json_t *patch, json_t **out);

static bool
is_order(const char *key)
{
	return strcmp(key, PATCH) == 0 || strcmp(key, RETAIN) == 0 ||
	    strncmp(key, delete_prefix, sizeof(delete_prefix) - 1) == 0 ||
	    strncmp(key, order_prefix, sizeof(order_prefix) - 1) == 0;
}

/* $patch as a text; NULL where there is none. */
static const char *
command_of(json_t *patch)
{
	return json_string_value(json_object_get(patch, PATCH));
}

/* One list's item or one object without the orders on its own level. */
static json_t *
strip(json_t *patch)
{
	json_t *out = json_copy(patch);
	const char *key;
	json_t *value;
	void *next;

	if (out == NULL || !json_is_object(out))
		return out;
	json_object_foreach_safe(out, next, key, value) {
		if (is_order(key))
			json_object_del(out, key);
	}
	return out;
}

static int
count_work(struct merger *merger, size_t items)
{
	merger->work += items + 1;
	return merger->work <= WORK_MAX ? 0 :
	    patch_why_say(merger->why, ERR_LIMIT, "its lists are too long to be merged");
}

/* ---- lists ---- */

static int
merge_texts(struct merger *merger, json_t *list, json_t *patch)
{
	size_t i;
	json_t *item;

	json_array_foreach(patch, i, item) {
		int err = count_work(merger, json_array_size(list));

		if (err != 0)
			return err;
		if (patch_order_find(list, item, "") == json_array_size(list) &&
		    json_array_append(list, item) != 0)
			return ERR_NOMEM;
	}
	return 0;
}

static int
delete_items(json_t *list, json_t *identity, const char *key)
{
	size_t at;

	while ((at = patch_order_find(list, identity, key)) < json_array_size(list))
		json_array_remove(list, at);
	return 0;
}

static int
merge_item(struct merger *merger, const struct patch_path *path, json_t *list, json_t *item,
    const char *key)
{
	json_t *identity = json_object_get(item, key);
	const char *command = command_of(item);
	json_t *now = NULL;
	size_t at;
	int err = count_work(merger, json_array_size(list));

	if (err != 0)
		return err;
	if (identity == NULL)
		return patch_why_say(merger->why, ERR_INVALID,
		    "an item of %s does not contain its merge key: %s", path->name, key);
	if (command != NULL && strcmp(command, "delete") == 0)
		return delete_items(list, identity, key);
	at = patch_order_find(list, identity, key);
	err = merge_map(merger, path, json_array_get(list, at), item, &now);
	if (err != 0)
		return err;
	err = at < json_array_size(list) ? json_array_set_new(list, at, now) :
	    json_array_append_new(list, now);
	return err == 0 ? 0 : ERR_NOMEM;
}

/* A list's {"$patch": "replace"}: the rest of the patch is the list. */
static bool
replaces_list(json_t *patch)
{
	size_t i;
	json_t *item;

	json_array_foreach(patch, i, item) {
		const char *command = command_of(item);

		if (command != NULL && strcmp(command, "replace") == 0)
			return true;
	}
	return false;
}

/* What is only an order, and no item. */
static bool
is_only_command(json_t *item)
{
	return json_object_size(item) == 1 && command_of(item) != NULL;
}

static int
replace_items(json_t *list, json_t *patch)
{
	size_t i;
	json_t *item;

	json_array_clear(list);
	json_array_foreach(patch, i, item) {
		if (is_only_command(item))
			continue;
		if (json_array_append_new(list, strip(item)) != 0)
			return ERR_NOMEM;
	}
	return 0;
}

static int
merge_items(struct merger *merger, const struct patch_path *path, json_t *list, json_t *patch,
    const char *key)
{
	size_t i;
	json_t *item;
	int err = 0;

	json_array_foreach(patch, i, item) {
		if (!json_is_object(item))
			return patch_why_say(merger->why, ERR_INVALID,
			    "an item of %s is no object", path->name);
		err = merge_item(merger, path, list, item, key);
		if (err != 0)
			return err;
	}
	return 0;
}

/* A new list.  `target` may be NULL or no list. */
static int
merge_list(struct merger *merger, const struct patch_path *path, json_t *target, json_t *patch,
    json_t **out)
{
	const struct patch_rule *rule = patch_schema_find(merger->kind, path);
	json_t *list;
	int err;

	if (rule == NULL || rule->merge_key == NULL) {
		*out = json_incref(patch);
		return 0;
	}
	list = json_is_array(target) ? json_copy(target) : json_array();
	if (list == NULL)
		return ERR_NOMEM;
	if (*rule->merge_key == '\0')
		err = merge_texts(merger, list, patch);
	else if (replaces_list(patch))
		err = replace_items(list, patch);
	else
		err = merge_items(merger, path, list, patch, rule->merge_key);
	if (err != 0) {
		json_decref(list);
		return err;
	}
	*out = list;
	return 0;
}

/* ---- orders of an object ---- */

static int
retain_keys(struct merger *merger, json_t *map, json_t *patch)
{
	json_t *names = json_object_get(patch, RETAIN);
	const char *key;
	json_t *value;
	void *next;

	if (names == NULL)
		return 0;
	if (!json_is_array(names))
		return patch_why_say(merger->why, ERR_INVALID, RETAIN " is no list");
	json_object_foreach_safe(map, next, key, value) {
		json_t *name = json_string(key);

		if (name == NULL)
			return ERR_NOMEM;
		if (patch_order_find(names, name, "") == json_array_size(names))
			json_object_del(map, key);
		json_decref(name);
	}
	return 0;
}

static int
delete_texts(struct merger *merger, json_t *map, const char *field, json_t *texts)
{
	json_t *list = json_object_get(map, field);
	size_t i;
	json_t *text;

	if (!json_is_array(texts))
		return patch_why_say(merger->why, ERR_INVALID, "%s%s is no list", delete_prefix,
		    field);
	if (!json_is_array(list))
		return 0;
	list = json_copy(list);
	if (list == NULL || json_object_set_new(map, field, list) != 0)
		return ERR_NOMEM;
	json_array_foreach(texts, i, text) {
		int err = count_work(merger, json_array_size(list));

		if (err != 0)
			return err;
		delete_items(list, text, "");
	}
	return 0;
}

static int
order_list(struct merger *merger, const struct patch_path *up, json_t *map, const char *field,
    json_t *wanted, json_t *before)
{
	const struct patch_path path = { .up = up, .name = field };
	const struct patch_rule *rule = patch_schema_find(merger->kind, &path);
	json_t *list = json_object_get(map, field);
	size_t size = json_array_size(list) + json_array_size(wanted);
	int err;

	if (!json_is_array(wanted) || rule == NULL || rule->merge_key == NULL)
		return patch_why_say(merger->why, ERR_INVALID, "%s%s orders no list that is merged",
		    order_prefix, field);
	if (!json_is_array(list))
		return 0;
	err = size > 10000 ? count_work(merger, WORK_MAX) : count_work(merger, size * size);
	if (err != 0)
		return err;
	list = patch_order_list(list, wanted, json_object_get(before, field), rule->merge_key);
	return list != NULL && json_object_set_new(map, field, list) == 0 ? 0 : ERR_NOMEM;
}

/* Deletions come first, for what is merged in afterwards stays. */
static int
run_deletions(struct merger *merger, json_t *map, json_t *patch)
{
	const char *key;
	json_t *value;
	int err = retain_keys(merger, map, patch);

	json_object_foreach(patch, key, value) {
		if (err == 0 && strncmp(key, delete_prefix, sizeof(delete_prefix) - 1) == 0)
			err = delete_texts(merger, map, key + sizeof(delete_prefix) - 1, value);
	}
	return err;
}

static int
run_orders(struct merger *merger, const struct patch_path *path, json_t *map, json_t *patch,
    json_t *before)
{
	const char *key;
	json_t *value;
	int err = 0;

	json_object_foreach(patch, key, value) {
		if (err == 0 && strncmp(key, order_prefix, sizeof(order_prefix) - 1) == 0)
			err = order_list(merger, path, map, key + sizeof(order_prefix) - 1, value,
			    before);
	}
	return err;
}

/* ---- objects ---- */

static int
merge_field(struct merger *merger, const struct patch_path *up, json_t *map, const char *key,
    json_t *change)
{
	const struct patch_path path = { .up = up, .name = key };
	json_t *held = json_object_get(map, key);
	json_t *now = NULL;
	int err = 0;

	if (json_is_null(change)) {
		json_object_del(map, key);
		return 0;
	}
	if (json_is_object(change))
		err = merge_map(merger, &path, held, change, &now);
	else if (json_is_array(change))
		err = merge_list(merger, &path, held, change, &now);
	else
		now = json_incref(change);
	if (err != 0)
		return err;
	return json_object_set_new(map, key, now) == 0 ? 0 : ERR_NOMEM;
}

static int
merge_fields(struct merger *merger, const struct patch_path *path, json_t *map, json_t *patch,
    json_t *before)
{
	const char *key;
	json_t *change;
	int err = run_deletions(merger, map, patch);

	json_object_foreach(patch, key, change) {
		if (err == 0 && !is_order(key))
			err = merge_field(merger, path, map, key, change);
	}
	return err != 0 ? err : run_orders(merger, path, map, patch, before);
}

/* A new object.  `target` may be NULL or no object. */
static int
merge_map(struct merger *merger, const struct patch_path *path, json_t *target, json_t *patch,
    json_t **out)
{
	const char *command = command_of(patch);
	bool known = command == NULL || strcmp(command, "merge") == 0;
	json_t *map;
	int err;

	if (json_object_get(patch, PATCH) != NULL && !known) {
		if (command != NULL && strcmp(command, "replace") == 0)
			*out = strip(patch);
		else if (command != NULL && strcmp(command, "delete") == 0)
			*out = json_object();
		else
			return patch_why_say(merger->why, ERR_INVALID,
			    PATCH " \"%.40s\" is none of merge, replace, delete",
			    command == NULL ? "" : command);
		return *out != NULL ? 0 : ERR_NOMEM;
	}
	map = json_is_object(target) ? json_copy(target) : json_object();
	if (map == NULL)
		return ERR_NOMEM;
	err = merge_fields(merger, path, map, patch, target);
	if (err != 0) {
		json_decref(map);
		return err;
	}
	*out = map;
	return 0;
}

int
patch_strategic(const char *kind, json_t *target, json_t *patch, struct patch_why *why,
    json_t **out)
{
	struct merger merger = { .kind = kind, .why = why };
	json_t *merged = NULL, *copy;
	int err = patch_bounds_check(patch, why);

	if (err == 0 && !json_is_object(patch))
		err = patch_why_say(why, ERR_INVALID, "a strategic merge patch must be an object");
	if (err == 0)
		err = merge_map(&merger, NULL, target, patch, &merged);
	if (err != 0)
		return err;
	/* Parts are shared with what came in; who gets the whole gets a copy. */
	err = patch_bounds_check(merged, why);
	copy = err == 0 ? json_deep_copy(merged) : NULL;
	json_decref(merged);
	if (copy == NULL)
		return err != 0 ? err : ERR_NOMEM;
	*out = copy;
	return 0;
}
