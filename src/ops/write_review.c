/* write_review.c - may I?  Who gets here may do all that there is. */
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "ops/view.h"
#include "ops/write_parts.h"

static const char *
text_at(json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text == NULL ? "" : text;
}

static bool
is_any(const char *text)
{
	return strcmp(text, "*") == 0;
}

static bool
has_verb(const struct api_resource *resource, const char *verb, const char *subresource)
{
	unsigned verbs = strcmp(subresource, "status") == 0 ? resource->status_verbs :
	    *subresource == '\0' || is_any(subresource) ? resource->verbs : 0;

	for (unsigned i = 0; i < API_VERB_COUNT; i++)
		if ((verbs & API_BIT(i)) != 0 &&
		    (is_any(verb) || strcmp(verb, api_verb_text((enum api_verb)i)) == 0))
			return true;
	return false;
}

/* Is there such a resource, and does it know the verb? */
static bool
is_served(json_t *attributes)
{
	const char *name = text_at(attributes, "resource"), *group = text_at(attributes, "group");
	const char *verb = text_at(attributes, "verb");
	const char *subresource = text_at(attributes, "subresource");
	const struct api_resource *resource = api_resource_find(group, name);
	size_t count;
	const struct api_resource *all = api_resources(&count);

	if (resource != NULL)
		return has_verb(resource, verb, subresource);
	/* Everything of which there is something. */
	for (size_t i = 0; is_any(name) && i < count; i++)
		if ((is_any(group) || strcmp(group, all[i].group) == 0) &&
		    has_verb(&all[i], verb, subresource))
			return true;
	return false;
}

static json_t *
access_status(json_t *spec)
{
	json_t *attributes = json_object_get(spec, "resourceAttributes");
	const char *verb = text_at(json_object_get(spec, "nonResourceAttributes"), "verb");
	bool allowed = attributes != NULL ? is_served(attributes) :
	    strcmp(verb, "get") == 0 || strcmp(verb, "head") == 0;

	if (allowed)
		return json_pack("{s:b, s:s}", "allowed", 1, "reason",
		    "who may use the socket or has the token may do all that there is");
	return json_pack("{s:b, s:s}", "allowed", 0, "reason", "rollcall does not serve that");
}

static json_t *
verbs_of(const struct api_resource *resource)
{
	json_t *verbs = json_array();

	for (unsigned i = 0; i < API_VERB_COUNT; i++)
		if ((resource->verbs & API_BIT(i)) != 0)
			json_array_append_new(verbs,
			    json_string(api_verb_text((enum api_verb)i)));
	return verbs;
}

static json_t *
rules_status(void)
{
	size_t count;
	const struct api_resource *all = api_resources(&count);
	json_t *rules = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(rules, json_pack("{s:o, s:[s], s:[s]}", "verbs",
		    verbs_of(&all[i]), "apiGroups", all[i].group, "resources", all[i].plural));
	return json_pack("{s:o, s:[{s:[s], s:[s]}], s:b}", "resourceRules", rules,
	    "nonResourceRules", "verbs", "get", "nonResourceURLs", "*", "incomplete", 0);
}

void
write_review(struct write_request *request)
{
	bool access = strcmp(request->target.resource->object, "SelfSubjectAccessReview") == 0;
	enum write_type type = WRITE_PLAIN;
	json_t *status, *object;

	if (write_body_read(request, &type, &request->object) != 0)
		return;
	if (!json_is_object(request->object)) {
		write_reply_error(request, 400, NULL, "the body must be an object");
		return;
	}
	status = access ? access_status(json_object_get(request->object, "spec")) : rules_status();
	object = json_pack("{s:s, s:s, s:{}, s:o, s:o}", "apiVersion", "authorization.k8s.io/v1",
	    "kind", request->target.resource->object, "metadata", "spec",
	    json_incref(json_object_get(request->object, "spec")) == NULL ? json_object() :
	    json_object_get(request->object, "spec"), "status", status);
	request->code = 201;
	write_reply_object(request, object);
}
