/* api_target.c - from a path to a verb on a resource. */
#include "ops/api_target.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"

#define READS (API_BIT(API_GET) | API_BIT(API_LIST) | API_BIT(API_WATCH))
#define WRITES (API_BIT(API_CREATE) | API_BIT(API_UPDATE) | API_BIT(API_PATCH) | \
	API_BIT(API_DELETE) | API_BIT(API_DELETE_ALL))
#define OF_STATUS (API_BIT(API_GET) | API_BIT(API_UPDATE) | API_BIT(API_PATCH))

/* Alphabetical within a group, as the API server answers. */
static const struct api_resource resources[] = {
	{ API_ENDPOINTS, "", "endpoints", "endpoints", "Endpoints", { "ep" }, false, true,
	    READS | WRITES, 0 },
	{ API_EVENTS, "", "events", "event", "Event", { "ev" }, false, true, READS, 0 },
	{ API_NAMESPACES, "", "namespaces", "namespace", "Namespace", { "ns" }, false, false,
	    READS | (WRITES & ~API_BIT(API_DELETE_ALL)), OF_STATUS },
	{ API_PODS, "", "pods", "pod", "Pod", { "po" }, true, true, READS | WRITES, OF_STATUS },
	{ API_SERVICES, "", "services", "service", "Service", { "svc" }, true, true,
	    READS | WRITES, OF_STATUS },
	{ API_ENDPOINT_SLICES, "discovery.k8s.io", "endpointslices", "endpointslice",
	    "EndpointSlice", { NULL }, false, true, READS | WRITES, 0 },
	{ API_INGRESSES, "networking.k8s.io", "ingresses", "ingress", "Ingress", { "ing" }, false,
	    true, READS | WRITES, OF_STATUS },
	{ API_NO_KIND, "authorization.k8s.io", "selfsubjectaccessreviews",
	    "selfsubjectaccessreview", "SelfSubjectAccessReview", { NULL }, false, false,
	    API_BIT(API_CREATE), 0 },
	{ API_NO_KIND, "authorization.k8s.io", "selfsubjectrulesreviews",
	    "selfsubjectrulesreview", "SelfSubjectRulesReview", { NULL }, false, false,
	    API_BIT(API_CREATE), 0 },
};
#define RESOURCE_COUNT (sizeof(resources) / sizeof(*resources))

static const struct api_group groups[] = {
	{ "", { "v1" }, { "v1" } },
	{ "authorization.k8s.io", { "v1" }, { "authorization.k8s.io/v1" } },
	{ "networking.k8s.io", { "v1" }, { "networking.k8s.io/v1" } },
	{ "discovery.k8s.io", { "v1", "v1beta1" },
	    { "discovery.k8s.io/v1", "discovery.k8s.io/v1beta1" } },
};
#define GROUP_COUNT (sizeof(groups) / sizeof(*groups))

static const char *const verb_texts[API_VERB_COUNT] = {
	[API_GET] = "get", [API_LIST] = "list", [API_WATCH] = "watch", [API_CREATE] = "create",
	[API_UPDATE] = "update", [API_PATCH] = "patch", [API_DELETE] = "delete",
	[API_DELETE_ALL] = "deletecollection",
};

/* The steps of a path; more than Kubernetes ever has are no path of ours. */
#define STEPS_MAX 9

struct steps {
	char text[STEPS_MAX][API_NAME_SIZE];
	size_t count;
};

const struct api_resource *
api_resources(size_t *count)
{
	*count = RESOURCE_COUNT;
	return resources;
}

const struct api_group *
api_groups(size_t *count)
{
	*count = GROUP_COUNT;
	return groups;
}

const struct api_resource *
api_resource_find(const char *group, const char *plural)
{
	for (size_t i = 0; i < RESOURCE_COUNT; i++)
		if (strcmp(resources[i].group, group) == 0 &&
		    strcmp(resources[i].plural, plural) == 0)
			return &resources[i];
	return NULL;
}

const struct api_resource *
api_resource_of(enum api_kind kind)
{
	for (size_t i = 0; i < RESOURCE_COUNT; i++)
		if (resources[i].kind == (int)kind)
			return &resources[i];
	return NULL;
}

const char *
api_verb_text(enum api_verb verb)
{
	return verb_texts[verb];
}

void
api_resource_text(const struct api_resource *resource, char *out, size_t size)
{
	snprintf(out, size, "%s%s%s", resource->plural, *resource->group == '\0' ? "" : ".",
	    resource->group);
}

const char *
api_group_version(const struct api_target *target)
{
	size_t i = 0;

	while (strcmp(groups[i].name, target->resource->group) != 0)
		i++;
	for (size_t j = 0; groups[i].versions[j] != NULL; j++)
		if (strcmp(groups[i].versions[j], target->version) == 0)
			return groups[i].names[j];
	return groups[i].names[0];
}

