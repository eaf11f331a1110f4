/* fields.c - sets of an object's fields, in the form of metadata.managedFields. */
#include "ops/fields.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/strbuf.h"
#include "ops/patch_schema.h"

#define ITEMS_MAX 256

static enum patch_apply
apply_of(const char *kind, const struct patch_path *path)
{
	const struct patch_rule *rule = patch_schema_find(kind, path);

	return rule == NULL ? PATCH_APPLY_DEFAULT : rule->apply;
}

bool
fields_has_parts(const char *kind, const struct patch_path *path, json_t *value)
{
	enum patch_apply apply = apply_of(kind, path);

	if (json_is_object(value))
		return apply != PATCH_APPLY_ATOMIC;
	/* Each item is looked for among all of them: a long list is a whole. */
	return json_is_array(value) && json_array_size(value) <= ITEMS_MAX &&
	    (apply == PATCH_APPLY_SET || apply == PATCH_APPLY_KEYS);
}

bool
fields_is_whole(json_t *set)
{
	return json_object_size(set) == 0;
}

/* ---- labels ---- */

static char *
label_of_dump(const char *mark, json_t *value)
{
	char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_SORT_KEYS);
	struct strbuf label = STRBUF_INIT;

	strbuf_add(&label, mark);
	if (text != NULL)
		strbuf_add(&label, text);
	else
		label.err = ERR_NOMEM;
	free(text);
	if (label.err == 0)
		return strbuf_take(&label);
	strbuf_release(&label);
	return NULL;
}

/* "k:{...}": a key that is not stated is its default, or left out. */
static char *
label_of_keys(const struct patch_rule *rule, json_t *item)
{
	json_t *keys = json_object();
	char *label;
	int failed = keys == NULL;

	for (size_t i = 0; i < 2 && rule->keys[i] != NULL && !failed; i++) {
		json_t *value = json_object_get(item, rule->keys[i]);
		const char *fallback = patch_schema_default(rule->keys[i]);

		if (value == NULL && fallback != NULL)
			failed = json_object_set_new(keys, rule->keys[i], json_string(fallback));
		else if (value != NULL)
			failed = json_object_set(keys, rule->keys[i], value);
	}
	label = failed ? NULL : label_of_dump("k:", keys);
	json_decref(keys);
	return label;
}

static char *
label_of_item(const char *kind, const struct patch_path *path, json_t *item)
{
	const struct patch_rule *rule = patch_schema_find(kind, path);

	return rule->apply == PATCH_APPLY_KEYS ? label_of_keys(rule, item) :
	    label_of_dump("v:", item);
}

/* ---- parts ---- */

static int
each_item(const char *kind, const struct patch_path *path, json_t *list, fields_visit_fn *visit,
    void *arg)
{
	size_t i;
	json_t *item;

	json_array_foreach(list, i, item) {
		char *label = label_of_item(kind, path, item);
		int err = label == NULL ? ERR_NOMEM : visit(arg, path, label, item);

		free(label);
		if (err != 0)
			return err;
	}
	return 0;
}

static int
each_field(const struct patch_path *path, json_t *object, fields_visit_fn *visit, void *arg)
{
	const char *key;
	json_t *value;

	json_object_foreach(object, key, value) {
		const struct patch_path below = { .up = path, .name = key };
		struct strbuf label = STRBUF_INIT;
		int err;

		strbuf_add(&label, "f:");
		strbuf_add(&label, key);
		err = label.err != 0 ? label.err : visit(arg, &below, label.text, value);
		strbuf_release(&label);
		if (err != 0)
			return err;
	}
	return 0;
}

int
fields_each_part(const char *kind, const struct patch_path *path, json_t *value,
    fields_visit_fn *visit, void *arg)
{
	if (!fields_has_parts(kind, path, value))
		return 0;
	return json_is_array(value) ? each_item(kind, path, value, visit, arg) :
	    each_field(path, value, visit, arg);
}

static bool
has_keys(json_t *item, const struct patch_rule *rule, json_t *keys)
{
	for (size_t i = 0; i < 2 && rule->keys[i] != NULL; i++) {
		json_t *value = json_object_get(item, rule->keys[i]);
		json_t *wanted = json_object_get(keys, rule->keys[i]);
		const char *fallback = patch_schema_default(rule->keys[i]);

		if (value == NULL && fallback != NULL) {
			if (!json_is_string(wanted) ||
			    strcmp(json_string_value(wanted), fallback) != 0)
				return false;
		} else if ((value == NULL) != (wanted == NULL) ||
		    (value != NULL && !json_equal(value, wanted))) {
			return false;
		}
	}
	return true;
}

/* Where in a list the item is, or its size. */
static size_t
find_item(const char *kind, const struct patch_path *path, json_t *list, const char *label)
{
	const struct patch_rule *rule = patch_schema_find(kind, path);
	bool keyed = rule->apply == PATCH_APPLY_KEYS;
	json_t *wanted;
	size_t i;
	json_t *item;

	if (strncmp(label, keyed ? "k:" : "v:", 2) != 0)
		return json_array_size(list);
	wanted = json_loads(label + 2, JSON_DECODE_ANY, NULL);
	json_array_foreach(list, i, item) {
		if (wanted != NULL &&
		    (keyed ? has_keys(item, rule, wanted) : json_equal(item, wanted)))
			break;
	}
	json_decref(wanted);
	return i;
}

