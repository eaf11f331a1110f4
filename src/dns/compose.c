/* compose.c - write records whose stored form does not fit the question as it stands. */
#include "dns/compose.h"

#include <string.h>

#include "dns/below.h"
#include "dns/entry_layout.h"
#include "dns/name.h"
#include "dns/wire.h"
#include "dns/zone_table.h"

#define RECORD_FIXED 10         /* type, class, TTL, length of rdata */
#define SRV_FIXED 6             /* priority, weight, port */
#define OWN_NAME (DNS_POINTER | DNS_HEADER_LEN) /* how the entry's own name is stored */

/* A record as it is stored. */
struct stored {
	const uint8_t *owner;
	const uint8_t *fixed;
	const uint8_t *rdata;
	uint16_t type;
	uint16_t rdata_len;
	const uint8_t *end;
};

void
compose_init(struct compose *compose, struct wire_writer *writer, const uint8_t *asked,
    size_t asked_len,
    size_t zone_len, bool mixed)
{
	compose->writer = writer;
	compose->asked = asked;
	compose->asked_len = asked_len;
	compose->zone_len = zone_len;
	compose->mixed = mixed;
	memcpy(compose->folded, asked, asked_len);
	if (mixed)
		name_fold(compose->folded, asked_len);
}

/*
 * Where in the question the rest of `name` from *at on stands, 0: nowhere.  With capitals only the
 * zone's own name may be taken from there.
 */
static size_t
find_in_question(const struct compose *compose, const uint8_t *name, size_t len, size_t *at)
{
	size_t own = 0;
	size_t left = len;

	/* Who shares a label shares the last letter: most PTR records end here. */
	if (len < 2 || compose->asked_len < 2 ||
	    name[len - 2] != compose->folded[compose->asked_len - 2])
		return 0;
	for (; name[own] != 0; left -= 1u + name[own], own += 1u + name[own]) {
		const uint8_t *label = compose->folded;
		size_t label_left = compose->asked_len;

		if (left > compose->asked_len || (compose->mixed && left != compose->zone_len))
			continue;
		for (; label_left > left; label += 1 + *label)
			label_left -= 1u + *label;
		if (label_left == left && memcmp(label, name + own, left) == 0) {
			*at = own;
			return DNS_HEADER_LEN + compose->asked_len - left;
		}
	}
	return 0;
}

static void
write_compressed(struct compose *compose, const uint8_t *name, size_t len)
{
	size_t at;
	size_t place = find_in_question(compose, name, len, &at);

	if (place == 0) {
		wire_write_octets(compose->writer, name, len);
		return;
	}
	wire_write_octets(compose->writer, name, at);
	wire_write_u16(compose->writer, (uint16_t)(DNS_POINTER | place));
}

/* The entry is the question's own and was asked in lower case: what is stored fits as it is. */
static bool
fits_as_stored(const struct compose *compose, const struct entry *entry)
{
	return !compose->mixed && entry->name_len == compose->asked_len &&
	    memcmp(entry_key(entry), compose->folded, compose->asked_len) == 0;
}

/* All octets, the zone's as they were asked. */
static void
write_in_full(struct compose *compose, const uint8_t *name, size_t len)
{
	const uint8_t *zone = compose->asked + compose->asked_len - compose->zone_len;
	const uint8_t *folded = compose->folded + compose->asked_len - compose->zone_len;

	if (!compose->mixed || compose->zone_len > len || !name_is_under(name, folded)) {
		wire_write_octets(compose->writer, name, len);
		return;
	}
	wire_write_octets(compose->writer, name, len - compose->zone_len);
	wire_write_octets(compose->writer, zone, compose->zone_len);
}

static const uint8_t *
skip_stored_name(const uint8_t *at)
{
	while (*at != 0 && *at < 0xC0)
		at += 1 + *at;
	return *at == 0 ? at + 1 : at + 2;
}

static struct stored
read_stored(const uint8_t *at)
{
	struct stored record = { .owner = at, .fixed = skip_stored_name(at) };

	record.type = wire_get_u16(record.fixed);
	record.rdata_len = wire_get_u16(record.fixed + 8);
	record.rdata = record.fixed + RECORD_FIXED;
	record.end = record.rdata + record.rdata_len;
	return record;
}

/* A name in the rdata of a record, after what comes before it there. */
static void
write_rdata_name(struct compose *compose, const struct entry *entry, const struct stored *record,
    size_t before)
{
	uint8_t name[DNS_NAME_MAX];
	size_t used;
	size_t len = entry_expand(entry, record->rdata + before, name, &used);

	wire_write_octets(compose->writer, record->fixed, RECORD_FIXED + before);
	size_t name_at = compose->writer->len;
	if (record->type == DNS_TYPE_SRV)
		write_in_full(compose, name, len);
	else
		write_compressed(compose, name, len);
	if (compose->writer->err == 0)
		wire_set_u16(compose->writer->buf + name_at - before - 2,
		    (uint16_t)(before + compose->writer->len - name_at));
}

