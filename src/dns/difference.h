/*
 * difference.h - which records go and which come when one entry takes another's place.  Thread:
 * any; pure.
 */
#ifndef ROLLCALL_DNS_DIFFERENCE_H
#define ROLLCALL_DNS_DIFFERENCE_H
#include <stdbool.h>

struct addr;
struct entry;
struct zone_record;

struct difference_ops {
	/*
	 * A record goes (-1) or comes (1).  One that stays is mostly left out; else it goes and
	 * comes.  What is not 0 stops.
	 */
	int (*record)(void *arg, int sign, const struct zone_record *record);
	/*
	 * What one of both entries says about this address may differ: it may be called twice for
	 * one.  NULL: nobody wants to know.
	 */
	int (*address)(void *arg, const struct addr *addr);
};

/* Both have one name; either may be NULL. */
int difference_entries(const struct entry *old, const struct entry *new,
    const struct difference_ops *ops, void *arg);
#endif
