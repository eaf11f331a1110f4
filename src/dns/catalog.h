/*
 * catalog.h - which names exist, and their ready-made answers.  Thread: control; the only writer
 * of the index.
 *
 * Told of each Service that changed (its new roster entry), of namespaces and, for pods:
 * verified, of Pods, it works out what a Service answers (schema.h), builds it to wire form as one
 * entry with all names below the Service's (entry.h, below.h), and puts that into the index
 * (index.h): one release store, and one for each address that comes or goes (page.h).  What several
 * Services share (addresses, the empty non-terminals of reverse names) is merged here.
 */
#ifndef ROLLCALL_DNS_CATALOG_H
#define ROLLCALL_DNS_CATALOG_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"

struct catalog;
struct dns_settings;
struct index;
struct ingress;
struct roster_entry;

/*
 * The settings are borrowed for the catalog's life.  The index starts with the fixed names
 * (DNS.md 2.6).
 */
struct catalog *catalog_new(const struct dns_settings *settings, struct index *index,
    uint32_t last_serial);
void catalog_free(struct catalog *catalog);

/*
 * The Service's entry is now this one (a reference is taken), or it is gone (NULL).  Everything the
 * Service owned before and no longer owns is withdrawn.  ERR_NOMEM leaves the old answers in place.
 */
int catalog_set_service(struct catalog *catalog, const char *ns, const char *name,
    struct roster_entry *entry);

/* The namespace exists, or does not. */
int catalog_set_namespace(struct catalog *catalog, const char *ns, bool exists);

/* pods: verified: the addresses of a non-terminating Pod; count 0 withdraws them. */
int catalog_set_pod(struct catalog *catalog, const char *ns, const char *name,
    const struct addr *addrs, size_t count);

/* dns.autopath: the addresses that such a Pod shares with no host; count 0 withdraws them. */
int catalog_set_tenant(struct catalog *catalog, const char *ns, const char *name,
    const struct addr *addrs, size_t count);

/* The Ingress is now this one (it is held), or gone (NULL): its hosts.  ERR_NOMEM: as it was. */
int catalog_set_ingress(struct catalog *catalog, const char *ns, const char *name,
    const struct ingress *ingress);

/*
 * End of a batch: where DNS could see a change since the last call, the SOA serial becomes
 * max(unix_s, last + 1), at most one step in 100 ms (later calls pick up what was put off: true
 * is returned while a step is owed).
 */
bool catalog_publish(struct catalog *catalog, uint64_t now_ms, uint64_t unix_s);

/* Let go of what was replaced.  Call it every few ms, however far the batch is. */
void catalog_reclaim(struct catalog *catalog);
/* Is all that is answered of this serial? */
bool catalog_is_settled(const struct catalog *catalog);
uint32_t catalog_serial(const struct catalog *catalog);
/* Records of all Services that no message could carry (rrset.h); who has some is logged. */
size_t catalog_left_out(const struct catalog *catalog);
#endif
