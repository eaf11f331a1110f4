/* owners.c - the entries of metadata.managedFields. */
#include "ops/owners.h"

#include <string.h>

#include "base/err.h"
#include "ops/fields.h"
#include "ops/patch_apply.h"

json_t *
owners_of(json_t *object)
{
	json_t *owners = json_object_get(json_object_get(object, "metadata"), "managedFields");

	return json_is_array(owners) ? owners : NULL;
}

json_t *
owners_fields(json_t *entry)
{
	json_t *fields = json_object_get(entry, "fieldsV1");

	return json_is_object(fields) ? fields : NULL;
}

const char *
owners_name(json_t *entry)
{
	const char *name = json_string_value(json_object_get(entry, "manager"));

	return name == NULL ? "" : name;
}

json_t *
owners_copy(json_t *object)
{
	json_t *owners = owners_of(object);
	json_t *out = owners == NULL ? json_array() : json_deep_copy(owners);

	if (out != NULL)
		owners_prune(out);
	return out;
}

bool
owners_is(json_t *entry, const struct patch_manager *manager, bool apply)
{
	const char *operation = json_string_value(json_object_get(entry, "operation"));
	bool status = json_object_get(entry, "subresource") != NULL;

	return operation != NULL && strcmp(operation, apply ? "Apply" : "Update") == 0 &&
	    status == manager->status && strcmp(owners_name(entry), manager->name) == 0;
}

json_t *
owners_find(json_t *owners, const struct patch_manager *manager, bool apply)
{
	size_t i;
	json_t *entry;

	json_array_foreach(owners, i, entry) {
		if (owners_is(entry, manager, apply))
			return entry;
	}
	return NULL;
}

int
owners_put(json_t *owners, const struct patch_manager *manager, bool apply,
    const char *version, json_t *fields)
{
	json_t *entry = json_pack("{s:s, s:s, s:s, s:s, s:s, s:o}", "apiVersion", version,
	    "fieldsType", "FieldsV1", "manager", manager->name, "operation",
	    apply ? "Apply" : "Update", "time", manager->now, "fieldsV1", fields);

	if (entry == NULL)
		return ERR_NOMEM;
	if (manager->status &&
	    json_object_set_new(entry, "subresource", json_string("status")) != 0) {
		json_decref(entry);
		return ERR_NOMEM;
	}
	return json_array_append_new(owners, entry) == 0 ? 0 : ERR_NOMEM;
}

void
owners_prune(json_t *owners)
{
	for (size_t i = json_array_size(owners); i-- > 0;)
		if (json_object_size(owners_fields(json_array_get(owners, i))) == 0)
			json_array_remove(owners, i);
}

/* A copy of metadata without what the server says. */
static json_t *
ownable_metadata(json_t *metadata)
{
	static const char *const not_owned[] = { "name", "generateName", "namespace", "uid",
		"resourceVersion", "creationTimestamp", "generation", "managedFields", "selfLink",
		"deletionTimestamp", "deletionGracePeriodSeconds" };
	json_t *out = json_copy(metadata);

	for (size_t i = 0; out != NULL && i < sizeof(not_owned) / sizeof(*not_owned); i++)
		json_object_del(out, not_owned[i]);
	return out;
}

static json_t *
only_status(json_t *object)
{
	json_t *status = json_object_get(object, "status");
	json_t *out = json_object();

	if (out != NULL && status != NULL && json_object_set(out, "status", status) != 0) {
		json_decref(out);
		return NULL;
	}
	return out;
}

json_t *
owners_ownable(json_t *object, bool status)
{
	json_t *metadata = json_object_get(object, "metadata");
	json_t *out;

	if (status)
		return only_status(object);
	out = json_copy(object);
	if (out == NULL)
		return NULL;
	json_object_del(out, "apiVersion");
	json_object_del(out, "kind");
	json_object_del(out, "status");
	if (!json_is_object(metadata))
		return out;
	metadata = ownable_metadata(metadata);
	if (json_object_size(metadata) == 0) {
		json_decref(metadata);
		json_object_del(out, "metadata");
	} else if (json_object_set_new(out, "metadata", metadata) != 0) {
		json_decref(out);
		return NULL;
	}
	return out;
}