json_t *
fields_part(const char *kind, const struct patch_path *path, json_t *value, const char *label)
{
	if (!fields_has_parts(kind, path, value))
		return NULL;
	if (json_is_object(value))
		return strncmp(label, "f:", 2) == 0 ? json_object_get(value, label + 2) : NULL;
	return json_array_get(value, find_item(kind, path, value, label));
}

int
fields_set_part(const char *kind, const struct patch_path *path, json_t *value,
    const char *label, json_t *part)
{
	size_t at;
	int failed = 0;

	if (json_is_object(value)) {
		if (part == NULL)
			json_object_del(value, label + 2);
		else
			failed = json_object_set_new(value, label + 2, part);
		return failed == 0 ? 0 : ERR_NOMEM;
	}
	at = find_item(kind, path, value, label);
	if (part == NULL)
		json_array_remove(value, at);
	else if (at < json_array_size(value))
		failed = json_array_set_new(value, at, part);
	else
		failed = json_array_append_new(value, part);
	return failed == 0 ? 0 : ERR_NOMEM;
}

/* ---- sets of values ---- */

struct making {
	const char *kind;
	const struct patch_path *path;
	json_t *before;                 /* fields_changed(): the value, or NULL */
	bool changed;                   /* that is asked for */
	json_t *set;
};

static json_t *make_set(const struct making *up, const struct patch_path *path, json_t *before,
    json_t *value);

static int
add_part(void *arg, const struct patch_path *path, const char *label, json_t *part)
{
	struct making *making = arg;
	json_t *before = making->changed ?
	    fields_part(making->kind, making->path, making->before, label) : NULL;
	json_t *set;

	if (making->changed && before != NULL && json_equal(before, part))
		return 0;
	set = make_set(making, path, before, part);
	if (set == NULL)
		return ERR_NOMEM;
	/* An item that was there before belongs to whom it did. */
	if (label[0] == 'k' && before == NULL &&
	    json_object_set_new(set, ".", json_object()) != 0) {
		json_decref(set);
		return ERR_NOMEM;
	}
	/* Something vanished below, and nothing came. */
	if (making->changed && before != NULL && fields_is_whole(set) &&
	    fields_has_parts(making->kind, path, part)) {
		json_decref(set);
		return 0;
	}
	return json_object_set_new(making->set, label, set) == 0 ? 0 : ERR_NOMEM;
}

static json_t *
make_set(const struct making *up, const struct patch_path *path, json_t *before, json_t *value)
{
	struct making making = { .kind = up->kind, .path = path, .changed = up->changed,
		.before = before, .set = json_object() };

	if (making.set != NULL && value != NULL &&
	    fields_each_part(up->kind, path, value, add_part, &making) != 0) {
		json_decref(making.set);
		return NULL;
	}
	return making.set;
}

json_t *
fields_of(const char *kind, const struct patch_path *path, json_t *value)
{
	const struct making making = { .kind = kind };

	return make_set(&making, path, NULL, value);
}

json_t *
fields_changed(const char *kind, const struct patch_path *path, json_t *before, json_t *after)
{
	const struct making making = { .kind = kind, .changed = true };

	return make_set(&making, path, before, after);
}

/* ---- sets of sets ---- */

int
fields_add(json_t *set, json_t *more)
{
	const char *label;
	json_t *part;

	json_object_foreach(more, label, part) {
		json_t *held = json_object_get(set, label);
		json_t *copy = held != NULL ? NULL : json_deep_copy(part);
		int err;

		if (held != NULL)
			err = fields_add(held, part);
		else
			err = json_object_set_new(set, label, copy) == 0 ? 0 : ERR_NOMEM;
		if (err != 0)
			return err;
	}
	return 0;
}

void
fields_take(json_t *set, json_t *less)
{
	const char *label;
	json_t *part;
	void *next;

	json_object_foreach_safe(set, next, label, part) {
		json_t *gone = json_object_get(less, label);
		bool whole = fields_is_whole(part);

		if (gone == NULL)
			continue;
		if (!whole)
			fields_take(part, gone);
		if (whole || fields_is_whole(part))
			json_object_del(set, label);
	}
}

void
fields_keep(const char *kind, const struct patch_path *path, json_t *set, json_t *value)
{
	const char *label;
	json_t *part;
	void *next;

	json_object_foreach_safe(set, next, label, part) {
		bool field = strncmp(label, "f:", 2) == 0;
		const struct patch_path below = { .up = path, .name = label + 2 };
		json_t *there = strcmp(label, ".") == 0 ? value :
		    fields_part(kind, path, value, label);
		bool whole = fields_is_whole(part);

		if (there != NULL && !whole)
			fields_keep(kind, field ? &below : path, part, there);
		if (there == NULL || (!whole && fields_is_whole(part)))
			json_object_del(set, label);
	}
}
