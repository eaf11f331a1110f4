/* wire.h - bounded cursors over DNS messages, with errors that stick.  Thread: any; pure. */
#ifndef ROLLCALL_DNS_WIRE_H
#define ROLLCALL_DNS_WIRE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/err.h"

#define DNS_HEADER_LEN 12       /* RFC 1035, 4.1.1 */
#define DNS_MESSAGE_MAX 65535
#define DNS_UDP_MIN 512         /* what every client takes (RFC 1035, 4.2.1) */
#define DNS_OPT_LEN 11          /* an OPT record without options (RFC 6891, 6.1.2) */
#define DNS_CLASS_IN 1
#define DNS_CLASS_CH 3
#define DNS_POINTER 0xC000      /* the two bits of a compression pointer (RFC 1035, 4.1.4) */

/* The types whose form matters to us; all others are octets (RFC 3597). */
enum dns_type {
	DNS_TYPE_A = 1, DNS_TYPE_NS = 2, DNS_TYPE_CNAME = 5, DNS_TYPE_SOA = 6, DNS_TYPE_PTR = 12,
	DNS_TYPE_HINFO = 13, DNS_TYPE_MX = 15, DNS_TYPE_TXT = 16, DNS_TYPE_AAAA = 28,
	    DNS_TYPE_SRV = 33,
	DNS_TYPE_DNAME = 39, DNS_TYPE_DS = 43, DNS_TYPE_RRSIG = 46, DNS_TYPE_NSEC = 47,
	DNS_TYPE_DNSKEY = 48, DNS_TYPE_NSEC3 = 50,
	DNS_TYPE_OPT = 41, DNS_TYPE_TKEY = 249, DNS_TYPE_TSIG = 250, DNS_TYPE_IXFR = 251,
	DNS_TYPE_AXFR = 252, DNS_TYPE_MAILB = 253, DNS_TYPE_MAILA = 254, DNS_TYPE_ANY = 255,
};

enum dns_rcode {
	DNS_NOERROR = 0, DNS_FORMERR = 1, DNS_SERVFAIL = 2, DNS_NXDOMAIN = 3, DNS_NOTIMP = 4,
	DNS_REFUSED = 5, DNS_YXDOMAIN = 6, DNS_NOTAUTH = 9, DNS_BADVERS = 16, DNS_BADCOOKIE = 23,
};

/* Fields at places that are known to lie inside. */
static inline uint16_t
wire_get_u16(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

static inline void
wire_set_u16(uint8_t *at, uint16_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static inline uint32_t
wire_get_u32(const uint8_t *at)
{
	return (uint32_t)wire_get_u16(at) << 16 | wire_get_u16(at + 2);
}

static inline void
wire_set_u32(uint8_t *at, uint32_t value)
{
	wire_set_u16(at, (uint16_t)(value >> 16));
	wire_set_u16(at + 2, (uint16_t)value);
}

/* After an error (ERR_SYNTAX) every read gives 0 or NULL and moves no further. */
struct wire_reader {
	const uint8_t *buf;
	size_t len;
	size_t at;
	int err;
};

static inline void
wire_reader_init(struct wire_reader *reader, const uint8_t *buf, size_t len)
{
	*reader = (struct wire_reader){ .buf = buf, .len = len };
}

static inline size_t
wire_left(const struct wire_reader *reader)
{
	return reader->len - reader->at;
}

/* The next `count` octets, borrowed from the message; NULL after an error. */
static inline const uint8_t *
wire_read_octets(struct wire_reader *reader, size_t count)
{
	const uint8_t *octets = reader->buf + reader->at;

	if (reader->err != 0 || count > wire_left(reader)) {
		reader->err = ERR_SYNTAX;
		return NULL;
	}
	reader->at += count;
	return octets;
}

static inline uint8_t
wire_read_u8(struct wire_reader *reader)
{
	const uint8_t *octet = wire_read_octets(reader, 1);

	return octet == NULL ? 0 : *octet;
}

static inline uint16_t
wire_read_u16(struct wire_reader *reader)
{
	const uint8_t *octets = wire_read_octets(reader, 2);

	return octets == NULL ? 0 : wire_get_u16(octets);
}

static inline uint32_t
wire_read_u32(struct wire_reader *reader)
{
	const uint8_t *octets = wire_read_octets(reader, 4);

	return octets == NULL ? 0 : wire_get_u32(octets);
}

static inline void
wire_skip(struct wire_reader *reader, size_t count)
{
	(void)wire_read_octets(reader, count);
}

/* Move past a name that may end in a pointer, without following it. */
void wire_skip_name(struct wire_reader *reader);
/* Move past a name without pointers, at most 255 octets; returns its length, 0 after an error. */
size_t wire_read_name(struct wire_reader *reader);
/*
 * The same for a name that may be compressed, with its labels in `name` (DNS_NAME_MAX octets): the
 * reader is over a whole message, and moves past what stands here.  A pointer must lead to before
 * the labels it ends: so none can be followed twice (RFC 1035, 4.1.4: "a prior occurrence").
 */
size_t wire_expand_name(struct wire_reader *reader, uint8_t *name);

/*
 * What does not fit is not written at all and sets ERR_FULL, and nothing is written after that.
 * With a NULL buf nothing is stored: the length is counted.
 */
struct wire_writer {
	uint8_t *buf;
	size_t size;
	size_t len;
	int err;
};

static inline void
wire_writer_init(struct wire_writer *writer, uint8_t *buf, size_t size)
{
	*writer = (struct wire_writer){ .buf = buf, .size = size };
}

static inline void
wire_write_octets(struct wire_writer *writer, const void *octets, size_t count)
{
	if (writer->err != 0 || count > writer->size - writer->len) {
		writer->err = ERR_FULL;
		return;
	}
	if (writer->buf != NULL && count > 0)
		memcpy(writer->buf + writer->len, octets, count);
	writer->len += count;
}

static inline void
wire_write_u8(struct wire_writer *writer, uint8_t value)
{
	wire_write_octets(writer, &value, 1);
}

static inline void
wire_write_u16(struct wire_writer *writer, uint16_t value)
{
	uint8_t octets[2] = { (uint8_t)(value >> 8), (uint8_t)value };

	wire_write_octets(writer, octets, sizeof(octets));
}

static inline void
wire_write_u32(struct wire_writer *writer, uint32_t value)
{
	uint8_t octets[4] = { (uint8_t)(value >> 24), (uint8_t)(value >> 16), (uint8_t)(value >> 8),
		(uint8_t)value };

	wire_write_octets(writer, octets, sizeof(octets));
}

/* Back to an earlier length; an error that came after it is forgotten. */
static inline void
wire_rewind(struct wire_writer *writer, size_t len)
{
	writer->len = len;
	writer->err = 0;
}
#endif
