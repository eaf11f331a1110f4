/*
 * aspect.h - what a Service answers for some of its endpoints and ports (DNS.md 2.1, 2.2, 3).
 * Thread: any; pure.
 */
#ifndef ROLLCALL_DNS_ASPECT_H
#define ROLLCALL_DNS_ASPECT_H
#include <stddef.h>
#include <stdint.h>

#include "model/service.h"

struct rrset_list;
struct subject;

/* Which of them an answer is about. */
struct aspect {
	const char *port;               /* name of a port; NULL: all ports, unnamed ones included */
	enum protocol protocol;         /* of the named port */
	const char *zone;               /* topology zone; NULL: all */
};

/*
 * How many (address, port) match: a ClusterIP's own, or the answered endpoints' of a headless
 * Service.
 */
size_t aspect_srv_count(const struct subject *subject, const struct aspect *aspect);

/*
 * The SRV records of all that match, and the addresses of their targets to go with them;
 * `records` has room for that many more, `additional` (NULL: not wanted) is made here.  ERR_NOMEM.
 */
int aspect_add_srvs(const struct subject *subject, const struct aspect *aspect,
    struct rrset_list *records,
    struct rrset_list *additional);

/*
 * The addresses: ClusterIPs, or those of the endpoints, whatever their ports.  How many there may
 * be.
 */
void aspect_add_addrs(const struct subject *subject, const struct aspect *aspect,
    struct rrset_list *records);
size_t aspect_addr_count(const struct subject *subject);

/*
 * A aspect for each distinct (name, protocol) of the named ports: the Service's own below a
 * ClusterIP, those the endpoints have below a headless one.  ERR_NOMEM.
 */
int aspect_list_ports(const struct subject *subject, struct aspect **aspects, size_t *count);
#endif
