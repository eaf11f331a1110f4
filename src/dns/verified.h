/*
 * verified.h - 10-0-0-1.n.pod.Z for each address of a Pod, with pods: verified (DNS.md 2.5).
 * Thread: control.
 */
#ifndef ROLLCALL_DNS_VERIFIED_H
#define ROLLCALL_DNS_VERIFIED_H
#include <stddef.h>

struct addr;
struct ledger;
struct verified;
struct spaces;
struct domain;

/* Everything is borrowed.  NULL: no memory. */
struct verified *verified_new(const struct domain *domain, struct spaces *spaces,
    struct ledger *ledger);
void verified_free(struct verified *verified);

/* The Pod has exactly these addresses now; count 0: it is gone.  ERR_NOMEM: nothing was changed. */
int verified_set(struct verified *verified, const char *ns, const char *name,
    const struct addr *addrs, size_t count);
#endif
