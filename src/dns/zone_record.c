/* zone_record.c - one record of a zone as it goes out in a transfer. */
#include "dns/zone_record.h"

#include "dns/wire.h"

#define FIXED 10                /* type, class, TTL, length of rdata */
#define SOA_NUMBERS 20

size_t
zone_record_len(const struct zone_record *record)
{
	return record->owner_len + FIXED + (size_t)record->rdata_len;
}

void
zone_record_write(const struct zone_record *record, uint8_t *to)
{
	struct wire_writer writer;

	wire_writer_init(&writer, to, zone_record_len(record));
	wire_write_octets(&writer, record->owner, record->owner_len);
	wire_write_u16(&writer, record->type);
	wire_write_u16(&writer, DNS_CLASS_IN);
	wire_write_u32(&writer, record->ttl_s);
	wire_write_u16(&writer, record->rdata_len);
	wire_write_octets(&writer, record->rdata, record->rdata_len);
}

int
zone_record_read(struct wire_reader *reader, struct zone_record *record)
{
	struct zone_record read = { .owner = reader->buf + reader->at };

	read.owner_len = (uint8_t)wire_read_name(reader);
	read.type = wire_read_u16(reader);
	wire_skip(reader, 2);
	read.ttl_s = wire_read_u32(reader);
	read.rdata_len = wire_read_u16(reader);
	read.rdata = wire_read_octets(reader, read.rdata_len);
	if (reader->err == 0)
		*record = read;
	return reader->err;
}

uint32_t
zone_record_serial(const struct zone_record *soa)
{
	struct wire_reader reader;

	wire_reader_init(&reader, soa->rdata, soa->rdata_len);
	(void)wire_read_name(&reader);
	(void)wire_read_name(&reader);
	uint32_t serial = wire_read_u32(&reader);
	wire_skip(&reader, SOA_NUMBERS - sizeof(serial));
	return reader.err != 0 || wire_left(&reader) != 0 ? 0 : serial;
}
