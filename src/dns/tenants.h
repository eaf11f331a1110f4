/*
 * tenants.h - which namespace an address belongs to: that of the one Pod that has it.  Threads:
 * control sets, readers of the index find.
 *
 * Addresses lie in the index as names that nobody can ask for, so that readers find them as they
 * find all else: without a lock, and right the moment a Pod comes or goes.
 */
#ifndef ROLLCALL_DNS_TENANTS_H
#define ROLLCALL_DNS_TENANTS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct addr;
struct index;
struct tenants;

/* The index is borrowed.  NULL: no memory. */
struct tenants *tenants_new(struct index *index);
void tenants_free(struct tenants *tenants);

/*
 * The Pod has exactly these addresses now, none of them its host's; count 0: it is gone, or has its
 * host's only.  An address of Pods in several namespaces is nobody's.  ERR_NOMEM: an address may
 * be nobody's until it is set again.
 */
int tenants_set(struct tenants *tenants, const char *ns, const char *name,
    const struct addr *addrs, size_t count);

/* The namespace as a label, its length first, lower case; NULL: nobody's, or not known. */
const uint8_t *tenants_find(const struct index *index, const struct addr *client);
#endif
