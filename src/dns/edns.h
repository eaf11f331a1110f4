/*
 * edns.h - EDNS options: those of a query in one pass, those of a reply from one place.  Thread:
 * any; pure.
 *
 * A reply's OPT says at most one of each kind, with a room that is known before its sections are
 * written: nothing a query repeats makes it grow, and nothing written before can crowd it out.
 */
#ifndef ROLLCALL_DNS_EDNS_H
#define ROLLCALL_DNS_EDNS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dns/wire.h"

struct dns_settings;

/* What a query may ask for and a reply may say, as bits. */
enum edns_kind {
	EDNS_NSID = 1,                  /* RFC 5001 */
	EDNS_COOKIE = 2,                /* RFC 7873 */
	EDNS_KEEPALIVE = 4,             /* RFC 7828 */
	EDNS_PADDING = 8,               /* RFC 7830 */
};

#define EDNS_CLIENT_COOKIE_LEN 8
#define EDNS_COOKIE_LEN 24              /* of a reply: the client's and ours (RFC 9018, 4) */
#define EDNS_NSID_MAX 128               /* fits beside the longest question in 512 octets */
#define EDNS_PAD_BLOCK 468              /* RFC 8467, 4.1 */
#define EDNS_DO 0x8000

/* The options of a query. */
struct edns_asked {
	uint16_t cookie_at;             /* where its octets lie in the message */
	uint8_t cookie_len;             /* 8, or 16 to 40 */
	uint8_t kinds;                  /* enum edns_kind */
};

/* What the OPT of the reply will say, but for an error; it may outlive the query. */
struct edns_due {
	uint8_t kinds;                  /* enum edns_kind */
	bool dnssec_ok;
	uint16_t keepalive_ds;
	uint8_t cookie[EDNS_COOKIE_LEN];
};

/* Info codes of Extended DNS Errors (RFC 8914, 4). */
enum edns_error {
	EDNS_ERROR_OTHER = 0, EDNS_ERROR_STALE = 3, EDNS_ERROR_CACHED = 13,
	EDNS_ERROR_PROHIBITED = 18,
	EDNS_ERROR_STALE_NXDOMAIN = 19, EDNS_ERROR_NOT_SUPPORTED = 21,
	EDNS_ERROR_NO_REACHABLE_AUTHORITY = 22, EDNS_ERROR_NETWORK = 23,
};

/* The octets of an error's option without a text. */
#define EDNS_ERROR_OCTETS(code) { 0, 15, 0, 2, (uint8_t)((code) >> 8), (uint8_t)(code) }
#define EDNS_ERROR_MAX 206              /* octets of one with the longest text */
/* An error's option with a text, of which at most 200 octets are kept. */
void edns_write_error(struct wire_writer *writer, enum edns_error code, const char *text);

/*
 * Read the options in message[at .. at + len).  The first of a kind counts; unknown ones are passed
 * over.  false: one reaches beyond the end (RFC 6891, 6.1.2), or the cookie has a length that none
 * has (RFC 7873, 5.2.2); *asked is left as it was.  Costs no more than their octets.
 */
bool edns_read(struct edns_asked *asked, const uint8_t *message, size_t at, size_t len);

/*
 * What is due to who asked so.  keepalive_ds: what this transport answers it with, 0: nothing
 * (RFC 7828, 3.2.1: not over UDP); padded: it is encrypted (RFC 7830, 6).  A cookie is left
 * to who makes it.
 */
void edns_settle(struct edns_due *due, const struct edns_asked *asked,
    const struct dns_settings *settings, uint16_t keepalive_ds, bool padded);

/* Octets to be held back for an OPT that says this. */
size_t edns_room(const struct edns_due *due, const struct dns_settings *settings);

/* An OPT's head, whose options of `len` octets follow. */
static inline void
edns_write_head(struct wire_writer *writer, uint16_t udp_size, unsigned rcode, bool dnssec_ok,
    size_t len)
{
	uint16_t size = udp_size < DNS_UDP_MIN ? DNS_UDP_MIN : udp_size;
	/* Root, type, our size, the rest of the rcode, version, DO, length of the options. */
	uint8_t opt[DNS_OPT_LEN] = { 0, 0, DNS_TYPE_OPT, (uint8_t)(size >> 8), (uint8_t)size,
		(uint8_t)(rcode >> 4), 0, dnssec_ok ? EDNS_DO >> 8 : 0, 0,
		(uint8_t)(len >> 8), (uint8_t)len };

	wire_write_octets(writer, opt, sizeof(opt));
}

/*
 * Write an OPT at the end of the message, within the writer's size, which has edns_room() left: what
 * is due; an error's option (NULL: none) where there is room for it; then padding.
 */
void edns_write(struct wire_writer *writer, const struct edns_due *due,
    const struct dns_settings *settings, unsigned rcode, const uint8_t *error, size_t error_len);
#endif
