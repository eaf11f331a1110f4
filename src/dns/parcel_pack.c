/* parcel_pack.c - write the records of a parcel, compressed against the question and each other. */
#include "dns/parcel_parts.h"

#include <stdlib.h>
#include <string.h>

#include "dns/entry.h"
#include "dns/name.h"
#include "dns/parcel_layout.h"

#define LABELS_MAX 128

/*
 * Types whose rdata has names that may come compressed (RFC 1035, 3.3; RFC 3597, 4).  All but
 * RFC 1035's go out in full.
 */
struct form {
	uint16_t type;
	uint8_t before;         /* octets before the strings and names */
	uint8_t strings;        /* <character-string>s */
	uint8_t names;
	uint8_t after;          /* octets behind them */
	bool compress;
};

static const struct form forms[] = {
	{ DNS_TYPE_A, 4, 0, 0, 0, false },
	{ DNS_TYPE_NS, 0, 0, 1, 0, true },
	{ 3, 0, 0, 1, 0, true },                        /* MD */
	{ 4, 0, 0, 1, 0, true },                        /* MF */
	{ DNS_TYPE_CNAME, 0, 0, 1, 0, true },
	{ DNS_TYPE_SOA, 0, 0, 2, 20, true },
	{ 7, 0, 0, 1, 0, true },                        /* MB */
	{ 8, 0, 0, 1, 0, true },                        /* MG */
	{ 9, 0, 0, 1, 0, true },                        /* MR */
	{ DNS_TYPE_PTR, 0, 0, 1, 0, true },
	{ 14, 0, 0, 2, 0, true },                       /* MINFO */
	{ DNS_TYPE_MX, 2, 0, 1, 0, true },
	{ 17, 0, 0, 2, 0, false },                      /* RP */
	{ 18, 2, 0, 1, 0, false },                      /* AFSDB */
	{ 21, 2, 0, 1, 0, false },                      /* RT */
	{ 26, 2, 0, 2, 0, false },                      /* PX */
	{ DNS_TYPE_AAAA, 16, 0, 0, 0, false },
	{ DNS_TYPE_SRV, 6, 0, 1, 0, false },
	{ 35, 4, 3, 1, 0, false },                      /* NAPTR */
	{ 36, 2, 0, 1, 0, false },                      /* KX */
	{ DNS_TYPE_DNAME, 0, 0, 1, 0, false },
};

static const struct form *
find_form(uint16_t type)
{
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (forms[i].type == type)
			return &forms[i];
	return NULL;
}

static uint8_t
fold(uint8_t octet)
{
	return octet >= 'A' && octet <= 'Z' ? (uint8_t)(octet | 0x20) : octet;
}

/* The octet at a place of the message that the block is part of, or of its question. */
static uint8_t
octet_at(const struct parcel_pack *pack, size_t at)
{
	return at < pack->base ? pack->asked->name[at - DNS_HEADER_LEN] :
	    pack->block[at - pack->base];
}

/* Does this name, in full, stand at a place of the message?  What stands there is our own. */
static bool
stands_at(const struct parcel_pack *pack, size_t at, const uint8_t *name)
{
	for (;;) {
		uint8_t octet = octet_at(pack, at);

		if (octet >= 0xC0) {
			at = (size_t)(octet & 0x3F) << 8 | octet_at(pack, at + 1);
			continue;
		}
		if (octet != *name)
			return false;
		if (octet == 0)
			return true;
		for (unsigned i = 1; i <= octet; i++)
			if (fold(octet_at(pack, at + i)) != fold(name[i]))
				return false;
		at += octet + 1u;
		name += octet + 1u;
	}
}

/* Hashes of a name and of each of its ends, without the root's; returns how many labels it has. */
static unsigned
hash_ends(const uint8_t *name, uint32_t hashes[LABELS_MAX], uint8_t starts[LABELS_MAX])
{
	unsigned labels = 0;
	uint32_t hash = 2166136261u;

	for (size_t at = 0; name[at] != 0 && labels < LABELS_MAX; at += 1u + name[at])
		starts[labels++] = (uint8_t)at;
	for (unsigned i = labels; i-- > 0;) {
		const uint8_t *label = name + starts[i];

		for (unsigned j = 0; j <= *label; j++)
			hash = (hash ^ fold(label[j])) * 16777619u;
		hashes[i] = hash;
	}
	return labels;
}

