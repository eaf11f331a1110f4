/*
 * clerk.h - what became of the world, into the ledger: which objects the API shows of it.  Thread:
 * control.
 *
 * A Service with a selector has Endpoints and EndpointSlices, as the controllers would make them;
 * stated Endpoints have EndpointSlices that mirror them.  What they say is made by view.h when it is
 * asked for; here is found out which of them say something else than before.
 */
#ifndef ROLLCALL_OPS_CLERK_H
#define ROLLCALL_OPS_CLERK_H
#include <stdbool.h>

#include "model/object.h"

struct clerk;
struct ledger;
struct pod;
struct roster_entry;
struct service;
struct store;

/* Both borrowed.  NULL: no memory. */
struct clerk *clerk_new(struct ledger *ledger, const struct store *store);
void clerk_free(struct clerk *clerk);

/*
 * What is known now of a Service (`entry` NULL: it is gone), a Pod, an Ingress, Endpoints, an
 * EndpointSlice, a Namespace (`object` NULL: it is gone, or not stated).  ERR_NOMEM: to be told again.
 */
int clerk_service(struct clerk *clerk, const char *ns, const char *name,
    const struct roster_entry *entry);
int clerk_object(struct clerk *clerk, enum object_kind kind, const char *ns, const char *name,
    const struct object *object);
/* Does the namespace exist, stated or not? */
int clerk_space(struct clerk *clerk, const char *name, bool exists);
/* Something was found out about the Pod that the target belongs to, if it is a Pod's. */
int clerk_target(struct clerk *clerk, const char *target_id);
#endif
