/*
 * lookup.h - the addresses of a host's name, by the system's resolvers and /etc/hosts.
 * Thread: the loop's.
 *
 * For probes whose host is a name; not the path of DNS clients.  Each lookup has a c-ares
 * channel of its own: a source port of its own, the resolv.conf of now, and cancelling it
 * touches nobody else.
 */
#ifndef ROLLCALL_NET_LOOKUP_H
#define ROLLCALL_NET_LOOKUP_H
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"

struct event_base;
struct lookup;

#define LOOKUP_MAX 16           /* addresses told at most */

/*
 * err 0: addrs holds 1 to LOOKUP_MAX addresses, the one to try first in front, valid during
 * the call. ERR_NOTFOUND: there is no such name, or it has no address; ERR_TIMEOUT;
 * ERR_SYSTEM: no resolver answers or it fails; ERR_INVALID: that is no name.  Of our own
 * making: ERR_FULL, no descriptor was left; ERR_NOMEM.
 */
typedef void lookup_done_fn(void *arg, int err, const struct addr *addrs, size_t count);

/*
 * Begin.  `done` runs once, from the loop, never inside this call, at most timeout_ms after
 * it; the lookup is freed just before.  server: ask this one only, and no file; NULL: as the
 * system is configured. NULL: no memory, `done` will not run.
 */
struct lookup *lookup_start(struct event_base *loop, const char *name,
    const struct addr_port *server,
    uint64_t timeout_ms, lookup_done_fn *done, void *arg);

/* Give up and free; `done` will not run.  NULL is allowed. */
void lookup_cancel(struct lookup *lookup);
#endif
