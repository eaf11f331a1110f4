/* discovery.c - which groups, versions and resources the API has. */
#include "config.h"
#include "ops/discovery.h"

#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "base/err.h"
#include "ops/api_target.h"
#include "ops/discovery_parts.h"
#include "ops/shape.h"

static const char type_plain[] = "application/json";
static const char type_v2[] =
    "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
static const char type_v2beta1[] =
    "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList";

json_t *
discovery_checked(json_t *value, int err)
{
	if (err == 0)
		return value;
	json_decref(value);
	return NULL;
}

json_t *
discovery_verbs(unsigned verbs)
{
	/* In the alphabet's order, as API servers answer. */
	static const enum api_verb order[] = { API_CREATE, API_DELETE, API_DELETE_ALL, API_GET,
		API_LIST, API_PATCH, API_UPDATE, API_WATCH };
	json_t *array = json_array();
	int err = array == NULL ? -1 : 0;

	for (size_t i = 0; i < API_VERB_COUNT; i++)
		if ((verbs & API_BIT(order[i])) != 0)
			err |= json_array_append_new(array, json_string(api_verb_text(order[i])));
	return discovery_checked(array, err);
}

/* Short names and categories, where there are any. */
int
discovery_add_names(json_t *object, const struct api_resource *resource)
{
	json_t *names = json_array();
	int err = names == NULL ? -1 : 0;

	for (size_t i = 0; resource->short_names[i] != NULL; i++)
		err |= json_array_append_new(names, json_string(resource->short_names[i]));
	if (json_array_size(names) != 0)
		err |= json_object_set(object, "shortNames", names);
	json_decref(names);
	if (resource->in_all)
		err |= json_object_set_new(object, "categories", json_pack("[s]", "all"));
	return err;
}

bool
discovery_has(const struct api_resource *resource, const struct api_group *group,
    const char *version)
{
	/* Only EndpointSlices were ever in a beta that clients of today still ask for. */
	return strcmp(resource->group, group->name) == 0 &&
	    (strcmp(version, "v1") == 0 || resource->kind == API_ENDPOINT_SLICES);
}

static int
append_resource(json_t *array, const struct api_resource *resource)
{
	json_t *object = json_pack("{s:s, s:s, s:b, s:s, s:o}", "name", resource->plural,
	    "singularName", resource->singular, "namespaced", resource->namespaced, "kind",
	    resource->object, "verbs", discovery_verbs(resource->verbs));
	char name[64];
	int err = object == NULL ? -1 : discovery_add_names(object, resource);

	err |= json_array_append_new(array, object);
	if (resource->status_verbs == 0)
		return err;
	snprintf(name, sizeof(name), "%s/status", resource->plural);
	return err | json_array_append_new(array, json_pack("{s:s, s:s, s:b, s:s, s:o}", "name",
	    name, "singularName", "", "namespaced", resource->namespaced, "kind",
	    resource->object, "verbs", discovery_verbs(resource->status_verbs)));
}

static json_t *
resource_list(const struct api_group *group, const char *version)
{
	json_t *array = json_array();
	const char *slash = *group->name == '\0' ? "" : "/";
	char name[96];
	size_t count;
	const struct api_resource *resources = api_resources(&count);
	int err = 0;

	snprintf(name, sizeof(name), "%s%s%s", group->name, slash, version);
	for (size_t i = 0; i < count; i++)
		if (discovery_has(&resources[i], group, version))
			err |= append_resource(array, &resources[i]);
	return json_pack("{s:s, s:s, s:s, s:o}", "kind", "APIResourceList", "apiVersion", "v1",
	    "groupVersion", name, "resources", discovery_checked(array, err));
}

static json_t *
version_item(const struct api_group *group, const char *version)
{
	char name[96];

	snprintf(name, sizeof(name), "%s/%s", group->name, version);
	return json_pack("{s:s, s:s}", "groupVersion", name, "version", version);
}

static json_t *
group_item(const struct api_group *group)
{
	json_t *array = json_array();
	int err = array == NULL ? -1 : 0;

	for (size_t i = 0; group->versions[i] != NULL; i++)
		err |= json_array_append_new(array, version_item(group, group->versions[i]));
	return json_pack("{s:s, s:o, s:o}", "name", group->name, "versions",
	    discovery_checked(array, err), "preferredVersion", version_item(group,
	    group->versions[0]));
}

