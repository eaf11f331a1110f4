/* openapi.c - what the fields of the kinds are: definitions, and the documents of them. */
#include "ops/openapi.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"
#include "ops/api_parts.h"
#include "ops/json_text.h"
#include "ops/openapi_parts.h"
#include "ops/visit.h"

#define TYPE_JSON "application/json"
/* Clients ask with an '@' or a dot; a reply's type has the dot (RFC 6838, 4.2: '@' is no such). */
#define TYPE_PROTOBUF "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"
#define ASKED_PROTOBUF "application/com.github.proto-openapi.spec.v2@v1.0+protobuf"

struct openapi *
openapi_new(void)
{
	struct openapi *openapi = calloc(1, sizeof(*openapi));

	if (openapi == NULL)
		return NULL;
	openapi->definitions = json_object();
	if (openapi->definitions == NULL) {
		free(openapi);
		return NULL;
	}
	return openapi;
}

void
openapi_free(struct openapi *openapi)
{
	if (openapi == NULL)
		return;
	json_decref(openapi->definitions);
	free(openapi->v2.text);
	free(openapi->v2_protobuf.text);
	free(openapi->index.text);
	for (size_t i = 0; i < openapi->group_count; i++)
		free(openapi->groups[i].text);
	free(openapi);
}

bool
openapi_has(const struct openapi *openapi, const char *definition)
{
	return json_object_get(openapi->definitions, definition) != NULL;
}

static json_t *
type_schema(const struct openapi_field *field)
{
	char ref[160];

	switch (field->type) {
	case OPENAPI_ANY:
		return json_object();
	case OPENAPI_BOOLEAN:
		return json_pack("{s:s}", "type", "boolean");
	case OPENAPI_INTEGER:
		return json_pack("{s:s, s:s}", "type", "integer", "format", "int32");
	case OPENAPI_TEXT:
		return json_pack("{s:s}", "type", "string");
	case OPENAPI_TIME:
		return json_pack("{s:s, s:s}", "type", "string", "format", "date-time");
	case OPENAPI_INT_OR_TEXT:
		return json_pack("{s:s, s:s}", "type", "string", "format", "int-or-string");
	case OPENAPI_TEXTS_BY_KEY:
		return json_pack("{s:s, s:{s:s}}", "type", "object", "additionalProperties",
		    "type", "string");
	case OPENAPI_OBJECT:
		return json_pack("{s:s}", "type", "object");
	case OPENAPI_REF:
		break;
	}
	snprintf(ref, sizeof(ref), "#/definitions/%.140s", field->ref);
	return json_pack("{s:s}", "$ref", ref);
}

static json_t *
field_schema(const struct openapi_field *field)
{
	json_t *schema = type_schema(field);
	int err = schema == NULL ? -1 : 0;

	if (field->list && schema != NULL)
		schema = json_pack("{s:s, s:o}", "type", "array", "items", schema);
	if (field->doc != NULL)
		err |= json_object_set_new(schema, "description", json_string(field->doc));
	if (field->merge_key != NULL) {
		err |= json_object_set_new(schema, "x-kubernetes-patch-strategy",
		    json_string("merge"));
		/* A list of texts is merged without a key. */
		if (*field->merge_key != '\0')
			err |= json_object_set_new(schema, "x-kubernetes-patch-merge-key",
			    json_string(field->merge_key));
	}
	if (err != 0) {
		json_decref(schema);
		return NULL;
	}
	return schema;
}

int
openapi_add(struct openapi *openapi, const char *definition, const char *doc,
    const struct openapi_field *fields, size_t count)
{
	json_t *properties = json_object();
	json_t *required = json_array();
	json_t *schema;
	int err = 0;

	if (openapi_has(openapi, definition)) {
		json_decref(properties);
		json_decref(required);
		return ERR_EXISTS;
	}
	for (size_t i = 0; i < count; i++) {
		err |= json_object_set_new(properties, fields[i].name, field_schema(&fields[i]));
		if (fields[i].required)
			err |= json_array_append_new(required, json_string(fields[i].name));
	}
	schema = json_pack("{s:s, s:o}", "type", "object", "properties", properties);
	if (doc != NULL)
		err |= json_object_set_new(schema, "description", json_string(doc));
	if (json_array_size(required) != 0)
		err |= json_object_set(schema, "required", required);
	json_decref(required);
	if (err != 0) {
		json_decref(schema);
		return ERR_NOMEM;
	}
	return json_object_set_new(openapi->definitions, definition, schema) == 0 ? 0 : ERR_NOMEM;
}

