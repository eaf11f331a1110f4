/*
 * pointer.h - under which names the addresses of a Service are found in reverse (DNS.md 4).
 * Thread: any; pure.
 */
#ifndef ROLLCALL_DNS_POINTER_H
#define ROLLCALL_DNS_POINTER_H
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"

struct subject;

/* What comes first in the PTR answer of an address; a ClusterIP's name hides all others. */
enum pointer_rank {
	POINTER_CLUSTER_IP, POINTER_HOSTNAME, POINTER_HEADLESS, POINTER_ENDPOINT,
	/* its name in the external zone; any other name hides it */
	POINTER_EXTERNAL,
};

struct pointer {
	struct addr addr;
	uint8_t rank;                   /* enum pointer_rank */
	uint32_t ttl_s;
	const uint8_t *target;          /* wire form */
};

struct pointer_list {
	const struct pointer *items;    /* in the order of pointer_compare, each once */
	size_t count;
};

/* Every address of the Service, or the only one the subject is about.  ERR_NOMEM. */
int pointer_list_build(const struct subject *subject, struct pointer_list *list);

/* By address, rank, target. */
int pointer_compare(const struct pointer *a, const struct pointer *b);
#endif
