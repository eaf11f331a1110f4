/*
 * variables.h - the variables that a Pod finds Services by (Kubernetes: discovering services,
 * environment variables; docker links).  Thread: control; pure but for what insight.h hands over.
 */
#ifndef ROLLCALL_OPS_VARIABLES_H
#define ROLLCALL_OPS_VARIABLES_H
#include <jansson.h>

struct insight;

/* About three milliseconds; of more than twice as many, the rest is not counted either. */
#define VARIABLES_SERVICES_MAX 300

/*
 * A new reference: {"namespace", "variables": [[NAME, VALUE] ...], "leftOut": SERVICES}; of the
 * Services of a namespace that have a cluster IP, by name, and of default/kubernetes.  NULL: no
 * memory.
 */
json_t *variables_answer(const struct insight *insight, const char *ns);
#endif
