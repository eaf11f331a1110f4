/* write_prepare.c - what the server fills in, keeps, and does not take from who writes. */
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "base/clock.h"
#include "base/err.h"
#include "ops/write_parts.h"

/* k8s.io/apiserver, names: five of these behind generateName. */
static const char name_letters[] = "bcdfghjklmnpqrstvwxz2456789";
#define GENERATED 5

/* ---- names ---- */

static int
refuse(struct write_request *request, const char *format, const char *one, const char *other)
{
	char text[512];

	snprintf(text, sizeof(text), format, one, other);
	write_reply_error(request, 400, NULL, "%s", text);
	return ERR_INVALID;
}

static int
generate_name(struct write_request *request, const char *prefix)
{
	uint8_t random[GENERATED];
	char *name = request->target.name;
	size_t len = strnlen(prefix, API_NAME_SIZE - GENERATED - 1);

	if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
		return ERR_SYSTEM;
	memcpy(name, prefix, len);
	for (size_t i = 0; i < GENERATED; i++)
		name[len++] = name_letters[random[i] % (sizeof(name_letters) - 1)];
	name[len] = '\0';
	return 0;
}

/* The name of a path, or else of the object, or else one that is made. */
static int
choose_name(struct write_request *request, json_t *metadata)
{
	const char *name = json_string_value(json_object_get(metadata, "name"));
	const char *prefix = json_string_value(json_object_get(metadata, "generateName"));
	char *wanted = request->target.name;

	if (*wanted != '\0') {
		if (name != NULL && *name != '\0' && strcmp(name, wanted) != 0)
			return refuse(request, "the name of the object (%.250s) does not match the "
			    "name on the URL (%.250s)", name, wanted);
		return 0;
	}
	if (name != NULL && *name != '\0') {
		if (strlen(name) >= API_NAME_SIZE)
			return refuse(request, "metadata.name: must be no more than 253 "
			    "characters%s%s", "", "");
		strcpy(wanted, name);
		return 0;
	}
	if (prefix == NULL || *prefix == '\0')
		return refuse(request, "resource name may not be empty%s%s", "", "");
	if (generate_name(request, prefix) == 0)
		return 0;
	write_reply_failure(request, ERR_SYSTEM, "no random numbers");
	return ERR_SYSTEM;
}

static int
check_namespace(struct write_request *request, json_t *metadata)
{
	const char *ns = json_string_value(json_object_get(metadata, "namespace"));

	if (ns == NULL || *ns == '\0' || strcmp(ns, request->target.ns) == 0)
		return 0;
	return refuse(request, "the namespace of the provided object (%.63s) does not match the "
	    "namespace sent on the request (%.63s)", ns, request->target.ns);
}

static int
check_type(struct write_request *request, json_t *object)
{
	const char *kind = json_string_value(json_object_get(object, "kind"));
	const char *version = json_string_value(json_object_get(object, "apiVersion"));
	const char *wanted = api_group_version(&request->target);

	if (kind != NULL && strcmp(kind, request->target.resource->object) != 0)
		return refuse(request, "%.64s is not what this resource holds: %s", kind,
		    request->target.resource->object);
	if (version != NULL && strcmp(version, wanted) != 0)
		return refuse(request, "the API version in the data (%.64s) does not match the "
		    "expected API version (%s)", version, wanted);
	/* There is one decoder, of v1. */
	if (strcmp(request->target.version, "v1") != 0)
		return refuse(request, "%s can be written as %s/v1 only", wanted,
		    request->target.resource->group);
	return json_object_set_new(object, "kind", json_string(request->target.resource->object))
	    == 0 && json_object_set_new(object, "apiVersion", json_string(wanted)) == 0 ? 0 :
	    refuse(request, "no memory%s%s", "", "");
}

int
write_prepare_names(struct write_request *request, json_t *object)
{
	json_t *metadata = json_object_get(object, "metadata");
	int err;

	if (!json_is_object(object))
		return refuse(request, "the object is none: it must be a mapping%s%s", "", "");
	if (metadata == NULL && json_object_set_new(object, "metadata", json_object()) == 0)
		metadata = json_object_get(object, "metadata");
	if (!json_is_object(metadata))
		return refuse(request, "metadata must be a mapping%s%s", "", "");
	err = check_type(request, object);
	if (err == 0)
		err = choose_name(request, metadata);
	if (err == 0)
		err = check_namespace(request, metadata);
	if (err != 0)
		return err;
	if (json_object_set_new(metadata, "name", json_string(request->target.name)) != 0 ||
	    (*request->target.ns != '\0' && json_object_set_new(metadata, "namespace",
	    json_string(request->target.ns)) != 0))
		return refuse(request, "no memory%s%s", "", "");
	return 0;
}

/* ---- what is the server's ---- */

static int
set(json_t *map, const char *key, json_t *value)
{
	if (value == NULL) {
		json_object_del(map, key);
		return 0;
	}
	return json_object_set(map, key, value) == 0 ? 0 : ERR_NOMEM;
}

