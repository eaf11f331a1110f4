/* entry.c - one name of the index with all its answers, ready-made in wire form. */
#include "dns/entry.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "dns/entry_layout.h"
#include "dns/name.h"
#include "dns/wire.h"

#define EDE_OPTION 15           /* RFC 8914, 2 */
#define EDE_TEXT_MAX 200
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

/* The set that begins at record `first`: its stored form; *next: the first record after it. */
static int
measure_set(const struct build *build, size_t first, struct entry_set *set, size_t *next)
{
	const struct entry_spec *spec = build->spec;
	size_t sent = DNS_HEADER_LEN + build->name_len + 4 + DNS_OPT_LEN;
	struct wire_writer counter;
	size_t i = first;

	wire_writer_init(&counter, NULL, COUNTING_ROOM);
	for (; i < spec->record_count && spec->records[i].type == spec->records[first].type; i++) {
		if (!record_is_valid(&spec->records[i]))
			return ERR_INVALID;
		write_record(&counter, build, &spec->records[i]);
		sent += ENTRY_RECORD_HEAD + (size_t)spec->records[i].rdata_len;
		if (counter.err != 0 || sent > DNS_MESSAGE_MAX)
			return ERR_LIMIT;
	}
	*set = (struct entry_set){ spec->records[first].type, (uint16_t)(i - first),
	    (uint16_t)counter.len };
	*next = i;
	return 0;
}

/* Count the sets and their octets; each type may come once. */
static int
measure_sets(struct build *build, struct entry_set *sets)
{
	size_t i = 0;

	while (i < build->spec->record_count) {
		struct entry_set set;
		int err = measure_set(build, i, &set, &i);

		if (err != 0)
			return err;
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
write_error_option(struct wire_writer *writer, const char *text)
{
	size_t len = strlen(text) < EDE_TEXT_MAX ? strlen(text) : EDE_TEXT_MAX;

	wire_write_u16(writer, EDE_OPTION);
	wire_write_u16(writer, (uint16_t)(2 + len));
	wire_write_u16(writer, 0);      /* "Other Error" */
	wire_write_octets(writer, text, len);
}

static void
write_more(struct wire_writer *writer, const struct build *build)
{
	if (build->spec->ede != NULL)
		write_error_option(writer, build->spec->ede);
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
		write_error_option(&counter, spec->ede);
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

static int
measure(struct build *build, const struct entry_spec *spec, struct entry_set *sets)
{
	size_t len = name_len(spec->name);
	size_t zone_len = name_len(spec->zone);

	*build = (struct build){ .spec = spec };
	if (!name_is_valid(spec->name, len) || !name_is_under(spec->name, spec->zone))
		return ERR_INVALID;
	build->name_len = (uint8_t)len;
	build->zone_len = (uint8_t)zone_len;
	int err = measure_sets(build, sets);
	return err != 0 ? err : measure_more(build);
}

static size_t
size_of(const struct build *build)
{
	return sizeof(struct entry) + build->set_count * sizeof(struct entry_set) +
	    build->name_len + build->sets_len + build->more_len;
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
	struct entry *entry = malloc(size_of(&build));
	if (entry == NULL)
		return ERR_NOMEM;
	*entry = (struct entry){
		.more_len = build.more_len,
		.more_count = build.more_count,
		.kind = (uint8_t)spec->kind,
		.name_len = build.name_len,
		.zone_len = build.zone_len,
		.set_count = build.set_count,
	};
	memcpy(entry->sets, sets, build.set_count * sizeof(struct entry_set));
	wire_writer_init(&writer, (uint8_t *)entry + head, size_of(&build) - head);
	wire_write_octets(&writer, spec->name, build.name_len);
	for (size_t i = 0; i < spec->record_count; i++)
		write_record(&writer, &build, &spec->records[i]);
	write_more(&writer, &build);
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
	return (size_t)(entry_more(entry) - (const uint8_t *)entry) + entry->more_len;
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