static json_t *
group_list(void)
{
	json_t *array = json_array();
	size_t count;
	const struct api_group *groups = api_groups(&count);

	int err = array == NULL ? -1 : 0;

	/* The core group lies below /api. */
	for (size_t i = 1; i < count; i++)
		err |= json_array_append_new(array, group_item(&groups[i]));
	return json_pack("{s:s, s:s, s:o}", "kind", "APIGroupList", "apiVersion", "v1", "groups",
	    discovery_checked(array, err));
}

static json_t *
one_group(const struct api_group *group)
{
	json_t *object = group_item(group);
	int err = json_object_set_new(object, "kind", json_string("APIGroup"));

	err |= json_object_set_new(object, "apiVersion", json_string("v1"));
	return discovery_checked(object, err);
}

static json_t *
versions(void)
{
	return json_pack("{s:s, s:[s], s:[{s:s, s:s}]}", "kind", "APIVersions", "versions", "v1",
	    "serverAddressByClientCIDRs", "clientCIDR", "0.0.0.0/0", "serverAddress", "");
}

static const char *
architecture(const struct utsname *names)
{
	/* Go's words for it, which is what clients know. */
	if (strcmp(names->machine, "x86_64") == 0)
		return "amd64";
	return strcmp(names->machine, "aarch64") == 0 ? "arm64" : names->machine;
}

static json_t *
version(void)
{
	struct utsname names;
	char platform[80] = "linux";

	if (uname(&names) == 0)
		snprintf(platform, sizeof(platform), "linux/%.64s", architecture(&names));
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "major",
	    DISCOVERY_MAJOR, "minor", DISCOVERY_MINOR, "gitVersion",
	    "v" DISCOVERY_MAJOR "." DISCOVERY_MINOR ".0+rollcall." PACKAGE_VERSION, "gitCommit",
	    "", "gitTreeState", "clean", "buildDate", "1970-01-01T00:00:00Z", "goVersion", "none",
	    "compiler", "gcc", "platform", platform);
}

static const struct api_group *
find_group(const char *name, size_t len)
{
	size_t count;
	const struct api_group *groups = api_groups(&count);

	for (size_t i = 0; i < count; i++)
		if (strlen(groups[i].name) == len && memcmp(groups[i].name, name, len) == 0)
			return &groups[i];
	return NULL;
}

/* `path` is behind "/apis/": GROUP or GROUP/VERSION; *found: there is such a document. */
static json_t *
below_apis(const char *path, bool *found)
{
	size_t len = strcspn(path, "/");
	const struct api_group *group = len == 0 ? NULL : find_group(path, len);

	if (group == NULL)
		return NULL;
	*found = true;
	if (path[len] == '\0' || strcmp(path + len, "/") == 0)
		return one_group(group);
	for (size_t i = 0; group->versions[i] != NULL; i++)
		if (strcmp(path + len + 1, group->versions[i]) == 0)
			return resource_list(group, group->versions[i]);
	*found = false;
	return NULL;
}

static json_t *
plain(const char *path, bool *found)
{
	size_t count;

	*found = true;
	if (strcmp(path, "/version") == 0)
		return version();
	if (strcmp(path, "/api") == 0)
		return versions();
	if (strcmp(path, "/apis") == 0)
		return group_list();
	if (strcmp(path, "/api/v1") == 0)
		return resource_list(api_groups(&count), "v1");
	*found = false;
	return strncmp(path, "/apis/", 6) == 0 ? below_apis(path + 6, found) : NULL;
}

int
discovery_read(const char *path, const char *accept, json_t **out, const char **type)
{
	bool core = strcmp(path, "/api") == 0;
	bool found = true;
	json_t *document;

	if (!core && strcmp(path, "/apis") != 0) {
		document = plain(path, &found);
		*type = type_plain;
	} else if (shape_accepts(accept, "APIGroupDiscoveryList", "v2")) {
		document = discovery_aggregated(core, "v2");
		*type = type_v2;
	} else if (shape_accepts(accept, "APIGroupDiscoveryList", "v2beta1")) {
		document = discovery_aggregated(core, "v2beta1");
		*type = type_v2beta1;
	} else {
		document = plain(path, &found);
		*type = type_plain;
	}
	if (!found)
		return ERR_NOTFOUND;
	*out = document;
	return document == NULL ? ERR_NOMEM : 0;
}
