/* listen.h - which addresses to answer on, and which of them are ours to name.  Thread: control. */
#ifndef ROLLCALL_DAEMON_LISTEN_H
#define ROLLCALL_DAEMON_LISTEN_H
#include <stdbool.h>
#include <stddef.h>

#include "base/addr.h"

#define LISTEN_DEFAULT_MAX 2

/*
 * The default addresses: port 53 on both loopbacks, or 1053 where 53 may not be bound (tried, not
 * guessed from the uid).  One that does not exist here (no IPv6) is left out.  Returns how many.
 */
size_t listen_default(struct addr_port where[LISTEN_DEFAULT_MAX]);

/*
 * The addresses we answer on: those bound, a wildcard standing for the host's.  The second list
 * leaves loopback aside unless nothing else is left (DNS: the apex NS).  Both are malloc'ed.
 * ERR_NOMEM.
 */
struct listen_own {
	struct addr *all;
	size_t all_count;
	struct addr *named;
	size_t named_count;
};
int listen_own_addresses(const struct addr_port *bound, size_t count, struct listen_own *own);
/* The same addresses in both, in the same order. */
bool listen_own_equal(const struct listen_own *a, const struct listen_own *b);
void listen_own_release(struct listen_own *own);
#endif
