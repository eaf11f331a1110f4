/*
 * zone_table.h - the zones we answer for, each with its ready-made SOA record.
 *
 * Immutable: a changed SOA is a new table, which is small (DESIGN: a handful of zones).  Control
 * builds them and publishes them through the index; responders read.
 */
#ifndef ROLLCALL_DNS_ZONE_TABLE_H
#define ROLLCALL_DNS_ZONE_TABLE_H
#include <stddef.h>
#include <stdint.h>

#include "dns/entry.h"

#define ZONE_SOA_MAX (12 + 2 * DNS_NAME_MAX + 20)

/*
 * The SOA as a record in wire form.  Where `pointers` say so, two octets are a pointer to the
 * zone's name, to be set to where that stands in the reply; all else is ready.
 */
struct zone {
	uint8_t name_len;
	uint8_t name[DNS_NAME_MAX];
	uint8_t pointer_count;
	uint16_t pointers[3];           /* owner, mname, rname */
	uint16_t record_len;
	uint8_t record[ZONE_SOA_MAX];
};

struct zone_table {
	size_t count;
	uint64_t lengths[4];            /* bit n: a zone's name has n octets */
	struct zone zones[];            /* longest name first */
};

/*
 * `table` (NULL: none) with this zone added or replaced, a new table.  NULL: no memory, or an
 * SOA that is none.
 */
struct zone_table *zone_table_with(const struct zone_table *table, const uint8_t *name,
    const uint8_t *soa_rdata, uint16_t soa_len, uint32_t ttl_s);
/* `table` without this zone, a new table. */
struct zone_table *zone_table_without(const struct zone_table *table, const uint8_t *name);
size_t zone_table_size(const struct zone_table *table);

/* The SOA's rdata in full, as it was set; returns its length, *ttl_s its TTL. */
size_t zone_table_soa(const struct zone *zone, uint8_t rdata[ZONE_SOA_MAX], uint32_t *ttl_s);

/* The zone whose name these folded octets are; NULL: none. */
const struct zone *zone_table_at(const struct zone_table *table, const uint8_t *name, size_t len);
/* The longest zone that a folded name is in; NULL: none. */
const struct zone *zone_table_above(const struct zone_table *table, const uint8_t *name,
    size_t len);
#endif
