/* discovery_aggregated.c - all groups with their resources in one document. */
#include <stdio.h>
#include <string.h>

#include "ops/api_target.h"
#include "ops/discovery_parts.h"

static json_t *
response_kind(const struct api_resource *resource, const char *version)
{
	return json_pack("{s:s, s:s, s:s}", "group", resource->group, "version", version, "kind",
	    resource->object);
}

static json_t *
resource_item(const struct api_resource *resource, const char *version)
{
	json_t *object = json_pack("{s:s, s:o, s:s, s:s, s:o}", "resource", resource->plural,
	    "responseKind", response_kind(resource, version), "scope",
	    resource->namespaced ? "Namespaced" : "Cluster", "singularResource",
	    resource->singular, "verbs", discovery_verbs(resource->verbs));
	int err = object == NULL ? -1 : discovery_add_names(object, resource);

	if (resource->status_verbs != 0)
		err |= json_object_set_new(object, "subresources", json_pack("[{s:s, s:o, s:o}]",
		    "subresource", "status", "responseKind", response_kind(resource, version),
		    "verbs", discovery_verbs(resource->status_verbs)));
	return discovery_checked(object, err);
}

static json_t *
version_item(const struct api_group *group, const char *version)
{
	json_t *array = json_array();
	size_t count;
	const struct api_resource *resources = api_resources(&count);
	int err = array == NULL ? -1 : 0;

	for (size_t i = 0; i < count; i++)
		if (discovery_has(&resources[i], group, version))
			err |= json_array_append_new(array, resource_item(&resources[i], version));
	return json_pack("{s:s, s:o, s:s}", "version", version, "resources",
	    discovery_checked(array, err), "freshness", "Current");
}

static json_t *
group_item(const struct api_group *group)
{
	json_t *array = json_array();
	int err = array == NULL ? -1 : 0;

	for (size_t i = 0; group->versions[i] != NULL; i++)
		err |= json_array_append_new(array, version_item(group, group->versions[i]));
	array = discovery_checked(array, err);
	/* The core group has no name. */
	if (*group->name == '\0')
		return json_pack("{s:{s:n}, s:o}", "metadata", "creationTimestamp", "versions",
		    array);
	return json_pack("{s:{s:s, s:n}, s:o}", "metadata", "name", group->name,
	    "creationTimestamp", "versions", array);
}

json_t *
discovery_aggregated(bool core, const char *version)
{
	json_t *array = json_array();
	size_t count;
	const struct api_group *groups = api_groups(&count);
	char name[48];
	int err = 0;

	snprintf(name, sizeof(name), "apidiscovery.k8s.io/%s", version);
	for (size_t i = core ? 0 : 1; i < (core ? 1 : count); i++)
		err |= json_array_append_new(array, group_item(&groups[i]));
	return json_pack("{s:s, s:s, s:{}, s:o}", "kind", "APIGroupDiscoveryList", "apiVersion",
	    name, "metadata", "items", discovery_checked(array, err));
}
