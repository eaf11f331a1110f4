/* wire.c - bounded cursors over DNS messages, with errors that stick. */
#include "dns/wire.h"

#include "dns/entry.h"

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
	const uint8_t *buf = reader->buf;
	size_t start = reader->at, at = start;
	size_t end = reader->len - start < DNS_NAME_MAX ? reader->len : start + DNS_NAME_MAX;

	if (reader->err != 0)
		return 0;
	while (at < end && buf[at] - 1u < 63)
		at += 1u + buf[at];
	if (at >= end || buf[at] != 0) {
		reader->err = ERR_SYNTAX;
		return 0;
	}
	reader->at = at + 1;
	return at + 1 - start;
}

size_t
wire_expand_name(struct wire_reader *reader, uint8_t *name)
{
	const uint8_t *buf = reader->buf;
	size_t at = reader->at, begin = at, end = 0, len = 0;

	while (reader->err == 0) {
		uint8_t octet = at < reader->len ? buf[at] : 0xFF;

		if (octet == 0) {
			name[len++] = 0;
			reader->at = end != 0 ? end : at + 1;
			return len;
		}
		if (octet < 64 && octet < reader->len - at && len + octet + 1u < DNS_NAME_MAX) {
			memcpy(name + len, buf + at, octet + 1u);
			len += octet + 1u;
			at += octet + 1u;
			continue;
		}
		size_t target = octet >= 0xC0 && reader->len - at >= 2 && at < reader->len ?
		    wire_get_u16(buf + at) & 0x3FFFu : begin;
		if (target >= begin)
			reader->err = ERR_SYNTAX;
		if (end == 0)
			end = at + 2;
		at = begin = target;
	}
	return 0;
}
