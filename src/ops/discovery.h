/*
 * discovery.h - which groups, versions and resources the API has, plain and aggregated.
 * Thread: any; pure.
 */
#ifndef ROLLCALL_OPS_DISCOVERY_H
#define ROLLCALL_OPS_DISCOVERY_H
#include <jansson.h>

/* The Kubernetes version that clients are told: the one whose behaviour is copied. */
#define DISCOVERY_MAJOR "1"
#define DISCOVERY_MINOR "33"

/*
 * The document at a path: /version, /api, /apis, /api/v1, /apis/GROUP, /apis/GROUP/VERSION.
 * `accept` (NULL: anything) may ask for /api and /apis in one piece with all their resources
 * (apidiscovery.k8s.io v2, v2beta1).  *type is the Content-Type, static.  A new reference.
 * ERR_NOTFOUND: no document lies there; ERR_NOMEM.
 */
int discovery_read(const char *path, const char *accept, json_t **out, const char **type);
#endif
