/* discovery_parts.h - what plain and aggregated discovery share.  Thread: any; pure. */
#ifndef ROLLCALL_OPS_DISCOVERY_PARTS_H
#define ROLLCALL_OPS_DISCOVERY_PARTS_H
#include <jansson.h>
#include <stdbool.h>

struct api_group;
struct api_resource;

/* The value, or after an error NULL, and it is let go. */
json_t *discovery_checked(json_t *value, int err);
/* "verbs"; a new reference.  NULL: no memory. */
json_t *discovery_verbs(unsigned verbs);
/* Set "shortNames" and "categories" where there are any; other than 0: no memory. */
int discovery_add_names(json_t *object, const struct api_resource *resource);
bool discovery_has(const struct api_resource *resource, const struct api_group *group,
    const char *version);

/* All of /api (core) or /apis in one document; `version` of apidiscovery.k8s.io.  NULL: no memory. */
json_t *discovery_aggregated(bool core, const char *version);
#endif