static unsigned
slot_of(uint32_t hash)
{
	return (hash ^ hash >> 16) & (PACK_NAMES - 1);
}

/* Remember that the first ends of a name stand one behind the other from a place on. */
static void
remember(struct parcel_pack *pack, size_t at, unsigned count, const uint32_t *hashes,
    const uint8_t *starts)
{
	for (unsigned i = 0; i < count && at + starts[i] <= PARCEL_TARGET_MAX; i++) {
		unsigned slot = slot_of(hashes[i]);

		pack->names[slot].hash = hashes[i];
		pack->names[slot].at = (uint16_t)(at + starts[i]);
	}
}

void
parcel_pack_init(struct parcel_pack *pack, const struct asked *asked)
{
	uint32_t hashes[LABELS_MAX];
	uint8_t starts[LABELS_MAX];

	pack->asked = asked;
	pack->base = DNS_HEADER_LEN + (size_t)asked->name_len + 4;
	wire_writer_init(&pack->writer, pack->block, DNS_MESSAGE_MAX - pack->base);
	pack->records = 0;
	pack->pointers = 0;
	pack->turn_at = 0;
	pack->turn_count = 0;
	pack->turn_len = 0;
	pack->turn_split = false;
	memset(pack->names, 0, sizeof(pack->names));
	unsigned labels = hash_ends(asked->name, hashes, starts);
	remember(pack, DNS_HEADER_LEN, labels, hashes, starts);
}

static void
write_pointer(struct parcel_pack *pack, size_t at)
{
	pack->pointer_at[pack->pointers] = (uint16_t)pack->writer.len;
	wire_write_u16(&pack->writer, (uint16_t)(DNS_POINTER | at));
	if (pack->writer.err == 0)
		pack->pointers++;
}

/* A name with its longest end that stands somewhere replaced by a pointer; where it stands now. */
static size_t
write_name(struct parcel_pack *pack, const uint8_t *name, size_t len)
{
	uint32_t hashes[LABELS_MAX];
	uint8_t starts[LABELS_MAX];
	size_t here = pack->base + pack->writer.len;
	unsigned labels = hash_ends(name, hashes, starts);

	for (unsigned i = 0; i < labels; i++) {
		unsigned slot = slot_of(hashes[i]);
		size_t at = pack->names[slot].at;

		if (at == 0 || pack->names[slot].hash != hashes[i] ||
		    !stands_at(pack, at, name + starts[i]))
			continue;
		wire_write_octets(&pack->writer, name, starts[i]);
		write_pointer(pack, at);
		if (pack->writer.err == 0)
			remember(pack, here, i, hashes, starts);
		return i == 0 ? at : here;
	}
	wire_write_octets(&pack->writer, name, len);
	if (pack->writer.err == 0)
		remember(pack, here, labels, hashes, starts);
	return here;
}

static void
copy_octets(struct parcel_pack *pack, struct wire_reader *reader, size_t count)
{
	const uint8_t *octets = wire_read_octets(reader, count);

	if (octets != NULL)
		wire_write_octets(&pack->writer, octets, count);
}

/* The rdata of a type with a form; returns where its first name stands. */
static size_t
write_form(struct parcel_pack *pack, const struct form *form, struct wire_reader *reader)
{
	size_t first = 0;

	copy_octets(pack, reader, form->before);
	for (unsigned i = 0; i < form->strings; i++) {
		uint8_t len = wire_read_u8(reader);

		wire_write_u8(&pack->writer, len);
		copy_octets(pack, reader, len);
	}
	for (unsigned i = 0; i < form->names; i++) {
		uint8_t name[DNS_NAME_MAX];
		size_t len = wire_expand_name(reader, name);
		size_t at = pack->base + pack->writer.len;

		if (len > 0 && form->compress)
			at = write_name(pack, name, len);
		else
			wire_write_octets(&pack->writer, name, len);
		if (i == 0)
			first = at;
	}
	copy_octets(pack, reader, form->after);
	return first;
}

