/* openapi_paths.c - paths, verbs and parameters of the API, for OpenAPI 2 and 3. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "ops/api_target.h"
#include "ops/discovery.h"
#include "ops/openapi_parts.h"

/* By these a client sees what the server can do (kubectl: dry run, strict validation). */
static const struct {
	const char *name;
	const char *type;
	unsigned verbs;
	const char *doc;
} parameters[] = {
	{ "dryRun", "string", API_BIT(API_CREATE) | API_BIT(API_UPDATE) | API_BIT(API_PATCH) |
	    API_BIT(API_DELETE), "All: say what would become of it, and change nothing." },
	{ "fieldManager", "string", API_BIT(API_CREATE) | API_BIT(API_UPDATE) |
	    API_BIT(API_PATCH), "Whose the fields are." },
	{ "fieldValidation", "string", API_BIT(API_CREATE) | API_BIT(API_UPDATE) |
	    API_BIT(API_PATCH), "Of unknown fields: Ignore, Warn or Strict." },
	{ "force", "boolean", API_BIT(API_PATCH), "With apply: take fields over from others." },
	{ "labelSelector", "string", API_BIT(API_LIST), "Only objects with these labels." },
	{ "fieldSelector", "string", API_BIT(API_LIST), "Only objects with these fields." },
	{ "limit", "integer", API_BIT(API_LIST), "So many at a time." },
	{ "continue", "string", API_BIT(API_LIST), "Go on behind an earlier part." },
	{ "resourceVersion", "string", API_BIT(API_LIST) | API_BIT(API_GET),
	    "At least this version." },
	{ "watch", "boolean", API_BIT(API_LIST), "Tell of changes as they come." },
};

static const struct {
	enum api_verb verb;
	bool named;
	const char *method;
	const char *action;
} operations[] = {
	{ API_LIST, false, "get", "list" }, { API_CREATE, false, "post", "post" },
	{ API_DELETE_ALL, false, "delete", "deletecollection" }, { API_GET, true, "get", "get" },
	{ API_UPDATE, true, "put", "put" }, { API_PATCH, true, "patch", "patch" },
	{ API_DELETE, true, "delete", "delete" },
};

json_t *
openapi_info(void)
{
	return json_pack("{s:s, s:s}", "title", "rollcall", "version",
	    "v" DISCOVERY_MAJOR "." DISCOVERY_MINOR ".0+rollcall." PACKAGE_VERSION);
}

json_t *
openapi_group_version_kind(enum api_kind kind)
{
	const struct api_resource *resource = api_resource_of(kind);

	return json_pack("{s:s, s:s, s:s}", "group", resource->group, "kind", resource->object,
	    "version", "v1");
}

static json_t *
parameter(const char *in, const char *name, const char *type, const char *doc, bool v3)
{
	bool in_path = strcmp(in, "path") == 0;
	json_t *object = v3 ?
	    json_pack("{s:s, s:s, s:s, s:{s:s}}", "in", in, "name", name, "description", doc,
	    "schema", "type", type) :
	    json_pack("{s:s, s:s, s:s, s:s}", "in", in, "name", name, "description", doc, "type",
	    type);

	if (in_path && json_object_set_new(object, "required", json_true()) != 0) {
		json_decref(object);
		return NULL;
	}
	return object;
}

static json_t *
parameters_of(enum api_verb verb, bool v3)
{
	json_t *array = json_array();

	for (size_t i = 0; i < sizeof(parameters) / sizeof(*parameters); i++)
		if ((parameters[i].verbs & API_BIT(verb)) != 0 && json_array_append_new(array,
		    parameter("query", parameters[i].name, parameters[i].type, parameters[i].doc,
		    v3)) != 0) {
			json_decref(array);
			return NULL;
		}
	return array;
}

static json_t *
operation(const struct api_resource *resource, size_t at, bool v3)
{
	char id[96];

	snprintf(id, sizeof(id), "%s%s%s", operations[at].action,
	    resource->namespaced ? "Namespaced" : "", resource->object);
	return json_pack("{s:s, s:s, s:o, s:o, s:{s:{s:s}}}", "operationId", id,
	    "x-kubernetes-action", operations[at].action, "x-kubernetes-group-version-kind",
	    openapi_group_version_kind((enum api_kind)resource->kind), "parameters",
	    parameters_of(operations[at].verb, v3), "responses", "200", "description", "OK");
}

static json_t *
path_item(const struct api_resource *resource, bool named, bool v3)
{
	json_t *item = json_object();
	json_t *array = json_array();
	int err = 0;

	for (size_t i = 0; i < sizeof(operations) / sizeof(*operations); i++)
		if (operations[i].named == named &&
		    (resource->verbs & API_BIT(operations[i].verb)) != 0)
			err |= json_object_set_new(item, operations[i].method, operation(resource,
			    i, v3));
	if (named)
		err |= json_array_append_new(array, parameter("path", "name", "string",
		    "The object's name.", v3));
	if (resource->namespaced)
		err |= json_array_append_new(array, parameter("path", "namespace", "string",
		    "The object's namespace.", v3));
	if (json_array_size(array) != 0)
		err |= json_object_set(item, "parameters", array);
	json_decref(array);
	if (err != 0) {
		json_decref(item);
		return NULL;
	}
	return item;
}

static int
add_paths(json_t *paths, const struct api_resource *resource, bool v3)
{
	const char *core = *resource->group == '\0' ? "api" : "apis/";
	const char *ns = resource->namespaced ? "/namespaces/{namespace}" : "";
	char path[192];
	int err;

	snprintf(path, sizeof(path), "/%s%s/v1%s/%s", core, resource->group, ns, resource->plural);
	err = json_object_set_new(paths, path, path_item(resource, false, v3));
	snprintf(path, sizeof(path), "/%s%s/v1%s/%s/{name}", core, resource->group, ns,
	    resource->plural);
	return err | json_object_set_new(paths, path, path_item(resource, true, v3));
}

json_t *
openapi_paths(const struct openapi *openapi, const struct api_group *group, bool v3)
{
	json_t *paths = json_object();
	size_t count;
	const struct api_resource *resources = api_resources(&count);
	int err = 0;

	for (size_t i = 0; i < count; i++)
		if (resources[i].kind != API_NO_KIND && openapi->kinds[resources[i].kind] != NULL &&
		    (group == NULL || strcmp(group->name, resources[i].group) == 0))
			err |= add_paths(paths, &resources[i], v3);
	if (err != 0) {
		json_decref(paths);
		return NULL;
	}
	return paths;
}
