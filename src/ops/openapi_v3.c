/* openapi_v3.c - the definitions as OpenAPI 3 has them, a document for each group. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "ops/api_target.h"
#include "ops/json_text.h"
#include "ops/openapi_parts.h"

#define REF_V2 "#/definitions/"
#define REF_V3 "#/components/schemas/"

/* A document's schemas, as far as they are needed. */
struct making {
	const struct openapi *openapi;
	json_t *schemas;
	int err;
};

static json_t *copy_value(struct making *making, json_t *value);
static void copy_definition(struct making *making, const char *name);

/*
 * Beside a $ref nothing else may stand in OpenAPI 3.0, so what is said of the field goes around it
 * (API servers do the same).
 */
static json_t *
copy_ref(struct making *making, json_t *schema)
{
	const char *name = json_string_value(json_object_get(schema, "$ref")) + strlen(REF_V2);
	json_t *doc = json_object_get(schema, "description");
	char ref[200];

	snprintf(ref, sizeof(ref), REF_V3 "%.160s", name);
	copy_definition(making, name);
	if (doc == NULL)
		return json_pack("{s:s}", "$ref", ref);
	return json_pack("{s:O, s:[{s:s}]}", "description", doc, "allOf", "$ref", ref);
}

static json_t *
copy_object(struct making *making, json_t *object)
{
	json_t *copy;
	const char *key;
	json_t *value;

	if (json_is_string(json_object_get(object, "$ref")))
		return copy_ref(making, object);
	copy = json_object();
	json_object_foreach(object, key, value)
		if (json_object_set_new(copy, key, copy_value(making, value)) != 0)
			making->err = ERR_NOMEM;
	return copy;
}

static json_t *
copy_value(struct making *making, json_t *value)
{
	json_t *copy;
	json_t *item;
	size_t i;

	if (json_is_object(value))
		return copy_object(making, value);
	if (!json_is_array(value))
		return json_incref(value);
	copy = json_array();
	json_array_foreach(value, i, item)
		if (json_array_append_new(copy, copy_value(making, item)) != 0)
			making->err = ERR_NOMEM;
	return copy;
}

static void
copy_definition(struct making *making, const char *name)
{
	json_t *definition = json_object_get(making->openapi->definitions, name);

	if (definition == NULL || json_object_get(making->schemas, name) != NULL)
		return;
	/* Its place is taken first: definitions may name themselves. */
	if (json_object_set(making->schemas, name, json_true()) != 0 ||
	    json_object_set_new(making->schemas, name, copy_value(making, definition)) != 0)
		making->err = ERR_NOMEM;
}

static json_t *
document_of(const struct openapi *openapi, const struct api_group *group)
{
	struct making making = { .openapi = openapi, .schemas = json_object() };

	for (int kind = 0; kind < API_KIND_COUNT; kind++)
		if (openapi->kinds[kind] != NULL &&
		    strcmp(api_resource_of((enum api_kind)kind)->group, group->name) == 0)
			copy_definition(&making, openapi->kinds[kind]);
	if (making.err != 0 || making.schemas == NULL) {
		json_decref(making.schemas);
		return NULL;
	}
	return json_pack("{s:s, s:o, s:o, s:{s:o}}", "openapi", "3.0.0", "info", openapi_info(),
	    "paths", openapi_paths(openapi, group, true), "components", "schemas", making.schemas);
}

static bool
has_kinds(const struct openapi *openapi, const struct api_group *group)
{
	for (int kind = 0; kind < API_KIND_COUNT; kind++)
		if (openapi->kinds[kind] != NULL &&
		    strcmp(api_resource_of((enum api_kind)kind)->group, group->name) == 0)
			return true;
	return false;
}

static int
make_group(struct openapi *openapi, const struct api_group *group)
{
	struct openapi_text *out = &openapi->groups[openapi->group_count];
	json_t *document = document_of(openapi, group);

	out->text = json_text(document, &out->len);
	json_decref(document);
	if (out->text == NULL)
		return ERR_NOMEM;
	snprintf(out->path, sizeof(out->path), "%s%s/v1", *group->name == '\0' ? "api" : "apis/",
	    group->name);
	openapi->group_count++;
	return 0;
}

int
openapi_make_v3(struct openapi *openapi)
{
	size_t count;
	const struct api_group *groups = api_groups(&count);
	int err = 0;

	for (size_t i = 0; err == 0 && i < count && openapi->group_count < OPENAPI_GROUPS_MAX; i++)
		if (has_kinds(openapi, &groups[i]))
			err = make_group(openapi, &groups[i]);
	return err;
}
