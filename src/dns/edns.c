/* edns.c - EDNS options: those of a query in one pass, those of a reply from one place. */
#include "dns/edns.h"

#include <string.h>

#include "dns/dns_settings.h"

/* Option codes. */
#define OPTION_NSID 3
#define OPTION_COOKIE 10
#define OPTION_KEEPALIVE 11
#define OPTION_PADDING 12
#define OPTION_ERROR 15

#define OPTION_HEAD 4                   /* code, length */
#define KEEPALIVE_LEN 2
#define COOKIE_MIN 16                   /* with a server's part, which is 8 to 32 octets */
#define COOKIE_MAX 40
#define ERROR_TEXT_MAX (EDNS_ERROR_MAX - OPTION_HEAD - 2)

static uint8_t
kind_of(uint16_t code)
{
	switch (code) {
	case OPTION_NSID:
		return EDNS_NSID;
	case OPTION_COOKIE:
		return EDNS_COOKIE;
	case OPTION_KEEPALIVE:
		return EDNS_KEEPALIVE;
	case OPTION_PADDING:
		return EDNS_PADDING;
	}
	return 0;
}

static bool
is_cookie(size_t len)
{
	return len == EDNS_CLIENT_COOKIE_LEN || (len >= COOKIE_MIN && len <= COOKIE_MAX);
}

bool
edns_read(struct edns_asked *asked, const uint8_t *message, size_t at, size_t len)
{
	struct wire_reader reader = { .buf = message, .len = at + len, .at = at };
	struct edns_asked found = { .kinds = 0 };

	while (wire_left(&reader) > 0) {
		uint8_t kind = kind_of(wire_read_u16(&reader));
		uint16_t size = wire_read_u16(&reader);
		size_t begin = reader.at;

		wire_skip(&reader, size);
		if (reader.err != 0)
			return false;
		if (kind == EDNS_COOKIE && (found.kinds & EDNS_COOKIE) == 0) {
			if (!is_cookie(size))
				return false;
			found.cookie_at = (uint16_t)begin;
			found.cookie_len = (uint8_t)size;
		}
		found.kinds |= kind;
	}
	*asked = found;
	return true;
}

void
edns_write_error(struct wire_writer *writer, enum edns_error code, const char *text)
{
	size_t len = strnlen(text, ERROR_TEXT_MAX);

	wire_write_u16(writer, OPTION_ERROR);
	wire_write_u16(writer, (uint16_t)(2 + len));
	wire_write_u16(writer, (uint16_t)code);
	wire_write_octets(writer, text, len);
}

void
edns_settle(struct edns_due *due, const struct edns_asked *asked,
    const struct dns_settings *settings, uint16_t keepalive_ds, bool padded)
{
	if (settings->nsid != NULL)
		due->kinds |= asked->kinds & EDNS_NSID;
	if (keepalive_ds > 0)
		due->kinds |= asked->kinds & EDNS_KEEPALIVE;
	if (padded)
		due->kinds |= asked->kinds & EDNS_PADDING;
	due->keepalive_ds = keepalive_ds;
}

/* Settings that came since may have none. */
static size_t
nsid_len(const struct edns_due *due, const struct dns_settings *settings)
{
	return (due->kinds & EDNS_NSID) == 0 || settings->nsid == NULL ? 0 :
	    strnlen(settings->nsid, EDNS_NSID_MAX);
}

static size_t
options_len(const struct edns_due *due, const struct dns_settings *settings)
{
	size_t nsid = nsid_len(due, settings);
	size_t len = nsid == 0 ? 0 : OPTION_HEAD + nsid;

	if (due->kinds & EDNS_KEEPALIVE)
		len += OPTION_HEAD + KEEPALIVE_LEN;
	if (due->kinds & EDNS_COOKIE)
		len += OPTION_HEAD + EDNS_COOKIE_LEN;
	return len;
}

size_t
edns_room(const struct edns_due *due, const struct dns_settings *settings)
{
	return DNS_OPT_LEN + options_len(due, settings);
}

/*
 * How many zeros make a message of `len` octets a whole number of blocks, or fill the room where
 * not even one block more fits; -1: there is no room for the option at all.
 */
static int
padding_of(size_t len, size_t limit)
{
	size_t least = len + OPTION_HEAD;
	size_t whole = (least + EDNS_PAD_BLOCK - 1) / EDNS_PAD_BLOCK * EDNS_PAD_BLOCK;

	if (least > limit)
		return -1;
	return (int)((whole < limit ? whole : limit) - least);
}

static void
write_due(struct wire_writer *writer, const struct edns_due *due,
    const struct dns_settings *settings)
{
	size_t nsid = nsid_len(due, settings);

	if (due->kinds & EDNS_KEEPALIVE) {
		wire_write_u16(writer, OPTION_KEEPALIVE);
		wire_write_u16(writer, KEEPALIVE_LEN);
		wire_write_u16(writer, due->keepalive_ds);
	}
	if (nsid > 0) {
		wire_write_u16(writer, OPTION_NSID);
		wire_write_u16(writer, (uint16_t)nsid);
		wire_write_octets(writer, settings->nsid, nsid);
	}
	if (due->kinds & EDNS_COOKIE) {
		wire_write_u16(writer, OPTION_COOKIE);
		wire_write_u16(writer, EDNS_COOKIE_LEN);
		wire_write_octets(writer, due->cookie, EDNS_COOKIE_LEN);
	}
}

static void
write_padding(struct wire_writer *writer, size_t count)
{
	static const uint8_t zeros[EDNS_PAD_BLOCK];

	wire_write_u16(writer, OPTION_PADDING);
	wire_write_u16(writer, (uint16_t)count);
	wire_write_octets(writer, zeros, count);
}

void
edns_write(struct wire_writer *writer, const struct edns_due *due,
    const struct dns_settings *settings, unsigned rcode, const uint8_t *error, size_t error_len)
{
	size_t len = options_len(due, settings);
	int padding = -1;

	if (error == NULL || writer->len + DNS_OPT_LEN + len + error_len > writer->size)
		error_len = 0;
	len += error_len;
	if (due->kinds & EDNS_PADDING)
		padding = padding_of(writer->len + DNS_OPT_LEN + len, writer->size);
	edns_write_head(writer, settings->udp_size, rcode, due->dnssec_ok,
	    len + (padding < 0 ? 0 : OPTION_HEAD + (size_t)padding));
	write_due(writer, due, settings);
	wire_write_octets(writer, error, error_len);
	if (padding >= 0)
		write_padding(writer, (size_t)padding);
}
