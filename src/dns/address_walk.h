/*
 * address_walk.h - the addresses of a Service one after the other, each with who has it there.
 * Thread: any; pure.
 */
#ifndef ROLLCALL_DNS_ADDRESS_WALK_H
#define ROLLCALL_DNS_ADDRESS_WALK_H
#include <stdbool.h>
#include <stddef.h>

struct addr;
struct dns_settings;
struct roster_endpoint;
struct roster_entry;

struct address_walk {
	const struct roster_entry *entry;
	size_t next;                    /* endpoint that comes next, an answered one */
	const struct addr *own[2];      /* ClusterIPs, sorted */
	size_t own_count;
	size_t own_next;
	/* where it stands; NULL: at the end */
	const struct addr *addr;
	bool is_own;                    /* a ClusterIP */
	const struct roster_endpoint *endpoints;        /* the answered ones and some others */
	size_t endpoint_count;
	size_t answered;
};

/* Stand at the first address; entry NULL: at the end.  The entry is borrowed. */
void address_walk_start(struct address_walk *walk, const struct roster_entry *entry);
void address_walk_step(struct address_walk *walk);

/* Both stand at one address: do they give it the same names? */
bool address_walk_same(const struct address_walk *a, const struct address_walk *b,
    const struct dns_settings *settings);
#endif
