/*
 * subject.h - one Service as DNS sees it: its name and its answered endpoints.  Thread: any;
 * pure.
 */
#ifndef ROLLCALL_DNS_SUBJECT_H
#define ROLLCALL_DNS_SUBJECT_H
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
