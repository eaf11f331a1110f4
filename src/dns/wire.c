/* wire.c - bounded cursors over DNS messages, with errors that stick. */
#include "dns/wire.h"

#include "dns/entry.h"

void
wire_reader_init(struct wire_reader *reader, const uint8_t *buf, size_t len)
{
	*reader = (struct wire_reader){ .buf = buf, .len = len };
}

uint8_t
wire_read_u8(struct wire_reader *reader)
{
	const uint8_t *octet = wire_read_octets(reader, 1);

	return octet == NULL ? 0 : *octet;
}

uint16_t
wire_read_u16(struct wire_reader *reader)
{
	const uint8_t *octets = wire_read_octets(reader, 2);

	return octets == NULL ? 0 : wire_get_u16(octets);
}

uint32_t
wire_read_u32(struct wire_reader *reader)
{
	const uint8_t *octets = wire_read_octets(reader, 4);

	if (octets == NULL)
		return 0;
	return (uint32_t)wire_get_u16(octets) << 16 | wire_get_u16(octets + 2);
}

void
wire_skip(struct wire_reader *reader, size_t count)
{
	(void)wire_read_octets(reader, count);
}

void
wire_skip_name(struct wire_reader *reader)
{
	size_t start = reader->at;

	while (reader->err == 0) {
		uint8_t len = wire_read_u8(reader);

		if (len == 0)
			return;
		if (len >= 0xC0) {
			wire_skip(reader, 1);
			return;
		}
		/* 0x40 and 0x80 are label types nobody uses any more (RFC 6891, 5). */
		if (len > 63 || reader->at - start + len >= DNS_NAME_MAX)
			reader->err = ERR_SYNTAX;
		wire_skip(reader, len);
	}
}

size_t
wire_read_name(struct wire_reader *reader)
{
	size_t at = reader->at;

	if (reader->err != 0)
		return 0;
	for (;;) {
		if (at >= reader->len || reader->buf[at] > 63 || at - reader->at >= DNS_NAME_MAX) {
			reader->err = ERR_SYNTAX;
			return 0;
		}
		if (reader->buf[at] == 0)
			break;
		at += 1u + reader->buf[at];
	}
	size_t len = at + 1 - reader->at;
	reader->at = at + 1;
	return len;
}

void
wire_writer_init(struct wire_writer *writer, uint8_t *buf, size_t size)
{
	*writer = (struct wire_writer){ .buf = buf, .size = size };
}

void
wire_write_u8(struct wire_writer *writer, uint8_t value)
{
	wire_write_octets(writer, &value, 1);
}

void
wire_write_u16(struct wire_writer *writer, uint16_t value)
{
	uint8_t octets[2] = { (uint8_t)(value >> 8), (uint8_t)value };

	wire_write_octets(writer, octets, sizeof(octets));
}

void
wire_write_u32(struct wire_writer *writer, uint32_t value)
{
	uint8_t octets[4] = { (uint8_t)(value >> 24), (uint8_t)(value >> 16), (uint8_t)(value >> 8),
		(uint8_t)value };

	wire_write_octets(writer, octets, sizeof(octets));
}

void
wire_rewind(struct wire_writer *writer, size_t len)
{
	writer->len = len;
	writer->err = 0;
}
