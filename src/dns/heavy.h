/* heavy.h - who sends most of a sample of datagrams.  Thread: the owner's; pure. */
#ifndef ROLLCALL_DNS_HEAVY_H
#define ROLLCALL_DNS_HEAVY_H
#include <stddef.h>

#include "base/addr.h"

#define HEAVY_TRACKED 31        /* whoever sends more than 1 of 32 is among those tracked */
#define HEAVY_MAX 8             /* named at the end */

/* Zeroed is empty. */
struct heavy {
	size_t total;
	size_t used;
	struct heavy_client {
		struct addr addr;
		size_t count;
	} clients[HEAVY_TRACKED];
};

void heavy_note(struct heavy *heavy, const struct addr *addr);

/*
 * Those who sent at least 1 of 16, and at least a quarter of what the first of them did: beside a
 * flood a busy client is no offender.  Nobody is named who sent less.  Returns how many, the
 * heaviest first.
 */
size_t heavy_name(const struct heavy *heavy, struct addr addrs[HEAVY_MAX]);
#endif
