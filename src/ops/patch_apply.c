/* patch_apply.c - server-side apply. */
#include "ops/patch_apply.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/strbuf.h"
#include "ops/fields.h"
#include "ops/owners.h"
#include "ops/patch_bounds.h"
#include "ops/patch_conflict.h"
#include "ops/patch_schema.h"

#define BEFORE "before-first-apply"

static const char *
version_of(json_t *object)
{
	const char *version = json_string_value(json_object_get(object, "apiVersion"));

	return version == NULL ? "v1" : version;
}

/* ---- merging ---- */

struct merging {
	const char *kind;
	const struct patch_path *path;  /* of `out` */
	json_t *out;
};

static int merge_into(const char *kind, const struct patch_path *path, json_t *held,
    json_t *wanted, json_t **out);

static int
merge_part(void *arg, const struct patch_path *path, const char *label, json_t *part)
{
	struct merging *merging = arg;
	json_t *now = NULL;
	json_t *held = fields_part(merging->kind, merging->path, merging->out, label);
	int err = merge_into(merging->kind, path, held, part, &now);

	return err != 0 ? err :
	    fields_set_part(merging->kind, merging->path, merging->out, label, now);
}

/* A new value: `held` (NULL: nothing) with what is wanted. */
static int
merge_into(const char *kind, const struct patch_path *path, json_t *held, json_t *wanted,
    json_t **out)
{
	struct merging merging = { .kind = kind, .path = path };
	int err;

	if (!fields_has_parts(kind, path, wanted)) {
		*out = json_incref(wanted);
		return 0;
	}
	if (held != NULL && json_typeof(held) == json_typeof(wanted) &&
	    fields_has_parts(kind, path, held))
		merging.out = json_copy(held);
	else
		merging.out = json_is_array(wanted) ? json_array() : json_object();
	if (merging.out == NULL)
		return ERR_NOMEM;
	err = fields_each_part(kind, path, wanted, merge_part, &merging);
	if (err != 0) {
		json_decref(merging.out);
		return err;
	}
	*out = merging.out;
	return 0;
}

/* ---- what the manager no longer wants ---- */

static int remove_fields(const char *kind, const struct patch_path *path, json_t *value,
    json_t *gone);

static int
remove_part(const char *kind, const struct patch_path *path, json_t *value, const char *label,
    json_t *gone)
{
	const struct patch_path below = { .up = path, .name = label + 2 };
	json_t *part = fields_part(kind, path, value, label);
	json_t *copy;
	bool field = label[0] == 'f';
	int err;

	if (part == NULL)
		return 0;
	/* A whole, or an item with all that was stated of it. */
	if (fields_is_whole(gone) || json_object_get(gone, ".") != NULL)
		return fields_set_part(kind, path, value, label, NULL);
	copy = json_copy(part);
	if (copy == NULL)
		return ERR_NOMEM;
	err = remove_fields(kind, field ? &below : path, copy, gone);
	/* What held nothing but that is gone with it, as labels: {} is. */
	if (err == 0 && field && json_is_object(copy) && json_object_size(copy) == 0) {
		json_decref(copy);
		return fields_set_part(kind, path, value, label, NULL);
	}
	if (err != 0) {
		json_decref(copy);
		return err;
	}
	return fields_set_part(kind, path, value, label, copy);
}

static int
remove_fields(const char *kind, const struct patch_path *path, json_t *value, json_t *gone)
{
	const char *label;
	json_t *below;
	int err = 0;

	json_object_foreach(gone, label, below) {
		if (err == 0 && strlen(label) >= 2)
			err = remove_part(kind, path, value, label, below);
	}
	return err;
}

/* ---- owners ---- */

/* All others' sets in one. */
static json_t *
sets_of_others(json_t *owners, const struct patch_manager *manager)
{
	json_t *all = json_object();
	size_t i;
	json_t *entry;

	json_array_foreach(owners, i, entry) {
		if (all == NULL || owners_is(entry, manager, true))
			continue;
		if (fields_add(all, owners_fields(entry)) != 0) {
			json_decref(all);
			all = NULL;
		}
	}
	return all;
}

static void
take_from_others(json_t *owners, const struct patch_manager *manager, bool apply, json_t *fields)
{
	size_t i;
	json_t *entry;

	json_array_foreach(owners, i, entry) {
		if (!owners_is(entry, manager, apply))
			fields_take(owners_fields(entry), fields);
	}
}

/* An object of before anybody counted is somebody's too. */
static int
own_before(const char *kind, json_t *live, json_t *owners, const struct patch_manager *manager)
{
	const struct patch_manager before = { .name = BEFORE, .now = manager->now };
	json_t *ownable, *fields;

	if (live == NULL || json_array_size(owners) > 0 || manager->status)
		return 0;
	ownable = owners_ownable(live, false);
	fields = ownable == NULL ? NULL : fields_of(kind, NULL, ownable);
	json_decref(ownable);
	return fields == NULL ? ERR_NOMEM :
	    owners_put(owners, &before, false, version_of(live), fields);
}

static int
set_owners(json_t *object, json_t *owners)
{
	json_t *metadata = json_object_get(object, "metadata");

	owners_prune(owners);
	if (!json_is_object(metadata))
		return 0;
	if (json_array_size(owners) == 0) {
		json_object_del(metadata, "managedFields");
		return 0;
	}
	return json_object_set(metadata, "managedFields", owners) == 0 ? 0 : ERR_NOMEM;
}