static bool
split(const char *path, struct steps *steps)
{
	steps->count = 0;
	while (*path == '/') {
		size_t len = strcspn(++path, "/");

		if (len == 0 && path[len] == '\0')
			return true;            /* a slash at the end means nothing */
		if (len == 0 || len >= API_NAME_SIZE || steps->count == STEPS_MAX)
			return false;
		memcpy(steps->text[steps->count], path, len);
		steps->text[steps->count++][len] = '\0';
		path += len;
	}
	return *path == '\0';
}

/* The version as it stands in the table; NULL: the group has none of that name. */
static const char *
version_of(const char *group, const char *version)
{
	for (size_t i = 0; i < GROUP_COUNT; i++)
		for (size_t j = 0; strcmp(groups[i].name, group) == 0 &&
		    groups[i].versions[j] != NULL; j++)
			if (strcmp(groups[i].versions[j], version) == 0)
				return groups[i].versions[j];
	return NULL;
}

/* Sets *at to the first step behind group and version. */
static const char *
read_group(const struct steps *steps, struct api_target *out, size_t *at)
{
	bool core = steps->count >= 2 && strcmp(steps->text[0], "api") == 0;
	const char *group = core ? "" : steps->text[1];

	if (!core && (steps->count < 3 || strcmp(steps->text[0], "apis") != 0))
		return NULL;
	*at = core ? 2 : 3;
	out->version = version_of(group, steps->text[*at - 1]);
	return out->version == NULL ? NULL : group;
}

/* namespaces/NAME, namespaces/NAME/status are of the resource, namespaces/NS/x is in one. */
static bool
in_namespace(const struct steps *steps, size_t at, const char *group)
{
	if (steps->count < at + 3 || strcmp(steps->text[at], "namespaces") != 0)
		return false;
	return *group != '\0' || api_resource_find("", steps->text[at + 2]) != NULL;
}

static int
read_resource(const struct steps *steps, struct api_target *out)
{
	size_t at = 0;
	const char *group = read_group(steps, out, &at);
	bool inside = group != NULL && in_namespace(steps, at, group);

	if (group == NULL || at >= steps->count)
		return ERR_NOTFOUND;
	if (inside) {
		memcpy(out->ns, steps->text[at + 1], API_NAME_SIZE);
		at += 2;
	}
	out->resource = api_resource_find(group, steps->text[at++]);
	if (out->resource == NULL || (inside && !out->resource->namespaced))
		return ERR_NOTFOUND;
	if (at < steps->count)
		memcpy(out->name, steps->text[at++], API_NAME_SIZE);
	/* A name needs its namespace: /api/v1/services/web is no path of Kubernetes. */
	if (*out->name != '\0' && out->resource->namespaced && !inside)
		return ERR_NOTFOUND;
	if (at < steps->count) {
		if (strcmp(steps->text[at++], "status") != 0 || out->resource->status_verbs == 0)
			return ERR_NOTFOUND;
		out->status = true;
	}
	return at == steps->count ? 0 : ERR_NOTFOUND;
}

static enum api_verb
verb_of(enum visit_method method, bool watch, bool named)
{
	switch (method) {
	case VISIT_POST:
		return API_CREATE;
	case VISIT_PUT:
		return API_UPDATE;
	case VISIT_PATCH:
		return API_PATCH;
	case VISIT_DELETE:
		return named ? API_DELETE : API_DELETE_ALL;
	case VISIT_GET:
	case VISIT_HEAD:
	case VISIT_OPTIONS:
	case VISIT_OTHER:
		break;
	}
	if (named)
		return API_GET;
	return watch ? API_WATCH : API_LIST;
}

/* POST is for collections, PUT and PATCH for names. */
static bool
verb_fits(const struct api_target *target)
{
	bool named = *target->name != '\0';

	switch (target->verb) {
	case API_CREATE:
		/* An object of a namespace is created in one. */
		return !named && (!target->resource->namespaced || *target->ns != '\0');
	case API_UPDATE:
	case API_PATCH:
		return named;
	case API_DELETE_ALL:
		return !target->resource->namespaced || *target->ns != '\0';
	case API_GET:
	case API_LIST:
	case API_WATCH:
	case API_DELETE:
		break;
	}
	return true;
}

int
api_target_read(const char *path, enum visit_method method, bool watch, struct api_target *out)
{
	struct steps steps;
	int err;

	memset(out, 0, sizeof(*out));
	if (!split(path, &steps))
		return ERR_NOTFOUND;
	err = read_resource(&steps, out);
	if (err != 0)
		return err;
	if (method == VISIT_OPTIONS || method == VISIT_OTHER)
		return ERR_DENIED;
	out->verb = verb_of(method, watch, *out->name != '\0');
	unsigned verbs = out->status ? out->resource->status_verbs : out->resource->verbs;

	return (verbs & API_BIT(out->verb)) != 0 && verb_fits(out) ? 0 : ERR_DENIED;
}
