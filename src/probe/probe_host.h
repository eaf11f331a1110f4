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
