/* shape.c - in which form a reader wants objects. */
#include "ops/shape.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/err.h"
#include "ops/api_target.h"
#include "ops/table.h"

#define RANGE_SIZE 256

/* One range of an Accept list, without spaces. */
static const char *
next_range(const char *at, char out[RANGE_SIZE])
{
	size_t len = 0;

	for (; *at != '\0' && *at != ','; at++)
		if (*at != ' ' && *at != '\t' && len + 1 < RANGE_SIZE)
			out[len++] = *at;
	out[len] = '\0';
	return *at == ',' ? at + 1 : at;
}

/* The value of ";name=" in a range, up to the next ';'. */
static bool
has_parameter(const char *range, const char *name, const char *value)
{
	size_t name_len = strlen(name);
	size_t value_len = strlen(value);

	for (const char *at = strchr(range, ';'); at != NULL; at = strchr(at, ';')) {
		at++;
		if (strncmp(at, name, name_len) == 0 && at[name_len] == '=' &&
		    strncmp(at + name_len + 1, value, value_len) == 0 &&
		    (at[name_len + 1 + value_len] == ';' || at[name_len + 1 + value_len] == '\0'))
			return true;
	}
	return false;
}

static bool
is_json(const char *range)
{
	static const char *const types[] = { "application/json", "application/*", "*/*" };
	size_t len = strcspn(range, ";");

	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (strlen(types[i]) == len && strncasecmp(range, types[i], len) == 0)
			return true;
	return false;
}

static bool
set_form(const char *range, struct shape *out)
{
	static const struct shape forms[] = {
		{ .form = SHAPE_TABLE, .type = "application/json;as=Table;v=v1;g=meta.k8s.io" },
		{ .form = SHAPE_TABLE, .beta = true,
		    .type = "application/json;as=Table;v=v1beta1;g=meta.k8s.io" },
		{ .form = SHAPE_METADATA,
		    .type = "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io" },
		{ .form = SHAPE_METADATA, .beta = true,
		    .type = "application/json;as=PartialObjectMetadata;v=v1beta1;g=meta.k8s.io" },
	};

	if (strstr(range, ";as=") == NULL) {
		*out = (struct shape){ .form = SHAPE_OBJECT, .type = "application/json" };
		return true;
	}
	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		bool named = forms[i].form == SHAPE_TABLE ? has_parameter(range, "as", "Table") :
		    has_parameter(range, "as", "PartialObjectMetadata") ||
		    has_parameter(range, "as", "PartialObjectMetadataList");

		if (named && has_parameter(range, "g", "meta.k8s.io") &&
		    has_parameter(range, "v", forms[i].beta ? "v1beta1" : "v1")) {
			*out = forms[i];
			return true;
		}
	}
	return false;
}

static int
read_include(const char *text, enum shape_include *out)
{
	if (text == NULL || *text == '\0' || strcmp(text, "Metadata") == 0)
		*out = SHAPE_INCLUDE_METADATA;
	else if (strcmp(text, "Object") == 0)
		*out = SHAPE_INCLUDE_OBJECT;
	else if (strcmp(text, "None") == 0)
		*out = SHAPE_INCLUDE_NONE;
	else
		return ERR_INVALID;
	return 0;
}

int
shape_read(const char *accept, const char *include_object, struct shape *out)
{
	char range[RANGE_SIZE];

	if (accept == NULL || *accept == '\0')
		accept = "*/*";
	while (*accept != '\0') {
		accept = next_range(accept, range);
		if (is_json(range) && set_form(range, out))
			return read_include(include_object, &out->include);
	}
	return ERR_NOTFOUND;
}

bool
shape_accepts(const char *accept, const char *as, const char *version)
{
	char range[RANGE_SIZE];

	while (accept != NULL && *accept != '\0') {
		accept = next_range(accept, range);
		if (is_json(range) && has_parameter(range, "as", as) &&
		    has_parameter(range, "v", version))
			return true;
	}
	return false;
}

