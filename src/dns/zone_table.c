/* zone_table.c - the zones we answer for, each with its ready-made SOA record. */
#include "dns/zone_table.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "dns/name.h"
#include "dns/wire.h"

#define SLOTS_MIN 16
#define SOA_NUMBERS 20          /* serial, refresh, retry, expire, minimum */

/* A name that may end in the zone's: its own labels and room for a pointer. */
static void
write_name(struct wire_writer *writer, struct zone *zone, const uint8_t *name, size_t len)
{
	if (!name_is_under(name, zone->name)) {
		wire_write_octets(writer, name, len);
		return;
	}
	wire_write_octets(writer, name, len - zone->name_len);
	zone->pointers[zone->pointer_count++] = (uint16_t)writer->len;
	wire_write_u16(writer, DNS_POINTER);
}

static bool
fill_zone(struct zone *zone, const uint8_t *name, const uint8_t *soa_rdata, uint16_t soa_len,
    uint32_t ttl_s)
{
	struct wire_reader reader;
	struct wire_writer writer;

	wire_reader_init(&reader, soa_rdata, soa_len);
	size_t mname_len = wire_read_name(&reader);
	size_t rname_len = wire_read_name(&reader);
	const uint8_t *numbers = wire_read_octets(&reader, SOA_NUMBERS);
	if (reader.err != 0 || wire_left(&reader) != 0)
		return false;
	zone->name_len = (uint8_t)name_len(name);
	memcpy(zone->name, name, zone->name_len);
	wire_writer_init(&writer, zone->record, sizeof(zone->record));
	write_name(&writer, zone, name, zone->name_len);
	wire_write_u16(&writer, DNS_TYPE_SOA);
	wire_write_u16(&writer, DNS_CLASS_IN);
	wire_write_u32(&writer, ttl_s);
	wire_write_u16(&writer, 0);
	size_t rdata_at = writer.len;
	write_name(&writer, zone, soa_rdata, mname_len);
	write_name(&writer, zone, soa_rdata + mname_len, rname_len);
	wire_write_octets(&writer, numbers, SOA_NUMBERS);
	if (writer.err != 0)
		return false;
	wire_set_u16(zone->record + rdata_at - 2, (uint16_t)(writer.len - rdata_at));
	zone->record_len = (uint16_t)writer.len;
	return true;
}

struct zone *
zone_table_make(const uint8_t *name, const uint8_t *soa_rdata, uint16_t soa_len, uint32_t ttl_s,
    unsigned flags)
{
	struct zone *zone = calloc(1, sizeof(*zone));

	if (zone != NULL && !fill_zone(zone, name, soa_rdata, soa_len, ttl_s)) {
		free(zone);
		return NULL;
	}
	if (zone != NULL)
		zone->flags = (uint8_t)flags;
	return zone;
}

/*
 * Where a search begins.  The first labels tell zones apart; these names are ours, so nobody can
 * choose where they fall.
 */
static inline size_t
place_of(const uint8_t *name, size_t len)
{
	uint64_t front = len;

	if (len >= sizeof(front))
		memcpy(&front, name, sizeof(front));
	else
		memcpy(&front, name, len);
	return (size_t)((front ^ len) * 0x9e3779b97f4a7c15ULL >> 40);
}

/* There is a free slot. */
static void
add_zone(struct zone_table *table, const struct zone *zone)
{
	size_t at = place_of(zone->name, zone->name_len);
	const struct zone *other;

	while ((other = zone_table_slot(table, at)) != NULL && !name_equal(other->name, zone->name))
		at++;
	atomic_fetch_or_explicit(&table->lengths[zone->name_len / 64], 1ULL << zone->name_len % 64,
	    memory_order_relaxed);
	atomic_store_explicit(&table->slots[at & table->mask], zone, memory_order_release);
	table->count += other == NULL;
}

/* A copy with room for as many more, without the zone of this name. */
static struct zone_table *
copy_without(const struct zone_table *table, const uint8_t *name)
{
	size_t count = table == NULL ? 0 : table->count;
	size_t slots = SLOTS_MIN;

	while (slots < 4 * (count + 1))
		slots *= 2;
	struct zone_table *copy = calloc(1, sizeof(*copy) + slots * sizeof(copy->slots[0]));
	if (copy == NULL)
		return NULL;
	copy->mask = slots - 1;
	for (size_t i = 0; table != NULL && i <= table->mask; i++) {
		const struct zone *zone = zone_table_slot(table, i);

		if (zone != NULL && !name_equal(zone->name, name))
			add_zone(copy, zone);
	}
	return copy;
}

bool
zone_table_put(struct zone_table *table, const struct zone *zone)
{
	if (table == NULL || (2 * (table->count + 1) > table->mask + 1 &&
	    zone_table_at(table, zone->name, zone->name_len) == NULL))
		return false;
	add_zone(table, zone);
	return true;
}

struct zone_table *
zone_table_with(const struct zone_table *table, const struct zone *zone)
{
	struct zone_table *with = copy_without(table, zone->name);

	if (with != NULL)
		add_zone(with, zone);
	return with;
}

struct zone_table *
zone_table_without(const struct zone_table *table, const uint8_t *name)
{
	return copy_without(table, name);
}

size_t
zone_table_size(const struct zone_table *table)
{
	return sizeof(*table) + (table->mask + 1) * sizeof(table->slots[0]);
}

size_t
zone_table_soa(const struct zone *zone, uint8_t rdata[ZONE_SOA_MAX], uint32_t *ttl_s)
{
	size_t at = zone->pointers[0] + 2u;
	struct wire_reader reader;
	struct wire_writer writer;

	wire_reader_init(&reader, zone->record, zone->record_len);
	wire_skip(&reader, at + 4);
	*ttl_s = wire_read_u32(&reader);
	wire_skip(&reader, 2);
	at = reader.at;
	wire_writer_init(&writer, rdata, ZONE_SOA_MAX);
	for (unsigned i = 1; i < zone->pointer_count; i++) {
		wire_write_octets(&writer, zone->record + at, zone->pointers[i] - at);
		wire_write_octets(&writer, zone->name, zone->name_len);
		at = zone->pointers[i] + 2u;
	}
	wire_write_octets(&writer, zone->record + at, zone->record_len - at);
	return writer.len;
}

/* Is there a zone of so long a name?  Most searches end here. */
static inline bool
has_length(const struct zone_table *table, size_t len)
{
	return (atomic_load_explicit(&table->lengths[len / 64], memory_order_relaxed) >>
	    len % 64 & 1) != 0;
}

static const struct zone *
find_zone(const struct zone_table *table, const uint8_t *name, size_t len)
{
	const struct zone *zone;

	for (size_t at = place_of(name, len); (zone = zone_table_slot(table, at)) != NULL; at++)
		if (zone->name_len == len && memcmp(zone->name, name, len) == 0)
			return zone;
	return NULL;
}

const struct zone *
zone_table_at(const struct zone_table *table, const uint8_t *name, size_t len)
{
	return table == NULL || !has_length(table, len) ? NULL : find_zone(table, name, len);
}

const struct zone *
zone_table_above(const struct zone_table *table, const uint8_t *name, size_t len)
{
	if (table == NULL)
		return NULL;
	for (;;) {
		const struct zone *zone = has_length(table, len) ? find_zone(table, name, len) :
		    NULL;

		if (zone != NULL || *name == 0)
			return zone;
		len -= 1u + *name;
		name += 1 + *name;
	}
}
