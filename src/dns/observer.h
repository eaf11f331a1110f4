/*
 * observer.h - who is told of each change of the index before it is made.  Thread: control.
 *
 * All answers pass through the index, so that its changes are those of the zones.  Nobody is told
 * anything, and nothing is paid, while there is no observer.
 */
#ifndef ROLLCALL_DNS_OBSERVER_H
#define ROLLCALL_DNS_OBSERVER_H
#include <stddef.h>
#include <stdint.h>

struct cell;
struct entry;
struct page_root;

struct index_observer {
	void *arg;
	/*
	 * In place of `old` comes `new`, both of one name and one of them maybe NULL.  Addresses
	 * that lead to the cell (NULL: none do) lead to `new`, too.
	 */
	void (*entry)(void *arg, const struct entry *old, const struct entry *new,
	    const struct cell *cell);
	/* An address that led to `old` leads to `new`; either may be NULL. */
	void (*pointer)(void *arg, struct page_root *root, unsigned place,
	    const struct entry *old, const struct entry *new);
	/* The zone's SOA is this one now (it has been set); rdata NULL: it is no zone any more. */
	void (*zone)(void *arg, const uint8_t *zone, const uint8_t *soa_rdata, uint16_t soa_len,
	    uint32_t ttl_s);
	/* What is held (index_hold) can be held no longer: for want of memory it goes now. */
	void (*lose)(void *arg);
};
#endif
