/* entry.c - one name of the index with all its answers, ready-made in wire form. */
#include "dns/entry.h"

#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "base/err.h"
#include "dns/below.h"
#include "dns/edns.h"
#include "dns/entry_layout.h"
#include "dns/name.h"
#include "dns/wire.h"

#define SET_COUNT_MAX 255

/* A message of a size that cannot be is enough room to count in. */
#define COUNTING_ROOM ((size_t)DNS_MESSAGE_MAX + 1)

/* What building one entry needs to know. */
struct build {
	const struct entry_spec *spec;
	uint8_t name_len;
	uint8_t zone_len;
	uint8_t set_count;
	size_t sets_len;        /* octets of all sets together */
	uint16_t more_count;
	uint16_t more_len;
	size_t labels_len;      /* of the ports, in front of the entry's own name */
	size_t ports_len;       /* octets of records that only ports have */
	size_t below_at;        /* 0: nothing is below */
	size_t size;
};

/* Where the longest run of last labels that `name` shares with the entry's name begins in each. */
static bool
find_shared(const struct build *build, const uint8_t *name, size_t *own_at, size_t *key_at)
{
	const uint8_t *key = build->spec->name;
	size_t len = name_len(name);

	for (size_t at = 0; name[at] != 0; at += 1u + name[at]) {
		size_t left = len - at;
		size_t key_left = build->name_len;
		const uint8_t *label = key;

		for (; key_left > left; label += 1 + *label)
			key_left -= 1u + *label;
		if (key_left == left && memcmp(name + at, label, left) == 0) {
			*own_at = at;
			*key_at = (size_t)(label - key);
			return true;
		}
	}
	return false;
}

/* A name as it is stored: with a pointer into the question where they share labels. */
static void
write_name(struct wire_writer *writer, const struct build *build, const uint8_t *name)
{
	size_t own_at, key_at;

	if (!find_shared(build, name, &own_at, &key_at)) {
		wire_write_octets(writer, name, name_len(name));
		return;
	}
	wire_write_octets(writer, name, own_at);
	wire_write_u16(writer, (uint16_t)(DNS_POINTER | (DNS_HEADER_LEN + key_at)));
}

static bool
record_is_valid(const struct entry_record *record)
{
	int at = entry_name_offset(record->type);

	if (record->owner != NULL && !name_is_valid(record->owner, name_len(record->owner)))
		return false;
	if (record->rdata == NULL && record->rdata_len > 0)
		return false;
	return at < 0 || (record->rdata_len > at &&
	    name_is_valid(record->rdata + at, (size_t)(record->rdata_len - at)));
}

static void
write_record(struct wire_writer *writer, const struct build *build,
    const struct entry_record *record)
{
	int at = entry_name_offset(record->type);
	uint8_t rdata[6 + DNS_NAME_MAX];
	struct wire_writer inner;

	if (record->owner == NULL)
		wire_write_u16(writer, DNS_POINTER | DNS_HEADER_LEN);
	else
		write_name(writer, build, record->owner);
	wire_write_u16(writer, record->type);
	wire_write_u16(writer, DNS_CLASS_IN);
	wire_write_u32(writer, record->ttl_s);
	if (at < 0) {
		wire_write_u16(writer, record->rdata_len);
		wire_write_octets(writer, record->rdata, record->rdata_len);
		return;
	}
	wire_writer_init(&inner, rdata, sizeof(rdata));
	wire_write_octets(&inner, record->rdata, (size_t)at);
	write_name(&inner, build, record->rdata + at);
	wire_write_u16(writer, (uint16_t)inner.len);
	wire_write_octets(writer, rdata, inner.len);
}

/* The set that the first of these records begin; its count says where the next one does. */
static int
measure_set(const struct build *build, const struct entry_record *records, size_t count,
    struct entry_set *set)
{
	size_t sent = DNS_HEADER_LEN + build->name_len + 4 + DNS_OPT_LEN;
	struct wire_writer counter;
	size_t i = 0;

	wire_writer_init(&counter, NULL, COUNTING_ROOM);
	for (; i < count && records[i].type == records[0].type; i++) {
		if (!record_is_valid(&records[i]))
			return ERR_INVALID;
		write_record(&counter, build, &records[i]);
		sent += ENTRY_RECORD_HEAD + (size_t)records[i].rdata_len;
		if (counter.err != 0 || sent > DNS_MESSAGE_MAX)
			return ERR_LIMIT;
	}
	*set = (struct entry_set){ records[0].type, (uint16_t)i, (uint16_t)counter.len };
	return 0;
}

