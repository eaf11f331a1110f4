/*
 * probe_host.h - which addresses an attempt may ask: the endpoint's own, or those of
 * httpGet.host and tcpSocket.host as far as probes.allowHost lists them.  Thread: control.
 */
#ifndef ROLLCALL_PROBE_PROBE_HOST_H
#define ROLLCALL_PROBE_PROBE_HOST_H
#include <stdbool.h>
#include <stddef.h>

#include "base/addr.h"

struct lookup;
struct probe;

#define PROBE_HOST_MAX 8        /* more addresses of one name are not tried */

struct probe_host {
	struct probe *probe;
	void (*found)(struct probe *probe);
	struct lookup *lookup;          /* while the name is looked up */
	struct addr addrs[PROBE_HOST_MAX];
	size_t count;
	size_t next;
};

/*
 * May `addr` be asked for an endpoint at `own`?  Its own address may; others must lie in one of the
 * networks, and loopback, link-local and unspecified ones in a network that is itself of that
 * kind, so that 0.0.0.0/0 does not open the way to the daemon's host and to 169.254.169.254.  Pure.
 */
bool probe_host_is_allowed(const struct addr *addr, const struct addr *own,
    const struct cidr *networks, size_t count);

/*
 * Find the addresses, then call `found`, perhaps at once.  Where there are none or none that is
 * allowed the attempt is ended instead.  `host` is zeroed memory that stays where it is until
 * cleared.
 */
void probe_host_find(struct probe_host *host, struct probe *probe,
    void (*found)(struct probe *probe));

/* The next address to try; false when all were. */
bool probe_host_next(struct probe_host *host, struct addr *addr);
bool probe_host_is_waiting(const struct probe_host *host);
void probe_host_clear(struct probe_host *host);
#endif
