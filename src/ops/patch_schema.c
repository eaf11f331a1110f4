/* patch_schema.c - which lists of Kubernetes' objects are merged, and by what. */
#include "ops/patch_schema.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define KEYS(...) PATCH_APPLY_KEYS, { __VA_ARGS__ }

/* k8s.io/api core/v1, discovery/v1 and networking/v1 as of 1.34, the fields of our kinds. */
static const struct patch_rule rules[] = {
	{ NULL, "metadata.finalizers", "", PATCH_APPLY_SET, { NULL } },
	{ NULL, "metadata.ownerReferences", "uid", KEYS("uid") },
	{ "Service", "spec.ports", "port", KEYS("port", "protocol") },
	{ "Service", "spec.selector", NULL, PATCH_APPLY_ATOMIC, { NULL } },
	{ "Service", "status.conditions", "type", KEYS("type") },
	{ "Namespace", "status.conditions", "type", KEYS("type") },
	{ "EndpointSlice", "endpoints.deprecatedTopology", NULL, PATCH_APPLY_ATOMIC, { NULL } },
	{ "Ingress", "spec.defaultBackend.resource", NULL, PATCH_APPLY_ATOMIC, { NULL } },
	{ "Pod", "spec.containers", "name", KEYS("name") },
	{ "Pod", "spec.containers.ports", "containerPort", KEYS("containerPort", "protocol") },
	{ "Pod", "spec.containers.env", "name", KEYS("name") },
	{ "Pod", "spec.containers.volumeMounts", "mountPath", KEYS("mountPath") },
	{ "Pod", "spec.containers.volumeDevices", "devicePath", KEYS("devicePath") },
	{ "Pod", "spec.containers.resources.claims", NULL, KEYS("name") },
	{ "Pod", "spec.volumes", "name", KEYS("name") },
	{ "Pod", "spec.imagePullSecrets", "name", KEYS("name") },
	{ "Pod", "spec.hostAliases", "ip", KEYS("ip") },
	{ "Pod", "spec.schedulingGates", "name", KEYS("name") },
	{ "Pod", "spec.resourceClaims", "name", KEYS("name") },
	{ "Pod", "spec.topologySpreadConstraints", "topologyKey",
	    KEYS("topologyKey", "whenUnsatisfiable") },
	{ "Pod", "spec.nodeSelector", NULL, PATCH_APPLY_ATOMIC, { NULL } },
	{ "Pod", "status.conditions", "type", KEYS("type") },
	{ "Pod", "status.podIPs", "ip", KEYS("ip") },
	{ "Pod", "status.hostIPs", "ip", PATCH_APPLY_DEFAULT, { NULL } },
};

/* Init and ephemeral containers are containers. */
static bool
is_step(const char *name, const char *wanted, size_t len)
{
	if (strlen(name) == len && strncmp(name, wanted, len) == 0)
		return true;
	return strncmp(wanted, "containers", len) == 0 && len == 10 &&
	    (strcmp(name, "initContainers") == 0 || strcmp(name, "ephemeralContainers") == 0);
}

/* From the last step to the first. */
static bool
is_path(const struct patch_path *path, const char *wanted)
{
	const char *end = wanted + strlen(wanted);

	for (; path != NULL; path = path->up) {
		const char *begin = end;

		while (begin > wanted && begin[-1] != '.')
			begin--;
		if (!is_step(path->name, begin, (size_t)(end - begin)))
			return false;
		if (begin == wanted)
			return path->up == NULL;
		end = begin - 1;
	}
	return false;
}

const struct patch_rule *
patch_schema_find(const char *kind, const struct patch_path *path)
{
	for (size_t i = 0; path != NULL && i < sizeof(rules) / sizeof(*rules); i++) {
		if ((rules[i].kind == NULL || strcmp(rules[i].kind, kind) == 0) &&
		    is_path(path, rules[i].path))
			return &rules[i];
	}
	return NULL;
}

const char *
patch_schema_default(const char *key)
{
	return strcmp(key, "protocol") == 0 ? "TCP" : NULL;
}
