/*
 * zone_table.h - the zones we answer for, each with its ready-made SOA record.
 *
 * A zone is immutable; the table is a pointer for each.  Control puts zones into the table that
 * is in use where they have room, or builds a larger one aside; responders read meanwhile.
 */
#ifndef ROLLCALL_DNS_ZONE_TABLE_H
#define ROLLCALL_DNS_ZONE_TABLE_H
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dns/entry.h"

#define ZONE_SOA_MAX (12 + 2 * DNS_NAME_MAX + 20)

enum zone_flag {
	/* Out of a file: a missing name may have a wildcard, a cut or a DNAME above it. */
	ZONE_STATED = 1,
	/* Its missing names are nobody else's, whatever dns.fallthrough says. */
	ZONE_FINAL = 2,
	/* Names of it are still being put: one that is not there yet may come. */
	ZONE_COMING = 4,
};

/*
 * The SOA as a record in wire form.  Where `pointers` say so, two octets are a pointer to the
 * zone's name, to be set to where that stands in the reply; all else is ready.
 */
struct zone {
	uint8_t name_len;
	uint8_t name[DNS_NAME_MAX];
	uint8_t flags;                  /* enum zone_flag */
	uint8_t pointer_count;
	uint16_t pointers[3];           /* owner, mname, rname */
	uint16_t record_len;
	uint8_t record[ZONE_SOA_MAX];
};

/* Found by name: with the local zones there are some 130, many of them of one length. */
struct zone_table {
	size_t count;
	size_t mask;                    /* slots - 1; a power of two, at most half of them used */
	_Atomic uint64_t lengths[4];    /* bit n: a zone's name has n octets */
	_Atomic(const struct zone *) slots[];   /* NULL: free */
};

/* A zone with its SOA.  NULL: no memory, or an SOA that is none. */
struct zone *zone_table_make(const uint8_t *name, const uint8_t *soa_rdata, uint16_t soa_len,
    uint32_t ttl_s, unsigned flags);

/*
 * Put a zone into a table (NULL: none) that is being read, in place of the one of its name, if
 * any; false: there is no room.
 */
bool zone_table_put(struct zone_table *table, const struct zone *zone);
/*
 * `table` (NULL: none) with this zone in place of the one of its name, if any; a new table with
 * room for as many more.  Zones are shared between tables, and belong to who made them.  NULL: no
 * memory.
 */
struct zone_table *zone_table_with(const struct zone_table *table, const struct zone *zone);
/* `table` without the zone of this name, a new table. */
struct zone_table *zone_table_without(const struct zone_table *table, const uint8_t *name);
/* Octets of the table; zones have sizeof(struct zone) each. */
size_t zone_table_size(const struct zone_table *table);

/* The SOA's rdata in full, as it was set; returns its length, *ttl_s its TTL. */
size_t zone_table_soa(const struct zone *zone, uint8_t rdata[ZONE_SOA_MAX], uint32_t *ttl_s);
/* The zone in a slot, for who goes through all of them; NULL: it is free. */
static inline const struct zone *
zone_table_slot(const struct zone_table *table, size_t at)
{
	return atomic_load_explicit(&table->slots[at & table->mask], memory_order_acquire);
}

/* The zone whose name these folded octets are; NULL: none. */
const struct zone *zone_table_at(const struct zone_table *table, const uint8_t *name, size_t len);
/* The longest zone that a folded name is in; NULL: none. */
const struct zone *zone_table_above(const struct zone_table *table, const uint8_t *name,
    size_t len);
#endif
