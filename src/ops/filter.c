/* filter.c - which objects match a selector. */
#include "ops/filter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"
#include "ops/filter_parts.h"
#include "ops/api_target.h"

/* Fields that the API server knows beside the two of metadata. */
static const struct {
	int kind;
	const char *fields[12];
} known[] = {
	{ API_EVENTS, { "involvedObject.kind", "involvedObject.namespace", "involvedObject.name",
	    "involvedObject.uid", "involvedObject.apiVersion", "involvedObject.resourceVersion",
	    "involvedObject.fieldPath", "reason", "reportingComponent", "source", "type" } },
	{ API_PODS, { "spec.nodeName", "spec.restartPolicy", "spec.schedulerName",
	    "spec.serviceAccountName", "spec.hostNetwork", "status.phase", "status.podIP",
	    "status.podIPs", "status.nominatedNodeName" } },
	{ API_SERVICES, { "spec.clusterIP", "spec.type" } },
	{ API_NAMESPACES, { "status.phase" } },
};

static bool
is_key(const char *field)
{
	return strcmp(field, "metadata.name") == 0 || strcmp(field, "metadata.namespace") == 0;
}

bool
filter_knows_field(const struct api_resource *resource, const char *field)
{
	if (is_key(field))
		return true;
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		for (size_t j = 0; known[i].kind == resource->kind && known[i].fields[j] != NULL;
		    j++)
			if (strcmp(known[i].fields[j], field) == 0)
				return true;
	return false;
}

void
filter_free(struct filter *filter)
{
	if (filter == NULL)
		return;
	for (size_t i = 0; i < filter->count; i++) {
		free(filter->conditions[i].key);
		free(filter->conditions[i].values);
	}
	free(filter);
}

int
filter_new(const struct api_resource *resource, const char *labels, const char *fields,
    struct filter **out, char why[FILTER_WHY_SIZE])
{
	struct filter *filter = calloc(1, sizeof(*filter));
	int err = filter == NULL ? ERR_NOMEM : 0;

	*why = '\0';
	if (err == 0 && labels != NULL)
		err = filter_parse_labels(filter, labels, why);
	if (err == 0 && fields != NULL)
		err = filter_parse_fields(filter, resource, fields, why);
	if (err != 0) {
		filter_free(filter);
		return err;
	}
	*out = filter;
	return 0;
}

enum filter_need
filter_need(const struct filter *filter)
{
	enum filter_need need = FILTER_NOTHING;

	for (size_t i = 0; i < filter->count; i++) {
		const struct filter_condition *condition = &filter->conditions[i];

		if (condition->of_field && !is_key(condition->key))
			return FILTER_OBJECT;
		if (!condition->of_field)
			need = FILTER_METADATA;
	}
	return need;
}

static bool
has_value(const struct filter_condition *condition, const char *value)
{
	const char *at = condition->values;

	for (size_t i = 0; i < condition->value_count; i++, at += strlen(at) + 1)
		if (strcmp(at, value) == 0)
			return true;
	return false;
}

/* Labels are compared as numbers where both are some (Kubernetes: 64 bits). */
static bool
compares(const struct filter_condition *condition, const char *value)
{
	uint64_t ours = 0;
	uint64_t theirs = 0;

	if (!text_to_u64(value, INT64_MAX, &ours) ||
	    !text_to_u64(condition->values, INT64_MAX, &theirs))
		return false;
	return condition->op == FILTER_GREATER ? ours > theirs : ours < theirs;
}

/* `value` NULL: the label is not there. */
static bool
holds(const struct filter_condition *condition, const char *value)
{
	switch (condition->op) {
	case FILTER_IN:
		return value != NULL && has_value(condition, value);
	case FILTER_NOT_IN:
		return value == NULL || !has_value(condition, value);
	case FILTER_THERE:
		return value != NULL;
	case FILTER_NOT_THERE:
		return value == NULL;
	case FILTER_GREATER:
	case FILTER_LESS:
		return value != NULL && compares(condition, value);
	}
	return false;
}

bool
filter_takes_key(const struct filter *filter, const char *ns, const char *name)
{
	for (size_t i = 0; i < filter->count; i++) {
		const struct filter_condition *condition = &filter->conditions[i];

		if (!condition->of_field || !is_key(condition->key))
			continue;
		if (!holds(condition, strcmp(condition->key, "metadata.name") == 0 ? name : ns))
			return false;
	}
	return true;
}

/* The value below a dotted path; NULL: there is none. */
static const json_t *
below(const json_t *object, const char *path)
{
	char step[FILTER_FIELD_SIZE];

	while (object != NULL) {
		size_t len = strcspn(path, ".");

		snprintf(step, sizeof(step), "%.*s", (int)len, path);
		object = json_object_get(object, step);
		if (path[len] == '\0')
			break;
		path += len + 1;
	}
	return object;
}

static const char *
field_text(const json_t *object, const char *field)
{
	const json_t *value;

	/* Two that do not lie where their name says (Kubernetes: core/v1 event strategy). */
	if (strcmp(field, "source") == 0)
		field = "source.component";
	else if (strcmp(field, "status.podIPs") == 0)
		field = "status.podIP";
	value = below(object, field);
	if (json_is_true(value))
		return "true";
	if (json_is_string(value))
		return json_string_value(value);
	return strcmp(field, "spec.hostNetwork") == 0 ? "false" : "";
}

bool
filter_matches(const struct filter *filter, const json_t *object)
{
	const json_t *labels = below(object, "metadata.labels");

	for (size_t i = 0; i < filter->count; i++) {
		const struct filter_condition *condition = &filter->conditions[i];
		const char *value = condition->of_field ? field_text(object, condition->key) :
		    json_string_value(json_object_get(labels, condition->key));

		if (!holds(condition, value))
			return false;
	}
	return true;
}