/* Everything of a record behind its owner. */
static void
write_rest(struct compose *compose, const struct entry *entry, const struct stored *record,
    bool as_stored)
{
	int name_at = entry_name_offset(record->type);

	if (name_at < 0 || (as_stored && record->type != DNS_TYPE_SRV))
		wire_write_octets(compose->writer, record->fixed,
		    (size_t)(record->end - record->fixed));
	else
		write_rdata_name(compose, entry, record, (size_t)name_at);
}

static void
write_owner(struct compose *compose, const struct entry *entry, const struct stored *record,
    bool as_stored)
{
	uint8_t name[DNS_NAME_MAX];
	size_t used;

	if (as_stored)
		wire_write_octets(compose->writer, record->owner,
		    (size_t)(record->fixed - record->owner));
	else
		write_compressed(compose, name, entry_expand(entry, record->owner, name, &used));
}

static const uint8_t *
nth_record(const uint8_t *at, uint32_t n)
{
	for (; n > 0; n--)
		at = read_stored(at).end;
	return at;
}

void
compose_set(struct compose *compose, const struct entry *entry, const struct entry_set *set,
    const uint8_t *records, uint16_t owner, uint32_t first)
{
	const uint8_t *at = nth_record(records, first);
	bool as_stored = fits_as_stored(compose, entry);

	for (uint32_t i = 0; i < set->count && compose->writer->err == 0; i++) {
		struct stored record = read_stored(at);

		wire_write_u16(compose->writer, owner);
		write_rest(compose, entry, &record, as_stored);
		at = first + i + 1 == set->count ? records : record.end;
	}
}

/* Is the record one of the same set as the one before? */
static bool
continues_set(const struct stored *before, const struct stored *record)
{
	size_t len = (size_t)(record->fixed - record->owner);

	return before->fixed != NULL && before->type == record->type &&
	    (size_t)(before->fixed - before->owner) == len &&
	    memcmp(before->owner, record->owner, len) == 0;
}

uint16_t
compose_additional(struct compose *compose, const struct entry *entry)
{
	struct wire_writer *writer = compose->writer;
	const uint8_t *at = entry_more(entry);
	size_t whole_len = writer->len;
	uint16_t whole = 0;
	uint16_t i = 0;
	struct stored before = { 0 };
	bool as_stored = fits_as_stored(compose, entry);

	for (; i < entry->more_count; i++) {
		struct stored record = read_stored(at);

		if (!continues_set(&before, &record)) {
			whole = i;
			whole_len = writer->len;
		}
		write_owner(compose, entry, &record, as_stored);
		write_rest(compose, entry, &record, as_stored);
		if (writer->err != 0) {
			wire_rewind(writer, whole_len);
			return whole;
		}
		before = record;
		at = record.end;
	}
	return i;
}

/* How much of an entry's name has to be written, and what it then points to; 0: it is whole. */
struct ending {
	const uint8_t *name;
	size_t len;
	uint16_t pointer;
};

static struct ending
find_ending(const struct compose *compose, const struct entry *entry)
{
	struct ending ending = { .name = entry_key(entry), .len = entry->name_len };
	size_t at = 0, front = compose->asked_len - ending.len, place = 0;

	/* What is asked is mostly the entry's name, or below it. */
	if (!compose->mixed && compose->asked_len >= ending.len &&
	    memcmp(compose->folded + front, ending.name, ending.len) == 0)
		place = DNS_HEADER_LEN + front;
	else
		place = find_in_question(compose, ending.name, ending.len, &at);

	if (place != 0) {
		ending.len = at;
		ending.pointer = (uint16_t)(DNS_POINTER | place);
	}
	return ending;
}

/* The label (NULL: none) in front of the entry's name. */
static void
write_under(struct compose *compose, const struct ending *ending, const uint8_t *label)
{
	if (label != NULL)
		wire_write_octets(compose->writer, label, 1u + *label);
	wire_write_octets(compose->writer, ending->name, ending->len);
	if (ending->pointer != 0)
		wire_write_u16(compose->writer, ending->pointer);
}

/* Addresses of an endpoint; false: they do not fit. */
static bool
add_addrs(struct compose *compose, const struct ending *ending, const uint8_t *label,
    uint16_t type, const uint8_t *addrs, unsigned count, uint32_t ttl_s)
{
	uint16_t len = type == DNS_TYPE_A ? 4 : 16;
	size_t before = compose->writer->len;

	for (unsigned i = 0; i < count; i++) {
		write_under(compose, ending, label);
		wire_write_u16(compose->writer, type);
		wire_write_u16(compose->writer, DNS_CLASS_IN);
		wire_write_u32(compose->writer, ttl_s);
		wire_write_u16(compose->writer, len);
		wire_write_octets(compose->writer, addrs + (size_t)i * len, len);
	}
	if (compose->writer->err == 0)
		return true;
	wire_rewind(compose->writer, before);
	return false;
}

