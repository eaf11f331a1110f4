/*
 * zone_record.h - one record of a zone as it goes out in a transfer, its names in full.  Thread:
 * any; pure.
 */
#ifndef ROLLCALL_DNS_ZONE_RECORD_H
#define ROLLCALL_DNS_ZONE_RECORD_H
#include <stddef.h>
#include <stdint.h>

#include "dns/entry.h"

struct wire_reader;

/* Everything is borrowed; names are in lower case and without pointers, those in rdata too. */
struct zone_record {
	const uint8_t *owner;
	const uint8_t *rdata;
	uint32_t ttl_s;
	uint16_t type;
	uint16_t rdata_len;
	uint8_t owner_len;
};

#define ZONE_RECORD_MAX (DNS_NAME_MAX + 10 + 65535)

/* Octets of the record in wire form; write it there; read the next one.  ERR_SYNTAX. */
size_t zone_record_len(const struct zone_record *record);
void zone_record_write(const struct zone_record *record, uint8_t *to);
int zone_record_read(struct wire_reader *reader, struct zone_record *record);

/* The serial in an SOA's rdata; 0 where it is none. */
uint32_t zone_record_serial(const struct zone_record *soa);
#endif