/* The key as the definitions keep it, for as long as they are. */
static const char *
kept_key(json_t *object, const char *key)
{
	return json_object_iter_key(json_object_iter_at(object, key));
}

int
openapi_set_kind(struct openapi *openapi, const char *definition, enum api_kind kind)
{
	json_t *schema = json_object_get(openapi->definitions, definition);
	json_t *properties = json_object_get(schema, "properties");
	int err = schema == NULL ? -1 : 0;

	err |= json_object_set_new(properties, "apiVersion", json_pack("{s:s, s:s}", "type",
	    "string", "description", "Group and version of the kind."));
	err |= json_object_set_new(properties, "kind", json_pack("{s:s, s:s}", "type", "string",
	    "description", "What this is."));
	err |= json_object_set_new(schema, "x-kubernetes-group-version-kind", json_pack("[o]",
	    openapi_group_version_kind(kind)));
	if (err != 0)
		return ERR_NOMEM;
	openapi->kinds[kind] = kept_key(openapi->definitions, definition);
	return 0;
}

static int
dump(json_t *document, struct openapi_text *out)
{
	out->text = json_text(document, &out->len);
	return out->text == NULL ? ERR_NOMEM : 0;
}

static int
make_v2(struct openapi *openapi)
{
	json_t *document = json_pack("{s:s, s:o, s:o, s:O}", "swagger", "2.0", "info",
	    openapi_info(), "paths", openapi_paths(openapi, NULL, false), "definitions",
	    openapi->definitions);
	struct strbuf protobuf = STRBUF_INIT;
	int err = dump(document, &openapi->v2);

	if (err == 0)
		openapi_write_protobuf(&protobuf, document);
	json_decref(document);
	if (err == 0 && protobuf.err == 0) {
		openapi->v2_protobuf.len = protobuf.len;
		openapi->v2_protobuf.text = strbuf_take(&protobuf);
	}
	strbuf_release(&protobuf);
	return openapi->v2_protobuf.text == NULL ? ERR_NOMEM : 0;
}

/* /openapi/v3: where each group's document lies, with a digest by which it may be kept. */
static int
make_index(struct openapi *openapi)
{
	json_t *paths = json_object();
	json_t *document;
	char url[128];
	int err = 0;

	for (size_t i = 0; i < openapi->group_count; i++) {
		const struct openapi_text *group = &openapi->groups[i];

		snprintf(url, sizeof(url), "/openapi/v3/%s?hash=%016" PRIX64, group->path,
		    text_hash(TEXT_HASH_SEED, group->text, group->len));
		err |= json_object_set_new(paths, group->path, json_pack("{s:s}",
		    "serverRelativeURL", url));
	}
	document = json_pack("{s:o}", "paths", paths);
	if (err == 0)
		err = dump(document, &openapi->index);
	json_decref(document);
	return err == 0 ? 0 : ERR_NOMEM;
}

int
openapi_finish(struct openapi *openapi)
{
	int err = make_v2(openapi);

	if (err == 0)
		err = openapi_make_v3(openapi);
	if (err == 0)
		err = make_index(openapi);
	return err;
}

/* Protobuf, if it is asked for before JSON. */
static bool
wants_protobuf(const char *accept)
{
	const char *json = accept == NULL ? NULL : strstr(accept, TYPE_JSON);
	const char *dot = accept == NULL ? NULL : strstr(accept, TYPE_PROTOBUF);
	const char *at = accept == NULL ? NULL : strstr(accept, ASKED_PROTOBUF);
	const char *protobuf = dot == NULL ? at : dot;

	return protobuf != NULL && (json == NULL || protobuf < json);
}

bool
openapi_answer(const struct openapi *openapi, struct visit *visit)
{
	const char *path = visit_path(visit);
	const struct openapi_text *found = NULL;
	const char *type = TYPE_JSON;

	if (strcmp(path, "/openapi/v2") == 0) {
		bool protobuf = wants_protobuf(visit_header(visit, "Accept"));

		found = protobuf ? &openapi->v2_protobuf : &openapi->v2;
		type = protobuf ? TYPE_PROTOBUF : TYPE_JSON;
		visit_set_header(visit, "Vary", "Accept");
	} else if (strcmp(path, "/openapi/v3") == 0) {
		found = &openapi->index;
	}
	for (size_t i = 0; found == NULL && i < openapi->group_count; i++)
		if (strncmp(path, "/openapi/v3/", 12) == 0 &&
		    strcmp(path + 12, openapi->groups[i].path) == 0)
			found = &openapi->groups[i];
	if (found == NULL)
		return false;
	api_reply_document(visit, type, found->text, found->len);
	return true;
}
