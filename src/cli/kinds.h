/* kinds.h - the kinds of objects and the names that people call them by.  Thread: any; pure. */
#ifndef ROLLCALL_CLI_KINDS_H
#define ROLLCALL_CLI_KINDS_H
#include <stdbool.h>
#include <stddef.h>

#include "base/strbuf.h"

struct kind {
	const char *kind;               /* "Service" */
	const char *plural;             /* "services" */
	const char *singular;           /* "service" */
	const char *letters;            /* "svc"; NULL: none */
	const char *version;            /* "v1", "discovery.k8s.io/v1" */
	const char *title;              /* how output names one: "service", "ingress.networking.k8s.io" */
	bool namespaced;
	bool in_all;                    /* `get all` has it */
};

/* Kind i; NULL past the last.  In the order that `get all` shows them. */
const struct kind *kind_at(size_t i);

/*
 * By any of its names, case ignored, "services.v1." and "endpointslices.discovery.k8s.io", too.
 * NULL: none, and *closest is a likely name, or NULL.
 */
const struct kind *kind_find(const char *name, const char **closest);

/* By what a manifest says; NULL: none.  Older versions of a group count as its kind. */
const struct kind *kind_of_manifest(const char *api_version, const char *kind);

/*
 * What is wrong with the name of an object, or NULL: it would not be the last step of a path, as ""
 * would be the whole collection (client-go: ValidatePathSegmentName).
 */
const char *kind_name_fault(const char *name);

/*
 * Add the path of a collection, or of one object where `name` is given.  `namespace` NULL: all.
 * Everything is escaped.
 */
void kind_path(struct strbuf *path, const struct kind *kind, const char *namespace,
    const char *name);
#endif
