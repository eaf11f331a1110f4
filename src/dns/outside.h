/*
 * outside.h - the name of a Service in the external zone (DNS.md 2.8).  Thread: control.
 *
 * s.n.EXT answers the addresses a Service has outside the cluster: its load balancer's and its
 * externalIPs; below it are its ports.  It is an entry of its own beside s.n.svc.Z.
 */
#ifndef ROLLCALL_DNS_OUTSIDE_H
#define ROLLCALL_DNS_OUTSIDE_H

struct arena;
struct changes;
struct domain;
struct roster_entry;

/*
 * What there is to change in the external zone of this domain when the Service was `old` and is
 * `new` (NULL: nothing); names are in `arena`.  ERR_NOMEM.
 */
int outside_plan(const struct domain *domain, struct changes *changes,
    const struct roster_entry *old, const struct roster_entry *new, struct arena *arena);
#endif