static const char *
meta_version(const struct shape *shape)
{
	return shape->beta ? "meta.k8s.io/v1beta1" : "meta.k8s.io/v1";
}

/* `object` stays the caller's. */
static json_t *
partial_of(const struct shape *shape, const json_t *object)
{
	return json_pack("{s:s, s:s, s:O}", "kind", "PartialObjectMetadata", "apiVersion",
	    meta_version(shape), "metadata", json_object_get(object, "metadata"));
}

static json_t *
row_of(const struct shape *shape, const struct api_target *target, json_t *object,
    int64_t now_unix_s)
{
	json_t *cells = table_cells((enum api_kind)target->resource->kind, object, now_unix_s);
	json_t *beside = NULL;

	if (cells == NULL)
		return NULL;
	if (shape->include == SHAPE_INCLUDE_NONE)
		return json_pack("{s:o}", "cells", cells);
	beside = shape->include == SHAPE_INCLUDE_OBJECT ? json_incref(object) :
	    partial_of(shape, object);
	if (beside == NULL) {
		json_decref(cells);
		return NULL;
	}
	return json_pack("{s:o, s:o}", "cells", cells, "object", beside);
}

json_t *
shape_item(const struct shape *shape, const struct api_target *target, json_t *object,
    int64_t now_unix_s)
{
	json_t *item = NULL;

	switch (shape->form) {
	case SHAPE_OBJECT:
		/* The list says it once (Kubernetes: items of a typed list have no TypeMeta). */
		json_object_del(object, "kind");
		json_object_del(object, "apiVersion");
		return object;
	case SHAPE_METADATA:
		item = partial_of(shape, object);
		break;
	case SHAPE_TABLE:
		item = row_of(shape, target, object, now_unix_s);
		break;
	}
	json_decref(object);
	return item;
}

static json_t *
table_of(const struct shape *shape, const struct api_target *target, json_t *object,
    int64_t now_unix_s, bool headers)
{
	json_t *columns = headers ? table_column_definitions((enum api_kind)target->resource->kind) :
	    json_array();
	json_t *row = row_of(shape, target, object, now_unix_s);
	json_t *version = json_object_get(json_object_get(object, "metadata"), "resourceVersion");

	if (columns == NULL || row == NULL) {
		json_decref(columns);
		json_decref(row);
		return NULL;
	}
	return json_pack("{s:s, s:s, s:{s:O*}, s:o, s:[o]}", "kind", "Table", "apiVersion",
	    meta_version(shape), "metadata", "resourceVersion", version, "columnDefinitions",
	    columns, "rows", row);
}

json_t *
shape_object(const struct shape *shape, const struct api_target *target, json_t *object,
    int64_t now_unix_s, bool headers)
{
	json_t *shaped = NULL;

	switch (shape->form) {
	case SHAPE_OBJECT:
		return object;
	case SHAPE_METADATA:
		shaped = partial_of(shape, object);
		break;
	case SHAPE_TABLE:
		shaped = table_of(shape, target, object, now_unix_s, headers);
		break;
	}
	json_decref(object);
	return shaped;
}

void
shape_list(const struct shape *shape, const struct api_target *target, char kind[64],
    char version[64], const char **items)
{
	*items = shape->form == SHAPE_TABLE ? "rows" : "items";
	if (shape->form == SHAPE_OBJECT) {
		snprintf(kind, 64, "%sList", target->resource->object);
		snprintf(version, 64, "%s", api_group_version(target));
		return;
	}
	snprintf(kind, 64, "%s", shape->form == SHAPE_TABLE ? "Table" :
	    "PartialObjectMetadataList");
	snprintf(version, 64, "%s", meta_version(shape));
}

bool
shape_needs_metadata_only(const struct shape *shape)
{
	return shape->form == SHAPE_METADATA;
}
