/*
 * subject.h - one Service as DNS sees it: its name and its answered endpoints.  Thread: any;
 * pure.
 *
 * Seen from the external zone it is known by its external addresses, which stand where cluster IPs
 * stand elsewhere; or by the name of its load balancer; or, headless, by its endpoints where the
 * settings say so (DNS.md 2.8).  Whether its endpoints are ready is its balancer's business, as with
 * CoreDNS's k8s_external: dns.ignoreEmptyService alone takes an empty one away there, too.
 */
#ifndef ROLLCALL_DNS_SUBJECT_H
#define ROLLCALL_DNS_SUBJECT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dns/member.h"

struct addr;
struct arena;
struct roster_entry;
struct domain;

struct subject {
	const struct domain *domain;
	const struct roster_entry *entry;
	struct arena *arena;            /* for all that is worked out about it */
	const uint8_t *service;         /* s.n.svc.Z */
	uint32_t ttl_s;                 /* of the Service's own name */
	bool headless;                  /* its name answers the endpoints */
	const struct addr *addrs;       /* else these */
	size_t addr_count;
	const uint8_t *alias;           /* or it is another name for this one; NULL: it is not */
	const struct addr *only;        /* NULL: all; else only this address is looked at */
	struct member_list members;
};

/*
 * Everything is borrowed.  `only` NULL: all endpoints.  ERR_NOTFOUND: DNS knows nothing of this
 * Service, because it is NULL, has no address yet, lies in a hidden namespace, has a name that is
 * too long, or is empty and dns.ignoreEmptyService is on. ERR_NOMEM.
 */
int subject_init(struct subject *subject, const struct domain *domain,
    const struct roster_entry *entry,
    const struct addr *only, struct arena *arena);
#endif
