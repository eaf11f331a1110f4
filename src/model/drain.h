/*
 * drain.h - endpoints that an operator has taken out: answered nowhere, whatever else speaks for
 * them.  Thread: control; pure.
 *
 * What is taken out is kept as a verdict of a target that nobody probes, so that it survives
 * reloads and restarts, and reaches the answers, the way every verdict does:
 *
 *     pod/NAMESPACE/POD//drained
 *     service/NAMESPACE/SERVICE/ADDRESS/drained
 *
 * It holds until it is taken back, or until the daemon starts and there is no such Pod or Service.
 */
#ifndef ROLLCALL_MODEL_DRAIN_H
#define ROLLCALL_MODEL_DRAIN_H
#include <stdbool.h>
#include <stddef.h>

struct addr;
struct pod;
struct service;
struct store;

/* The ids, into buffers of TARGET_ID_SIZE (target.h); "" where they do not fit.  Return buf. */
const char *drain_write_pod(char *buf, size_t size, const char *ns, const char *pod);
const char *drain_write_endpoint(char *buf, size_t size, const char *ns, const char *service,
    const struct addr *addr);
/* Is this the id of one? */
bool drain_is_id(const char *id);

/* Is a Pod taken out; is one address of a Service?  Cheap where nothing is. */
bool drain_has_pod(const struct store *store, const struct pod *pod);
bool drain_has_endpoint(const struct store *store, const struct service *service,
    const struct addr *addr);
/* Is the id one whose Pod or Service is stated? */
bool drain_is_held(const struct store *store, const char *id);
#endif
