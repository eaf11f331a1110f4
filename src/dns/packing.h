/*
 * packing.h - records into the messages of a transfer, full and with names compressed.  Thread:
 * any; pure.
 */
#ifndef ROLLCALL_DNS_PACKING_H
#define ROLLCALL_DNS_PACKING_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dns/wire.h"

struct zone_record;

/*
 * A message is full with so much: a pointer reaches no further (RFC 1035, 4.1.4).  One record that
 * is larger has a message of its own, which leaves room for a TSIG.
 */
#define PACKING_FULL 16384
#define PACKING_ROOM (DNS_MESSAGE_MAX - 1024)
#define PACKING_SUFFIXES 1024   /* a power of two */

struct packing {
	struct wire_writer writer;
	uint16_t answers;
	/* where in the message names and their ends stand, by hash; 0: free */
	struct packing_suffix {
		uint16_t at;
		uint16_t tag;
	} suffixes[PACKING_SUFFIXES];
};

/*
 * Begin an authoritative answer in `buf`, of at least PACKING_ROOM octets: header with id 0 and the
 * question (RFC 5936, 2.2: it may stand in every message).
 */
void packing_begin(struct packing *packing, uint8_t *buf, const uint8_t *zone, uint16_t type);
/* false: the message is full, and this record is the next one's first. */
bool packing_add(struct packing *packing, const struct zone_record *record);
/* Count the answers; returns the length of the message. */
size_t packing_end(struct packing *packing);
#endif
