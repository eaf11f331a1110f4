/*
 * apex.h - the names that are always there: Z, svc.Z, pod.Z, dns-version.Z, ns.dns.Z (DNS.md
 * 2.6), and who the zone's name servers are.  Thread: control.
 */
#ifndef ROLLCALL_DNS_APEX_H
#define ROLLCALL_DNS_APEX_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct entry_record;
struct index;
struct ledger;
struct domain;

/*
 * Put them all, with ns.dns.Z as the name server; of the external zone the apex, dns.EXT and
 * ns1.dns.EXT, as CoreDNS's k8s_external calls it.  ERR_NOMEM.
 */
int apex_put_fixed(const struct domain *domain, struct ledger *ledger);

/* Is it one of the external zone's fixed names? */
bool apex_is_fixed(const struct domain *outside, const uint8_t *name);

/*
 * Put the apex: its NS are the distinct owners of these addresses (glue.h), or ns.dns.Z where
 * there are none. Sorts the glue.  ERR_NOMEM: it is as before.
 */
int apex_put(const struct domain *domain, struct ledger *ledger, struct arena *arena,
    struct entry_record *glue,
    size_t count);

/*
 * The SOA of the domain's zones, the reverse ones included, or of the external zone, to wire form in
 * `arena`.  ERR_NOMEM.
 */
int apex_soa(const struct domain *domain, uint32_t serial, struct arena *arena,
    const uint8_t **soa, uint16_t *len);
#endif
