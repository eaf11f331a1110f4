/*
 * membership.h - Service and objects to roster entry: who belongs, who is present (PROBES.md
 * 2, DNS.md 1). Thread: control; pure.
 */
#ifndef ROLLCALL_MODEL_MEMBERSHIP_H
#define ROLLCALL_MODEL_MEMBERSHIP_H
#include <stddef.h>

#include "model/target.h"

struct allotment;
struct arena;
struct roster_entry;
struct service;
struct store;

/*
 * Build the entry of a Service.  `allotment` may be NULL (no address needed, or pending).  The
 * caller owns the one reference.  ERR_NOMEM.
 */
int membership_build(const struct store *store, const struct service *service,
    const struct allotment *allotment, struct roster_entry **out);

/*
 * The probe targets of a Pod (its containers' probes, on its primary IP), in `arena`.
 * ERR_NOMEM.
 */
int membership_pod_targets(const struct store *store, const struct pod *pod, struct arena *arena,
    struct target **targets, size_t *count);

/*
 * The probe targets of a Service with rollcall/readiness-probe: its endpoints that have no
 * probe of their own.
 */
int membership_service_targets(const struct store *store, const struct service *service,
    struct arena *arena,
    struct target **targets, size_t *count);

/*
 * Is the Pod ready, and if not, why (enum presence)?  Its own probes, gates and stated
 * conditions; not its phase.
 */
int membership_pod_presence(const struct store *store, const struct pod *pod);
#endif