/* ---- apply ---- */

/* One apply at work; all but `live` is owned. */
struct applying {
	const char *kind;
	json_t *live;
	json_t *owners;
	json_t *wanted;                 /* without what cannot be owned */
	json_t *fields;                 /* that it states */
	json_t *out;
};

static void
applying_release(struct applying *applying)
{
	json_decref(applying->owners);
	json_decref(applying->wanted);
	json_decref(applying->fields);
	json_decref(applying->out);
}

static int
begin(struct applying *applying, json_t *wanted, const struct patch_manager *manager)
{
	applying->owners = owners_copy(applying->live);
	applying->wanted = owners_ownable(wanted, manager->status);
	if (applying->owners == NULL || applying->wanted == NULL)
		return ERR_NOMEM;
	applying->fields = fields_of(applying->kind, NULL, applying->wanted);
	if (applying->fields == NULL)
		return ERR_NOMEM;
	return own_before(applying->kind, applying->live, applying->owners, manager);
}

/* What the manager stated the last time and does not state now, where nobody else does. */
static int
drop_unwanted(struct applying *applying, const struct patch_manager *manager)
{
	json_t *mine = owners_find(applying->owners, manager, true);
	json_t *others, *gone;
	int err;

	if (mine == NULL)
		return 0;
	gone = json_deep_copy(owners_fields(mine));
	others = sets_of_others(applying->owners, manager);
	if (gone == NULL || others == NULL) {
		err = ERR_NOMEM;
	} else {
		fields_take(gone, applying->fields);
		fields_take(gone, others);
		err = remove_fields(applying->kind, NULL, applying->out, gone);
	}
	json_decref(gone);
	json_decref(others);
	return err;
}

static int
own(struct applying *applying, const struct patch_manager *manager, json_t *conflicts)
{
	json_t *mine = owners_find(applying->owners, manager, true);
	size_t i;
	json_t *entry;

	json_array_foreach(applying->owners, i, entry) {
		if (entry == mine) {
			json_array_remove(applying->owners, i);
			break;
		}
	}
	take_from_others(applying->owners, manager, true, conflicts);
	return owners_put(applying->owners, manager, true, version_of(applying->out),
	    json_incref(applying->fields));
}

/* Names and the like, which nobody owns, come from the first who says them. */
static int
merge_all(struct applying *applying, json_t *wanted)
{
	json_t *base = applying->live != NULL ? applying->live : wanted;
	json_t *merged = NULL;
	int err = merge_into(applying->kind, NULL, base, applying->wanted, &merged);

	if (err != 0)
		return err;
	applying->out = json_deep_copy(merged);
	json_decref(merged);
	return applying->out == NULL ? ERR_NOMEM : 0;
}

int
patch_apply(const char *kind, json_t *live, json_t *wanted, const struct patch_manager *manager,
    struct patch_why *why, json_t **causes, json_t **out)
{
	struct applying applying = { .kind = kind, .live = live };
	json_t *conflicts = json_object();
	int err = patch_bounds_check(wanted, why);

	if (err == 0)
		err = conflicts == NULL ? ERR_NOMEM : begin(&applying, wanted, manager);
	if (err == 0 && live != NULL)
		err = patch_conflict_find(kind, applying.owners, manager, applying.fields, live,
		    applying.wanted, why, conflicts, causes);
	if (err == 0)
		err = merge_all(&applying, wanted);
	if (err == 0)
		err = drop_unwanted(&applying, manager);
	if (err == 0)
		err = own(&applying, manager, conflicts);
	if (err == 0)
		err = set_owners(applying.out, applying.owners);
	if (err == 0)
		err = patch_bounds_check(applying.out, why);
	if (err == 0)
		*out = json_incref(applying.out);
	applying_release(&applying);
	json_decref(conflicts);
	return err;
}

/* ---- other ways to write ---- */

static int
note(const char *kind, json_t *owners, json_t *ownable, json_t *changed, json_t *after,
    const struct patch_manager *manager)
{
	json_t *mine = owners_find(owners, manager, false);
	size_t i;
	json_t *entry;
	int err = 0;

	take_from_others(owners, manager, false, changed);
	if (mine != NULL)
		err = fields_add(owners_fields(mine), changed);
	else
		err = owners_put(owners, manager, false, version_of(after),
		    json_incref(changed));
	json_array_foreach(owners, i, entry) {
		bool status = json_object_get(entry, "subresource") != NULL;

		if (status == manager->status)
			fields_keep(kind, NULL, owners_fields(entry), ownable);
	}
	return err;
}

int
patch_apply_note(const char *kind, json_t *before, json_t *after,
    const struct patch_manager *manager)
{
	json_t *owners = owners_copy(owners_of(after) != NULL ? after : before);
	json_t *was = owners_ownable(before, manager->status);
	json_t *now = owners_ownable(after, manager->status);
	json_t *changed = NULL;
	int err = ERR_NOMEM;

	if (owners != NULL && now != NULL && (was != NULL || before == NULL))
		changed = fields_changed(kind, NULL, was, now);
	if (changed != NULL)
		err = note(kind, owners, now, changed, after, manager);
	if (err == 0)
		err = set_owners(after, owners);
	json_decref(owners);
	json_decref(was);
	json_decref(now);
	json_decref(changed);
	return err;
}