/* Count the sets and their octets; each type may come once. */
static int
measure_sets(struct build *build, struct entry_set *sets)
{
	size_t i = 0;

	while (i < build->spec->record_count) {
		struct entry_set set;
		int err = measure_set(build, build->spec->records + i,
		    build->spec->record_count - i, &set);

		if (err != 0)
			return err;
		i += set.count;
		for (unsigned k = 0; k < build->set_count; k++)
			if (sets[k].type == set.type)
				return ERR_INVALID;
		if (build->set_count == SET_COUNT_MAX)
			return ERR_LIMIT;
		sets[build->set_count++] = set;
		build->sets_len += set.len;
	}
	return 0;
}

static void
write_more(struct wire_writer *writer, const struct build *build)
{
	if (build->spec->ede != NULL)
		edns_write_error(writer, EDNS_ERROR_OTHER, build->spec->ede);
	for (size_t i = 0; i < build->more_count; i++)
		write_record(writer, build, &build->spec->additional[i]);
}

static int
measure_more(struct build *build)
{
	const struct entry_spec *spec = build->spec;
	struct wire_writer counter;

	wire_writer_init(&counter, NULL, DNS_MESSAGE_MAX);
	if (spec->ede != NULL) {
		if (spec->additional_count > 0)
			return ERR_INVALID;
		edns_write_error(&counter, EDNS_ERROR_OTHER, spec->ede);
	}
	for (size_t i = 0; i < spec->additional_count && i < UINT16_MAX; i++) {
		if (spec->additional[i].owner == NULL || !record_is_valid(&spec->additional[i]))
			return ERR_INVALID;
		size_t before = counter.len;
		write_record(&counter, build, &spec->additional[i]);
		if (counter.err != 0) {
			wire_rewind(&counter, before);
			break;
		}
		build->more_count++;
	}
	build->more_len = (uint16_t)counter.len;
	return 0;
}

/* The set of a port whose records the entry holds anyway; NULL: they are the port's own. */
static const struct entry_set *
find_same(const struct build *build, const struct entry_set *sets, const struct entry_port *port,
    size_t *at)
{
	const struct entry_record *records = build->spec->records;

	*at = 0;
	for (unsigned i = 0; i < build->set_count; i++) {
		if (records == port->records && sets[i].count == port->record_count)
			return &sets[i];
		*at += sets[i].len;
		records += sets[i].count;
	}
	return NULL;
}

static int
measure_port(const struct build *build, const struct entry_set *sets,
    const struct entry_port *port, struct entry_set *set)
{
	size_t at;

	*set = (struct entry_set){ 0 };
	if (!name_is_valid(port->name, name_len(port->name)) ||
	    !name_is_under(port->name, build->spec->name))
		return ERR_INVALID;
	if (port->record_count == 0 || find_same(build, sets, port, &at) != NULL)
		return 0;
	int err = measure_set(build, port->records, port->record_count, set);
	if (err == 0 && (set->count != port->record_count || set->type != DNS_TYPE_SRV))
		err = ERR_INVALID;
	return err;
}

static int
measure_ports(struct build *build, const struct entry_set *sets)
{
	for (size_t i = 0; i < build->spec->port_count; i++) {
		const struct entry_port *port = &build->spec->ports[i];
		struct entry_set set;
		int err = measure_port(build, sets, port, &set);

		if (err != 0)
			return err;
		build->labels_len += name_len(port->name) - build->name_len;
		build->ports_len += set.len;
	}
	return 0;
}

/* What the entry holds altogether, and where the names below begin. */
static int
measure_all(struct build *build)
{
	const struct entry_spec *spec = build->spec;
	size_t size = sizeof(struct entry) + build->set_count * sizeof(struct entry_set) +
	    build->name_len + build->sets_len + build->more_len + build->ports_len;
	size_t below = spec->root != NULL ? sizeof(spec->root) : 0;

	if (spec->member_count + spec->port_count > 0) {
		below = below_size(spec, build->labels_len);
		if (below == 0)
			return ERR_LIMIT;
	}
	if (below > 0) {
		size = (size + BELOW_ALIGN - 1) / BELOW_ALIGN * BELOW_ALIGN;
		build->below_at = size;
	}
	build->size = size + below;
	return build->size > UINT32_MAX ? ERR_LIMIT : 0;
}

static int
measure(struct build *build, const struct entry_spec *spec, struct entry_set *sets)
{
	size_t len = name_len(spec->name);
	size_t zone_len = name_len(spec->zone);

	*build = (struct build){ .spec = spec };
	if (!name_is_valid(spec->name, len) || !name_is_under(spec->name, spec->zone) ||
	    (spec->kind == ENTRY_NETWORK) != (spec->root != NULL))
		return ERR_INVALID;
	build->name_len = (uint8_t)len;
	build->zone_len = (uint8_t)zone_len;
	int err = measure_sets(build, sets);
	if (err == 0)
		err = measure_more(build);
	if (err == 0)
		err = measure_ports(build, sets);
	return err != 0 ? err : measure_all(build);
}