/* Do the addresses at the chain's end lie one behind the other, each as long as the first? */
static void
note_turning(struct parcel_pack *pack, size_t start)
{
	size_t len = pack->writer.len - start;

	if (pack->turn_count == 0) {
		pack->turn_at = start;
		pack->turn_len = (uint8_t)len;
		pack->turn_split = len > UINT8_MAX;
	}
	if (start != pack->turn_at + (size_t)pack->turn_count * pack->turn_len ||
	    len != pack->turn_len)
		pack->turn_split = true;
	pack->turn_count++;
}

void
parcel_pack_add(struct parcel_pack *pack, const struct parcel_record *record, bool turns,
    struct wire_reader *reader, size_t *name_at)
{
	struct wire_writer *writer = &pack->writer;
	const struct form *form = find_form(record->type);
	size_t start = writer->len, end = record->rdata_at + record->rdata_len, at = 0;

	write_name(pack, record->owner, record->owner_len);
	wire_write_u16(writer, record->type);
	wire_write_u16(writer, DNS_CLASS_IN);
	size_t ttl_at = writer->len;
	wire_write_u32(writer, record->ttl_s);
	wire_write_u16(writer, 0);
	size_t rdata_at = writer->len;
	reader->at = record->rdata_at;
	if (form != NULL)
		at = write_form(pack, form, reader);
	else
		copy_octets(pack, reader, record->rdata_len);
	if (reader->err != 0 || reader->at != end) {
		reader->err = ERR_SYNTAX;
		return;
	}
	if (writer->err != 0)
		return;
	wire_set_u16(pack->block + rdata_at - 2, (uint16_t)(writer->len - rdata_at));
	pack->ttl_at[pack->records++] = (uint16_t)ttl_at;
	if (turns)
		note_turning(pack, start);
	if (name_at != NULL)
		*name_at = at;
}

void
parcel_pack_settle(struct parcel_pack *pack)
{
	const uint16_t *ttl_at = pack->ttl_at;
	uint8_t *block = pack->block;
	size_t start = 0;

	for (unsigned i = 0, next; i < pack->records; i = next) {
		uint32_t least = wire_get_u32(block + ttl_at[i]);
		size_t end = parcel_record_end(block, ttl_at[i]);

		for (next = i + 1; next < pack->records &&
		    parcel_same_set(block, start, ttl_at[i], end, ttl_at[next]); next++) {
			uint32_t ttl_s = wire_get_u32(block + ttl_at[next]);

			least = ttl_s < least ? ttl_s : least;
			end = parcel_record_end(block, ttl_at[next]);
		}
		for (unsigned j = i; j < next; j++)
			wire_set_u32(block + ttl_at[j], least);
		start = end;
	}
}

struct parcel *
parcel_pack_build(const struct parcel_pack *pack)
{
	size_t places = (size_t)pack->records + pack->pointers;
	size_t size = sizeof(struct parcel) + places * sizeof(uint16_t) + pack->writer.len +
	    pack->asked->name_len;
	struct parcel *parcel = malloc(size);

	if (parcel == NULL)
		return NULL;
	memset(parcel, 0, sizeof(*parcel));
	parcel->size = (uint32_t)size;
	parcel->type = pack->asked->type;
	parcel->pointers = (uint16_t)pack->pointers;
	parcel->block_len = (uint16_t)pack->writer.len;
	parcel->name_len = pack->asked->name_len;
	parcel->flags = (uint8_t)((pack->asked->dnssec_ok ? PARCEL_DNSSEC_OK : 0) |
	    (pack->asked->checking_disabled ? PARCEL_CHECKING_DISABLED : 0));
	if (!pack->turn_split && pack->turn_count > 1) {
		parcel->turn_at = (uint16_t)pack->turn_at;
		parcel->turn_count = (uint16_t)pack->turn_count;
		parcel->turn_len = pack->turn_len;
	}
	memcpy(parcel->places, pack->ttl_at, pack->records * sizeof(uint16_t));
	memcpy(parcel->places + pack->records, pack->pointer_at,
	    pack->pointers * sizeof(uint16_t));
	uint8_t *block = (uint8_t *)(parcel->places + places);
	memcpy(block, pack->block, pack->writer.len);
	memcpy(block + pack->writer.len, pack->asked->name, pack->asked->name_len);
	return parcel;
}
