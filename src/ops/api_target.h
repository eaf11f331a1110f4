/*
 * api_target.h - what a request below /api and /apis means: which verb on which resource.
 * Thread: any; pure.
 *
 *     /api/v1/namespaces/shop/services/web/status
 *      group and version, namespace, resource, name, subresource
 */
#ifndef ROLLCALL_OPS_API_TARGET_H
#define ROLLCALL_OPS_API_TARGET_H
#include <stdbool.h>
#include <stddef.h>

#include "ops/ledger.h"
#include "ops/visit.h"

/* Kubernetes' verbs; API_DELETE_ALL is its "deletecollection". */
enum api_verb {
	API_GET, API_LIST, API_WATCH, API_CREATE, API_UPDATE, API_PATCH, API_DELETE, API_DELETE_ALL,
};
#define API_VERB_COUNT 8
#define API_BIT(verb) (1u << (verb))

/* A resource that is no object of the ledger: the reviews of authorization.k8s.io. */
#define API_NO_KIND (-1)

/* One row for each resource; discovery, paths and messages are made from these. */
struct api_resource {
	int kind;                       /* enum api_kind, or API_NO_KIND */
	const char *group;              /* "" is the core group */
	const char *plural;             /* "services" */
	const char *singular;
	const char *object;             /* "Service" */
	const char *short_names[3];     /* ends at NULL */
	bool in_all;                    /* of the category "all" */
	bool namespaced;
	unsigned verbs;                 /* API_BIT()s */
	unsigned status_verbs;          /* of NAME/status; 0: there is none */
};

/* A group and its versions, the preferred one first. */
struct api_group {
	const char *name;               /* "" is the core group */
	const char *versions[3];        /* ends at NULL */
	const char *names[3];           /* of each with its group: "networking.k8s.io/v1" */
};

/* DNS-1123 subdomain and its zero (Kubernetes: names of objects). */
#define API_NAME_SIZE 254

struct api_target {
	enum api_verb verb;
	const struct api_resource *resource;
	const char *version;            /* "v1" or "v1beta1"; static */
	char ns[API_NAME_SIZE];         /* "": all of them, or not namespaced */
	char name[API_NAME_SIZE];       /* "": the collection */
	bool status;                    /* the subresource "status" */
};

/* All resources, in the order in which discovery names them; all groups, the core group first. */
const struct api_resource *api_resources(size_t *count);
const struct api_group *api_groups(size_t *count);
/* NULL: none of that name (plural) in that group. */
const struct api_resource *api_resource_find(const char *group, const char *plural);
const struct api_resource *api_resource_of(enum api_kind kind);
/* The word in discovery's "verbs". */
const char *api_verb_text(enum api_verb verb);
/* "services", "endpointslices.discovery.k8s.io": how messages name the resource. */
void api_resource_text(const struct api_resource *resource, char *out, size_t size);

/* "v1", "discovery.k8s.io/v1beta1"; static. */
const char *api_group_version(const struct api_target *target);

/*
 * Read a path.  `watch`: the query said watch=true, which means nothing with a name: one object is
 * watched by its collection and fieldSelector=metadata.name=NAME, as in Kubernetes.  ERR_NOTFOUND:
 * no resource has that path; ERR_DENIED: it has, and does not serve the method; *out is then
 * unusable.
 */
int api_target_read(const char *path, enum visit_method method, bool watch,
    struct api_target *out);
#endif
