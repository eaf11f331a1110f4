/* packing.c - records into the messages of a transfer, full and with names compressed. */
#include "dns/packing.h"

#include <string.h>

#include "dns/entry_layout.h"
#include "dns/name.h"
#include "dns/zone_record.h"

#define FLAGS_QR_AA 0x84
#define LABELS_MAX 128
#define PROBES_MAX 8            /* a table that is crowded compresses less */
#define POINTER_REACH 0x4000u
#define HASH_START 2166136261u  /* FNV-1a: what names there are is ours to say */
#define HASH_STEP 16777619u

static uint8_t
fold(uint8_t octet)
{
	return octet >= 'A' && octet <= 'Z' ? (uint8_t)(octet + 32) : octet;
}

/* The ends of a name by their first label, and the hash of each. */
struct ends {
	uint8_t at[LABELS_MAX];
	uint32_t hash[LABELS_MAX];
	unsigned count;
};

static void
find_ends(const uint8_t *name, struct ends *ends)
{
	uint32_t hash = HASH_START;

	ends->count = 0;
	for (size_t at = 0; name[at] != 0; at += 1u + name[at])
		ends->at[ends->count++] = (uint8_t)at;
	for (unsigned i = ends->count; i-- > 0;) {
		const uint8_t *label = name + ends->at[i];

		for (unsigned k = 0; k <= *label; k++)
			hash = (hash ^ fold(label[k])) * HASH_STEP;
		ends->hash[i] = hash;
	}
}

/* Does this name stand there in the message?  It ends there, and pointers lead back only. */
static bool
stands_at(const struct packing *packing, size_t at, const uint8_t *name)
{
	const uint8_t *buf = packing->writer.buf;

	for (;;) {
		while (buf[at] >= 0xC0)
			at = wire_get_u16(buf + at) & ~(size_t)DNS_POINTER;
		if (buf[at] != *name)
			return false;
		if (*name == 0)
			return true;
		for (unsigned i = 1; i <= *name; i++)
			if (fold(buf[at + i]) != fold(name[i]))
				return false;
		at += 1u + buf[at];
		name += 1 + *name;
	}
}

static struct packing_suffix *
slot(struct packing *packing, uint32_t hash, unsigned probe)
{
	return &packing->suffixes[(hash + probe) & (PACKING_SUFFIXES - 1)];
}

/* 0: it stands nowhere. */
static uint16_t
find_suffix(struct packing *packing, uint32_t hash, const uint8_t *name)
{
	for (unsigned probe = 0; probe < PROBES_MAX; probe++) {
		const struct packing_suffix *suffix = slot(packing, hash, probe);

		if (suffix->at == 0)
			return 0;
		if (suffix->tag == hash >> 16 && stands_at(packing, suffix->at, name))
			return suffix->at;
	}
	return 0;
}

static void
note_suffix(struct packing *packing, uint32_t hash, size_t at)
{
	for (unsigned probe = 0; probe < PROBES_MAX && at < POINTER_REACH; probe++) {
		struct packing_suffix *suffix = slot(packing, hash, probe);

		if (suffix->at != 0)
			continue;
		*suffix = (struct packing_suffix){ (uint16_t)at, (uint16_t)(hash >> 16) };
		return;
	}
}

/* Returns the length of the name. */
static size_t
write_name(struct packing *packing, const uint8_t *name)
{
	struct wire_writer *writer = &packing->writer;
	size_t start = writer->len, len = name_len(name), written = len;
	struct ends ends;
	uint16_t place = 0;
	unsigned own = 0;

	find_ends(name, &ends);
	for (; own < ends.count; own++) {
		place = find_suffix(packing, ends.hash[own], name + ends.at[own]);
		if (place != 0) {
			written = ends.at[own];
			break;
		}
	}
	wire_write_octets(writer, name, written);
	if (place != 0)
		wire_write_u16(writer, (uint16_t)(DNS_POINTER | place));
	for (unsigned i = 0; i < own && writer->err == 0; i++)
		note_suffix(packing, ends.hash[i], start + ends.at[i]);
	return len;
}

/* Only the names of types that everybody knows may be compressed (RFC 3597, 4), an SRV's not. */
static void
write_rdata(struct packing *packing, const struct zone_record *record)
{
	int name_at = record->type == DNS_TYPE_SRV ? -1 : entry_name_offset(record->type);
	size_t done = 0;

	if (record->type == DNS_TYPE_SOA) {
		done = write_name(packing, record->rdata);
		done += write_name(packing, record->rdata + done);
	} else if (name_at >= 0) {
		done = (size_t)name_at;
		wire_write_octets(&packing->writer, record->rdata, done);
		done += write_name(packing, record->rdata + done);
	}
	wire_write_octets(&packing->writer, record->rdata + done, record->rdata_len - done);
}

static bool
write_record(struct packing *packing, const struct zone_record *record)
{
	struct wire_writer *writer = &packing->writer;

	(void)write_name(packing, record->owner);
	wire_write_u16(writer, record->type);
	wire_write_u16(writer, DNS_CLASS_IN);
	wire_write_u32(writer, record->ttl_s);
	wire_write_u16(writer, 0);
	size_t rdata_at = writer->len;
	write_rdata(packing, record);
	if (writer->err != 0)
		return false;
	wire_set_u16(writer->buf + rdata_at - 2, (uint16_t)(writer->len - rdata_at));
	return true;
}

void
packing_begin(struct packing *packing, uint8_t *buf, const uint8_t *zone, uint16_t type)
{
	static const uint8_t header[DNS_HEADER_LEN] = { 0, 0, FLAGS_QR_AA, 0, 0, 1 };

	wire_writer_init(&packing->writer, buf, PACKING_FULL);
	packing->answers = 0;
	memset(packing->suffixes, 0, sizeof(packing->suffixes));
	wire_write_octets(&packing->writer, header, sizeof(header));
	(void)write_name(packing, zone);
	wire_write_u16(&packing->writer, type);
	wire_write_u16(&packing->writer, DNS_CLASS_IN);
}

bool
packing_add(struct packing *packing, const struct zone_record *record)
{
	struct wire_writer *writer = &packing->writer;
	size_t before = writer->len;
	bool done = packing->answers < UINT16_MAX && write_record(packing, record);

	if (!done) {
		wire_rewind(writer, before);
		if (packing->answers > 0)
			return false;
		/* What the first try left behind must not be pointed to. */
		memset(packing->suffixes, 0, sizeof(packing->suffixes));
		writer->size = PACKING_ROOM;
		done = write_record(packing, record);
		writer->size = PACKING_FULL > writer->len ? PACKING_FULL : writer->len;
	}
	packing->answers = (uint16_t)(packing->answers + done);
	return done;
}

size_t
packing_end(struct packing *packing)
{
	wire_set_u16(packing->writer.buf + 6, packing->answers);
	return packing->writer.len;
}