/* As before, whatever was sent. */
static int
carry(json_t *map, json_t *before, const char *key)
{
	return set(map, key, json_object_get(before, key));
}

static int
set_created(struct write_request *request, json_t *metadata)
{
	time_t now_s = (time_t)clock_unix_s(request->write->settings.clock);
	struct tm tm;
	char text[32];

	gmtime_r(&now_s, &tm);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
	json_object_del(metadata, "resourceVersion");
	json_object_del(metadata, "uid");
	return json_object_set_new(metadata, "creationTimestamp", json_string(text)) == 0 &&
	    json_object_set_new(metadata, "generation", json_integer(1)) == 0 ? 0 : ERR_NOMEM;
}

static int
keep_metadata(json_t *metadata, json_t *before, bool changed)
{
	static const char *const kept[] = { "uid", "creationTimestamp", "resourceVersion",
		"generation" };
	json_t *generation = json_object_get(before, "generation");
	int err = 0;

	for (size_t i = 0; err == 0 && i < sizeof(kept) / sizeof(*kept); i++)
		err = carry(metadata, before, kept[i]);
	if (err == 0 && changed && generation != NULL)
		err = json_object_set_new(metadata, "generation",
		    json_integer(json_integer_value(generation) + 1)) == 0 ? 0 : ERR_NOMEM;
	return err;
}

/* Fields that are null say nothing. */
static void
drop_nulls(json_t *object)
{
	const char *key;
	json_t *value;
	void *next;

	json_object_foreach_safe(object, next, key, value) {
		if (json_is_null(value))
			json_object_del(object, key);
	}
}

/* Only a Pod's status is believed; who creates one says where it is with it. */
static int
settle_status(struct write_request *request, json_t *stated_status)
{
	json_t *object = request->object;

	if (request->target.resource->kind != API_PODS) {
		json_object_del(object, "status");
		return 0;
	}
	if (request->target.status || request->before == NULL)
		return 0;
	return set(object, "status", stated_status);
}

/* All but the status is as before. */
static int
only_status(struct write_request *request)
{
	json_t *object = json_copy(request->before);
	json_t *metadata = json_deep_copy(json_object_get(request->before, "metadata"));
	json_t *status = json_object_get(request->object, "status");
	json_t *owners = json_object_get(json_object_get(request->object, "metadata"),
	    "managedFields");
	int err = object == NULL || metadata == NULL ||
	    json_object_set(object, "metadata", metadata) != 0 ? ERR_NOMEM : 0;

	if (err == 0)
		err = set(object, "status", status);
	if (err == 0 && owners != NULL)
		err = set(metadata, "managedFields", owners);
	json_decref(metadata);
	if (err != 0) {
		json_decref(object);
		return err;
	}
	json_decref(request->object);
	request->object = object;
	return 0;
}

int
write_prepare(struct write_request *request, json_t *stated_status)
{
	json_t *before = request->before;
	json_t *metadata;
	bool changed;
	int err = request->target.status ? only_status(request) : 0;

	if (err == 0 && request->target.resource->kind == API_SERVICES)
		err = write_service_carry(before, request->object);
	if (err != 0)
		return err;
	metadata = json_object_get(request->object, "metadata");
	json_object_del(metadata, "selfLink");
	drop_nulls(metadata);
	err = settle_status(request, stated_status);
	if (err != 0)
		return err;
	if (before == NULL)
		return set_created(request, metadata);
	changed = !json_equal(json_object_get(before, "spec"),
	    json_object_get(request->object, "spec"));
	return keep_metadata(metadata, json_object_get(before, "metadata"), changed);
}

/* ---- changes that are none ---- */

/* Without what the server says of its own accord, and when. */
static json_t *
told(const struct write_request *request, json_t *object)
{
	static const char *const not_told[] = { "resourceVersion", "generation",
		"creationTimestamp", "uid" };
	json_t *out = json_copy(object);
	json_t *metadata = json_deep_copy(json_object_get(object, "metadata"));
	size_t i;
	json_t *owner;

	if (out == NULL || metadata == NULL || json_object_set(out, "metadata", metadata) != 0) {
		json_decref(metadata);
		json_decref(out);
		return NULL;
	}
	for (i = 0; i < sizeof(not_told) / sizeof(*not_told); i++)
		json_object_del(metadata, not_told[i]);
	json_array_foreach(json_object_get(metadata, "managedFields"), i, owner)
		json_object_del(owner, "time");
	if (!request->target.status)
		json_object_del(out, "status");
	json_decref(metadata);
	return out;
}

bool
write_changes_nothing(const struct write_request *request)
{
	json_t *before, *after;
	bool same;

	if (request->before == NULL)
		return false;
	before = told(request, request->before);
	after = told(request, request->object);
	same = before != NULL && after != NULL && json_equal(before, after);
	json_decref(before);
	json_decref(after);
	return same;
}