/* The members, and the ports with their records: those lie where the writer stands. */
static void
write_below(struct wire_writer *writer, const struct build *build, struct entry *entry)
{
	const struct entry_spec *spec = build->spec;
	struct below *below = (struct below *)(void *)((uint8_t *)entry + build->below_at);
	size_t sets_at = (size_t)(entry_records(entry) - (const uint8_t *)entry);
	size_t head = (size_t)(writer->buf - (uint8_t *)entry);

	below_write_members(below, spec, build->labels_len);
	uint8_t *at = below_ports(below);
	for (size_t i = 0; i < spec->port_count; i++) {
		const struct entry_port *port = &spec->ports[i];
		struct below_port form = { .name = port->name,
		    .name_len = (uint8_t)(name_len(port->name) - build->name_len),
		    .count = (uint16_t)port->record_count };
		size_t same_at;
		const struct entry_set *same = find_same(build, entry->sets, port, &same_at);

		form.at = (uint32_t)(same != NULL ? sets_at + same_at : head + writer->len);
		for (size_t k = 0; same == NULL && k < port->record_count; k++)
			write_record(writer, build, &port->records[k]);
		form.len = same != NULL ? same->len :
		    (uint16_t)(head + writer->len - form.at);
		below_write_port(below, &at, &form);
	}
}

int
entry_build(const struct entry_spec *spec, struct entry **out)
{
	struct entry_set sets[SET_COUNT_MAX];
	struct build build;
	struct wire_writer writer;
	int err = measure(&build, spec, sets);

	if (err != 0)
		return err;
	size_t head = sizeof(struct entry) + build.set_count * sizeof(struct entry_set);
	struct entry *entry = malloc(build.size);
	if (entry == NULL)
		return ERR_NOMEM;
	*entry = (struct entry){
		.size = (uint32_t)build.size,
		.below_at = (uint32_t)build.below_at,
		.more_len = build.more_len,
		.more_count = build.more_count,
		.kind = (uint8_t)spec->kind,
		.name_len = build.name_len,
		.zone_len = build.zone_len,
		.set_count = build.set_count,
	};
	memcpy(entry->sets, sets, build.set_count * sizeof(struct entry_set));
	if (build.below_at > 0)         /* the gap: entries are compared octet by octet */
		memset((uint8_t *)entry + build.below_at - BELOW_ALIGN, 0, BELOW_ALIGN);
	wire_writer_init(&writer, (uint8_t *)entry + head, build.size - head);
	wire_write_octets(&writer, spec->name, build.name_len);
	for (size_t i = 0; i < spec->record_count; i++)
		write_record(&writer, &build, &spec->records[i]);
	write_more(&writer, &build);
	if (spec->root != NULL)
		memcpy((uint8_t *)entry + build.below_at, &spec->root, sizeof(spec->root));
	else if (build.below_at > 0)
		write_below(&writer, &build, entry);
	*out = entry;
	return 0;
}

void
entry_free(struct entry *entry)
{
	free(entry);
}

size_t
entry_size(const struct entry *entry)
{
	return entry->size;
}

bool
entry_has_addr(const struct entry *entry, const struct addr *addr, uint32_t *ttl_s)
{
	const uint8_t *at;
	const struct entry_set *set = entry_find_set(entry,
	    addr->family == ADDR_IP4 ? DNS_TYPE_A : DNS_TYPE_AAAA, &at);

	for (unsigned i = 0; set != NULL && i < set->count; i++, at += set->len / set->count) {
		if (memcmp(at + ENTRY_RECORD_HEAD, addr->octets, addr_len(addr)) != 0)
			continue;
		*ttl_s = (uint32_t)wire_get_u16(at + 6) << 16 | wire_get_u16(at + 8);
		return true;
	}
	return false;
}

size_t
entry_name_count(const struct entry *entry)
{
	const struct below *below = entry_below(entry);

	return below == NULL ? 1 : 1 + below_count(below);
}

const uint8_t *
entry_name(const struct entry *entry)
{
	return entry_key(entry);
}

bool
entry_equal(const struct entry *a, const struct entry *b)
{
	return entry_size(a) == entry_size(b) && memcmp(a, b, entry_size(a)) == 0;
}

size_t
entry_expand(const struct entry *entry, const uint8_t *stored, uint8_t name[DNS_NAME_MAX],
    size_t *used)
{
	size_t at = 0;

	while (stored[at] != 0 && stored[at] < 0xC0)
		at += 1u + stored[at];
	memcpy(name, stored, at);
	if (stored[at] == 0) {
		name[at] = 0;
		*used = at + 1;
		return at + 1;
	}
	size_t from = (size_t)(wire_get_u16(stored + at) & ~DNS_POINTER) - DNS_HEADER_LEN;
	memcpy(name + at, entry_key(entry) + from, entry->name_len - from);
	*used = at + 2;
	return at + entry->name_len - from;
}