static bool
add_member(struct compose *compose, const struct entry *entry, const struct ending *ending,
    const uint8_t *label, uint16_t *count)
{
	const struct below *below = entry_below(entry);
	struct below_member member;

	if (below == NULL || !below_find_label(below, label, &member))
		return true;
	if (!add_addrs(compose, ending, member.label, DNS_TYPE_A, member.addrs4, member.count4,
	    below_ttl_s(below)))
		return false;
	*count = (uint16_t)(*count + member.count4);
	if (!add_addrs(compose, ending, member.label, DNS_TYPE_AAAA, member.addrs6,
	    member.count6, below_ttl_s(below)))
		return false;
	*count = (uint16_t)(*count + member.count6);
	return true;
}

/* The addresses at the entry itself. */
static bool
add_own(struct compose *compose, const struct entry *entry, const struct ending *ending,
    uint16_t *count)
{
	const uint8_t *at = entry_records(entry);

	for (unsigned i = 0; i < entry->set_count; i++) {
		const struct entry_set *set = &entry->sets[i];
		size_t before = compose->writer->len;

		for (unsigned k = 0; k < set->count; k++) {
			struct stored record = read_stored(at);

			at = record.end;
			if (set->type != DNS_TYPE_A && set->type != DNS_TYPE_AAAA)
				continue;
			write_under(compose, ending, NULL);
			wire_write_octets(compose->writer, record.fixed,
			    (size_t)(record.end - record.fixed));
		}
		if (compose->writer->err != 0) {
			wire_rewind(compose->writer, before);
			return false;
		}
		if (set->type == DNS_TYPE_A || set->type == DNS_TYPE_AAAA)
			*count = (uint16_t)(*count + set->count);
	}
	return true;
}

bool
compose_addresses(struct compose *compose, const struct entry *entry, uint16_t *count)
{
	struct ending ending = find_ending(compose, entry);

	return add_own(compose, entry, &ending, count);
}

void
compose_named(struct compose *compose, const struct entry *entry, const struct entry_set *set,
    const uint8_t *records)
{
	struct ending ending = find_ending(compose, entry);

	for (unsigned i = 0; i < set->count && compose->writer->err == 0; i++) {
		struct stored record = read_stored(records);

		write_under(compose, &ending, NULL);
		write_rest(compose, entry, &record, false);
		records = record.end;
	}
}

uint16_t
compose_targets(struct compose *compose, const struct entry *entry, const struct entry_set *set,
    const uint8_t *records)
{
	struct ending ending = find_ending(compose, entry);
	const uint8_t *last = NULL;
	size_t last_len = 0;
	bool fits = true;
	uint16_t count = 0;

	for (unsigned i = 0; fits && i < set->count; i++) {
		struct stored record = read_stored(records);
		const uint8_t *target = record.rdata + SRV_FIXED;
		size_t len = (size_t)(record.end - target);

		records = record.end;
		if (last_len == len && memcmp(last, target, len) == 0)
			continue;       /* targets are sorted: another port of the same */
		last = target;
		last_len = len;
		if (len == 2 && wire_get_u16(target) == OWN_NAME)
			fits = add_own(compose, entry, &ending, &count);
		else if (len == 3u + *target && wire_get_u16(record.end - 2) == OWN_NAME)
			fits = add_member(compose, entry, &ending, target, &count);
	}
	return count;
}

void
compose_pointer(struct compose *compose, const struct entry *entry, const uint8_t *label,
    uint16_t owner, uint32_t ttl_s)
{
	struct ending ending = find_ending(compose, entry);
	struct wire_writer *writer = compose->writer;

	wire_write_u16(writer, owner);
	wire_write_u16(writer, DNS_TYPE_PTR);
	wire_write_u16(writer, DNS_CLASS_IN);
	wire_write_u32(writer, ttl_s);
	wire_write_u16(writer, 0);
	size_t rdata_at = writer->len;
	write_under(compose, &ending, label);
	if (writer->err == 0)
		wire_set_u16(writer->buf + rdata_at - 2, (uint16_t)(writer->len - rdata_at));
}

void
compose_soa(struct compose *compose, const struct zone *zone)
{
	struct wire_writer *writer = compose->writer;
	size_t start = writer->len;
	size_t at = 0;

	for (unsigned i = 0; i < zone->pointer_count; i++) {
		wire_write_octets(writer, zone->record + at, zone->pointers[i] - at);
		write_compressed(compose, zone->name, zone->name_len);
		at = zone->pointers[i] + 2u;
	}
	wire_write_octets(writer, zone->record + at, zone->record_len - at);
	if (writer->err != 0)
		return;
	size_t owner_len = (size_t)(skip_stored_name(writer->buf + start) - (writer->buf + start));
	size_t rdata_at = start + owner_len + RECORD_FIXED;
	wire_set_u16(writer->buf + rdata_at - 2, (uint16_t)(writer->len - rdata_at));
}
